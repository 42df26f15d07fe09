/* SPDX-License-Identifier: MIT */
/* Requests below /acmespec/, by a table.  All of it runs in the CA's hooks, so on the
 * listener's thread. */
#include "run/mock_control.h"

#include "base/clock.h"
#include "mocks/ca_issuer.h"
#include "run/mock_journal.h"

struct mock_control {
    struct arena *arena;
    struct rules *rules;
    struct rules_read first;
    struct rules_read now; /* in `kept` where they are not the first */
    struct arena *kept;
    struct mock_journal *journal;
    bool journals;
    const struct ca *_Atomic ca; /* once it is there, and serves already */
    ca_hook *after;
    void *context;
    int64_t began_us;
};

/* One request to it. */
struct asked {
    struct mock_control *control;
    struct arena *arena;
    const struct ca_request_info *info;
    struct response *response;
};

static const char prefix[] = "/acmespec";

/* Path of the request's URL, without query. */
static str path_of(const struct request *request)
{
    str url = request->url;
    size_t host = str_find(url, STR("://")) + 3;
    url = str_from(url, host);
    url = str_from(url, str_find_char(url, '/'));
    return str_upto(url, str_find_char(url, '?'));
}

bool mock_control_is_for(const struct ca_request_info *info)
{
    str path = path_of(info->request);
    return info->resource == RESOURCE_OTHER && str_starts(path, prefix)
        && (path.len == strlen(prefix) || path.ptr[strlen(prefix)] == '/');
}

/* --- answers --- */

static void answer(const struct asked *q, int status, json_t *value)
{
    q->response->status = status;
    str text = json_pretty(q->arena, json_keep(q->arena, value));
    q->response->body = arena_printf(q->arena, "%.*s\n", STR_ARG(text));
    headers_set(q->arena, &q->response->headers, STR("Content-Type"),
                STR("application/json"));
}

static void answer_mistakes(const struct asked *q, const struct mistakes *m)
{
    json_t *list = json_array(), *out = json_object();
    for (size_t i = 0; i < m->list.count; i++)
        json_array_append(list, json_string_of(q->arena, m->list.item[i]));
    json_object_set_new(out, "mistakes", list);
    answer(q, 400, out);
}

/* --- rules --- */

static json_t *clauses_of(const struct asked *q, const struct rule *rule)
{
    json_t *list = json_array();
    for (size_t i = 0; i < rule->line->clause_count; i++)
        json_array_append(list, json_string_of(q->arena, rule->line->clause[i].text));
    return list;
}

static void show_rules(const struct asked *q)
{
    const struct rules *rules = q->control->rules;
    json_t *list = json_array();
    for (size_t i = 0; i < rules_count(rules); i++) {
        const struct rule *rule = rules_at(rules, i);
        json_t *one = json_object();
        json_object_set(one, "rule", json_string_of(q->arena, rule->text));
        json_object_set_new(one, "clauses", clauses_of(q, rule));
        json_object_set_new(one, "fired",
                            json_integer((json_int_t)rules_fired(rules, i)));
        json_array_append_new(list, one);
    }
    answer(q, 200, list);
}

/* What comes in must be able to go: a rule that spoils every handshake from now on would
 * keep out whoever wants to take it away. */
static bool leaves_a_way_in(const struct rules_read *rules, struct mistakes *m)
{
    bool good = true;
    for (size_t i = 0; i < rules->count; i++)
        if (rules->row[i].handshake && !rules->row[i].times)
            good = mistake(m, rules->row[i].line->place,
                           "a rule on handshake without first or times N would lock out "
                           "this interface, too");
    return good;
}

static bool read_rules(struct arena *a, str text, struct rules_read *out,
                       struct mistakes *m)
{
    struct rules_read more = { 0 };
    if (!rules_read(a, "body", text, &more, m) || !leaves_a_way_in(&more, m))
        return false;
    for (size_t i = 0; i < more.count; i++) {
        out->row = GROW(a, out->row, out->count, struct rule);
        out->row[out->count++] = more.row[i];
    }
    return true;
}

/* Sets the rules of a text behind those that stay (or none); the memory of former ones
 * goes when nothing stays. */
static void set_rules(const struct asked *q, bool stay)
{
    struct mock_control *c = q->control;
    struct arena *a = stay && c->kept ? c->kept : arena_new(c->arena);
    struct rules_read rules = { 0 };
    struct mistakes m = { .arena = q->arena };
    for (size_t i = 0; i < c->now.count && stay; i++) {
        rules.row = GROW(a, rules.row, rules.count, struct rule);
        rules.row[rules.count++] = c->now.row[i];
    }
    str text = str_copy(a, q->info->request->body);
    if (!read_rules(a, text, &rules, &m)) {
        answer_mistakes(q, &m);
        if (a != c->kept)
            arena_end(a);
        return;
    }
    if (stay)
        rules_add(c->rules, rules.row, rules.count);
    else
        rules_set(c->rules, rules.row, rules.count);
    if (c->kept && c->kept != a)
        arena_end(c->kept);
    c->kept = a;
    c->now = rules;
    show_rules(q);
}

static void add_rules(const struct asked *q)
{
    set_rules(q, true);
}

static void put_rules(const struct asked *q)
{
    set_rules(q, false);
}

static void drop_rules(struct mock_control *c, struct rules_read next)
{
    rules_set(c->rules, next.row, next.count);
    c->now = next;
    if (c->kept)
        arena_end(c->kept);
    c->kept = NULL;
}

static void delete_rules(const struct asked *q)
{
    drop_rules(q->control, (struct rules_read){ 0 });
    show_rules(q);
}

/* --- journal and reset --- */

static void show_journal(const struct asked *q)
{
    answer(q, 200, json_incref(mock_journal_json(q->control->journal, q->arena)));
}

static void show_har(const struct asked *q)
{
    answer(q, 200, json_incref(mock_journal_har(q->control->journal, q->arena)));
}

static void clear_journal(const struct asked *q)
{
    mock_journal_clear(q->control->journal);
    answer(q, 200, json_array());
}

/* As at the start, but for accounts, orders and certificates: those are the clients'. */
static void reset(const struct asked *q)
{
    drop_rules(q->control, q->control->first);
    mock_journal_clear(q->control->journal);
    q->info->wish->right_clock = true;
    q->info->wish->all_profiles = true;
    show_rules(q);
}

/* --- what a CA's operator does --- */

/* From now on accounts have to agree to other terms (RFC 8555 7.3.3). */
static void change_terms(const struct asked *q)
{
    q->info->wish->new_terms = true;
    answer(q, 200, json_object());
}

/* The clock, and the Date of answers, go ahead by the duration in the body. */
static void pass_time(const struct asked *q)
{
    long ms = 0;
    struct mistakes m = { .arena = q->arena };
    str span = str_trim(q->info->request->body);
    if (!str_to_ms(span, &ms)) {
        mistake(&m, (struct place){ "body", 1, 1 },
                "\"%.*s\" is no time span such as 90s, 10m or 48h",
                STR_ARG(str_upto(span, 60)));
        answer_mistakes(q, &m);
        return;
    }
    q->info->wish->shift += ms / 1000;
    answer(q, 200, json_object());
}

static str all_profiles(struct arena *a)
{
    struct strs names = { 0 };
    for (size_t i = 0; i < ca_profile_count; i++)
        strs_add(a, &names, str_of(ca_profiles[i].name));
    return strs_join(a, &names, " or ");
}

static void withdraw_profile(const struct asked *q)
{
    str name = str_trim(q->info->request->body);
    struct mistakes m = { .arena = q->arena };
    if (!ca_profile_find(name)) {
        str all = all_profiles(q->arena);
        mistake(&m, (struct place){ "body", 1, 1 },
                "there is no profile \"%.*s\"; take %.*s", STR_ARG(str_upto(name, 60)),
                STR_ARG(all));
        answer_mistakes(q, &m);
        return;
    }
    q->info->wish->withdrawn = name;
    answer(q, 200, json_object());
}

/* --- what a client has to trust --- */

static void show_roots(const struct asked *q)
{
    const struct ca *ca = q->control->ca;
    str root = ca ? ca_root_pem(ca) : STR_NONE,
        other = ca ? ca_other_root_pem(ca) : STR_NONE;
    q->response->status = 200;
    q->response->body = arena_printf(q->arena, "%.*s%.*s", STR_ARG(root), STR_ARG(other));
    headers_set(q->arena, &q->response->headers, STR("Content-Type"), STR("text/plain"));
}

/* --- the table --- */

static void show_help(const struct asked *q);

static const struct {
    const char *method, *path;
    void (*handler)(const struct asked *q);
    const char *help;
} routes[] = {
    { "GET", "", show_help, "this list" },
    { "GET", "rules", show_rules, "the rules, and how often each changed something" },
    { "POST", "rules", add_rules, "add the rules in the body; the others go on" },
    { "PUT", "rules", put_rules, "the rules in the body instead of all others" },
    { "DELETE", "rules", delete_rules, "no rules" },
    { "GET", "journal", show_journal, "the last 1000 exchanges, their JWS decoded" },
    { "GET", "journal.har", show_har, "the same as HAR 1.2" },
    { "DELETE", "journal", clear_journal, "forget them" },
    { "GET", "roots", show_roots,
      "both roots as PEM: the one that signs, and that of the alternate chain" },
    { "POST", "terms", change_terms,
      "new terms of service, which accounts have to agree to" },
    { "POST", "time", pass_time,
      "the clock goes ahead by the time span in the body (48h)" },
    { "POST", "withdraw", withdraw_profile,
      "offer no longer the profile whose name is the body" },
    { "POST", "reset", reset,
      "rules, counts, journal, clock and profiles as at the start" },
};

static void show_help(const struct asked *q)
{
    json_t *list = json_array();
    for (size_t i = 0; i < countof(routes); i++)
        json_array_append(
            list,
            json_string_of(q->arena,
                           arena_printf(q->arena, "%s %s/%s: %s", routes[i].method,
                                        prefix, routes[i].path, routes[i].help)));
    answer(q, 200, list);
}

static void route(const struct asked *q)
{
    const struct request *request = q->info->request;
    str path = str_from(path_of(request), strlen(prefix) + 1);
    for (size_t i = 0; i < countof(routes); i++)
        if (str_is(path, routes[i].path) && str_is(request->method, routes[i].method)) {
            routes[i].handler(q);
            return;
        }
    show_help(q);
    q->response->status = 404;
}

static bool before(void *context, struct arena *a, const struct ca_request_info *info,
                   struct reply *reply)
{
    struct mock_control *control = context;
    struct asked q = { control, a, info, &reply->response };
    control->began_us = clock_us();
    if (!mock_control_is_for(info))
        return false;
    info->wish->aside = true;
    route(&q);
    return true;
}

static bool after(void *context, struct arena *a, const struct ca_request_info *info,
                  struct reply *reply)
{
    struct mock_control *control = context;
    if (mock_control_is_for(info))
        return false;
    if (control->journals)
        mock_journal_add(control->journal, info, reply, clock_us() - control->began_us);
    return control->after && control->after(control->context, a, info, reply);
}

struct mock_control *mock_control_new(struct arena *a, struct rules *rules,
                                      const struct rules_read *first, bool journals)
{
    struct mock_control *control = NEW(a, struct mock_control);
    control->arena = a;
    control->rules = rules;
    control->first = control->now = *first;
    control->journal = mock_journal_new(a);
    control->journals = journals;
    return control;
}

void mock_control_attach(struct mock_control *control, const struct ca *ca)
{
    control->ca = ca;
}

void mock_control_hook(struct mock_control *control, struct ca_options *options)
{
    control->after = options->after;
    control->context = options->hook_context;
    options->before = before;
    options->after = after;
    options->hook_context = control;
}
