/* SPDX-License-Identifier: MIT */
/* `acmespec help [WORD]`: prints the rows that the program itself reads by. */
#include <stdio.h>

#include "base/names.h"
#include "commands.h"
#include "options.h"
#include "crypto/tamper.h"
#include "script/adapter.h"
#include "script/ca_settings.h"
#include "script/names.h"
#include "script/pattern.h"
#include "script/subjects.h"
#include "script/verbs.h"

static void print_verb(const struct verb *v)
{
    printf("  %s %s\n      in %s.  %s\n", v->name, v->usage, where_name(v->where),
           v->help);
}

/* Whether the usage has a word of this kind: "spoil SPOIL...". */
static bool usage_has(str usage, const char *kind)
{
    str word;
    while (str_cut(&usage, ' ', &word)) {
        word = str_from(word, str_starts(word, "[") ? 1 : 0);
        if (str_is(str_upto(word, strlen(kind)), kind)
            && (word.len == strlen(kind) || strchr(".]|", word.ptr[strlen(kind)])))
            return true;
    }
    return false;
}

/* With what its kinds of words are. */
static void print_verb_whole(const struct verb *v)
{
    print_verb(v);
    for (size_t i = 0; i < word_kind_count; i++)
        if (usage_has(str_of(v->usage), word_kinds[i].name))
            printf("      %s: %s\n", word_kinds[i].name, word_kinds[i].help);
}

static void print_words(void)
{
    puts("Words, where each may stand, and what it means:\n");
    for (size_t i = 0; i < verb_count; i++)
        print_verb(&verbs[i]);
}

static void print_test(int i)
{
    printf("  %s %s\n      %s\n", *tests[i].name ? tests[i].name : "(nothing)",
           tests[i].args, tests[i].help);
}

static void print_subject(int i)
{
    const char *name = i == SUBJECT_ANSWER ? "(no word)" : subjects[i].name;
    printf("  %s %s\n      %s\n", name, subjects[i].args, subjects[i].help);
}

static void print_checks(void)
{
    puts("What must, should and need can look at; a test follows (acmespec help "
         "tests):\n");
    for (int i = 0; i < SUBJECT_KINDS; i++)
        print_subject(i);
}

static void print_tests(void)
{
    puts("How a check compares:\n");
    for (int i = 0; i < TEST_KINDS; i++)
        print_test(i);
}

static void print_forms(void)
{
    puts("Forms that `matches` knows; anything else is /an extended regular "
         "expression/:\n");
    for (size_t i = 0; i < form_count; i++)
        printf("  %-22s %s\n", forms[i].name, forms[i].help);
}

static void print_names(void)
{
    puts("Names that every scenario has:\n");
    for (size_t i = 0; i < common_name_count; i++)
        printf("  ${%s}%*s %s\n", common_names[i].name,
               (int)(16 - strlen(common_names[i].name)), "", common_names[i].help);
}

static void print_kinds(void)
{
    puts("Kinds of words in the usages:\n");
    for (size_t i = 0; i < word_kind_count; i++)
        printf("  %-12s %s\n", word_kinds[i].name, word_kinds[i].help);
}

static void print_needs(void)
{
    puts("Capabilities that `needs`, `offers` and `lacks` name:\n");
    for (size_t i = 0; i < capability_count; i++)
        printf("  %-20s %s\n", capabilities[i].name, capabilities[i].help);
}

static void print_settings(void)
{
    puts("Settings of the mock CA, in suite client (`ca no-terms`, `ca processing "
         "2s`):\n");
    for (int i = 0; i < CA_SETTINGS; i++)
        printf("  %-16s %s\n", ca_settings[i].name, ca_settings[i].help);
}

static void print_variables(void)
{
    puts("Shell variables of an adapter's lines, and ${names} of `client -- COMMAND`:\n");
    for (size_t i = 0; i < adapter_variable_count; i++)
        printf("  %-12s %s\n", adapter_variables[i].name, adapter_variables[i].help);
}

static void print_tampers(void)
{
    puts("Ways to spoil a JWS:\n");
    for (size_t i = 0; i < tamper_count; i++)
        printf("  %-24s %s\n", tampers[i].name, tampers[i].help);
}

/* Only the names, one a line: for the editors' syntax files. */
static void print_verb_names(void)
{
    for (size_t i = 0; i < verb_count; i++)
        puts(verbs[i].name);
}

static const struct {
    const char *name;
    void (*print)(void);
} topics[] = {
    { "words", print_words },        { "checks", print_checks },
    { "tests", print_tests },        { "forms", print_forms },
    { "names", print_names },        { "kinds", print_kinds },
    { "needs", print_needs },        { "tamper", print_tampers },
    { "settings", print_settings },  { "variables", print_variables },
    { "--verbs", print_verb_names },
};

/* "given" has what begins with it, too: given account, given order. */
static bool begins_with(const char *name, const char *word)
{
    size_t len = strlen(word);
    return strncmp(name, word, len) == 0 && (!name[len] || name[len] == ' ');
}

static bool print_verbs_named(const char *word)
{
    bool found = false;
    for (size_t i = 0; i < verb_count; i++)
        if (begins_with(verbs[i].name, word)) {
            print_verb_whole(&verbs[i]);
            found = true;
        }
    return found;
}

static bool print_checks_named(const char *word)
{
    int subject = subject_find(str_of(word));
    bool found = subject >= 0;
    if (found)
        print_subject(subject);
    for (int i = 0; i < TEST_KINDS; i++)
        if (begins_with(tests[i].name, word)) {
            print_test(i);
            found = true;
        }
    return found;
}

static bool print_row_named(const char *before, const char *name, const char *help,
                            const char *word)
{
    if (strcmp(name, word) != 0)
        return false;
    printf("  %s%s\n      %s\n", before, name, help);
    return true;
}

/* What stands in a usage or behind a word: "tamper NAME", "ca NAME". */
static bool print_others_named(const char *word)
{
    bool found = false;
#define OF(before, rows, count)                                                          \
    for (size_t i = 0; i < (size_t)(count); i++)                                         \
    found = print_row_named(before, rows[i].name, rows[i].help, word) || found
    OF("tamper ", tampers, tamper_count);
    OF("matches ", forms, form_count);
    OF("needs ", capabilities, capability_count);
    OF("ca ", ca_settings, CA_SETTINGS);
    OF("", word_kinds, word_kind_count);
    OF("name ", common_names, common_name_count);
    OF("in an adapter $", adapter_variables, adapter_variable_count);
#undef OF
    return found;
}

static bool print_rows_named(const char *word)
{
    bool found = print_verbs_named(word);
    found = print_checks_named(word) || found;
    return print_others_named(word) || found;
}

static int unknown_word(struct arena *a, const char *word)
{
    const char **names = NEW_ARRAY(a, const char *, verb_count + countof(topics));
    size_t count = 0;
    for (size_t i = 0; i < verb_count; i++)
        names[count++] = verbs[i].name;
    for (size_t i = 0; i < countof(topics); i++)
        names[count++] = topics[i].name;
    str near = name_did_you_mean(a, names, count, str_of(word));
    struct err err;
    err_set(&err, "\"%.100s\" is no word of the language%.*s", word, STR_ARG(near));
    return usage_error(err.text);
}

static void print_topics(void)
{
    puts("acmespec help WORD explains a word of the language; these print whole "
         "tables:\n");
    for (size_t i = 0; i < countof(topics); i++)
        if (topics[i].name[0] != '-')
            printf("  acmespec help %s\n", topics[i].name);
    puts("\nThe language on one page: scenarios/README.md.");
}

int cmd_help(struct arena *a, int argc, char **argv)
{
    char two[128];
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_topics();
        return 0;
    }
    snprintf(two, sizeof two, "%s%s%s", argv[1], argc > 2 ? " " : "",
             argc > 2 ? argv[2] : "");
    for (size_t i = 0; i < countof(topics); i++)
        if (strcmp(topics[i].name, two) == 0) {
            topics[i].print();
            return 0;
        }
    return print_rows_named(two) ? 0 : unknown_word(a, two);
}
