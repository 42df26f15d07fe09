/* SPDX-License-Identifier: MIT */
/* The tables of planted bugs that only change what the mock CA says.  Private to
 * mocks/ca*.c. */
#ifndef MOCKS_CA_SPOIL_H
#define MOCKS_CA_SPOIL_H

#include "mocks/bugs.h"
#include "mocks/ca_inside.h"

/* A refusal that is reported wrongly. */
struct misreport {
    enum bug bug;
    const char *check; /* checks whose names begin so; NULL: goes by `when` */
    enum problem_type when;
    enum problem_type problem;
    int status; /* 0: as it was */
};
extern const struct misreport ca_misreports[];
extern const size_t ca_misreport_count;

/* A success with another status. */
struct misstatus {
    enum bug bug;
    enum resource resource; /* RESOURCE_COUNT: any */
    int from, to;
};
extern const struct misstatus ca_misstatuses[];
extern const size_t ca_misstatus_count;

/* A header that is wrong or not there. */
enum on { ON_ANY, ON_SUCCESS, ON_REFUSAL };
struct misheader {
    enum bug bug;
    enum resource resource;
    enum on on;
    const char *name;  /* or "rel=..." for a link */
    const char *value; /* NULL: left out; "/": made relative; "+x": x at its end */
};
extern const struct misheader ca_misheaders[];
extern const size_t ca_misheader_count;

/* A member that is wrong or not there. */
enum shape {
    SHAPE_SET,      /* to `json`; NULL: left out; "+...": only where it is */
    SHAPE_UNWRAP,   /* a list of one to its element */
    SHAPE_UNZONE,   /* a date without its zone */
    SHAPE_RENAME,   /* to the name in `json` */
    SHAPE_RELATIVE, /* a URL to its path */
};
struct misshape {
    enum bug bug;
    const char *object;                   /* "order", "problem", a check's name ... */
    const char *when_member, *when_value; /* its text ends so; "!x": is another; NULL: any
                                           */
    const char *member;
    enum shape how;
    const char *json;
};
extern const struct misshape ca_misshapes[];
extern const size_t ca_misshape_count;

#endif
