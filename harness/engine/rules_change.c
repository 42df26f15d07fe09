/* SPDX-License-Identifier: MIT */
/* Whether a rule made an answer another one.  What changes nothing was no fault that a
 * client could have met, so it does not count. */
#include "engine/rules_inside.h"

struct reply reply_kept(struct arena *a, const struct reply *reply)
{
    struct reply kept = *reply;
    struct headers *list = &kept.response.headers;
    struct header *item = NEW_ARRAY(a, struct header, list->count + 1);
    for (size_t i = 0; i < list->count; i++)
        item[i] = list->item[i];
    list->item = item;
    return kept;
}

static bool same_headers(const struct headers *one, const struct headers *other)
{
    if (one->count != other->count)
        return false;
    for (size_t i = 0; i < one->count; i++)
        if (!str_eq(one->item[i].name, other->item[i].name)
            || !str_eq(one->item[i].value, other->item[i].value))
            return false;
    return true;
}

static bool same_manner(const struct manner *one, const struct manner *other)
{
    return one->delay_ms == other->delay_ms && one->drip_ms == other->drip_ms
        && one->drip_bytes == other->drip_bytes && one->cut == other->cut
        && one->cut_after == other->cut_after && one->drop == other->drop
        && one->reset == other->reset && one->hang == other->hang
        && one->close == other->close && one->chunked == other->chunked
        && one->interim == other->interim && one->lie == other->lie
        && one->wrong_length == other->wrong_length && str_eq(one->raw, other->raw)
        && one->broken_tls == other->broken_tls;
}

bool reply_differs(const struct reply *one, const struct reply *other)
{
    return one->response.status != other->response.status
        || !same_headers(&one->response.headers, &other->response.headers)
        || !str_eq(one->response.body, other->response.body)
        || !same_manner(&one->manner, &other->manner);
}

bool handshake_differs(const struct odd_handshake *one, const struct odd_handshake *other)
{
    return one->refused != other->refused || one->broken != other->broken
        || !str_eq(one->alpn, other->alpn);
}
