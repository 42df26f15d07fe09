/* SPDX-License-Identifier: MIT */
/* Looks at what the target asked of our web, DNS and TLS servers. */
#include "engine/look.h"

static const char *const kind_names[] = { [QUERY_HTTP] = "http",
                                          [QUERY_DNS] = "dns",
                                          [QUERY_TLS] = "tls",
                                          [QUERY_CLOSE] = "close" };

/* What the CA has to be able to validate, or no such query can come. */
static const enum challenge_type kind_challenges[] = {
    [QUERY_HTTP] = CHALLENGE_HTTP_01,
    [QUERY_DNS] = CHALLENGE_DNS_01,
    [QUERY_TLS] = CHALLENGE_TLS_ALPN_01,
    [QUERY_CLOSE] = CHALLENGE_TLS_ALPN_01,
};

static bool kind_of(struct look *l, enum query_kind *kind)
{
    int found = name_find(kind_names, countof(kind_names), l->arg[0]);
    if (found < 0)
        return err_set(l->err, "queries are http, dns, tls or close, not \"%.*s\"",
                       STR_ARG(l->arg[0]));
    *kind = (enum query_kind)found;
    const char *challenge = challenge_names[kind_challenges[found]];
    return target_reaches(l->world->target, str_of(challenge), l->err);
}

bool look_queries(struct look *l)
{
    enum query_kind kind = QUERY_HTTP;
    struct query *queries;
    if (!kind_of(l, &kind))
        return false;
    size_t count = world_queries(l->world, &queries);
    long long fitting = 0;
    for (size_t i = 0; i < count; i++)
        fitting += query_fits(&queries[i], kind, l->arg[1], l->arg[2]);
    l->value = look_number(l, fitting);
    return true;
}

static json_t *detail_of(struct look *l, const struct query *q, str detail)
{
    if (str_is(detail, "host"))
        return look_text(l, q->name);
    if (str_is(detail, "spelling"))
        return look_text(l, q->spelling);
    if (str_is(detail, "path") || str_is(detail, "alpn") || str_is(detail, "type")
        || str_is(detail, "how"))
        return look_text(l, q->detail);
    if (str_is(detail, "peer"))
        return look_text(l, q->peer);
    const str *header = headers_find(&q->headers, str_z(l->world->arena, detail));
    return header ? look_text(l, *header) : NULL;
}

bool look_query(struct look *l)
{
    enum query_kind kind = QUERY_HTTP;
    struct query *queries;
    if (!kind_of(l, &kind))
        return false;
    size_t count = world_queries(l->world, &queries);
    for (size_t i = count; i-- > 0;)
        if (query_fits(&queries[i], kind, l->arg[2], STR_NONE)) {
            l->value = detail_of(l, &queries[i], l->arg[1]);
            return true;
        }
    return err_set(l->err, "the target made no such query");
}
