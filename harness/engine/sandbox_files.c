/* SPDX-License-Identifier: MIT */
/* The files of a sandbox: the host's, which cannot be written; over them empty folders in
 * place of those where clients keep what is theirs, so that no play knows of another or
 * of the host; and the few that have to be written. */
#define _GNU_SOURCE
#include "engine/sandbox_inside.h"

/* clang-format off */
static const struct {
    const char *path, *mode;
} covered[] = {
    { "/tmp",                 "mode=1777" },
    { "/var/tmp",             "mode=1777" },
    { "/dev/shm",             "mode=1777" },
    { "/run/lock",            "mode=1777" },
    { "/run/acme",            "mode=0755" }, /* acmetool's web root */
    { "/etc/letsencrypt",     "mode=0755" },
    { "/var/lib/letsencrypt", "mode=0755" },
    { "/var/log/letsencrypt", "mode=0755" },
    { "/var/lib/acme",        "mode=0755" },
    { "/var/lib/caddy",       "mode=0755" },
    { "/var/lib/dehydrated",  "mode=0755" },
    { "/var/lib/lacme",       "mode=0755" },
};
/* clang-format on */

const char *sandbox_cover(str path)
{
    for (size_t i = 0; i < countof(covered); i++) {
        str folder = str_of(covered[i].path);
        bool below = path.len > folder.len && path.ptr[folder.len] == '/';
        if (below && str_starts(path, covered[i].path))
            return covered[i].path;
    }
    return NULL;
}

#ifdef __linux__

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"

/* --- read-only --- */

/* mount_setattr(2) of Linux 5.12, which older C libraries do not know. */
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif
enum { RECURSIVE = 0x8000, READ_ONLY = 1 };
struct attributes {
    uint64_t set, clear, propagation, user_namespace;
};

/* A mount may lose no flag that the host gave it: in a user namespace those are locked.
 */
static bool remount(const char *path, unsigned long flags)
{
    static const struct {
        unsigned long is, keep;
    } kept[] = { { ST_NOSUID, MS_NOSUID },         { ST_NODEV, MS_NODEV },
                 { ST_NOEXEC, MS_NOEXEC },         { ST_NOATIME, MS_NOATIME },
                 { ST_NODIRATIME, MS_NODIRATIME }, { ST_RELATIME, MS_RELATIME } };
    struct statvfs now;
    if (statvfs(path, &now) != 0)
        return false;
    flags |= MS_REMOUNT | MS_BIND;
    for (size_t i = 0; i < countof(kept); i++)
        flags |= now.f_flag & kept[i].is ? kept[i].keep : 0;
    return mount("none", path, "none", flags, NULL) == 0;
}

/* "/a\040b" of mountinfo (proc(5)). */
static const char *unescaped(struct arena *a, str field)
{
    enum { DIGITS = 3 };
    char *out = NEW_ARRAY(a, char, field.len + 1), *end = out;
    for (size_t i = 0; i < field.len; i++, end++) {
        *end = field.ptr[i];
        if (*end != '\\' || field.len - i <= DIGITS)
            continue;
        *end = (char)((field.ptr[i + 1] - '0') * 64 + (field.ptr[i + 2] - '0') * 8
                      + (field.ptr[i + 3] - '0'));
        i += DIGITS;
    }
    return out;
}

static const char *mount_point(struct arena *a, str line)
{
    enum { FIELD = 5 };
    str field = STR_NONE;
    for (int i = 0; i < FIELD; i++)
        str_cut(&line, ' ', &field);
    return unescaped(a, field);
}

/* What is hidden below another mount cannot be reached, and so not written. */
static bool is_out_of_reach(int number)
{
    return number == EINVAL || number == ENOENT || number == ENOTDIR || number == EACCES;
}

static bool each_read_only(struct arena *a)
{
    str mounts, line;
    struct err err;
    if (!file_read(a, "/proc/self/mountinfo", CEILING_BODY, &mounts, &err))
        return false;
    while (str_cut(&mounts, '\n', &line))
        if (!remount(mount_point(a, line), MS_RDONLY) && !is_out_of_reach(errno))
            return false;
    return true;
}

bool sandbox_read_only(struct arena *a, struct err *err)
{
    struct attributes how = { .set = READ_ONLY };
    return syscall(SYS_mount_setattr, AT_FDCWD, "/", RECURSIVE, &how, sizeof how) == 0
        || each_read_only(a)
        || sandbox_refused("cannot make the system's files read-only", err);
}

/* --- folders that the host has not --- */

/* Where clients make their folders at their first run. */
static const char *const parents[] = { "/etc", "/var/lib", "/var/log" };

static bool lacks_some(const char *parent, struct strs *missing, struct arena *a)
{
    str folder = str_of(parent);
    for (size_t i = 0; i < countof(covered); i++) {
        const char *path = covered[i].path;
        bool below = str_starts(str_of(path), parent) && path[folder.len] == '/'
            && strrchr(path, '/') == path + folder.len;
        if (below && !file_is_dir(path))
            strs_add(a, missing, str_of(path));
    }
    return missing->count > 0;
}

/* A link as it is, anything else bound over an empty one of its kind.  The host may
 * remove its own meanwhile. */
static bool copy_entry(struct arena *a, const char *from, const char *to)
{
    struct stat is;
    if (lstat(from, &is) != 0)
        return errno == ENOENT;
    if (S_ISLNK(is.st_mode)) {
        char *leads = NEW_ARRAY(a, char, (size_t)is.st_size + 1);
        return readlink(from, leads, (size_t)is.st_size) == is.st_size
            && symlink(leads, to) == 0;
    }
    bool made =
        S_ISDIR(is.st_mode) ? mkdir(to, 0755) == 0 : mknod(to, S_IFREG | 0644, 0) == 0;
    return made && (sandbox_lay_over(from, to) || errno == ENOENT);
}

static bool copy_entries(struct arena *a, const char *from, const char *to)
{
    DIR *dir = opendir(from);
    const struct dirent *entry;
    bool good = dir != NULL;
    while (good && (entry = readdir(dir)))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            good = copy_entry(a, arena_printf(a, "%s/%s", from, entry->d_name).ptr,
                              arena_printf(a, "%s/%s", to, entry->d_name).ptr);
    if (dir)
        closedir(dir);
    return good;
}

/* The folder again, with these in it: nothing can be made in the host's own. */
static bool extend(struct arena *a, const char *parent, const struct strs *missing)
{
    const char *aside = arena_printf(a, SANDBOX_STAGE "/parent%s", parent).ptr;
    struct err err;
    bool good = file_make_parents(aside, &err) && mkdir(aside, 0755) == 0
        && mount(parent, aside, "none", MS_BIND | MS_REC, NULL) == 0
        && sandbox_tmpfs(parent, "mode=0755") && copy_entries(a, aside, parent);
    for (size_t i = 0; good && i < missing->count; i++)
        good = mkdir(missing->item[i].ptr, 0755) == 0;
    return good && remount(parent, MS_RDONLY);
}

bool sandbox_add_folders(struct arena *a, struct err *err)
{
    bool good = true;
    for (size_t i = 0; good && i < countof(parents); i++) {
        struct strs missing = { 0 };
        if (access(parents[i], R_OK | X_OK) == 0 && lacks_some(parents[i], &missing, a))
            good = extend(a, parents[i], &missing);
    }
    return good || sandbox_refused("cannot make the folders of clients", err);
}

/* --- what is covered, and what is kept --- */

static const char *kept_name(struct arena *a, size_t i)
{
    return arena_printf(a, SANDBOX_STAGE "/kept%zu", i).ptr;
}

/* Binds those of the folders that will be hidden under other names. */
static bool put_aside(struct arena *a, const struct strs *folders)
{
    bool good = true;
    for (size_t i = 0; good && i < folders->count; i++)
        good = mkdir(kept_name(a, i), 0755) == 0
            && mount(folders->item[i].ptr, kept_name(a, i), "none", MS_BIND | MS_REC,
                     NULL)
                == 0;
    return good;
}

static bool put_back(struct arena *a, const struct strs *folders)
{
    struct err err;
    bool good = true;
    for (size_t i = 0; good && i < folders->count; i++) {
        const char *folder = folders->item[i].ptr;
        bool made = file_is_dir(folder)
            || (file_make_parents(folder, &err) && mkdir(folder, 0755) == 0);
        good = made && sandbox_lay_over(kept_name(a, i), folder);
    }
    return good;
}

static bool cover(void)
{
    bool good = true;
    for (size_t i = 0; good && i < countof(covered); i++)
        good = !file_is_dir(covered[i].path)
            || sandbox_tmpfs(covered[i].path, covered[i].mode);
    return good;
}

/* How many of them can only be read; these come first, since the others may lie in them.
 */
static size_t list_kept(struct arena *a, const struct sandbox *what, struct strs *out)
{
    for (size_t i = 0; i < what->keep.count; i++)
        if (sandbox_cover(what->keep.item[i]))
            strs_add(a, out, str_copy(a, what->keep.item[i]));
    size_t readable = out->count;
    if (what->work.len)
        strs_add(a, out, str_copy(a, what->work));
    if (what->trust.len)
        strs_add(a, out, str_copy(a, what->trust));
    return readable;
}

bool sandbox_cover_folders(struct arena *a, const struct sandbox *what, struct err *err)
{
    struct strs kept = { 0 };
    size_t readable = list_kept(a, what, &kept);
    bool good = put_aside(a, &kept) && cover() && put_back(a, &kept);
    for (size_t i = readable; good && i < kept.count; i++)
        good = remount(kept.item[i].ptr, 0);
    return good || sandbox_refused("cannot make folders that can be written", err);
}

#endif
