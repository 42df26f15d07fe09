/* SPDX-License-Identifier: MIT */
/* The host's files, seen from a sandbox.  The tests give themselves a host whose folders
 * are empty, in a mount namespace: the real one stays as it is when they fail. */
#define _GNU_SOURCE
#include "tests/sandbox_fixture.h"

Suite *sandbox_files_suite(void);

#ifdef __linux__

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"

#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif
enum { NOBODY = 65534 };

static const char *const clients_folders[] = {
    "/var/tmp",           "/dev/shm",
    "/run/lock",          "/run/acme",
    "/etc/letsencrypt",   "/var/lib/letsencrypt",
    "/var/lib/acme",      "/var/log/letsencrypt",
    "/var/lib/caddy",     "/var/lib/lacme",
    "/var/lib/dehydrated"
};
#define WRITTEN "acmespec-was-here"

/* --- a host for tests --- */

static void wants(bool good, const char *what)
{
    if (good)
        return;
    dprintf(STDOUT_FILENO, "%s: %s\n", what, strerror(errno));
    _exit(98);
}

static void map_to_root(const char *file, unsigned id)
{
    int fd = open(file, O_WRONLY | O_CLOEXEC);
    dprintf(fd, "0 %u 1", id);
    close(fd);
}

static void new_host(void)
{
    unsigned uid = geteuid(), gid = getegid();
    wants(unshare(uid == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) == 0, "unshare");
    if (uid != 0) {
        int fd = open("/proc/self/setgroups", O_WRONLY | O_CLOEXEC);
        dprintf(fd, "deny");
        close(fd);
        map_to_root("/proc/self/uid_map", uid);
        map_to_root("/proc/self/gid_map", gid);
    }
    wants(mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) == 0, "private mounts");
    wants(mount("none", "/mnt", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC | MS_NOATIME,
                "mode=1777")
              == 0,
          "/mnt");
    wants(mkdir("/mnt/a folder", 0777) == 0
              && mount("none", "/mnt/a folder", "tmpfs", MS_NODEV, "mode=1777") == 0,
          "/mnt/a folder");
}

static void become_nobody(void)
{
    wants(chown(box.dir.ptr, NOBODY, NOBODY) == 0, "chown");
    wants(setgroups(0, NULL) == 0 && setgid(NOBODY) == 0 && setuid(NOBODY) == 0,
          "nobody");
    prctl(PR_SET_DUMPABLE, 1); /* or /proc/self stays root's */
}

/* As before Linux 5.12. */
static void forget_mount_setattr(void)
{
    static struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mount_setattr, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = { countof(code), code };
    wants(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
              && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0,
          "a filter");
}

static const struct way {
    bool as_nobody, old_kernel;
} ways[] = { { false, false }, { false, true }, { true, false }, { true, true } };
static const struct way *way;

static void go_this_way(void)
{
    new_host();
    if (way->as_nobody)
        become_nobody();
    if (way->old_kernel)
        forget_mount_setattr();
}

/* --- what cannot be written --- */

/* EACCES is for who could not write there outside either. */
static void ck_refused(bool refused, const char *path)
{
    if (!refused || (errno != EROFS && errno != EACCES))
        dprintf(STDOUT_FILENO, "%s: %s\n", path, refused ? strerror(errno) : "written");
}

static bool makes(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static int write_all_over(void *context)
{
    static const char *const folders[] = { "/",        "/etc",     "/usr",
                                           "/var/lib", "/var/log", "/dev" };
    const char *own = context;
    for (size_t i = 0; i < countof(folders); i++)
        ck_refused(access(folders[i], W_OK) != 0, folders[i]);
    bool made = makes("/mnt/" WRITTEN);
    if (made || errno != EROFS)
        dprintf(STDOUT_FILENO, "/mnt: %s\n", made ? "written" : strerror(errno));
    made = makes("/mnt/a folder/" WRITTEN);
    if (made || errno != EROFS)
        dprintf(STDOUT_FILENO, "/mnt/a folder: %s\n", made ? "written" : strerror(errno));
    if (!makes(own) || !makes("/tmp/" WRITTEN) || !makes("/dev/null"))
        dprintf(STDOUT_FILENO, "its own: %s\n", strerror(errno));
    return 0;
}

/* The sanitizer's own: a process that has one may make no user namespace, and root alone
 * needs none. */
#ifdef __SANITIZE_THREAD__
enum { HAS_ANOTHER_THREAD = true };
#else
enum { HAS_ANOTHER_THREAD = false };
#endif

START_TEST(the_hosts_files_cannot_be_written)
{
    char *own = str_z(box.a, arena_printf(box.a, "%s/" WRITTEN, box.dir.ptr));
    way = &ways[_i];
    if (way->as_nobody && (geteuid() != 0 || HAS_ANOTHER_THREAD))
        return;
    box.before = go_this_way;
    ck_assert_str_eq(box_inside(write_all_over, own), "");
    ck_box_exited(0);
    ck_assert(file_exists(own));
    ck_assert(!file_exists("/tmp/" WRITTEN));
}
END_TEST

/* --- what is covered --- */

static void look_afterwards(void)
{
    int status;
    new_host();
    for (size_t i = 0; i < countof(clients_folders); i++) {
        const char *folder = clients_folders[i];
        if (!file_is_dir(folder))
            continue;
        wants(mount("none", folder, "tmpfs", 0, "mode=1777") == 0, folder);
        wants(makes(arena_printf(box.a, "%s/of the host", folder).ptr), folder);
    }
    pid_t pid = fork();
    if (pid == 0)
        return;
    waitpid(pid, &status, 0);
    for (size_t i = 0; i < countof(clients_folders); i++)
        if (file_exists(arena_printf(box.a, "%s/" WRITTEN, clients_folders[i]).ptr))
            dprintf(STDOUT_FILENO, "%s was written\n", clients_folders[i]);
    _exit(WEXITSTATUS(status));
}

/* Those that most clients make at their first run are there on every host. */
static int write_where_clients_do(void *context)
{
    (void)context;
    for (size_t i = 0; i < countof(clients_folders); i++) {
        const char *folder = clients_folders[i];
        if (str_starts(str_of(folder), "/run/") && !file_is_dir(folder))
            continue;
        if (file_exists(arena_printf(box.a, "%s/of the host", folder).ptr))
            dprintf(STDOUT_FILENO, "%s is the host's\n", folder);
        if (!makes(arena_printf(box.a, "%s/" WRITTEN, folder).ptr))
            dprintf(STDOUT_FILENO, "%s: %s\n", folder, strerror(errno));
    }
    return 0;
}

START_TEST(folders_of_clients_are_empty_and_of_one_play)
{
    box.before = look_afterwards;
    ck_assert_str_eq(box_inside(write_where_clients_do, NULL), "");
    ck_box_exited(0);
}
END_TEST

START_TEST(tmp_is_empty_but_for_what_is_kept)
{
    const char *kept = arena_printf(box.a, "%s/kept", box.dir.ptr).ptr;
    const char *work = arena_printf(box.a, "%s/kept/work", box.dir.ptr).ptr;
    const char *line = arena_printf(box.a,
                                    "ls /tmp; ls %s; touch %s/" WRITTEN
                                    " 2>/dev/null || echo refused; echo new >%s/file",
                                    box.dir.ptr, kept, work)
                           .ptr;
    str wanted =
            arena_printf(box.a, "%s\nkept\nrefused\n", box.dir.ptr + strlen("/tmp/")),
        text;
    if (!str_starts(box.dir, "/tmp/"))
        return;
    ck_assert(mkdir(kept, 0700) == 0 && mkdir(work, 0700) == 0);
    strs_add(box.a, &box.what.keep, str_of(kept));
    box.what.work = str_of(work);
    ck_assert_str_eq(box_said(line), wanted.ptr);
    ck_assert(
        file_read(box.a, arena_printf(box.a, "%s/file", work).ptr, 100, &text, &box.err));
    ck_assert_str_eq(text.ptr, "new\n");
}
END_TEST

START_TEST(a_path_is_covered_by_the_folder_above_it)
{
    ck_assert_str_eq(sandbox_cover(STR("/var/tmp/x/y")), "/var/tmp");
    ck_assert_ptr_null(sandbox_cover(STR("/tmp")));
    ck_assert_ptr_null(sandbox_cover(STR("/tmpx/y")));
    ck_assert_ptr_null(sandbox_cover(STR("/usr/bin/lego")));
}
END_TEST

Suite *sandbox_files_suite(void)
{
    Suite *s = suite_create("sandbox_files");
    TCase *tc = sandbox_case("sandbox_files");
    tcase_add_test(tc, a_path_is_covered_by_the_folder_above_it);
    if (sandbox_is_here()) {
        tcase_add_loop_test(tc, the_hosts_files_cannot_be_written, 0, countof(ways));
        tcase_add_test(tc, folders_of_clients_are_empty_and_of_one_play);
        tcase_add_test(tc, tmp_is_empty_but_for_what_is_kept);
    }
    suite_add_tcase(s, tc);
    return s;
}

#else

Suite *sandbox_files_suite(void)
{
    return suite_create("sandbox_files");
}

#endif
