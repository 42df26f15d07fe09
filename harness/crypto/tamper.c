/* SPDX-License-Identifier: MIT */
/* The table of tampers, and what several of them use.  Each breaks one sentence, which
 * its help names; some break none, and a peer that refuses those breaks one itself. */
#include "crypto/tamper.h"

#include "base/buf.h"
#include "crypto/b64url.h"
#include "crypto/tamper_hooks.h"

/* clang-format off */
const struct tamper tampers[] = {
    /* ---- the signature ---- */
    { "signature-bit",
      "One bit of the signature is flipped: it must not verify (RFC 7515 5.2, RFC 8555 6.2).",
      NULL, NULL, signature_bit },
    { "payload-after",
      "The payload is changed after signing: the signature must not verify (RFC 7515 5.2).",
      NULL, NULL, signature_payload_after },
    { "protected-after",
      "The protected header is changed after signing: the signature must not verify (RFC 7515 5.2).",
      NULL, NULL, signature_protected_after },
    { "other-key",
      "Signed with `other-key`, not with the key that jwk or kid names (RFC 8555 6.2).",
      NULL, NULL, signature_other_key },
    { "empty-signature",
      "\"signature\" is the empty string, as only alg none has it (RFC 7518 3.6, RFC 8555 6.2).",
      NULL, NULL, signature_empty },
    { "no-signature",
      "The member \"signature\" is missing, which must be present (RFC 7515 7.2.1).",
      NULL, NULL, shape_no_signature },
    { "non-canonical-signature",
      "The bits left over at the end of \"signature\" are not zero (RFC 4648 3.5).",
      NULL, NULL, base64_loose_signature },
    { "der-signature",
      "The ECDSA signature is a DER SEQUENCE instead of r and s side by side (RFC 7518 3.4).",
      NULL, NULL, signature_der },
    { "short-signature",
      "r without its leading zero octet (one octet cut for RSA and EdDSA): not the full length (RFC 7518 3.4).",
      NULL, NULL, signature_short },
    { "long-signature",
      "r and s with one leading zero octet more (one added for RSA and EdDSA): not the full length (RFC 7518 3.4).",
      NULL, NULL, signature_long },
    { "zero-signature",
      "All octets of the signature are zero: r and s of 0 are never valid (RFC 7518 3.4).",
      NULL, NULL, signature_zero },

    /* ---- base64url ---- */
    { "padded-protected",
      "\"protected\" ends in =, and is signed so: base64url here has no padding (RFC 8555 6.1, RFC 7515 2).",
      base64_odd_protected, base64_pad_protected, NULL },
    { "padded-payload",
      "\"payload\" ends in =, and is signed so: base64url here has no padding (RFC 8555 6.1, RFC 7515 2).",
      base64_odd_payload, base64_pad_payload, NULL },
    { "padded-signature",
      "\"signature\" ends in =: base64url here has no padding (RFC 8555 6.1, RFC 7515 2).",
      NULL, NULL, base64_pad_signature },
    { "base64-protected",
      "\"protected\" is in the alphabet with + and /, and is signed so (RFC 8555 6.1, RFC 4648 5).",
      base64_fill_protected, base64_plus_protected, NULL },
    { "base64-payload",
      "\"payload\" is in the alphabet with + and /, and is signed so (RFC 8555 6.1, RFC 4648 5).",
      base64_fill_payload, base64_plus_payload, NULL },
    { "newline-payload",
      "A line end inside \"payload\", signed so: base64url here has no line breaks (RFC 7515 2).",
      NULL, base64_newline_payload, NULL },
    { "non-canonical-payload",
      "The bits left over at the end of \"payload\" are not zero, and it is signed so (RFC 4648 3.5).",
      base64_odd_payload, base64_loose_payload, NULL },

    /* ---- the outer object ---- */
    { "no-payload",
      "The payload is detached: the member is missing (RFC 8555 6.2).",
      NULL, NULL, shape_no_payload },
    { "no-protected",
      "The member \"protected\" is missing, so alg, nonce and url are nowhere (RFC 8555 6.2).",
      NULL, NULL, shape_no_protected },
    { "unprotected-header",
      "A harmless \"header\" beside a right JWS: the unprotected header must not be used (RFC 8555 6.2).",
      NULL, NULL, shape_unprotected_header },
    { "unprotected-nonce",
      "The nonce stands in \"header\"; it must be in the protected header (RFC 8555 6.2, 6.5.2).",
      shape_unprotected_nonce, NULL, NULL },
    { "unprotected-url",
      "The url stands in \"header\"; it must be in the protected header (RFC 8555 6.2, 6.4.1).",
      shape_unprotected_url, NULL, NULL },
    { "unprotected-kid",
      "kid or jwk stands in \"header\"; it must be in the protected header (RFC 8555 6.2).",
      shape_unprotected_kid, NULL, NULL },
    { "unprotected-alg",
      "alg stands in \"header\"; it must be in the protected header (RFC 8555 6.2).",
      shape_unprotected_alg, NULL, NULL },
    { "all-unprotected",
      "All of the header stands in \"header\" and \"protected\" is missing: a JWS, but not for ACME (RFC 8555 6.2).",
      shape_all_unprotected, NULL, NULL },
    { "signatures-member",
      "The flattened form with \"signatures\" as well, which must not be present (RFC 7515 7.2.2).",
      NULL, NULL, shape_signatures_member },
    { "general",
      "The general serialization with one signature; it must be the flattened one (RFC 8555 6.2).",
      NULL, NULL, shape_general },
    { "two-signatures",
      "The general serialization with two valid signatures; there must not be several (RFC 8555 6.2).",
      NULL, NULL, shape_two_signatures },
    { "compact",
      "The compact serialization, three texts and two full stops; it must be the flattened one (RFC 8555 6.2).",
      NULL, NULL, shape_compact },
    { "array",
      "The body is a JSON array that holds the JWS (RFC 7515 7.2.2, RFC 8555 6.2).",
      NULL, NULL, shape_array },
    { "duplicate-payload",
      "\"payload\" twice, the signed one first: JSON names are unique, or the last counts (RFC 7515 10.12).",
      NULL, NULL, shape_duplicate_payload },
    { "duplicate-protected",
      "\"protected\" twice, the signed one first: JSON names are unique, or the last counts (RFC 7515 10.12).",
      NULL, NULL, shape_duplicate_protected },
    { "duplicate-signature",
      "\"signature\" twice, the right one first: JSON names are unique, or the last counts (RFC 7515 10.12).",
      NULL, NULL, shape_duplicate_signature },
    { "extra-outer",
      "An unknown member beside the three; it must be ignored (RFC 7515 7.2.1).",
      NULL, NULL, shape_extra_outer },
    { "trailing-garbage",
      "Text behind the JWS: the body is no JSON text (RFC 8259 2, RFC 8555 6.2).",
      NULL, NULL, shape_trailing_garbage },
    { "truncated",
      "The body ends in the middle: it is no JSON text (RFC 8259 2, RFC 8555 6.2).",
      NULL, NULL, shape_truncated },
    { "empty-body",
      "The body is empty, so the request is not authenticated (RFC 8555 6.3).",
      NULL, NULL, shape_empty_body },
    { "not-json",
      "The body is a line of text and no JSON (RFC 8555 6.2).",
      NULL, NULL, shape_not_json },

    /* ---- the protected header ---- */
    { "duplicate-nonce",
      "\"nonce\" twice, a wrong one last: names are unique, or the last counts (RFC 7515 4).",
      header_duplicate_nonce, NULL, NULL },
    { "duplicate-url",
      "\"url\" twice, a wrong one last: names are unique, or the last counts (RFC 7515 4).",
      header_duplicate_url, NULL, NULL },
    { "duplicate-alg",
      "\"alg\" twice, none last: names are unique, or the last counts (RFC 7515 4).",
      header_duplicate_alg, NULL, NULL },
    { "duplicate-kid",
      "\"kid\" twice, a wrong one last: names are unique, or the last counts (RFC 7515 4).",
      header_duplicate_kid, NULL, NULL },
    { "unencoded-payload",
      "The payload as it is, with \"b64\": false and crit: the option must not be used (RFC 8555 6.2, RFC 7797).",
      header_unencoded_payload, header_raw_payload, NULL },
    { "crit-unknown",
      "\"crit\" names a header parameter that nobody knows: the JWS is invalid (RFC 7515 4.1.11).",
      header_crit_unknown, NULL, NULL },
    { "crit-empty",
      "\"crit\" is the empty list, which producers must not use (RFC 7515 4.1.11).",
      header_crit_empty, NULL, NULL },
    { "zip",
      "\"zip\": \"DEF\", which only JWE knows; what is not understood is ignored (RFC 7515 4, RFC 7516 4.1.3).",
      header_zip, NULL, NULL },
    { "alg-none",
      "\"alg\": \"none\" and an empty signature; it must not be none (RFC 8555 6.2).",
      header_alg_none, NULL, signature_empty },
    { "alg-none-signed",
      "\"alg\": \"none\" though there is a good signature; it must not be none (RFC 8555 6.2).",
      header_alg_none, NULL, NULL },
    { "alg-mismatch",
      "Another curve's alg (ES384 over P-256, digest to match): alg and curve go together (RFC 7518 3.4).",
      header_alg_mismatch, NULL, NULL },
    { "alg-other-family",
      "RS256 named over an EC or Ed25519 key, ES256 over RSA: alg must fit the key (RFC 7518 3.1).",
      header_alg_other_family, NULL, NULL },
    { "hmac-as-public-key",
      "HS256 keyed with the public key's SubjectPublicKeyInfo; alg must not be a MAC (RFC 8555 6.2).",
      header_hmac_public_key, NULL, NULL },
    { "protected-array",
      "The protected header is a JSON array with the object in it; it must be an object (RFC 7515 4).",
      header_array, NULL, NULL },
    { "protected-text",
      "The protected header is text and no JSON; it must be a JSON object (RFC 7515 4, 5.2).",
      header_text, NULL, NULL },
    { "protected-two",
      "The protected header is two objects one behind the other; it must be one (RFC 7515 5.2).",
      header_two, NULL, NULL },
    { "protected-trailing",
      "Text behind the object of the protected header; it must be valid JSON (RFC 7515 5.2).",
      header_trailing, NULL, NULL },
    { "protected-not-utf8",
      "An octet in the protected header that is not UTF-8; it must be UTF-8 (RFC 7515 5.2).",
      header_not_utf8, NULL, NULL },
    { "bom",
      "A byte order mark before the protected header; JSON has none (RFC 8259 8.1).",
      header_bom, NULL, NULL },

    /* ---- jwk and kid ---- */
    { "jwk-private",
      "jwk shows the private key (\"d\"); it holds the public key (RFC 7515 4.1.3, RFC 8037 2).",
      jwk_private, NULL, NULL },
    { "jwk-and-kid",
      "Both jwk and kid; servers must reject requests that contain both (RFC 8555 6.2).",
      jwk_and_kid, NULL, NULL },
    { "neither-jwk-nor-kid",
      "Neither jwk nor kid; one of them must be there (RFC 8555 6.2).",
      jwk_nor_kid, NULL, NULL },
    { "jwk-extra-member",
      "An unknown member in jwk; it must be ignored (RFC 7517 4).",
      jwk_extra_member, NULL, NULL },
    { "jwk-wrong-point",
      "x and y of jwk are no point of the curve: no valid public key (RFC 8555 6.2, RFC 7518 6.2.1).",
      jwk_wrong_point, NULL, NULL },
    { "jwk-short-coordinate",
      "x of jwk is one octet short; it must have the full size (RFC 7518 6.2.1.2, RFC 8037 2).",
      jwk_short_coordinate, NULL, NULL },
    { "jwk-leading-zero",
      "x, or RSA's n, of jwk has one leading zero octet too many (RFC 7518 6.2.1.2, 6.3.1.1).",
      jwk_leading_zero, NULL, NULL },

    /* ---- the payload ---- */
    { "deep-payload",
      "The payload has an unknown member nested 10000 deep: refused or taken, never a crash (RFC 8259 9).",
      payload_deep, NULL, NULL },
    { "large-payload",
      "The payload has an unknown member of one mebibyte: refused or taken, never a crash (RFC 8259 9).",
      payload_large, NULL, NULL },
};
/* clang-format on */

const size_t tamper_count = countof(tampers);

const struct tamper *tamper_find(str name)
{
    for (size_t i = 0; i < tamper_count; i++)
        if (str_is(name, tampers[i].name))
            return &tampers[i];
    return NULL;
}

json_t *tamper_header(struct jws_parts *p)
{
    struct err why;
    json_t *header = json_read(p->a, p->protected_json, &why);
    if (json_is_object(header))
        return header;
    err_set(p->err,
            "the protected header is no JSON object any more; name this tamper "
            "before those that spoil it");
    return NULL;
}

void tamper_set_header(struct jws_parts *p, json_t *header)
{
    p->protected_json = json_text(p->a, header);
}

/* Where the object's last brace stands, or text.len. */
static size_t last_brace(str text)
{
    for (size_t i = text.len; i > 0; i--)
        if (text.ptr[i - 1] == '}')
            return i - 1;
    return text.len;
}

bool tamper_add_member(struct jws_parts *p, str *text, str member)
{
    size_t brace = last_brace(*text);
    str inside = str_trim(str_upto(*text, brace));
    if (brace == text->len || !str_starts(inside, "{"))
        return err_set(p->err, "this tamper needs a JSON object to put a member into");
    struct buf out = buf_new(p->a, SIZE_MAX / 2);
    buf_add(&out, inside);
    buf_add(&out, inside.len > 1 ? STR(",") : STR(""));
    buf_add(&out, member);
    buf_add_char(&out, '}');
    *text = buf_str(&out);
    return true;
}

bool tamper_needs_payload(struct jws_parts *p)
{
    return p->payload.len > 0
        || err_set(p->err, "this tamper needs a payload, and a POST-as-GET has none");
}

bool tamper_needs_key(struct jws_parts *p)
{
    return p->spec->key
        || err_set(p->err, "this tamper needs a key that signs, and here a MAC does");
}

void tamper_set_signature(struct jws_parts *p, str bytes)
{
    p->signature = bytes;
    p->signature_b64 = b64url_encode(p->a, bytes);
}
