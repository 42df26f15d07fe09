/* SPDX-License-Identifier: MIT */
/* A scenario as read: its head, and its steps in order.  It is a value: it can be listed,
 * checked and explained without a peer. */
#ifndef SCRIPT_SCENARIO_H
#define SCRIPT_SCENARIO_H

#include "script/ca_settings.h"
#include "script/check.h"
#include "script/requirement.h"
#include "script/rule.h"
#include "script/verbs.h"

struct step {
    const struct line *line;
    struct check *check; /* of must, should and need: the check, then its clauses' */
    size_t check_count;
    struct step *inner; /* of `at once` */
    size_t inner_count;
};

/* `for each NAME in VALUE...` */
struct variants {
    str name;
    struct strs values;
    struct place place; /* of the first value */
};

struct scenario {
    str name; /* "server/6.5-nonces/reused": its path below scenarios/, no suffix */
    str file; /* path as opened */
    str title;
    str suite; /* "server" or "client" */
    struct strs rules, tags, needs;
    struct variants variants; /* name empty: played once */
    long deadline_ms;
    struct step *step;
    size_t step_count;
    bool alone;                 /* has an operator change the CA: nothing else is played
                                   meanwhile */
    size_t check_count;         /* musts and shoulds with their clauses */
    struct rules_read rules_on; /* of the mock CA, in force from the start */
    struct setting *setting;    /* of the mock CA */
    size_t setting_count;
};

/* Reads one scenario file.  `requirements` may be NULL: then ids are not looked up. Every
 * mistake goes to m; NULL when there was any. */
struct scenario *scenario_read(struct arena *a, str name, const char *file, str text,
                               const struct requirements *requirements,
                               struct mistakes *m);
/* The same from lines that were read already (at least one), and last: what is missing
 * because their mistakes hide it is not told as a further one. */
struct scenario *scenario_from(struct arena *a, str name, const char *file,
                               const struct line *lines, size_t count,
                               const struct requirements *requirements,
                               struct mistakes *m);

/* What a play of it is called: "server/6.2-jws/algorithms[alg=ES384]"; one line of text
 * whatever the variant holds.  The name alone when there is no `for each`. */
str scenario_play_name(struct arena *a, const struct scenario *s, str variant);

/* Calls visit for every check of the scenario in order. */
void scenario_checks(const struct scenario *s,
                     void (*visit)(void *context, const struct check *check),
                     void *context);

#endif
