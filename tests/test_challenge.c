/* SPDX-License-Identifier: MIT */
/* What challenges and their responses are made of, by the examples of the RFCs. */
#include <check.h>

#include "acme/challenge.h"

Suite *challenge_suite(void);

static struct arena *a;

static void set_up(void)
{
    a = arena_new(NULL);
}

static void tear_down(void)
{
    arena_end(a);
}

/* The token is RFC 8555's own (8.3); the digest was made by coreutils' sha256sum. */
START_TEST(a_response_is_made_of_token_and_thumbprint)
{
    str token = STR("LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0");
    str keyauth = challenge_key_authorization(
        a, token, STR("9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI"));
    ck_assert_str_eq(keyauth.ptr,
                     "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0."
                     "9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI");
    ck_assert_str_eq(challenge_txt(a, keyauth).ptr,
                     "LPsIwTo7o8BoG0-vjCyGQGBWSVIPxI-i_X336eUOQZo");
    ck_assert_str_eq(challenge_path(a, token).ptr,
                     "/.well-known/acme-challenge/"
                     "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0");
    ck_assert_str_eq(challenge_txt_name(a, STR("www.example.org")).ptr,
                     "_acme-challenge.www.example.org");
}
END_TEST

/* clang-format off */
static const struct { const char *identifier, *sni; } names[] = {
    { "example.org", "example.org" },
    { "192.0.2.1", "1.2.0.192.in-addr.arpa" },
    /* RFC 3596 2.5 */
    { "4321:0:1:2:3:4:567:89ab",
      "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa" },
    { "1.2.3", "1.2.3" },
    { "", "" },
};
/* clang-format on */

START_TEST(the_sni_of_an_address_is_its_reverse_name)
{
    str sni = challenge_sni(a, str_of(names[_i].identifier));
    ck_assert_str_eq(str_z(a, sni), names[_i].sni);
}
END_TEST

Suite *challenge_suite(void)
{
    Suite *suite = suite_create("challenge");
    TCase *tests = tcase_create("challenge");
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, a_response_is_made_of_token_and_thumbprint);
    tcase_add_loop_test(tests, the_sni_of_an_address_is_its_reverse_name, 0,
                        (int)countof(names));
    suite_add_tcase(suite, tests);
    return suite;
}
