/* SPDX-License-Identifier: MIT */
/* Chains: read leniently, judged for their form and for what they certify. */
#include "base/buf.h"
#include "base/clock.h"
#include "crypto/b64url.h"
#include "crypto/cert_inside.h"

#define BEGIN "-----BEGIN CERTIFICATE-----"
#define END "-----END CERTIFICATE-----"

/* ---- reading ---- */

static bool read_one(struct arena *a, str base64, struct chain *out, struct err *err)
{
    str der;
    if (!b64_decode(a, base64, &der))
        return err_set(err, "certificate %zu of the chain is no base64", out->count + 1);
    struct cert *cert = cert_from_der(a, der, err);
    if (!cert)
        return err_at(err, "certificate %zu of the chain", out->count + 1);
    out->item = GROW(a, out->item, out->count, struct cert *);
    out->item[out->count++] = cert;
    return true;
}

bool chain_read(struct arena *a, str pem, struct chain *out, struct err *err)
{
    enum { MOST = 100 };
    *out = (struct chain){ 0 };
    if (pem.len > CEILING_BODY)
        return err_set(err, "a chain of %zu bytes is longer than any is", pem.len);
    for (;;) {
        pem = str_from(pem, str_find(pem, STR(BEGIN)) + sizeof BEGIN - 1);
        size_t end = str_find(pem, STR(END));
        if (end == pem.len)
            break;
        if (out->count == MOST)
            return err_set(err, "more than %d certificates in one chain", MOST);
        if (!read_one(a, str_upto(pem, end), out, err))
            return false;
        pem = str_from(pem, end);
    }
    return out->count > 0 || err_set(err, "there is no certificate in PEM here");
}

/* ---- form ---- */

struct form {
    str rest;
    int line;   /* the number of the line that was taken last */
    bool ended; /* whether that line had an end */
};

/* RFC 7468 3: eol = CRLF / CR / LF. */
static str take_line(struct form *form)
{
    str line = str_upto(form->rest, str_find_char(form->rest, '\n'));
    line = str_upto(line, str_find_char(line, '\r'));
    str rest = str_from(form->rest, line.len);
    form->ended = rest.len > 0;
    form->rest = str_from(rest, str_starts(rest, "\r\n") ? 2 : 1);
    form->line++;
    return line;
}

static bool bad_form(const struct form *form, struct err *err, const char *what)
{
    return err_set(err, "line %d: %s (RFC 8555 9.1, RFC 7468 3)", form->line, what);
}

static bool is_base64(str line, size_t *pads)
{
    *pads = 0;
    for (size_t i = 0; i < line.len; i++) {
        char c = line.ptr[i];
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
            || (c >= '0' && c <= '9') || c == '+' || c == '/';
        *pads += c == '=';
        if (*pads ? c != '=' : !letter)
            return false;
    }
    return true;
}

/* One line of base64; *last once no other may follow. */
static bool base64_line(struct form *form, str line, bool *last, struct err *err)
{
    size_t pads;
    if (str_starts(line, "-----"))
        return bad_form(form, err, "here the bare line " END " should stand");
    if (*last)
        return bad_form(form, err,
                        "only the last line of a certificate may be shorter "
                        "than 64 characters or be padded");
    if (!is_base64(line, &pads))
        return bad_form(form, err, "this is neither base64 nor " END);
    if (line.len == 0 || line.len > 64 || line.len % 4 != 0 || pads > 2)
        return bad_form(form, err,
                        "a line of base64 has 64 characters, the last one of a "
                        "certificate up to 64 in groups of four");
    *last = line.len < 64 || pads > 0;
    return true;
}

/* stricttextualmsg = preeb eol strictbase64text posteb eol */
static bool message(struct form *form, struct err *err)
{
    bool last = false;
    str line = take_line(form);
    if (!str_is(line, BEGIN))
        return bad_form(
            form, err,
            str_starts(line, "-----BEGIN ")
                ? "an object that is no certificate, or space behind its label"
                : "text where a certificate should begin");
    int begun = form->line;
    while (form->rest.len && !str_is(line = take_line(form), END))
        if (!base64_line(form, line, &last, err))
            return false;
    if (!str_is(line, END))
        return bad_form(form, err, "the certificate does not end");
    if (form->line == begun + 1)
        return bad_form(form, err, "a certificate without a line");
    return form->ended || bad_form(form, err, "no line end behind the last line");
}

/* certchain = stricttextualmsg *(eol stricttextualmsg) */
bool chain_form(str pem, struct err *err)
{
    struct form form = { .rest = pem };
    do {
        bool empty_line = form.line > 0 && form.rest.len > 0
            && (form.rest.ptr[0] == '\r' || form.rest.ptr[0] == '\n');
        if (empty_line)
            take_line(&form);
        if (empty_line && form.rest.len == 0)
            return bad_form(&form, err, "an empty line behind the last certificate");
        if (!message(&form, err))
            return false;
    } while (form.rest.len);
    return true;
}

/* ---- what is certified ---- */

/* Seconds that two clocks may differ: a certificate of this very second may be of the
 * next one here, and a CA elsewhere has a clock of its own. */
enum { CLOCKS_DIFFER = 300 };

static bool is_valid_at(const struct cert *cert, time_t now, size_t number,
                        struct err *err)
{
    struct arena *step = arena_new(NULL);
    bool valid =
        now + CLOCKS_DIFFER >= cert->not_before && now - CLOCKS_DIFFER <= cert->not_after;
    if (!valid)
        err_set(err, "certificate %zu is valid from %s to %s, which is not now", number,
                date_rfc3339(step, cert->not_before).ptr,
                date_rfc3339(step, cert->not_after).ptr);
    arena_end(step);
    return valid;
}

/* RFC 5280 4.2.1.3: a key usage without keyCertSign signs no certificates; bit 5. */
static bool may_sign(const struct cert *cert)
{
    const struct extension *usage = x509_find(&cert->extensions, OID_KEY_USAGE);
    str bits;
    return !usage
        || (der_only(usage->value, DER_BIT_STRING, &bits) && bits.len > 1
            && (bits.ptr[1] & 0x80 >> 5));
}

static bool signature_is_by(const struct cert *cert, const struct cert *issuer)
{
    struct arena *step = arena_new(NULL);
    struct key *key = cert_key_quietly(step, issuer);
    bool good = key && cert_signed_by(cert, key);
    arena_end(step);
    return good;
}

static bool certifies(const struct cert *issuer, const struct cert *cert, size_t number,
                      struct err *err)
{
    if (!str_eq(cert->issuer, issuer->subject))
        return err_set(err,
                       "certificate %zu is not issued under the name of certificate "
                       "%zu, which follows it (RFC 8555 9.1)",
                       number, number + 1);
    if (!cert_is_ca(issuer) || !may_sign(issuer))
        return err_set(err,
                       "certificate %zu is no CA that may sign certificates, so it "
                       "cannot certify the one before it (RFC 8555 9.1, RFC 5280 4.2.1)",
                       number + 1);
    return signature_is_by(cert, issuer)
        || err_set(err,
                   "the signature of certificate %zu is not by the key of certificate "
                   "%zu, which follows it (RFC 8555 9.1)",
                   number, number + 1);
}

bool chain_check(const struct chain *chain, time_t now, struct err *err)
{
    if (chain->count == 0)
        return err_set(err, "the chain is empty");
    if (cert_is_ca(chain->item[0]))
        return err_set(err,
                       "the first certificate is a CA's; it must be an end-entity "
                       "certificate (RFC 8555 9.1)");
    for (size_t i = 0; i < chain->count; i++) {
        if (!is_valid_at(chain->item[i], now, i + 1, err))
            return false;
        if (i > 0 && !certifies(chain->item[i], chain->item[i - 1], i, err))
            return false;
    }
    return true;
}
