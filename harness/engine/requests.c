/* SPDX-License-Identifier: MIT */
/* Requests: signed and unsigned, raw bytes, requests at once, and what is saved of their
 * answers. */
#include "acme/problem.h"
#include "base/buf.h"
#include "base/clock.h"
#include "crypto/cert.h"
#include "crypto/b64url.h"
#include "engine/steps.h"

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
    if (!json || !json->json || !str_is(line_arg(line, "TARGET"), "newAccount"))
        return !json || clause_bytes(w, json, &post->jws.payload, err);
    json_t *payload = vars_expand_json(w->vars, w->arena, json->json, err);
    if (!payload)
        return false;
    add_profile_contacts(w, payload);
    post->jws.payload = json_text(w->arena, payload);
    return true;
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

enum { MOST_TIMES = 1000, MOST_TOGETHER = 64 };

/* How often a post is sent. */
static bool times_of(struct world *w, const struct line *line, long most, long *times,
                     struct err *err)
{
    const struct line *clause = line_clause(line, "times");
    str text;
    *times = 1;
    if (!clause)
        return true;
    return world_word(w, line_arg(clause, "NUMBER"), &text, err)
        && ((str_to_long(text, most, times) && *times > 0)
            || err_set(err, "a request is sent between 1 and %ld times, not %.*s", most,
                       STR_ARG(str_upto(text, 20))));
}

enum step_end step_post(struct world *w, const struct step *step, struct err *err)
{
    struct post post;
    long times;
    if (!times_of(w, step->line, MOST_TIMES, &times, err))
        return STEP_NOT_HELD;
    for (; times > 0; times--) {
        if (!read_post(w, step->line, &post, err))
            return STEP_NOT_HELD;
        if (!world_post(w, &post, err))
            return STEP_BROKEN;
    }
    return step_ended(save_clauses(w, step->line, err));
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
    return step_ended(save_clauses(w, line, err));
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

enum step_end step_at_once(struct world *w, const struct step *step, struct err *err)
{
    struct post *posts = NULL;
    size_t count = 0;
    long times;
    for (size_t i = 0; i < step->inner_count; i++) {
        const struct line *line = step->inner[i].line;
        if (!times_of(w, line, MOST_TOGETHER, &times, err))
            return STEP_NOT_HELD;
        for (; times > 0; times--) {
            posts = GROW(w->arena, posts, count, struct post);
            if (!read_post(w, line, &posts[count++], err))
                return STEP_NOT_HELD;
        }
    }
    const struct exchange **answers = NEW_ARRAY(w->arena, const struct exchange *, count);
    if (!client_post_together(w->client, posts, count, answers, err))
        return STEP_BROKEN;
    w->answer = answers;
    w->answer_count = count;
    w->last = answers[count - 1];
    return STEP_DONE;
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
    return step_ended(save_value(w, step->line, err));
}

enum step_end step_reconnect(struct world *w, const struct step *step, struct err *err)
{
    (void)step;
    (void)err;
    fetcher_drop_connections(client_fetcher(w->client));
    return STEP_DONE;
}
