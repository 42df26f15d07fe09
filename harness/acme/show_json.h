/* SPDX-License-Identifier: MIT */
/* JSON as RFC 8555 prints it in its examples; used by show.c only. */
#ifndef ACME_SHOW_JSON_H
#define ACME_SHOW_JSON_H

#include "base/buf.h"
#include "json/json.h"

/* The value indented by two, without a final newline.  With signed_too a JWS in it (also
 * one within another) is taken apart: "protected": base64url({ ... }).  Text of a peer's
 * may still hold characters that show_clean makes visible. */
void show_json(struct buf *out, json_t *value, bool signed_too);

#endif
