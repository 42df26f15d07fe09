/* SPDX-License-Identifier: MIT */
/* The hooks behind the rows of tamper.c, and what they share. */
#ifndef CRYPTO_TAMPER_HOOKS_H
#define CRYPTO_TAMPER_HOOKS_H

#include "crypto/tamper.h"

/* tamper_signature.c: the signature's bytes and who made it. */
tamper_hook signature_bit, signature_payload_after, signature_protected_after,
    signature_other_key, signature_empty, signature_der, signature_short, signature_long,
    signature_zero;

/* tamper_base64.c: the three base64url texts. */
tamper_hook base64_fill_protected, base64_fill_payload, base64_odd_protected,
    base64_odd_payload, base64_pad_protected, base64_pad_payload, base64_pad_signature,
    base64_plus_protected, base64_plus_payload, base64_newline_payload,
    base64_loose_payload, base64_loose_signature;

/* tamper_shape.c: the outer object and the body. */
tamper_hook shape_no_protected, shape_no_payload, shape_no_signature,
    shape_unprotected_header, shape_unprotected_nonce, shape_unprotected_url,
    shape_unprotected_kid, shape_unprotected_alg, shape_all_unprotected,
    shape_signatures_member, shape_general, shape_two_signatures, shape_compact,
    shape_array, shape_duplicate_payload, shape_duplicate_protected,
    shape_duplicate_signature, shape_extra_outer, shape_trailing_garbage, shape_truncated,
    shape_empty_body, shape_not_json;

/* tamper_header.c: the text of the protected header. */
tamper_hook header_duplicate_nonce, header_duplicate_url, header_duplicate_alg,
    header_duplicate_kid, header_unencoded_payload, header_raw_payload,
    header_crit_unknown, header_crit_empty, header_zip, header_alg_none,
    header_alg_mismatch, header_alg_other_family, header_hmac_public_key, header_array,
    header_text, header_two, header_trailing, header_not_utf8, header_bom;

/* tamper_jwk.c: who signed, as the header names it. */
tamper_hook jwk_private, jwk_and_kid, jwk_nor_kid, jwk_extra_member, jwk_wrong_point,
    jwk_short_coordinate, jwk_leading_zero;

/* tamper_payload.c: what is signed. */
tamper_hook payload_deep, payload_large;

/* ---- shared ---- */

/* The protected header as an object of its own, or NULL with a sentence when an earlier
 * tamper has left none. */
json_t *tamper_header(struct jws_parts *p);
void tamper_set_header(struct jws_parts *p, json_t *header);
/* Adds a member, as raw JSON text, at the end of the JSON object in *text. */
bool tamper_add_member(struct jws_parts *p, str *text, str member);
/* Whether there is a payload; a POST-as-GET has none to spoil. */
bool tamper_needs_payload(struct jws_parts *p);
/* Whether a key (not a MAC) signs. */
bool tamper_needs_key(struct jws_parts *p);
/* Takes these bytes as the signature. */
void tamper_set_signature(struct jws_parts *p, str bytes);

#endif
