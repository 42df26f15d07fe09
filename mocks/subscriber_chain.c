/* SPDX-License-Identifier: MIT */
/* The subscriber's download of a chain: which one, and whether it is one at all (RFC 8555
 * 7.4.2, 9.1, 11.4). */
#include <stdlib.h>

#include "crypto/cert.h"
#include "mocks/subscriber_inside.h"

enum { MOST_ALTERNATES = 20 };

/* --- what may be in it --- */

static const char begin_mark[] = "-----BEGIN ";
static const char certificate_mark[] = "-----BEGIN CERTIFICATE-----";
static const char end_mark[] = "-----END CERTIFICATE-----";

/* RFC 8555 11.4: "any instance of the string "-----BEGIN" that is followed by anything
 * other than "CERTIFICATE"" makes the whole file bad. */
static bool has_other_blocks(str pem)
{
    for (size_t at; (at = str_find(pem, str_of(begin_mark))) < pem.len;
         pem = str_from(pem, at + 1))
        if (!str_starts(str_from(pem, at), certificate_mark))
            return true;
    return false;
}

/* Anything but white space outside the certificates.  RFC 8555 9.1 allows no blank lines
 * either, but they do no harm. */
static bool has_text(str pem)
{
    for (;;) {
        size_t begin = str_find(pem, str_of(certificate_mark));
        if (str_trim(str_upto(pem, begin)).len)
            return true;
        if (begin >= pem.len)
            return false;
        pem = str_from(pem, begin);
        size_t end = str_find(pem, str_of(end_mark));
        pem = str_from(pem, end < pem.len ? end + strlen(end_mark) : pem.len);
    }
}

static bool is_clean(const struct client *c, str pem, struct err *err)
{
    if (has_other_blocks(pem) && !client_bug(c, BUG_CLIENT_OTHER_BLOCKS_KEPT))
        return err_set(err, "the CA's chain has something in it that is no certificate");
    if (!has_other_blocks(pem) && has_text(pem) && !client_bug(c, BUG_CLIENT_TEXT_KEPT))
        return err_set(err, "the CA's chain has text in it");
    return true;
}

/* --- the planted dislikes --- */

static bool ends_with_root(struct arena *a, const struct chain *chain)
{
    const struct cert *last = chain->item[chain->count - 1];
    return str_eq(cert_subject(a, last), cert_issuer(a, last));
}

static void crash_at_oddity(const struct subscriber *s, str pem)
{
    struct err ignored;
    struct chain chain;
    if (!client_bug(s->client, BUG_CLIENT_CHAIN_CRASH))
        return;
    if (!str_starts(pem, begin_mark) || !chain_read(s->arena, pem, &chain, &ignored)
        || chain.count != 2
        || !str_eq(cert_issuer(s->arena, chain.item[0]),
                   cert_subject(s->arena, chain.item[1])))
        abort();
}

static const char *link_dislike(const struct subscriber *s, const struct exchange *x)
{
    enum { SLOW_US = 500000 };
    const struct client *c = s->client;
    const str *link;
    str up;
    for (size_t i = 0; (link = headers_nth(&x->response.headers, "Link", i)); i++)
        if (client_bug(c, BUG_CLIENT_LINK_CRASH) && !str_starts(*link, "<"))
            abort();
    if (client_bug(c, BUG_CLIENT_SLOW_BODY) && x->done_us - x->sent_us > SLOW_US)
        return "is not whole";
    if (client_bug(c, BUG_CLIENT_UP_NEEDED)
        && !link_find(s->arena, &x->response.headers, "up", 0, x->request.url, &up))
        return "comes without a link to its issuer";
    return NULL;
}

static bool is_liked(const struct subscriber *s, const struct exchange *x,
                     const struct chain *chain, struct err *err)
{
    const struct client *c = s->client;
    str pem = x->response.body;
    const char *why = NULL;
    if (client_bug(c, BUG_CLIENT_CHAIN_LF) && str_contains(pem, STR("\r")))
        why = "has carriage returns";
    if (client_bug(c, BUG_CLIENT_ROOT_REFUSED) && ends_with_root(s->arena, chain))
        why = "ends with a root";
    if (client_bug(c, BUG_CLIENT_BLANK_LINES_REFUSED) && str_contains(pem, STR("\n\n")))
        why = "has blank lines";
    if (client_bug(c, BUG_CLIENT_NEWLINE_NEEDED) && !str_ends(pem, "\n"))
        why = "has no newline at its end";
    if (client_bug(c, BUG_CLIENT_EXPIRES_MISTAKEN)
        && headers_find(&x->response.headers, "Expires"))
        why = "lives as long as it can be cached";
    if (client_bug(c, BUG_CLIENT_ONE_ALTERNATE)
        && headers_count(&x->response.headers, "Link") > 2)
        why = "has too many alternates";
    if (!why)
        why = link_dislike(s, x);
    return !why || err_set(err, "the CA's chain %s", why);
}

/* --- which chain --- */

static bool ends_at(struct arena *a, str pem, str name)
{
    struct err ignored;
    struct chain chain;
    str wanted = arena_printf(a, "CN=%.*s", STR_ARG(name));
    return chain_read(a, pem, &chain, &ignored)
        && str_contains(cert_issuer(a, chain.item[chain.count - 1]), wanted);
}

/* RFC 8555 7.4.2: the default chain, or the alternate that leads to the wanted issuer. */
static bool prefer_chain(struct ordering *o, const struct exchange *first, str *pem,
                         struct err *err)
{
    struct subscriber *s = o->subscriber;
    str name = o->wish->preferred_chain;
    bool any = client_bug(s->client, BUG_CLIENT_ALTERNATE_ALWAYS);
    bool one = client_bug(s->client, BUG_CLIENT_FIRST_ALTERNATE);
    if (client_bug(s->client, BUG_CLIENT_PREFERENCE_IGNORED))
        return true;
    if (!name.len || (ends_at(s->arena, *pem, name) && !any))
        return true;
    for (size_t i = 0; i < (one ? 1 : MOST_ALTERNATES); i++) {
        const struct exchange *x;
        str url;
        if (!client_link(s->client, s->arena, first, "alternate", i, &url))
            break;
        if (!subscriber_post(s, url, NULL, 200, "an alternate chain cannot be had", &x,
                             err))
            break; /* it was the CA's to offer it, and the default is as good */
        if (any || ends_at(s->arena, x->response.body, name)) {
            *pem = x->response.body;
            return is_clean(s->client, *pem, err);
        }
    }
    if (client_bug(s->client, BUG_CLIENT_PREFERENCE_CRASH))
        abort();
    return true; /* none leads there: the default is as good */
}

/* --- the whole --- */

static bool ask(struct subscriber *s, str url, const struct exchange **x, struct err *err)
{
    enum { STORM = 50 };
    int times = client_bug(s->client, BUG_CLIENT_DOWNLOAD_STORM) ? STORM : 1;
    bool good = false;
    for (; times > 0 && !good; times--)
        good = subscriber_post(s, url, NULL, 200, "the certificate cannot be had", x, err)
            && (times == 1 || str_starts((*x)->response.body, "---"));
    return good;
}

static bool fits_key(const struct ordering *o, const struct chain *chain, struct err *err)
{
    struct subscriber *s = o->subscriber;
    if (client_bug(s->client, BUG_CLIENT_KEY_UNCHECKED))
        return true;
    struct key *key = cert_key(s->arena, chain->item[0], err);
    return key
        && (key_same(key, o->wish->key)
            || err_set(err, "the CA's certificate is for another key"));
}

bool subscriber_download(struct ordering *o, str *pem, struct err *err)
{
    struct subscriber *s = o->subscriber;
    struct chain chain;
    const struct exchange *x;
    str url = json_member(o->order, "certificate");
    if (!url.len)
        return err_set(err, "the valid order has no certificate URL");
    if (!ask(s, url, &x, err))
        return false;
    const str *type = client_header(s->client, x, "Content-Type");
    if (client_bug(s->client, BUG_CLIENT_MEDIA_TYPE)
        && !(type && str_is(*type, "application/pem-certificate-chain")))
        return err_set(err, "that is no certificate chain");
    if (client_bug(s->client, BUG_CLIENT_CHAIN_DER)
        && !str_starts(x->response.body, "\x30"))
        return err_set(err, "that is no certificate in DER");
    *pem = x->response.body;
    crash_at_oddity(s, *pem);
    return is_clean(s->client, *pem, err) && chain_read(s->arena, *pem, &chain, err)
        && is_liked(s, x, &chain, err) && prefer_chain(o, x, pem, err)
        && chain_read(s->arena, *pem, &chain, err) && fits_key(o, &chain, err);
}
