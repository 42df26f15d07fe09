/* SPDX-License-Identifier: MIT */
/* Which labels behind "xn--" are properly encoded: the samples of RFC 3492 7.1 in lower
 * case, and every way not to be. */
#include <check.h>

#include "mocks/ca_punycode.h"

Suite *ca_punycode_suite(void);

/* clang-format off */
static const struct { const char *label; bool good; const char *why; } labels[] = {
    { "egbpdaj6bu4bxfgehfvwxn", true, "(A) Arabic" },
    { "ihqwcrb4cv8a8dqg056pqjye", true, "(B) Chinese, simplified" },
    { "ihqwctvzc91f659drss3x8bo0yb", true, "(C) Chinese, traditional" },
    { "proprostnemluvesky-uyb24dma41a", true, "(D) Czech" },
    { "4dbcagdahymbxekheh6e0a7fei0b", true, "(E) Hebrew" },
    { "i1baa7eci9glrd9b2ae1bj0hfcgg6iyaf8o0a1dig0cd", true, "(F) Hindi" },
    { "n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa", true, "(G) Japanese" },
    { "989aomsvi5e83db1d2a355cv1e0vak1dwrv93d5xbh15a0dt30a5jpsd879ccm6fea98c", false, "(H) Korean: 69 characters" },
    { "b1abfaaepdrnnbgefbadotcwatmq2g4l", true, "(I) Russian" },
    { "porqunopuedensimplementehablarenespaol-fmd56a", true, "(J) Spanish" },
    { "tisaohkhngthchnitingvit-kjcr8268qyxafd2f1b9g", true, "(K) Vietnamese" },
    { "3b-ww4c5e180e575a65lsy2b", true, "(L) 3年b組金八先生" },
    { "-with-super-monkeys-pc58ag80a8qai00g7n9n", true, "(M) with a hyphen in front" },
    { "hello-another-way--fc4qua05auwb3674vfr0b", true, "(N)" },
    { "2-u9tlzr9756bt3uc0v", true, "(O)" },
    { "majikoi5-783gue6qz075azm5e", true, "(P)" },
    { "de-jg4avhby1noc0d", true, "(Q)" },
    { "d9juau41awczczp", true, "(R)" },
    { "mnchen-3ya", true, "a common one" }, { "bcher-kva", true, "a common one" },
    { "fa-hia", true, "sharp s: its own letter since RFC 5892" },
    { "-> $1.00 <--", false, "(S): not a host name, and all of it is ASCII" },
    { "", false, "nothing" }, { "-", false, "no digits" }, { "abc-", false, "all of it is ASCII" },
    { "0", false, "the number has no end" }, { "zzzzzzzzzzz", false, "the number overflows" },
    { "99999999", false, "the number overflows" },
    { "mnchen-3y", false, "cut" }, { "mnchen-3ya0", false, "more behind it" },
    { "Mnchen-3ya", false, "upper case" },
    { "mnchen-3yA", false, "a digit in upper case" },
    { "mnchen-3y_", false, "no digit" }, { "mnchen-3y\xc3\xbc", false, "not ASCII" },
    { "a", false, "U+0080, a control" }, { "mnchen-psa", false, "U+00DC, upper case" },
    { "ab-71t", false, "U+2014, a dash" }, { "ls8h", true, "U+1F4A9, which CAs do take" },
    { "zug", false, "U+200B, no space" },
    { "zca", true, "U+00DF alone" },
};
/* clang-format on */

START_TEST(a_label_is_properly_encoded_or_not)
{
    ck_assert_msg(punycode_good(str_of(labels[_i].label)) == labels[_i].good, "%s: %s",
                  labels[_i].label, labels[_i].why);
}
END_TEST

START_TEST(long_labels_and_nul_do_no_harm)
{
    char text[4096];
    memset(text, 'a', sizeof text);
    for (size_t len = 0; len < sizeof text; len += 7)
        ck_assert(!punycode_good((str){ text, len }));
    memset(text, '-', sizeof text);
    ck_assert(!punycode_good((str){ text, sizeof text }));
    ck_assert(!punycode_good(STR("mnchen\0-3ya")));
}
END_TEST

Suite *ca_punycode_suite(void)
{
    Suite *suite = suite_create("ca_punycode");
    TCase *t = tcase_create("ca_punycode");
    tcase_add_loop_test(t, a_label_is_properly_encoded_or_not, 0, countof(labels));
    tcase_add_test(t, long_labels_and_nul_do_no_harm);
    suite_add_tcase(suite, t);
    return suite;
}
