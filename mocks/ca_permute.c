/* SPDX-License-Identifier: MIT */
/* The permuting CA: answers that mean the same and look otherwise each time.  The order
 * of members (RFC 8259 4) and of challenges, white space (2), the case and order of
 * header fields (RFC 9110 5.1, 5.3), members that nobody knows (RFC 8555 7.1.1 and 7.3
 * for some, JSON's custom for all), a challenge type that nobody knows (8: which to offer
 * is the server's matter, and so are its members, the token among them, the type's own).
 * What varies depends on the seed and the number of the request only. */
#include "mocks/ca_inside.h"

/* Splitmix64: small, and the same everywhere. */
struct dice {
    uint64_t state;
};

static uint64_t throw_of(struct dice *dice, uint64_t sides)
{
    uint64_t z = dice->state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return (z ^ (z >> 31)) % sides;
}

/* --- JSON --- */

static json_t *permuted(struct arena *a, struct dice *dice, json_t *value);

static void shuffle(struct dice *dice, size_t *index, size_t count)
{
    for (size_t i = 0; i < count; i++)
        index[i] = i;
    for (size_t i = count; i > 1; i--) {
        size_t k = (size_t)throw_of(dice, i), former = index[i - 1];
        index[i - 1] = index[k];
        index[k] = former;
    }
}

static json_t *permuted_object(struct arena *a, struct dice *dice, json_t *value)
{
    size_t count = json_object_size(value), at = 0;
    size_t *index = NEW_ARRAY(a, size_t, count + 1);
    const char **keys = NEW_ARRAY(a, const char *, count + 1);
    json_t *out = json_keep(a, json_object()), *item;
    const char *key;
    json_object_foreach(value, key, item) keys[at++] = key;
    shuffle(dice, index, count);
    for (size_t i = 0; i < count; i++) {
        key = keys[index[i]];
        json_object_set(out, key, permuted(a, dice, json_object_get(value, key)));
    }
    return out;
}

static json_t *permuted(struct arena *a, struct dice *dice, json_t *value)
{
    if (json_is_object(value))
        return permuted_object(a, dice, value);
    if (!json_is_array(value))
        return value;
    json_t *out = json_keep(a, json_array());
    for (size_t i = 0; i < json_array_size(value); i++)
        json_array_append(out, permuted(a, dice, json_array_get(value, i)));
    return out;
}

static void shuffle_list(struct arena *a, struct dice *dice, json_t *value,
                         const char *member)
{
    json_t *list = json_object_get(value, member), *out = json_array();
    size_t count = json_array_size(list);
    size_t *index = NEW_ARRAY(a, size_t, count + 1);
    shuffle(dice, index, count);
    for (size_t i = 0; i < count; i++)
        json_array_append(out, json_array_get(list, index[i]));
    json_object_set_new(value, member, out);
}

/* One that a client does not know, in front of the others or behind them. */
static void add_challenge(struct ca_call *call, struct dice *dice, json_t *value)
{
    json_t *list = json_object_get(value, "challenges"), *one = json_object();
    json_object_set_new(one, "type", json_string("x-acmespec-01"));
    json_object_set(
        one, "url",
        json_string_of(call->arena, ca_url(call, "/challenge/none/x-acmespec-01")));
    json_object_set_new(one, "status", json_string("pending"));
    json_array_insert_new(list, throw_of(dice, 2) ? json_array_size(list) : 0, one);
}

static void add_member(struct dice *dice, json_t *value)
{
    static const char *const names[] = { "x-acmespec", "Status", "_links", "meta-data" };
    const char *name = names[throw_of(dice, countof(names))];
    json_t *extra = throw_of(dice, 2) ? json_string("of no meaning") : json_object();
    json_object_set_new(value, name, extra);
}

/* White space around it; in it pretty or not at all. */
static str laid_out(struct ca_call *call, struct dice *dice, json_t *value)
{
    static const char *const spaces[] = { "", "\n", "  ", "\r\n\t" };
    struct arena *a = call->arena;
    str text = throw_of(dice, 2) ? json_pretty(a, value) : json_text(a, value);
    const char *front = spaces[throw_of(dice, countof(spaces))];
    const char *behind = spaces[throw_of(dice, countof(spaces))];
    return arena_printf(a, "%s%.*s%s", front, STR_ARG(text), behind);
}

static bool is_json(const struct response *response)
{
    return media_type_is(&response->headers, "application/json")
        || media_type_is(&response->headers, "application/problem+json");
}

static void permute_body(struct ca_call *call, struct dice *dice)
{
    /* RFC 8555 7.4: no assumptions about the order of the first two; 7.1.4: the third are
     * alternatives. */
    static const char *const unordered[] = { "identifiers", "authorizations",
                                             "challenges" };
    struct err err;
    struct response *response = &call->reply->response;
    json_t *value =
        is_json(response) ? json_read(call->arena, response->body, &err) : NULL;
    if (!json_is_object(value))
        return;
    for (size_t i = 0; i < countof(unordered); i++)
        if (json_array_size(json_object_get(value, unordered[i])))
            shuffle_list(call->arena, dice, value, unordered[i]);
    if (json_array_size(json_object_get(value, "challenges"))) {
        if (str_is(json_member(value, "status"), "pending"))
            add_challenge(call, dice, value);
    }
    if (throw_of(dice, 2))
        add_member(dice, value);
    response->body = laid_out(call, dice, permuted(call->arena, dice, value));
}

/* --- header fields --- */

static str recased(struct arena *a, str name, uint64_t how)
{
    char *text = arena_alloc(a, 1, name.len + 1);
    for (size_t i = 0; i < name.len; i++)
        text[i] = char_in_case(name.ptr[i], how == 1);
    return (str){ text, name.len };
}

/* Fields of one name keep their order (RFC 9110 5.3), so names only trade places when
 * they are alone. */
static void permute_headers(struct ca_call *call, struct dice *dice)
{
    struct headers *list = &call->reply->response.headers, out = { 0 };
    size_t *index = NEW_ARRAY(call->arena, size_t, list->count + 1);
    uint64_t how = throw_of(dice, 3); /* 2: as it is */
    bool links = headers_count(list, "Link") > 1;
    shuffle(dice, index, list->count);
    for (size_t i = 0; i < list->count; i++) {
        struct header h = list->item[links ? i : index[i]];
        headers_add(call->arena, &out,
                    how == 2 ? h.name : recased(call->arena, h.name, how), h.value);
    }
    *list = out;
}

void ca_permute(struct ca_call *call)
{
    struct dice dice = { call->ca->options.permute ^ (call->info.number << 20) };
    permute_body(call, &dice);
    headers_date(call->arena, &call->reply->response.headers, call->now);
    permute_headers(call, &dice);
}
