/* SPDX-License-Identifier: MIT */
/* Challenge responses, right and wrong, and DNS records. */
#include <ctype.h>

#include "acme/challenge.h"
#include "base/buf.h"
#include "base/clock.h"
#include "crypto/cert.h"
#include "crypto/der.h"
#include "engine/steps.h"

enum { MOST_REPEATS = 100000 };

struct response_for {
    const struct named_authz *authz;
    str challenge;
    str token, keyauth, txt;
};

static str part_of(struct world *w, const struct named_authz *authz, str challenge,
                   const char *part)
{
    return vars_text_of(w->vars,
                        arena_printf(w->arena, "%.*s.%.*s.%s", STR_ARG(authz->name),
                                     STR_ARG(challenge), part));
}

static bool response_of(struct world *w, const struct named_authz *authz, str challenge,
                        struct response_for *out, struct err *err)
{
    *out = (struct response_for){ authz, challenge, part_of(w, authz, challenge, "token"),
                                  part_of(w, authz, challenge, "keyauth"),
                                  part_of(w, authz, challenge, "txt") };
    return out->token.len > 0
        || err_set(err, "the server offers no %.*s for %.*s", STR_ARG(challenge),
                   STR_ARG(authz->domain));
}

/* --- tls-alpn-01 --- */

static bool read_faults(struct world *w, const struct line *clause, struct strs *faults,
                        struct err *err)
{
    *faults = (struct strs){ NULL, 0 };
    for (size_t i = 0; clause && i < line_args(clause, "ALPNFAULT"); i++) {
        str fault;
        if (!world_word(w, line_arg_n(clause, "ALPNFAULT", i), &fault, err))
            return false;
        strs_add(w->arena, faults, fault);
    }
    return true;
}

static bool has_fault(const struct strs *faults, const char *fault)
{
    for (size_t i = 0; i < faults->count; i++)
        if (str_is(faults->item[i], fault))
            return true;
    return false;
}

/* The name or address of the certificate. */
static str name_of(struct world *w, const struct strs *faults,
                   const struct named_authz *authz)
{
    str name = authz->domain;
    if (has_fault(faults, "other-name"))
        return authz->is_ip ? STR("192.0.2.2")
                            : arena_printf(w->arena, "wrong.%.*s", STR_ARG(w->zone));
    if (has_fault(faults, "wildcard-name"))
        return arena_printf(w->arena, "*.%.*s", STR_ARG(w->zone));
    if (has_fault(faults, "upper-case")) {
        char *upper = str_z(w->arena, name);
        for (size_t i = 0; i < name.len; i++)
            upper[i] = (char)toupper((unsigned char)upper[i]);
        return (str){ upper, name.len };
    }
    return name;
}

static void spoil_names(struct world *w, const struct strs *faults,
                        struct cert_spec *spec, const struct named_authz *authz)
{
    bool as_name = !authz->is_ip || has_fault(faults, "address-as-name");
    struct strs *names = as_name ? &spec->dns_names : &spec->ip_addresses;
    if (has_fault(faults, "no-san") || has_fault(faults, "common-name-only"))
        return;
    strs_add(w->arena, names, name_of(w, faults, authz));
    if (has_fault(faults, "two-names"))
        strs_add(w->arena, &spec->dns_names,
                 arena_printf(w->arena, "second.%.*s", STR_ARG(w->zone)));
    if (has_fault(faults, "also-ip"))
        strs_add(w->arena, &spec->ip_addresses, STR("192.0.2.1"));
    if (has_fault(faults, "also-mail"))
        strs_add(w->arena, &spec->email_addresses,
                 arena_printf(w->arena, "admin@%.*s", STR_ARG(w->zone)));
}

static void spoil_extension(struct world *w, const struct strs *faults,
                            struct cert_spec *spec, str keyauth)
{
    str digest = sha256(w->arena, keyauth);
    if (has_fault(faults, "no-extension"))
        return;
    if (has_fault(faults, "wrong-digest"))
        digest = sha256(w->arena, STR("not the key authorization"));
    spec->acme_identifier = digest;
    spec->acme_identifier_not_critical = has_fault(faults, "not-critical");
    /* RFC 8737 3: the extension's value is an OCTET STRING of 32 bytes, in DER. */
    if (has_fault(faults, "bare-digest"))
        spec->acme_identifier_raw = digest;
    if (has_fault(faults, "trailing-octets"))
        spec->acme_identifier_raw =
            DER_CAT(w->arena, DER(w->arena, DER_OCTET_STRING, digest),
                    DER(w->arena, DER_NULL, STR_NONE));
    /* An OCTET STRING of 31 bytes where RFC 8737 3 has SIZE (32). */
    if (has_fault(faults, "short-digest"))
        spec->acme_identifier_raw =
            arena_printf(w->arena, "\x04\x1f%.*s", 31, str_copy(w->arena, digest).ptr);
}

static bool sign_with_ca(struct world *w, struct cert_spec *spec, struct err *err)
{
    struct cert_spec ca = { .subject = STR("Some CA of acmespec"), .ca = true };
    ca.not_before = clock_wall() - 86400;
    ca.not_after = clock_wall() + 86400;
    ca.key = key_new(w->arena, KEY_P256, err);
    spec->issuer_key = ca.key;
    spec->issuer = ca.key ? cert_issue(w->arena, &ca, err) : NULL;
    return spec->issuer != NULL;
}

static bool alpn_certificate(struct world *w, const struct response_for *r,
                             const struct strs *faults, struct tls_answer *tls,
                             struct err *err)
{
    struct cert_spec spec = { .subject = STR("acmespec") };
    struct key *key = key_new(w->arena, KEY_P256, err);
    bool expired = has_fault(faults, "expired");
    spec.key = key;
    spec.not_before = clock_wall() - 86400L * (expired ? 20 : 1);
    spec.not_after = clock_wall() + 86400L * (expired ? -10 : 1);
    if (has_fault(faults, "common-name-only"))
        spec.subject = r->authz->domain;
    spoil_names(w, faults, &spec, r->authz);
    spoil_extension(w, faults, &spec, r->keyauth);
    if (!key || (has_fault(faults, "signed-by-ca") && !sign_with_ca(w, &spec, err)))
        return false;
    struct cert *cert = cert_issue(w->arena, &spec, err);
    if (!cert)
        return false;
    tls->cert_pem = cert_pem(w->arena, cert);
    tls->key_pem = key_private_pem(w->arena, key);
    return true;
}

static bool provision_alpn(struct world *w, const struct response_for *r,
                           const struct line *clause, struct err *err)
{
    struct alpn_answer answer = { .tls.alpn = "acme-tls/1" };
    struct strs faults;
    if (!read_faults(w, clause, &faults, err))
        return false;
    if (has_fault(&faults, "no-alpn"))
        answer.tls.alpn = NULL;
    if (has_fault(&faults, "other-alpn"))
        answer.tls.alpn = "http/1.1";
    answer.drop = has_fault(&faults, "drop");
    answer.tls.old_version = has_fault(&faults, "tls-1.1");
    answer.tls.talks = has_fault(&faults, "talks");
    if (!has_fault(&faults, "refuse")
        && !alpn_certificate(w, r, &faults, &answer.tls, err))
        return false;
    struct responder *there = world_responder(w, r->authz->domain, err);
    if (!there)
        return false;
    responder_alpn(there, challenge_sni(w->arena, r->authz->domain), &answer);
    return true;
}

/* --- http-01 --- */

static bool word_of(struct world *w, const struct line *line, const char *clause,
                    const char *kind, str *out, struct err *err)
{
    const struct line *c = line ? line_clause(line, clause) : NULL;
    return !c || world_word(w, line_arg(c, kind), out, err);
}

/* The redirect target on HTTPS: any certificate will do (RFC 8555 8.3 leaves it open). It
 * is at the port for tls-alpn-01, as CAs follow redirects to no others. */
static void serve_https(void *context, struct arena *a, const struct request *request,
                        const char *peer, struct reply *reply)
{
    str keyauth = *(const str *)context;
    (void)request;
    (void)peer;
    reply->response.status = 200;
    reply->response.body = str_copy(a, keyauth);
}

static bool listen_https(struct world *w, struct listen_options *options, str host,
                         struct err *err)
{
    const struct target *t = w->target;
    options->address = "127.0.0.1";
    if (t->own_address) {
        str address = relay_other_address(w->arena, t->relay, w->slot);
        options->address = address.ptr;
        options->port = t->tls_port;
        if (!responder_dns(w->responder, host, STR("A"), address, err))
            return false;
    }
    w->https = listener_new(w->arena, options, err);
    if (w->https && t->relay && !t->own_address)
        relay_slot(t->relay, w->slot)->tls_port = listener_port(w->https);
    return w->https != NULL;
}

static bool start_https(struct world *w, str host, str keyauth, struct err *err)
{
    struct cert_spec spec = { .subject = STR("acmespec redirect target") };
    struct key *key = key_new(w->arena, KEY_P256, err);
    str *body = NEW(w->arena, str);
    *body = keyauth;
    spec.key = key;
    spec.not_before = clock_wall() - 86400;
    spec.not_after = clock_wall() + 86400;
    strs_add(w->arena, &spec.dns_names, host);
    struct cert *cert = key ? cert_issue(w->arena, &spec, err) : NULL;
    if (!cert)
        return false;
    struct listen_options options = { .cert_pem = cert_pem(w->arena, cert),
                                      .key_pem = key_private_pem(w->arena, key),
                                      .body_ceiling = 4096,
                                      .handler = serve_https,
                                      .context = body };
    return listen_https(w, &options, host, err);
}

/* A port in a URL, left out where it is the scheme's own. */
static str port_suffix(struct world *w, int port, int usual)
{
    return port == usual ? STR_NONE : arena_printf(w->arena, ":%d", port);
}

static bool redirect_to_https(struct world *w, const struct response_for *r,
                              struct web_answer *answer, struct err *err)
{
    str host = arena_printf(w->arena, "secure.%.*s", STR_ARG(w->zone));
    if (!w->https && !start_https(w, host, r->keyauth, err))
        return false;
    answer->location =
        arena_printf(w->arena, "https://%.*s%.*s/redirected", STR_ARG(host),
                     STR_ARG(port_suffix(w, w->target->tls_port, 443)));
    return true;
}

static bool redirect_of(struct world *w, const struct response_for *r, str word,
                        struct web_answer *answer, struct err *err)
{
    str port = port_suffix(w, w->target->http_port, 80), host = r->authz->domain;
    if (answer->status == 200)
        answer->status = 302;
    if (str_is(word, "https"))
        return redirect_to_https(w, r, answer, err);
    if (str_is(word, "loop")) {
        answer->location =
            arena_printf(w->arena, "http://%.*s%.*s%.*s", STR_ARG(host), STR_ARG(port),
                         STR_ARG(challenge_path(w->arena, r->token)));
        return true;
    }
    if (!str_is(word, "elsewhere")) {
        answer->location = word;
        return true;
    }
    struct web_answer there = { .body = r->keyauth };
    str name = arena_printf(w->arena, "elsewhere.%.*s", STR_ARG(w->zone));
    responder_web(w->responder, name, STR("/somewhere/else"), &there);
    answer->location = arena_printf(w->arena, "http://%.*s%.*s/somewhere/else",
                                    STR_ARG(name), STR_ARG(port));
    return true;
}

static bool read_manner(struct world *w, const struct line *line, struct manner *manner,
                        struct err *err)
{
    str word = STR_NONE, delay = STR_NONE;
    if (!word_of(w, line, "manner", "MANNER", &word, err)
        || !word_of(w, line, "delay", "DURATION", &delay, err))
        return false;
    if (delay.len)
        str_to_ms(delay, &manner->delay_ms);
    manner->drop = str_is(word, "drop");
    manner->reset = str_is(word, "reset");
    manner->hang = str_is(word, "hang");
    manner->cut = str_is(word, "cut");
    manner->chunked = str_is(word, "chunked");
    manner->close = str_is(word, "close");
    manner->cut_after = 8;
    return true;
}

/* A long body, for which a scenario has no room. */
static str repeated(struct world *w, str body, long times)
{
    struct buf out = buf_new(w->arena, (body.len + 1) * (size_t)MOST_REPEATS);
    for (long i = 0; i < times; i++)
        buf_add(&out, body);
    return times > 1 ? buf_str(&out) : body;
}

/* The number in a clause; what it is now where there is no such clause. */
static bool number_of(struct world *w, const struct line *line, const char *clause,
                      long most, long *out, struct err *err)
{
    str text = STR_NONE;
    if (!word_of(w, line, clause, "NUMBER", &text, err))
        return false;
    return text.len == 0 || str_to_long(text, most, out)
        || err_set(err, "\"%.*s\" is no number for %s", STR_ARG(text), clause);
}

static bool provision_web(struct world *w, const struct response_for *r,
                          const struct line *line, struct err *err)
{
    struct web_answer answer = { .body = r->keyauth };
    str redirect = STR_NONE;
    long code = 200, times = 1;
    if (!word_of(w, line, "content", "VALUE", &answer.body, err)
        || !word_of(w, line, "media-type", "VALUE", &answer.content_type, err)
        || !word_of(w, line, "redirect", "VALUE", &redirect, err)
        || !number_of(w, line, "status", 999, &code, err)
        || !number_of(w, line, "repeat", MOST_REPEATS, &times, err)
        || !read_manner(w, line, &answer.manner, err))
        return false;
    answer.status = (int)code;
    answer.body = repeated(w, answer.body, times);
    if (redirect.len && !redirect_of(w, r, redirect, &answer, err))
        return false;
    struct responder *there = world_responder(w, r->authz->domain, err);
    if (!there)
        return false;
    responder_web(there, url_host(w->arena, r->authz->domain),
                  challenge_path(w->arena, r->token), &answer);
    return true;
}

/* --- dns-01 --- */

static bool provision_txt(struct world *w, const struct response_for *r,
                          const struct line *line, struct err *err)
{
    str value = r->txt, name = challenge_txt_name(w->arena, r->authz->domain),
        elsewhere = STR_NONE;
    const struct line *extra = line ? line_clause(line, "extra") : NULL;
    if (!word_of(w, line, "content", "VALUE", &value, err)
        || !word_of(w, line, "cname", "VALUE", &elsewhere, err))
        return false;
    if (elsewhere.len && !responder_dns(w->responder, name, STR("CNAME"), elsewhere, err))
        return false;
    str holder = elsewhere.len ? elsewhere : name;
    for (size_t i = 0; extra && i < line_args(extra, "VALUE"); i++) {
        str more;
        if (!world_word(w, line_arg_n(extra, "VALUE", i), &more, err)
            || !responder_dns(w->responder, holder, STR("TXT"), more, err))
            return false;
    }
    return responder_dns(w->responder, holder, STR("TXT"), value, err);
}

/* --- by type --- */

static bool provision_for(struct world *w, const struct response_for *r,
                          const struct line *line, struct err *err)
{
    if (str_is(r->challenge, "http-01"))
        return provision_web(w, r, line, err);
    if (str_is(r->challenge, "dns-01"))
        return provision_txt(w, r, line, err);
    return provision_alpn(w, r, line ? line_clause(line, "alpn") : NULL, err);
}

bool provision_right(struct world *w, const struct named_authz *authz, str challenge,
                     struct err *err)
{
    struct response_for r;
    return response_of(w, authz, challenge, &r, err) && provision_for(w, &r, NULL, err);
}

bool provision_wrong(struct world *w, const struct named_authz *authz, str challenge,
                     struct err *err)
{
    struct response_for r;
    if (!response_of(w, authz, challenge, &r, err))
        return false;
    r.keyauth = arena_printf(w->arena, "%.*s.wrong", STR_ARG(r.token));
    r.txt = STR("wrong");
    return provision_for(w, &r, NULL, err);
}

static bool challenge_of(struct world *w, const struct line *line, struct response_for *r,
                         struct err *err)
{
    str challenge;
    const struct named_authz *authz = world_authz(w, line_arg(line, "AUTHZ"));
    if (!authz)
        return err_set(err, "there is no authorization %.*s",
                       STR_ARG(line_arg(line, "AUTHZ")));
    return world_word(w, line_arg(line, "CHALLENGE"), &challenge, err)
        && target_reaches(w->target, challenge, err)
        && response_of(w, authz, challenge, r, err);
}

/* ${right}, and two that are nearly right. */
static void name_response(struct world *w, str right)
{
    char *swapped = str_z(w->arena, right);
    for (size_t i = 0; i < right.len; i++)
        if (isalpha((unsigned char)swapped[i]))
            swapped[i] ^= 0x20;
    vars_set(w->vars, STR("right"), right);
    vars_set(w->vars, STR("swapped"), (str){ swapped, right.len });
    vars_set(w->vars, STR("cut"), str_upto(right, right.len - 1));
}

enum step_end step_provision(struct world *w, const struct step *step, struct err *err)
{
    struct response_for r;
    if (!challenge_of(w, step->line, &r, err))
        return STEP_NOT_HELD;
    /* A scenario may call its CSR "right" as well. */
    json_t *own = vars_get(w->vars, STR("right"));
    name_response(w, str_is(r.challenge, "dns-01") ? r.txt : r.keyauth);
    bool done = provision_for(w, &r, step->line, err);
    if (own)
        vars_set_json(w->vars, STR("right"), own);
    return done ? STEP_DONE : STEP_BROKEN;
}

enum step_end step_withdraw(struct world *w, const struct step *step, struct err *err)
{
    struct response_for r;
    if (!challenge_of(w, step->line, &r, err))
        return STEP_NOT_HELD;
    if (str_is(r.challenge, "http-01"))
        responder_web_withdraw(w->responder, r.authz->domain,
                               challenge_path(w->arena, r.token));
    else if (str_is(r.challenge, "dns-01"))
        responder_dns_withdraw(w->responder,
                               challenge_txt_name(w->arena, r.authz->domain), STR("TXT"));
    else
        responder_alpn_withdraw(w->responder, challenge_sni(w->arena, r.authz->domain));
    return STEP_DONE;
}

/* --- DNS at will --- */

enum step_end step_provision_dns(struct world *w, const struct step *step,
                                 struct err *err)
{
    const struct line *line = step->line;
    str name, value, type = line_arg(line, "DNSTYPE");
    if (!world_word(w, line_arg(line, "DOMAIN"), &name, err)
        || !world_word(w, line_arg(line, "VALUE"), &value, err))
        return STEP_NOT_HELD;
    int manner = name_find(dns_manner_names, DNS_MANNER_COUNT, value);
    if (manner > 0) {
        responder_dns_manner(w->responder, name, type, (enum dns_manner)manner);
        return STEP_DONE;
    }
    for (size_t i = 1; i < line_args(line, "VALUE"); i++) {
        str more;
        if (!world_word(w, line_arg_n(line, "VALUE", i), &more, err))
            return STEP_NOT_HELD;
        value = arena_printf(w->arena, "%.*s %.*s", STR_ARG(value), STR_ARG(more));
    }
    return responder_dns(w->responder, name, type, value, err) ? STEP_DONE
                                                               : STEP_NOT_HELD;
}

enum step_end step_withdraw_dns(struct world *w, const struct step *step, struct err *err)
{
    str name;
    if (!world_word(w, line_arg(step->line, "DOMAIN"), &name, err))
        return STEP_NOT_HELD;
    responder_dns_withdraw(w->responder, name, line_arg(step->line, "DNSTYPE"));
    responder_dns_manner(w->responder, name, line_arg(step->line, "DNSTYPE"), DNS_ANSWER);
    return STEP_DONE;
}
