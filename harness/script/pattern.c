/* SPDX-License-Identifier: MIT */
/* A small matcher with backtracking over optional groups and repetitions: usages are
 * short, so it need not be clever. */
#include "script/pattern.h"

#include <ctype.h>
#include <stdio.h>

#include "acme/words.h"
#include "base/names.h"
#include "crypto/csr.h"
#include "crypto/key.h"
#include "crypto/suites.h"
#include "crypto/tamper.h"
#include "script/adapter.h"
#include "script/subjects.h"
#include "script/verbs.h"

static bool one_of(const struct word *w, const char *const names[], size_t count)
{
    return !w->quoted && name_find(names, count, w->text) >= 0;
}

static bool is_any(const struct word *w)
{
    (void)w;
    return true;
}

/* NAME, ACCOUNT, KEY, CSR, AUTHZ: letters, digits, - and _; parts joined by dots. */
static bool is_name(const struct word *w)
{
    if (w->quoted || w->text.len == 0 || !isalpha((unsigned char)w->text.ptr[0]))
        return false;
    for (size_t i = 0; i < w->text.len; i++)
        if (!isalnum((unsigned char)w->text.ptr[i]) && !strchr("-_.", w->text.ptr[i]))
            return false;
    return true;
}

static bool is_id(const struct word *w)
{
    return is_name(w) || str_is(w->text, "house");
}

static bool is_duration(const struct word *w)
{
    long ms;
    return str_to_ms(w->text, &ms);
}

static bool is_number(const struct word *w)
{
    long n;
    return str_starts(w->text, "${") || str_to_long(w->text, 1000000000, &n);
}

/* A name to order: has a dot, a colon (IPv6), a star or a ${name}. */
static bool is_domain(const struct word *w)
{
    return w->quoted || str_contains(w->text, STR("."))
        || str_contains(w->text, STR("${")) || str_contains(w->text, STR(":"));
}

static bool is_challenge(const struct word *w)
{
    return str_starts(w->text, "${") || one_of(w, challenge_words, challenge_word_count);
}

/* `function`, and `function_nth`, which tells the words; NULL behind the last. */
#define WORDS_OF_TABLE(function, table, count)                                           \
    static const char *function##_nth(size_t n)                                          \
    {                                                                                    \
        return n < (count) ? table : NULL;                                               \
    }
#define WORDS_OF_KIND(function, ...)                                                     \
    static const char *const function##_names[] = { __VA_ARGS__ };                       \
    WORDS_OF_TABLE(function, function##_names[n], countof(function##_names))             \
    static bool function(const struct word *w)                                           \
    {                                                                                    \
        return one_of(w, function##_names, countof(function##_names));                   \
    }
WORDS_OF_TABLE(is_resource, resource_names[n], (size_t)RESOURCE_COUNT)
WORDS_OF_TABLE(is_challenge, challenge_words[n], challenge_word_count)
WORDS_OF_TABLE(is_operation, operation_names[n], (size_t)OPERATION_COUNT)
WORDS_OF_TABLE(is_deed, deeds[n].name, deed_count)
WORDS_OF_TABLE(is_tls_version, tls_version_names[n], (size_t)TLS_VERSION_COUNT)
WORDS_OF_TABLE(is_suites, suite_group_names[n], (size_t)SUITES_COUNT)
WORDS_OF_TABLE(is_tamper, tampers[n].name, tamper_count)
WORDS_OF_TABLE(is_csr_fault, csr_faults[n].name, csr_fault_count)
WORDS_OF_TABLE(is_capability, capabilities[n].name, capability_count)
WORDS_OF_KIND(is_order_state, "pending", "ready", "processing", "valid", "invalid")
WORDS_OF_KIND(is_authz_state, "pending", "valid", "invalid", "deactivated")
WORDS_OF_KIND(is_other_key_type, "P-256-short", "ES256", "ES384", "ES512", "RS256",
              "EdDSA")
WORDS_OF_KIND(is_manner_word, "drop", "reset", "hang", "cut", "chunked", "close")
WORDS_OF_KIND(is_alpn_word, "no-extension", "not-critical", "wrong-digest",
              "short-digest", "two-names", "other-name", "no-san", "no-alpn",
              "other-alpn", "refuse", "drop", "tls-1.1", "signed-by-ca", "expired",
              "common-name-only", "upper-case", "wildcard-name", "also-ip", "also-mail",
              "address-as-name", "bare-digest", "trailing-octets", "talks")

static bool is_key_type(const struct word *w)
{
    return str_starts(w->text, "${") || is_other_key_type(w)
        || key_type_find(w->text) >= 0;
}

static const char *is_key_type_nth(size_t n)
{
    return n < KEY_TYPE_COUNT ? key_type_names[n]
                              : is_other_key_type_nth(n - KEY_TYPE_COUNT);
}

static bool is_manner(const struct word *w)
{
    return str_starts(w->text, "${") || is_manner_word(w);
}

static bool is_alpn_fault(const struct word *w)
{
    return str_starts(w->text, "${") || is_alpn_word(w);
}

WORDS_OF_KIND(is_dns_type, "A", "AAAA", "TXT", "CNAME", "CAA", "MX", "NS", "any")
WORDS_OF_KIND(is_source, "nonce", "status", "url", "header", "link", "body",
              "certificate", "age", "text", "path")

static bool is_target(const struct word *w)
{
    return resource_word(w->text) || str_contains(w->text, STR("${"))
        || str_contains(w->text, STR("://"));
}

static bool is_resource(const struct word *w)
{
    return !w->quoted
        && (name_find(resource_names, RESOURCE_COUNT, w->text) >= 0
            || str_is(w->text, "any") || str_is(w->text, "handshake"));
}

static bool is_operation(const struct word *w)
{
    return str_starts(w->text, "${") || one_of(w, operation_names, OPERATION_COUNT);
}

static bool is_deed(const struct word *w)
{
    return !w->quoted && deed_find(w->text) != NULL;
}

WORDS_OF_KIND(is_extra, "eab", "profile", "chain", "account-key", "csr", "no-agreement",
              "other-ca")

/* clang-format off */
WORDS_OF_KIND(is_spoil_word, "html", "garbage", "empty", "huge", "truncated", "gzip", "bom",
              "not-utf8", "deep", "array", "null", "crlf")
WORDS_OF_KIND(is_chain, "leaf-only", "with-root", "reversed", "twice", "text", "crlf",
              "no-newline", "blank-lines", "bom", "unrelated", "private-key", "other-block")
/* clang-format on */

static bool is_spoil(const struct word *w)
{
    return str_starts(w->text, "${") || is_spoil_word(w);
}

static bool is_method(const struct word *w)
{
    for (size_t i = 0; i < w->text.len; i++)
        if (!isupper((unsigned char)w->text.ptr[i]) && w->text.ptr[i] != '-')
            return str_starts(w->text, "${");
    return !w->quoted && w->text.len > 0;
}

static bool is_tls_version(const struct word *w)
{
    return str_starts(w->text, "${") || one_of(w, tls_version_names, TLS_VERSION_COUNT);
}

static bool is_suites(const struct word *w)
{
    return str_starts(w->text, "${") || one_of(w, suite_group_names, SUITES_COUNT);
}

static bool is_tamper(const struct word *w)
{
    return str_starts(w->text, "${") || tamper_find(w->text) != NULL;
}

static bool is_csr_fault(const struct word *w)
{
    return str_starts(w->text, "${") || csr_fault_find(w->text) != NULL;
}

static bool is_capability(const struct word *w)
{
    for (size_t i = 0; i < capability_count; i++)
        if (str_is(w->text, capabilities[i].name))
            return true;
    return str_starts(w->text, "${");
}

/* clang-format off */
const struct word_kind word_kinds[] = {
    { "NAME", "a name of your choice: letters, digits, - and _", is_name, NULL },
    { "ACCOUNT", "the name of a given account", is_name, NULL },
    { "KEY", "the name of a given key, or of an account, whose key it then is", is_name, NULL },
    { "CSR", "the name of a given csr", is_name, NULL },
    { "AUTHZ", "the name of a given authz, of a given order (its first authorization), or ORDER.authz2", is_name, NULL },
    { "ID", "an id of the catalogue such as rfc8555-6.5-8, or house", is_id, NULL },
    { "KEYTYPE", "P-256, P-384, P-521, RSA-2048, RSA-3072, RSA-4096, RSA-1024, Ed25519, secp256k1, P-256-short (x begins with a zero octet), or the alg: ES256, ES384, ES512, RS256, EdDSA", is_key_type, is_key_type_nth },
    { "KEYID", "a key identifier", is_any, NULL },
    { "DOMAIN", "a DNS name, wildcard name or IP address, usually ${domain}", is_domain, NULL },
    { "ORDERSTATE", "pending, ready, processing (of a CA that takes its time), valid or invalid", is_order_state, is_order_state_nth },
    { "AUTHZSTATE", "pending, valid, invalid or deactivated", is_authz_state, is_authz_state_nth },
    { "CHALLENGE", "http-01, dns-01 or tls-alpn-01", is_challenge, is_challenge_nth },
    { "CSRFAULT", "bad-signature, other-key, sha1, must-staple, ca, san-critical, twice, trailing-bytes, truncated or not-der", is_csr_fault, is_csr_fault_nth },
    { "TARGET", "a resource (newOrder, directory ...) or a URL such as ${o.url}", is_target, is_resource_nth },
    { "METHOD", "an HTTP method in capitals", is_method, NULL },
    { "TLSVERSION", "ssl-3.0, tls-1.0, tls-1.1, tls-1.2, or tls-1.3 (which is offered with tls-1.2)", is_tls_version, is_tls_version_nth },
    { "SUITES", "a group of cipher suites: good, static-rsa, 3des, rc4, des, export or null; unless given, the first four", is_suites, is_suites_nth },
    { "TAMPER", "a way to spoil a JWS", is_tamper, is_tamper_nth },
    { "DURATION", "a time span: 250ms, 3s, 2m", is_duration, NULL },
    { "NUMBER", "a whole number", is_number, NULL },
    { "CAPABILITY", "a capability of a target", is_capability, is_capability_nth },
    { "MANNER", "drop, reset, hang, cut, chunked or close", is_manner, is_manner_word_nth },
    { "ALPNFAULT", "no-extension, not-critical, wrong-digest, short-digest, two-names, other-name, no-san, no-alpn, other-alpn, refuse, drop, tls-1.1, signed-by-ca, expired, common-name-only, upper-case, wildcard-name, also-ip, also-mail, address-as-name, bare-digest, trailing-octets or talks", is_alpn_fault, is_alpn_word_nth },
    { "RESOURCE", "a resource: directory, newOrder, finalize, certificate ...; or any, or handshake", is_resource, is_resource_nth },
    { "OPERATION", "obtain, renew, renew-when-due, revoke, revoke-by-key, roll-over, deactivate or update-contact", is_operation, is_operation_nth },
    { "DEED", "change-terms, pass-time or withdraw-profile; in a profile also restore, which puts all back", is_deed, is_deed_nth },
    { "EXTRA", "eab, profile, chain, account-key, csr, no-agreement or other-ca", is_extra, is_extra_nth },
    { "SETTING", "a setting of the mock CA", is_any, NULL },
    { "SPOIL", "html, garbage, empty, huge, truncated, gzip (sent so unasked), bom, not-utf8, deep, array, null or crlf", is_spoil, is_spoil_word_nth },
    { "CHAIN", "leaf-only, with-root, reversed, twice, text, crlf, no-newline, blank-lines, bom, unrelated (to another root), private-key or other-block (in it)", is_chain, is_chain_nth },
    { "DNSTYPE", "A, AAAA, TXT, CNAME, CAA, MX, NS or any", is_dns_type, is_dns_type_nth },
    { "SOURCE", "nonce, status, url, header, link, body, certificate, age, text VALUE (its own words), or path VALUE (path and query of a URL)", is_source, is_source_nth },
    { "VALUE", "a word, or a JSON string", is_any, NULL },
    { "WORD", "a word", is_any, NULL },
};
/* clang-format on */
const size_t word_kind_count = countof(word_kinds);

struct match {
    struct arena *arena;
    struct line *line;
    size_t furthest; /* word at which the best try failed */
    str expected;    /* what was expected there, by the last of such tries */
    struct strs all; /* and by each of them */
};

static const struct word_kind *kind_find(str name)
{
    for (size_t i = 0; i < word_kind_count; i++)
        if (str_is(name, word_kinds[i].name))
            return &word_kinds[i];
    return NULL;
}

enum { MOST_NAMES = 100 };

/* Adds the words that an item of a usage allows. */
static size_t add_names(struct arena *a, str expected, const char **names, size_t count)
{
    str all = str_ends(expected, "...") ? str_upto(expected, expected.len - 3) : expected;
    const struct word_kind *kind = kind_find(all);
    str one;
    for (size_t i = 0; kind && kind->nth && count < MOST_NAMES && kind->nth(i); i++)
        names[count++] = kind->nth(i);
    while (!kind && count < MOST_NAMES && str_cut(&all, '|', &one))
        names[count++] = str_z(a, one);
    return count;
}

/* " (did you mean ...?)" of the words that could stand there, the optional ones too. */
static str near_word(struct arena *a, const struct strs *expected, str word)
{
    const char *names[MOST_NAMES];
    size_t count = 0;
    for (size_t i = 0; i < expected->count; i++)
        count = add_names(a, expected->item[i], names, count);
    const char *nearest = name_nearest(names, count, word);
    return nearest ? arena_printf(a, " (did you mean \"%s\"?)", nearest) : STR_NONE;
}

/* One item of a usage: takes it off the front of *usage. */
static str take_item(str *usage)
{
    *usage = str_trim(*usage);
    size_t end = 0, depth = 0;
    while (end < usage->len) {
        char c = usage->ptr[end];
        if (c == '[')
            depth++;
        if (c == ']' && --depth == 0) {
            end++;
            break;
        }
        if (c == ' ' && depth == 0)
            break;
        end++;
    }
    str item = str_upto(*usage, end);
    *usage = str_from(*usage, end);
    return item;
}

static bool add_arg(struct match *m, const char *name, const struct word *w)
{
    struct line *line = m->line;
    line->arg = GROW(m->arena, line->arg, line->arg_count, struct arg);
    line->arg[line->arg_count++] =
        (struct arg){ name, w->text, w->line, w->column, w->quoted };
    return true;
}

static bool failed_at(struct match *m, size_t at, str expected)
{
    if (at < m->furthest)
        return false;
    if (at > m->furthest)
        m->all.count = 0;
    m->furthest = at;
    m->expected = expected;
    strs_add(m->arena, &m->all, expected);
    return false;
}

static bool match_here(struct match *m, str usage, size_t at);

/* The words from `at` to the end of the line, verbatim or as a check. */
static bool match_rest(struct match *m, str item, size_t at)
{
    struct line *line = m->line;
    if (at >= line->word_count)
        return failed_at(m, at, item);
    line->check_from = at;
    /* The rest of the line begins with its first word, so columns tell where this one is.
     */
    str rest =
        str_from(line->rest, (size_t)(line->word[at].column - line->word[0].column));
    struct word w = { rest, line->word[at].line, line->word[at].column, false };
    return add_arg(m, str_is(item, "TEXT") ? "TEXT" : "CHECK", &w);
}

static bool match_repeated(struct match *m, const struct word_kind *kind, str rest,
                           size_t at)
{
    size_t before = m->line->arg_count, last = at;
    while (last < m->line->word_count && kind->fits(&m->line->word[last]))
        last++;
    for (; last > at; last--) {
        m->line->arg_count = before;
        for (size_t i = at; i < last; i++)
            add_arg(m, kind->name, &m->line->word[i]);
        if (match_here(m, rest, last))
            return true;
    }
    m->line->arg_count = before;
    return failed_at(m, at, str_of(kind->name));
}

static bool match_kind(struct match *m, str item, str rest, size_t at)
{
    bool repeated = str_ends(item, "...");
    const struct word_kind *kind =
        kind_find(repeated ? str_upto(item, item.len - 3) : item);
    if (repeated)
        return match_repeated(m, kind, rest, at);
    if (at >= m->line->word_count || !kind->fits(&m->line->word[at]))
        return failed_at(m, at, item);
    size_t before = m->line->arg_count;
    add_arg(m, kind->name, &m->line->word[at]);
    if (match_here(m, rest, at + 1))
        return true;
    m->line->arg_count = before;
    return false;
}

static bool match_literal(struct match *m, str item, str rest, size_t at)
{
    str all = item, one;
    if (at >= m->line->word_count || m->line->word[at].quoted)
        return failed_at(m, at, item);
    while (str_cut(&all, '|', &one))
        if (str_eq(one, m->line->word[at].text)) {
            size_t before = m->line->arg_count;
            add_arg(m, str_contains(item, STR("|")) ? "CHOICE" : str_z(m->arena, one),
                    &m->line->word[at]);
            if (match_here(m, rest, at + 1))
                return true;
            m->line->arg_count = before;
            return false;
        }
    return failed_at(m, at, item);
}

static bool match_here(struct match *m, str usage, size_t at)
{
    str item = take_item(&usage);
    if (item.len == 0)
        return at == m->line->word_count || failed_at(m, at, STR("nothing more"));
    if (item.ptr[0] == '[') {
        str inner = (str){ item.ptr + 1, item.len - 2 };
        str with = arena_printf(m->arena, "%.*s %.*s", STR_ARG(inner), STR_ARG(usage));
        return match_here(m, with, at) || match_here(m, usage, at);
    }
    if (str_is(item, "TEXT") || str_is(item, "CHECK"))
        return match_rest(m, item, at);
    if (str_is(item, "JSON|VALUE"))
        return m->line->json ? at == m->line->word_count
                             : match_kind(m, STR("VALUE"), usage, at);
    if (str_is(item, "JSON"))
        return m->line->json ? at == m->line->word_count
                             : failed_at(m, at, STR("a JSON value"));
    bool upper = isupper((unsigned char)item.ptr[0])
        && kind_find(str_ends(item, "...") ? str_upto(item, item.len - 3) : item);
    return upper ? match_kind(m, item, usage, at) : match_literal(m, item, usage, at);
}

bool pattern_match(struct arena *a, const char *usage, struct line *line, size_t *at,
                   struct err *err)
{
    struct match m = { .arena = a, .line = line, .expected = STR_NONE };
    line->arg_count = 0;
    bool json_ok = !line->json || pattern_takes_json(usage);
    if (json_ok && match_here(&m, str_of(usage), 0))
        return true;
    *at = json_ok ? m.furthest : line->word_count;
    if (!json_ok)
        return err_set(err, "no JSON value may stand here");
    if (m.furthest >= line->word_count)
        return err_set(err, "%.*s is missing at the end", STR_ARG(m.expected));
    str word = str_upto(line->word[m.furthest].text, 60);
    return err_set(err, "\"%.*s\" where %.*s was expected%.*s", STR_ARG(word),
                   STR_ARG(m.expected), STR_ARG(near_word(a, &m.all, word)));
}

bool pattern_takes_text(const char *usage)
{
    return strstr(usage, "TEXT") != NULL;
}

bool pattern_takes_json(const char *usage)
{
    return strstr(usage, "JSON") || strstr(usage, "CHECK");
}
