/* SPDX-License-Identifier: MIT */
/* Files over POSIX calls. */
#define _XOPEN_SOURCE 700
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"

enum { MOST_FILES = 100000, DEEPEST = 16 };

static void close_file(void *file)
{
    fclose(file);
}

bool file_read(struct arena *a, const char *path, size_t ceiling, str *out,
               struct err *err)
{
    struct arena *step = arena_new(a);
    FILE *file = fopen(path, "rb");
    if (!file) {
        arena_end(step);
        return err_set(err, "cannot read %s: %s", path, strerror(errno));
    }
    arena_defer(step, close_file, file);
    struct buf b = buf_new(a, ceiling);
    char piece[16384];
    size_t got;
    while (!b.over && (got = fread(piece, 1, sizeof piece, file)) > 0)
        buf_add(&b, (str){ piece, got });
    bool broken = ferror(file);
    arena_end(step);
    if (broken)
        return err_set(err, "cannot read %s: it is not a readable file", path);
    if (b.over)
        return err_set(err, "%s is longer than %zu bytes", path, ceiling);
    *out = buf_str(&b);
    return true;
}

bool file_write_all(int fd, str text)
{
    while (text.len) {
        ssize_t n = write(fd, text.ptr, text.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        text = str_from(text, (size_t)n);
    }
    return true;
}

static bool too_long(const char *path, struct err *err)
{
    return err_set(err, "the path %.100s... is too long", path);
}

bool file_write(const char *path, str text, struct err *err)
{
    char beside[4096];
    int len = snprintf(beside, sizeof beside, "%s.tmp%ld", path, (long)getpid());
    if (len < 0 || (size_t)len >= sizeof beside)
        return too_long(path, err);
    FILE *file = fopen(beside, "wb");
    if (!file)
        return err_set(err, "cannot write %s: %s", path, strerror(errno));
    bool ok = fwrite(text.ptr, 1, text.len, file) == text.len;
    ok = fclose(file) == 0 && ok;
    if (ok && rename(beside, path) == 0)
        return true;
    err_set(err, "cannot write %s: %s", path, strerror(errno));
    unlink(beside);
    return false;
}

bool file_is_dir(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

bool file_same(const char *path, const char *other)
{
    struct stat one, two;
    return stat(path, &one) == 0 && stat(other, &two) == 0 && one.st_dev == two.st_dev
        && one.st_ino == two.st_ino;
}

static bool is_same_node(const char *one, const char *other)
{
    struct stat a, b;
    return stat(one, &a) == 0 && stat(other, &b) == 0 && a.st_dev == b.st_dev
        && a.st_ino == b.st_ino;
}

/* The folder in which it stands, as a path, and its name there. */
static const char *split_path(const char *path, char folder[4096])
{
    const char *slash = strrchr(path, '/');
    int len = slash ? (int)(slash - path) : 0;
    snprintf(folder, 4096, "%.*s%s", len, path, slash ? "/" : ".");
    return slash ? slash + 1 : path;
}

bool file_is_same(const char *one, const char *other)
{
    char folder[2][4096];
    const char *name[] = { split_path(one, folder[0]), split_path(other, folder[1]) };
    return strcmp(one, other) == 0 || is_same_node(one, other)
        || (strcmp(name[0], name[1]) == 0 && is_same_node(folder[0], folder[1]));
}

/* To read what is none could take for ever. */
static bool is_regular(const char *path, struct err *err)
{
    struct stat st;
    return stat(path, &st) != 0 || S_ISREG(st.st_mode)
        || err_set(err, "%s is no regular file, and no other can be read here", path);
}

struct listing {
    struct arena *arena;
    const char *suffix;
    struct strs *out;
    struct err *err;
};

static bool list_dir(const struct listing *l, str dir, int depth);

static bool list_entry(const struct listing *l, str path, int depth)
{
    struct stat st;
    if (lstat(path.ptr, &st) != 0)
        return true;
    if (S_ISDIR(st.st_mode))
        return list_dir(l, path, depth + 1);
    if (!str_ends(path, l->suffix))
        return true;
    if (!is_regular(path.ptr, l->err))
        return false;
    if (l->out->count >= MOST_FILES)
        return err_set(l->err, "more than %d files below %s", MOST_FILES, path.ptr);
    strs_add(l->arena, l->out, path);
    return true;
}

static void close_dir(void *dir)
{
    closedir(dir);
}

static bool list_dir(const struct listing *l, str path, int depth)
{
    if (depth > DEEPEST)
        return err_set(l->err, "%s is nested too deeply", path.ptr);
    struct arena *step = arena_new(l->arena);
    DIR *dir = opendir(path.ptr);
    if (!dir) {
        arena_end(step);
        return err_set(l->err, "cannot read the folder %s: %s", path.ptr,
                       strerror(errno));
    }
    arena_defer(step, close_dir, dir);
    bool ok = true;
    const struct dirent *entry;
    while (ok && (entry = readdir(dir)))
        if (entry->d_name[0] != '.')
            ok = list_entry(l, arena_printf(l->arena, "%s/%s", path.ptr, entry->d_name),
                            depth);
    arena_end(step);
    return ok;
}

static int by_name(const void *a, const void *b)
{
    return str_compare(*(const str *)a, *(const str *)b);
}

bool file_list(struct arena *a, const char *path, const char *suffix, struct strs *out,
               struct err *err)
{
    size_t before = out->count;
    if (!file_is_dir(path)) {
        if (!file_exists(path))
            return err_set(err, "there is no file or folder %s", path);
        if (!is_regular(path, err))
            return false;
        strs_add(a, out, str_copy(a, str_of(path)));
        return true;
    }
    str dir = str_copy(a, str_of(path));
    while (dir.len > 1 && str_ends(dir, "/"))
        dir = str_copy(a, str_upto(dir, dir.len - 1));
    struct listing l = { a, suffix, out, err };
    if (!list_dir(&l, dir, 0))
        return false;
    if (out->count > before)
        qsort(out->item + before, out->count - before, sizeof(str), by_name);
    return true;
}

bool file_make_parents(const char *path, struct err *err)
{
    char part[4096];
    if (strlen(path) >= sizeof part)
        return too_long(path, err);
    for (size_t i = 0; path[i]; i++) {
        part[i] = path[i];
        part[i + 1] = '\0';
        if (path[i] == '/' && i > 0 && mkdir(part, 0777) != 0 && errno != EEXIST)
            return err_set(err, "cannot make the folder %s: %s", part, strerror(errno));
    }
    return true;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st;
    (void)type;
    (void)ftw;
    if (remove(path) != 0)
        return 0; /* go on with the rest: this is only tidying */
    return 0;
}

static void remove_tree(void *path)
{
    nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

bool file_temp_dir(struct arena *a, str *out, struct err *err)
{
    const char *base = getenv("TMPDIR");
    str path = arena_printf(a, "%s/acmespec-XXXXXX", base && *base ? base : "/tmp");
    char *made = str_z(a, path);
    if (!mkdtemp(made))
        return err_set(err, "cannot make a temporary folder %s: %s", made,
                       strerror(errno));
    arena_defer(a, remove_tree, made);
    *out = str_of(made);
    return true;
}
