/* SPDX-License-Identifier: MIT */
/* Why an exchange broke, and at which point, in one sentence. */
#include <errno.h>

#include "http/fetch_inside.h"

/* "host:port" of the URL, for sentences; and where that is, when it is pinned. */
static str place_of(struct arena *a, const struct fetch_options *o, str text)
{
    struct url url;
    if (!url_parse(a, text, &url))
        return str_upto(text, 200);
    str place = arena_printf(a, "%.*s:%d", STR_ARG(str_upto(url.host, 200)), url.port);
    if (!o->pin_address.len || (o->pin_host.len && !str_eq_nocase(o->pin_host, url.host)))
        return place;
    str pin = arena_printf(a, "%.*s:%d", STR_ARG(url_host(a, o->pin_address)),
                           o->pin_port ? o->pin_port : url.port);
    return str_eq(pin, place)
        ? place
        : arena_printf(a, "%.*s (at %.*s)", STR_ARG(place), STR_ARG(pin));
}

/* What libcurl or OpenSSL said; it may quote the peer. */
static str reason_of(struct arena *a, const struct transfer *t, CURLcode code)
{
    char *text = str_z(a, str_of(t->reason[0] ? t->reason : curl_easy_strerror(code)));
    for (char *c = text; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = ' ';
    return str_trim(str_of(text));
}

static bool explain_connect(const struct fetcher *f, str place, struct err *err)
{
    long number = 0;
    curl_easy_getinfo(f->curl, CURLINFO_OS_ERRNO, &number);
    if (number == ECONNREFUSED)
        return err_set(err, "%.*s refused the connection; nothing listens there",
                       STR_ARG(place));
    return err_set(err, "cannot connect to %.*s: %s", STR_ARG(place),
                   number ? strerror((int)number) : "no address of it answers");
}

static bool happened(CURL *curl, CURLINFO info)
{
    curl_off_t us = 0;
    curl_easy_getinfo(curl, info, &us);
    return us > 0;
}

static bool explain_timeout(const struct fetcher *f, const struct transfer *t, str place,
                            struct err *err)
{
    long total = f->options.total_ms, connect = f->options.connect_ms;
    if (connect > total)
        connect = total;
    if (t->part != ANSWER_AWAITED || t->response->status)
        return err_set(err, "the answer of %.*s did not end within %ld ms",
                       STR_ARG(place), total);
    if (t->began)
        return err_set(err, "%.*s did not answer within %ld ms", STR_ARG(place), total);
    if (!happened(f->curl, CURLINFO_NAMELOOKUP_TIME_T))
        return err_set(err, "the name in %.*s did not resolve within %ld ms",
                       STR_ARG(place), connect);
    if (!t->shaking_hands)
        return err_set(err, "%.*s did not accept the connection within %ld ms",
                       STR_ARG(place), connect);
    return err_set(err, "the TLS handshake with %.*s did not end within %ld ms",
                   STR_ARG(place), connect);
}

/* What the code alone says; the reason follows. */
static const struct {
    CURLcode code;
    const char *before, *after; /* the place stands between */
} sentences[] = {
    { CURLE_URL_MALFORMAT, "", " is no http or https URL" },
    { CURLE_COULDNT_RESOLVE_HOST, "the name in ", " does not resolve" },
    { CURLE_SSL_CONNECT_ERROR, "the TLS handshake with ", " broke" },
    { CURLE_PEER_FAILED_VERIFICATION, "the certificate of ", " is not to be trusted" },
    { CURLE_SSL_ISSUER_ERROR, "the certificate of ", " is not to be trusted" },
    { CURLE_SSL_CIPHER, "the TLS handshake with ", " broke" },
    { CURLE_SEND_ERROR, "the connection to ", " broke while the request was sent" },
    { CURLE_RECV_ERROR, "the connection to ", " broke before the answer was complete" },
    { CURLE_PARTIAL_FILE, "", " closed the connection in the middle of the answer" },
    { CURLE_GOT_NOTHING, "", " closed the connection without an answer" },
    { CURLE_WEIRD_SERVER_REPLY, "what ", " answered is not HTTP" },
    { CURLE_UNSUPPORTED_PROTOCOL, "what ", " answered is not HTTP" },
    { CURLE_BAD_CONTENT_ENCODING, "what ", " answered is not HTTP" },
    { CURLE_OUT_OF_MEMORY, "a line of the answer of ", " is too long" },
};

static bool explain_code(const struct transfer *t, CURLcode code, str place, str reason,
                         struct err *err)
{
    bool chunks = code == CURLE_RECV_ERROR && str_contains(reason, STR("chunked"));
    if (chunks)
        code = CURLE_WEIRD_SERVER_REPLY;
    if (code == CURLE_UNSUPPORTED_PROTOCOL && !t->began)
        code = CURLE_URL_MALFORMAT;
    for (size_t i = 0; i < countof(sentences); i++)
        if (sentences[i].code == code)
            return err_set(err, "%s%.*s%s: %.*s", sentences[i].before, STR_ARG(place),
                           sentences[i].after, STR_ARG(reason));
    return err_set(err, "the exchange with %.*s failed: %.*s", STR_ARG(place),
                   STR_ARG(reason));
}

bool fetch_explain(const struct fetcher *f, const struct transfer *t, CURLcode code,
                   struct err *err)
{
    struct arena *step = arena_new(NULL);
    str place = place_of(step, &f->options, t->url);
    if (t->header_over)
        err_set(err, "the header of the answer of %.*s is longer than %d bytes",
                STR_ARG(place), CEILING_HEADERS);
    else if (t->not_http)
        err_set(err, "what %.*s answered is not HTTP: its status line cannot be read",
                STR_ARG(place));
    else if (code == CURLE_OK)
        err_set(err, "%.*s closed the connection in the middle of the header",
                STR_ARG(place));
    else if (code == CURLE_ABORTED_BY_CALLBACK)
        err_set(err, "the exchange with %.*s was given up, for the run is to stop",
                STR_ARG(place));
    else if (t->refusal.text[0])
        *err = t->refusal;
    else if (code == CURLE_COULDNT_CONNECT)
        explain_connect(f, place, err);
    else if (code == CURLE_OPERATION_TIMEDOUT)
        explain_timeout(f, t, place, err);
    else
        explain_code(t, code, place, reason_of(step, t, code), err);
    arena_end(step);
    return false;
}
