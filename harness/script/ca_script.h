/* SPDX-License-Identifier: MIT */
/* A file for `acmespec mock --script`, and the manners of a CA: how the CA is set up (`ca
 * SETTING`), and what it does otherwise (`on RESOURCE`). */
#ifndef SCRIPT_CA_SCRIPT_H
#define SCRIPT_CA_SCRIPT_H

#include "script/ca_settings.h"
#include "script/rule.h"

struct ca_script {
    struct rules_read on;
    struct setting *setting;
    size_t setting_count;
};

/* Adds what a text says; false after telling every mistake. */
bool ca_script_read(struct arena *a, const char *file, str text, struct ca_script *out,
                    struct mistakes *m);
/* The same of lines that were read already. */
bool ca_script_of_lines(struct arena *a, const struct line *lines, size_t count,
                        struct ca_script *out, struct mistakes *m);

#endif
