/* SPDX-License-Identifier: MIT */
/* The kill matrix: which planted bug of one mock turns which check of the suite red.  A
 * value that grows with every play, and what is wrong with it: bugs that nothing catches,
 * checks that nothing turns red, and checks that turn red for a bug which is not theirs.
 */
#ifndef RUN_MATRIX_H
#define RUN_MATRIX_H

#include "engine/play.h"
#include "run/bugnotes.h"
#include "script/library.h"

/* What a red check has to do with the bug. */
enum relation {
    RELATION_NONE,
    RELATION_FOLLOWS, /* another check of the play was red before it */
    RELATION_WATCHED, /* it is a watch, which judges each message on its own */
    RELATION_NOTED,   /* a note says so, with its reason */
    RELATION_SECTION, /* it cites the section of the bug's requirement, or its scenario
                         lies in that section's folder */
    RELATION_CITED,   /* it cites the bug's requirement */
    RELATION_COUNT
};
extern const char *const relation_names[RELATION_COUNT];

/* A column: a check of a scenario, whatever its variant; or a watch. */
struct matrix_check {
    str scenario; /* "watch/index-link" of a watch */
    str name;     /* of the check; a watch's title */
    str level, file;
    int line;
    const struct strs *rules;
    size_t red_by; /* so many bugs */
};

/* A cell that is not empty. */
struct matrix_red {
    size_t check;
    enum verdict verdict; /* fail or warn */
    enum relation relation;
    str play, message; /* where it was seen first, and what */
};

/* A row, of one bug; of BUG_NONE: the correct mock. */
struct matrix_row {
    bool selected;
    bool whole;       /* the whole suite was played against it */
    size_t plays;     /* so many */
    size_t undecided; /* of them inconclusive or an error */
    struct matrix_red *red;
    size_t red_count;
    struct strs shown; /* scenarios in whose plays something was red */
    str trouble;       /* why not all was played; empty: it was */
};

enum fault_kind {
    FAULT_TROUBLE,  /* a bug's plays could not be played */
    FAULT_CORRECT,  /* red against the correct mock */
    FAULT_UNCAUGHT, /* a bug that no check catches */
    FAULT_IDLE,     /* a check that no bug turns red */
    FAULT_STRAY,    /* a bug turns a check red that is about something else */
    FAULT_STALE,    /* a note that is not true any more */
    FAULT_KINDS
};
extern const char *const fault_names[FAULT_KINDS];    /* "uncaught" */
extern const char *const fault_headings[FAULT_KINDS]; /* a sentence each */

struct matrix_fault {
    enum fault_kind kind;
    enum bug bug; /* BUG_NONE: of none */
    str where;    /* scenario and check, or a note's place */
    str says;
};

struct matrix {
    struct arena *arena;
    const char *suite; /* "server": bugs of the mock CA; "client": of the mock client */
    const struct library *library;
    const struct bugnotes *notes;
    bool complete; /* every bug was selected: each check that stayed green is a fault */
    struct matrix_check *check;
    size_t check_count;
    struct matrix_row row[BUG_COUNT];
    struct matrix_fault *fault;
    size_t fault_count, faults[FAULT_KINDS];
    size_t selected, caught, reds, checks_red, excused_bugs, excused_checks;
    str stopped; /* why it is not whole; empty: it is */
};

/* All columns of the library's suite, nothing red yet. */
struct matrix *matrix_new(struct arena *a, const char *suite,
                          const struct library *library, const struct bugnotes *notes);
/* Whether it is a bug of the mock that the suite tests. */
bool matrix_has(const struct matrix *m, enum bug bug);
/* Whether a scenario is about the bug: it cites its requirement, or one that a note adds,
 * or a note names it. */
bool matrix_concerns(const struct matrix *m, enum bug bug, const struct scenario *s);
/* The same of the section. */
bool matrix_near(const struct matrix *m, enum bug bug, const struct scenario *s);
/* Whether no check of the scenario was turned red by a bug, and no note excuses that. */
bool matrix_idle(const struct matrix *m, const struct scenario *s);
/* Adds what one play showed. */
void matrix_add(struct matrix *m, enum bug bug, const struct play_outcome *outcome);
/* Whether something caught it, for a reason that has to do with it. */
bool matrix_caught(const struct matrix *m, enum bug bug);
/* Whether a note says that nothing can see it. */
const struct bug_note *matrix_unseen(const struct matrix *m, enum bug bug);
/* Counts everything, and fills in the faults. */
void matrix_judge(struct matrix *m);

#endif
