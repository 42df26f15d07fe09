/* SPDX-License-Identifier: MIT */
/* What each clause of a rule does: one function a row. */
#include "acme/identifier.h"
#include "acme/problem.h"
#include "base/clock.h"
#include "engine/rules_inside.h"

enum { USUAL_PIECE = 16, REDIRECT = 302 };

/* --- words --- */

static str own_name(str name, str directory, const struct ca_request_info *info)
{
    if (str_is(name, "directory"))
        return directory;
    if (!info)
        return STR_NONE;
    if (str_is(name, "url"))
        return info->request->url;
    return str_is(name, "nonce") && info->jws ? info->jws->nonce : STR_NONE;
}

struct vars *rule_vars(struct arena *a, const struct vars *scenario, str directory,
                       const struct ca_request_info *info)
{
    struct vars *names = vars_over(a, scenario);
    for (size_t i = 0; i < rule_name_count; i++) {
        str name = str_of(rule_names[i]);
        vars_set(names, name, own_name(name, directory, info));
    }
    return names;
}

static str expanded(const struct firing *f, str text)
{
    struct err err;
    str out;
    if (!str_contains(text, STR("${")))
        return text;
    struct vars *names = rule_vars(f->arena, f->vars, f->directory, f->info);
    return vars_expand(names, f->arena, text, &out, &err) ? out : text;
}

static json_t *expand_string(void *context, str s)
{
    const struct firing *f = context;
    return json_string_of(f->arena, expanded(f, s));
}

static json_t *expanded_json(const struct firing *f, json_t *value)
{
    struct firing copy = *f;
    return json_map_strings(f->arena, value, expand_string, &copy);
}

str effect_word(const struct firing *f, const struct effect *e, size_t n)
{
    return n < e->words.count ? expanded(f, e->words.item[n]) : STR_NONE;
}

long effect_number(const struct firing *f, const struct effect *e, size_t n,
                   long otherwise)
{
    long number;
    return str_to_long(effect_word(f, e, n), 1000000000, &number) ? number : otherwise;
}

static long span_ms(const struct firing *f, const struct effect *e, size_t n)
{
    long ms = 0;
    (void)str_to_ms(effect_word(f, e, n), &ms);
    return ms;
}

str rule_detail(const struct firing *f)
{
    const struct effect *detail = rule_effect(f->rule, EFFECT_DETAIL);
    return detail ? effect_word(f, detail, 0) : STR("a rule of this mock says so");
}

typedef void effect_function(const struct firing *f, const struct effect *e);

/* --- what the CA is told before it acts --- */

static void tell_processing(const struct firing *f, const struct effect *e)
{
    f->info->wish->polls = (int)effect_number(f, e, 0, 1);
}

static void tell_valid(const struct firing *f, const struct effect *e)
{
    (void)e;
    f->info->wish->valid = true;
}

static void tell_invalid(const struct firing *f, const struct effect *e)
{
    int problem = name_find(problem_names, PROBLEM_COUNT, effect_word(f, e, 0));
    f->info->wish->fails = true;
    f->info->wish->problem =
        problem < 0 ? PROBLEM_SERVER_INTERNAL : (enum problem_type)problem;
    f->info->wish->detail = rule_detail(f);
}

static void tell_expired(const struct firing *f, const struct effect *e)
{
    (void)e;
    f->info->wish->expired = true;
}

static void tell_clock(const struct firing *f, const struct effect *e)
{
    long seconds = span_ms(f, e, 1) / 1000;
    f->info->wish->shift += str_is(effect_word(f, e, 0), "back") ? -seconds : seconds;
}

/* --- the rule's own answer --- */

static struct headers *headers_of(const struct firing *f)
{
    return &f->reply->response.headers;
}

static void set_header(const struct firing *f, const char *name, str value)
{
    headers_set(f->arena, headers_of(f), str_of(name), value);
}

static void set_type(json_t *problem, struct arena *a, str word)
{
    if (str_contains(word, STR(":")))
        json_object_set(problem, "type", json_string_of(a, word));
}

static void reply(const struct firing *f, const struct effect *e)
{
    struct response *response = &f->reply->response;
    str word = effect_word(f, e, 1);
    response->status = (int)effect_number(f, e, 0, 500);
    response->body = STR_NONE;
    set_header(f, "Content-Type", STR_NONE);
    if (!word.len)
        return;
    json_t *problem =
        problem_new(f->arena, str_z(f->arena, word), response->status, rule_detail(f));
    set_type(problem, f->arena, word);
    response->body = json_text(f->arena, problem);
    set_header(f, "Content-Type", STR("application/problem+json"));
}

static void subproblem(const struct firing *f, const struct effect *e)
{
    struct err err;
    struct response *response = &f->reply->response;
    json_t *problem = json_read(f->arena, response->body, &err);
    if (!json_is_object(problem))
        return;
    json_t *list = json_object_get(problem, "subproblems");
    str word = effect_word(f, e, 0), domain = effect_word(f, e, 2);
    json_t *part =
        problem_new(f->arena, str_z(f->arena, word), response->status, rule_detail(f));
    set_type(part, f->arena, word);
    if (domain.len)
        json_object_set(part, "identifier", identifier_of(f->arena, domain));
    if (!list)
        json_object_set_new(problem, "subproblems", list = json_array());
    json_array_append(list, part);
    response->body = json_text(f->arena, problem);
}

/* --- what becomes of the answer --- */

static void set_status(const struct firing *f, const struct effect *e)
{
    f->reply->response.status = (int)effect_number(f, e, 0, 200);
}

static void redirect(const struct firing *f, const struct effect *e)
{
    bool replied = rule_effect(f->rule, EFFECT_REPLY);
    if (!replied)
        f->reply->response.body = STR_NONE;
    if (!replied && !rule_effect(f->rule, EFFECT_STATUS))
        f->reply->response.status = REDIRECT;
    set_header(f, "Location", effect_word(f, e, 0));
}

static void body(const struct firing *f, const struct effect *e)
{
    f->reply->response.body =
        e->json ? json_text(f->arena, expanded_json(f, e->json)) : effect_word(f, e, 0);
    if (e->json && !headers_find(headers_of(f), "Content-Type"))
        set_header(f, "Content-Type", STR("application/json"));
}

static void patch(const struct firing *f, const struct effect *e)
{
    struct err err;
    json_t *value = json_read(f->arena, f->reply->response.body, &err);
    if (value)
        f->reply->response.body =
            json_text(f->arena, json_merge(f->arena, value, expanded_json(f, e->json)));
}

/* Chains and spoils: only an answer that has a body can be otherwise. */
static void chain(const struct firing *f, const struct effect *e)
{
    struct response *response = &f->reply->response;
    bool is_pem = str_contains(response->body, STR("-----BEGIN CERTIFICATE-----"));
    for (size_t i = 0; i < e->words.count && response->status == 200 && is_pem; i++)
        response->body = body_chain(f, effect_word(f, e, i), response->body);
}

static void layout(const struct firing *f, const struct effect *e)
{
    f->reply->response.body =
        body_laid_out(f, effect_word(f, e, 0), f->reply->response.body);
}

static void spoil(const struct firing *f, const struct effect *e)
{
    struct response *response = &f->reply->response;
    for (size_t i = 0; i < e->words.count; i++)
        response->body =
            body_spoilt(f, effect_word(f, e, i), response->body, &response->headers);
}

static void set_media_type(const struct firing *f, const struct effect *e)
{
    set_header(f, "Content-Type", effect_word(f, e, 0));
}

static void retry_after(const struct firing *f, const struct effect *e)
{
    long seconds = (span_ms(f, e, 0) + 999) / 1000;
    const str *date = headers_find(headers_of(f), "Date");
    time_t now;
    if (!date || !date_from_http(*date, &now))
        now = clock_wall();
    str form = effect_word(f, e, e->words.count - 1);
    bool old = str_is(form, "asctime") || str_is(form, "rfc850");
    set_header(f, "Retry-After",
               old ? date_http_old(f->arena, now + seconds, str_is(form, "asctime"))
                   : e->words.count > 1 ? date_http(f->arena, now + seconds)
                                        : arena_printf(f->arena, "%ld", seconds));
}

static void replay_nonce(const struct firing *f, const struct effect *e)
{
    str word = effect_word(f, e, 0),
        spent = own_name(STR("nonce"), f->directory, f->info);
    if ((str_is(word, "repeated") && !f->last_nonce.len)
        || (str_is(word, "spent") && !spent.len))
        return;
    if (str_is(word, "none"))
        word = STR_NONE;
    else if (str_is(word, "repeated"))
        word = str_copy(f->arena, f->last_nonce);
    else if (str_is(word, "spent"))
        word = spent;
    set_header(f, "Replay-Nonce", word);
}

static void cut_header(str text, str *name, str *value)
{
    *value = text;
    str_cut(value, ':', name);
    *value = str_trim(*value);
}

static void header(const struct firing *f, const struct effect *e)
{
    str name, value;
    cut_header(effect_word(f, e, 0), &name, &value);
    headers_set(f->arena, headers_of(f), name, value);
}

static void add_header(const struct firing *f, const struct effect *e)
{
    str name, value;
    cut_header(effect_word(f, e, 0), &name, &value);
    headers_add(f->arena, headers_of(f), name, value);
}

static void double_header(const struct firing *f, const struct effect *e)
{
    str name = effect_word(f, e, 0);
    const str *value = headers_find(headers_of(f), str_z(f->arena, name));
    if (value)
        headers_add(f->arena, headers_of(f), name, *value);
}

static void header_case(const struct firing *f, const struct effect *e)
{
    struct headers *list = headers_of(f);
    headers_date(f->arena, list, clock_wall());
    str how = effect_word(f, e, 0);
    for (size_t i = 0; i < list->count; i++) {
        str name = list->item[i].name;
        char *text = arena_alloc(f->arena, 1, name.len + 1);
        for (size_t k = 0; k < name.len; k++)
            text[k] = char_in_case(name.ptr[k],
                                   str_is(how, "upper") || (str_is(how, "odd") && k % 2));
        list->item[i].name = (str){ text, name.len };
    }
}

/* RFC 3986 4.2: a reference that begins with the path. */
static void make_relative(const struct firing *f, const struct effect *e)
{
    str name = effect_word(f, e, 0), url = f->info->request->url;
    size_t scheme = str_find(url, STR("://")) + 3;
    size_t host = str_find_char(str_from(url, scheme), '/');
    str origin = str_upto(url, scheme + host);
    struct headers *list = headers_of(f);
    for (size_t i = 0; i < list->count; i++) {
        str *value = &list->item[i].value;
        size_t at;
        while (str_eq_nocase(list->item[i].name, name)
               && (at = str_find(*value, origin)) < value->len)
            *value = arena_printf(f->arena, "%.*s%.*s", STR_ARG(str_upto(*value, at)),
                                  STR_ARG(str_from(*value, at + origin.len)));
    }
}

/* --- how it is sent --- */

static void interim(const struct firing *f, const struct effect *e)
{
    f->reply->manner.interim = (int)effect_number(f, e, 0, 100);
}

static void claim_length(const struct firing *f, const struct effect *e)
{
    f->reply->manner.lie = true;
    f->reply->manner.wrong_length = effect_number(f, e, 0, 0);
}

static void delay(const struct firing *f, const struct effect *e)
{
    f->reply->manner.delay_ms = span_ms(f, e, 0);
}

static void drip(const struct firing *f, const struct effect *e)
{
    f->reply->manner.drip_ms = span_ms(f, e, 0);
    f->reply->manner.drip_bytes = (size_t)effect_number(f, e, 1, USUAL_PIECE);
}

static void set_manner(const struct firing *f, const struct effect *e)
{
    struct manner *m = &f->reply->manner;
    str word = effect_word(f, e, 0);
    m->drop = str_is(word, "drop");
    m->reset = str_is(word, "reset");
    m->hang = str_is(word, "hang");
    m->cut = str_is(word, "cut");
    m->chunked = str_is(word, "chunked");
    m->close = str_is(word, "close");
    m->cut_after = f->reply->response.body.len / 2;
}

static void raw_answer(const struct firing *f, const struct effect *e)
{
    f->reply->manner.raw = effect_word(f, e, 0);
}

static void broken_tls(const struct firing *f, const struct effect *e)
{
    (void)e;
    f->reply->manner.broken_tls = true;
}

static effect_function *const functions[EFFECT_KINDS] = {
    [EFFECT_PROCESSING] = tell_processing,
    [EFFECT_VALID] = tell_valid,
    [EFFECT_INVALID] = tell_invalid,
    [EFFECT_EXPIRED] = tell_expired,
    [EFFECT_CLOCK] = tell_clock,
    [EFFECT_REPLY] = reply,
    [EFFECT_SUBPROBLEM] = subproblem,
    [EFFECT_STATUS] = set_status,
    [EFFECT_REDIRECT] = redirect,
    [EFFECT_BODY] = body,
    [EFFECT_PATCH] = patch,
    [EFFECT_CHAIN] = chain,
    [EFFECT_LAYOUT] = layout,
    [EFFECT_SPOIL] = spoil,
    [EFFECT_MEDIA_TYPE] = set_media_type,
    [EFFECT_RETRY_AFTER] = retry_after,
    [EFFECT_NONCE] = replay_nonce,
    [EFFECT_HEADER] = header,
    [EFFECT_ADD_HEADER] = add_header,
    [EFFECT_DOUBLE_HEADER] = double_header,
    [EFFECT_HEADER_CASE] = header_case,
    [EFFECT_RELATIVE] = make_relative,
    [EFFECT_LENGTH] = claim_length,
    [EFFECT_INTERIM] = interim,
    [EFFECT_DELAY] = delay,
    [EFFECT_DRIP] = drip,
    [EFFECT_MANNER] = set_manner,
    [EFFECT_RAW] = raw_answer,
    [EFFECT_BROKEN_TLS] = broken_tls,
};

static void carry_out(const struct firing *f, enum effect_kind from, enum effect_kind to)
{
    for (size_t i = 0; i < f->rule->effect_count; i++) {
        const struct effect *e = &f->rule->effect[i];
        if (e->kind >= from && e->kind <= to && functions[e->kind])
            functions[e->kind](f, e);
    }
}

void effects_before(const struct firing *f)
{
    carry_out(f, EFFECT_PROCESSING, EFFECT_CLOCK);
}

bool effects_change_state(const struct rule *rule)
{
    for (size_t i = 0; i < rule->effect_count; i++)
        if (effect_is_state(rule->effect[i].kind))
            return true;
    return false;
}

void effects_reply(const struct firing *f)
{
    carry_out(f, EFFECT_REPLY, EFFECT_SUBPROBLEM);
}

void effects_answer(const struct firing *f)
{
    carry_out(f, EFFECT_STATUS, EFFECT_BROKEN_TLS);
}

void effects_handshake(const struct firing *f, struct odd_handshake *out)
{
    const struct effect *alpn = rule_effect(f->rule, EFFECT_ALPN);
    str name = alpn ? effect_word(f, alpn, 0) : STR_NONE;
    out->broken = rule_effect(f->rule, EFFECT_BROKEN_TLS);
    out->refused = str_is(name, "refused");
    out->alpn = out->refused ? STR_NONE : str_copy(f->arena, name);
}
