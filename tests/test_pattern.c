/* SPDX-License-Identifier: MIT */
/* Usages against lines: what each placeholder takes, options and repetitions, and the
 * sentence for a line that does not fit.  And the tables of words themselves: every usage
 * is written in the language of usages. */
#include <check.h>
#include <ctype.h>

#include "script/pattern.h"
#include "script/subjects.h"
#include "script/verbs.h"

Suite *pattern_suite(void);

static struct arena *a;
static struct err err;
static size_t at;

static void begin(void)
{
    a = arena_new(NULL);
    err.text[0] = '\0';
}

static void finish(void)
{
    arena_end(a);
}

/* Words between blanks; a word in quotes is a quoted one, JSON begins with a brace. */
static struct line line_of(const char *text)
{
    struct line line = { .rest = str_of(text) };
    str rest = line.rest, word;
    while (rest.len && rest.ptr[0] != '{' && str_cut(&rest, ' ', &word)) {
        bool quoted = str_starts(word, "'");
        int column = (int)(word.ptr - text) + 1;
        if (quoted)
            word = (str){ word.ptr + 1, word.len - 2 };
        line.word = GROW(a, line.word, line.word_count, struct word);
        line.word[line.word_count++] = (struct word){ word, 1, column, quoted };
    }
    line.json = rest.len ? json_read(a, rest, &err) : NULL;
    return line;
}

/* clang-format off */
static const struct { const char *usage, *line, *args; } good[] = {
    { "", "", "" },
    { "NAME", "alice", "NAME=alice" },
    { "NAME [KEYTYPE]", "alice", "NAME=alice" },
    { "NAME [KEYTYPE]", "alice ES256", "NAME=alice KEYTYPE=ES256" },
    { "NAME [KEYTYPE] [deactivated]", "alice deactivated", "NAME=alice deactivated=deactivated" },
    { "NAME [KEYTYPE] [deactivated]", "alice P-384 deactivated", "NAME=alice KEYTYPE=P-384 deactivated=deactivated" },
    { "server|client", "client", "CHOICE=client" },
    { "NAME by ACCOUNT for DOMAIN... [ORDERSTATE] [over CHALLENGE]", "o by alice for a.test b.test",
      "NAME=o by=by ACCOUNT=alice for=for DOMAIN=a.test DOMAIN=b.test" },
    { "NAME by ACCOUNT for DOMAIN... [ORDERSTATE] [over CHALLENGE]", "o by alice for a.test ready over dns-01",
      "NAME=o by=by ACCOUNT=alice for=for DOMAIN=a.test ORDERSTATE=ready over=over CHALLENGE=dns-01" },
    { "NAME for DOMAIN... [with KEY]", "r for 'with' 'with' with k", "NAME=r for=for DOMAIN=with DOMAIN=with with=with KEY=k" },
    { "VALUE...", "a b c", "VALUE=a VALUE=b VALUE=c" },
    { "WORD... VALUE", "a b c", "WORD=a WORD=b VALUE=c" },  /* it gives one back */
    { "CAPABILITY because TEXT", "ip because it is  old", "CAPABILITY=ip because=because TEXT=it is  old" },
    { "TEXT", "all of it", "TEXT=all of it" },
    { "TARGET as ACCOUNT until CHECK", "${o.url} as alice until body /status is valid",
      "TARGET=${o.url} as=as ACCOUNT=alice until=until CHECK=body /status is valid" },
    { "JSON", "{\"a\":1}", "" },
    { "JSON|VALUE", "{\"a\":1}", "" },
    { "JSON|VALUE", "'x'", "VALUE=x" },
    { "DOMAIN DNSTYPE VALUE...", "_a.b TXT x", "DOMAIN=_a.b DNSTYPE=TXT VALUE=x" },
    { "METHOD TARGET", "M-SEARCH newOrder", "METHOD=M-SEARCH TARGET=newOrder" },
    { "METHOD TARGET", "${m} https://a/b", "METHOD=${m} TARGET=https://a/b" },
    { "DURATION", "250ms", "DURATION=250ms" }, { "NUMBER", "7", "NUMBER=7" }, { "NUMBER", "${n}", "NUMBER=${n}" },
    { "ID...", "rfc8555-6.5-8 house", "ID=rfc8555-6.5-8 ID=house" },
    { "[TARGET]", "", "" },
};

static const struct { const char *usage, *line, *sentence; } bad[] = {
    { "", "x", "\"x\" where nothing more was expected" },
    { "NAME", "", "NAME is missing at the end" },
    { "NAME", "7up", "\"7up\" where NAME was expected" },
    { "NAME", "'alice'", "\"alice\" where NAME was expected" },
    { "NAME [KEYTYPE]", "alice ES257", "\"ES257\" where nothing more was expected (did you mean \"ES256\"?)" },
    { "NAME [KEYTYPE] [deactivated]", "alice deactivted", "\"deactivted\" where nothing more was expected (did you mean \"deactivated\"?)" },
    { "DOMAIN... [ORDERSTATE] [over CHALLENGE]", "a.test redy", "\"redy\" where nothing more was expected (did you mean \"ready\"?)" },
    { "NAME by ACCOUNT", "o", "by is missing at the end" },
    { "NAME by ACCOUNT", "o 'by' a", "\"by\" where by was expected" },
    { "NAME by ACCOUNT", "o for a", "\"for\" where by was expected" },
    { "server|client", "both", "\"both\" where server|client was expected" },
    { "VALUE...", "", "VALUE is missing at the end" },
    { "DURATION", "5", "\"5\" where DURATION was expected" },
    { "METHOD TARGET", "get newOrder", "\"get\" where METHOD was expected" },
    { "METHOD TARGET", "GET neworder", "\"neworder\" where TARGET was expected" },
    { "CHALLENGE for AUTHZ", "http-02 for z", "\"http-02\" where CHALLENGE was expected" },
    { "DOMAIN DNSTYPE", "a.b SRV", "\"SRV\" where DNSTYPE was expected" },
    { "JSON", "x", "\"x\" where a JSON value was expected" },
    { "JSON", "", "a JSON value is missing at the end" },
    { "NAME", "{\"a\":1}", "no JSON value may stand here" },
    { "JSON", "x {\"a\":1}", "\"x\" where " },
    { "TEXT", "", "TEXT is missing at the end" },
    { "NAME over CHALLENGE", "z over dns", "\"dns\" where CHALLENGE was expected" },
};
/* clang-format on */

static const char *args_of(const struct line *line)
{
    str told = STR_NONE;
    for (size_t i = 0; i < line->arg_count; i++)
        told = arena_printf(a, "%.*s%s%s=%.*s", STR_ARG(told), i ? " " : "",
                            line->arg[i].name, STR_ARG(line->arg[i].text));
    return told.ptr;
}

START_TEST(a_line_fits_its_usage)
{
    struct line line = line_of(good[_i].line);
    ck_assert_msg(pattern_match(a, good[_i].usage, &line, &at, &err), "%s", err.text);
    ck_assert_str_eq(args_of(&line), good[_i].args);
}
END_TEST

START_TEST(a_line_that_does_not_fit_is_told_where)
{
    struct line line = line_of(bad[_i].line);
    ck_assert_msg(!pattern_match(a, bad[_i].usage, &line, &at, &err), "%s",
                  args_of(&line));
    ck_assert_msg(str_starts(str_of(err.text), bad[_i].sentence), "%s", err.text);
}
END_TEST

/* Without TEXT and CHECK, a line of words that fit is taken apart in no time. */
START_TEST(a_long_line_is_no_harm)
{
    str text = STR("o by a for");
    for (int i = 0; i < 400; i++)
        text = arena_printf(a, "%.*s a.b", STR_ARG(text));
    text = arena_printf(a, "%.*s zzz", STR_ARG(text));
    struct line line = line_of(text.ptr);
    ck_assert(
        !pattern_match(a, "NAME by ACCOUNT for DOMAIN... [ORDERSTATE] [over CHALLENGE]",
                       &line, &at, &err));
    ck_assert_uint_lt(arena_size(a), 100u << 20);
}
END_TEST

/* --- the tables --- */

static bool is_placeholder(str item)
{
    for (size_t i = 0; i < item.len; i++)
        if (!isupper((unsigned char)item.ptr[i]))
            return false;
    return item.len > 1;
}

static bool is_kind(str item)
{
    if (str_is(item, "JSON") || str_is(item, "TEXT") || str_is(item, "CHECK"))
        return true;
    for (size_t i = 0; i < word_kind_count; i++)
        if (str_is(item, word_kinds[i].name))
            return true;
    return false;
}

START_TEST(every_usage_is_of_known_kinds)
{
    str rest = str_of(verbs[_i].usage), item, one;
    while (str_cut(&rest, ' ', &item)) {
        while (str_starts(item, "["))
            item = str_from(item, 1);
        while (str_ends(item, "]"))
            item.len--;
        if (str_ends(item, "..."))
            item.len -= 3;
        while (str_cut(&item, '|', &one))
            ck_assert_msg(!is_placeholder(one) || is_kind(one), "%s: %.*s",
                          verbs[_i].name, STR_ARG(one));
    }
    ck_assert_msg(strlen(verbs[_i].help) > 5, "%s", verbs[_i].name);
}
END_TEST

/* The longest name wins; a word of one place is none of another. */
START_TEST(a_word_is_found_in_its_place)
{
    size_t used = 0;
    const struct verb *verb = verb_find(IN_SCENARIO, STR("provision"), STR("dns"), &used);
    ck_assert(verb && verb->id == VERB_PROVISION_DNS && used == 2);
    verb = verb_find(IN_SCENARIO, STR("provision"), STR("dns-01"), &used);
    ck_assert(verb && verb->id == VERB_PROVISION && used == 1);
    ck_assert_ptr_null(verb_find(IN_SCENARIO, STR("given"), STR("teapot"), &used));
    ck_assert_ptr_null(verb_find(IN_SCENARIO, STR("payload"), STR_NONE, &used));
    ck_assert_ptr_nonnull(verb_find(IN_POST, STR("payload"), STR_NONE, &used));
    ck_assert(str_contains(verb_did_you_mean(a, IN_POST, STR("paylod")), STR("payload")));
    ck_assert_uint_eq(verb_did_you_mean(a, IN_SCENARIO, STR("xyzzy")).len, 0);
}
END_TEST

Suite *pattern_suite(void)
{
    Suite *suite = suite_create("pattern");
    TCase *t = tcase_create("pattern");
    tcase_add_checked_fixture(t, begin, finish);
    tcase_add_loop_test(t, a_line_fits_its_usage, 0, countof(good));
    tcase_add_loop_test(t, a_line_that_does_not_fit_is_told_where, 0, countof(bad));
    tcase_add_test(t, a_long_line_is_no_harm);
    tcase_add_loop_test(t, every_usage_is_of_known_kinds, 0, (int)verb_count);
    tcase_add_test(t, a_word_is_found_in_its_place);
    suite_add_tcase(suite, t);
    return suite;
}
