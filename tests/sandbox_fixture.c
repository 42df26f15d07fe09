/* SPDX-License-Identifier: MIT */
#include "tests/sandbox_fixture.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "engine/child.h"
#include "tests/wire.h"

struct box box;

static void begin(void)
{
    box.a = arena_new(NULL);
    ck_assert_msg(file_temp_dir(box.a, &box.dir, &box.err), "%s", box.err.text);
    box.before = NULL;
    box.what = (struct sandbox){ .work = box.dir };
}

static void finish(void)
{
    arena_end(box.a);
}

TCase *sandbox_case(const char *name)
{
    TCase *tc = tcase_create(name);
    tcase_add_checked_fixture(tc, begin, finish);
    tcase_set_timeout(tc, 60);
    return tc;
}

bool sandbox_is_here(void)
{
    struct arena *own = arena_new(NULL);
    str why;
    bool possible = sandbox_possible(own, &why);
    if (!possible)
        printf("tests are left out: %.*s\n", STR_ARG(why));
    arena_end(own);
    return possible;
}

pid_t box_enter(box_act *does, void *context, int *fd)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        (void)signal(SIGTERM, SIG_DFL); /* Check's handlers */
        (void)signal(SIGINT, SIG_DFL);
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        close(ends[1]);
        if (box.before)
            box.before();
        if (!sandbox_enter(box.a, &box.what, &box.err)) {
            file_write_all(STDOUT_FILENO, str_of(box.err.text));
            _exit(99);
        }
        _exit(does(context));
    }
    close(ends[1]);
    *fd = ends[0];
    return pid;
}

str box_read(int fd)
{
    struct buf text = buf_new(box.a, CEILING_BODY);
    char piece[4096];
    ssize_t n;
    while ((n = read(fd, piece, sizeof piece)) > 0)
        buf_add(&text, (str){ piece, (size_t)n });
    close(fd);
    return buf_str(&text);
}

const char *box_inside(box_act *does, void *context)
{
    int fd;
    pid_t pid = box_enter(does, context, &fd);
    str text = box_read(fd);
    ck_assert_int_eq(waitpid(pid, &box.status, 0), pid);
    return text.ptr;
}

int box_run(void *context)
{
    struct child_run run = { .line = str_of(context),
                             .deadline_ms = wire_patience(20000) };
    struct child_end end;
    child_run(box.a, &run, &end);
    file_write_all(STDOUT_FILENO, end.output);
    if (end.fate != CHILD_EXITED)
        file_write_all(STDOUT_FILENO, child_says(box.a, &run, &end));
    return end.exit_code;
}

const char *box_said(const char *line)
{
    return box_inside(box_run, str_z(box.a, str_of(line)));
}

void ck_box_exited(int code)
{
    ck_assert(WIFEXITED(box.status));
    ck_assert_int_eq(WEXITSTATUS(box.status), code);
}
