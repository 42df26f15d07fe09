/* SPDX-License-Identifier: MIT */
/* The one sentence; too long a sentence is cut. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>

#undef err_set
#undef err_at

bool err_set(struct err *err, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    vsnprintf(err->text, sizeof err->text, fmt, args);
    va_end(args);
    return false;
}

bool err_at(struct err *err, const char *fmt, ...)
{
    char where[256];
    va_list args;
    va_start(args, fmt);
    vsnprintf(where, sizeof where, fmt, args);
    va_end(args);
    struct err old = *err;
    return err_set(err, "%s: %s", where, old.text);
}
