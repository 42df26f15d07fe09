/* SPDX-License-Identifier: MIT */
/* The subscriber's account, revocation and renewal information. */
#include "mocks/subscriber.h"

#include <stdio.h>
#include <stdlib.h>

#include "acme/problem.h"
#include "base/buf.h"
#include "base/clock.h"
#include "crypto/b64url.h"
#include "crypto/cert.h"
#include "mocks/subscriber_inside.h"

static bool is_right(const struct exchange *x, int status)
{
    int got = x->response.status;
    return status ? got == status : got >= 200 && got < 300;
}

/* RFC 8555 6.7.1: what is wrong with which identifier. */
str subscriber_parts(const struct subscriber *s, json_t *problem)
{
    str text = STR("");
    json_t *part;
    size_t i;
    json_array_foreach(json_object_get(problem, "subproblems"), i, part)
    {
        str name = json_str(json_pointer(part, STR("/identifier/value")));
        str detail = str_upto(json_member(part, "detail"), 200);
        if (!client_bug(s->client, BUG_CLIENT_SUBPROBLEMS_UNSHOWN))
            text = arena_printf(s->arena, "%.*s; %.*s: %.*s", STR_ARG(text),
                                STR_ARG(str_upto(name, 100)), STR_ARG(detail));
    }
    return text;
}

/* RFC 8555 7.3.3: where the user has to go. */
static str instance_of(const struct subscriber *s, const struct exchange *x)
{
    str url = str_upto(json_member(x->body, "instance"), 500);
    bool wanted = str_is(problem_word(s->arena, &x->response), "userActionRequired")
        && !client_bug(s->client, BUG_CLIENT_INSTANCE_UNSHOWN);
    return url.len && wanted ? arena_printf(s->arena, "; go to %.*s", STR_ARG(url))
                             : STR("");
}

/* Planted: UTF-8 that is taken for Latin-1, and written in UTF-8 once more. */
static str sentence_of(const struct subscriber *s, const struct exchange *x)
{
    str text = journal_sentence(s->arena, x);
    struct buf b = buf_new(s->arena, CEILING_LINE);
    if (!client_bug(s->client, BUG_CLIENT_LATIN_1))
        return text;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c >= 0x80)
            buf_add_char(&b, (char)(0xc0 | c >> 6));
        buf_add_char(&b, c < 0x80 ? (char)c : (char)(0x80 | (c & 0x3f)));
    }
    return buf_str(&b);
}

/* RFC 8555 6.7: the user is shown the detail. */
static bool refuse(struct subscriber *s, const char *what, const struct exchange *x,
                   struct err *err)
{
    json_t *detail = json_object_get(x->body, "detail");
    if (detail && !json_is_string(detail) && client_bug(s->client, BUG_CLIENT_WRONG_TYPE))
        abort();
    if (client_bug(s->client, BUG_CLIENT_ERROR_UNSHOWN))
        return err_set(err, "%s", what);
    if (json_object_get(x->body, "algorithms")
        && client_bug(s->client, BUG_CLIENT_ALGORITHMS_CRASH))
        abort();
    return err_set(err, "%s: %s%s%s", what, sentence_of(s, x).ptr,
                   subscriber_parts(s, x->body).ptr, instance_of(s, x).ptr);
}

/* Planted: how often it asks again what it should ask later. */
static int storm_of(const struct subscriber *s, const struct exchange *x)
{
    bool limited = x->response.status == 429 || x->response.status == 503;
    return !limited                                       ? 0
        : client_bug(s->client, BUG_CLIENT_LIMIT_STORM)   ? 100
        : client_bug(s->client, BUG_CLIENT_LIMIT_IGNORED) ? 1
                                                          : 0;
}

static bool send(struct subscriber *s, const struct post *post, int status,
                 const char *what, const struct exchange **out, struct err *err)
{
    if (!client_post(s->client, post, out, err))
        return false;
    for (int left = storm_of(s, *out); left > 0; left--)
        if (!client_post(s->client, post, out, err))
            return false;
    if (is_right(*out, status))
        return true;
    return refuse(s, what, *out, err);
}

bool subscriber_post(struct subscriber *s, str url, json_t *payload, int status,
                     const char *what, const struct exchange **out, struct err *err)
{
    struct post post = { .url = url };
    post.jws.key = s->key;
    post.jws.kid =
        client_bug(s->client, BUG_CLIENT_ALWAYS_JWK) ? STR_NONE : s->account_url;
    post.jws.payload = payload                         ? json_text(s->arena, payload)
        : client_bug(s->client, BUG_CLIENT_GET_OBJECT) ? STR("{}")
                                                       : STR_NONE;
    return send(s, &post, status, what, out, err);
}

/* --- the account --- */

static json_t *object(struct subscriber *s)
{
    return json_keep(s->arena, json_object());
}

/* The planted mistakes in the binding; false: none is sent. */
static bool misbind(struct subscriber *s, const struct registration *r,
                    struct jws_spec *spec, struct err *err)
{
    const struct client *c = s->client;
    if (client_bug(c, BUG_CLIENT_EAB_NONCE)
        && !client_nonce(s->client, &spec->nonce, err))
        return false;
    if (client_bug(c, BUG_CLIENT_EAB_URL))
        spec->url = client_resource(c, RESOURCE_DIRECTORY);
    if (client_bug(c, BUG_CLIENT_EAB_KID))
        spec->kid = s->account_url.len ? s->account_url : STR("1");
    if (client_bug(c, BUG_CLIENT_EAB_ALG))
        spec->alg = STR("ES256");
    if (client_bug(c, BUG_CLIENT_EAB_KEY_TEXT))
        spec->mac_key = r->eab_key;
    if (client_bug(c, BUG_CLIENT_EAB_PAYLOAD))
        spec->payload = json_text(s->arena, client_meta(c));
    return !client_bug(c, BUG_CLIENT_EAB_WHEN_REQUIRED)
        || json_is_true(json_object_get(client_meta(c), "externalAccountRequired"));
}

/* People paste what their CA's page shows. */
static str without_padding(const struct client *c, str key)
{
    while (str_ends(key, "=") && !client_bug(c, BUG_CLIENT_EAB_PADDING))
        key = str_upto(key, key.len - 1);
    return key;
}

/* RFC 8555 7.3.4: a JWS by the MAC key over the account's public key.  An account that is
 * there is bound, if it is, and some bindings are good for one request. */
static bool bind_external(struct subscriber *s, const struct registration *r, str url,
                          json_t *payload, struct err *err)
{
    struct jws_spec spec = { .kid = r->eab_kid, .url = url };
    str text;
    if (!r->eab_kid.len || r->only_existing)
        return true;
    spec.payload = json_text(s->arena, key_jwk(s->arena, s->key));
    if (!b64url_decode(s->arena, without_padding(s->client, r->eab_key), &spec.mac_key))
        return err_set(err, "the external account's key is not base64url");
    if (client_bug(s->client, BUG_CLIENT_EAB_DROPPED) || !misbind(s, r, &spec, err))
        return true;
    if (!jws_sign(s->arena, &spec, &text, err))
        return false;
    json_object_set(payload, "externalAccountBinding", json_read(s->arena, text, err));
    return true;
}

static json_t *contact_of(struct subscriber *s, str contact)
{
    bool subject = client_bug(s->client, BUG_CLIENT_CONTACT_SUBJECT);
    if (client_bug(s->client, BUG_CLIENT_CONTACT_BARE) && str_starts(contact, "mailto:"))
        contact = str_from(contact, strlen("mailto:"));
    return json_string_of(s->arena,
                          arena_printf(s->arena, "%.*s%s", STR_ARG(contact),
                                       subject ? "?subject=ACME" : ""));
}

static json_t *contacts_of(struct subscriber *s, const struct strs *contacts)
{
    json_t *list = json_keep(s->arena, json_array());
    for (size_t i = 0; i < contacts->count; i++)
        json_array_append(list, contact_of(s, contacts->item[i]));
    return list;
}

/* RFC 8555 7.3.3: what the user did not agree to is not agreed to for him. */
static bool agree(struct subscriber *s, const struct registration *r, json_t *payload,
                  struct err *err)
{
    str terms = json_member(client_meta(s->client), "termsOfService");
    if (!terms.len && client_bug(s->client, BUG_CLIENT_TERMS_NEEDED))
        return err_set(err, "there are no terms of service to agree to");
    if (!terms.len || r->only_existing)
        return true;
    if (!r->agrees && !client_bug(s->client, BUG_CLIENT_AGREES))
        return err_set(err,
                       "the CA has terms of service, which you have to agree to: %.*s",
                       STR_ARG(terms));
    json_object_set(payload, "termsOfServiceAgreed",
                    client_bug(s->client, BUG_CLIENT_TERMS_TEXT)
                        ? json_string_of(s->arena, STR("true"))
                        : json_true());
    return true;
}

/* What planted bugs miss in an account. */
static bool likes_account(const struct subscriber *s, json_t *account, struct err *err)
{
    static const struct {
        enum bug bug;
        const char *member;
    } needed[] = { { BUG_CLIENT_ACCOUNT_ORDERS_NEEDED, "orders" },
                   { BUG_CLIENT_ACCOUNT_STATUS_NEEDED, "status" } };
    for (size_t i = 0; i < countof(needed); i++)
        if (client_bug(s->client, needed[i].bug)
            && !json_object_get(account, needed[i].member))
            return err_set(err, "the account has no %s", needed[i].member);
    /* RFC 8555 7.1.2: of another status than valid, it is closed. */
    str status = json_member(account, "status");
    return !status.len || str_is(status, "valid")
        || client_bug(s->client, BUG_CLIENT_ACCOUNT_STATUS_UNREAD)
        || err_set(err, "the account is %.*s", STR_ARG(str_upto(status, 100)));
}

/* RFC 8555 6.1: HTTPS is required. */
static bool is_https(const struct subscriber *s, struct err *err)
{
    for (int resource = 0; resource < RESOURCE_COUNT; resource++) {
        str url = client_resource(s->client, (enum resource)resource);
        if (str_starts(url, "http://") && !client_bug(s->client, BUG_CLIENT_PLAIN_HTTP))
            return err_set(err, "the directory's %s is no https URL",
                           resource_names[resource]);
    }
    return true;
}

bool subscriber_register(struct subscriber *s, const struct registration *r,
                         struct err *err)
{
    str url = client_resource(s->client, RESOURCE_NEW_ACCOUNT);
    json_t *payload = object(s);
    const struct exchange *x;
    if (r->contacts.count && !r->only_existing)
        json_object_set(payload, "contact", contacts_of(s, &r->contacts));
    if (r->only_existing)
        json_object_set(payload, "onlyReturnExisting", json_true());
    else if (client_bug(s->client, BUG_CLIENT_EXISTING_FALSE))
        json_object_set(payload, "onlyReturnExisting", json_false());
    if (client_bug(s->client, BUG_CLIENT_ACCOUNT_MEMBERS))
        json_object_set_new(payload, "orders", json_string(""));
    if (!is_https(s, err) || !agree(s, r, payload, err)
        || !bind_external(s, r, url, payload, err))
        return false;
    s->account_url = STR_NONE;
    enum { STORM = 10 };
    bool good = false;
    int times = client_bug(s->client, BUG_CLIENT_REGISTERS_AGAIN) ? STORM : 1;
    int status =
        client_bug(s->client, BUG_CLIENT_ACCOUNT_201) && !r->only_existing ? 201 : 0;
    for (; times > 0 && !good; times--)
        good = subscriber_post(s, url, payload, status, "there is no account", &x, err);
    if (!good && client_bug(s->client, BUG_CLIENT_ACCOUNT_UNCHECKED))
        return true;
    if (!good || !likes_account(s, x->body, err))
        return false;
    return client_location(s->client, x, &s->account_url)
        || err_set(err, "the account's answer has no Location");
}

bool subscriber_look(struct subscriber *s, struct err *err)
{
    const struct exchange *x;
    json_t *payload = object(s);
    if (client_bug(s->client, BUG_CLIENT_ACCOUNT_READ_OBJECT))
        return subscriber_post(s, s->account_url, payload, 0, "no account", &x, err);
    return !client_bug(s->client, BUG_CLIENT_ACCOUNT_READ)
        || subscriber_post(s, s->account_url, NULL, 0, "no account", &x, err);
}

void subscriber_show_profiles(const struct subscriber *s)
{
    const char *name;
    json_t *profiles = json_object_get(client_meta(s->client), "profiles"), *description;
    if (client_bug(s->client, BUG_CLIENT_PROFILES_UNSHOWN))
        return;
    json_object_foreach(profiles, name, description)
        printf("profile %s: %.*s\n", name, STR_ARG(json_str(description)));
}

/* The planted mistakes in the inner JWS. */
static bool mischange(struct subscriber *s, struct jws_spec *spec, json_t *change,
                      struct err *err)
{
    const struct client *c = s->client;
    if (client_bug(c, BUG_CLIENT_INNER_NONCE)
        && !client_nonce(s->client, &spec->nonce, err))
        return false;
    if (client_bug(c, BUG_CLIENT_INNER_KID))
        spec->kid = s->account_url;
    if (client_bug(c, BUG_CLIENT_INNER_OLD_KEY)) {
        spec->protected_patch = object(s);
        json_object_set(spec->protected_patch, "jwk", key_jwk(s->arena, spec->key));
        spec->key = s->key;
    }
    if (client_bug(c, BUG_CLIENT_INNER_PRIVATE))
        spec->protected_patch =
            json_read(s->arena, STR("{\"jwk\":{\"d\":\"AAAA\"}}"), err);
    if (client_bug(c, BUG_CLIENT_INNER_URL))
        spec->url = s->account_url;
    if (client_bug(c, BUG_CLIENT_INNER_ACCOUNT))
        json_object_set(change, "account",
                        json_string_of(s->arena, key_thumbprint(s->arena, s->key)));
    if (client_bug(c, BUG_CLIENT_INNER_NO_OLD_KEY))
        json_object_del(change, "oldKey");
    if (client_bug(c, BUG_CLIENT_KEY_CHANGE_EAB))
        json_object_set(change, "externalAccountBinding", object(s));
    return true;
}

bool subscriber_change_key(struct subscriber *s, struct key *key, struct err *err)
{
    str url = client_resource(s->client, RESOURCE_KEY_CHANGE), inner;
    json_t *change = object(s);
    struct jws_spec spec = { .key = key, .url = url };
    const struct exchange *x;
    json_object_set(change, "account", json_string_of(s->arena, s->account_url));
    json_object_set(change, "oldKey", key_jwk(s->arena, s->key));
    if (!mischange(s, &spec, change, err))
        return false;
    spec.payload = json_text(s->arena, change);
    if (!jws_sign(s->arena, &spec, &inner, err))
        return false;
    json_t *payload = json_read(s->arena, inner, err);
    if (client_bug(s->client, BUG_CLIENT_INNER_BARE))
        payload = change;
    if (!payload
        || !subscriber_post(s, url, payload, 200, "the key was not changed", &x, err))
        return false;
    s->key = key;
    return true;
}

bool subscriber_deactivate(struct subscriber *s, struct err *err)
{
    json_t *payload = object(s);
    const struct exchange *x;
    json_object_set(payload, "status",
                    json_string_of(s->arena,
                                   client_bug(s->client, BUG_CLIENT_DEACTIVATE_WORD)
                                       ? STR("disabled")
                                       : STR("deactivated")));
    if (!subscriber_post(s, s->account_url, payload, 200,
                         "the account was not deactivated", &x, err))
        return false;
    return !client_bug(s->client, BUG_CLIENT_DEACTIVATED_WHOLE)
        || json_object_get(x->body, "orders")
        || err_set(err, "the account that is left has no orders");
}

bool subscriber_update(struct subscriber *s, const struct strs *contacts, str *location,
                       struct err *err)
{
    json_t *payload = object(s);
    const struct exchange *x;
    if (!client_bug(s->client, BUG_CLIENT_CONTACT_DROPPED))
        json_object_set(payload, "contact", contacts_of(s, contacts));
    if (client_bug(s->client, BUG_CLIENT_UPDATE_ALL)) {
        json_object_set(payload, "orders", json_string_of(s->arena, s->account_url));
        json_object_set(payload, "termsOfServiceAgreed", json_true());
        json_object_set(payload, "externalAccountBinding", object(s));
    }
    str url = client_bug(s->client, BUG_CLIENT_UPDATES_NEW_ACCOUNT)
        ? client_resource(s->client, RESOURCE_NEW_ACCOUNT)
        : s->account_url;
    if (!subscriber_post(s, url, payload, 200, "the account was not changed", &x, err))
        return false;
    const str *header = headers_find(&x->response.headers, "Location");
    *location = header ? str_copy(s->arena, *header) : STR_NONE;
    return true;
}

/* --- revocation --- */

bool subscriber_revoke(struct subscriber *s, str der, int reason, const struct key *key,
                       struct err *err)
{
    struct post post = { .url = client_resource(s->client, RESOURCE_REVOKE_CERT) };
    json_t *payload = object(s);
    const struct exchange *x = NULL;
    enum { STORM = 10 };
    int times = client_bug(s->client, BUG_CLIENT_REVOKES_AGAIN) ? STORM : 1;
    bool good = false;
    str text = client_bug(s->client, BUG_CLIENT_REVOKE_PEM)
        ? arena_printf(s->arena, "-----BEGIN CERTIFICATE-----\n%.*s",
                       STR_ARG(b64url_encode(s->arena, der)))
        : b64url_encode(s->arena, der);
    json_object_set(payload, "certificate", json_string_of(s->arena, text));
    enum { UNUSED = 7 };
    if (client_bug(s->client, BUG_CLIENT_REVOKE_REASON))
        reason = UNUSED;
    if (client_bug(s->client, BUG_CLIENT_REVOKES_BY_ACCOUNT))
        key = NULL;
    if (reason >= 0)
        json_object_set(payload, "reason", json_keep(s->arena, json_integer(reason)));
    post.jws.key = key ? key : s->key;
    post.jws.kid = key ? STR_NONE : s->account_url;
    post.jws.payload = json_text(s->arena, payload);
    for (; times > 0 && !good; times--)
        good = send(s, &post, 200, "the certificate was not revoked", &x, err);
    bool bare = !x || !x->response.body.len;
    return good
        && (bare || !client_bug(s->client, BUG_CLIENT_REVOKE_BARE)
            || err_set(err, "there is a body"));
}
