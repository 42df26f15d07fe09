/* SPDX-License-Identifier: MIT */
/* Command line options as rows: parsing and --help come from the same table. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "base/arena.h"
#include "base/err.h"

enum option_type {
    OPTION_FLAG,     /* bool */
    OPTION_TEXT,     /* str, not empty; the last one counts */
    OPTION_TEXTS,    /* struct strs, may be given again */
    OPTION_NUMBER,   /* long */
    OPTION_COUNT,    /* long, from 1: how often */
    OPTION_AMOUNT,   /* the same, of what there may be very many of */
    OPTION_JOBS,     /* long, from 1: how many side by side */
    OPTION_SPAN,     /* long, milliseconds: 30s */
    OPTION_DEADLINE, /* the same, but not 0 */
    OPTION_PORT,     /* long, 1 to 65535 */
    OPTION_ANY_PORT, /* the same, or 0: the kernel chooses */
};

struct option_row {
    const char *name; /* "junit" for --junit */
    char letter;      /* or 0 */
    enum option_type type;
    const char *value; /* "FILE" for the help, or NULL */
    size_t offset;     /* of the member in the command's struct */
    const char *help;
};

/* Reads argv[1...]; words that are no options go to *words.  "--" ends the options. false
 * with a sentence that names the nearest option. */
bool options_read(struct arena *a, const struct option_row *rows, size_t count, int argc,
                  char **argv, void *into, struct strs *words,
                  struct err *err) MUST_CHECK;
/* The same of a command that has no option but --help. */
bool options_help(struct arena *a, int argc, char **argv, bool *help, struct strs *words,
                  struct err *err) MUST_CHECK;
/* Prints the rows, aligned. */
void options_print(const struct option_row *rows, size_t count);
/* Prints "acmespec: sentence" to standard error and returns EXIT_USAGE. */
int usage_error(const char *sentence);
/* The same with what went wrong; returns the status. */
int command_failed(int status, const struct err *err);

#endif
