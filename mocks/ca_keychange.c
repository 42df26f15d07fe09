/* SPDX-License-Identifier: MIT */
/* RFC 8555 7.3.5: account key rollover, in the nine steps of the RFC.  Step 1, that the
 * account is active, is part of request authentication. */
#include "mocks/ca_inside.h"

struct change {
    struct jws jws; /* the inner one */
    struct key *key;
    str thumbprint;
    json_t *object; /* the keyChange object */
};

static struct change *change_of(const struct ca_call *call)
{
    return call->work;
}

/* Step 2. */
static bool is_jws(struct ca_call *call)
{
    struct err err;
    return jws_read(call->arena, call->jws.payload, &change_of(call)->jws, &err)
        || ca_why(call, "the payload is no well-formed inner JWS: %s", err.text);
}

static bool has_alg(struct ca_call *call)
{
    str alg = change_of(call)->jws.alg;
    return ca_alg_supported(call->ca, alg)
        || (str_is(alg, "none") && bug_on(call->ca, BUG_INNER_ALG_NONE))
        || ca_why(call, "the inner JWS's algorithm \"%.*s\" is not supported",
                  STR_ARG(str_upto(alg, 40)));
}

/* "The inner JWS MUST omit the "nonce" header parameter." */
static bool has_no_nonce(struct ca_call *call)
{
    bool wanted = bug_on(call->ca, BUG_INNER_NONCE_WANTED);
    return !json_object_get(change_of(call)->jws.protected_header, "nonce") == !wanted
        || ca_why(call, "the inner JWS must not have a \"nonce\"");
}

/* Step 3. */
static bool has_jwk(struct ca_call *call)
{
    const struct jws *jws = &change_of(call)->jws;
    return (jws->jwk && !json_object_get(jws->protected_header, "kid"))
        || ca_why(call, "the inner JWS has no \"jwk\" with the new key");
}

static bool has_good_key(struct ca_call *call)
{
    struct err err;
    struct change *change = change_of(call);
    change->key = ca_account_key(call, call->arena, &change->jws);
    if (!change->key)
        return false;
    return jwk_thumbprint(call->arena, change->jws.jwk, &change->thumbprint, &err)
        || ca_why(call, "the new key has no thumbprint: %s", err.text);
}

/* Step 4. */
static bool verifies(struct ca_call *call)
{
    struct change *change = change_of(call);
    return jws_verify(call->arena, &change->jws, change->key)
        || (str_is(change->jws.alg, "none") && bug_on(call->ca, BUG_INNER_ALG_NONE))
        || ca_why(call, "the inner JWS does not verify with its \"jwk\"");
}

/* Step 5. */
static bool is_key_change(struct ca_call *call)
{
    struct err err;
    struct change *change = change_of(call);
    change->object = json_read(call->arena, change->jws.payload, &err);
    if (!json_is_object(change->object))
        return ca_why(call, "the inner payload is no keyChange object");
    if (!json_is_string(json_object_get(change->object, "account")))
        return ca_why(call, "the keyChange object has no string \"account\"");
    return json_is_object(json_object_get(change->object, "oldKey"))
        || bug_on(call->ca, BUG_OLD_KEY_OPTIONAL)
        || ca_why(call, "the keyChange object has no \"oldKey\"");
}

/* Step 6. */
static bool has_same_url(struct ca_call *call)
{
    return str_eq(change_of(call)->jws.url, call->jws.url)
        || ca_why(call, "the inner and the outer \"url\" differ");
}

/* Step 7. */
static bool names_account(struct ca_call *call)
{
    return str_eq(json_member(change_of(call)->object, "account"),
                  ca_account_url(call->ca, call->arena, call->account))
        || ca_why(call, "\"account\" is not the account of the outer \"kid\"");
}

/* Step 8. */
static bool names_old_key(struct ca_call *call)
{
    struct err err;
    json_t *jwk = json_object_get(change_of(call)->object, "oldKey");
    if (!jwk && bug_on(call->ca, BUG_OLD_KEY_OPTIONAL))
        return true;
    struct key *key = key_from_jwk(call->arena, jwk, &err);
    bool spelled_so = !bug_on(call->ca, BUG_OLD_KEY_AS_TEXT) || json_object_size(jwk) < 5;
    return (key && key_same(key, call->account->key) && spelled_so)
        || ca_why(call, "\"oldKey\" is not the account's present key");
}

/* Step 9: "the server SHOULD use status code 409 (Conflict) and provide the URL of that
 * account in the Location header field". */
static bool is_free(struct ca_call *call)
{
    struct account *holder =
        store_account_of_key(&call->ca->store, change_of(call)->thumbprint);
    if (!holder)
        return true;
    if (!bug_on(call->ca, BUG_KEY_CONFLICT_UNCHECKED)
        && !bug_on(call->ca, BUG_KEY_CONFLICT_NO_LOCATION))
        ca_header(call, "Location", ca_account_url(call->ca, call->arena, holder));
    return ca_why(call, "another account has the new key already");
}

/* clang-format off */
static const struct ca_check checks[] = {
    { "inner-jws",      "RFC 8555 7.3.5 step 2", BUG_NONE,                   PROBLEM_MALFORMED,      400, is_jws },
    { "inner-alg",      "RFC 8555 7.3.5",        BUG_NONE,                   PROBLEM_BAD_SIGNATURE_ALGORITHM, 400, has_alg },
    { "inner-no-nonce", "RFC 8555 7.3.5",        BUG_INNER_NONCE_ALLOWED,    PROBLEM_MALFORMED,      400, has_no_nonce },
    { "inner-jwk",      "RFC 8555 7.3.5 step 3", BUG_NONE,                   PROBLEM_MALFORMED,      400, has_jwk },
    { "inner-key",      "RFC 8555 7.3.5 step 3", BUG_NONE,                   PROBLEM_BAD_PUBLIC_KEY, 400, has_good_key },
    { "inner-verifies", "RFC 8555 7.3.5 step 4", BUG_INNER_UNVERIFIED,       PROBLEM_MALFORMED,      400, verifies },
    { "key-change",     "RFC 8555 7.3.5 step 5", BUG_NONE,                   PROBLEM_MALFORMED,      400, is_key_change },
    { "inner-url",      "RFC 8555 7.3.5 step 6", BUG_INNER_URL_UNCHECKED,    PROBLEM_MALFORMED,      400, has_same_url },
    { "inner-account",  "RFC 8555 7.3.5 step 7", BUG_INNER_ACCOUNT_UNCHECKED, PROBLEM_MALFORMED,     400, names_account },
    { "old-key",        "RFC 8555 7.3.5 step 8", BUG_OLD_KEY_UNCHECKED,      PROBLEM_MALFORMED,      400, names_old_key },
    { "key-free",       "RFC 8555 7.3.5 step 9", BUG_KEY_CONFLICT_UNCHECKED, PROBLEM_MALFORMED,      409, is_free },
};
/* clang-format on */

/* "changing the account key for an account SHOULD NOT have any other impact". */
static void change_key(struct ca_call *call, const struct change *change)
{
    struct err err;
    struct account *account = call->account;
    if (bug_on(call->ca, BUG_OLD_KEY_WORKS) || bug_on(call->ca, BUG_ORDERS_BY_KEY))
        account->old_key = account->key;
    if (bug_on(call->ca, BUG_ROLLOVER_LOSES_CONTACT))
        account->contact = (struct strs){ 0 };
    if (bug_on(call->ca, BUG_ROLLOVER_LOSES_ORDERS))
        account->orders = NULL;
    if (bug_on(call->ca, BUG_ROLLOVER_ENDS_ORDERS))
        for (struct order *order = account->orders; order; order = order->next)
            if (order->status == STATUS_PENDING || order->status == STATUS_READY)
                order->status = STATUS_INVALID;
    struct key *kept = key_from_jwk(call->ca->store.arena, change->jws.jwk, &err);
    store_change_key(&call->ca->store, account, kept, change->thumbprint);
}

/* Planted: what a refusal leaves behind. */
static void spoil_after_refusal(struct ca_call *call, const struct change *change)
{
    struct err err;
    struct store *store = &call->ca->store;
    if (bug_on(call->ca, BUG_ROLLOVER_EARLY))
        call->account->key =
            change->jws.jwk ? key_from_jwk(store->arena, change->jws.jwk, &err) : NULL;
    if (bug_on(call->ca, BUG_NEW_KEY_LEFT) && change->thumbprint.len)
        table_put(&store->keys, str_copy(store->arena, change->thumbprint),
                  call->account);
}

void ca_key_change(struct ca_call *call)
{
    struct change change = { .thumbprint = STR_NONE };
    call->work = &change;
    if (!CHECKS(call, checks)) {
        spoil_after_refusal(call, &change);
        return;
    }
    if (!bug_on(call->ca, BUG_ROLLOVER_FORGOTTEN))
        change_key(call, &change);
    ca_answer_json(call, 200, ca_show_account(call, call->account));
}
