/* SPDX-License-Identifier: MIT */
/* The command line: every form of every type of option, and the sentence for each way to
 * get it wrong. */
#include <check.h>

#include "options.h"

Suite *options_suite(void);

struct wanted {
    bool quiet;
    str junit;
    struct strs rules;
    long jobs, timeout, port, any, side, times, until;
};

/* clang-format off */
static const struct option_row rows[] = {
    { "quiet",   'q', OPTION_FLAG,   NULL,    offsetof(struct wanted, quiet),   "say less" },
    { "junit",   0,   OPTION_TEXT,   "FILE",  offsetof(struct wanted, junit),   "write JUnit" },
    { "rule",    'r', OPTION_TEXTS,  "ID",    offsetof(struct wanted, rules),   "only these" },
    { "jobs",    'j', OPTION_NUMBER, "COUNT", offsetof(struct wanted, jobs),    "at a time" },
    { "timeout", 't', OPTION_SPAN,   "SPAN",  offsetof(struct wanted, timeout), "at most" },
    { "port",    0,   OPTION_PORT,   "PORT",  offsetof(struct wanted, port),    "where" },
    { "any-port", 0,  OPTION_ANY_PORT, "PORT", offsetof(struct wanted, any),    "where, or anywhere" },
    { "side-by-side", 0, OPTION_JOBS, "N",    offsetof(struct wanted, side),    "at once" },
    { "times",   0,   OPTION_COUNT,  "N",     offsetof(struct wanted, times),   "again" },
    { "until",   0,   OPTION_DEADLINE, "SPAN", offsetof(struct wanted, until),  "then it ends" },
};

/* words: separated by a blank; then what it comes to. */
static const struct { const char *line, *told; } good[] = {
    { "", "" },
    { "a b", "a b" },
    { "--quiet a", "quiet a" },
    { "a -q b", "quiet a b" },
    { "--junit x", "junit=x" },
    { "--junit=x", "junit=x" },
    { "--junit x --junit y", "junit=y" },           /* the last one counts */
    { "--junit=a=b", "junit=a=b" },
    { "--junit=--quiet", "junit=--quiet" },         /* its value, whatever it looks like */
    { "--junit --quieter", "junit=--quieter" },
    { "--junit -q", "junit=-q" },
    { "--rule a -r b -rc", "rule=a rule=b rule=c" },
    { "--jobs 3", "jobs=3" },
    { "-j3", "jobs=3" },
    { "-j 3", "jobs=3" },
    { "--timeout 30s", "timeout=30000" },
    { "-t250ms", "timeout=250" },
    { "--port 65535", "port=65535" },
    { "--port 1", "port=1" },
    { "--any-port=0", "" },
    { "--any-port 65535", "any=65535" },
    { "--side-by-side 64", "side=64" },
    { "--times 10000", "times=10000" },
    { "--timeout 0s", "" },
    { "--until 1ms", "until=1" },
    { "- a", "- a" },                               /* a lone dash is a word */
    { "-- --quiet -j3", "--quiet -j3" },
    { "a -- --", "a --" },
};

static const struct { const char *line, *sentence; } bad[] = {
    { "--junitt x", "there is no option --junitt; did you mean --junit?" },
    { "--Quiet", "there is no option --Quiet; did you mean --quiet?" },
    { "--nothing-like-it", "there is no option --nothing-like-it" },
    { "--junitt=x", "there is no option --junitt; did you mean --junit?" },
    { "-x", "there is no option -x" },
    { "-xq", "there is no option -x" },
    { "--quiet=yes", "--quiet takes no value" },
    { "-qj3", "--quiet takes no value" },
    { "--junit", "--junit wants FILE behind it" },
    { "-j", "--jobs wants COUNT behind it" },
    { "--junit --quiet", "--junit wants FILE behind it, not another option; or write --junit=--quiet" },
    { "-r --jobs=3", "--rule wants ID behind it, not another option; or write --rule=--jobs=3" },
    { "--jobs many", "--jobs wants a whole number up to 1000000000" },
    { "--jobs=", "--jobs wants a whole number up to 1000000000" },
    { "--jobs=-1", "--jobs wants a whole number up to 1000000000" },
    { "--jobs 1000000001", "--jobs wants a whole number up to 1000000000" },
    { "--junit=", "--junit wants FILE behind it, and it is empty" },
    { "-r=a --rule=", "--rule wants ID behind it, and it is empty" },
    { "--port 65536", "--port wants a whole number from 1 to 65535" },
    { "--port http", "--port wants a whole number from 1 to 65535" },
    { "--port 0", "--port wants a whole number from 1 to 65535" },
    { "--any-port 65536", "--any-port wants a whole number up to 65535" },
    { "--side-by-side 0", "--side-by-side wants a whole number from 1 to 64" },
    { "--side-by-side 1000000", "--side-by-side wants a whole number from 1 to 64" },
    { "--times 0", "--times wants a whole number from 1 to 10000" },
    { "--until 0s", "--until wants a time span such as 30s, of 1ms at least" },
    { "--until 5", "--until wants a time span such as 30s, of 1ms at least" },
    { "--timeout 30", "--timeout wants a time span such as 30s" },
    { "--timeout -3s", "--timeout wants a time span such as 30s" },
    { "--=x", "there is no option --" },
};
/* clang-format on */

static struct arena *a;
static struct wanted wanted;
static struct strs words;
static struct err err;

static void begin(void)
{
    a = arena_new(NULL);
    wanted = (struct wanted){ .junit = STR_NONE };
    words = (struct strs){ 0 };
    err.text[0] = '\0';
}

static void finish(void)
{
    arena_end(a);
}

static bool read_line(const char *line)
{
    char *argv[16] = { str_z(a, STR("acmespec")) };
    int argc = 1;
    str rest = str_of(line), word;
    while (str_cut(&rest, ' ', &word))
        argv[argc++] = str_z(a, word);
    return options_read(a, rows, countof(rows), argc, argv, &wanted, &words, &err);
}

static void tell(struct strs *told, bool set, str text)
{
    if (set)
        strs_add(a, told, text);
}

static const char *what_was_told(void)
{
    struct strs told = { 0 };
    tell(&told, wanted.quiet, STR("quiet"));
    tell(&told, wanted.junit.len, arena_printf(a, "junit=%.*s", STR_ARG(wanted.junit)));
    for (size_t i = 0; i < wanted.rules.count; i++)
        tell(&told, true, arena_printf(a, "rule=%.*s", STR_ARG(wanted.rules.item[i])));
    tell(&told, wanted.jobs, arena_printf(a, "jobs=%ld", wanted.jobs));
    tell(&told, wanted.timeout, arena_printf(a, "timeout=%ld", wanted.timeout));
    tell(&told, wanted.port, arena_printf(a, "port=%ld", wanted.port));
    tell(&told, wanted.any, arena_printf(a, "any=%ld", wanted.any));
    tell(&told, wanted.side, arena_printf(a, "side=%ld", wanted.side));
    tell(&told, wanted.times, arena_printf(a, "times=%ld", wanted.times));
    tell(&told, wanted.until, arena_printf(a, "until=%ld", wanted.until));
    for (size_t i = 0; i < words.count; i++)
        tell(&told, true, words.item[i]);
    str all = STR_NONE;
    for (size_t i = 0; i < told.count; i++)
        all = arena_printf(a, "%.*s%s%.*s", STR_ARG(all), i ? " " : "",
                           STR_ARG(told.item[i]));
    return all.ptr;
}

START_TEST(a_command_line_is_read)
{
    ck_assert_msg(read_line(good[_i].line), "%s", err.text);
    ck_assert_str_eq(what_was_told(), good[_i].told);
}
END_TEST

START_TEST(a_wrong_command_line_is_told_what_to_do)
{
    ck_assert_msg(!read_line(bad[_i].line), "%s", bad[_i].line);
    ck_assert_str_eq(err.text, bad[_i].sentence);
}
END_TEST

START_TEST(an_empty_word_is_a_word)
{
    char *argv[] = { str_z(a, STR("acmespec")), str_z(a, STR("")), NULL };
    ck_assert(options_read(a, rows, countof(rows), 2, argv, &wanted, &words, &err));
    ck_assert_uint_eq(words.count, 1);
    ck_assert_uint_eq(words.item[0].len, 0);
}
END_TEST

Suite *options_suite(void)
{
    Suite *suite = suite_create("options");
    TCase *t = tcase_create("options");
    tcase_add_checked_fixture(t, begin, finish);
    tcase_add_loop_test(t, a_command_line_is_read, 0, countof(good));
    tcase_add_loop_test(t, a_wrong_command_line_is_told_what_to_do, 0, countof(bad));
    tcase_add_test(t, an_empty_word_is_a_word);
    suite_add_tcase(suite, t);
    return suite;
}
