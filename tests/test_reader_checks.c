/* SPDX-License-Identifier: MIT */
/* Checks and clauses that could never hold, never fail, or never be judged are refused
 * when they are read: in scenarios and in watches. */
#include <check.h>

#include "script/scenario.h"
#include "script/watch.h"

Suite *reader_checks_suite(void);

#define HEAD "scenario  A title\nsuite     server\nrule      house\n"
#define CLIENT                                                                           \
    "scenario  A title\nsuite     client\nrule      house\nrun obtain ${domain}\n"
#define ALICE HEAD "given account a\n"
#define GET HEAD "get directory\n"
#define WATCH "watch  w\n  title  T\n  suite  server\n  rule   house\n"
#define CLIENT_WATCH "watch  w\n  title  T\n  suite  client\n  rule   house\n"

/* clang-format off */
static const struct { const char *text, *mistake; } scenarios[] = {
    /* statuses and types */
    { GET "should 9xx\n", "t.acme:5:8: \"9xx\" is no status: write 100 to 599, or a class such as 4xx" },
    { GET "should 600\n", "t.acme:5:8: \"600\" is no status: write 100 to 599, or a class such as 4xx" },
    { GET "should 099\n", "t.acme:5:8: \"099\" is no status: write 100 to 599, or a class such as 4xx" },
    { GET "should 2yy\n", "t.acme:5:8: \"2yy\" is no status: write 100 to 599, or a class such as 4xx" },
    { GET "should status is 2yy\n", "t.acme:5:18: \"2yy\" is no status: write 100 to 599, or a class such as 4xx" },
    { GET "should status is not 2000\n", "t.acme:5:22: \"2000\" is no status: write 100 to 599, or a class such as 4xx" },
    { GET "should status is 200 or 2o1\n", "t.acme:5:25: \"2o1\" is no status: write 100 to 599, or a class such as 4xx" },
    { GET "should count 600 at most 1\n", "t.acme:5:14: count is followed by STATUS|RESOURCE [STATUS], not by \"600\"" },
    { GET "should 200 or\n", "t.acme:5:1: nothing stands behind `or`" },
    { GET "should 400 badNonce or\n", "t.acme:5:1: nothing stands behind `or`" },
    { GET "should 200 200\n", "t.acme:5:12: `or` is missing before \"200\"" },
    { GET "should 200 or 200\n", "t.acme:5:15: \"200\" stands there twice" },
    { GET "should 400 or malformed\n", "t.acme:5:15: an error type stands behind the statuses without `or`" },
    { GET "should 400 malformed badNonce\n", "t.acme:5:22: `or` is missing before \"badNonce\"" },
    { GET "should 400 malformed or badNonse\n", "t.acme:5:25: \"badNonse\" is neither a status nor an error type of the registry; did you mean \"badNonce\"?" },
    { GET "should type is badNonse\n", "t.acme:5:16: \"badNonse\" is no error type of the registry, and no URI; did you mean \"badNonce\"?" },
    { GET "should type is not malformed or badNonse\n", "t.acme:5:33: \"badNonse\" is no error type of the registry, and no URI; did you mean \"badNonce\"?" },
    { GET "should 200\n  if type is badNonse\n", "t.acme:6:14: \"badNonse\" is no error type of the registry, and no URI; did you mean \"badNonce\"?" },
    { GET "should method is get\n", "t.acme:5:18: \"get\" is no method of HTTP" },
    { GET "should resource is newOrdr\n", "t.acme:5:20: \"newOrdr\" is no resource; did you mean \"newOrder\"?" },
    { GET "should object is ordr\n", "t.acme:5:18: \"ordr\" is no object of ACME; did you mean \"order\"?" },
    { GET "should operation is renew\n", "t.acme:5:1: operation is for watches of suite client" },
    { CLIENT "should operation is renew\n", "t.acme:5:1: operation is for watches of suite client" },
    { GET "should certificate key is k\n", "t.acme:5:27: \"k\" is no thumbprint of a key: write ${k.thumbprint}" },
    { GET "should csr key is P-257\n", "t.acme:5:19: \"P-257\" is no type of key; did you mean \"P-256\"?" },
    { GET "hello tls-1.2\nshould handshake is tls-12\n", "t.acme:6:21: \"tls-12\" is no version of TLS, and not \"refused\"; did you mean \"tls-1.2\"?" },
    { GET "should handshake is refused\n", "t.acme:5:1: there is no handshake to look at: no hello is sent before this check" },
    { HEAD "hello tls-1.2\nshould 200\n", "t.acme:5:1: there is no answer to look at: nothing is asked before this check" },
    { GET "hello tls-1.4\nshould 200\n", "t.acme:5:7: \"tls-1.4\" where TLSVERSION was expected (did you mean \"tls-1.0\"?); it is written: hello TLSVERSION [with SUITES...]" },
    { GET "hello tls-1.2 with rc5\nshould 200\n", "t.acme:5:20: \"rc5\" where SUITES was expected (did you mean \"rc4\"?); it is written: hello TLSVERSION [with SUITES...]" },
    { CLIENT "hello tls-1.2\nshould client issued\n", "t.acme:5:1: `hello` has no place in suite client" },
    /* values */
    { GET "should body /a is 1 or\n", "t.acme:5:1: a value is missing at the end" },
    { GET "should body /a is 1 or 1\n", "t.acme:5:24: the value stands there twice" },
    { GET "should body /a is 1 { \"b\": 1 }\n", "t.acme:5:21: \"the JSON value\" is one word too many" },
    { GET "should body /a matches date or\n", "t.acme:5:1: a value is missing at the end" },
    { GET "should body /a matches date or /${x}/\n", "t.acme:5:32: no ${name} is replaced in a /regular expression/; compare with is or contains" },
    { GET "should body /a of type string or text\n", "t.acme:5:34: \"text\" is no JSON type" },
    { GET "should body /a exists\n", "t.acme:5:16: \"exists\" is no test (see acmespec help tests); did you mean \"present\"?" },
    /* what follows a subject */
    { GET "should certificate foo is x\n", "t.acme:5:20: certificate is followed by names|ips|common-names|key|usages|form|chain|der|validity-days|not-before|not-after|serial|extension-OID|count|issuer|top-issuer|within-issuer, not by \"foo\"; did you mean \"form\"?" },
    { GET "should certificate extension-\n", "t.acme:5:20: certificate is followed by names|ips|common-names|key|usages|form|chain|der|validity-days|not-before|not-after|serial|extension-OID|count|issuer|top-issuer|within-issuer, not by \"extension-\"; did you mean \"extension-OID\"?" },
    { GET "should jws alg\n", "t.acme:5:12: jws is followed by form|key|url|signature, not by \"alg\"" },
    { GET "should queries htp at least 1\n", "t.acme:5:16: queries is followed by http|dns|tls|close [NAME] [DNSTYPE], not by \"htp\"; did you mean \"http\"?" },
    { GET "should queries dns a.test any at least 1\n", "t.acme:5:1: queries is one number, and `any` is of a list" },
    { GET "should time each at most 3s\n", "t.acme:5:1: time is one number, and `each` is of a list" },
    { GET "should body /a~2 present\n", "t.acme:5:13: \"/a~2\" is no JSON pointer: a ~ is followed by 0 or 1" },
    { GET "should protected alg is ES256\n", "t.acme:5:18: \"alg\" is no JSON pointer: it begins with /" },
    { CLIENT "should proofs http-02 count 1\n", "t.acme:5:15: proofs is followed by CHALLENGE|any, not by \"http-02\"; did you mean \"http-01\"?" },
    { CLIENT "should requests newOrdr count 1\n", "t.acme:5:17: requests is followed by RESOURCE, not by \"newOrdr\"; did you mean \"newOrder\"?" },
    { CLIENT "should client issued or gaveup\n", "t.acme:5:25: \"gaveup\" is no outcome; did you mean \"gave-up\"?" },
    { CLIENT "should client issued or\n", "t.acme:5:1: a value is missing at the end" },
    /* the suite */
    { GET "should client issued\n", "t.acme:5:1: client is of a client under test, and there is none in suite server" },
    { GET "should count newOrder at most 1\n", "t.acme:5:1: count is of a client under test, and there is none in suite server" },
    { GET "should 200\n  if leftovers any count 0\n", "t.acme:6:3: leftovers is of a client under test, and there is none in suite server" },
    { CLIENT "should 200\n", "t.acme:5:1: a status is of an answer to acmespec, and in suite client the client does the asking" },
    { CLIENT "should body /a is x\n", "t.acme:5:1: body is of an answer to acmespec, and in suite client the client does the asking" },
    { CLIENT "should alive a\n", "t.acme:5:1: alive is of an answer to acmespec, and in suite client the client does the asking" },
    /* statements and clauses */
    { HEAD "post newOrder\nshould 200\n", "t.acme:4:1: a post is signed: say `as ACCOUNT`, `with KEY`, or both" },
    { ALICE "post newOrder as a\n  nonce none\n  payload {}\n  nonce none\nshould 200\n", "t.acme:8:3: `nonce` stands there already, in line 6" },
    { ALICE "post newOrder as a\n  kid x\n  alg ES256\n  kid y\nshould 200\n", "t.acme:8:3: `kid` stands there already, in line 6" },
    { HEAD "suite server\nget directory\nshould 200\n", "t.acme:4:1: `suite` stands there already, in line 2" },
    { ALICE "given order o by a for ${domain}\npoll ${o.url} as a until body /status is\nshould 200\n", "t.acme:6:1: a value is missing at the end" },
    { ALICE "given order o by a for ${domain}\npoll ${o.url} as a until 200\n  or statuz is 200\nshould 200\n", "t.acme:7:6: \"statuz\" is nothing that can be checked (see acmespec help checks); did you mean \"status\"?" },
    { ALICE "get ${b\nshould 200\n", "t.acme:5:5: a ${ is not closed by }; a plain one is $${" },
    { ALICE "post newOrder as a\n  payload { \"x\": \"$${y} ${b\" }\nshould 200\n", "t.acme:6:11: a ${ is not closed by }; a plain one is $${" },
    { ALICE "post newOrder as a\n  payload { \"${a.url}\": 1 }\nshould 200\n", "t.acme:6:11: no ${name} is replaced in the name of a JSON member" },
    { HEAD "provision dns ${domain} A notanip\nget directory\nshould 200\n", "t.acme:4:27: an A record holds an IPv4 address, not \"notanip\"" },
    { HEAD "provision dns ${domain} A ::1\nget directory\nshould 200\n", "t.acme:4:27: an A record holds an IPv4 address, not \"::1\"" },
    { HEAD "provision dns ${domain} AAAA 127.0.0.1\nget directory\nshould 200\n", "t.acme:4:30: an AAAA record holds an IPv6 address, not \"127.0.0.1\"" },
    { HEAD "provision dns ${domain} any 127.0.0.1\nget directory\nshould 200\n", "t.acme:4:29: a record is of one type; of any, a name can servfail, nxdomain, refused, silent, truncate or empty" },
    /* the nearest word */
    { HEAD "given acount a\nget directory\nshould 200\n", "t.acme:4:1: \"given acount\" is not a word of a scenario; did you mean \"given account\"?" },
    { HEAD "at onec\nget directory\nshould 200\n", "t.acme:4:1: \"at onec\" is not a word of a scenario; did you mean \"at once\"?" },
    { HEAD "given\nget directory\nshould 200\n", "t.acme:4:1: \"given\" wants a second word: acmespec help given" },
    { HEAD "needs wildcrad\nget directory\nshould 200\n", "t.acme:4:7: \"wildcrad\" where CAPABILITY was expected (did you mean \"wildcard\"?); it is written: needs CAPABILITY..." },
    { HEAD "get directori\nshould 200\n", "t.acme:4:5: \"directori\" where TARGET was expected (did you mean \"directory\"?); it is written: get TARGET" },
    { ALICE "post newOrdr as a\nshould 200\n", "t.acme:5:6: \"newOrdr\" where TARGET was expected (did you mean \"newOrder\"?); it is written: post TARGET [as ACCOUNT] [with KEY]" },
    { ALICE "given authz z by a for ${domain}\nprovision http-02 for z\nget directory\nshould 200\n", "t.acme:6:11: \"http-02\" where CHALLENGE was expected (did you mean \"http-01\"?); it is written: provision CHALLENGE for AUTHZ" },
    { "scenario  A\nsuite servr\nget directory\nshould 200\n", "t.acme:2:7: \"servr\" where server|client was expected (did you mean \"server\"?); it is written: suite server|client" },
    /* in a line that goes on */
    { GET "should body /a\n  is 1\n  or 1\n", "t.acme:6:3: \"is\" is not a word of a check; did you mean \"if\"?" },
    { GET "should 200\n  body /a is 1\n    or 1\n", "t.acme:7:8: the value stands there twice" },
};

static const char *const good[] = {
    GET "should 200 or 4xx malformed or badNonce or urn:x:y\n",
    HEAD "for each type in badNonce malformed\nget directory\nshould 400 ${type}\n",
    GET "should type is badNonce or urn:x:y\n  if status is not 2xx or 404\n  if body present\n",
    GET "should certificate extension-1.2.3 is critical\nshould queries dns x.${domain} TXT at least 1\nshould query http User-Agent ${domain} matches /x/\n",
    GET "should csr key is P-256 or RSA-2048\nshould csr hash is anything\nshould certificate key is not 0123456789012345678901234567890123456789abc\n",
    GET "should body /a is a or { \"b\": 1 }\n",
    GET "should count 2xx at most 1\nshould gap at least 1s\nshould value ${domain} is x\n",
    CLIENT "should count newOrder 201 at most 1\nshould gap order processing at least 1s\nshould queries http localhost is 0\nshould stored own\n",
    ALICE "provision dns ${domain} AAAA ::1\nprovision dns ${domain} A servfail\nprovision dns ${domain} TXT any words\npost newOrder as a\n  header A: b\n  header C: d\n  tamper padded-payload\nshould 200\n",
};

static const struct { const char *text, *mistake; } watches[] = {
    { WATCH "  should header Replay-Nonce is ${w2}\n", "w.acme:5:33: a watch is for every scenario, and knows no ${names}; $${ is a plain ${" },
    { WATCH "  when body /status is ${domain}\n  should 200\n", "w.acme:5:24: a watch is for every scenario, and knows no ${names}; $${ is a plain ${" },
    { WATCH "  when status is 2yy\n  should 200\n", "w.acme:5:18: \"2yy\" is no status: write 100 to 599, or a class such as 4xx" },
    { WATCH "  should certificate nmaes is x\n", "w.acme:5:22: certificate is followed by names|ips|common-names|key|usages|form|chain|der|validity-days|not-before|not-after|serial|extension-OID|count|issuer|top-issuer|within-issuer, not by \"nmaes\"; did you mean \"names\"?" },
    { WATCH "  when operation is renew\n  should 200\n", "w.acme:5:3: operation is for watches of suite client" },
    { CLIENT_WATCH "  when operation is renewed\n  should 200\n", "w.acme:5:21: \"renewed\" is nothing that a client is told to do; did you mean \"renew\"?" },
    { WATCH "  should client issued\n", "w.acme:5:3: client is not of one message, and a watch looks at nothing else" },
    { WATCH "  should queries http at least 1\n", "w.acme:5:3: queries is not of one message, and a watch looks at nothing else" },
    { WATCH "  title  T\n  should 200\n", "w.acme:5:3: `title` stands there already, in line 2" },
    { WATCH "  should body /a is { \"b\": \"${c}\" }\n", "w.acme:5:21: a watch is for every scenario, and knows no ${names}; $${ is a plain ${" },
};
/* clang-format on */

static struct scenario *read_text(struct arena *a, const char *text, struct mistakes *m)
{
    *m = (struct mistakes){ .arena = a };
    return scenario_read(a, STR("t"), "t.acme", str_of(text), NULL, m);
}

START_TEST(what_can_never_hold_or_never_fail_is_refused)
{
    struct arena *a = arena_new(NULL);
    struct mistakes m;
    ck_assert_ptr_null(read_text(a, scenarios[_i].text, &m));
    ck_assert_uint_ge(m.list.count, 1);
    ck_assert_str_eq(m.list.item[0].ptr, scenarios[_i].mistake);
    arena_end(a);
}
END_TEST

START_TEST(what_can_do_both_is_read)
{
    struct arena *a = arena_new(NULL);
    struct mistakes m;
    if (!read_text(a, good[_i], &m))
        ck_abort_msg("%.*s", STR_ARG(m.list.item[0]));
    arena_end(a);
}
END_TEST

/* clang-format off */
static const struct { const char *text; const char *mistakes[8]; } whole[] = {
    /* names that are missed are told beside all else */
    { GET "should 200 badNonse\nget ${b}\nget ${c.url}\npost newOrder as d\nprovision http-01 for e\nget ${f}\n",
      { "5:12: \"badNonse\"", "6:5: ${b}", "7:5: ${c.url}", "8:18: no d is", "9:23: no e is", "10:5: ${f}" } },
    /* but for those that a line which came to nothing may have defined */
    { HEAD "given acount a\npost newOrder as a\n  payload { \"c\": \"${a.url} ${b}\" }\nshould alive a\n",
      { "4:1: \"given acount\"", "6:11: ${b}" } },
    { GET "  save x = bdy /a\nget ${x}\nget ${y}\nshould 200\n", { "5:12: \"bdy\"", "7:5: ${y}" } },
    { HEAD "given order o by a for ${domain} redy\nget ${o.url}\nshould 200\n", { "4:34: \"redy\"" } },
    { ALICE "post newOrder as a\n  payload { \"a\": 1,\n    \"b\": }\n  save x = nonce\nget ${x}\nshould 200\n", { "7:10: in this JSON" } },
    { ALICE "at once\ngiven key k\npost newOrder with k\nend\nshould 200\n", { "6:1: only posts" } },
    /* nor is missed what such a line may have said */
    { "scenario  A\nsuite servr\nrule house\nget directory\nshould 200\n", { "2:7: \"servr\"" } },
    { GET "shuold 200\n", { "5:1: \"shuold\"" } },
    { GET "should 9xx\n", { "5:8: \"9xx\"" } },
    { GET "should\n", { "5:1: CHECK is missing" } },
    { ALICE "at once\npost newOrder as a\nend now\n", { "7:5: \"now\"" } },
    { "scenario  A\nget ${x}\n", { "1:1: a `suite` line is missing", "1:1: nothing is checked", "2:5: ${x}" } },
};
/* clang-format on */

START_TEST(all_mistakes_are_told_and_none_that_follows_from_another)
{
    struct arena *a = arena_new(NULL);
    struct mistakes m;
    size_t count = 0;
    ck_assert_ptr_null(read_text(a, whole[_i].text, &m));
    for (; count < m.list.count && whole[_i].mistakes[count]; count++)
        ck_assert_msg(str_starts(str_from(m.list.item[count], strlen("t.acme:")),
                                 whole[_i].mistakes[count]),
                      "%.*s", STR_ARG(m.list.item[count]));
    ck_assert_ptr_null(whole[_i].mistakes[count]);
    ck_assert_msg(count == m.list.count, "%.*s", STR_ARG(m.list.item[count]));
    arena_end(a);
}
END_TEST

START_TEST(a_mistake_of_a_watch_is_named)
{
    struct arena *a = arena_new(NULL);
    struct mistakes m = { .arena = a };
    struct watches all = { 0 };
    size_t count;
    struct line *lines = lines_read(a, "w.acme", str_of(watches[_i].text), &count, &m);
    watches_add(a, &all, lines, count, NULL, &m);
    ck_assert_uint_ge(m.list.count, 1);
    ck_assert_str_eq(m.list.item[0].ptr, watches[_i].mistake);
    arena_end(a);
}
END_TEST

Suite *reader_checks_suite(void)
{
    Suite *s = suite_create("reader_checks");
    TCase *t = tcase_create("reader_checks");
    tcase_add_loop_test(t, what_can_never_hold_or_never_fail_is_refused, 0,
                        countof(scenarios));
    tcase_add_loop_test(t, what_can_do_both_is_read, 0, countof(good));
    tcase_add_loop_test(t, all_mistakes_are_told_and_none_that_follows_from_another, 0,
                        countof(whole));
    tcase_add_loop_test(t, a_mistake_of_a_watch_is_named, 0, countof(watches));
    suite_add_tcase(s, t);
    return s;
}
