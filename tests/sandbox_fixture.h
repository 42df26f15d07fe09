/* SPDX-License-Identifier: MIT */
/* What the tests of the sandbox start from: an arena, a folder, the wishes, and acts that
 * a process in a sandbox does. */
#ifndef TESTS_SANDBOX_FIXTURE_H
#define TESTS_SANDBOX_FIXTURE_H

#include <check.h>
#include <sys/types.h>

#include "engine/sandbox.h"

struct box {
    struct arena *a;
    str dir;
    struct err err;
    struct sandbox what;
    void (*before)(void); /* what the process does before it enters; NULL: nothing */
    int status;           /* of the last process that was in a sandbox */
};
extern struct box box;

/* A test case named so, that makes all of them for each test. */
TCase *sandbox_case(const char *name);
/* Whether a sandbox can be had; if not, prints the reason. */
bool sandbox_is_here(void);

/* Its exit status says how it went; what it prints comes through a pipe. */
typedef int box_act(void *context);
/* The process, and the end of the pipe. */
pid_t box_enter(box_act *does, void *context, int *fd);
str box_read(int fd);
/* Enters, waits, and has what was printed. */
const char *box_inside(box_act *does, void *context);
/* An act: runs the command line that is its context. */
int box_run(void *context);
/* What a command line says in a sandbox. */
const char *box_said(const char *line);
void ck_box_exited(int code);

#endif
