/* SPDX-License-Identifier: MIT */
/* ${names} and their values while a scenario is played. */
#ifndef ENGINE_VARS_H
#define ENGINE_VARS_H

#include "json/json.h"

struct vars;
struct vars *vars_new(struct arena *a);
/* New names above those of another, which are looked for when these have no such name,
 * and do not change. */
struct vars *vars_over(struct arena *a, const struct vars *under);
/* Sets a name; text and value are copied. */
void vars_set(struct vars *v, str name, str text);
void vars_set_json(struct vars *v, str name, json_t *value);
/* Sets a text that the scenario wrote (a value of `for each`): ${names} in it are
 * replaced each time it is used. */
void vars_set_scripted(struct vars *v, str name, str text);
/* Notes that a name has no value and why: using it is told with that reason. */
void vars_set_missing(struct vars *v, str name, str why);
/* The value, or NULL. */
json_t *vars_get(const struct vars *v, str name);
/* The value's text, or STR_NONE. */
str vars_text_of(const struct vars *v, str name);

/* The text with every ${name} replaced; false with which name has no value, and why. */
bool vars_expand(struct vars *v, struct arena *a, str text, str *out,
                 struct err *err) MUST_CHECK;
/* A copy of the JSON value with every string expanded; a string that is one ${name} alone
 * becomes that name's value.  NULL with err. */
json_t *vars_expand_json(struct vars *v, struct arena *a, json_t *value, struct err *err);

#endif
