/* SPDX-License-Identifier: MIT */
/* What is no scenario is read as closely: the catalogue and what cites it, profiles and
 * adapters; each mistake is told once, where it stands. */
#include <check.h>

#include "run/bugnotes.h"
#include "script/adapter.h"
#include "script/baseline.h"
#include "script/history.h"
#include "script/profile.h"
#include "script/scenario.h"
#include "script/watch.h"

Suite *reader_kinds_suite(void);

static struct arena *a;
static struct mistakes m;

static void begin(void)
{
    a = arena_new(NULL);
    m = (struct mistakes){ .arena = a };
}

static void end(void)
{
    arena_end(a);
}

static struct line *lines_of(const char *text, size_t *count)
{
    return lines_read(a, "t.acme", str_of(text), count, &m);
}

static struct requirements *catalogue_of(const char *text)
{
    struct requirements *all = NEW(a, struct requirements);
    size_t count;
    struct line *lines = lines_of(text, &count);
    requirements_add(a, all, lines, count, &m);
    requirements_sort(all, &m);
    return all;
}

static void ck_told(const char *const wanted[], size_t most)
{
    size_t count = 0;
    for (; count < most && wanted[count] && count < m.list.count; count++)
        ck_assert_str_eq(m.list.item[count].ptr, wanted[count]);
    ck_assert_msg(count == m.list.count, "%.*s", STR_ARG(m.list.item[count]));
    ck_assert(count == most || !wanted[count]);
}

/* --- the catalogue --- */

#define ENTRY(id, level, binds)                                                          \
    "requirement " id "\n  level " level "\n  binds " binds "\n  says It is so\n"

/* clang-format off */
static const struct { const char *text; const char *mistakes[3]; } entries[] = {
    { ENTRY("rfc1-1-1", "MUST", "both") "  observable server client\n", { NULL } },
    { ENTRY("rfc1-1-1", "MAYBE", "both"), { "t.acme:2:9: the level is MUST, MUST NOT, SHOULD, SHOULD NOT, MAY or stated" } },
    { "requirement rfc1-1-1\n  says x\n", { "t.acme:1:1: the level is MUST, MUST NOT, SHOULD, SHOULD NOT, MAY or stated" } },
    { ENTRY("rfc1-1-1", "MUST", "both") "  observable server world\n", { "t.acme:5:21: what can be seen is seen by server, client or nobody" } },
    { ENTRY("rfc1-1-1", "MUST", "both") ENTRY("rfc1-1-2", "MUST", "both") ENTRY("rfc1-1-1", "MAY", "both"), { "t.acme:9:1: the id rfc1-1-1 stands there already, in t.acme:1" } },
};
/* clang-format on */

START_TEST(an_entry_is_as_it_has_to_be)
{
    catalogue_of(entries[_i].text);
    ck_told(entries[_i].mistakes, countof(entries[_i].mistakes));
}
END_TEST

/* --- what cites it --- */

#define MANY                                                                             \
    ENTRY("rfc1-1-1", "MUST", "server")                                                  \
    ENTRY("rfc1-1-2", "MUST", "client")                                                  \
    ENTRY("rfc1-1-3", "stated", "both")                                                  \
    ENTRY("rfc1-1-4", "SHOULD", "server")
#define SERVER(rule) "scenario  A\nsuite server\nrule " rule "\nget directory\n"
#define CLIENT(rule) "scenario  A\nsuite client\nrule " rule "\nrun obtain ${domain}\n"

/* clang-format off */
static const struct { const char *text; const char *mistakes[3]; } citing[] = {
    { SERVER("rfc1-1-1") "must 200\n", { NULL } },
    { SERVER("rfc1-1-3") "must 200\n", { NULL } },
    { SERVER("rfc1-1-2 rfc1-1-3") "must 200\n", { NULL } },
    { SERVER("rfc1-1-2") "should 200\n", { NULL } },
    { SERVER("rfc1-1-2") "must 200\n", { "t.acme:5:1: what this must rests on binds the other side: in suite server a must has to rest on an entry that binds the server" } },
    { CLIENT("rfc1-1-1 house") "must client issued\n", { "t.acme:5:1: what this must rests on binds the other side: in suite client a must has to rest on an entry that binds the client" } },
    { CLIENT("rfc1-1-2") "must client issued\n  rule rfc1-1-1\n", { "t.acme:5:1: what this must rests on binds the other side: in suite client a must has to rest on an entry that binds the client" } },
    { SERVER("rfc1-1-4") "must 200\n", { "t.acme:5:1: a must has to rest on a MUST, MUST NOT or stated entry; these are weaker, so write should" } },
    /* an id that is not there is told once, and at its own place */
    { SERVER("rfc1-1-1 rfc1-1-11") "must 200\nmust 2xx\n", { "t.acme:3:15: the catalogue has no rfc1-1-11; did you mean rfc1-1-1?" } },
    { SERVER("rfc1-1-1") "must 200\n  rule house rfc9999-1-1\n", { "t.acme:6:14: the catalogue has no rfc9999-1-1" } },
    { "scenario  A\nsuite server\nrule rfc1-1-1 ?\nget directory\nmust 200\n", { "t.acme:3:15: \"?\" where nothing more was expected; it is written: rule ID..." } },
};
/* clang-format on */

START_TEST(a_must_cites_what_binds_the_side_under_test)
{
    struct requirements *all = catalogue_of(MANY);
    scenario_read(a, STR("t"), "t.acme", str_of(citing[_i].text), all, &m);
    ck_told(citing[_i].mistakes, countof(citing[_i].mistakes));
}
END_TEST

START_TEST(a_watch_cites_likewise)
{
    static const char *const wanted[] = {
        "w.acme:4:17: the catalogue has no rfc1-1-9; did you mean rfc1-1-1?",
        "w.acme:9:3: what this must rests on binds the other side: in suite client a "
        "must "
        "has to rest on an entry that binds the client"
    };
    struct requirements *all = catalogue_of(MANY);
    struct watches watches = { 0 };
    size_t count;
    struct line *lines = lines_read(
        a, "w.acme",
        STR("watch one\n  title T\n  suite server\n  rule rfc1-1-1 rfc1-1-9\n  must 200\n"
            "watch two\n  title T\n  suite client\n  must 200\n  rule rfc1-1-1\n"),
        &count, &m);
    watches_add(a, &watches, lines, count, all, &m);
    ck_told(wanted, countof(wanted));
}
END_TEST

/* --- profiles, adapters, baselines --- */

/* clang-format off */
static const struct { const char *text; const char *mistakes[3]; } profiles[] = {
    { "profile p\n  eab k zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W\n  offers ip\n  lacks ipv6 because it is old\n", { NULL } },
    { "profile p\n  eab k not-base64!\n", { "t.acme:2:9: the MAC key is written in base64url, as the CA gives it out" } },
    { "profile p\n  lacks ip because it is old\n  offers wildcard ip\n", { "t.acme:2:9: ip is offered above" } },
    { "profile p\n  offers tepots\n", { "t.acme:2:10: \"tepots\" where CAPABILITY was expected; it is written: offers CAPABILITY..." } },
    { "profile p\n  nonce-retries 0\n  deadline-factor 1001\n", { "t.acme:2:17: this is a number from 1 to 1000", "t.acme:3:19: this is a number from 1 to 1000" } },
    { "profile p\nprofile q\n", { "t.acme:2:1: one file holds one profile" } },
};
static const struct { const char *text; const char *mistakes[3]; } adapters[] = {
    { "client c\n  http-01 true\n  offers wildcard\n  lacks ip because it is old\n", { NULL } },
    { "client c\n  http-01 true\n  offers ip\n  lacks ip because it is old\n", { "t.acme:4:9: ip is offered above" } },
    { "client c\n  about x\n", { "t.acme:1:1: an adapter says how to obtain a certificate: http-01, dns-01 or tls-alpn-01" } },
    { "client c\n  http-02 true\n", { "t.acme:2:3: \"http-02\" is not a word of an adapter; did you mean \"http-01\"?" } },
    { "client c\n  http-01 tiny --dir \"$directory\" $domains\n  renew tiny $nosuch --root \"${rooot}\"\n",
      { "t.acme:3:14: nobody sets $nosuch (see acmespec help variables)", "t.acme:3:29: nobody sets $rooot (see acmespec help variables); did you mean \"root\"?" } },
    { "client c\n  always own=x; for one in a b; do :; done\n  http-01 tiny $own $one ${other:-} '$quoted' \\$escaped $HOME $http_proxy $1 $? # $comment isn't it\n", { NULL } },
    { "client c\n  http-01 tiny \"$root\n  http-01 more\n", { "t.acme:3:3: a quote (\") is never closed" } },
    { "client c\n  http-01 tiny 'a\n  http-01 b'\n  renew tiny \"it's\"\n", { NULL } },
    { "client c\n  http-01 cat <<END\n  http-01 it's\n  http-01 END\n", { NULL } },
    { "client c\n  about it's tiny\n  install ask who's there\n  http-01 tiny\n", { NULL } },
    { "client c\n  http-01 true\nclient d\n", { "t.acme:3:1: one file holds one adapter" } },
};
/* clang-format on */

START_TEST(a_profile_is_read_closely)
{
    struct profile profile;
    size_t count;
    struct line *lines = lines_of(profiles[_i].text, &count);
    profile_from(a, lines, count, &profile, &m);
    ck_told(profiles[_i].mistakes, countof(profiles[_i].mistakes));
}
END_TEST

START_TEST(an_adapter_is_read_closely)
{
    struct adapter adapter;
    size_t count;
    struct line *lines = lines_of(adapters[_i].text, &count);
    adapter_from(a, lines, count, &adapter, &m);
    ck_told(adapters[_i].mistakes, countof(adapters[_i].mistakes));
}
END_TEST

START_TEST(a_baseline_cites_what_is_there)
{
    static const char *const wanted[] = {
        "t.acme:7:14: the catalogue has no rfc1-1-9; did you mean rfc1-1-1?"
    };
    struct requirements *all = catalogue_of(MANY);
    struct baseline b;
    size_t count;
    struct line *lines = lines_of("baseline b\n  version 1\n\nexpect server/x\n  verdict "
                                  "fail\n  because x\n  rule house rfc1-1-9\n",
                                  &count);
    baseline_from(a, lines, count, all, &b, &m);
    ck_told(wanted, countof(wanted));
}
END_TEST

/* --- no mistake follows from another --- */

/* clang-format off */
static const struct { const char *text; const char *mistakes[3]; } alone[] = {
    { "watch w\n  titel T\n  suite server\n  rule house\n  should 200\n", { "t.acme:2:3: \"titel\" is not a word of a watch; did you mean \"title\"?" } },
    { "watch w\n  title T\n  suite server\n  rule house\n  should 9xx\n", { "t.acme:5:10: \"9xx\" is no status: write 100 to 599, or a class such as 4xx" } },
    { "watch w\n  title T\n  suite server\n  rool house\n  should 200\n", { "t.acme:4:3: \"rool\" is not a word of a watch" } },
    { "requirement rfc1-1-1\n  levl MUST\n  binds both\n  says x\n", { "t.acme:2:3: \"levl\" is not a word of a requirement; did you mean \"level\"?" } },
    { "requirement rfc1-1-1\n  level MUST\n  binds all\n  says x\n", { "t.acme:3:9: \"all\" where server|client|both was expected; it is written: binds server|client|both" } },
    { "expect server/x\n  verdict fail green\n  because x\n  rule house\n", { "t.acme:2:16: a verdict is fail, warn, inconclusive, skip or pass" } },
    { "expect server/x\n  verdikt fail\n  because x\n  rule house\n", { "t.acme:2:3: \"verdikt\" is not a word of an expect; did you mean \"verdict\"?" } },
    { "history N-1\n  suit server\n  who x\n  source x\n  says x\n  shown-by x\n", { "t.acme:2:3: \"suit\" is not a word of a row of history; did you mean \"suite\"?" } },
    { "bug no-such-bug\n  also *\n  because x\n", { "t.acme:1:5: there is no planted bug \"no-such-bug\"" } },
};
/* clang-format on */

static void read_by_kind(const struct line *lines, size_t count)
{
    struct watches watches = { 0 };
    struct requirements requirements = { .item = NULL };
    struct baseline baseline;
    struct history history = { .row = NULL };
    struct bugnotes notes = { .bug = NULL };
    if (lines->verb->id == VERB_WATCH)
        watches_add(a, &watches, lines, count, NULL, &m);
    else if (lines->verb->id == VERB_REQUIREMENT)
        requirements_add(a, &requirements, lines, count, &m);
    else if (lines->verb->id == VERB_HISTORY)
        history_add(a, &history, lines, count, &m);
    else if (lines->verb->id == VERB_BUG)
        bugnotes_add(a, lines, count, &notes, &m);
    else
        baseline_from(a, lines, count, NULL, &baseline, &m);
}

START_TEST(a_mistake_brings_no_other)
{
    size_t count;
    const struct line *lines = lines_of(alone[_i].text, &count);
    read_by_kind(lines, count);
    ck_told(alone[_i].mistakes, countof(alone[_i].mistakes));
}
END_TEST

Suite *reader_kinds_suite(void)
{
    Suite *s = suite_create("reader_kinds");
    TCase *t = tcase_create("reader_kinds");
    tcase_add_checked_fixture(t, begin, end);
    tcase_add_loop_test(t, an_entry_is_as_it_has_to_be, 0, countof(entries));
    tcase_add_loop_test(t, a_must_cites_what_binds_the_side_under_test, 0,
                        countof(citing));
    tcase_add_test(t, a_watch_cites_likewise);
    tcase_add_loop_test(t, a_profile_is_read_closely, 0, countof(profiles));
    tcase_add_loop_test(t, an_adapter_is_read_closely, 0, countof(adapters));
    tcase_add_test(t, a_baseline_cites_what_is_there);
    tcase_add_loop_test(t, a_mistake_brings_no_other, 0, countof(alone));
    suite_add_tcase(s, t);
    return s;
}
