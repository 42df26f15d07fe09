/* SPDX-License-Identifier: MIT */
/* From a folder of scenarios to the plays of a run: the library as it is read, what each
 * way to select takes of it, variants, shards, repetitions, and what a target lacks. */
#include <check.h>
#include <stdlib.h>

#include "base/file.h"
#include "run/plan.h"
#include "script/coverage.h"

Suite *plan_suite(void);

static struct arena *a;
static struct err err;
static struct library *library;
static struct mistakes m;
static str root;

#define REQUIREMENT(id, level, suites)                                                   \
    "requirement " id "\n  level " level "\n  binds server\n  says Words.\n"             \
    "  observable " suites "\n"

/* clang-format off */
static const struct { const char *path, *text; } files[] = {
    { "requirements/rfc8555-6.acme",
      REQUIREMENT("rfc8555-6.5-10", "MUST", "server")
      REQUIREMENT("rfc8555-6.5-2", "MUST", "server")
      REQUIREMENT("rfc8555-6.5.1-1", "SHOULD", "server client")
      REQUIREMENT("rfc8555-6.50-1", "MUST", "nobody") },
    { "requirements/more.acme",
      "document draft-acme-profiles\n  uncovered Needs profiles.\n"
      REQUIREMENT("rfc8737-3-1", "MUST NOT", "server")
      REQUIREMENT("draft-acme-profiles-4-1", "MAY", "client") },
    { "watches/w.acme",
      "watch w\n  title It holds\n  suite server\n  rule rfc8555-6.5-2\n  must status is 2xx\n" },
    { "server/6.5-nonces/reused.acme",
      "scenario A\nsuite server\nrule rfc8555-6.5-10\ntag fast nonces\nget directory\nmust 200\n" },
    { "server/6.5-nonces/weak.acme",
      "scenario B\nsuite server\nrule rfc8555-6.5.1-1\ntag slow\nget directory\nshould 200\n" },
    { "server/6.5-nonces-too/other.acme",
      "scenario C\nsuite server\nrule rfc8737-3-1 rfc8555-6.50-1\nneeds tls-alpn-01\nget directory\nmust 200\n" },
    { "server/each.acme",
      "scenario D\nsuite server\nrule rfc8555-6.5-2\nneeds ${alg}\nfor each alg in ES384 RS256\n"
      "get directory\nneed 200\nmust 200\n  header X present\n" },
    { "client/one.acme",
      "scenario E\nsuite client\nrule rfc8555-6.5-2\nrun obtain ${domain}\nshould client issued\n" },
};
/* clang-format on */

static struct library *read_as(const char *suite)
{
    struct library *l = library_read(a, root, suite, &m, &err);
    ck_assert_msg(l != NULL, "%s", err.text);
    ck_assert_msg(m.list.count == 0, "%s", m.list.item[0].ptr);
    return l;
}

static void begin(void)
{
    a = arena_new(NULL);
    m = (struct mistakes){ .arena = a };
    ck_assert(file_temp_dir(a, &root, &err));
    for (size_t i = 0; i < countof(files); i++) {
        str path = arena_printf(a, "%s/%s", root.ptr, files[i].path);
        ck_assert(file_make_parents(path.ptr, &err));
        ck_assert(file_write(path.ptr, str_of(files[i].text), &err));
    }
    library = read_as("server");
}

static void finish(void)
{
    arena_end(a);
}

/* --- the library --- */

START_TEST(a_library_is_read_in_its_order)
{
    static const char *const names[] = { "server/6.5-nonces-too/other",
                                         "server/6.5-nonces/reused",
                                         "server/6.5-nonces/weak", "server/each" };
    static const char *const ids[] = { "draft-acme-profiles-4-1", "rfc8555-6.5-2",
                                       "rfc8555-6.5-10",          "rfc8555-6.5.1-1",
                                       "rfc8555-6.50-1",          "rfc8737-3-1" };
    ck_assert_uint_eq(library->count, countof(names));
    for (size_t i = 0; i < countof(names); i++)
        ck_assert_msg(library_find(library, str_of(names[i])) != NULL, "%s", names[i]);
    ck_assert_uint_eq(library->requirements->count, countof(ids));
    for (size_t i = 0; i < countof(ids); i++)
        ck_assert_str_eq(str_z(a, library->requirements->item[i].id), ids[i]);
    ck_assert_uint_eq(library->watches->count, 1);
    ck_assert_ptr_null(library_find(library, STR("client/one")));
    ck_assert_uint_eq(read_as("")->count, countof(names) + 1);
}
END_TEST

START_TEST(a_scenario_of_ones_own_is_added_once)
{
    str path = arena_printf(a, "%s/mine.acme", root.ptr);
    ck_assert(file_write(path.ptr, str_of(files[4].text), &err));
    for (int i = 0; i < 2; i++)
        ck_assert_msg(library_add(a, library, path.ptr, &m, &err), "%s", err.text);
    ck_assert_uint_eq(library->count, 5);
    ck_assert_ptr_nonnull(library_find(library, STR("mine")));
    ck_assert(!library_add(a, library, "/nowhere/at/all", &m, &err));
}
END_TEST

START_TEST(the_library_is_where_the_environment_says)
{
    str found;
    setenv("ACMESPEC_SCENARIOS", root.ptr, 1);
    ck_assert_msg(library_root(a, &found, &err), "%s", err.text);
    ck_assert_str_eq(found.ptr, root.ptr);
    setenv("ACMESPEC_SCENARIOS", "/nowhere", 1);
    ck_assert(!library_root(a, &found, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "ACMESPEC_SCENARIOS names /nowhere"));
    unsetenv("ACMESPEC_SCENARIOS");
    ck_assert(library_root(a, &found, &err));
}
END_TEST

START_TEST(a_requirement_is_found_or_its_nearest)
{
    const struct requirements *all = library->requirements;
    const struct requirement *r = requirement_find(all, STR("rfc8555-6.5.1-1"));
    ck_assert_ptr_nonnull(r);
    ck_assert(str_is(r->document, "rfc8555") && str_is(r->section, "6.5.1"));
    ck_assert(r->by_server_suite && r->by_client_suite && r->level == LEVEL_SHOULD);
    ck_assert_str_eq(requirement_url(a, r).ptr,
                     "https://www.rfc-editor.org/rfc/rfc8555#section-6.5.1");
    ck_assert_str_eq(requirement_section(a, r).ptr, "RFC 8555 section 6.5.1");
    r = requirement_find(all, STR("draft-acme-profiles-4-1"));
    ck_assert(r && str_is(r->document, "draft-acme-profiles") && str_is(r->section, "4"));
    ck_assert_uint_eq(requirement_url(a, r).len, 0);
    ck_assert_str_eq(requirement_section(a, r).ptr, "draft-acme-profiles section 4");
    ck_assert_ptr_null(requirement_find(all, STR("rfc8555-6.5-3")));
    ck_assert(str_is(requirement_near(all, STR("rfc8555-6.51")), "rfc8555-6.5-2")
              || str_is(requirement_near(all, STR("rfc8555-6.51")), "rfc8555-6.50-1"));
    ck_assert_uint_eq(requirement_near(all, STR("something-else")).len, 0);
}
END_TEST

START_TEST(citations_are_counted)
{
    struct coverage c;
    const struct requirements *all = library->requirements;
    coverage_of(a, library, NULL, NULL, &c);
    size_t two = (size_t)(requirement_find(all, STR("rfc8555-6.5-2")) - all->item);
    ck_assert_uint_eq(c.cover[two].server, 3); /* not the need; one is a watch */
    ck_assert_uint_eq(c.cover[two].client, 0);
    ck_assert_uint_eq(c.total.server_all, 4);
    ck_assert_uint_eq(c.total.server_covered, 4);
    ck_assert_uint_eq(c.total.client_all, 2);
    ck_assert_uint_eq(c.total.client_covered, 0); /* those of the server suite are not */
    coverage_of(a, read_as(""), NULL, NULL, &c);
    ck_assert_uint_eq(c.cover[two].client, 1);
    ck_assert(!cover_lacks(&all->item[two], &c.cover[two]));
    ck_assert_uint_eq(c.total.client_covered, 0); /* a citation is no coverage of it */
}
END_TEST

START_TEST(a_document_excuses_its_entries)
{
    struct coverage c;
    const struct requirement *r =
        requirement_find(library->requirements, STR("draft-acme-profiles-4-1"));
    ck_assert_str_eq(str_z(a, r->uncovered), "Needs profiles.");
    ck_assert(r->excused_by_document);
    coverage_of(a, library, NULL, NULL, &c);
    ck_assert_uint_eq(c.total.excused, 1);
}
END_TEST

/* --- selections --- */

/* Options as "--name A --rule B"; what is selected in its order, variants as [x]. */
/* clang-format off */
static const struct { const char *options, *plays; } selections[] = {
    { "", "other reused weak each[ES384] each[RS256]" },
    { "--name server", "other reused weak each[ES384] each[RS256]" },
    { "--name server/6.5-nonces", "reused weak" },          /* and not -too */
    { "--name server/6.5-nonces/", "reused weak" },
    { "--name ./scenarios/server/6.5-nonces/weak.acme", "weak" },
    { "--name server/6.5-nonces/weak --name server/each", "weak each[ES384] each[RS256]" },
    { "--name server/each[alg=RS256]", "each[RS256]" },
    { "--name *weak", "weak" }, { "--name server/6*", "other reused weak" },
    { "--name *nonces/[rw]e*", "reused weak" },
    { "--rule rfc8555-6.5-2", "each[ES384] each[RS256]" },
    { "--section 6.5", "reused weak each[ES384] each[RS256]" }, /* 6.5.1 too, not 6.50 */
    { "--section 6.5.1", "weak" }, { "--section 6", "other reused weak each[ES384] each[RS256]" },
    { "--section rfc8737-3", "other" }, { "--section rfc8737", "other" },
    { "--section 3", "other" },
    { "--tag slow", "weak" }, { "--tag slow --tag fast", "reused weak" }, { "--tag none", "" },
    { "--level should", "weak" }, { "--level must", "other reused each[ES384] each[RS256]" },
    { "--level SHOULD", "weak" },
    { "--level need", "" },
    { "--section 6.5 --tag fast", "reused" },
    { "--name server/each --section 6.5.1", "" },
    { "--shard 1/2", "other weak each[RS256]" }, { "--shard 2/2", "reused each[ES384]" },
    { "--shard 3/9", "weak" }, { "--shard 9/9", "" }, { "--shard 1/1", "other reused weak each[ES384] each[RS256]" },
    { "--name server/each --repeat 2", "each[ES384] each[RS256] each[ES384] each[RS256]" },
    { "--name server/each --repeat 0", "each[ES384] each[RS256]" },
    { "--only server/each[alg=ES384] --only server/each", "each[ES384]" },
};
/* clang-format on */

static void take_shard_of(struct selection *s, str value)
{
    str k;
    str_cut(&value, '/', &k);
    ck_assert(str_to_long(k, 100, &s->shard) && str_to_long(value, 100, &s->shards));
}

static struct selection selection_of(const char *options)
{
    struct selection s = { .level = STR_NONE };
    struct strs *only = NEW(a, struct strs);
    str rest = str_of(options), option, value;
    while (str_cut(&rest, ' ', &option) && str_cut(&rest, ' ', &value)) {
        if (str_is(option, "--name"))
            strs_add(a, &s.names, value);
        else if (str_is(option, "--rule"))
            strs_add(a, &s.rules, value);
        else if (str_is(option, "--section"))
            strs_add(a, &s.sections, value);
        else if (str_is(option, "--tag"))
            strs_add(a, &s.tags, value);
        else if (str_is(option, "--level"))
            s.level = value;
        else if (str_is(option, "--shard"))
            take_shard_of(&s, value);
        else if (str_is(option, "--repeat"))
            ck_assert(str_to_long(value, 9, &s.repeat));
        else
            strs_add(a, only, value);
    }
    s.only = only->count ? only : NULL;
    return s;
}

static str last_part(str name)
{
    for (size_t at; (at = str_find_char(name, '/')) < name.len;)
        name = str_from(name, at + 1);
    return name;
}

START_TEST(a_selection_takes_its_plays)
{
    struct plan plan;
    struct selection s = selection_of(selections[_i].options);
    str told = STR_NONE;
    ck_assert_msg(plan_make(a, library, &s, &plan, &err), "%s", err.text);
    for (size_t i = 0; i < plan.count; i++) {
        const struct play *p = &plan.play[i];
        str name = last_part(p->scenario->name);
        ck_assert_int_eq(p->slot, (int)i);
        told = arena_printf(a, "%.*s%s%.*s", STR_ARG(told), i ? " " : "", STR_ARG(name));
        if (p->variant.len)
            told = arena_printf(a, "%.*s[%.*s]", STR_ARG(told), STR_ARG(p->variant));
    }
    ck_assert_str_eq(told.ptr, selections[_i].plays);
}
END_TEST

/* A shell may write out the files of a whole folder: no name is made for each of them and
 * each play. */
START_TEST(many_names_cost_no_memory_by_play)
{
    struct plan plan;
    struct selection s = { .repeat = 100 };
    for (int i = 0; i < 1000; i++)
        strs_add(a, &s.names, STR("server/6.5-nonces/reused"));
    size_t before = arena_size(a);
    ck_assert(plan_make(a, library, &s, &plan, &err));
    ck_assert_uint_eq(plan.count, 100);
    ck_assert_uint_lt(arena_size(a) - before, 100000);
}
END_TEST

static const char *const unknown[] = { "server/6.5-nonce", "server/none",
                                       "client/one",       "server/each[alg=ES512]",
                                       "*nothing*",        "server/6.5-nonces//x" };

START_TEST(a_name_that_selects_nothing_is_told)
{
    struct plan plan;
    struct selection s = { .level = STR_NONE };
    strs_add(a, &s.names, STR("server/each"));
    strs_add(a, &s.names, str_of(unknown[_i]));
    ck_assert(!plan_make(a, library, &s, &plan, &err));
    str wanted = arena_printf(a, "no scenario is named %s (acmespec list shows them)",
                              unknown[_i]);
    ck_assert_str_eq(err.text, wanted.ptr);
    strs_add(a, &s.tags, STR("slow")); /* beside other selections that is no mistake */
    ck_assert(plan_make(a, library, &s, &plan, &err));
}
END_TEST

static const struct {
    const char *options, *sentence;
} uncatalogued[] = {
    { "--rule rfc8555-6.5-1",
      "the catalogue has no rfc8555-6.5-1; did you mean rfc8555-6.5-2?" },
    { "--rule rfc8555-6.5-2 --rule something-else",
      "the catalogue has no something-else" },
    { "--section rfc8555-3",
      "no requirement is of section rfc8555-3 (acmespec list "
      "--rules shows them)" },
    { "--section 6.5 --section 5",
      "no requirement is of section 5 (acmespec list --rules shows them)" },
};

START_TEST(what_the_catalogue_lacks_cannot_select)
{
    struct plan plan;
    struct selection s = selection_of(uncatalogued[_i].options);
    ck_assert(!plan_make(a, library, &s, &plan, &err));
    ck_assert_str_eq(err.text, uncatalogued[_i].sentence);
}
END_TEST

START_TEST(all_shards_together_are_the_plan)
{
    struct plan whole, part;
    struct selection s = { .shards = 3 };
    size_t count = 0;
    ck_assert(plan_make(a, library, &(struct selection){ .repeat = 3 }, &whole, &err));
    s.repeat = 3;
    for (s.shard = 1; s.shard <= s.shards; s.shard++) {
        ck_assert(plan_make(a, library, &s, &part, &err));
        count += part.count;
    }
    ck_assert_uint_eq(whole.count, 15);
    ck_assert_uint_eq(count, whole.count);
}
END_TEST

/* --- what a target lacks --- */

static struct play play_of(const char *name, const char *variant)
{
    return (struct play){ .scenario = library_find(library, str_of(name)),
                          .variant = str_of(variant) };
}

START_TEST(a_play_needs_what_its_scenario_or_variant_needs)
{
    struct target target = { .directory_url = STR_NONE };
    str reason = STR_NONE;
    struct play alpn = play_of("server/6.5-nonces-too/other", "");
    struct play es384 = play_of("server/each", "ES384"),
                none = play_of("server/each", "x");
    ck_assert(plan_lacks(a, &alpn, &target, &reason));
    ck_assert_str_eq(reason.ptr,
                     "the target does not offer tls-alpn-01: not seen, and not "
                     "declared in a profile");
    target_offer(&target, "tls-alpn-01", true, STR_NONE);
    ck_assert(!plan_lacks(a, &alpn, &target, &reason));
    target_offer(&target, "ES384", false, STR("badSignatureAlgorithm"));
    ck_assert(plan_lacks(a, &es384, &target, &reason));
    ck_assert_str_eq(reason.ptr,
                     "the target does not offer ES384: badSignatureAlgorithm");
    ck_assert(!plan_lacks(a, &none, &target, &reason)); /* no capability at all */
}
END_TEST

START_TEST(a_profile_goes_over_what_was_seen)
{
    static struct lack lacks[] = { { STR_INIT("ip"), STR_INIT("it is old") } };
    static str offers[] = { STR_INIT("wildcard") };
    struct target target = { .directory_url = STR_NONE };
    str reason;
    target.profile.offers = (struct strs){ offers, 1 };
    target.profile.lack = lacks;
    target.profile.lack_count = 1;
    target_offer(&target, "ip", true, STR_NONE);
    target_offer(&target, "wildcard", false, STR("no"));
    target_apply_profile(&target);
    ck_assert(target_offers(&target, STR("wildcard"), &reason));
    ck_assert(!target_offers(&target, STR("ip"), &reason));
    ck_assert(str_is(reason, "it is old"));
    ck_assert(!target_offers(&target, STR("teapots"), &reason));
    ck_assert(str_is(reason, "there is no such capability"));
    ck_assert_int_eq(capability_find(STR("teapots")), -1);
}
END_TEST

Suite *plan_suite(void)
{
    Suite *suite = suite_create("plan");
    TCase *t = tcase_create("plan");
    tcase_add_checked_fixture(t, begin, finish);
    tcase_add_test(t, a_library_is_read_in_its_order);
    tcase_add_test(t, a_scenario_of_ones_own_is_added_once);
    tcase_add_test(t, the_library_is_where_the_environment_says);
    tcase_add_test(t, a_requirement_is_found_or_its_nearest);
    tcase_add_test(t, citations_are_counted);
    tcase_add_test(t, a_document_excuses_its_entries);
    tcase_add_loop_test(t, a_selection_takes_its_plays, 0, countof(selections));
    tcase_add_test(t, many_names_cost_no_memory_by_play);
    tcase_add_loop_test(t, a_name_that_selects_nothing_is_told, 0, countof(unknown));
    tcase_add_loop_test(t, what_the_catalogue_lacks_cannot_select, 0,
                        countof(uncatalogued));
    tcase_add_test(t, all_shards_together_are_the_plan);
    tcase_add_test(t, a_play_needs_what_its_scenario_or_variant_needs);
    tcase_add_test(t, a_profile_goes_over_what_was_seen);
    suite_add_tcase(suite, t);
    return suite;
}
