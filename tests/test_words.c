/* SPDX-License-Identifier: MIT */
/* The RFC's words: every table is full, and the state machines of RFC 8555 7.1.6 allow
 * what the figures and the text allow and nothing else. */
#include <check.h>

#include "acme/words.h"

Suite *words_suite(void);

/* clang-format off */
static const struct {
    enum object object;
    const char *from, *to;
    bool legal;
} changes[] = {
    { OBJECT_CHALLENGE, "pending", "processing", true },
    { OBJECT_CHALLENGE, "processing", "processing", true },
    { OBJECT_CHALLENGE, "processing", "valid", true },
    { OBJECT_CHALLENGE, "processing", "invalid", true },
    { OBJECT_CHALLENGE, "pending", "valid", true },   /* "processing" was not seen */
    { OBJECT_CHALLENGE, "pending", "invalid", true },
    { OBJECT_CHALLENGE, "processing", "pending", false },
    { OBJECT_CHALLENGE, "valid", "pending", false },
    { OBJECT_CHALLENGE, "valid", "invalid", false },
    { OBJECT_CHALLENGE, "invalid", "valid", false },
    { OBJECT_CHALLENGE, "invalid", "processing", false },
    { OBJECT_CHALLENGE, "pending", "ready", false },  /* not a challenge's word */

    { OBJECT_AUTHORIZATION, "pending", "valid", true },
    { OBJECT_AUTHORIZATION, "pending", "invalid", true },
    { OBJECT_AUTHORIZATION, "pending", "deactivated", true },
    { OBJECT_AUTHORIZATION, "pending", "expired", true },
    { OBJECT_AUTHORIZATION, "pending", "revoked", true },
    { OBJECT_AUTHORIZATION, "valid", "deactivated", true },
    { OBJECT_AUTHORIZATION, "valid", "expired", true },
    { OBJECT_AUTHORIZATION, "valid", "revoked", true },
    { OBJECT_AUTHORIZATION, "valid", "pending", false },
    { OBJECT_AUTHORIZATION, "valid", "invalid", false },
    { OBJECT_AUTHORIZATION, "invalid", "valid", false },
    { OBJECT_AUTHORIZATION, "invalid", "pending", false },
    { OBJECT_AUTHORIZATION, "deactivated", "valid", false },
    { OBJECT_AUTHORIZATION, "expired", "deactivated", false },
    { OBJECT_AUTHORIZATION, "pending", "processing", false },

    { OBJECT_ORDER, "pending", "ready", true },
    { OBJECT_ORDER, "pending", "processing", true },
    { OBJECT_ORDER, "pending", "valid", true },
    { OBJECT_ORDER, "pending", "invalid", true },
    { OBJECT_ORDER, "ready", "processing", true },
    { OBJECT_ORDER, "ready", "valid", true },
    { OBJECT_ORDER, "ready", "invalid", true },
    { OBJECT_ORDER, "processing", "valid", true },
    { OBJECT_ORDER, "processing", "invalid", true },
    { OBJECT_ORDER, "valid", "invalid", true },       /* it expired */
    { OBJECT_ORDER, "ready", "pending", false },
    { OBJECT_ORDER, "processing", "ready", false },
    { OBJECT_ORDER, "valid", "processing", false },
    { OBJECT_ORDER, "invalid", "pending", false },
    { OBJECT_ORDER, "invalid", "valid", false },

    { OBJECT_ACCOUNT, "valid", "deactivated", true },
    { OBJECT_ACCOUNT, "valid", "revoked", true },
    { OBJECT_ACCOUNT, "deactivated", "valid", false },
    { OBJECT_ACCOUNT, "revoked", "valid", false },
    { OBJECT_ACCOUNT, "deactivated", "revoked", false },
    { OBJECT_ACCOUNT, "valid", "", false },
    { OBJECT_ACCOUNT, "", "valid", false },
};

static const struct { enum object object; const char *status; bool known; } statuses[] = {
    { OBJECT_ACCOUNT, "valid", true },       { OBJECT_ACCOUNT, "revoked", true },
    { OBJECT_ACCOUNT, "pending", false },    { OBJECT_ORDER, "ready", true },
    { OBJECT_ORDER, "deactivated", false },  { OBJECT_AUTHORIZATION, "expired", true },
    { OBJECT_AUTHORIZATION, "ready", false },{ OBJECT_CHALLENGE, "processing", true },
    { OBJECT_CHALLENGE, "expired", false },  { OBJECT_CHALLENGE, "", false },
    { OBJECT_ORDER, "Valid", false },
};
/* clang-format on */

START_TEST(a_change_of_status_is_legal_or_not)
{
    str from = str_of(changes[_i].from), to = str_of(changes[_i].to);
    ck_assert_msg(transition_legal(changes[_i].object, from, to) == changes[_i].legal,
                  "%s: %s to %s", object_names[changes[_i].object], changes[_i].from,
                  changes[_i].to);
}
END_TEST

START_TEST(a_status_is_known_or_not)
{
    ck_assert_int_eq(status_known(statuses[_i].object, str_of(statuses[_i].status)),
                     statuses[_i].known);
}
END_TEST

START_TEST(every_status_may_stay_and_none_leads_back_to_the_first)
{
    const char *const *words = object_statuses[_i];
    for (size_t i = 0; words[i]; i++) {
        ck_assert(transition_legal((enum object)_i, str_of(words[i]), str_of(words[i])));
        if (i > 0)
            ck_assert(
                !transition_legal((enum object)_i, str_of(words[i]), str_of(words[0])));
    }
}
END_TEST

static void is_full(const char *const names[], size_t count)
{
    for (size_t i = 0; i < count; i++) {
        ck_assert_ptr_nonnull(names[i]);
        ck_assert_int_eq(name_find(names, count, str_of(names[i])), (int)i);
    }
}

START_TEST(every_table_is_full_and_its_words_differ)
{
    is_full(problem_names, PROBLEM_COUNT);
    is_full(resource_names, RESOURCE_COUNT);
    is_full(object_names, OBJECT_COUNT);
    is_full(level_names, LEVEL_COUNT);
    is_full(challenge_names, CHALLENGE_COUNT);
}
END_TEST

START_TEST(the_directory_has_the_members_of_rfc_8555_and_rfc_9773)
{
    ck_assert_str_eq(resource_members[RESOURCE_NEW_NONCE], "newNonce");
    ck_assert_str_eq(resource_members[RESOURCE_KEY_CHANGE], "keyChange");
    ck_assert_str_eq(resource_members[RESOURCE_RENEWAL_INFO], "renewalInfo");
    ck_assert_str_eq(resource_members[RESOURCE_ORDER], "");
    ck_assert_str_eq(resource_members[RESOURCE_DIRECTORY], "");
}
END_TEST

START_TEST(only_must_must_not_and_stated_bind)
{
    bool binds = _i == LEVEL_MUST || _i == LEVEL_MUST_NOT || _i == LEVEL_STATED;
    ck_assert_int_eq(level_binds((enum level)_i), binds);
}
END_TEST

Suite *words_suite(void)
{
    Suite *suite = suite_create("words");
    TCase *tc = tcase_create("words");
    tcase_add_loop_test(tc, a_change_of_status_is_legal_or_not, 0, (int)countof(changes));
    tcase_add_loop_test(tc, a_status_is_known_or_not, 0, (int)countof(statuses));
    tcase_add_loop_test(tc, every_status_may_stay_and_none_leads_back_to_the_first, 0,
                        OBJECT_COUNT);
    tcase_add_test(tc, every_table_is_full_and_its_words_differ);
    tcase_add_test(tc, the_directory_has_the_members_of_rfc_8555_and_rfc_9773);
    tcase_add_loop_test(tc, only_must_must_not_and_stated_bind, 0, LEVEL_COUNT);
    suite_add_tcase(suite, tc);
    return suite;
}
