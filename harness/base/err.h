/* SPDX-License-Identifier: MIT */
/* Why something could not be done, in one sentence that says what to do.  A function that
 * can fail for reasons outside itself takes a struct err last, and returns false after
 * filling it in.  What a peer did wrong is never an err: that is a verdict. */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "base/base.h"

struct err {
    char text[1024];
};

/* Writes the sentence.  Always returns false, so a caller can `return err_set(...)`. */
bool err_set(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Puts "where: " before the sentence that is there.  Always returns false. */
bool err_at(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* A static analyzer sees one file at a time: here it learns that both are always false,
 * and that an output is therefore only looked at after it was set. */
#ifdef __clang_analyzer__
#define err_set(...) ((void)(err_set)(__VA_ARGS__), false)
#define err_at(...) ((void)(err_at)(__VA_ARGS__), false)
#endif

#endif
