/* SPDX-License-Identifier: MIT */
/* Givens: they bring the peer to a state by what a correct client does, and name what
 * came of it.  When the peer does not get there, nothing was learnt.  Here: keys and
 * accounts. */
#include "crypto/b64url.h"
#include "engine/given_inside.h"

enum step_end not_held(struct world *w, struct err *err, const char *what)
{
    str answer = journal_sentence(w->arena, w->last);
    err_set(err, "%s: %.*s", what, STR_ARG(str_upto(answer, 500)));
    return STEP_NOT_HELD;
}

void set_part(struct world *w, str name, const char *part, str value)
{
    str whole = arena_printf(w->arena, "%.*s.%s", STR_ARG(name), part);
    if (value.len)
        vars_set(w->vars, whole, value);
    else
        vars_set_missing(w->vars, whole, STR("the server did not tell it"));
}

static str type_word(struct world *w, const struct line *line)
{
    str word = line_arg(line, "KEYTYPE"), text;
    struct err ignored;
    return word.len && world_word(w, word, &text, &ignored) ? text : STR_NONE;
}

/* The first octet of it, in base64url. */
static bool begins_with_zero(str coordinate)
{
    return coordinate.len > 1 && coordinate.ptr[0] == 'A' && coordinate.ptr[1] >= 'A'
        && coordinate.ptr[1] <= 'P';
}

struct key *key_with_zero(struct arena *a, enum key_type type, struct err *err)
{
    struct key *key;
    do
        key = key_new(a, type, err);
    while (key && !begins_with_zero(json_member(key_jwk(a, key), "x")));
    return key;
}

static struct key *key_of_line(struct world *w, const struct line *line, struct err *err)
{
    str word = type_word(w, line);
    int type = word.len ? key_type_find(word) : KEY_P256;
    if (str_is(word, "P-256-short"))
        return key_with_zero(w->arena, KEY_P256, err);
    return key_new(w->arena, type < 0 ? KEY_P256 : (enum key_type)type, err);
}

enum step_end step_given_key(struct world *w, const struct step *step, struct err *err)
{
    struct key *key = key_of_line(w, step->line, err);
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

void add_profile_contacts(struct world *w, json_t *payload)
{
    const struct strs *contacts = &w->target->profile.contacts;
    if (!contacts->count || !json_is_object(payload)
        || json_object_get(payload, "contact")
        || json_object_get(payload, "onlyReturnExisting"))
        return;
    json_t *list = json_keep(w->arena, json_array());
    for (size_t i = 0; i < contacts->count; i++)
        json_array_append(list, json_string_of(w->arena, contacts->item[i]));
    json_object_set(payload, "contact", list);
}

static bool add_contacts(struct world *w, const struct line *line, json_t *payload,
                         struct err *err)
{
    const struct line *clause = line_clause(line, "contact");
    json_t *contacts = json_keep(w->arena, json_array());
    for (size_t i = 0; clause && i < line_args(clause, "VALUE"); i++) {
        str contact;
        if (!world_word(w, line_arg_n(clause, "VALUE", i), &contact, err))
            return false;
        json_array_append(contacts, json_string_of(w->arena, contact));
    }
    if (json_array_size(contacts))
        json_object_set(payload, "contact", contacts);
    add_profile_contacts(w, payload);
    return true;
}

static json_t *account_payload(struct world *w, const struct line *line,
                               const struct key *key, struct err *err)
{
    str reason;
    json_t *payload = json_keep(w->arena, json_object());
    json_object_set_new(payload, "termsOfServiceAgreed", json_true());
    if (!add_contacts(w, line, payload, err))
        return NULL;
    if (target_offers(w->target, STR("eab-required"), &reason)
        && w->target->profile.eab_count) {
        json_t *binding = external_binding(w, key, err);
        if (!binding)
            return NULL;
        json_object_set(payload, "externalAccountBinding", binding);
    }
    return payload;
}

bool post_status(struct world *w, str account, str url, const char *status,
                 struct err *err)
{
    json_t *payload = json_keep(w->arena, json_pack("{s:s}", "status", status));
    return world_post_as(w, account, url, payload, 0, err);
}

enum step_end step_given_account(struct world *w, const struct step *step,
                                 struct err *err)
{
    const struct line *line = step->line;
    str name = line_arg(line, "NAME");
    struct key *key = key_of_line(w, line, err);
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
    if (!post_status(w, name, *location, "deactivated", err))
        return STEP_BROKEN;
    return w->last->response.status == 200
        ? STEP_DONE
        : not_held(w, err, "the account could not be deactivated");
}
