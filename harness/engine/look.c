/* SPDX-License-Identifier: MIT */
/* What a check looks at: one function per row of the table `subjects`, each giving a JSON
 * value, or NULL when nothing is there. */
#include <ctype.h>

#include "acme/problem.h"
#include "base/clock.h"
#include "engine/judge.h"
#include "engine/look.h"
#include "engine/seen.h"
#include "engine/steps.h"

json_t *look_text(const struct look *l, str text)
{
    return json_string_of(l->world->arena, text);
}

json_t *look_number(const struct look *l, long long number)
{
    return json_keep(l->world->arena, json_integer(number));
}

json_t *look_list(const struct look *l, const struct strs *texts)
{
    json_t *list = json_keep(l->world->arena, json_array());
    for (size_t i = 0; i < texts->count; i++)
        json_array_append(list, look_text(l, texts->item[i]));
    return list;
}

/* True, or false with the reason. */
json_t *look_truth(const struct look *l, bool truth, str reason)
{
    if (!truth)
        l->world->reason = str_copy(l->world->arena, reason);
    return json_boolean(truth);
}

static const struct response *answer(const struct look *l)
{
    return &l->world->last->response;
}

static bool look_status(struct look *l)
{
    l->value = look_number(l, answer(l)->status);
    l->mark = arena_printf(l->world->arena, " %d ", answer(l)->status);
    return true;
}

static bool look_type(struct look *l)
{
    str type = problem_word(l->world->arena, answer(l));
    l->value = type.len ? look_text(l, type) : NULL;
    l->mark = STR("\"type\"");
    return true;
}

static bool look_problem(struct look *l)
{
    struct err err = { "" };
    bool good = problem_form(l->world->arena, answer(l), &err);
    l->value = look_truth(l, good, str_of(err.text));
    return true;
}

static bool look_header(struct look *l)
{
    char *name = str_z(l->world->arena, l->arg[0]);
    const struct headers *headers = &answer(l)->headers;
    const str *value = headers_find(headers, name);
    str joined = value ? *value : STR_NONE;
    for (size_t i = 1; (value = headers_nth(headers, name, i)); i++)
        joined =
            arena_printf(l->world->arena, "%.*s, %.*s", STR_ARG(joined), STR_ARG(*value));
    l->value = headers_count(headers, name) ? look_text(l, joined) : NULL;
    l->mark = arena_printf(l->world->arena, "%s:", name);
    return true;
}

static bool look_headers(struct look *l)
{
    char *name = str_z(l->world->arena, l->arg[0]);
    l->value = look_number(l, (long long)headers_count(&answer(l)->headers, name));
    l->mark = arena_printf(l->world->arena, "%s:", name);
    return true;
}

static bool look_link(struct look *l)
{
    str target;
    char *rel = str_z(l->world->arena, l->arg[0]);
    bool found = link_find(l->world->arena, &answer(l)->headers, rel, 0,
                           l->world->last->request.url, &target);
    l->value = found ? look_text(l, target) : NULL;
    l->mark = STR("Link:");
    return true;
}

static bool look_media_type(struct look *l)
{
    const str *value = headers_find(&answer(l)->headers, "Content-Type");
    l->value = value ? look_text(l, media_type(l->world->arena, *value)) : NULL;
    l->mark = STR("Content-Type:");
    return true;
}

static bool look_retry_after(struct look *l)
{
    long seconds;
    const str *value = headers_find(&answer(l)->headers, "Retry-After");
    bool good = value && retry_after_seconds(*value, clock_wall(), &seconds);
    l->value = good ? look_number(l, seconds) : NULL;
    l->mark = STR("Retry-After:");
    return true;
}

/* The line of the printed body that a pointer is about: its last named member. */
static str mark_of_pointer(struct arena *a, str pointer)
{
    str member = STR_NONE, rest = pointer, piece;
    long index;
    while (str_cut(&rest, '/', &piece))
        if (piece.len && !str_to_long(piece, 100000, &index))
            member = piece;
    return member.len ? arena_printf(a, "\"%.*s\":", STR_ARG(member)) : STR_NONE;
}

static bool look_body(struct look *l)
{
    json_t *body = l->world->last->body;
    l->value = body ? json_pointer(body, l->arg[0]) : NULL;
    l->mark = mark_of_pointer(l->world->arena, l->arg[0]);
    return true;
}

static bool look_text_body(struct look *l)
{
    l->value = look_text(l, str_upto(answer(l)->body, 65536));
    return true;
}

static void add_url(json_t *urls, json_t *value)
{
    if (json_is_string(value))
        json_array_append(urls, value);
}

static void add_urls(json_t *urls, json_t *values)
{
    size_t i;
    json_t *item;
    json_array_foreach(values, i, item) add_url(urls, item);
}

/* RFC 8555 7.1.1: every member of the directory but meta is a URL. */
static void add_directory_urls(json_t *urls, json_t *body)
{
    for (int i = 0; i < RESOURCE_COUNT; i++)
        if (*resource_members[i])
            add_url(urls, json_object_get(body, resource_members[i]));
}

static bool look_urls(struct look *l)
{
    static const char *const members[] = { "orders", "finalize", "certificate" };
    json_t *urls = json_keep(l->world->arena, json_array()), *body = l->world->last->body,
           *item;
    const str *location = headers_find(&answer(l)->headers, "Location");
    size_t i;
    if (location)
        json_array_append(urls, look_text(l, *location));
    if (l->world->last->resource == RESOURCE_DIRECTORY)
        add_directory_urls(urls, body);
    for (i = 0; i < countof(members); i++)
        add_url(urls, json_object_get(body, members[i]));
    add_urls(urls, json_object_get(body, "authorizations"));
    add_urls(urls, json_object_get(body, "orders"));
    json_array_foreach(json_object_get(body, "challenges"), i, item)
        add_url(urls, json_object_get(item, "url"));
    if (l->world->last->has_object && l->world->last->object == OBJECT_CHALLENGE)
        add_url(urls, json_object_get(body, "url"));
    l->value = urls;
    return true;
}

static bool look_count_of(struct look *l)
{
    if (!isdigit((unsigned char)l->arg[0].ptr[0]))
        return look_request_count(l);
    long long count = 0;
    for (size_t i = 0; i < l->world->answer_count; i++) {
        int status = l->world->answer[i]->response.status;
        str wanted = l->arg[0];
        str text = arena_printf(l->world->arena, "%d", status);
        bool class_fits = str_ends(wanted, "xx") && text.ptr[0] == wanted.ptr[0];
        count += class_fits || str_eq(text, wanted);
    }
    l->value = look_number(l, count);
    return true;
}

/* RFC 8555 7.3.1: the account's URL is found by its key. */
static bool look_alive(struct look *l)
{
    struct world *w = l->world;
    const struct named_key *account = world_key(w, l->arg[0]);
    const struct exchange *e;
    struct post post = { .url = client_resource(w->client, RESOURCE_NEW_ACCOUNT) };
    post.jws.key = account->key;
    post.jws.payload = STR("{\"onlyReturnExisting\":true}");
    if (!world_ask(w, &post, &e, l->err) || world_unlearnt(w, l->err))
        return false;
    const str *location = headers_find(&e->response.headers, "Location");
    bool good =
        e->response.status == 200 && location && str_eq(*location, account->account_url);
    l->value = look_truth(l, good, journal_sentence(w->arena, e));
    return true;
}

static bool look_gap(struct look *l)
{
    if (l->arg[0].len)
        return look_request_gap(l);
    size_t count = journal_count(l->world->journal);
    if (count < 2)
        return err_set(l->err, "there are no two exchanges yet");
    const struct exchange *last = journal_at(l->world->journal, count - 1);
    const struct exchange *before = journal_at(l->world->journal, count - 2);
    l->value = look_number(l, (last->sent_us - before->done_us) / 1000);
    return true;
}

static bool look_time(struct look *l)
{
    const struct exchange *e = l->world->last;
    l->value = look_number(l, (e->done_us - e->sent_us) / 1000);
    return true;
}

static bool look_value(struct look *l)
{
    l->value = vars_expand_json(l->world->vars, l->world->arena,
                                look_text(l, l->check->arg[0]), l->err);
    return l->value != NULL;
}

static bool look_method(struct look *l)
{
    l->value = look_text(l, l->world->last->request.method);
    return true;
}

static bool look_resource(struct look *l)
{
    l->value = look_text(l, str_of(resource_names[l->world->last->resource]));
    return true;
}

static bool look_object(struct look *l)
{
    const struct exchange *e = l->world->last;
    l->value = e->has_object ? look_text(l, str_of(object_names[e->object])) : NULL;
    return true;
}

static bool look_nonce(struct look *l)
{
    const struct exchange *e = l->world->last;
    const str *nonce = headers_find(&e->response.headers, "Replay-Nonce");
    l->value = json_true();
    l->mark = STR("Replay-Nonce:");
    for (size_t i = 0; nonce && i < journal_count(l->world->journal); i++) {
        const struct exchange *other = journal_at(l->world->journal, i);
        const str *old = headers_find(&other->response.headers, "Replay-Nonce");
        if (other->number >= e->number || !old || !str_eq(*old, *nonce))
            continue;
        l->value =
            look_truth(l, false,
                       arena_printf(l->world->arena,
                                    "the nonce was given out before, in exchange %zu",
                                    other->number));
    }
    return true;
}

static bool look_transition(struct look *l)
{
    str fault = seen_transition_fault(l->world->seen);
    l->value = look_truth(l, !fault.len, fault);
    l->mark = STR("\"status\"");
    return true;
}

static bool look_identity(struct look *l)
{
    str fault = seen_identity_fault(l->world->seen);
    l->value = look_truth(l, !fault.len, fault);
    return true;
}

static look_function *const functions[SUBJECT_KINDS] = {
    [SUBJECT_STATUS] = look_status,
    [SUBJECT_TYPE] = look_type,
    [SUBJECT_PROBLEM] = look_problem,
    [SUBJECT_HEADER] = look_header,
    [SUBJECT_HEADERS] = look_headers,
    [SUBJECT_LINK] = look_link,
    [SUBJECT_MEDIA_TYPE] = look_media_type,
    [SUBJECT_RETRY_AFTER] = look_retry_after,
    [SUBJECT_BODY] = look_body,
    [SUBJECT_TEXT] = look_text_body,
    [SUBJECT_URLS] = look_urls,
    [SUBJECT_CHAIN] = look_chain,
    [SUBJECT_CERTIFICATE] = look_certificate,
    [SUBJECT_ALIVE] = look_alive,
    [SUBJECT_COUNT_OF] = look_count_of,
    [SUBJECT_QUERIES] = look_queries,
    [SUBJECT_QUERY] = look_query,
    [SUBJECT_HANDSHAKE] = look_handshake,
    [SUBJECT_GAP] = look_gap,
    [SUBJECT_TIME] = look_time,
    [SUBJECT_VALUE] = look_value,
    [SUBJECT_METHOD] = look_method,
    [SUBJECT_RESOURCE] = look_resource,
    [SUBJECT_OBJECT] = look_object,
    [SUBJECT_NONCE] = look_nonce,
    [SUBJECT_TRANSITION] = look_transition,
    [SUBJECT_IDENTITY] = look_identity,
    [SUBJECT_REQUEST] = look_request,
    [SUBJECT_PAYLOAD] = look_payload,
    [SUBJECT_PROTECTED] = look_protected,
    [SUBJECT_SENT] = look_sent,
    [SUBJECT_JWS] = look_jws,
    [SUBJECT_NONCE_USE] = look_nonce_use,
    [SUBJECT_RETRY_NONCE] = look_retry_nonce,
    [SUBJECT_NUMBER] = look_number_in_run,
    [SUBJECT_OPERATION] = look_operation,
    [SUBJECT_CSR] = look_csr,
    [SUBJECT_CLIENT] = look_outcome,
    [SUBJECT_EXIT] = look_exit,
    [SUBJECT_OUTPUT] = look_output,
    [SUBJECT_REQUESTS] = look_requests,
    [SUBJECT_ACCOUNT_KEYS] = look_account_keys,
    [SUBJECT_STORED] = look_stored,
    [SUBJECT_PROOFS] = look_proofs,
    [SUBJECT_LEFTOVERS] = look_leftovers,
};

bool subject_value(struct world *w, const struct check *check, json_t **value, str *mark,
                   struct err *err)
{
    struct look l = { .world = w, .check = check, .err = err, .mark = STR_NONE };
    for (size_t i = 0; i < countof(l.arg); i++)
        l.arg[i] = STR_NONE;
    for (size_t i = 0; i < check->arg_count; i++)
        if (!world_word(w, check->arg[i], &l.arg[i], err))
            return false;
    if (!functions[check->subject](&l))
        return false;
    *value = l.value;
    *mark = l.mark;
    return true;
}
