/* SPDX-License-Identifier: MIT */
/* Results for tests. */
#include "tests/results_fixture.h"

#include <stdarg.h>

#include "base/buf.h"

const str hostile =
    STR_INIT("ESC \x1b[31m NUL \0 bad \xff\xc3( surrogate \xed\xa0\x80 "
             "nonchar \xef\xbf\xbf ]]> <script>alert('x' & \"y\")</script> "
             "turn \xe2\x80\xae end");

struct strs texts_of(struct arena *a, const char *first, ...)
{
    struct strs list = { 0 };
    va_list args;
    va_start(args, first);
    for (const char *text = first; text; text = va_arg(args, const char *))
        strs_add(a, &list, str_of(text));
    va_end(args);
    return list;
}

/* --- piece by piece --- */

struct results *results_new(struct arena *a)
{
    struct results *r = NEW(a, struct results);
    *r = (struct results){ .suite = STR("server"),
                           .target = STR("https://localhost:14000/dir"),
                           .version = STR("0.0.0"),
                           .command = STR("acmespec server https://localhost:14000/dir"),
                           .program = STR("acmespec server https://localhost:14000/dir"),
                           .requirements = sample_requirements(a) };
    return r;
}

struct play_result *add_play(struct arena *a, struct results *r, const char *name)
{
    str full = str_of(name), scenario = str_upto(full, str_find_char(full, '['));
    r->play = GROW(a, r->play, r->play_count, struct play_result);
    struct play_result *p = &r->play[r->play_count++];
    *p = (struct play_result){ .name = full,
                               .scenario = scenario,
                               .title = STR("A title that is true of a correct peer"),
                               .suite = STR("server"),
                               .file = arena_printf(a, "/usr/share/scenarios/%.*s.acme",
                                                    STR_ARG(scenario)),
                               .verdict = VERDICT_SKIP,
                               .wall_us = 12345,
                               .cpu_us = 4321,
                               .exchanges = 3,
                               .peak_kib = 20480 };
    return p;
}

struct check_result *add_check(struct arena *a, struct play_result *play,
                               const char *name, enum verdict verdict)
{
    play->check = GROW(a, play->check, play->check_count, struct check_result);
    struct check_result *c = &play->check[play->check_count++];
    *c = (struct check_result){ .name = str_of(name),
                                .level = STR("must"),
                                .rules = texts_of(a, "rfc8555-6.5-6", (char *)NULL),
                                .verdict = verdict,
                                .line = 10 + (int)play->check_count };
    if (verdict > play->verdict)
        play->verdict = verdict;
    return c;
}

struct watch_result *add_watch(struct arena *a, struct results *r, const char *id,
                               enum verdict verdict)
{
    r->watch = GROW(a, r->watch, r->watch_count, struct watch_result);
    struct watch_result *w = &r->watch[r->watch_count++];
    *w = (struct watch_result){ .id = str_of(id),
                                .title = STR("What holds for every message"),
                                .level = STR("must"),
                                .file = STR("/usr/share/scenarios/watches/nonces.acme"),
                                .rules = texts_of(a, "rfc8555-6.5-2", (char *)NULL),
                                .verdict = verdict };
    return w;
}

const struct requirements *sample_requirements(struct arena *a)
{
    struct requirements *all = NEW(a, struct requirements);
    static const struct requirement entries[] = {
        { .id = STR_INIT("rfc8555-6.5-2"),
          .level = LEVEL_MUST,
          .says = STR_INIT("A server includes a Replay-Nonce in every successful "
                           "response to a POST.") },
        { .id = STR_INIT("rfc8555-6.5-6"),
          .level = LEVEL_STATED,
          .says = STR_INIT("A nonce is good for one request, so the server refuses it "
                           "the second time.") },
        { .id = STR_INIT("rfc8555-6.7-1"),
          .level = LEVEL_SHOULD,
          .says = STR_INIT("An error is told as a problem document.") },
    };
    all->item = NEW_ARRAY(a, struct requirement, countof(entries));
    all->count = countof(entries);
    for (size_t i = 0; i < all->count; i++) {
        all->item[i] = entries[i];
        all->item[i].document = STR("rfc8555");
        all->item[i].section = i < 2 ? STR("6.5") : STR("6.7");
    }
    return all;
}

/* --- the sample --- */

static const str transcript = STR_INIT(
    "POST /acme/new-order HTTP/1.1\nContent-Type: application/jose+json\n\n{\n"
    "  \"protected\": base64url({\n    \"nonce\": \"5XJ1L3lEkMG7tR6pA00clA\"\n  })\n}\n\n"
    "HTTP/1.1 201 Created  <- wanted: status 400\nReplay-Nonce: "
    "5XJ1L3lEkMG7tR6pA00clA\n");

static void add_failed(struct arena *a, struct results *r)
{
    struct play_result *p = add_play(a, r, "server/6.5-nonces/reused[alg=it's $(odd)]");
    p->title = STR("A reused nonce is refused, and a fresh one is offered");
    add_check(a, p, "must 201", VERDICT_PASS);
    struct check_result *c = add_check(a, p, "must 400 badNonce", VERDICT_FAIL);
    c->rules = texts_of(a, "rfc8555-6.5-6", "rfc8555-6.5-2", (char *)NULL);
    c->message = STR("the server answered 201 Created");
    c->wanted = STR("status 400");
    c->why = STR("a nonce that was seen once is spent, whatever became of the request "
                 "that carried it, which this sentence says at such length that it has "
                 "to be wrapped");
    c->transcript = transcript;
    c = add_check(a, p, "must header Replay-Nonce is not ${spent}", VERDICT_INCONCLUSIVE);
    c->not_reached = true;
    c->message = STR("not reached: the scenario ended before this line");
}

/* The hostile bytes with a text before and behind them; printf would end at their NUL. */
static str around(struct arena *a, const char *before, const char *behind)
{
    struct buf out = buf_new(a, CEILING_LINE);
    buf_add(&out, str_of(before));
    buf_add(&out, hostile);
    buf_add(&out, str_of(behind));
    return buf_str(&out);
}

static void add_hostile(struct arena *a, struct results *r)
{
    struct play_result *p = add_play(a, r, "server/6.7-errors/hostile");
    p->title = hostile;
    struct check_result *c = add_check(a, p, "", VERDICT_FAIL);
    c->name = around(a, "must ", "");
    c->message = hostile;
    c->wanted = hostile;
    c->why = hostile;
    c->rules = texts_of(a, "rfc0000-1-1", (char *)NULL);
    c->transcript = around(a, "HTTP/1.1 200 OK\n\n", "\n");
}

static void add_others(struct arena *a, struct results *r)
{
    struct play_result *p = add_play(a, r, "server/6.7-errors/type");
    struct check_result *c = add_check(a, p, "should type badCSR", VERDICT_WARN);
    c->level = STR("should");
    c->rules = texts_of(a, "rfc8555-6.7-1", (char *)NULL);
    c->message = STR("the error is of type malformed");
    c->wanted = STR("type badCSR");
    c->transcript = transcript;
    c = add_check(a, p, "should 201", VERDICT_PASS);
    c->level = STR("should");
    c->rules = texts_of(a, "house", (char *)NULL);
    p = add_play(a, r, "server/6.5-nonces/every");
    c = add_check(a, p, "must 200", VERDICT_INCONCLUSIVE);
    c->not_reached = true;
    p->reason = STR("line 8, `need 201` did not hold: the server answered 403 Forbidden");
    p->verdict = VERDICT_INCONCLUSIVE;
    p->unanswered = true;
    p->transcript = transcript;
    p = add_play(a, r, "server/6.5-nonces/died");
    p->reason = STR("acmespec's own process for this play died of signal 11");
    p->verdict = VERDICT_ERROR;
    p = add_play(a, r, "server/9-extras/renewal");
    p->reason = STR("the target does not offer renewalInfo: not seen");
    p->verdict = VERDICT_SKIP;
}

static void add_watches(struct arena *a, struct results *r)
{
    add_watch(a, r, "replay-nonce", VERDICT_PASS)->seen = 120;
    add_watch(a, r, "never-armed", VERDICT_SKIP);
    struct watch_result *w = add_watch(a, r, "nonce-repeats", VERDICT_FAIL);
    w->seen = 120;
    w->broken = 2;
    w->play = STR("server/6.5-nonces/every");
    w->message = STR("the nonce was sent in exchange 4 already");
    w->wanted = STR("a nonce never seen before");
    w->transcript = transcript;
}

struct results *sample_without_baseline(struct arena *a)
{
    struct results *r = results_new(a);
    r->profile = STR("sample");
    r->profile_about = STR("a target of the tests");
    r->seed = STR("seed");
    r->started = 1764316800; /* 2025-11-28T08:00:00Z */
    r->wall_us = 4567890;
    r->cpu_us = 1234567;
    r->peak_kib = 20480;
    r->capabilities = texts_of(a, "http-01", "dns-01", (char *)NULL);
    r->lacks = texts_of(a, "renewalInfo: not seen", (char *)NULL);
    add_failed(a, r);
    add_hostile(a, r);
    add_others(a, r);
    add_watches(a, r);
    results_count(r);
    return r;
}

struct results *sample_results(struct arena *a)
{
    struct results *r = sample_without_baseline(a);
    r->baseline = STR("sample 1.0");
    struct play_result *p = add_play(a, r, "server/6.5-nonces/known");
    struct check_result *c = add_check(a, p, "must 400 badNonce", VERDICT_FAIL);
    c->message = STR("the server answered 201 Created");
    c->wanted = STR("status 400");
    c->expected = p->expected = true;
    c->because = p->because = STR("It keeps no list of nonces; RFC 8555 6.5 wants one.");
    struct watch_result *w = add_watch(a, r, "no-store", VERDICT_FAIL);
    w->message = STR("Cache-Control is no-cache");
    w->expected = true;
    w->because = STR("It sends no-cache; RFC 8555 7.2 wants no-store.");
    r->stale = NEW_ARRAY(a, struct stale_expectation, 1);
    r->stale_count = 1;
    r->stale[0] = (struct stale_expectation){ .scenario = STR("server/6.7-errors/type"),
                                              .check = STR("should 201"),
                                              .expected = STR("warn"),
                                              .got = STR("pass"),
                                              .file = STR("tests/baselines/sample.acme"),
                                              .line = 7 };
    results_count(r);
    return r;
}
