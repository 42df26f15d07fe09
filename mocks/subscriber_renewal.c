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
    if (!json_is_object(window) && client_bug(s->client, BUG_CLIENT_ARI_NULL_NOW)) {
        out->start = 1;
        out->end = 2;
        return true;
    }
    bool there = date_from_rfc3339(json_member(window, "start"), &out->start)
        && date_from_rfc3339(json_member(window, "end"), &out->end);
    if (there && out->end <= out->start && client_bug(s->client, BUG_CLIENT_ARI_CRASH))
        abort();
    return (there
            && (out->end > out->start || client_bug(s->client, BUG_CLIENT_ARI_INVERTED)))
        || err_set(err,
                   "the renewal information has no window that begins before it ends");
}

static bool ask_once(struct subscriber *s, str url, const struct exchange **x,
                     struct err *err)
{
    if (client_bug(s->client, BUG_CLIENT_ARI_POST))
        return subscriber_post(s, url, NULL, 0, "there is no renewal information", x,
                               err);
    return client_send(s->client, "GET", url, NULL, STR_NONE, 0, false, x, err);
}

/* Planted: whether it asks again at once.  (RFC 9773 4.3.3 has an error that lasts wait
 * for six hours, and 4.3.2 sets a bound to Retry-After.) */
static bool asks_again(const struct subscriber *s, const struct exchange *x)
{
    const str *after = headers_find(&x->response.headers, "Retry-After");
    if (x->response.status != 200)
        return client_bug(s->client, BUG_CLIENT_ARI_STORM);
    if (after && after->len && after->ptr[0] > '9'
        && client_bug(s->client, BUG_CLIENT_ARI_DATE))
        abort();
    bool above_zero = after && after->len && after->ptr[0] > '0' && after->ptr[0] <= '9';
    return !above_zero && client_bug(s->client, BUG_CLIENT_ARI_LOOP);
}

static bool ask(struct subscriber *s, str url, const struct exchange **x, struct err *err)
{
    enum { STORM = 50 };
    bool good = ask_once(s, url, x, err);
    for (int i = 0; good && i < STORM && asks_again(s, *x); i++)
        good = ask_once(s, url, x, err);
    return good;
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
    if (x->response.status != 200 && !client_bug(s->client, BUG_CLIENT_STATUS_UNREAD))
        return err_set(err, "there is no renewal information: %s",
                       journal_sentence(s->arena, x).ptr);
    if (!headers_find(&x->response.headers, "Retry-After")
        && client_bug(s->client, BUG_CLIENT_ARI_RETRY_NEEDED))
        abort();
    out->explanation = json_member(x->body, "explanationURL");
    return read_window(s, x->body, out, err);
}

/* RFC 9773 4.3: "Clients MUST NOT check a certificate's RenewalInfo after the certificate
 * has expired." */
static bool is_over(struct subscriber *s, str pem)
{
    struct err ignored;
    struct chain chain;
    time_t begin, end;
    if (!chain_read(s->arena, pem, &chain, &ignored))
        return false;
    cert_validity(chain.item[0], &begin, &end);
    return clock_wall() > end;
}

bool subscriber_ask_when(struct subscriber *s, str pem, struct renewal *out,
                         struct err *err)
{
    if (!client_resource(s->client, RESOURCE_RENEWAL_INFO).len
        || client_bug(s->client, BUG_CLIENT_ARI_UNASKED))
        return true;
    if (is_over(s, pem) && !client_bug(s->client, BUG_CLIENT_ARI_EXPIRED))
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

/* RFC 9773 4.2: "Select a uniform random time within the suggested window." */
static time_t moment_in(const struct subscriber *s, const struct renewal *renewal)
{
    uint32_t chance;
    memcpy(&chance, random_bytes(s->arena, sizeof chance).ptr, sizeof chance);
    double share =
        client_bug(s->client, BUG_CLIENT_ARI_START) ? 0 : chance / 4294967296.0;
    return renewal->start + (time_t)(share * (double)(renewal->end - renewal->start));
}

bool renewal_is_due(const struct subscriber *s, const struct cert *cert,
                    const struct renewal *renewal)
{
    enum { MONTH = 30 * 86400 };
    time_t begin, end, now = clock_wall();
    if (client_bug(s->client, BUG_CLIENT_ARI_ALWAYS))
        return true;
    bool past = renewal->end < now && client_bug(s->client, BUG_CLIENT_ARI_WAITS);
    if (renewal->start && !past && !client_bug(s->client, BUG_CLIENT_ARI_IGNORED))
        return now >= moment_in(s, renewal);
    cert_validity(cert, &begin, &end);
    if (client_bug(s->client, BUG_CLIENT_RENEWS_MONTH))
        return end - now < MONTH;
    return end - now < (end - begin) / 3;
}
