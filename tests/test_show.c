/* SPDX-License-Identifier: MIT */
/* Transcripts: what stands in them, what is shortened, what is marked, and that nothing
 * of a peer's reaches the terminal as it came. */
#include <check.h>

#include "acme/show.h"
#include "crypto/b64url.h"

Suite *show_suite(void);

static struct arena *a;

static void begin(void)
{
    a = arena_new(NULL);
}

static void end(void)
{
    arena_end(a);
}

static str encoded(const char *text)
{
    return b64url_encode(a, str_of(text));
}

static const char *shown(const struct exchange *x, const struct mark *marks, size_t count)
{
    struct buf out = buf_new(a, CEILING_TRANSCRIPT);
    show_exchange(&out, x, marks, count);
    ck_assert(!out.over);
    return buf_str(&out).ptr;
}

static struct exchange post(str body)
{
    struct exchange x = { .request = { .method = STR("POST"),
                                       .url = STR("https://ca.test:14000/new-order?x=1"),
                                       .body = body },
                          .response = { .status = 201, .version = STR("HTTP/1.1") } };
    headers_add(a, &x.request.headers, STR("Content-Type"), STR("application/jose+json"));
    return x;
}

/* The answer of `body` as it is printed, from the empty line behind the header on. */
static const char *shown_answer(const char *body)
{
    struct exchange x = post(STR_NONE);
    x.response.body = str_of(body);
    const char *at = strstr(shown(&x, NULL, 0), "HTTP/1.1 201");
    ck_assert_ptr_nonnull(at);
    at = strstr(at, "\n\n");
    return at ? at + 2 : "";
}

#define SIGNATURE                                                                        \
    "H6ZXtGjTZyUnPeKn0123456789012345678901234567890123456789012345wEA4TklBdh3e454g"

START_TEST(an_exchange_is_printed_as_the_rfc_prints_it)
{
    str body = arena_printf(
        a, "{\"protected\":\"%s\",\"payload\":\"%s\",\"signature\":\"" SIGNATURE "\"}",
        encoded("{\"alg\":\"ES256\",\"nonce\":\"5XJ1L3lEkMG7tR6pA00clA\"}").ptr,
        encoded("{\"identifiers\":[{\"type\":\"dns\"}],\"none\":[],\"empty\":{}}").ptr);
    struct exchange x = post(body);
    headers_add(a, &x.response.headers, STR("Location"), STR("https://ca.test/order/2"));
    x.response.body = STR("{\"status\":\"pending\",\"n\":1.5,\"ok\":true,\"no\":null}");
    struct mark marks[] = { { STR("5XJ1L3lEkMG7tR6pA00clA"), STR("first sent before") },
                            { STR("HTTP/1.1 201"), STR("here") } };
    ck_assert_str_eq(shown(&x, marks, countof(marks)),
                     "POST /new-order?x=1 HTTP/1.1\n"
                     "Host: ca.test:14000\n"
                     "Content-Type: application/jose+json\n"
                     "\n"
                     "{\n"
                     "  \"protected\": base64url({\n"
                     "    \"alg\": \"ES256\",\n"
                     "    \"nonce\": \"5XJ1L3lEkMG7tR6pA00clA\"  <- first sent before\n"
                     "  }),\n"
                     "  \"payload\": base64url({\n"
                     "    \"identifiers\": [\n"
                     "      {\n"
                     "        \"type\": \"dns\"\n"
                     "      }\n"
                     "    ],\n"
                     "    \"none\": [],\n"
                     "    \"empty\": {}\n"
                     "  }),\n"
                     "  \"signature\": \"H6ZXtGjTZyUnPeKn...wEA4TklBdh3e454g\"\n"
                     "}\n"
                     "\n"
                     "HTTP/1.1 201 Created  <- here\n"
                     "Location: https://ca.test/order/2\n"
                     "\n"
                     "{\n"
                     "  \"status\": \"pending\",\n"
                     "  \"n\": 1.5,\n"
                     "  \"ok\": true,\n"
                     "  \"no\": null\n"
                     "}\n");
}
END_TEST

START_TEST(a_jws_within_a_jws_is_decoded_too)
{
    str inner =
        arena_printf(a, "{\"protected\":\"%s\",\"payload\":\"%s\",\"signature\":\"abc\"}",
                     encoded("{\"alg\":\"HS256\"}").ptr, encoded("{\"kty\":\"EC\"}").ptr);
    str payload = arena_printf(a, "{\"externalAccountBinding\":%s}", inner.ptr);
    str body = arena_printf(a, "{\"payload\":\"%s\",\"signature\":\"\"}",
                            encoded(payload.ptr).ptr);
    struct exchange x = post(body);
    const char *text = shown(&x, NULL, 0);
    ck_assert_ptr_nonnull(strstr(text,
                                 "    \"externalAccountBinding\": {\n"
                                 "      \"protected\": base64url({\n"
                                 "        \"alg\": \"HS256\"\n"
                                 "      }),\n"
                                 "      \"payload\": base64url({\n"
                                 "        \"kty\": \"EC\"\n"
                                 "      }),\n"
                                 "      \"signature\": \"abc\"\n"
                                 "    }\n"
                                 "  }),\n"));
}
END_TEST

/* clang-format off */
/* A request body and a line that must stand in the transcript. */
static const struct { const char *body, *line; } requests[] = {
    { "{\"payload\":\"\",\"signature\":\"x\"}", "  \"payload\": \"\",\n" },
    { "{\"payload\":\"aGVsbG8\",\"signature\":\"x\"}", "  \"payload\": base64url(\"hello\"),\n" },
    { "{\"payload\":\"_w\",\"signature\":\"x\"}", "  \"payload\": \"_w\",\n" },      /* no text */
    { "{\"payload\":\"e30=\",\"signature\":\"x\"}", "  \"payload\": \"e30=\",\n" },  /* padded */
    { "{\"payload\":\"e30\",\"signature\":\"x\"}", "  \"payload\": base64url({}),\n" },
    { "{\"payload\":7,\"protected\":null}", "  \"payload\": 7,\n" },
    { "{\"payload\":\"e30\",\"signatures\":[{\"protected\":\"e30\"}]}", "      \"protected\": base64url({})\n" },
    { "{\"payload\":\"e30\"}", "  \"payload\": \"e30\"\n" },                         /* no JWS */
    { "{\"payload\":\"e30\",\"payload\":\"e30\"}", "{\"payload\":\"e30\",\"payload\":\"e30\"}\n" },
    { "not JSON\r\nat all", "\nnot JSON\nat all\n" },
    { "{\"csr\":\"MIIBPTCBxAIBADBFMQABCDEFGHIJKLMNOPQRSTUVWXYZFS6aKdZeGsysoCo4H9P\"}",
      "  \"csr\": \"MIIBPTCBxAIBADBF...aKdZeGsysoCo4H9P\"\n" },
    { "{\"nonce\":\"MIIBPTCBxAIBADBFMQABCDEFGHIJKLMNOPQRSTUVWXYZFS6aKdZeGsysoCo4H9P\"}",
      "  \"nonce\": \"MIIBPTCBxAIBADBFMQABCDEFGHIJKLMNOPQRSTUVWXYZFS6aKdZeGsysoCo4H9P\"\n" },
};

static const struct { const char *body, *answer; } answers[] = {
    { "", "" },
    { "-----BEGIN CERTIFICATE-----\nMIIB\nAAAA\n-----END CERTIFICATE-----\n"
      "-----BEGIN CERTIFICATE-----\r\nMI\r\n-----END CERTIFICATE-----\r\n",
      "-----BEGIN CERTIFICATE-----\n[10 bytes]\n-----END CERTIFICATE-----\n"
      "-----BEGIN CERTIFICATE-----\n[3 bytes]\n-----END CERTIFICATE-----\n" },
    { "words\n-----BEGIN X-----\nMIIB\n", "words\n-----BEGIN X-----\n[5 bytes, and no END line]\n" },
    { "-----BEGIN X-----\nMIIB\n-----BEGIN Y-----\n-----END Y-----\nmore",
      "-----BEGIN X-----\n[5 bytes]\n-----BEGIN Y-----\n[0 bytes]\n-----END Y-----\nmore\n" },
    { "{\"payload\":\"e30\",\"signature\":\"x\"}", /* decoded in requests alone */
      "{\n  \"payload\": \"e30\",\n  \"signature\": \"x\"\n}\n" },
    { "<b>\033[31mred</b>\a\n", "<b>\\x1b[31mred</b>\\x07\n" },
    { "{\"detail\":\"a\\u001b[1m\\u202eb\\u007f\\n\"}", "{\n  \"detail\": \"a\\u001B[1m\\u202eb\\x7f\\n\"\n}\n" },
    { "\"\\u0000\"x", "\"\\u0000\"x\n" },
};

static const struct { const char *text, *clean; } cleanings[] = {
    { "", "" },
    { "plain text, \"quoted\" \\x1b", "plain text, \"quoted\" \\x1b" },
    { "\x1b[2J\b\x7f", "\\x1b[2J\\x08\\x7f" },
    { "a\r\n\tb", "a\\r\\n\\tb" },
    { "\xc3\xa9\xe2\x82\xac\xf0\x9f\x94\x92", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x94\x92" }, /* é € lock */
    { "\xc2\x9b" "1m", "\\u009b1m" },                 /* the one-character CSI */
    { "\xe2\x80\xae" "txt", "\\u202etxt" },           /* right to left override */
    { "\xef\xbb\xbf", "\\ufeff" },
    { "\xf3\xa0\x81\x81", "\\U000e0041" },            /* a tag character */
    { "\xff\xfe", "\\xff\\xfe" },
    { "\xc0\xaf", "\\xc0\\xaf" },                     /* overlong */
    { "\xe0\x80\xaf", "\\xe0\\x80\\xaf" },
    { "\xed\xa0\x80", "\\xed\\xa0\\x80" },            /* a surrogate */
    { "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80" },   /* above U+10FFFF */
    { "\xf8\x88", "\\xf8\\x88" },
    { "\xe2\x82", "\\xe2\\x82" },                     /* cut in the middle */
    { "\xe2" "A", "\\xe2A" },
    { "\x80", "\\x80" },
};
/* clang-format on */

START_TEST(a_request_body_is_decoded_as_far_as_it_can_be)
{
    struct exchange x = post(str_of(requests[_i].body));
    const char *text = shown(&x, NULL, 0);
    ck_assert_msg(strstr(text, requests[_i].line), "%s", text);
}
END_TEST

START_TEST(an_answer_body_is_printed_by_its_kind)
{
    ck_assert_str_eq(shown_answer(answers[_i].body), answers[_i].answer);
}
END_TEST

START_TEST(text_is_cleaned)
{
    ck_assert_str_eq(show_clean(a, str_of(cleanings[_i].text)).ptr, cleanings[_i].clean);
    str again = show_clean(a, str_of(cleanings[_i].clean));
    ck_assert_str_eq(again.ptr, cleanings[_i].clean);
}
END_TEST

START_TEST(a_nul_is_cleaned)
{
    ck_assert_str_eq(show_clean(a, STR("a\0b")).ptr, "a\\x00b");
}
END_TEST

START_TEST(a_header_cannot_forge_a_line)
{
    struct exchange x = post(STR_NONE);
    x.response.reason = STR("OK\033[1m");
    headers_add(a, &x.response.headers, STR("X\n"), STR("a\r\nHTTP/1.1 200 OK"));
    const char *text = shown(&x, NULL, 0);
    ck_assert_ptr_nonnull(strstr(text, "HTTP/1.1 201 OK\\x1b[1m\n"));
    ck_assert_ptr_nonnull(strstr(text, "X\\n: a\\r\\nHTTP/1.1 200 OK\n"));
}
END_TEST

static const char *of_length(size_t count)
{
    char *text = arena_alloc(a, 1, count + 1);
    memset(text, 'x', count);
    return text;
}

START_TEST(a_long_text_is_cut_at_4_kib)
{
    const char *text = shown_answer(of_length(5000));
    str wanted = arena_printf(a, "%s\n(cut: the body has 5000 bytes)\n", of_length(4096));
    ck_assert_str_eq(text, wanted.ptr);
}
END_TEST

START_TEST(a_long_string_in_json_is_cut)
{
    const char *text = shown_answer(arena_printf(a, "[\"%s\"]", of_length(5000)).ptr);
    str wanted = arena_printf(a, "[\n  \"%s\" (cut: 5000 bytes)\n]\n", of_length(4096));
    ck_assert_str_eq(text, wanted.ptr);
}
END_TEST

START_TEST(a_long_string_is_cut_between_characters)
{
    str body = arena_printf(a, "[\"%s\xe2\x82\xac\xe2\x82\xac\"]", of_length(4094));
    str wanted = arena_printf(a, "[\n  \"%s\" (cut: 4100 bytes)\n]\n", of_length(4094));
    ck_assert_str_eq(shown_answer(body.ptr), wanted.ptr);
}
END_TEST

START_TEST(long_json_is_cut)
{
    struct buf body = buf_new(a, CEILING_BODY);
    buf_add(&body, STR("[1"));
    for (int i = 0; i < 100000; i++)
        buf_add(&body, STR(",1"));
    buf_add(&body, STR("]"));
    const char *text = shown_answer(buf_str(&body).ptr);
    ck_assert_uint_lt(strlen(text), 67000);
    ck_assert(str_ends(str_of(text), "\n(cut: the body has 200003 bytes)\n"));
}
END_TEST

START_TEST(a_transcript_obeys_the_ceiling_of_its_buffer)
{
    struct exchange x = post(STR_NONE);
    struct buf out = buf_new(a, 40);
    show_exchange(&out, &x, NULL, 0);
    ck_assert(out.over);
    ck_assert_uint_le(buf_str(&out).len, 40);
}
END_TEST

START_TEST(a_body_that_was_cut_on_arrival_says_so)
{
    struct exchange x = post(STR_NONE);
    x.response.body = STR("{\"a\":");
    x.response.body_cut = true;
    ck_assert_ptr_nonnull(strstr(shown(&x, NULL, 0), "longer than the 5 bytes"));
}
END_TEST

START_TEST(no_answer_says_why)
{
    struct exchange x = post(STR_NONE);
    x.response.status = 0;
    x.failure = STR("connection refused");
    x.resource = RESOURCE_NEW_ORDER;
    ck_assert(
        str_ends(str_of(shown(&x, NULL, 0)), "\n\n(no answer: connection refused)\n"));
    ck_assert_str_eq(show_line(a, &x).ptr,
                     "POST newOrder -> no answer: connection refused");
}
END_TEST

START_TEST(bytes_of_our_own_are_printed_as_they_are)
{
    struct exchange x = { .request = { .url = STR("https://ca.test/"),
                                       .body = STR("BREW / HTTP/9.9\r\n\r\n") },
                          .response = { .status = 400 },
                          .resource = RESOURCE_DIRECTORY };
    ck_assert_str_eq(shown(&x, NULL, 0),
                     "BREW / HTTP/9.9\n\n\nHTTP/1.1 400 Bad Request\n");
    ck_assert_str_eq(show_line(a, &x).ptr, "raw bytes to directory -> 400");
}
END_TEST

START_TEST(a_mark_stands_once_and_several_share_a_line)
{
    struct exchange x = post(STR_NONE);
    x.response.body = STR("twice\ntwice\n");
    struct mark marks[] = { { STR("twice"), STR("one") },
                            { STR("twi"), STR("two\033") },
                            { STR("nowhere"), STR("three") },
                            { STR(""), STR("four") } };
    ck_assert(str_ends(str_of(shown(&x, marks, countof(marks))),
                       "\n\ntwice  <- one  <- two\\x1b\ntwice\n"));
}
END_TEST

START_TEST(one_line_tells_resource_and_outcome)
{
    struct exchange x = post(STR_NONE);
    x.resource = RESOURCE_NEW_ORDER;
    ck_assert_str_eq(show_line(a, &x).ptr, "POST newOrder -> 201");
    x.resource = RESOURCE_OTHER;
    x.response.status = 400;
    x.response.body = STR("{\"type\":\"urn:ietf:params:acme:error:badNonce\"}");
    ck_assert_str_eq(show_line(a, &x).ptr, "POST /new-order?x=1 -> 400 badNonce");
    x.request.url = STR("nonsense\n");
    ck_assert_str_eq(show_line(a, &x).ptr, "POST nonsense\\n -> 400 badNonce");
}
END_TEST

Suite *show_suite(void)
{
    Suite *suite = suite_create("show");
    TCase *tc = tcase_create("show");
    tcase_add_checked_fixture(tc, begin, end);
    tcase_add_test(tc, an_exchange_is_printed_as_the_rfc_prints_it);
    tcase_add_test(tc, a_jws_within_a_jws_is_decoded_too);
    tcase_add_loop_test(tc, a_request_body_is_decoded_as_far_as_it_can_be, 0,
                        (int)countof(requests));
    tcase_add_loop_test(tc, an_answer_body_is_printed_by_its_kind, 0,
                        (int)countof(answers));
    tcase_add_loop_test(tc, text_is_cleaned, 0, (int)countof(cleanings));
    tcase_add_test(tc, a_nul_is_cleaned);
    tcase_add_test(tc, a_header_cannot_forge_a_line);
    tcase_add_test(tc, a_long_text_is_cut_at_4_kib);
    tcase_add_test(tc, a_long_string_in_json_is_cut);
    tcase_add_test(tc, a_long_string_is_cut_between_characters);
    tcase_add_test(tc, long_json_is_cut);
    tcase_add_test(tc, a_transcript_obeys_the_ceiling_of_its_buffer);
    tcase_add_test(tc, a_body_that_was_cut_on_arrival_says_so);
    tcase_add_test(tc, no_answer_says_why);
    tcase_add_test(tc, bytes_of_our_own_are_printed_as_they_are);
    tcase_add_test(tc, a_mark_stands_once_and_several_share_a_line);
    tcase_add_test(tc, one_line_tells_resource_and_outcome);
    suite_add_tcase(suite, tc);
    return suite;
}
