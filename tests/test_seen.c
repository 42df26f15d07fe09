/* SPDX-License-Identifier: MIT */
/* Objects over time: which change of a status is a fault (RFC 8555 7.1.6), which members
 * may not change, and that answers which overlap prove nothing. */
#include <check.h>

#include "engine/seen.h"

Suite *seen_suite(void);

static struct arena *a;
static struct seen *s;
static struct exchange x;

static void begin(void)
{
    a = arena_new(NULL);
    s = seen_new(a);
}

static void finish(void)
{
    arena_end(a);
}

/* Notes an answer with that body, sent and done at these times. */
static void noted_at(enum resource resource, enum object object, const char *url,
                     const char *body, int64_t sent, int64_t done)
{
    struct err err;
    x = (struct exchange){ .request.url = str_of(url),
                           .resource = resource,
                           .has_object = true,
                           .object = object,
                           .body = json_read(a, str_of(body), &err),
                           .sent_us = sent,
                           .done_us = done };
    ck_assert_msg(x.body != NULL, "%s", err.text);
    seen_note(s, &x);
}

/* One after the other. */
static void noted(enum object object, const char *body)
{
    static const enum resource resources[] = {
        [OBJECT_ACCOUNT] = RESOURCE_ACCOUNT,
        [OBJECT_ORDER] = RESOURCE_ORDER,
        [OBJECT_AUTHORIZATION] = RESOURCE_AUTHORIZATION,
        [OBJECT_CHALLENGE] = RESOURCE_CHALLENGE,
    };
    static int64_t now;
    now += 10;
    noted_at(resources[object], object, "https://ca.test/1", body, now, now + 5);
}

static void noted_status(enum object object, const char *status)
{
    noted(object, arena_printf(a, "{\"status\":\"%s\"}", status).ptr);
}

/* clang-format off */
static const struct { enum object object; const char *from, *to; bool legal; } changes[] = {
    { OBJECT_CHALLENGE, "pending", "processing", true },
    { OBJECT_CHALLENGE, "pending", "valid", true },        /* processing was not seen */
    { OBJECT_CHALLENGE, "processing", "processing", true },/* retries: 8.2 */
    { OBJECT_CHALLENGE, "processing", "invalid", true },
    { OBJECT_CHALLENGE, "processing", "pending", false },
    { OBJECT_CHALLENGE, "valid", "invalid", false },
    { OBJECT_CHALLENGE, "valid", "pending", false },
    { OBJECT_CHALLENGE, "invalid", "valid", false },
    { OBJECT_CHALLENGE, "invalid", "processing", false },
    { OBJECT_AUTHORIZATION, "pending", "valid", true },
    { OBJECT_AUTHORIZATION, "pending", "invalid", true },
    { OBJECT_AUTHORIZATION, "pending", "deactivated", true },   /* 7.5.2; over valid */
    { OBJECT_AUTHORIZATION, "valid", "expired", true },
    { OBJECT_AUTHORIZATION, "valid", "deactivated", true },
    { OBJECT_AUTHORIZATION, "valid", "revoked", true },
    { OBJECT_AUTHORIZATION, "valid", "pending", false },
    { OBJECT_AUTHORIZATION, "valid", "invalid", false },
    { OBJECT_AUTHORIZATION, "invalid", "pending", false },
    { OBJECT_AUTHORIZATION, "invalid", "valid", false },
    { OBJECT_AUTHORIZATION, "deactivated", "valid", false },
    { OBJECT_AUTHORIZATION, "expired", "valid", false },
    { OBJECT_AUTHORIZATION, "revoked", "valid", false },
    { OBJECT_ORDER, "pending", "ready", true },
    { OBJECT_ORDER, "pending", "valid", true },
    { OBJECT_ORDER, "pending", "invalid", true },
    { OBJECT_ORDER, "ready", "processing", true },
    { OBJECT_ORDER, "ready", "invalid", true },
    { OBJECT_ORDER, "processing", "valid", true },
    { OBJECT_ORDER, "processing", "invalid", true },
    { OBJECT_ORDER, "processing", "ready", false },
    { OBJECT_ORDER, "ready", "pending", false },
    { OBJECT_ORDER, "valid", "processing", false },
    { OBJECT_ORDER, "valid", "invalid", true },  /* its authorization ended: the text */
    { OBJECT_ORDER, "valid", "ready", false },
    { OBJECT_ORDER, "invalid", "pending", false },
    { OBJECT_ORDER, "invalid", "valid", false },
    { OBJECT_ACCOUNT, "valid", "deactivated", true },
    { OBJECT_ACCOUNT, "valid", "revoked", true },
    { OBJECT_ACCOUNT, "deactivated", "valid", false },
    { OBJECT_ACCOUNT, "revoked", "valid", false },
    { OBJECT_ACCOUNT, "deactivated", "revoked", false },
};
/* clang-format on */

START_TEST(a_change_of_status_is_legal_or_a_fault)
{
    noted_status(changes[_i].object, changes[_i].from);
    ck_assert_uint_eq(seen_transition_fault(s).len, 0);
    noted_status(changes[_i].object, changes[_i].to);
    str fault = seen_transition_fault(s);
    if (changes[_i].legal) {
        ck_assert_msg(fault.len == 0, "%.*s", STR_ARG(fault));
        return;
    }
    str wanted =
        arena_printf(a, "the %s https://ca.test/1 was \"%s\" and is now \"%s\"",
                     object_names[changes[_i].object], changes[_i].from, changes[_i].to);
    ck_assert_msg(str_eq(fault, wanted), "%.*s", STR_ARG(fault));
    ck_assert_uint_eq(seen_identity_fault(s).len, 0);
    noted_status(changes[_i].object, changes[_i].to); /* it is told once */
    ck_assert_uint_eq(seen_transition_fault(s).len, 0);
}
END_TEST

START_TEST(an_object_without_a_status_is_no_fault)
{
    noted(OBJECT_ORDER, "{\"status\":\"valid\"}");
    noted(OBJECT_ORDER, "{}");
    ck_assert_uint_eq(seen_transition_fault(s).len, 0);
    noted(OBJECT_ORDER, "{\"status\":7}");
    ck_assert_uint_eq(seen_transition_fault(s).len, 0);
}
END_TEST

/* clang-format off */
static const struct { enum object object; const char *before, *now, *changed; } identities[] = {
    { OBJECT_ORDER, "{\"identifiers\":[{\"value\":\"a\"},{\"value\":\"b\"}]}",
      "{\"identifiers\":[{\"value\":\"b\"},{\"value\":\"a\"}]}", NULL },     /* in any order */
    { OBJECT_ORDER, "{\"identifiers\":[{\"value\":\"a\"}]}",
      "{\"identifiers\":[{\"value\":\"b\"}]}", "identifiers" },
    { OBJECT_ORDER, "{\"identifiers\":[{\"value\":\"a\"}]}",
      "{\"identifiers\":[{\"value\":\"a\"},{\"value\":\"b\"}]}", "identifiers" },
    { OBJECT_ORDER, "{\"identifiers\":[{\"value\":\"a\"},{\"value\":\"b\"}]}",
      "{\"identifiers\":[{\"value\":\"a\"}]}", "identifiers" },
    { OBJECT_ORDER, "{\"authorizations\":[\"u1\"]}", "{\"authorizations\":[\"u2\"]}", "authorizations" },
    { OBJECT_ORDER, "{\"authorizations\":[\"u1\"]}", "{}", NULL },
    { OBJECT_ORDER, "{}", "{\"authorizations\":[\"u1\"]}", NULL },
    { OBJECT_ORDER, "{\"expires\":\"x\"}", "{\"expires\":\"y\"}", NULL },
    { OBJECT_AUTHORIZATION, "{\"identifier\":{\"type\":\"dns\",\"value\":\"a\"}}",
      "{\"identifier\":{\"type\":\"dns\",\"value\":\"b\"}}", "identifier" },
    { OBJECT_CHALLENGE, "{\"token\":\"t\",\"type\":\"x\"}", "{\"token\":\"u\",\"type\":\"x\"}", "token" },
    { OBJECT_CHALLENGE, "{\"token\":\"t\",\"type\":\"x\"}", "{\"token\":\"t\",\"type\":\"y\"}", "type" },
    { OBJECT_ACCOUNT, "{\"contact\":[\"a\"]}", "{\"contact\":[\"b\"]}", NULL },
};
/* clang-format on */

START_TEST(what_an_object_is_about_stays)
{
    noted(identities[_i].object, identities[_i].before);
    noted(identities[_i].object, identities[_i].now);
    str fault = seen_identity_fault(s);
    if (!identities[_i].changed) {
        ck_assert_msg(fault.len == 0, "%.*s", STR_ARG(fault));
        return;
    }
    str wanted =
        arena_printf(a, "\"%s\" of the %s https://ca.test/1 is not what it was",
                     identities[_i].changed, object_names[identities[_i].object]);
    ck_assert_msg(str_eq(fault, wanted), "%.*s", STR_ARG(fault));
}
END_TEST

START_TEST(answers_that_overlap_are_not_compared)
{
    const char *url = "https://ca.test/1";
    noted_at(RESOURCE_ORDER, OBJECT_ORDER, url, "{\"status\":\"valid\"}", 10, 50);
    noted_at(RESOURCE_ORDER, OBJECT_ORDER, url, "{\"status\":\"ready\"}", 20, 40);
    ck_assert_uint_eq(seen_transition_fault(s).len, 0);
    /* What ended last is what counts. */
    noted_at(RESOURCE_ORDER, OBJECT_ORDER, url, "{\"status\":\"ready\"}", 60, 70);
    ck_assert_uint_gt(seen_transition_fault(s).len, 0);
    noted_at(RESOURCE_ORDER, OBJECT_ORDER, url, "{\"status\":\"pending\"}", 65, 80);
    ck_assert_uint_eq(seen_transition_fault(s).len, 0);
    noted_at(RESOURCE_ORDER, OBJECT_ORDER, url, "{\"status\":\"ready\"}", 90, 95);
    ck_assert_uint_eq(seen_transition_fault(s).len, 0);
}
END_TEST

START_TEST(challenges_are_seen_in_their_authorization)
{
    noted(OBJECT_AUTHORIZATION,
          "{\"status\":\"pending\",\"challenges\":[{\"url\":\"https://ca.test/c\","
          "\"status\":\"invalid\",\"token\":\"t\"},{\"status\":\"x\"},7]}");
    noted_at(RESOURCE_CHALLENGE, OBJECT_CHALLENGE, "https://ca.test/c",
             "{\"status\":\"pending\",\"token\":\"u\"}", 1000000, 1000001);
    ck_assert_uint_gt(seen_transition_fault(s).len, 0);
    ck_assert_uint_gt(seen_identity_fault(s).len, 0);
}
END_TEST

START_TEST(an_order_is_found_by_location_and_by_finalize)
{
    struct exchange made = { .request.url = STR("https://ca.test/new-order"),
                             .resource = RESOURCE_NEW_ORDER,
                             .has_object = true,
                             .object = OBJECT_ORDER,
                             .sent_us = 1,
                             .done_us = 2 };
    struct err err;
    headers_add(a, &made.response.headers, STR("Location"), STR("https://ca.test/o"));
    made.body = json_read(
        a, STR("{\"status\":\"ready\",\"finalize\":\"https://ca.test/f\"}"), &err);
    seen_note(s, &made);
    noted_at(RESOURCE_FINALIZE, OBJECT_ORDER, "https://ca.test/f",
             "{\"status\":\"pending\"}", 10, 11);
    ck_assert(
        str_contains(seen_transition_fault(s), STR("https://ca.test/o was \"ready\"")));
    noted_at(RESOURCE_ORDER, OBJECT_ORDER, "https://ca.test/o", "{\"status\":\"valid\"}",
             20, 21);
    ck_assert_uint_eq(seen_transition_fault(s).len, 0);
    noted_at(RESOURCE_FINALIZE, OBJECT_ORDER, "https://ca.test/other",
             "{\"status\":\"pending\"}", 30, 31);
    ck_assert_uint_eq(seen_transition_fault(s).len, 0);
    /* A second order at newOrder is another one. */
    made.sent_us = 40, made.done_us = 41;
    made.response.headers.item[0].value = STR("https://ca.test/o2");
    seen_note(s, &made);
    ck_assert_uint_eq(seen_transition_fault(s).len, 0);
}
END_TEST

START_TEST(what_is_no_object_is_passed_over)
{
    struct err err;
    noted_status(OBJECT_ORDER, "valid");
    x.body = json_read(a, STR("[]"), &err);
    seen_note(s, &x);
    x.has_object = false;
    x.body = NULL;
    seen_note(s, &x);
    ck_assert_uint_eq(seen_transition_fault(s).len, 0);
}
END_TEST

Suite *seen_suite(void)
{
    Suite *suite = suite_create("seen");
    TCase *t = tcase_create("seen");
    tcase_add_checked_fixture(t, begin, finish);
    tcase_add_loop_test(t, a_change_of_status_is_legal_or_a_fault, 0, countof(changes));
    tcase_add_test(t, an_object_without_a_status_is_no_fault);
    tcase_add_loop_test(t, what_an_object_is_about_stays, 0, countof(identities));
    tcase_add_test(t, answers_that_overlap_are_not_compared);
    tcase_add_test(t, challenges_are_seen_in_their_authorization);
    tcase_add_test(t, an_order_is_found_by_location_and_by_finalize);
    tcase_add_test(t, what_is_no_object_is_passed_over);
    suite_add_tcase(suite, t);
    return suite;
}
