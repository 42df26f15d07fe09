/* SPDX-License-Identifier: MIT */
/* Link header fields, read strictly by the grammar of RFC 8288 3.  The anchor parameter
 * is read over: ACME's links are all about the resource that was asked for. */
#include "http/message.h"

/* OWS and BWS of RFC 9110 5.6.3 are the same to a reader. */
static void skip_blanks(str *rest)
{
    while (rest->len && (rest->ptr[0] == ' ' || rest->ptr[0] == '\t'))
        *rest = str_from(*rest, 1);
}

static bool take(str *rest, char c)
{
    if (rest->len == 0 || rest->ptr[0] != c)
        return false;
    *rest = str_from(*rest, 1);
    return true;
}

static bool at_end_of_link(str rest)
{
    return rest.len == 0 || rest.ptr[0] == ',';
}

/* "<" URI-Reference ">" */
static bool take_target(str *rest, str *target)
{
    size_t shut = str_find_char(*rest, '>');
    if (!take(rest, '<') || shut > rest->len)
        return false;
    *target = str_upto(*rest, shut - 1);
    *rest = str_from(*rest, shut);
    return true;
}

static bool take_token(str *rest, str *token)
{
    size_t len = 0;
    while (len < rest->len && http_is_token((str){ rest->ptr + len, 1 }))
        len++;
    *token = str_upto(*rest, len);
    *rest = str_from(*rest, len);
    return len > 0;
}

/* RFC 9110 5.6.4, behind its opening quote.  It is measured before it is copied: a long
 * value with a thousand strings must not take its length a thousand times. */
static bool take_quoted(struct arena *a, str *rest, str *value)
{
    size_t end = 0, len = 0;
    while (end < rest->len && rest->ptr[end] != '"')
        end += rest->ptr[end] == '\\' ? 2 : 1;
    if (end >= rest->len)
        return false;
    char *text = arena_alloc(a, 1, end + 1);
    for (size_t i = 0; i < end; i++) {
        i += rest->ptr[i] == '\\';
        text[len++] = rest->ptr[i];
    }
    *rest = str_from(*rest, end + 1);
    *value = (str){ text, len };
    return true;
}

/* token [ "=" ( token / quoted-string ) ]; the value may be missing. */
static bool take_parameter(struct arena *a, str *rest, str *name, str *value)
{
    *value = STR_NONE;
    if (!take_token(rest, name))
        return false;
    skip_blanks(rest);
    if (!take(rest, '='))
        return true;
    skip_blanks(rest);
    return take(rest, '"') ? take_quoted(a, rest, value) : take_token(rest, value);
}

/* *( OWS ";" OWS [ link-param ] ) up to the end of this link. */
static bool take_parameters(struct arena *a, str *rest, struct link *out)
{
    bool has_rel = false;
    for (skip_blanks(rest); !at_end_of_link(*rest); skip_blanks(rest)) {
        str name, value;
        if (!take(rest, ';'))
            return false;
        skip_blanks(rest);
        if (at_end_of_link(*rest) || rest->ptr[0] == ';')
            continue;
        if (!take_parameter(a, rest, &name, &value))
            return false;
        /* RFC 8288 3.3: "occurrences after the first MUST be ignored" */
        if (str_eq_nocase(name, STR("rel")) && !has_rel) {
            out->rel = value;
            has_rel = true;
        }
    }
    return true;
}

bool link_next(struct arena *a, str *rest, struct link *out, bool *bad)
{
    *bad = false;
    *out = (struct link){ STR_NONE, STR_NONE };
    do /* RFC 9110 5.6.1.2: a list may have empty elements */
        skip_blanks(rest);
    while (take(rest, ','));
    if (rest->len == 0)
        return false;
    if (take_target(rest, &out->target) && take_parameters(a, rest, out))
        return true;
    *bad = true;
    *rest = STR_NONE;
    return false;
}

/* RFC 8288 3.3: several relation types in one value, compared without case. */
static bool has_relation(str rel, str wanted)
{
    str one;
    while (str_cut(&rel, ' ', &one))
        if (one.len && str_eq_nocase(one, wanted))
            return true;
    return false;
}

bool link_find(struct arena *a, const struct headers *list, const char *rel, size_t n,
               str base, str *target)
{
    struct arena *step = arena_new(a);
    bool found = false;
    const str *value;
    for (size_t i = 0; !found && (value = headers_nth(list, "Link", i)); i++) {
        str rest = *value;
        struct link link;
        bool bad;
        while (!found && link_next(step, &rest, &link, &bad))
            found = has_relation(link.rel, str_of(rel)) && n-- == 0;
        if (found)
            *target = url_resolve(a, base, link.target);
    }
    arena_end(step);
    return found;
}
