/* SPDX-License-Identifier: MIT */
/* What became of checks, watches and scenarios: the values that the engine makes, the
 * runner carries between processes, and the reports print. */
#ifndef ENGINE_VERDICT_H
#define ENGINE_VERDICT_H

#include "base/names.h"

/* From best to worst, so that the worst decides. */
enum verdict {
    VERDICT_SKIP, /* not offered or not selected, with the reason */
    VERDICT_PASS,
    VERDICT_WARN,         /* a SHOULD was broken */
    VERDICT_INCONCLUSIVE, /* nothing was learnt */
    VERDICT_FAIL,         /* a MUST was broken */
    VERDICT_ERROR,        /* ours, or the peer could not be reached */
    VERDICT_COUNT
};
extern const char *const verdict_names[VERDICT_COUNT];

/* Whether something was broken. */
bool verdict_is_red(enum verdict verdict);

/* One decided (or never reached) check. */
struct check_result {
    str name;  /* stable and unique in its scenario */
    str level; /* "must", "should" */
    struct strs rules;
    enum verdict verdict;
    str message; /* what the peer did, one sentence */
    str wanted;  /* what would have been accepted */
    str why;
    str transcript; /* of a check that did not pass: the exchange as RFC 8555 prints it */
    int line;       /* in the scenario's file */
    bool not_reached; /* inconclusive because an earlier step ended the scenario */
    bool expected;    /* the baseline knows it */
    str because;      /* the baseline's evidence */
};

/* One play of a scenario (of one of its variants). */
struct play_result {
    str name;     /* "server/6.2-jws/algorithms[alg=ES384]" */
    str scenario; /* without the variant */
    str title, suite, file;
    enum verdict verdict;
    str reason; /* why skip, inconclusive or error */
    str transcript;
    struct check_result *check;
    size_t check_count;
    int64_t wall_us, cpu_us;
    size_t exchanges;
    long peak_kib;
    bool unanswered; /* the last request that it sent got no answer */
    bool expected;
    str because;
};

/* What one watch saw in one play, or over a whole run. */
struct watch_result {
    str id, title, level, file;
    struct strs rules;
    enum verdict
        verdict;   /* skip: never armed; inconclusive: of no message it was known */
    size_t seen;   /* messages that it judged */
    size_t broken; /* how many of them broke it */
    str play;      /* where it was broken first */
    str message, wanted, transcript;
    bool expected;
    str because;
};

/* Which of two findings of a watch is told: a message of which nothing is known says less
 * than any that was judged, and more than none. */
bool watch_tells_more(enum verdict one, enum verdict than);

/* Copies with all that they point to, for whom the original lives too short or too large:
 * what was read from JSON holds on to the whole of it. */
struct play_result play_result_copy(struct arena *a, const struct play_result *p);
struct watch_result watch_result_copy(struct arena *a, const struct watch_result *w);

#endif
