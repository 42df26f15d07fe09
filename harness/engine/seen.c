/* SPDX-License-Identifier: MIT */
/* A list of objects by URL.  Answers that overlap in time (races) tell nothing about
 * their order, so they are not compared. */
#include "engine/seen.h"

struct entry {
    str url, finalize;
    enum object object;
    str status;
    json_t *fixed;   /* members that never change */
    int64_t done_us; /* when this was seen */
};

struct seen {
    struct arena *arena;
    struct entry *item;
    size_t count;
    str transition_fault, identity_fault;
};

struct seen *seen_new(struct arena *a)
{
    struct seen *s = NEW(a, struct seen);
    s->arena = a;
    s->transition_fault = s->identity_fault = STR_NONE;
    return s;
}

str seen_transition_fault(const struct seen *s)
{
    return s->transition_fault;
}

str seen_identity_fault(const struct seen *s)
{
    return s->identity_fault;
}

static struct entry *find(struct seen *s, str url)
{
    for (size_t i = 0; i < s->count; i++)
        if (str_eq(s->item[i].url, url))
            return &s->item[i];
    return NULL;
}

/* The URL of the object that an answer holds: the one asked, the one in Location, or the
 * order that has this finalize URL. */
static str url_of(struct seen *s, const struct exchange *e)
{
    const str *location = headers_find(&e->response.headers, "Location");
    switch (e->resource) {
    case RESOURCE_NEW_ACCOUNT:
    case RESOURCE_NEW_ORDER:
    case RESOURCE_NEW_AUTHZ:
        return location ? *location : STR_NONE;
    case RESOURCE_FINALIZE:
        for (size_t i = 0; i < s->count; i++)
            if (str_eq(s->item[i].finalize, e->request.url))
                return s->item[i].url;
        return STR_NONE;
    default:
        return e->request.url;
    }
}

/* Members that stay what they are for the life of an object: what it is about (RFC 8555
 * 7.1.3, 7.1.4), and a challenge's type and token (8, 8.3). */
static json_t *fixed_members(struct seen *s, enum object object, json_t *body)
{
    static const char *const members[OBJECT_COUNT][3] = {
        [OBJECT_ORDER] = { "identifiers", "authorizations" },
        [OBJECT_AUTHORIZATION] = { "identifier" },
        [OBJECT_CHALLENGE] = { "type", "token" },
    };
    json_t *fixed = json_keep(s->arena, json_object());
    for (size_t i = 0; i < 3 && members[object][i]; i++) {
        json_t *value = json_object_get(body, members[object][i]);
        if (value)
            json_object_set(fixed, members[object][i], value);
    }
    return fixed;
}

/* Equal, arrays in any order; a member that is absent now is not held against the peer.
 */
static bool still_fixed(json_t *before, json_t *now, const char **changed)
{
    const char *key;
    json_t *value;
    json_object_foreach(now, key, value)
    {
        json_t *old = json_object_get(before, key);
        if (old && !(json_contains(old, value) && json_contains(value, old))) {
            *changed = key;
            return false;
        }
    }
    return true;
}

static void compare(struct seen *s, const struct entry *old, const struct entry *now)
{
    const char *changed = "";
    if (old->object != now->object || now->done_us < old->done_us)
        return;
    if (now->status.len && old->status.len
        && !transition_legal(now->object, old->status, now->status))
        s->transition_fault =
            arena_printf(s->arena, "the %s %.*s was \"%.*s\" and is now \"%.*s\"",
                         object_names[now->object], STR_ARG(now->url),
                         STR_ARG(old->status), STR_ARG(now->status));
    if (!still_fixed(old->fixed, now->fixed, &changed))
        s->identity_fault =
            arena_printf(s->arena, "\"%s\" of the %s %.*s is not what it was", changed,
                         object_names[now->object], STR_ARG(now->url));
}

static void note_object(struct seen *s, str url, enum object object, json_t *body,
                        const struct exchange *e)
{
    if (!url.len || !json_is_object(body))
        return;
    struct entry now = { .url = url,
                         .object = object,
                         .status = json_member(body, "status"),
                         .finalize = json_member(body, "finalize"),
                         .fixed = fixed_members(s, object, body),
                         .done_us = e->done_us };
    struct entry *old = find(s, url);
    if (!old) {
        s->item = GROW(s->arena, s->item, s->count, struct entry);
        s->item[s->count++] = now;
        return;
    }
    bool overlap = e->sent_us < old->done_us;
    if (!overlap)
        compare(s, old, &now);
    if (!overlap || now.done_us > old->done_us)
        *old = now;
}

void seen_note(struct seen *s, const struct exchange *e)
{
    size_t i;
    json_t *challenge;
    s->transition_fault = s->identity_fault = STR_NONE;
    if (!e->has_object)
        return;
    note_object(s, url_of(s, e), e->object, e->body, e);
    if (e->object != OBJECT_AUTHORIZATION)
        return;
    json_array_foreach(json_object_get(e->body, "challenges"), i, challenge)
        note_object(s, json_member(challenge, "url"), OBJECT_CHALLENGE, challenge, e);
}
