/* SPDX-License-Identifier: MIT */
/* Fills in the kill matrix.  What is wrong with it: matrix_judge.c. */
#include "run/matrix.h"

#include <fnmatch.h>

#include "run/matrix_inside.h"

const char *const relation_names[RELATION_COUNT] = {
    [RELATION_NONE] = "stray",      [RELATION_FOLLOWS] = "follows",
    [RELATION_WATCHED] = "watched", [RELATION_NOTED] = "noted",
    [RELATION_SECTION] = "section", [RELATION_CITED] = "cited",
};

/* --- columns --- */

struct adding {
    struct matrix *matrix;
    const struct scenario *scenario;
};

static void add_column(struct matrix *m, struct matrix_check check)
{
    m->check = GROW(m->arena, m->check, m->check_count, struct matrix_check);
    m->check[m->check_count++] = check;
}

static void add_check(void *context, const struct check *check)
{
    const struct adding *adding = context;
    if (check->level != CHECK_NEED)
        add_column(
            adding->matrix,
            (struct matrix_check){ .scenario = adding->scenario->name,
                                   .name = check->name,
                                   .level = str_of(check_level_names[check->level]),
                                   .file = adding->scenario->file,
                                   .line = check->place.line,
                                   .rules = &check->rules });
}

static void add_watch(struct matrix *m, const struct watch *w)
{
    add_column(m,
               (struct matrix_check){
                   .scenario = arena_printf(m->arena, "watch/%.*s", STR_ARG(w->id)),
                   .name = w->title,
                   .level = str_of(check_level_names[w->check[0].level]),
                   .file = w->file,
                   .line = w->check[0].place.line,
                   .rules = &w->rules });
}

bool matrix_has(const struct matrix *m, enum bug bug)
{
    bool client = strcmp(m->suite, "client") == 0;
    return bug != BUG_NONE && client == (bug >= BUG_FIRST_CLIENT);
}

struct matrix *matrix_new(struct arena *a, const char *suite,
                          const struct library *library, const struct bugnotes *notes)
{
    struct matrix *m = NEW(a, struct matrix);
    m->arena = a;
    m->suite = suite;
    m->library = library;
    m->notes = notes;
    for (size_t i = 0; i < library->count; i++) {
        struct adding adding = { m, library->scenario[i] };
        scenario_checks(library->scenario[i], add_check, &adding);
    }
    for (size_t i = 0; i < library->watches->count; i++)
        if (str_is(library->watches->item[i].suite, suite))
            add_watch(m, &library->watches->item[i]);
    return m;
}

/* --- relations --- */

str matrix_section(str id)
{
    size_t at = id.len;
    while (at > 0 && id.ptr[at - 1] != '-')
        at--;
    return str_upto(id, at ? at - 1 : 0);
}

static bool cites(const struct strs *rules, str id)
{
    return strs_has(rules, id);
}

static bool cites_section(const struct strs *rules, str section)
{
    for (size_t i = 0; i < rules->count; i++)
        if (str_eq(matrix_section(rules->item[i]), section))
            return true;
    return false;
}

static bool glob_fits(str glob, str name)
{
    char g[512], n[512];
    if (glob.len >= sizeof g || name.len >= sizeof n)
        return false;
    memcpy(g, glob.ptr, glob.len);
    g[glob.len] = '\0';
    memcpy(n, name.ptr, name.len);
    n[name.len] = '\0';
    return fnmatch(g, n, 0) == 0;
}

bool matrix_word_fits(str word, str scenario, const struct strs *rules)
{
    return cites(rules, word) || cites_section(rules, word) || glob_fits(word, scenario);
}

bool matrix_noted(const struct matrix *m, enum bug bug, str scenario,
                  const struct strs *rules)
{
    for (size_t i = 0; i < m->notes->bug_count; i++) {
        const struct bug_note *note = &m->notes->bug[i];
        for (size_t k = 0; note->bug == bug && k < note->also.count; k++)
            if (matrix_word_fits(note->also.item[k], scenario, rules))
                return true;
    }
    return false;
}

static bool begins_with(str folder, str begin)
{
    return folder.len > begin.len && str_eq(str_upto(folder, begin.len), begin)
        && folder.ptr[begin.len] == '-';
}

/* Whether "server/6.5-nonces/reused" lies in the folder of rfc8555-6.5; folders of other
 * documents begin with the document: "server/rfc8738-ip-identifiers/ordered", or
 * "client/8738-addresses/ipv4". */
static bool lies_in(str scenario, str section)
{
    str suite, folder, document, number = section;
    if (!str_cut(&scenario, '/', &suite) || !str_cut(&scenario, '/', &folder)
        || !str_cut(&number, '-', &document))
        return false;
    if (str_is(document, "rfc8555"))
        return begins_with(folder, number);
    str bare = str_from(document, str_starts(document, "rfc") ? strlen("rfc") : 0);
    return begins_with(folder, document) || begins_with(folder, bare);
}

static enum relation relation_of(const struct matrix *m, enum bug bug,
                                 const struct matrix_check *check)
{
    str id = str_of(bug_rows[bug].requirement);
    if (bug == BUG_NONE)
        return RELATION_NONE;
    if (cites(check->rules, id))
        return RELATION_CITED;
    str section = matrix_section(id);
    if (cites_section(check->rules, section) || lies_in(check->scenario, section))
        return RELATION_SECTION;
    if (matrix_noted(m, bug, check->scenario, check->rules))
        return RELATION_NOTED;
    return str_starts(check->scenario, "watch/") ? RELATION_WATCHED : RELATION_NONE;
}

/* --- what a scenario has to do with a bug --- */

struct asking {
    const struct matrix *matrix;
    const struct scenario *scenario;
    enum bug bug;
    bool found;
};

/* Only a note that names it: one that fits whole sections would play them all. */
static bool note_names(const struct asking *asking, const struct strs *rules)
{
    const struct bugnotes *notes = asking->matrix->notes;
    str name = asking->scenario->name;
    for (size_t i = 0; i < notes->bug_count; i++) {
        const struct bug_note *note = &notes->bug[i];
        if (note->bug != asking->bug)
            continue;
        if (strs_has(&note->seen_in, name) || strs_has(&note->also, name))
            return true;
        for (size_t k = 0; k < note->also.count; k++)
            if (cites(rules, note->also.item[k]))
                return true;
    }
    return false;
}

static void ask_concern(void *context, const struct check *check)
{
    struct asking *asking = context;
    str id = str_of(bug_rows[asking->bug].requirement);
    asking->found = asking->found
        || (check->level != CHECK_NEED
            && (cites(&check->rules, id) || note_names(asking, &check->rules)));
}

static void ask_section(void *context, const struct check *check)
{
    struct asking *asking = context;
    str section = matrix_section(str_of(bug_rows[asking->bug].requirement));
    asking->found = asking->found
        || (check->level != CHECK_NEED
            && (cites_section(&check->rules, section)
                || lies_in(asking->scenario->name, section)));
}

/* A rule of the house is no section: half of a suite may rest on it.  Only notes say
 * which scenarios such a bug is about. */
static bool is_of_house(enum bug bug)
{
    return strcmp(bug_rows[bug].requirement, "house") == 0;
}

bool matrix_concerns(const struct matrix *m, enum bug bug, const struct scenario *s)
{
    struct asking asking = { m, s, bug, false };
    if (is_of_house(bug)) {
        struct strs none = { NULL, 0 };
        return note_names(&asking, &none);
    }
    scenario_checks(s, ask_concern, &asking);
    return asking.found;
}

bool matrix_near(const struct matrix *m, enum bug bug, const struct scenario *s)
{
    struct asking asking = { m, s, bug, false };
    if (is_of_house(bug))
        return false;
    scenario_checks(s, ask_section, &asking);
    return asking.found;
}

const struct never_red *matrix_never(const struct matrix *m,
                                     const struct matrix_check *check)
{
    for (size_t i = 0; i < m->notes->never_count; i++) {
        const struct never_red *n = &m->notes->never[i];
        if (glob_fits(n->scenario, check->scenario)
            && (!n->check.len || str_eq(n->check, check->name)))
            return n;
    }
    return NULL;
}

bool matrix_idle(const struct matrix *m, const struct scenario *s)
{
    bool excused = true;
    for (size_t i = 0; i < m->check_count; i++) {
        if (!str_eq(m->check[i].scenario, s->name))
            continue;
        if (m->check[i].red_by)
            return false;
        excused = excused && matrix_never(m, &m->check[i]);
    }
    return !excused;
}

/* --- cells --- */

static struct matrix_red *red_of(struct matrix *m, enum bug bug, size_t check)
{
    struct matrix_row *row = &m->row[bug];
    for (size_t i = 0; i < row->red_count; i++)
        if (row->red[i].check == check)
            return &row->red[i];
    row->red = GROW(m->arena, row->red, row->red_count, struct matrix_red);
    row->red[row->red_count] = (struct matrix_red){ .check = check };
    m->check[check].red_by += bug != BUG_NONE;
    return &row->red[row->red_count++];
}

/* The worst verdict and the nearest relation of all plays count. */
static void add_red(struct matrix *m, enum bug bug, struct matrix_red red)
{
    struct matrix_red *kept = red_of(m, bug, red.check);
    enum relation relation = relation_of(m, bug, &m->check[red.check]);
    if (relation > red.relation)
        red.relation = relation;
    if (red.relation > kept->relation)
        kept->relation = red.relation;
    if (red.verdict > kept->verdict) {
        kept->verdict = red.verdict;
        kept->play = str_copy(m->arena, red.play);
        kept->message = str_copy(m->arena, red.message);
    }
}

/* The column of a check of that scenario, or check_count. */
static size_t column_of(const struct matrix *m, str scenario, str name)
{
    size_t i = 0;
    while (i < m->check_count
           && !(str_eq(m->check[i].scenario, scenario)
                && (!name.len || str_eq(m->check[i].name, name))))
        i++;
    return i;
}

/* A client that is refused for what a watch saw gets no certificate either. */
static bool is_watched(const struct matrix *m, const struct play_outcome *outcome)
{
    bool broken = false;
    for (size_t i = 0; i < outcome->watch_count; i++)
        broken = broken || verdict_is_red(outcome->watch[i].verdict);
    return broken && strcmp(m->suite, "client") == 0;
}

static void add_checks(struct matrix *m, enum bug bug, const struct play_outcome *outcome)
{
    const struct play_result *p = &outcome->result;
    enum relation relation = is_watched(m, outcome) ? RELATION_FOLLOWS : RELATION_NONE;
    for (size_t i = 0; i < p->check_count; i++) {
        const struct check_result *c = &p->check[i];
        size_t column = column_of(m, p->scenario, c->name);
        if (!verdict_is_red(c->verdict) || column == m->check_count)
            continue;
        add_red(m, bug,
                (struct matrix_red){ column, c->verdict, relation, p->name, c->message });
        relation = RELATION_FOLLOWS;
    }
}

void matrix_add(struct matrix *m, enum bug bug, const struct play_outcome *outcome)
{
    str scenario = outcome->result.scenario;
    struct strs *shown = &m->row[bug].shown;
    if (play_has_red(outcome) && !strs_has(shown, scenario))
        strs_add(m->arena, shown, str_copy(m->arena, scenario));
    add_checks(m, bug, outcome);
    for (size_t i = 0; i < outcome->watch_count; i++) {
        const struct watch_result *w = &outcome->watch[i];
        str id = arena_printf(m->arena, "watch/%.*s", STR_ARG(w->id));
        size_t column =
            verdict_is_red(w->verdict) ? column_of(m, id, STR_NONE) : m->check_count;
        if (column < m->check_count)
            add_red(m, bug,
                    (struct matrix_red){ column, w->verdict, RELATION_NONE,
                                         outcome->result.name, w->message });
    }
}
