/* SPDX-License-Identifier: MIT */
/* A printer for JSON that knows what RFC 8555 does with a JWS: the base64url of the
 * protected header and of the payload is printed decoded, the signature shortened. */
#include "acme/show_json.h"

#include "base/names.h"
#include "crypto/b64url.h"

/* An externalAccountBinding or a key change is a JWS in a JWS (RFC 8555 7.3.4, 7.3.5);
 * ten in each other are somebody's joke. */
enum { DEEPEST_JWS = 4, MOST_STRING = 4096, LONG = 40, KEPT = 16 };

static void show_value(struct buf *out, json_t *value, int indent, int decode);

static void add_indent(struct buf *out, int indent)
{
    buf_addf(out, "\n%*s", indent, "");
}

/* Members whose value is long and says nothing to the eye; a nonce is not among them. */
static bool is_opaque(const char *name, str value)
{
    static const char *const opaque[] = { "signature", "csr", "certificate", "n" };
    return value.len > LONG && name_find(opaque, countof(opaque), str_of(name)) >= 0
        && b64url_letters(value);
}

/* Cuts between two characters, never within one. */
static str cut_string(str s)
{
    size_t len = MOST_STRING;
    while (len && ((unsigned char)s.ptr[len] & 0xc0) == 0x80)
        len--;
    return str_upto(s, len);
}

static void show_string(struct buf *out, str s)
{
    if (s.len <= MOST_STRING) {
        buf_add(out, json_quote(out->arena, s));
        return;
    }
    buf_add(out, json_quote(out->arena, cut_string(s)));
    buf_addf(out, " (cut: %zu bytes)", s.len);
}

/* "H6ZXtGjTZyUnPeKn...wEA4TklBdh3e454g" */
static void show_opaque(struct buf *out, str s)
{
    buf_addf(out, "\"%.*s...%.*s\"", STR_ARG(str_upto(s, KEPT)),
             STR_ARG(str_from(s, s.len - KEPT)));
}

/* base64url of JSON, or of some other text; what cannot be decoded is left as it is. */
static void show_decoded(struct buf *out, str encoded, int indent, int decode)
{
    struct err err;
    str bytes;
    if (encoded.len == 0 || !b64url_decode(out->arena, encoded, &bytes)) {
        show_string(out, encoded);
        return;
    }
    json_t *value = json_read(out->arena, bytes, &err);
    json_t *text = json_keep(out->arena, json_stringn(bytes.ptr, bytes.len)); /* UTF-8? */
    if (!value && !text) {
        show_string(out, encoded);
        return;
    }
    buf_add(out, STR("base64url("));
    show_value(out, value ? value : text, indent, decode - 1);
    buf_add_char(out, ')');
}

static bool is_jws(const json_t *object)
{
    return json_object_get(object, "protected")
        || (json_object_get(object, "payload")
            && (json_object_get(object, "signature")
                || json_object_get(object, "signatures")));
}

static bool is_encoded(const char *name)
{
    return strcmp(name, "protected") == 0 || strcmp(name, "payload") == 0;
}

static void show_member(struct buf *out, const char *name, json_t *value, int indent,
                        int decode, bool in_jws)
{
    buf_addf(out, "%.*s: ", STR_ARG(json_quote(out->arena, str_of(name))));
    if (in_jws && is_encoded(name) && json_is_string(value))
        show_decoded(out, json_str(value), indent, decode);
    else if (is_opaque(name, json_str(value)))
        show_opaque(out, json_str(value));
    else
        show_value(out, value, indent, decode);
}

static void show_object(struct buf *out, json_t *object, int indent, int decode)
{
    bool in_jws = decode > 0 && is_jws(object), first = true;
    buf_add_char(out, '{');
    for (void *at = json_object_iter(object); at && !out->over;
         at = json_object_iter_next(object, at)) {
        buf_add(out, first ? STR("") : STR(","));
        add_indent(out, indent + 2);
        show_member(out, json_object_iter_key(at), json_object_iter_value(at), indent + 2,
                    decode, in_jws);
        first = false;
    }
    if (!first)
        add_indent(out, indent);
    buf_add_char(out, '}');
}

static void show_array(struct buf *out, json_t *array, int indent, int decode)
{
    buf_add_char(out, '[');
    for (size_t i = 0; i < json_array_size(array) && !out->over; i++) {
        buf_add(out, i == 0 ? STR("") : STR(","));
        add_indent(out, indent + 2);
        show_value(out, json_array_get(array, i), indent + 2, decode);
    }
    if (json_array_size(array))
        add_indent(out, indent);
    buf_add_char(out, ']');
}

static void show_value(struct buf *out, json_t *value, int indent, int decode)
{
    if (json_is_object(value))
        show_object(out, value, indent, decode);
    else if (json_is_array(value))
        show_array(out, value, indent, decode);
    else if (json_is_string(value))
        show_string(out, json_str(value));
    else
        buf_add(out, json_text(out->arena, value));
}

void show_json(struct buf *out, json_t *value, bool signed_too)
{
    show_value(out, value, 0, signed_too ? DEEPEST_JWS : 0);
}
