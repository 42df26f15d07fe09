/* SPDX-License-Identifier: MIT */
/* Look-up in tables of words. */
#include "base/names.h"

int name_find(const char *const names[], size_t count, str word)
{
    for (size_t i = 0; i < count; i++)
        if (names[i] && str_is(word, names[i]))
            return (int)i;
    return -1;
}

const char *name_nearest(const char *const names[], size_t count, str word)
{
    size_t least = word.len / 3 > 2 ? word.len / 3 : 2;
    const char *nearest = NULL;
    for (size_t i = 0; i < count; i++) {
        if (!names[i])
            continue;
        size_t distance = str_distance(str_of(names[i]), word);
        if (distance <= least && distance < word.len) {
            least = distance - (distance > 0);
            nearest = names[i];
        }
    }
    return nearest;
}

str name_did_you_mean(struct arena *a, const char *const names[], size_t count, str word)
{
    const char *nearest = name_nearest(names, count, word);
    return nearest ? arena_printf(a, "; did you mean \"%s\"?", nearest) : STR_NONE;
}
