/* SPDX-License-Identifier: MIT */
/* When the CA wants a certificate renewed (RFC 9773). */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "crypto/b64url.h"
#include "crypto/cert.h"
#include "mocks/subscriber.h"

/* RFC 9773 4.1: the identifier, and the planted ways to write it. */
static str identifier_as_told(struct subscriber *s, str id)
{
    size_t dot = str_find_char(id, '.');
    str issuer = str_upto(id, dot), serial = str_from(id, dot + 1), octets;
    if (client_bug(s->client, BUG_CLIENT_ARI_PADDED))
        return arena_printf(s->arena, "%.*s=.%.*s", STR_ARG(issuer), STR_ARG(serial));
    if (client_bug(s->client, BUG_CLIENT_ARI_SERIAL)
        && b64url_decode(s->arena, serial, &octets) && octets.len && !octets.ptr[0])
        return arena_printf(s->arena, "%.*s.%.*s", STR_ARG(issuer),
                            STR_ARG(b64url_encode(s->arena, str_from(octets, 1))));
    return id;
}

/* RFC 9773 4.2: a window that does not end after its start is none. */
static bool read_window(struct subscriber *s, json_t *body, struct renewal *out,
                        struct err *err)
{
    json_t *window = json_object_get(body, "suggestedWindow");
    bool there = date_from_rfc3339(json_member(window, "start"), &out->start)
        && date_from_rfc3339(json_member(window, "end"), &out->end);
    if (there && out->end <= out->start && client_bug(s->client, BUG_CLIENT_ARI_CRASH))
        abort();
    return (there
            && (out->end > out->start || client_bug(s->client, BUG_CLIENT_ARI_INVERTED)))
        || err_set(err,
                   "the renewal information has no window that begins before it ends");
}

static bool ask(struct subscriber *s, str url, const struct exchange **x, struct err *err)
{
    if (client_bug(s->client, BUG_CLIENT_ARI_POST))
        return subscriber_post(s, url, NULL, 0, "there is no renewal information", x,
                               err);
    return client_send(s->client, "GET", url, NULL, STR_NONE, 0, false, x, err);
}

bool subscriber_renewal(struct subscriber *s, str pem, struct renewal *out,
                        struct err *err)
{
    str base = client_resource(s->client, RESOURCE_RENEWAL_INFO);
    struct chain chain;
    const struct exchange *x;
    *out = (struct renewal){ .id = STR_NONE, .explanation = STR_NONE };
    if (!base.len)
        return err_set(err, "the CA offers no renewalInfo");
    if (!chain_read(s->arena, pem, &chain, err)
        || !cert_ari_id(s->arena, chain.item[0], &out->id, err))
        return false;
    str url = arena_printf(s->arena, "%.*s%s%.*s", STR_ARG(base),
                           client_bug(s->client, BUG_CLIENT_ARI_SLASH) ? "" : "/",
                           STR_ARG(identifier_as_told(s, out->id)));
    if (!ask(s, url, &x, err))
        return false;
    if (x->response.status != 200)
        return err_set(err, "there is no renewal information: %s",
                       journal_sentence(s->arena, x).ptr);
    if (!headers_find(&x->response.headers, "Retry-After")
        && client_bug(s->client, BUG_CLIENT_ARI_RETRY_NEEDED))
        abort();
    out->explanation = json_member(x->body, "explanationURL");
    return read_window(s, x->body, out, err);
}

bool subscriber_ask_when(struct subscriber *s, str pem, struct renewal *out,
                         struct err *err)
{
    if (!client_resource(s->client, RESOURCE_RENEWAL_INFO).len)
        return true;
    if (!subscriber_renewal(s, pem, out, err)) {
        if (client_bug(s->client, BUG_CLIENT_ARI_FATAL))
            return false;
        fprintf(stderr, "acmespec: %s\n", err->text);
        out->start = 0;
    }
    if (out->explanation.len && !client_bug(s->client, BUG_CLIENT_ARI_SILENT))
        printf("why now: %.*s\n", STR_ARG(out->explanation));
    return true;
}

bool renewal_is_due(const struct client *client, const struct cert *cert,
                    const struct renewal *renewal)
{
    time_t begin, end, now = clock_wall();
    if (client_bug(client, BUG_CLIENT_ARI_ALWAYS))
        return true;
    if (renewal->start && !client_bug(client, BUG_CLIENT_ARI_IGNORED))
        return now >= renewal->start;
    cert_validity(cert, &begin, &end);
    return end - now < (end - begin) / 3;
}
