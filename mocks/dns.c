/* SPDX-License-Identifier: MIT */
/* The words and records of DNS by ldns: types, names, rdata. */
#include "mocks/dns.h"

#include <stdlib.h>

#include <ldns/ldns.h>

#include "base/buf.h"
#include "mocks/dns_ldns.h"

enum { TXT_STRING = 255, MOST_RDATA = 65535 };

CLEANUP(free_text, free, char)
CLEANUP(free_name, ldns_rdf_deep_free, ldns_rdf)
CLEANUP(free_record, ldns_rr_free, ldns_rr)
CLEANUP(free_bytes, free, uint8_t)

str dns_kept_text(struct arena *a, char *text)
{
    arena_defer(a, free_text, text);
    return str_of(text);
}

str dns_kept_bytes(struct arena *a, uint8_t *bytes, size_t len)
{
    arena_defer(a, free_bytes, bytes);
    return bytes ? (str){ (const char *)bytes, len } : STR_NONE;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

str dns_lower(struct arena *a, str s)
{
    char *text = str_z(a, s);
    for (size_t i = 0; i < s.len; i++)
        text[i] = lower(text[i]);
    return (str){ text, s.len };
}

int dns_type_find(str word)
{
    char text[32];
    if (word.len == 0 || word.len >= sizeof text)
        return -1;
    memcpy(text, word.ptr, word.len);
    text[word.len] = 0;
    int type = (int)ldns_get_rr_type_by_name(text);
    return type > 0 && type <= 65535 ? type : -1;
}

str dns_type_word(struct arena *a, int type)
{
    return dns_kept_text(a, ldns_rr_type2str((ldns_rr_type)type));
}

str dns_rcode_word(struct arena *a, int rcode)
{
    if (rcode == DNS_BADVERS)
        return STR("BADVERS");
    const ldns_lookup_table *row = ldns_lookup_by_id(ldns_rcodes, rcode);
    return row ? str_of(row->name) : arena_printf(a, "RCODE%d", rcode);
}

/* RFC 1035 5.1: "\X where X is any character other than a digit (0-9)" takes its meaning
 * away; "\DDD" is an octet by its decimal number. */
static void spell_label(struct buf *text, str label)
{
    for (size_t i = 0; i < label.len; i++) {
        char c = label.ptr[i];
        if (c <= ' ' || c > '~') {
            buf_addf(text, "\\%03u", (unsigned)(unsigned char)c);
            continue;
        }
        if (strchr(".;()\\", c))
            buf_add_char(text, '\\');
        buf_add_char(text, c);
    }
}

/* As ldns does, which formats each character by itself: much of the time of a query. */
str dns_spelling(struct arena *a, const ldns_rdf *owner)
{
    struct buf text = buf_new(a, SIZE_MAX / 2);
    str wire = { (const char *)ldns_rdf_data(owner), ldns_rdf_size(owner) };
    while (wire.len && wire.ptr[0]) {
        size_t len = (unsigned char)wire.ptr[0];
        if (text.len)
            buf_add_char(&text, '.');
        spell_label(&text, str_upto(str_from(wire, 1), len));
        wire = str_from(wire, 1 + len);
    }
    return text.len ? buf_str(&text) : STR(".");
}

ldns_rdf *dns_owner(struct arena *a, str name)
{
    if (name.len == 0 || memchr(name.ptr, 0, name.len))
        return NULL;
    ldns_rdf *owner = ldns_dname_new_frm_str(str_z(a, name));
    arena_defer(a, free_name, owner);
    return owner;
}

bool dns_name(struct arena *a, str text, str *out)
{
    const ldns_rdf *owner = dns_owner(a, text);
    if (owner)
        *out = dns_lower(a, dns_spelling(a, owner));
    return owner != NULL;
}

/* RFC 1035 3.3.14: one or more character-strings of at most 255 bytes; an empty text is
 * one empty string. */
static str txt_rdata(struct arena *a, str text)
{
    char *rdata = arena_alloc(a, 1, text.len + text.len / TXT_STRING + 2);
    size_t len = 0;
    do {
        str piece = str_upto(text, TXT_STRING);
        rdata[len++] = (char)piece.len;
        memcpy(rdata + len, piece.ptr, piece.len);
        len += piece.len;
        text = str_from(text, piece.len);
    } while (text.len);
    return (str){ rdata, len };
}

/* The rdata of a record that ldns has: the wire form behind the owner (here the root, one
 * byte) and ten bytes of type, class, TTL and length. */
enum { BEFORE_RDATA = 1 + 10 };

static bool rdata_of(struct arena *a, const ldns_rr *record, str *out)
{
    uint8_t *bytes = NULL;
    size_t len = 0;
    if (ldns_rr2wire(&bytes, record, LDNS_SECTION_ANSWER, &len) != LDNS_STATUS_OK)
        return false;
    str wire = dns_kept_bytes(a, bytes, len);
    *out = str_from(wire, BEFORE_RDATA);
    return len >= BEFORE_RDATA && len <= BEFORE_RDATA + MOST_RDATA;
}

static bool plain_rdata(struct arena *a, int type, str value, str *out, struct err *err)
{
    ldns_rr *record = NULL;
    str word = dns_type_word(a, type);
    str line = arena_printf(a, ". 0 IN %.*s %.*s", STR_ARG(word), STR_ARG(value));
    ldns_status status = ldns_rr_new_frm_str(&record, line.ptr, 0, NULL, NULL);
    if (status == LDNS_STATUS_OK) {
        arena_defer(a, free_record, record);
        if (rdata_of(a, record, out))
            return true;
    }
    return err_set(err, "\"%.*s\" is not the value of a DNS record of type %.*s: %s",
                   STR_ARG(value), STR_ARG(word),
                   status ? ldns_get_errorstr_by_id(status)
                          : "it has no data or too much");
}

bool dns_record_make(struct arena *a, str name, int type, str value,
                     struct dns_record *out, struct err *err)
{
    *out = (struct dns_record){ .type = type };
    if (!dns_name(a, name, &out->name))
        return err_set(err, "\"%.*s\" is not a domain name", STR_ARG(name));
    if (type != DNS_TXT)
        return plain_rdata(a, type, value, &out->rdata, err);
    out->rdata = txt_rdata(a, value);
    return out->rdata.len <= MOST_RDATA
        || err_set(err, "a TXT record of %zu bytes is too long for DNS", value.len);
}

bool dns_record_of(struct arena *a, const ldns_rr *from, struct dns_record *out)
{
    ldns_rr *bare = ldns_rr_clone(from);
    arena_defer(a, free_record, bare);
    out->name = dns_lower(a, dns_spelling(a, ldns_rr_owner(from)));
    out->type = (int)ldns_rr_get_type(from);
    out->ttl = ldns_rr_ttl(from);
    ldns_rdf *root = ldns_dname_new_frm_str(".");
    ldns_rdf_deep_free(ldns_rr_owner(bare));
    ldns_rr_set_owner(bare, root);
    return rdata_of(a, bare, &out->rdata);
}

ldns_rr *dns_record_to(const ldns_rdf *owner, const struct dns_record *record,
                       struct arena *a)
{
    size_t name_len = ldns_rdf_size(owner), rdata_len = record->rdata.len;
    unsigned type = (unsigned)record->type, ttl = record->ttl;
    uint8_t *wire = arena_alloc(a, 1, name_len + 10 + rdata_len);
    const uint8_t head[10] = {
        (uint8_t)(type >> 8), (uint8_t)type,        0,
        LDNS_RR_CLASS_IN,     (uint8_t)(ttl >> 24), (uint8_t)(ttl >> 16),
        (uint8_t)(ttl >> 8),  (uint8_t)ttl,         (uint8_t)(rdata_len >> 8),
        (uint8_t)rdata_len
    };
    memcpy(wire, ldns_rdf_data(owner), name_len);
    memcpy(wire + name_len, head, sizeof head);
    memcpy(wire + name_len + sizeof head, record->rdata.ptr, rdata_len);
    ldns_rr *out = NULL;
    size_t at = 0, len = name_len + sizeof head + rdata_len;
    return ldns_wire2rr(&out, wire, len, &at, LDNS_SECTION_ANSWER) == LDNS_STATUS_OK
        ? out
        : NULL;
}

static str txt_joined(struct arena *a, str rdata)
{
    char *text = arena_alloc(a, 1, rdata.len + 1);
    size_t len = 0;
    while (rdata.len) {
        str piece = str_upto(str_from(rdata, 1), (unsigned char)rdata.ptr[0]);
        memcpy(text + len, piece.ptr, piece.len);
        len += piece.len;
        rdata = str_from(rdata, 1 + piece.len);
    }
    return (str){ text, len };
}

bool dns_record_caa(const struct dns_record *record, int *flags, str *tag, str *value)
{
    str rdata = record->rdata;
    if (record->type != DNS_CAA || rdata.len < 2)
        return false;
    size_t tag_len = (unsigned char)rdata.ptr[1];
    if (tag_len == 0 || rdata.len < 2 + tag_len)
        return false;
    *flags = (unsigned char)rdata.ptr[0];
    *tag = str_upto(str_from(rdata, 2), tag_len);
    *value = str_from(rdata, 2 + tag_len);
    return true;
}

str dns_record_text(struct arena *a, const struct dns_record *record)
{
    int flags;
    str tag, value;
    if (record->type == DNS_TXT)
        return txt_joined(a, record->rdata);
    /* ldns shows no value where it is empty. */
    if (dns_record_caa(record, &flags, &tag, &value))
        return arena_printf(a, "%d %.*s \"%.*s\"", flags, STR_ARG(tag), STR_ARG(value));
    ldns_rr *form = dns_record_to(dns_owner(a, STR(".")), record, a);
    arena_defer(a, free_record, form);
    str text = STR_NONE;
    for (size_t i = 0; form && i < ldns_rr_rd_count(form); i++) {
        const ldns_rdf *field = ldns_rr_rdf(form, i);
        str piece = ldns_rdf_get_type(field) == LDNS_RDF_TYPE_DNAME
            ? dns_lower(a, dns_spelling(a, field))
            : dns_kept_text(a, ldns_rdf2str(field));
        text = arena_printf(a, "%.*s%s%.*s", STR_ARG(text), i ? " " : "", STR_ARG(piece));
    }
    return text;
}
