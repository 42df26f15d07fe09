/* SPDX-License-Identifier: MIT */
/* What must hold for every input of the codecs, tried on inputs by chance: what was
 * written is read, what is read is what would be written, and what was changed is
 * noticed. */
#include <check.h>

#include "base/clock.h"
#include "crypto/b64url.h"
#include "crypto/cert.h"
#include "crypto/der.h"
#include "crypto/jws.h"
#include "http/message.h"
#include "mocks/ca_punycode.h"
#include "tests/chance.h"

Suite *codecs_suite(void);

enum { TRIES = 2000, FEW_TRIES = 200, MOST = 600 };

static struct arena *a;
static struct err err;

static void begin(void)
{
    a = arena_new(NULL);
    chance_begin();
}

static void finish(void)
{
    arena_end(a);
}

/* --- base64, hex --- */

START_TEST(bytes_come_back_from_every_base)
{
    for (int i = 0; i < TRIES; i++, arena_reset(a)) {
        str bytes = chance_bytes(a, MOST), back;
        ck_always(b64url_decode(a, b64url_encode(a, bytes), &back)
                  && str_eq(back, bytes));
        ck_always(b64_decode(a, b64_encode(a, bytes), &back) && str_eq(back, bytes));
        ck_always(hex_decode(a, hex_encode(a, bytes), &back) && str_eq(back, bytes));
        ck_always(b64url_decode_loosely(a, b64_encode(a, bytes), &back)
                  && str_eq(back, bytes));
    }
}
END_TEST

START_TEST(base64url_that_is_read_is_what_would_be_written)
{
    for (int i = 0; i < TRIES * 5; i++, arena_reset(a)) {
        str text = chance_text(a, "ABCDQgw05_-+/= \n.", 8), back;
        if (b64url_decode(a, text, &back))
            ck_always(str_eq(b64url_encode(a, back), text));
    }
}
END_TEST

/* --- JSON --- */

START_TEST(json_comes_back)
{
    for (int i = 0; i < TRIES; i++, arena_reset(a)) {
        json_t *value = chance_json(a, 5);
        json_t *back = json_read(a, json_text(a, value), &err);
        ck_always(back && json_equal(back, value));
        back = json_read(a, json_pretty(a, value), &err);
        ck_always(back && json_equal(back, value));
        ck_always(str_eq(json_text(a, back), json_text(a, value)));
    }
}
END_TEST

/* RFC 7396: a patch twice is a patch once, none changes nothing, null takes away. */
START_TEST(a_merge_patch_is_what_its_rfc_says)
{
    for (int i = 0; i < TRIES; i++, arena_reset(a)) {
        json_t *target = chance_json(a, 4), *patch = chance_json(a, 4);
        json_t *once = json_merge(a, target, patch);
        ck_always(json_equal(json_merge(a, once, patch), once));
        if (json_is_object(target))
            ck_always(
                json_equal(json_merge(a, target, json_keep(a, json_object())), target));
        const char *key;
        json_t *item;
        json_object_foreach(patch, key, item)
            ck_always(!json_is_null(item) || !json_object_get(once, key));
        if (!json_is_object(patch))
            ck_always(json_equal(once, patch));
    }
}
END_TEST

START_TEST(a_value_contains_itself_and_its_parts)
{
    for (int i = 0; i < TRIES; i++, arena_reset(a)) {
        json_t *value = chance_json(a, 4), *less = json_keep(a, json_deep_copy(value));
        ck_always(json_contains(value, value));
        if (json_object_size(less))
            json_object_del(less, json_object_iter_key(json_object_iter(less)));
        if (json_array_size(less))
            json_array_remove(less, chance(json_array_size(less)));
        ck_always(json_contains(value, less));
    }
}
END_TEST

/* RFC 6901 3 and 4. */
static str escaped(const char *key)
{
    str text = STR_NONE;
    for (; *key; key++)
        text = *key == '~' ? arena_printf(a, "%.*s~0", STR_ARG(text))
            : *key == '/'  ? arena_printf(a, "%.*s~1", STR_ARG(text))
                           : arena_printf(a, "%.*s%c", STR_ARG(text), *key);
    return text;
}

START_TEST(a_pointer_leads_to_every_part)
{
    for (int i = 0; i < TRIES; i++, arena_reset(a)) {
        json_t *value = chance_json(a, 4), *item;
        const char *key;
        size_t n;
        json_object_foreach(value, key, item)
        {
            str pointer = arena_printf(a, "/%s", escaped(key).ptr);
            ck_always(json_is_pointer(pointer) && json_pointer(value, pointer) == item);
        }
        json_array_foreach(value, n, item)
            ck_always(json_pointer(value, arena_printf(a, "/%zu", n)) == item);
    }
}
END_TEST

/* --- DER --- */

static str chance_der(int depth)
{
    str parts[4];
    size_t count = chance(countof(parts) + 1);
    if (depth == 0 || chance(3) == 0)
        return DER(a, (int)chance(31), chance_bytes(a, 300));
    for (size_t i = 0; i < count; i++)
        parts[i] = chance_der(depth - 1);
    return der_join(a, DER_CONSTRUCTED | (int)chance(31), parts, count);
}

static void walk(str rest)
{
    struct der_item item;
    while (der_next(&rest, &item)) {
        ck_always(str_eq(DER(a, item.tag, item.content), item.whole));
        if (item.tag & DER_CONSTRUCTED)
            walk(item.content);
    }
}

START_TEST(der_comes_back_and_is_what_would_be_written)
{
    for (int i = 0; i < TRIES; i++, arena_reset(a)) {
        str der = chance_der(4), content, bytes = chance_bytes(a, 40);
        ck_always(der_only(der, (unsigned char)der.ptr[0], &content));
        walk(der);
        char *spoilt = str_z(a, der);
        spoilt[chance(der.len)] ^= (char)(1 << chance(8));
        walk((str){ spoilt, der.len });
        walk(bytes);
    }
}
END_TEST

START_TEST(numbers_and_oids_come_back)
{
    for (int i = 0; i < TRIES; i++, arena_reset(a)) {
        str bytes = chance_bytes(a, 40), rest = der_unsigned(a, bytes), back, content;
        while (bytes.len > 1 && !bytes.ptr[0])
            bytes = str_from(bytes, 1);
        ck_always(der_take_unsigned(&rest, &back)
                  && str_eq(back, bytes.len ? bytes : STR("\0")));
        size_t first = chance(3);
        str oid = arena_printf(a, "%zu.%zu", first, chance(first < 2 ? 40 : 1000000));
        for (size_t left = chance(8); left > 0; left--)
            oid = arena_printf(a, "%s.%zu", oid.ptr, chance((size_t)1 << chance(32)));
        ck_always(der_only(der_oid(a, oid), DER_OID, &content)
                  && str_eq(der_oid_text(a, content), oid));
    }
}
END_TEST

/* --- dates, URLs, Punycode --- */

START_TEST(instants_come_back)
{
    for (int i = 0; i < TRIES; i++, arena_reset(a)) {
        time_t when = (time_t)chance(253402300800), back; /* until 9999 */
        ck_always(date_from_rfc3339(date_rfc3339(a, when), &back) && back == when);
        ck_always(date_from_http(date_http(a, when), &back) && back == when);
    }
}
END_TEST

/* RFC 3986 5.2: what was resolved is absolute, and resolving it again changes nothing. */
START_TEST(a_resolved_reference_stays_what_it_is)
{
    str base = STR("https://ca.test:14000/a/b/c?q");
    for (int i = 0; i < TRIES * 5; i++, arena_reset(a)) {
        str reference = chance_text(a, "ab/.?:%2ht", 12);
        str once = url_resolve(a, base, reference);
        struct url url;
        if (!url_parse(a, once, &url))
            continue;
        ck_always(str_eq(url_resolve(a, STR("http://other.test/"), once), once));
        ck_always(
            !str_contains(str_upto(url.path, str_find_char(url.path, '?')), STR("/../")));
    }
}
END_TEST

/* A label has one form, so no other label of the same length beside it is as good and
 * means the same; here: whatever is good is short, and of letters, digits and hyphens. */
START_TEST(a_good_label_is_a_label)
{
    for (int i = 0; i < TRIES * 20; i++, arena_reset(a)) {
        str label = chance_text(a, "abcdexyz0189-_A\xc3", 12);
        if (!punycode_good(label))
            continue;
        ck_always(label.len > 0 && !str_ends(label, "-"));
        for (size_t k = 0; k < label.len; k++)
            ck_always(strchr("abcdexyz0189-", label.ptr[k]));
    }
}
END_TEST

/* --- JWS, PEM --- */

START_TEST(a_jws_verifies_until_a_bit_of_it_is_changed)
{
    struct arena *keys = arena_new(NULL);
    struct key *key = key_new(keys, KEY_ED25519, &err);
    for (int i = 0; i < FEW_TRIES; i++, arena_reset(a)) {
        struct jws_spec spec = { .key = key,
                                 .nonce = b64url_encode(a, chance_bytes(a, 20)),
                                 .url = STR("https://ca.test/x"),
                                 .payload = chance_bytes(a, 100) };
        struct jws jws;
        str body;
        ck_assert_msg(jws_sign(a, &spec, &body, &err), "%s", err.text);
        ck_always(jws_read(a, body, &jws, &err) && jws_verify(a, &jws, key));
        ck_always(str_eq(jws.payload, spec.payload) && str_eq(jws.nonce, spec.nonce));
        for (int k = 0; k < 20; k++) {
            char *spoilt = str_z(a, body);
            spoilt[chance(body.len)] ^= (char)(1 << chance(8));
            ck_always(!jws_read(a, (str){ spoilt, body.len }, &jws, &err)
                      || !jws_verify(a, &jws, key));
        }
    }
    arena_end(keys);
}
END_TEST

START_TEST(a_chain_comes_back_from_pem)
{
    struct arena *keys = arena_new(NULL);
    struct key *key = key_new(keys, KEY_P256, &err);
    for (int i = 0; i < FEW_TRIES; i++, arena_reset(a)) {
        struct cert_spec spec = { .subject = chance_text(a, "abc .,+=\"", 20),
                                  .key = key,
                                  .not_before = (time_t)chance(4000000000),
                                  .not_after = (time_t)chance(4000000000) };
        strs_add(a, &spec.dns_names, STR("a.test"));
        struct cert *cert = cert_issue(a, &spec, &err);
        struct chain chain;
        time_t from, until;
        ck_assert_msg(cert != NULL, "%s", err.text);
        str pem = cert_pem(a, cert);
        ck_always(chain_form(pem, &err) && chain_read(a, pem, &chain, &err));
        ck_always(chain.count == 1
                  && str_eq(cert_der(a, chain.item[0]), cert_der(a, cert)));
        cert_validity(cert, &from, &until);
        ck_always(from == spec.not_before && until == spec.not_after);
    }
    arena_end(keys);
}
END_TEST

Suite *codecs_suite(void)
{
    Suite *suite = suite_create("codecs");
    TCase *t = tcase_create("codecs");
    tcase_add_checked_fixture(t, begin, finish);
    tcase_set_timeout(t, 60);
    tcase_add_test(t, bytes_come_back_from_every_base);
    tcase_add_test(t, base64url_that_is_read_is_what_would_be_written);
    tcase_add_test(t, json_comes_back);
    tcase_add_test(t, a_merge_patch_is_what_its_rfc_says);
    tcase_add_test(t, a_value_contains_itself_and_its_parts);
    tcase_add_test(t, a_pointer_leads_to_every_part);
    tcase_add_test(t, der_comes_back_and_is_what_would_be_written);
    tcase_add_test(t, numbers_and_oids_come_back);
    tcase_add_test(t, instants_come_back);
    tcase_add_test(t, a_resolved_reference_stays_what_it_is);
    tcase_add_test(t, a_good_label_is_a_label);
    tcase_add_test(t, a_jws_verifies_until_a_bit_of_it_is_changed);
    tcase_add_test(t, a_chain_comes_back_from_pem);
    suite_add_tcase(suite, t);
    return suite;
}
