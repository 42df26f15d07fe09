/* SPDX-License-Identifier: MIT */
/* Tampers with the text of the protected header, and with its alg. */
#include "crypto/der.h"
#include "crypto/key_inside.h"
#include "crypto/tamper_hooks.h"

/* ---- members twice ---- */

static bool add_twin(struct jws_parts *p, const char *name, str value)
{
    str twin = arena_printf(p->a, "\"%s\":%s", name, json_quote(p->a, value).ptr);
    return tamper_add_member(p, &p->protected_json, twin);
}

bool header_duplicate_nonce(struct jws_parts *p)
{
    return add_twin(p, "nonce", STR("YWNtZXNwZWMtbmV2ZXItaXNzdWVk"));
}

bool header_duplicate_url(struct jws_parts *p)
{
    return add_twin(p, "url", STR("https://wrong.example/acme/acmespec"));
}

bool header_duplicate_alg(struct jws_parts *p)
{
    return add_twin(p, "alg", STR("none"));
}

bool header_duplicate_kid(struct jws_parts *p)
{
    if (!p->spec->kid.len)
        return err_set(p->err, "this request is signed with jwk and has no kid");
    return add_twin(p, "kid", STR("https://wrong.example/acme/acct/acmespec"));
}

/* ---- members that change the meaning ---- */

static bool add(struct jws_parts *p, const char *members)
{
    return tamper_add_member(p, &p->protected_json, str_of(members));
}

bool header_unencoded_payload(struct jws_parts *p)
{
    if (!str_eq(json_str(json_string_of(p->a, p->payload)), p->payload))
        return err_set(p->err,
                       "a payload that is not UTF-8 cannot stand in JSON as it is");
    return add(p, "\"b64\":false,\"crit\":[\"b64\"]");
}

bool header_raw_payload(struct jws_parts *p)
{
    p->payload_b64 = p->payload;
    return true;
}

bool header_crit_unknown(struct jws_parts *p)
{
    return add(p,
               "\"crit\":[\"https://acmespec.example/unknown\"],"
               "\"https://acmespec.example/unknown\":true");
}

bool header_crit_empty(struct jws_parts *p)
{
    return add(p, "\"crit\":[]");
}

bool header_zip(struct jws_parts *p)
{
    return add(p, "\"zip\":\"DEF\"");
}

/* ---- alg ---- */

static bool name_alg(struct jws_parts *p, const char *alg)
{
    json_t *header = tamper_header(p);
    if (!header)
        return false;
    json_object_set(header, "alg", json_string_of(p->a, str_of(alg)));
    tamper_set_header(p, header);
    return true;
}

bool header_alg_none(struct jws_parts *p)
{
    return name_alg(p, "none");
}

bool header_alg_mismatch(struct jws_parts *p)
{
    if (!tamper_needs_key(p))
        return false;
    const char *alg = key_type_of(p->spec->key) == KEY_P256 ? "ES384" : "ES256";
    p->alg = str_of(alg);
    return name_alg(p, alg);
}

bool header_alg_other_family(struct jws_parts *p)
{
    if (!tamper_needs_key(p))
        return false;
    bool rsa = key_kinds[key_type_of(p->spec->key)].family == FAMILY_RSA;
    return name_alg(p, rsa ? "ES256" : "RS256");
}

bool header_hmac_public_key(struct jws_parts *p)
{
    if (!tamper_needs_key(p) || !name_alg(p, "HS256"))
        return false;
    p->alg = STR("HS256");
    p->mac_key = key_public_der(p->a, p->spec->key);
    return true;
}

/* ---- what is no JSON object ---- */

static bool write_header(struct jws_parts *p, str text)
{
    p->protected_json = text;
    return true;
}

bool header_array(struct jws_parts *p)
{
    return write_header(p, DER_CAT(p->a, STR("["), p->protected_json, STR("]")));
}

bool header_text(struct jws_parts *p)
{
    return write_header(p, STR("this is acmespec, and this is no JSON"));
}

bool header_two(struct jws_parts *p)
{
    return write_header(p, DER_CAT(p->a, p->protected_json, p->protected_json));
}

bool header_trailing(struct jws_parts *p)
{
    return write_header(p, DER_CAT(p->a, p->protected_json, STR(" acmespec")));
}

bool header_not_utf8(struct jws_parts *p)
{
    return add(p, "\"acmespec\":\"\xc3\x28\"");
}

bool header_bom(struct jws_parts *p)
{
    return write_header(p, DER_CAT(p->a, STR("\xef\xbb\xbf"), p->protected_json));
}
