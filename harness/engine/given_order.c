/* SPDX-License-Identifier: MIT */
/* Givens: authorizations and orders, brought to a state. */
#include "acme/challenge.h"
#include "engine/given_inside.h"

enum { VALIDATION_MS = 15000, FAILURE_MS = 6000, ISSUANCE_MS = 15000 };

static const char *const not_yet_decided[] = { "pending", "processing" };
static const char *const pending_only[] = { "pending" };
static const char *const processing_only[] = { "processing" };

/* --- authorizations --- */

static str key_authorization(struct world *w, str account, str token)
{
    const struct named_key *key = world_key(w, account);
    return challenge_key_authorization(w->arena, token,
                                       key_thumbprint(w->arena, key->key));
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
    set_part(w, prefix, "txt", challenge_txt(w->arena, keyauth));
}

/* Names an authorization and its challenges by the last answer, which is its object. */
static void name_authz(struct world *w, str name, str account, str url)
{
    json_t *body = w->last->body, *challenge;
    size_t i;
    str domain = json_str(json_pointer(body, STR("/identifier/value")));
    struct named_authz authz = { str_copy(w->arena, name), url, domain, account,
                                 identifier_is_ip(domain) };
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

/* The challenge to use: the one asked for, else the first that the server offers; before
 * it one that the profile does not deny and whose validation comes to us. */
static str choose_challenge(struct world *w, str authz, str wanted)
{
    struct err ignored;
    str word = STR_NONE, first = STR_NONE, why;
    if (wanted.len && world_word(w, wanted, &word, &ignored))
        return word;
    for (int i = 0; i < CHALLENGE_COUNT; i++) {
        word = str_of(challenge_names[i]);
        if (!has_challenge(w, authz, challenge_names[i]))
            continue;
        if (target_offers(w->target, word, &why)
            && target_reaches(w->target, word, &ignored))
            return word;
        first = first.len ? first : word;
    }
    return first.len ? first : STR("http-01");
}

static enum step_end trigger(struct world *w, str authz, str account, str challenge,
                             struct err *err)
{
    str name =
        arena_printf(w->arena, "%.*s.%.*s.url", STR_ARG(authz), STR_ARG(challenge));
    str url = vars_text_of(w->vars, name);
    if (!url.len) {
        err_set(err, "the server offers no %.*s for %.*s", STR_ARG(challenge),
                STR_ARG(authz));
        return STEP_NOT_HELD;
    }
    if (!world_post_as(w, account, url, json_keep(w->arena, json_object()), 0, err))
        return STEP_BROKEN;
    return w->last->response.status == 200
        ? STEP_DONE
        : not_held(w, err, "the challenge was not taken");
}

/* Provisions, triggers and polls until the authorization is no longer pending; then it
 * has to be in the wanted state. */
static enum step_end validate(struct world *w, str name, str over, bool right,
                              struct err *err)
{
    struct named_authz authz = *world_authz(w, name);
    str challenge = choose_challenge(w, name, over);
    if (!target_reaches(w->target, challenge, err))
        return STEP_NOT_HELD;
    bool ready = right ? provision_right(w, &authz, challenge, err)
                       : provision_wrong(w, &authz, challenge, err);
    if (!ready)
        return STEP_BROKEN;
    enum step_end end = trigger(w, name, authz.account, challenge, err);
    if (end != STEP_DONE)
        return end;
    if (!poll_while(w, authz.account, authz.url, pending_only, 1,
                    right ? VALIDATION_MS : FAILURE_MS, err))
        return STEP_BROKEN;
    str status = json_member(w->last->body, "status");
    set_part(w, name, "status", status);
    if (str_is(status, right ? "valid" : "invalid"))
        return STEP_DONE;
    err_set(err, "the authorization for %.*s should be %s and is \"%.*s\"",
            STR_ARG(authz.domain), right ? "valid" : "invalid", STR_ARG(status));
    return STEP_NOT_HELD;
}

static enum step_end deactivate_authz(struct world *w, str name, struct err *err)
{
    const struct named_authz *authz = world_authz(w, name);
    if (!post_status(w, authz->account, authz->url, "deactivated", err))
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

static enum step_end bring_authz(struct world *w, str name, str state, str over,
                                 struct err *err)
{
    if (!is_pending(w, name)) {
        str status =
            vars_text_of(w->vars, arena_printf(w->arena, "%.*s.status", STR_ARG(name)));
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
    /* Some tell it in the new order alone; a watch says that RFC 8555 7.1.3 has more. */
    str finalize = json_member(body, "finalize");
    if (finalize.len || url.len)
        set_part(w, name, "finalize", finalize);
    set_part(w, name, "certificate", json_member(body, "certificate"));
    set_part(w, name, "status", json_member(body, "status"));
    set_part(w, name, "expires", json_member(body, "expires"));
}

static bool order_payload(struct world *w, const struct line *line, json_t **out,
                          struct err *err)
{
    static const struct {
        const char *clause, *member;
    } members[] = { { "not-before", "notBefore" },
                    { "not-after", "notAfter" },
                    { "profile", "profile" } };
    json_t *payload = *out = json_keep(w->arena, json_object());
    json_t *identifiers = json_keep(w->arena, json_array());
    for (size_t i = 0; i < line_args(line, "DOMAIN"); i++) {
        str domain;
        if (!world_word(w, line_arg_n(line, "DOMAIN", i), &domain, err))
            return false;
        json_array_append(identifiers, identifier_of(w->arena, domain));
    }
    json_object_set(payload, "identifiers", identifiers);
    for (size_t i = 0; i < countof(members); i++) {
        const struct line *clause = line_clause(line, members[i].clause);
        str value;
        if (!clause)
            continue;
        if (!world_word(w, line_arg(clause, "VALUE"), &value, err))
            return false;
        json_object_set(payload, members[i].member, json_string_of(w->arena, value));
    }
    return true;
}

static str authz_name(struct world *w, str order, size_t index)
{
    return arena_printf(w->arena, "%.*s.authz%zu", STR_ARG(order), index + 1);
}

/* Names the order's authorizations o.authz1, o.authz2 ...; the first is also "o" itself.
 */
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
        str order_url =
            vars_text_of(w->vars, arena_printf(w->arena, "%.*s.url", STR_ARG(name)));
        str status =
            vars_text_of(w->vars, arena_printf(w->arena, "%.*s.status", STR_ARG(name)));
        name_authz(w, name, account, url);
        set_part(w, name, "url", order_url);
        set_part(w, name, "status", status);
    }
    return STEP_DONE;
}

enum step_end make_order(struct world *w, const struct line *line, str name, str account,
                         size_t *authzs, struct err *err)
{
    json_t *payload;
    if (!order_payload(w, line, &payload, err))
        return STEP_NOT_HELD;
    if (!world_post_as(w, account, client_resource(w->client, RESOURCE_NEW_ORDER),
                       payload, 0, err))
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

enum step_end ready_order(struct world *w, str name, str account, size_t authzs, str over,
                          struct err *err)
{
    for (size_t i = 0; i < authzs; i++) {
        enum step_end end =
            bring_authz(w, authz_name(w, name, i), STR("valid"), over, err);
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

static enum step_end send_csr(struct world *w, str name, str account, str csr,
                              struct err *err)
{
    str url =
        vars_text_of(w->vars, arena_printf(w->arena, "%.*s.finalize", STR_ARG(name)));
    json_t *payload = json_keep(w->arena, json_object());
    json_object_set(payload, "csr", json_string_of(w->arena, csr));
    if (!world_post_as(w, account, url, payload, 0, err))
        return STEP_BROKEN;
    return w->last->response.status == 200
        ? STEP_DONE
        : not_held(w, err, "the order could not be finalized");
}

enum step_end finalize_order(struct world *w, str name, str account, str csr,
                             struct err *err)
{
    enum step_end end = send_csr(w, name, account, csr, err);
    return end == STEP_DONE
        ? settle_order(w, name, account, processing_only, 1, "valid", err)
        : end;
}

/* A CA that issues at once has no such state. */
static enum step_end processing_order(struct world *w, str name, str account, str csr,
                                      struct err *err)
{
    enum step_end end = send_csr(w, name, account, csr, err);
    return end == STEP_DONE ? settle_order(w, name, account, NULL, 0, "processing", err)
                            : end;
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
    return str_is(state, "processing") ? processing_order(w, name, account, csr, err)
                                       : finalize_order(w, name, account, csr, err);
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
    return bring_authz(w, name, line_arg(line, "AUTHZSTATE"), line_arg(line, "CHALLENGE"),
                       err);
}
