/* SPDX-License-Identifier: MIT */
/* Requests: signed and unsigned, raw bytes, polls, requests at once, and what is saved of
 * their answers. */
#include "acme/problem.h"
#include "base/buf.h"
#include "base/clock.h"
#include "crypto/cert.h"
#include "crypto/b64url.h"
#include "engine/judge.h"
#include "engine/steps.h"

static enum step_end ended(bool ok)
{
    return ok ? STEP_DONE : STEP_NOT_HELD;
}

/* --- headers and bodies of a request --- */

static bool read_headers(struct world *w, const struct line *line,
                         struct headers *headers, struct err *err)
{
    for (const struct line *c = NULL; (c = line_clause_after(line, "header", c));) {
        str name, value = c->rest;
        if (!str_cut(&value, ':', &name) || !http_is_token(str_trim(name)))
            return err_set(err, "a header clause is written NAME: VALUE");
        if (!world_word(w, str_trim(value), &value, err))
            return false;
        headers_add(w->arena, headers, str_trim(name), value);
    }
    return true;
}

/* The JSON or word of a clause as bytes. */
static bool clause_bytes(struct world *w, const struct line *clause, str *out,
                         struct err *err)
{
    if (!clause->json)
        return world_word(w, line_arg(clause, "VALUE"), out, err);
    json_t *value = vars_expand_json(w->vars, w->arena, clause->json, err);
    if (!value)
        return false;
    *out = json_text(w->arena, value);
    return true;
}

/* --- signing --- */

static bool read_payload(struct world *w, const struct line *line, struct post *post,
                         struct err *err)
{
    const struct line *json = line_clause(line, "payload");
    const struct line *text = line_clause(line, "payload-text");
    if (text) {
        post->deliberate = true;
        return world_word(w, text->rest, &post->jws.payload, err);
    }
    return !json || clause_bytes(w, json, &post->jws.payload, err);
}

/* A clause whose word replaces one header parameter; the word `none` leaves it out. */
static bool read_replacement(struct world *w, const struct line *line, const char *clause,
                             str *value, bool *given, struct err *err)
{
    const struct line *found = line_clause(line, clause);
    if (!found)
        return true;
    *given = true;
    str word = line_arg(found, "VALUE");
    if (str_is(word, "none")) {
        *value = STR_NONE;
        return true;
    }
    return world_word(w, word, value, err);
}

static bool read_tampers(struct world *w, const struct line *line, struct post *post,
                         struct err *err)
{
    for (const struct line *c = NULL; (c = line_clause_after(line, "tamper", c));)
        for (size_t i = 0; i < line_args(c, "TAMPER"); i++) {
            str name;
            if (!world_word(w, line_arg_n(c, "TAMPER", i), &name, err))
                return false;
            strs_add(w->arena, &post->jws.tampers, name);
            post->deliberate = true;
        }
    const struct line *other = line_clause(line, "other-key");
    const struct named_key *key = other ? world_key(w, line_arg(other, "KEY")) : NULL;
    if (key)
        post->jws.other_key = key->key;
    return true;
}

static bool read_protected(struct world *w, const struct line *line, struct post *post,
                           struct err *err)
{
    const struct line *found = line_clause(line, "protected");
    if (!found)
        return true;
    post->deliberate = true;
    post->jws.protected_patch = vars_expand_json(w->vars, w->arena, found->json, err);
    return post->jws.protected_patch != NULL;
}

bool read_signing(struct world *w, const struct line *line, struct post *post,
                  struct err *err)
{
    bool kid = false, alg = false;
    if (!read_payload(w, line, post, err)
        || !read_replacement(w, line, "nonce", &post->jws.nonce, &post->own_nonce, err)
        || !read_replacement(w, line, "url", &post->jws.url, &post->own_url, err)
        || !read_replacement(w, line, "kid", &post->jws.kid, &kid, err)
        || !read_replacement(w, line, "alg", &post->jws.alg, &alg, err)
        || !read_protected(w, line, post, err) || !read_tampers(w, line, post, err))
        return false;
    post->deliberate = post->deliberate || post->own_nonce || post->own_url || kid || alg;
    return true;
}

static bool read_signer(struct world *w, const struct line *line, struct post *post,
                        struct err *err)
{
    str account = line_arg(line, "ACCOUNT"), key = line_arg(line, "KEY");
    const struct named_key *as = account.len ? world_key(w, account) : NULL;
    const struct named_key *with = key.len ? world_key(w, key) : NULL;
    if ((account.len && !as) || (key.len && !with) || (!as && !with))
        return err_set(err,
                       "a post is signed `as` a given account or `with` a given key");
    post->jws.key = with ? with->key : as->key;
    post->jws.kid = as ? as->account_url : STR_NONE;
    post->deliberate = as && with && as != with;
    return true;
}

static bool read_post(struct world *w, const struct line *line, struct post *post,
                      struct err *err)
{
    *post = (struct post){ .line = line->place.line };
    post->no_retry = line_clause(line, "no-retry") != NULL;
    return world_target(w, line_arg(line, "TARGET"), &post->url, err)
        && read_signer(w, line, post, err) && read_signing(w, line, post, err)
        && read_headers(w, line, &post->headers, err);
}

enum step_end step_post(struct world *w, const struct step *step, struct err *err)
{
    struct post post;
    if (!read_post(w, step->line, &post, err))
        return STEP_NOT_HELD;
    if (!world_post(w, &post, err))
        return STEP_BROKEN;
    return ended(save_clauses(w, step->line, err));
}

/* --- unsigned requests --- */

static enum step_end send_unsigned(struct world *w, const struct step *step,
                                   const char *method, struct err *err)
{
    const struct line *line = step->line, *body = line_clause(line, "body");
    struct headers headers = { 0 };
    const struct exchange *exchange;
    str url, bytes = STR_NONE;
    if (!world_target(w, line_arg(line, "TARGET"), &url, err)
        || !read_headers(w, line, &headers, err)
        || (body && !clause_bytes(w, body, &bytes, err)))
        return STEP_NOT_HELD;
    if (!client_send(w->client, method, url, &headers, bytes, line->place.line, true,
                     &exchange, err))
        return STEP_BROKEN;
    world_answer(w, exchange);
    return ended(save_clauses(w, line, err));
}

enum step_end step_get(struct world *w, const struct step *step, struct err *err)
{
    return send_unsigned(w, step, "GET", err);
}

enum step_end step_head(struct world *w, const struct step *step, struct err *err)
{
    return send_unsigned(w, step, "HEAD", err);
}

enum step_end step_send(struct world *w, const struct step *step, struct err *err)
{
    str method;
    if (!world_word(w, line_arg(step->line, "METHOD"), &method, err))
        return STEP_NOT_HELD;
    return send_unsigned(w, step, str_z(w->arena, method), err);
}

enum step_end step_raw(struct world *w, const struct step *step, struct err *err)
{
    struct buf b = buf_new(w->arena, CEILING_BODY);
    const struct exchange *exchange;
    str url = w->target->directory_url;
    str target = line_arg(step->line, "TARGET");
    if (target.len && !world_target(w, target, &url, err))
        return STEP_NOT_HELD;
    for (size_t i = 0; i < step->line->clause_count; i++) {
        const struct line *c = &step->line->clause[i];
        bool is_line = strcmp(c->verb->name, "line") == 0;
        str text;
        if (!world_word(w, is_line ? c->rest : line_arg(c, "VALUE"), &text, err))
            return STEP_NOT_HELD;
        buf_add(&b, text);
        if (is_line)
            buf_add(&b, STR("\r\n"));
    }
    if (!client_raw(w->client, url, buf_str(&b), step->line->place.line, &exchange, err))
        return STEP_BROKEN;
    world_answer(w, exchange);
    return STEP_DONE;
}

/* --- several at once --- */

static size_t times_of(const struct line *line)
{
    const struct line *clause = line_clause(line, "times");
    long times = 1;
    if (clause)
        str_to_long(line_arg(clause, "NUMBER"), 64, &times);
    return (size_t)times;
}

enum step_end step_at_once(struct world *w, const struct step *step, struct err *err)
{
    size_t count = 0, n = 0;
    for (size_t i = 0; i < step->inner_count; i++)
        count += times_of(step->inner[i].line);
    struct post *posts = NEW_ARRAY(w->arena, struct post, count);
    for (size_t i = 0; i < step->inner_count; i++)
        for (size_t k = times_of(step->inner[i].line); k > 0; k--)
            if (!read_post(w, step->inner[i].line, &posts[n++], err))
                return STEP_NOT_HELD;
    const struct exchange **answers = NEW_ARRAY(w->arena, const struct exchange *, count);
    if (!client_post_together(w->client, posts, count, answers, err))
        return STEP_BROKEN;
    w->answer = answers;
    w->answer_count = count;
    w->last = answers[count - 1];
    return STEP_DONE;
}

/* --- polling --- */

/* Whether the poll goes on after this answer. */
typedef bool still_waiting(struct world *w, const void *context);

static bool poll_until(struct world *w, str account, str url, long within_ms, int line,
                       still_waiting *waiting, const void *context, struct err *err)
{
    int64_t end = clock_ms() + within_ms * w->target->profile.deadline_factor;
    for (int polls = 0;; polls++) {
        if (!world_post_as(w, account, url, NULL, line, err))
            return false;
        if (w->last->response.status == 0 || !waiting(w, context))
            return true;
        long pause = client_pause_ms(w->last, polls);
        if (clock_ms() + pause > end || clock_ms() > w->deadline_ms)
            return true;
        clock_sleep_ms(pause);
    }
}

struct statuses {
    const char *const *name;
    size_t count;
};

static bool has_status(struct world *w, const void *context)
{
    const struct statuses *s = context;
    return w->last->response.status == 200
        && name_find(s->name, s->count, json_member(w->last->body, "status")) >= 0;
}

bool poll_while(struct world *w, str account, str url, const char *const while_statuses[],
                size_t count, long within_ms, struct err *err)
{
    struct statuses s = { while_statuses, count };
    return poll_until(w, account, url, within_ms, 0, has_status, &s, err);
}

/* What a poll waits for: any one of these. */
struct awaited {
    struct check check[4];
    size_t count;
};

static bool none_held(struct world *w, const void *context)
{
    const struct awaited *a = context;
    struct finding finding = { .verdict = VERDICT_FAIL };
    for (size_t i = 0; i < a->count && finding.verdict != VERDICT_PASS; i++)
        judge_check(w, &a->check[i], &finding);
    return finding.verdict != VERDICT_PASS;
}

static bool add_awaited(struct world *w, const struct line *line, size_t from,
                        struct awaited *out, struct err *err)
{
    if (out->count == countof(out->check))
        return err_set(err, "a poll waits for %zu things at most", countof(out->check));
    struct check *check = &out->check[out->count++];
    *check = (struct check){ .level = CHECK_MUST };
    return check_read(w->arena, line, from, check, err);
}

/* The check of the line, then those of its `or` clauses. */
static bool read_awaited(struct world *w, const struct line *line, struct awaited *out,
                         struct err *err)
{
    out->count = 0;
    if (!add_awaited(w, line, line->check_from, out, err))
        return false;
    for (const struct line *c = NULL; (c = line_clause_after(line, "or", c));)
        if (!add_awaited(w, c, 0, out, err))
            return false;
    return true;
}

enum step_end step_poll(struct world *w, const struct step *step, struct err *err)
{
    const struct line *line = step->line, *within = line_clause(line, "within");
    struct awaited awaited;
    long within_ms = 10000;
    str url;
    if (!read_awaited(w, line, &awaited, err)
        || !world_target(w, line_arg(line, "TARGET"), &url, err))
        return STEP_NOT_HELD;
    if (within)
        str_to_ms(line_arg(within, "DURATION"), &within_ms);
    if (!poll_until(w, line_arg(line, "ACCOUNT"), url, within_ms, line->place.line,
                    none_held, &awaited, err))
        return STEP_BROKEN;
    return ended(save_clauses(w, line, err));
}

/* --- saving --- */

static void save_certificate(struct world *w, str name)
{
    struct chain chain;
    struct err err;
    if (chain_read(w->arena, w->last->response.body, &chain, &err))
        vars_set(w->vars, name,
                 b64url_encode(w->arena, cert_der(w->arena, chain.item[0])));
    else
        vars_set_missing(w->vars, name, str_of(err.text));
}

static void save_text(struct world *w, str name, const str *value, str what)
{
    if (value && value->len)
        vars_set(w->vars, name, *value);
    else
        vars_set_missing(w->vars, name,
                         arena_printf(w->arena, "the answer had no %.*s", STR_ARG(what)));
}

static bool save_from_answer(struct world *w, str name, str source, str value)
{
    const struct response *r = &w->last->response;
    str text = STR_NONE;
    str what = arena_printf(w->arena, "%.*s %.*s", STR_ARG(source), STR_ARG(value));
    if (str_is(source, "nonce"))
        text = client_nonce_of(w->arena, w->last);
    else if (str_is(source, "status"))
        text = arena_printf(w->arena, "%d", r->status);
    else if (str_is(source, "url"))
        text = w->last->request.url;
    else if (str_is(source, "age"))
        text = arena_printf(w->arena, "%lld",
                            (long long)(clock_us() - w->last->done_us) / 1000);
    else if (str_is(source, "link"))
        link_find(w->arena, &r->headers, str_z(w->arena, value), 0, w->last->request.url,
                  &text);
    else if (str_is(source, "header")) {
        const str *found = headers_find(&r->headers, str_z(w->arena, value));
        text = found ? *found : STR_NONE;
    } else
        return false;
    save_text(w, name, &text, what);
    return true;
}

/* Path and query of a URL, to say the same of another host. */
static bool save_path(struct world *w, str name, str value, struct err *err)
{
    struct url url;
    if (!url_parse(w->arena, value, &url))
        return err_set(err, "%.*s is no absolute URL", STR_ARG(str_upto(value, 200)));
    vars_set(w->vars, name, url.path);
    return true;
}

bool save_value(struct world *w, const struct line *line, struct err *err)
{
    str name = line_arg(line, "NAME"), source = line_arg(line, "SOURCE"), value;
    if (!world_word(w, line_arg(line, "VALUE"), &value, err))
        return false;
    if (str_is(source, "text")) {
        vars_set(w->vars, name, value);
        return true;
    }
    if (str_is(source, "path"))
        return save_path(w, name, value, err);
    if (!w->last)
        return err_set(err, "there is no answer yet to save from");
    if (save_from_answer(w, name, source, value))
        return true;
    if (str_is(source, "certificate")) {
        save_certificate(w, name);
        return true;
    }
    json_t *found = w->last->body ? json_pointer(w->last->body, value) : NULL;
    if (found)
        vars_set_json(w->vars, name, found);
    else
        vars_set_missing(
            w->vars, name,
            arena_printf(w->arena, "the answer's body has no %.*s", STR_ARG(value)));
    return true;
}

bool save_clauses(struct world *w, const struct line *line, struct err *err)
{
    for (const struct line *c = NULL; (c = line_clause_after(line, "save", c));)
        if (!save_value(w, c, err))
            return false;
    return true;
}

enum step_end step_save(struct world *w, const struct step *step, struct err *err)
{
    return ended(save_value(w, step->line, err));
}

enum step_end step_reconnect(struct world *w, const struct step *step, struct err *err)
{
    (void)step;
    (void)err;
    fetcher_drop_connections(client_fetcher(w->client));
    return STEP_DONE;
}

enum step_end step_wait(struct world *w, const struct step *step, struct err *err)
{
    long ms = 0;
    (void)w;
    (void)err;
    str_to_ms(line_arg(step->line, "DURATION"), &ms);
    clock_sleep_ms(ms);
    return STEP_DONE;
}
