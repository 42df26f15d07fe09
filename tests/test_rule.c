/* SPDX-License-Identifier: MIT */
/* Rules as they are read: from a scenario, a script, and one line of a command line. */
#include <check.h>

#include "script/rule.h"
#include "script/scenario.h"

Suite *rule_suite(void);

static struct arena *a;

static void start(void)
{
    a = arena_new(NULL);
}

static void stop(void)
{
    arena_end(a);
}

static const struct rule *only(const char *text)
{
    struct rules_read rules = { 0 };
    struct mistakes m = { .arena = a };
    ck_assert_msg(rules_read(a, "t", str_of(text), &rules, &m), "%s: %s", text,
                  m.list.count ? m.list.item[0].ptr : "");
    ck_assert_uint_eq(rules.count, 1);
    return rules.row;
}

static str effect_text(const struct rule *rule, size_t index)
{
    const struct effect *e = &rule->effect[index];
    str text = str_of(effect_names[e->kind]);
    for (size_t i = 0; i < e->words.count; i++)
        text = arena_printf(a, "%.*s|%.*s", STR_ARG(text), STR_ARG(e->words.item[i]));
    return text;
}

/* clang-format off */
static const struct {
    const char *line;
    enum resource resource;
    size_t after, times;
} schedules[] = {
    { "on newOrder reply 500", RESOURCE_NEW_ORDER, 0, 0 },
    { "on newOrder always reply 500", RESOURCE_NEW_ORDER, 0, 0 },
    { "on finalize first reply 500", RESOURCE_FINALIZE, 0, 1 },
    { "on order times 3 reply 500", RESOURCE_ORDER, 0, 3 },
    { "on order after 2 reply 500", RESOURCE_ORDER, 2, 0 },
    { "on order after 2 times 3 reply 500", RESOURCE_ORDER, 2, 3 },
    { "on order first after 4 reply 500", RESOURCE_ORDER, 4, 1 },
    { "on order; reply 500", RESOURCE_ORDER, 0, 0 },
    { "on order after 2 times 3 ; reply 500", RESOURCE_ORDER, 2, 3 },
};

static const struct {
    const char *line, *effects[4];
} written[] = {
    { "on newOrder reply 429 rateLimited; retry-after 3s", { "reply|429|rateLimited", "retry-after|3s" } },
    { "on newOrder retry-after 3s as date; reply 503", { "reply|503", "retry-after|3s|as|date" } },
    { "on newOrder header Content-Type: text/html; charset=utf-8; delay 1s", { "header|Content-Type: text/html; charset=utf-8", "delay|1s" } },
    { "on newOrder\n  reply 400 urn:x:y\n  detail two; words of it\n", { "detail|two; words of it", "reply|400|urn:x:y" } },
    { "on newOrder reply 503; ", { "reply|503" } },
    { "on newOrder raw-answer \"a; delay 3s\"; delay 1s", { "delay|1s", "raw-answer|a; delay 3s" } },
    { "on newOrder detail why; not; reply 503 ;delay 1s;", { "detail|why; not", "reply|503", "delay|1s" } },
    { "on certificate chain leaf-only crlf", { "chain|leaf-only|crlf" } },
    { "on finalize processing 3; invalid serverInternal", { "processing|3", "invalid|serverInternal" } },
    { "on handshake first alpn h2", { "alpn|h2" } },
    { "on any raw-answer \"HTTP/1.1 200 Odd\\r\\n\\r\\n\"", { "raw-answer|HTTP/1.1 200 Odd\r\n\r\n" } },
};

static const struct {
    const char *line, *mistake;
} wrong[] = {
    { "", "t:1:1: a rule begins with `on RESOURCE`" },
    { "on newOrder", "t:1:1: nothing happens: a rule needs a clause such as reply" },
    { "on newOrder replly 500", "t:2:3: \"replly\" is not a word of a rule of the mock CA; did you mean \"reply\"?" },
    { "on newOrder after 2; delai 1s", "t:2:3: \"delai\" is not a word of a rule of the mock CA; did you mean \"delay\"?" },
    { "on newOrder reply 429 rateLimited; retry-aftr 3s", "t:3:3: \"retry-aftr\" is not a word of a rule of the mock CA" },
    { "on newOrdr reply 400", "t:1:4: \"newOrdr\" where RESOURCE was expected (did you mean \"newOrder\"?)" },
    { "on newOrder reply 42", "t:2:9: an answer has a status of 200 to 999" },
    { "on newOrder reply 400 badNounce", "t:2:13: \"badNounce\" is no error type of ACME and no URI; did you mean \"badNonce\"?" },
    { "on newOrder first times 2 reply 400", "t:1:19: times is at least 1, and stands alone: first is times 1" },
    { "on newOrder times 0 reply 400", "t:1:13: times is at least 1" },
    { "on newOrder processing 2", "t:2:3: processing does nothing on newOrder" },
    { "on any expired", "t:2:3: expired does nothing on any" },
    { "on order alpn h2", "t:2:3: alpn does nothing on order" },
    { "on handshake reply 500", "t:2:3: reply does nothing on handshake" },
    { "on handshake alpn \"\"", "t:2:8: a protocol's name has 1 to 255 bytes" },
    { "on handshake alpn h2; when method is GET", "t:3:8: a handshake has nothing yet" },
    { "on order chain text", "t:2:3: chain does nothing on order" },
    { "on newOrder handled", "t:1:1: handled goes with reply" },
    { "on newOrder subproblem dns for a.test", "t:1:1: a subproblem goes with reply" },
    { "on newOrder detail x", "t:1:1: a detail goes with reply or invalid" },
    { "on finalize processing 1; reply 500", "t:1:1: with reply nothing is acted upon" },
    { "on order expired; when body /status is ready", "t:1:1: what is answered is not known" },
    { "on order invalid serverIntern", "t:2:11: \"serverIntern\" is no error type of ACME" },
    { "on order delay 1s; when gap at least 3s", "t:3:8: a rule can look at method" },
    { "on finalize delay 1s; when csr fits", "t:3:8: a rule can look at method" },
    { "on finalize delay 1s; when csr own-key", "t:3:8: a rule can look at method" },
    { "on order header X", "t:2:10: a header is written NAME: VALUE" },
    { "on order header Bad Name: x", "t:2:10: the name of a header has no blanks" },
    { "on order add-header : x", "t:2:14: a header is written NAME: VALUE" },
    { "on order header content-length: 7", "t:2:10: Content-Length is what `length` claims" },
    { "on order add-header Transfer-Encoding: gzip", "t:2:14: how a body is transferred" },
    { "on order header Date:", "t:2:10: an answer always has a Date" },
    { "on order drip 1s 0", "t:2:8: a piece of a body has at least 1 byte" },
    { "on finalize processing 0", "t:2:14: an order is processing for at least 1 poll" },
    { "on order clock ahead 500ms", "t:2:9: a clock jumps by at least 1s" },
    { "on order body ${domain}", "t:2:8: ${domain} has no value here" },
    { "on order body { \"a\": \"${domain}\" }", "t:2:8: ${domain} has no value here" },
    { "on order spoil htlm", "t:2:9: \"htlm\" where SPOIL was expected (did you mean \"html\"?)" },
    { "ca no-terms\n", "t:1:1: a setting of the CA is for its start, in a file for --script" },
    { "on order\n  reply 400\nprofile x\n", "t:3:1: only rules and settings of the CA stand in such a file" },
};
/* clang-format on */

START_TEST(schedules_are_counted)
{
    const struct rule *rule = only(schedules[_i].line);
    ck_assert_int_eq(rule->resource, schedules[_i].resource);
    ck_assert(!rule->any);
    ck_assert_uint_eq(rule->after, schedules[_i].after);
    ck_assert_uint_eq(rule->times, schedules[_i].times);
}
END_TEST

START_TEST(clauses_are_kept_in_the_order_of_their_doing)
{
    const struct rule *rule = only(written[_i].line);
    size_t count = 0;
    for (; count < countof(written[_i].effects) && written[_i].effects[count]; count++) {
        ck_assert_uint_lt(count, rule->effect_count);
        str got = effect_text(rule, count);
        ck_assert_msg(str_is(got, written[_i].effects[count]), "%s: %.*s",
                      written[_i].line, STR_ARG(got));
    }
    ck_assert_uint_eq(rule->effect_count, count);
}
END_TEST

START_TEST(mistakes_are_named_with_their_place)
{
    struct rules_read rules = { 0 };
    struct mistakes m = { .arena = a };
    ck_assert_msg(!rules_read(a, "t", str_of(wrong[_i].line), &rules, &m), "%s",
                  wrong[_i].line);
    ck_assert_uint_ge(m.list.count, 1);
    ck_assert_msg(str_contains(m.list.item[0], str_of(wrong[_i].mistake)), "%s: %s",
                  wrong[_i].line, m.list.item[0].ptr);
}
END_TEST

START_TEST(when_tells_what_it_looks_at)
{
    ck_assert(only("on any delay 1s")->any);
    ck_assert(!only("on order delay 1s; when method is POST")->on_answer);
    ck_assert(!only("on order delay 1s; when request /csr present")->on_answer);
    ck_assert(!only("on order delay 1s; when payload is {}")->on_answer);
    ck_assert(!only("on any delay 1s; when sent User-Agent absent")->on_answer);
    ck_assert(!only("on any delay 1s; when protected /alg is ES256")->on_answer);
    ck_assert(!only("on finalize delay 1s; when csr usages count 0")->on_answer);
    const struct rule *rule =
        only("on order delay 1s; when 200; when body /status is ready");
    ck_assert(rule->on_answer);
    ck_assert_uint_eq(rule->when_count, 2);
}
END_TEST

#define CLIENT "scenario A title\nsuite client\nrule house\n"
#define CHECKS "run obtain ${domain}\nshould client issued\n"

static size_t mistakes_of(const char *text, struct scenario **s)
{
    struct mistakes m = { .arena = a };
    *s = scenario_read(a, STR("x"), "t", str_of(text), NULL, &m);
    return m.list.count;
}

START_TEST(a_client_scenario_holds_rules)
{
    struct scenario *s;
    ck_assert_uint_eq(mistakes_of(CLIENT "on newOrder first\n  reply 429 rateLimited\n"
                                         "  detail not for ${domain}\n"
                                         "on order\n  redirect ${url}\n" CHECKS,
                                  &s),
                      0);
    ck_assert_uint_eq(s->rules_on.count, 2);
    ck_assert(str_is(s->rules_on.row[0].text, "on newOrder first"));
    ck_assert_uint_eq(s->step_count, 2);
    ck_assert_uint_eq(mistakes_of(CLIENT "on order\n  redirect ${none}\n" CHECKS, &s), 1);
    ck_assert_uint_eq(mistakes_of(CLIENT "get ${url}\n" CHECKS, &s), 1);
    ck_assert_uint_eq(mistakes_of("scenario A title\nsuite server\nrule house\n"
                                  "on order\n  delay 1s\nget directory\nshould 200\n",
                                  &s),
                      1);
}
END_TEST

Suite *rule_suite(void)
{
    Suite *suite = suite_create("rule");
    TCase *c = tcase_create("rule");
    tcase_add_checked_fixture(c, start, stop);
    tcase_add_loop_test(c, schedules_are_counted, 0, countof(schedules));
    tcase_add_loop_test(c, clauses_are_kept_in_the_order_of_their_doing, 0,
                        countof(written));
    tcase_add_loop_test(c, mistakes_are_named_with_their_place, 0, countof(wrong));
    tcase_add_test(c, when_tells_what_it_looks_at);
    tcase_add_test(c, a_client_scenario_holds_rules);
    suite_add_tcase(suite, c);
    return suite;
}
