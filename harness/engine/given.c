/* SPDX-License-Identifier: MIT */
/* Givens: they bring the peer to a state by what a correct client does, and name what came
 * of it.  When the peer does not get there, nothing was learnt. */
#include "acme/problem.h"
#include "crypto/b64url.h"
#include "crypto/cert.h"
#include "engine/steps.h"

enum { VALIDATION_MS = 15000, ISSUANCE_MS = 15000 };

static const char *const not_yet_decided[] = { "pending", "processing" };
static const char *const pending_only[] = { "pending" };
static const char *const processing_only[] = { "processing" };

static enum step_end not_held(struct world *w, struct err *err, const char *what)
{
    str answer = describe_answer(w->arena, w->last);
    err_set(err, "%s: %.*s", what, STR_ARG(str_upto(answer, 500)));
    return STEP_NOT_HELD;
}

static void set_part(struct world *w, str name, const char *part, str value)
{
    str whole = arena_printf(w->arena, "%.*s.%s", STR_ARG(name), part);
    if (value.len)
        vars_set(w->vars, whole, value);
    else
        vars_set_missing(w->vars, whole, STR("the server did not tell it"));
}

static enum key_type type_of(struct world *w, const struct line *line)
{
    str word = line_arg(line, "KEYTYPE"), text;
    struct err ignored;
    if (!word.len)
        return KEY_P256;
    int type = world_word(w, word, &text, &ignored) ? key_type_find(text) : -1;
    return type < 0 ? KEY_P256 : (enum key_type)type;
}

enum step_end step_given_key(struct world *w, const struct step *step, struct err *err)
{
    struct key *key = key_new(w->arena, type_of(w, step->line), err);
    if (!key)
        return STEP_BROKEN;
    str name = line_arg(step->line, "NAME");
    world_add_key(w, name, key, STR_NONE);
    set_part(w, name, "pem", key_private_pem(w->arena, key));
    return STEP_DONE;
}

/* --- accounts --- */

static json_t *external_binding(struct world *w, const struct key *key, struct err *err)
{
    const struct profile *p = &w->target->profile;
    struct jws_spec spec = { .kid = p->eab[0].kid };
    str body;
    if (!b64url_decode(w->arena, p->eab[0].key, &spec.mac_key)) {
        err_set(err, "the profile's eab key is not base64url");
        return NULL;
    }
    spec.url = client_resource(w->client, RESOURCE_NEW_ACCOUNT);
    spec.payload = json_text(w->arena, key_jwk(w->arena, key));
    return jws_sign(w->arena, &spec, &body, err) ? json_read(w->arena, body, err) : NULL;
}

static void add_contacts(struct world *w, const struct line *line, json_t *payload)
{
    const struct profile *p = &w->target->profile;
    const struct line *clause = line_clause(line, "contact");
    json_t *contacts = json_keep(w->arena, json_array());
    for (size_t i = 0; clause && i < line_args(clause, "VALUE"); i++)
        json_array_append(contacts, json_string_of(w->arena, line_arg_n(clause, "VALUE", i)));
    for (size_t i = 0; !clause && i < p->contacts.count; i++)
        json_array_append(contacts, json_string_of(w->arena, p->contacts.item[i]));
    if (json_array_size(contacts))
        json_object_set(payload, "contact", contacts);
}

static json_t *account_payload(struct world *w, const struct line *line, const struct key *key,
                               struct err *err)
{
    str reason;
    json_t *payload = json_keep(w->arena, json_object());
    json_object_set_new(payload, "termsOfServiceAgreed", json_true());
    add_contacts(w, line, payload);
    if (target_offers(w->target, STR("eab-required"), &reason) && w->target->profile.eab_count) {
        json_t *binding = external_binding(w, key, err);
        if (!binding)
            return NULL;
        json_object_set(payload, "externalAccountBinding", binding);
    }
    return payload;
}

static bool set_status(struct world *w, str account, str url, const char *status, struct err *err)
{
    json_t *payload = json_keep(w->arena, json_pack("{s:s}", "status", status));
    return world_post_as(w, account, url, payload, 0, err);
}

enum step_end step_given_account(struct world *w, const struct step *step, struct err *err)
{
    const struct line *line = step->line;
    str name = line_arg(line, "NAME");
    struct key *key = key_new(w->arena, type_of(w, line), err);
    json_t *payload = key ? account_payload(w, line, key, err) : NULL;
    if (!payload)
        return STEP_BROKEN;
    struct post post = { .url = client_resource(w->client, RESOURCE_NEW_ACCOUNT) };
    post.jws.key = key;
    post.jws.payload = json_text(w->arena, payload);
    if (!world_post(w, &post, err))
        return STEP_BROKEN;
    const str *location = headers_find(&w->last->response.headers, "Location");
    if (w->last->response.status != 201 || !location)
        return not_held(w, err, "the account could not be made");
    world_add_key(w, name, key, *location);
    set_part(w, name, "url", *location);
    set_part(w, name, "orders", json_member(w->last->body, "orders"));
    if (!line_has(line, "deactivated"))
        return STEP_DONE;
    if (!set_status(w, name, *location, "deactivated", err))
        return STEP_BROKEN;
    return w->last->response.status == 200
        ? STEP_DONE
        : not_held(w, err, "the account could not be deactivated");
}

/* --- authorizations --- */

static str key_authorization(struct world *w, str account, str token)
{
    const struct named_key *key = world_key(w, account);
    return arena_printf(w->arena, "%.*s.%.*s", STR_ARG(token),
                        STR_ARG(key_thumbprint(w->arena, key->key)));
}

static void name_challenge(struct world *w, str authz, str account, json_t *challenge)
{
    str type = json_member(challenge, "type"), token = json_member(challenge, "token");
    str prefix = arena_printf(w->arena, "%.*s.%.*s", STR_ARG(authz), STR_ARG(type));
    set_part(w, prefix, "url", json_member(challenge, "url"));
    set_part(w, prefix, "token", token);
    set_part(w, prefix, "type", type);
    if (!token.len)
        return;
    str keyauth = key_authorization(w, account, token);
    set_part(w, prefix, "keyauth", keyauth);
    set_part(w, prefix, "txt", b64url_encode(w->arena, sha256(w->arena, keyauth)));
}

/* Names an authorization and its challenges by the last answer, which is its object. */
static void name_authz(struct world *w, str name, str account, str url)
{
    json_t *body = w->last->body, *challenge;
    size_t i;
    str domain = json_str(json_pointer(body, STR("/identifier/value")));
    struct named_authz authz = { str_copy(w->arena, name), url, domain, account,
                                 is_ip_address(domain) };
    w->authz = GROW(w->arena, w->authz, w->authz_count, struct named_authz);
    w->authz[w->authz_count++] = authz;
    set_part(w, name, "url", url);
    set_part(w, name, "status", json_member(body, "status"));
    set_part(w, name, "domain", domain);
    json_array_foreach(json_object_get(body, "challenges"), i, challenge)
        name_challenge(w, name, account, challenge);
}

/* Fetches the authorization and names it. */
static enum step_end learn_authz(struct world *w, str name, str account, str url,
                                 struct err *err)
{
    if (!world_post_as(w, account, url, NULL, 0, err))
        return STEP_BROKEN;
    if (w->last->response.status != 200 || !json_is_object(w->last->body))
        return not_held(w, err, "an authorization could not be read");
    name_authz(w, name, account, url);
    return STEP_DONE;
}

static bool has_challenge(struct world *w, str authz, const char *type)
{
    str url = arena_printf(w->arena, "%.*s.%s.url", STR_ARG(authz), type);
    return vars_get(w->vars, url) != NULL;
}

/* The challenge to use: the one asked for, else the first that the server offers. */
static str choose_challenge(struct world *w, str authz, str wanted)
{
    struct err ignored;
    str word = STR_NONE;
    if (wanted.len && world_word(w, wanted, &word, &ignored))
        return word;
    for (int i = 0; i < CHALLENGE_COUNT; i++)
        if (has_challenge(w, authz, challenge_names[i]))
            return str_of(challenge_names[i]);
    return STR("http-01");
}

static enum step_end trigger(struct world *w, str authz, str account, str challenge,
                             struct err *err)
{
    str name = arena_printf(w->arena, "%.*s.%.*s.url", STR_ARG(authz), STR_ARG(challenge));
    str url = vars_text_of(w->vars, name);
    if (!url.len) {
        err_set(err, "the server offers no %.*s for %.*s", STR_ARG(challenge), STR_ARG(authz));
        return STEP_NOT_HELD;
    }
    if (!world_post_as(w, account, url, json_keep(w->arena, json_object()), 0, err))
        return STEP_BROKEN;
    return w->last->response.status == 200 ? STEP_DONE
                                           : not_held(w, err, "the challenge was not taken");
}

/* Provisions, triggers and polls until the authorization is no longer pending; then it has
 * to be in the wanted state. */
static enum step_end validate(struct world *w, str name, str over, bool right, struct err *err)
{
    struct named_authz authz = *world_authz(w, name);
    str challenge = choose_challenge(w, name, over);
    bool ready = right ? provision_right(w, &authz, challenge, err)
                       : provision_wrong(w, &authz, challenge, err);
    if (!ready)
        return STEP_BROKEN;
    enum step_end end = trigger(w, name, authz.account, challenge, err);
    if (end != STEP_DONE)
        return end;
    if (!poll_while(w, authz.account, authz.url, pending_only, 1, VALIDATION_MS, err))
        return STEP_BROKEN;
    str status = json_member(w->last->body, "status");
    set_part(w, name, "status", status);
    if (str_is(status, right ? "valid" : "invalid"))
        return STEP_DONE;
    err_set(err, "the authorization for %.*s should be %s and is \"%.*s\"", STR_ARG(authz.domain),
            right ? "valid" : "invalid", STR_ARG(status));
    return STEP_NOT_HELD;
}

static enum step_end deactivate_authz(struct world *w, str name, struct err *err)
{
    const struct named_authz *authz = world_authz(w, name);
    if (!set_status(w, authz->account, authz->url, "deactivated", err))
        return STEP_BROKEN;
    return w->last->response.status == 200
        ? STEP_DONE
        : not_held(w, err, "the authorization could not be deactivated");
}

static bool is_pending(struct world *w, str name)
{
    str status = arena_printf(w->arena, "%.*s.status", STR_ARG(name));
    return str_is(vars_text_of(w->vars, status), "pending");
}

static enum step_end bring_authz(struct world *w, str name, str state, str over, struct err *err)
{
    if (!is_pending(w, name)) {
        str status = vars_text_of(w->vars, arena_printf(w->arena, "%.*s.status", STR_ARG(name)));
        if (str_is(state, "valid") && str_is(status, "valid"))
            return STEP_DONE;
        err_set(err, "the authorization of a new name is not pending but \"%.*s\"",
                STR_ARG(status));
        return STEP_NOT_HELD;
    }
    if (str_is(state, "deactivated"))
        return deactivate_authz(w, name, err);
    if (!state.len || str_is(state, "pending"))
        return STEP_DONE;
    return validate(w, name, over, str_is(state, "valid"), err);
}

/* --- orders --- */

static void set_order(struct world *w, str name, str url)
{
    json_t *body = w->last->body;
    if (url.len)
        set_part(w, name, "url", url);
    set_part(w, name, "finalize", json_member(body, "finalize"));
    set_part(w, name, "certificate", json_member(body, "certificate"));
    set_part(w, name, "status", json_member(body, "status"));
    set_part(w, name, "expires", json_member(body, "expires"));
}

static bool order_payload(struct world *w, const struct line *line, json_t **out, struct err *err)
{
    static const struct {
        const char *clause, *member;
    } dates[] = { { "not-before", "notBefore" }, { "not-after", "notAfter" } };
    json_t *payload = *out = json_keep(w->arena, json_object());
    json_t *identifiers = json_keep(w->arena, json_array());
    for (size_t i = 0; i < line_args(line, "DOMAIN"); i++) {
        str domain;
        if (!world_word(w, line_arg_n(line, "DOMAIN", i), &domain, err))
            return false;
        json_array_append(identifiers, identifier_of(w->arena, domain));
    }
    json_object_set(payload, "identifiers", identifiers);
    for (size_t i = 0; i < countof(dates); i++) {
        const struct line *clause = line_clause(line, dates[i].clause);
        str value;
        if (!clause)
            continue;
        if (!world_word(w, line_arg(clause, "VALUE"), &value, err))
            return false;
        json_object_set(payload, dates[i].member, json_string_of(w->arena, value));
    }
    return true;
}

static str authz_name(struct world *w, str order, size_t index)
{
    return arena_printf(w->arena, "%.*s.authz%zu", STR_ARG(order), index + 1);
}

/* Names the order's authorizations o.authz1, o.authz2 ...; the first is also "o" itself. */
static enum step_end learn_authzs(struct world *w, str name, str account, json_t *urls,
                                  struct err *err)
{
    for (size_t i = 0; i < json_array_size(urls) && i < 100; i++) {
        str url = json_str(json_array_get(urls, i)), authz = authz_name(w, name, i);
        enum step_end end = learn_authz(w, authz, account, url, err);
        if (end != STEP_DONE)
            return end;
        vars_set(w->vars, authz, url);
        if (i > 0)
            continue;
        str order_url = vars_text_of(w->vars, arena_printf(w->arena, "%.*s.url", STR_ARG(name)));
        str status = vars_text_of(w->vars, arena_printf(w->arena, "%.*s.status", STR_ARG(name)));
        name_authz(w, name, account, url);
        set_part(w, name, "url", order_url);
        set_part(w, name, "status", status);
    }
    return STEP_DONE;
}

static enum step_end make_order(struct world *w, const struct line *line, str name, str account,
                                size_t *authzs, struct err *err)
{
    json_t *payload;
    if (!order_payload(w, line, &payload, err))
        return STEP_NOT_HELD;
    if (!world_post_as(w, account, client_resource(w->client, RESOURCE_NEW_ORDER), payload, 0,
                       err))
        return STEP_BROKEN;
    const str *location = headers_find(&w->last->response.headers, "Location");
    json_t *urls = json_object_get(w->last->body, "authorizations");
    if (w->last->response.status != 201 || !location || !json_is_array(urls))
        return not_held(w, err, "the order could not be made");
    set_order(w, name, str_copy(w->arena, *location));
    *authzs = json_array_size(urls);
    return learn_authzs(w, name, account, urls, err);
}

/* Polls the order until its status is none of those; then it has to be `wanted`. */
static enum step_end settle_order(struct world *w, str name, str account,
                                  const char *const while_statuses[], size_t count,
                                  const char *wanted, struct err *err)
{
    str url = vars_text_of(w->vars, arena_printf(w->arena, "%.*s.url", STR_ARG(name)));
    if (!poll_while(w, account, url, while_statuses, count, ISSUANCE_MS, err))
        return STEP_BROKEN;
    if (w->last->response.status != 200)
        return not_held(w, err, "the order could not be read");
    set_order(w, name, STR_NONE);
    str status = json_member(w->last->body, "status");
    if (str_is(status, wanted))
        return STEP_DONE;
    err_set(err, "the order should be %s and is \"%.*s\"", wanted, STR_ARG(status));
    return STEP_NOT_HELD;
}

static enum step_end ready_order(struct world *w, str name, str account, size_t authzs, str over,
                                 struct err *err)
{
    for (size_t i = 0; i < authzs; i++) {
        enum step_end end = bring_authz(w, authz_name(w, name, i), STR("valid"), over, err);
        if (end != STEP_DONE)
            return end;
    }
    return settle_order(w, name, account, pending_only, 1, "ready", err);
}

static enum step_end invalid_order(struct world *w, str name, str account, str over,
                                   struct err *err)
{
    enum step_end end = bring_authz(w, authz_name(w, name, 0), STR("invalid"), over, err);
    if (end != STEP_DONE)
        return end;
    return settle_order(w, name, account, not_yet_decided, 2, "invalid", err);
}

static enum step_end finalize(struct world *w, str name, str account, str csr, struct err *err)
{
    str url = vars_text_of(w->vars, arena_printf(w->arena, "%.*s.finalize", STR_ARG(name)));
    json_t *payload = json_keep(w->arena, json_object());
    json_object_set(payload, "csr", json_string_of(w->arena, csr));
    if (!world_post_as(w, account, url, payload, 0, err))
        return STEP_BROKEN;
    if (w->last->response.status != 200)
        return not_held(w, err, "the order could not be finalized");
    return settle_order(w, name, account, processing_only, 1, "valid", err);
}

static void add_san(struct arena *a, struct csr_spec *spec, str name)
{
    strs_add(a, is_ip_address(name) ? &spec->ip_addresses : &spec->dns_names, name);
}

/* A good request for the names of a line, with a new key unless one is given. */
static bool csr_for_line(struct world *w, const struct line *line, struct key **key, str *csr,
                         struct err *err)
{
    struct csr_spec spec = { 0 };
    str der;
    for (size_t i = 0; i < line_args(line, "DOMAIN"); i++) {
        str domain;
        if (!world_word(w, line_arg_n(line, "DOMAIN", i), &domain, err))
            return false;
        add_san(w->arena, &spec, domain);
    }
    const struct named_key *given = world_key(w, line_arg(line, "KEY"));
    *key = given ? given->key : key_new(w->arena, KEY_P256, err);
    spec.key = *key;
    if (!*key || !csr_new(w->arena, &spec, &der, err))
        return false;
    *csr = b64url_encode(w->arena, der);
    return true;
}

/* The line's `csr` clause, or a request made for it. */
static bool csr_of_line(struct world *w, const struct line *line, struct key **key, str *csr,
                        struct err *err)
{
    const struct line *clause = line_clause(line, "csr");
    if (!clause)
        return csr_for_line(w, line, key, csr, err);
    *key = NULL;
    *csr = vars_text_of(w->vars, line_arg(clause, "CSR"));
    return csr->len > 0 || err_set(err, "the csr has no value");
}

enum step_end step_given_order(struct world *w, const struct step *step, struct err *err)
{
    const struct line *line = step->line;
    str name = line_arg(line, "NAME"), account = line_arg(line, "ACCOUNT");
    str state = line_arg(line, "ORDERSTATE"), over = line_arg(line, "CHALLENGE"), csr;
    struct key *key;
    size_t authzs = 0;
    enum step_end end = make_order(w, line, name, account, &authzs, err);
    if (end != STEP_DONE)
        return end;
    if (str_is(state, "invalid"))
        return invalid_order(w, name, account, over, err);
    if (!state.len || str_is(state, "pending"))
        return settle_order(w, name, account, NULL, 0, "pending", err);
    end = ready_order(w, name, account, authzs, over, err);
    if (end != STEP_DONE || str_is(state, "ready"))
        return end;
    if (!csr_of_line(w, line, &key, &csr, err))
        return STEP_BROKEN;
    return finalize(w, name, account, csr, err);
}

enum step_end step_given_authz(struct world *w, const struct step *step, struct err *err)
{
    const struct line *line = step->line;
    str name = line_arg(line, "NAME"), account = line_arg(line, "ACCOUNT");
    str order = arena_printf(w->arena, "%.*s.order", STR_ARG(name));
    size_t authzs = 0;
    enum step_end end = make_order(w, line, order, account, &authzs, err);
    if (end != STEP_DONE)
        return end;
    if (authzs == 0) {
        err_set(err, "the order names no authorization");
        return STEP_NOT_HELD;
    }
    str url = vars_text_of(w->vars, authz_name(w, order, 0));
    end = learn_authz(w, name, account, url, err);
    if (end != STEP_DONE)
        return end;
    return bring_authz(w, name, line_arg(line, "AUTHZSTATE"), line_arg(line, "CHALLENGE"), err);
}

/* --- certificates --- */

static enum step_end download(struct world *w, str name, str account, str order, struct err *err)
{
    struct chain chain;
    struct err why;
    str ari;
    str url = vars_text_of(w->vars, arena_printf(w->arena, "%.*s.certificate", STR_ARG(order)));
    if (!url.len) {
        err_set(err, "the valid order has no certificate URL");
        return STEP_NOT_HELD;
    }
    if (!world_post_as(w, account, url, NULL, 0, err))
        return STEP_BROKEN;
    if (w->last->response.status != 200
        || !chain_read(w->arena, w->last->response.body, &chain, &why))
        return not_held(w, err, "the certificate could not be downloaded");
    const struct cert *leaf = chain.item[0];
    set_part(w, name, "url", url);
    set_part(w, name, "der", b64url_encode(w->arena, cert_der(w->arena, leaf)));
    set_part(w, name, "pem", w->last->response.body);
    set_part(w, name, "serial", cert_serial_hex(w->arena, leaf));
    set_part(w, name, "ari", cert_ari_id(w->arena, leaf, &ari, &why) ? ari : STR_NONE);
    return STEP_DONE;
}

enum step_end step_given_certificate(struct world *w, const struct step *step, struct err *err)
{
    const struct line *line = step->line;
    str name = line_arg(line, "NAME"), account = line_arg(line, "ACCOUNT"), csr;
    str order = arena_printf(w->arena, "%.*s.order", STR_ARG(name));
    struct key *key;
    size_t authzs = 0;
    enum step_end end = make_order(w, line, order, account, &authzs, err);
    if (end == STEP_DONE)
        end = ready_order(w, order, account, authzs, STR_NONE, err);
    if (end != STEP_DONE)
        return end;
    if (!csr_of_line(w, line, &key, &csr, err))
        return STEP_BROKEN;
    end = finalize(w, order, account, csr, err);
    if (end != STEP_DONE)
        return end;
    if (key) {
        world_add_key(w, name, key, STR_NONE);
        world_add_key(w, arena_printf(w->arena, "%.*s.key", STR_ARG(name)), key, STR_NONE);
    }
    return download(w, name, account, order, err);
}

/* --- things to put into a payload --- */

static bool san_of_clause(struct world *w, const struct line *clause, struct csr_spec *spec,
                          struct err *err)
{
    for (size_t i = 0; i < line_args(clause, "VALUE"); i++) {
        str name;
        if (!world_word(w, line_arg_n(clause, "VALUE", i), &name, err))
            return false;
        if (str_starts(name, "email:"))
            strs_add(w->arena, &spec->emails, str_from(name, 6));
        else if (str_starts(name, "uri:"))
            strs_add(w->arena, &spec->uris, str_from(name, 4));
        else if (str_starts(name, "ip:"))
            strs_add(w->arena, &spec->ip_addresses, str_from(name, 3));
        else
            strs_add(w->arena, &spec->dns_names, name);
    }
    return true;
}

static bool names_of_csr(struct world *w, const struct line *line, struct csr_spec *spec,
                         struct err *err)
{
    const struct line *san = line_clause(line, "san");
    const struct line *common = line_clause(line, "common-name");
    for (size_t i = 0; common && i < line_args(common, "VALUE"); i++) {
        str name;
        if (!world_word(w, line_arg_n(common, "VALUE", i), &name, err))
            return false;
        if (i == 0)
            spec->common_name = name;
        else
            strs_add(w->arena, &spec->more_common_names, name);
    }
    spec->no_san = line_clause(line, "no-san") != NULL;
    if (san)
        return san_of_clause(w, san, spec, err);
    for (size_t i = 0; i < line_args(line, "DOMAIN"); i++) {
        str domain;
        if (!world_word(w, line_arg_n(line, "DOMAIN", i), &domain, err))
            return false;
        add_san(w->arena, spec, domain);
    }
    return true;
}

static bool faults_of_csr(struct world *w, const struct line *line, struct csr_spec *spec,
                          struct err *err)
{
    const struct line *c = line_clause(line, "fault");
    for (size_t i = 0; c && i < line_args(c, "CSRFAULT"); i++) {
        str fault = line_arg_n(c, "CSRFAULT", i);
        spec->bad_signature = spec->bad_signature || str_is(fault, "bad-signature");
        spec->sha1 = spec->sha1 || str_is(fault, "sha1");
        spec->must_staple = spec->must_staple || str_is(fault, "must-staple");
        spec->ca_true = spec->ca_true || str_is(fault, "ca");
        spec->san_critical = spec->san_critical || str_is(fault, "san-critical");
        spec->twice = spec->twice || str_is(fault, "twice");
        spec->trailing_bytes = spec->trailing_bytes || str_is(fault, "trailing-bytes");
        spec->truncated = spec->truncated || str_is(fault, "truncated");
        if (str_is(fault, "other-key") && !spec->sign_with)
            spec->sign_with = key_new(w->arena, KEY_P256, err);
    }
    for (c = NULL; (c = line_clause_after(line, "extension", c));) {
        if (!spec->extensions)
            spec->extensions = json_keep(w->arena, json_object());
        json_object_set(spec->extensions, str_z(w->arena, line_arg(c, "WORD")),
                        json_string_of(w->arena, line_arg(c, "VALUE")));
    }
    return true;
}

static bool is_not_der(const struct line *line)
{
    const struct line *c = line_clause(line, "fault");
    for (size_t i = 0; c && i < line_args(c, "CSRFAULT"); i++)
        if (str_is(line_arg_n(c, "CSRFAULT", i), "not-der"))
            return true;
    return false;
}

enum step_end step_given_csr(struct world *w, const struct step *step, struct err *err)
{
    const struct line *line = step->line;
    struct csr_spec spec = { 0 };
    str der = STR("this is no certificate request"), name = line_arg(line, "NAME");
    const struct named_key *given = world_key(w, line_arg(line, "KEY"));
    if (!names_of_csr(w, line, &spec, err))
        return STEP_NOT_HELD;
    spec.key = given ? given->key : key_new(w->arena, KEY_P256, err);
    if (!spec.key || !faults_of_csr(w, line, &spec, err))
        return STEP_BROKEN;
    if (!is_not_der(line) && !csr_new(w->arena, &spec, &der, err))
        return STEP_BROKEN;
    vars_set(w->vars, name, b64url_encode(w->arena, der));
    str pem = arena_printf(w->arena, "-----BEGIN CERTIFICATE REQUEST-----\n%.*s\n"
                                     "-----END CERTIFICATE REQUEST-----\n",
                           STR_ARG(b64_encode(w->arena, der)));
    set_part(w, name, "pem", pem);
    return STEP_DONE;
}

static bool read_mac(struct world *w, const struct line *line, struct jws_spec *spec,
                     struct err *err)
{
    const struct line *mac = line_clause(line, "mac");
    str key;
    if (!mac)
        return true;
    if (!world_word(w, line_arg(mac, "VALUE"), &key, err)
        || !world_word(w, line_arg(mac, "KEYID"), &spec->kid, err))
        return false;
    return b64url_decode(w->arena, key, &spec->mac_key)
        || err_set(err, "the mac clause wants a base64url key");
}

enum step_end step_given_jws(struct world *w, const struct step *step, struct err *err)
{
    const struct line *line = step->line;
    const struct named_key *key = world_key(w, line_arg(line, "KEY"));
    const struct named_key *as = world_key(w, line_arg(line, "ACCOUNT"));
    struct post post = { .line = line->place.line };
    str body;
    post.jws.key = key->key;
    post.jws.kid = as ? as->account_url : STR_NONE;
    if (!read_mac(w, line, &post.jws, err) || !read_signing(w, line, &post, err))
        return STEP_NOT_HELD;
    if (!jws_sign(w->arena, &post.jws, &body, err))
        return STEP_BROKEN;
    struct err not_json;
    json_t *value = json_read(w->arena, body, &not_json);
    if (value)
        vars_set_json(w->vars, line_arg(line, "NAME"), value);
    else
        vars_set(w->vars, line_arg(line, "NAME"), body);
    return STEP_DONE;
}
