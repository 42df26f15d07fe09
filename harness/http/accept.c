/* SPDX-License-Identifier: MIT */
/* Accept (RFC 9110 12.5.1): how much a client wants a media type. */
#include "http/message.h"

enum { MOST_WEIGHT = 1000 };

/* Up to a separator that is not in a quoted string; false at the end. */
static bool cut_outside_quotes(str *rest, char separator, str *out)
{
    bool quoted = false;
    size_t at = 0;
    if (!rest->len)
        return false;
    for (; at < rest->len && (quoted || rest->ptr[at] != separator); at++) {
        if (rest->ptr[at] == '"')
            quoted = !quoted;
        else if (quoted && rest->ptr[at] == '\\' && at + 1 < rest->len)
            at++;
    }
    *out = str_trim(str_upto(*rest, at));
    *rest = str_from(*rest, at < rest->len ? at + 1 : at);
    return true;
}

/* RFC 9110 12.4.2: "1", "0" or "0.5" in thousandths; what is no weight is as if there
 * were none. */
static int weight_read(str text)
{
    int weight = 0, worth = MOST_WEIGHT;
    for (size_t i = 0; i < text.len && i < sizeof "0.123" - 1; i++) {
        if (i == 1 && text.ptr[i] == '.')
            continue;
        if (i == 1 || text.ptr[i] < '0' || text.ptr[i] > '9')
            return MOST_WEIGHT;
        weight += (text.ptr[i] - '0') * worth;
        worth /= 10;
    }
    return text.len && weight < MOST_WEIGHT ? weight : MOST_WEIGHT;
}

/* How closely a range names the type: 3 exactly, 2 by its first half, 1 as anything; 0
 * not at all, as with parameters that the type has not. */
static int closeness(str range, str type)
{
    size_t slash = str_find_char(type, '/') + 1;
    if (str_eq_nocase(range, type))
        return 3;
    if (str_ends(range, "/*") && range.len == slash + 1
        && str_eq_nocase(str_upto(range, slash), str_upto(type, slash)))
        return 2;
    return str_is(range, "*/*") ? 1 : 0;
}

/* One element: how close it is, and its weight. */
static int look_at(str element, str type, int *weight)
{
    str range, parameter;
    *weight = MOST_WEIGHT;
    if (!cut_outside_quotes(&element, ';', &range))
        return 0;
    while (cut_outside_quotes(&element, ';', &parameter)) {
        if (str_eq_nocase(str_upto(parameter, 2), STR("q="))) {
            *weight = weight_read(str_from(parameter, 2));
            break; /* what follows is no parameter of the type */
        }
        if (parameter.len)
            return 0;
    }
    return closeness(range, type);
}

int accept_weight(const struct headers *list, const char *type)
{
    int best = 0, weight = 0;
    size_t count = headers_count(list, "Accept");
    for (size_t n = 0; n < count; n++) {
        str rest = *headers_nth(list, "Accept", n), element;
        while (cut_outside_quotes(&rest, ',', &element)) {
            int own, close = look_at(element, str_of(type), &own);
            if (close > best || (close == best && own > weight))
                weight = close ? own : weight;
            best = close > best ? close : best;
        }
    }
    return count ? weight : MOST_WEIGHT;
}
