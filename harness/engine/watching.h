/* SPDX-License-Identifier: MIT */
/* Lets the watches look at every exchange of a play. */
#ifndef ENGINE_WATCHING_H
#define ENGINE_WATCHING_H

#include "engine/verdict.h"
#include "engine/world.h"

struct watching;
/* One result for each watch; all are skip until they see a message that they are about,
 * and those of another suite always. */
struct watching *watching_new(struct world *w, const struct watches *watches, str suite,
                              str play_name);
/* Looks at the exchanges that came since the last call. */
void watching_look(struct watching *watching);
struct watch_result *watching_results(const struct watching *watching, size_t *count);
/* The last exchange as a report prints it, with a note at the marked line. */
str transcript_of(struct arena *a, const struct exchange *exchange, str mark, str note);

#endif
