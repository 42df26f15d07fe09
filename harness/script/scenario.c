/* SPDX-License-Identifier: MIT */
/* From lines to a scenario: head, steps, checks with the rules they rest on, and names
 * that are defined before they are used. */
#include "script/scenario.h"

#include "acme/identifier.h"
#include "acme/show.h"
#include "base/buf.h"
#include "script/names.h"

enum { DEADLINE_MS = 30000, CLIENT_DEADLINE_MS = 120000, MOST_STEPS = 1000 };

struct maker {
    struct arena *arena;
    struct scenario *scenario;
    const struct requirements *requirements;
    struct mistakes *mistakes;
    struct strs check_names, check_texts;
    size_t size;        /* steps and their further checks */
    bool judges;        /* there is a must or should, good or bad */
    bool asked;         /* something, so that there is an answer */
    bool greeted;       /* by a hello, so that there is a handshake */
    struct step *block; /* the open `at once`, or NULL */
};

/* One line of text, whatever white space it was written with. */
static str one_line(struct arena *a, str text)
{
    struct buf b = buf_new(a, CEILING_SCRIPT);
    bool space = false;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool white = c == ' ' || c == '\t' || c == '\r' || c == '\n';
        if (!white && space && b.len)
            buf_add_char(&b, ' ');
        if (!white)
            buf_add_char(&b, c);
        space = white;
    }
    return buf_str(&b);
}

/* Stable and unique: the check's own words, numbered when they stand there again. */
static str unique_name(struct maker *mk, str text)
{
    str name = text;
    size_t n = 1;
    for (size_t i = 0; i < mk->check_texts.count; i++)
        n += str_eq(mk->check_texts.item[i], text);
    if (n > 1)
        name = arena_printf(mk->arena, "%.*s (%zu)", STR_ARG(text), n);
    while (strs_has(&mk->check_names, name))
        name = arena_printf(mk->arena, "%.*s (%zu)", STR_ARG(text), ++n);
    strs_add(mk->arena, &mk->check_texts, text);
    strs_add(mk->arena, &mk->check_names, name);
    return name;
}

/* Of the scenario's rules a must takes those that bind, a should those that do not; when
 * there are only the others, all of them. */
static struct strs rules_for(struct maker *mk, enum check_level level)
{
    struct strs fitting = { 0 };
    const struct strs *all = &mk->scenario->rules;
    for (size_t i = 0; i < all->count; i++) {
        const struct requirement *r = requirement_find(mk->requirements, all->item[i]);
        bool binds = r && level_binds(r->level);
        if (binds == (level == CHECK_MUST))
            strs_add(mk->arena, &fitting, all->item[i]);
    }
    return fitting.count ? fitting : *all;
}

static void read_rules(struct maker *mk, const struct line *line, struct check *check)
{
    for (const struct line *c = NULL; (c = line_clause_after(line, "rule", c));) {
        rule_known(mk->requirements, c, mk->mistakes);
        line_args_add(mk->arena, c, "ID", &check->rules);
    }
    if (check->rules.count == 0)
        check->rules = rules_for(mk, check->level);
    if (check->level != CHECK_NEED)
        rules_carry(mk->requirements, &check->rules, check->level == CHECK_MUST,
                    mk->scenario->suite, line->place, mk->mistakes);
}

/* What asks nothing of the CA leaves no answer to look at. */
static bool asks(enum verb_id id)
{
    return (id >= VERB_GET && id <= VERB_AT_ONCE) || id == VERB_GIVEN_ACCOUNT
        || id == VERB_GIVEN_ORDER || id == VERB_GIVEN_AUTHZ
        || id == VERB_GIVEN_CERTIFICATE;
}

static bool has_an_answer(struct maker *mk, const struct line *line,
                          const struct check *check)
{
    bool of_hello = check->subject == SUBJECT_HANDSHAKE;
    if ((of_hello ? mk->greeted : mk->asked) || mk->mistakes->lost.count
        || !str_is(mk->scenario->suite, "server")
        || !(subjects[check->subject].homes & OF_MESSAGES))
        return true;
    return mistake(mk->mistakes, line->place,
                   of_hello
                       ? "there is no handshake to look at: no hello is sent before this "
                         "check"
                       : "there is no answer to look at: nothing is asked before this "
                         "check");
}

/* Where its checks stand; 0: the suite is not known. */
static unsigned home_of(const struct scenario *s)
{
    return str_is(s->suite, "server") ? OF_SERVER
        : str_is(s->suite, "client")  ? OF_CLIENT
                                      : 0;
}

static bool read_check(struct maker *mk, const struct line *line, size_t from,
                       struct check *out)
{
    return check_read(mk->arena, line, from, out, mk->mistakes)
        && check_belongs(out, home_of(mk->scenario), mk->mistakes)
        && has_an_answer(mk, line, out);
}

static void add_check(struct maker *mk, struct step *step, const struct line *line,
                      struct check check)
{
    if (!read_check(mk, line, line->check_from, &check))
        return;
    step->check = GROW(mk->arena, step->check, step->check_count, struct check);
    step->check[step->check_count++] = check;
}

static enum check_level level_of(const struct line *line)
{
    return line->verb->id == VERB_MUST ? CHECK_MUST
        : line->verb->id == VERB_NEED  ? CHECK_NEED
                                       : CHECK_SHOULD;
}

/* The conditions of its `if` clauses, each leading to the next; or NULL. */
static const struct check *read_conditions(struct maker *mk, const struct line *line)
{
    const struct check *first = NULL, **next = &first;
    for (const struct line *c = NULL; (c = line_clause_after(line, "if", c));) {
        struct check *condition = NEW(mk->arena, struct check);
        condition->level = CHECK_NEED;
        condition->text = one_line(mk->arena, c->rest);
        if (!read_check(mk, c, 0, condition))
            continue;
        *next = condition;
        next = &condition->only_if;
    }
    return first;
}

/* One more step, or further check of one, unless there are too many. */
static bool has_room(struct maker *mk, const struct line *line)
{
    if (mk->size++ == MOST_STEPS)
        mistake(mk->mistakes, line->place,
                "a scenario has at most %d steps and checks; make two of it", MOST_STEPS);
    return mk->size <= MOST_STEPS;
}

/* The check of the line itself, then one for each clause that is a check. */
static void read_checks(struct maker *mk, struct step *step)
{
    const struct line *line = step->line;
    const struct line *why = line_clause(line, "why");
    mk->judges = mk->judges || line->verb->id != VERB_NEED;
    str text = one_line(mk->arena, line->text);
    struct check check = { .level = level_of(line), .why = why ? why->rest : STR_NONE };
    read_rules(mk, line, &check);
    check.only_if = read_conditions(mk, line);
    check.text = text;
    check.name = check.level == CHECK_NEED ? text : unique_name(mk, text);
    add_check(mk, step, line, check);
    for (const struct line *c = NULL; (c = line_clause_after(line, "and", c));) {
        struct check more = check;
        if (!has_room(mk, c))
            return;
        more.text = arena_printf(mk->arena, "%s %.*s", check_level_names[check.level],
                                 STR_ARG(one_line(mk->arena, c->text)));
        more.name = check.level == CHECK_NEED ? more.text : unique_name(mk, more.text);
        add_check(mk, step, c, more);
    }
    if (check.level != CHECK_NEED)
        mk->scenario->check_count += step->check_count;
}

static void read_for_each(struct maker *mk, const struct line *line)
{
    struct variants *v = &mk->scenario->variants;
    if (v->name.len)
        mistake(mk->mistakes, line->place, "one `for each` is enough");
    v->name = line_arg(line, "NAME");
    v->place = line_arg_place(line, "VALUE", 0);
    line_args_add(mk->arena, line, "VALUE", &v->values);
}

/* true when the line belongs to the head. */
static bool read_head(struct maker *mk, const struct line *line)
{
    struct scenario *s = mk->scenario;
    switch (line->verb->id) {
    case VERB_SCENARIO:
        s->title = line->rest;
        return true;
    case VERB_SUITE:
        s->suite = line_arg(line, "CHOICE");
        return true;
    case VERB_RULE:
        rule_known(mk->requirements, line, mk->mistakes);
        line_args_add(mk->arena, line, "ID", &s->rules);
        return true;
    case VERB_TAG:
        line_args_add(mk->arena, line, "WORD", &s->tags);
        return true;
    case VERB_NEEDS:
        line_args_add(mk->arena, line, "CAPABILITY", &s->needs);
        return true;
    case VERB_FOR_EACH:
        read_for_each(mk, line);
        return true;
    case VERB_DEADLINE:
        return str_to_ms(line_arg(line, "DURATION"), &s->deadline_ms);
    default:
        return false;
    }
}

static void open_block(struct maker *mk, struct step *step)
{
    if (mk->block)
        mistake(mk->mistakes, step->line->place,
                "`at once` may not stand inside `at once`");
    mk->block = step;
}

static void close_block(struct maker *mk, const struct line *line)
{
    if (!mk->block)
        mistake(mk->mistakes, line->place, "there is no `at once` to end here");
    else if (mk->block->inner_count == 0)
        mistake(mk->mistakes, line->place, "the block is empty");
    mk->block = NULL;
}

static void add_rule(struct maker *mk, const struct line *line)
{
    struct rules_read *rules = &mk->scenario->rules_on;
    struct rule rule;
    if (!rule_read(mk->arena, line, &rule, mk->mistakes))
        return;
    rules->row = GROW(mk->arena, rules->row, rules->count, struct rule);
    rules->row[rules->count++] = rule;
}

static void add_setting(struct maker *mk, const struct line *line)
{
    struct scenario *s = mk->scenario;
    struct setting setting;
    if (!setting_read(mk->arena, line, &setting, mk->mistakes))
        return;
    if (setting.id == CA_BUG) {
        mistake(mk->mistakes, line->place,
                "the CA of a scenario makes no mistakes but by its rules (`on`)");
        return;
    }
    s->setting = GROW(mk->arena, s->setting, s->setting_count, struct setting);
    s->setting[s->setting_count++] = setting;
}

/* In suite client the client leads; we set up the CA and look on. */
static bool fits_suite(const struct scenario *s, enum verb_id id)
{
    bool both = id == VERB_MUST || id == VERB_SHOULD || id == VERB_NEED || id == VERB_WAIT
        || id == VERB_GIVEN_CSR;
    bool client = id == VERB_ON || id == VERB_CA || id == VERB_RUN
        || id == VERB_PROVISION_DNS || id == VERB_WITHDRAW_DNS;
    bool server = !client || id == VERB_PROVISION_DNS || id == VERB_WITHDRAW_DNS;
    return both || (str_is(s->suite, "client") ? client : server);
}

/* The head says what the target's profile has to have a hook for. */
static void check_operator(struct maker *mk, const struct line *line)
{
    const struct deed *deed = deed_find(line_arg(line, "DEED"));
    bool has_value = line_has(line, "VALUE");
    mk->scenario->alone = true;
    if (strcmp(deed->name, "restore") == 0)
        mistake(mk->mistakes, line->place,
                "restore comes by itself at the end of a scenario");
    else if (!strs_has(&mk->scenario->needs, str_of(deed->name)))
        mistake(mk->mistakes, line_arg_place(line, "DEED", 0),
                "the head has to say `needs %s`", deed->name);
    if (!deed->wants && has_value)
        mistake(mk->mistakes, line_arg_place(line, "VALUE", 0), "%s takes no value",
                deed->name);
    if (deed->wants && !has_value)
        mistake(mk->mistakes, line->place, "%s wants to know %s", deed->name,
                deed->wants);
}

/* What a poll waits for is read again when it is played. */
static void check_poll(struct maker *mk, const struct line *line)
{
    struct check check = { .level = CHECK_NEED };
    read_check(mk, line, line->check_from, &check);
    for (const struct line *c = NULL; (c = line_clause_after(line, "or", c));) {
        check = (struct check){ .level = CHECK_NEED };
        read_check(mk, c, 0, &check);
    }
}

static void check_post(struct maker *mk, const struct line *line)
{
    if (!line_has(line, "ACCOUNT") && !line_has(line, "KEY"))
        mistake(mk->mistakes, line->place,
                "a post is signed: say `as ACCOUNT`, `with KEY`, or both");
}

static bool is_address(str value, bool v6)
{
    return identifier_is_ip(value) && str_contains(value, STR(":")) == v6;
}

static void check_record(struct maker *mk, const struct line *line)
{
    str type = line_arg(line, "DNSTYPE"), value = line_arg(line, "VALUE");
    struct place place = line_arg_place(line, "VALUE", 0);
    bool a = str_is(type, "A"), aaaa = str_is(type, "AAAA"), any = str_is(type, "any");
    if (dns_manner_word(value) || str_contains(value, STR("${")))
        return;
    if ((a || aaaa) && !is_address(value, aaaa))
        mistake(mk->mistakes, place, "an %s record holds an %s address, not \"%.*s\"",
                a ? "A" : "AAAA", a ? "IPv4" : "IPv6", STR_ARG(value));
    if (any)
        mistake(
            mk->mistakes, place,
            "a record is of one type; of any, a name can servfail, nxdomain, refused, "
            "silent, truncate or empty");
}

static void add_step(struct maker *mk, const struct line *line)
{
    struct scenario *s = mk->scenario;
    struct step step = { .line = line };
    enum verb_id id = line->verb->id;
    if (!has_room(mk, line))
        return;
    if (s->suite.len && !fits_suite(s, id)) {
        mistake(mk->mistakes, line->place, "`%s` has no place in suite %.*s",
                line->verb->name, STR_ARG(s->suite));
        line_lost(mk->mistakes, line);
        return;
    }
    if (id == VERB_ON || id == VERB_CA) {
        if (id == VERB_ON)
            add_rule(mk, line);
        else
            add_setting(mk, line);
        return;
    }
    if (id == VERB_END) {
        close_block(mk, line);
        return;
    }
    mk->asked = mk->asked || asks(id);
    mk->greeted = mk->greeted || id == VERB_HELLO;
    if (id == VERB_OPERATOR)
        check_operator(mk, line);
    if (id == VERB_POST)
        check_post(mk, line);
    if (id == VERB_POLL)
        check_poll(mk, line);
    if (id == VERB_PROVISION_DNS)
        check_record(mk, line);
    if (mk->block && id != VERB_POST) {
        mistake(mk->mistakes, line->place,
                "only posts may stand in `at once`; `end` closes it");
        mk->judges = mk->judges || id == VERB_MUST || id == VERB_SHOULD;
        line_lost(mk->mistakes, line);
        return;
    }
    if (id == VERB_MUST || id == VERB_SHOULD || id == VERB_NEED)
        read_checks(mk, &step);
    if (mk->block) {
        mk->block->inner =
            GROW(mk->arena, mk->block->inner, mk->block->inner_count, struct step);
        mk->block->inner[mk->block->inner_count++] = step;
        return;
    }
    s->step = GROW(mk->arena, s->step, s->step_count, struct step);
    s->step[s->step_count] = step;
    if (id == VERB_AT_ONCE)
        open_block(mk, &s->step[s->step_count]);
    s->step_count++;
}

/* What is missing, unless a line that came to nothing may have been it. */
static void judge_whole(struct maker *mk, const struct line *last)
{
    struct scenario *s = mk->scenario;
    struct place top = { s->file.ptr, 1, 1 };
    if (mk->mistakes->lost.count)
        return;
    if (mk->block)
        mistake(mk->mistakes, last->place, "`at once` is never closed by `end`");
    if (!s->suite.len)
        mistake(mk->mistakes, top,
                "a `suite` line is missing: suite server, or suite client");
    if (!mk->judges)
        mistake(mk->mistakes, top,
                "nothing is checked: a scenario needs a must or a should");
}

struct scenario *scenario_from(struct arena *a, str name, const char *file,
                               const struct line *lines, size_t count,
                               const struct requirements *requirements,
                               struct mistakes *m)
{
    size_t before = m->list.count;
    struct scenario *s = NEW(a, struct scenario);
    *s = (struct scenario){ .name = name, .file = str_of(file) };
    struct maker mk = {
        .arena = a, .scenario = s, .requirements = requirements, .mistakes = m
    };
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && lines[i].verb->id == VERB_SCENARIO)
            mistake(m, lines[i].place, "one file holds one scenario");
        else if (!read_head(&mk, &lines[i]))
            add_step(&mk, &lines[i]);
        else if (s->step_count)
            mistake(m, lines[i].place, "this belongs to the head, before the first step");
    }
    if (!s->deadline_ms)
        s->deadline_ms = str_is(s->suite, "client") ? CLIENT_DEADLINE_MS : DEADLINE_MS;
    judge_whole(&mk, &lines[count - 1]);
    names_check(a, s, m);
    return m->list.count == before ? s : NULL;
}

struct scenario *scenario_read(struct arena *a, str name, const char *file, str text,
                               const struct requirements *requirements,
                               struct mistakes *m)
{
    size_t count, before = m->list.count;
    struct line *lines = lines_read(a, file, text, &count, m);
    if (count == 0 || lines[0].verb->id != VERB_SCENARIO) {
        if (m->list.count == before)
            mistake(m, (struct place){ file, 1, 1 },
                    "a scenario begins with `scenario TITLE`");
        return NULL;
    }
    struct scenario *s = scenario_from(a, name, file, lines, count, requirements, m);
    return m->list.count == before ? s : NULL;
}

str scenario_play_name(struct arena *a, const struct scenario *s, str variant)
{
    if (!s->variants.name.len)
        return s->name;
    return arena_printf(a, "%.*s[%.*s=%.*s]", STR_ARG(s->name), STR_ARG(s->variants.name),
                        STR_ARG(show_clean(a, variant)));
}

void scenario_checks(const struct scenario *s,
                     void (*visit)(void *context, const struct check *check),
                     void *context)
{
    for (size_t i = 0; i < s->step_count; i++)
        for (size_t k = 0; k < s->step[i].check_count; k++)
            visit(context, &s->step[i].check[k]);
}
