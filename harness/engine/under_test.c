/* SPDX-License-Identifier: MIT */
/* Brings up what a client under test needs, and takes down what it asked. */
#include "engine/under_test.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "crypto/b64url.h"
#include "engine/ca_setup.h"
#include "engine/sandbox.h"
#include "mocks/ca_issuer.h"
#include "mocks/ports.h"

enum {
    /* A CA tries once, soon and not for long, so that a failure shows quickly. */
    ATTEMPTS = 1,
    CONNECT_MS = 2000,
    TOTAL_MS = 5000,
    /* In a sandbox the directory is at HTTPS's own port, unless the client needs that. */
    OTHER_PORT = 14000,
    /* What a client asks beyond this teaches nothing more, and checks look at pairs. */
    MOST_EXCHANGES = 3000,
    /* Of a body that a rule made huge, so that there is room for what comes behind it. */
    MOST_BODY_KEPT = 1024 * 1024,
};

/* In a sandbox, where both are at the same port. */
#define OTHER_ADDRESS "127.0.0.2"

/* --- the journal: everything that the CA was asked --- */

static size_t all_fired(const struct rules *rules)
{
    size_t fired = 0;
    for (size_t i = 0; i < rules_count(rules); i++)
        fired += rules_fired(rules, i);
    return fired;
}

static bool note_arrival(void *context, struct arena *a,
                         const struct ca_request_info *info, struct reply *reply)
{
    struct under_test *u = ((struct world *)context)->under_test;
    (void)a;
    (void)info;
    (void)reply;
    u->arrived_us = clock_us();
    u->fired = all_fired(u->rules);
    return false;
}

/* An answer that never leaves is kept as it would have been, and said so. */
static str why_unanswered(const struct manner *m)
{
    return m->drop ? STR("the connection was closed without an answer, as a rule says")
        : m->reset ? STR("the connection was reset, as a rule says")
        : m->hang  ? STR("no answer was sent, as a rule says")
        : m->raw.len || m->broken_tls ? STR("other bytes were sent, as a rule says")
                                      : STR_NONE;
}

static bool note_exchange(void *context, struct arena *a,
                          const struct ca_request_info *info, struct reply *reply)
{
    struct world *w = context;
    struct exchange e = { .request = *info->request,
                          .response = reply->response,
                          .failure = why_unanswered(&reply->manner),
                          .sent_us = w->under_test->arrived_us,
                          .done_us = clock_us() + reply->manner.delay_ms * 1000,
                          .wall = clock_wall(),
                          .spoilt = w->under_test->wrong
                              || all_fired(w->under_test->rules)
                                  != w->under_test->fired };
    struct err full;
    (void)a;
    e.response.body = str_upto(e.response.body, MOST_BODY_KEPT);
    if (info->resource != RESOURCE_OTHER)
        journal_learn(w->journal, info->request->url, info->resource);
    if (journal_count(w->journal) < MOST_EXCHANGES && journal_has_room(w->journal, &full))
        journal_add(w->journal, &e);
    else
        w->under_test->unkept++;
    return false;
}

/* --- the CA --- */

/* Its names for what they stand for. */
static bool expand_setting(struct world *w, struct setting *s, struct err *err)
{
    struct strs names = { 0 };
    for (size_t i = 0; i < s->names.count; i++) {
        str name;
        if (!world_word(w, s->names.item[i], &name, err))
            return false;
        strs_add(w->arena, &names, name);
    }
    s->names = names;
    return true;
}

/* RFC 8555 8 wants a challenge's status, 8.3 a token in base64url; and a chain may be
 * over when it is looked at. */
static bool makes_wrong(const struct setting *s, const struct ca_options *o)
{
    return s->id == CA_CERTIFICATE_LIFETIME || s->id == CA_NO_CHALLENGE_STATUS
        || (s->id == CA_TOKEN && !b64url_letters(o->token_start));
}

static bool apply_setting(struct world *w, const struct setting *s, struct ca_options *o,
                          struct err *err)
{
    struct setting plain = *s;
    if (!expand_setting(w, &plain, err) || !ca_set_up(w->arena, &plain, o, err))
        return false;
    if (makes_wrong(&plain, o))
        w->under_test->wrong = true;
    return true;
}

/* The external account that `with eab` binds to. */
static void set_eab(struct world *w, struct ca_options *o)
{
    struct ca_eab *eab = NEW(w->arena, struct ca_eab);
    *eab = (struct ca_eab){ STR("acmespec-1"), STR("acmespec's key for its clients!!") };
    o->eab = eab;
    o->eab_count = 1;
    vars_set(w->vars, STR("eab.kid"), eab->kid);
    vars_set(w->vars, STR("eab.key"), b64url_encode(w->arena, eab->mac_key));
}

/* ${profile} and ${profile2}, which the directory lists. */
static void set_profiles(struct world *w, const struct ca_options *o)
{
    static const char *const names[] = { "profile", "profile2" };
    for (size_t i = 0; !o->no_profiles && i < countof(names) && i < ca_profile_count; i++)
        vars_set(w->vars, str_of(names[i]), str_of(ca_profiles[i].name));
}

/* Whether a run is at the other CA. */
static bool wants_other_ca(const struct scenario *s)
{
    for (size_t i = 0; i < s->step_count; i++)
        for (const struct line *c = NULL;
             (c = line_clause_after(s->step[i].line, "with", c));)
            if (s->step[i].line->verb->id == VERB_RUN
                && str_is(line_arg(c, "EXTRA"), "other-ca"))
                return true;
    return false;
}

/* Set up like the first, without its rules, and by another name: some clients tell CAs
 * apart by the host alone. */
static bool start_other_ca(struct world *w, struct ca_options o, struct err *err)
{
    struct under_test *u = w->under_test;
    if (!wants_other_ca(w->scenario))
        return true;
    if (w->target->sandboxed)
        o.address = OTHER_ADDRESS;
    o.host = w->target->sandboxed ? STR("other-ca.acmespec.test") : STR("127.0.0.1");
    o.authority = "acmespec second";
    u->other_ca = ca_new(w->arena, &o, err);
    if (!u->other_ca)
        return err_at(err, "the other mock CA");
    journal_learn(w->journal, ca_directory_url(u->other_ca), RESOURCE_DIRECTORY);
    return true;
}

static bool start_ca(struct world *w, struct err *err)
{
    struct under_test *u = w->under_test;
    const struct scenario *s = w->scenario;
    bool inside = w->target->sandboxed;
    struct ca_options o = { .host = inside ? STR("ca.acmespec.test") : STR("localhost"),
                            .port = !inside                             ? 0
                                : u->challenge == CHALLENGE_TLS_ALPN_01 ? OTHER_PORT
                                                                        : 443,
                            .dns_server = "127.0.0.1",
                            .dns_port = u->dns_port,
                            .http_port = u->http_port,
                            .tls_port = u->tls_port,
                            .caa_identity = STR_NONE,
                            .default_address = STR_NONE,
                            .attempts = ATTEMPTS,
                            .connect_ms = CONNECT_MS,
                            .total_ms = TOTAL_MS,
                            .before = note_arrival,
                            .after = note_exchange,
                            .hook_context = w };
    set_eab(w, &o);
    for (size_t i = 0; i < s->setting_count; i++)
        if (!apply_setting(w, &s->setting[i], &o, err))
            return false;
    /* By another clock its dates are wrong, in all that it answers. */
    for (size_t i = 0; i < s->rules_on.count; i++)
        if (rule_effect(&s->rules_on.row[i], EFFECT_CLOCK))
            u->wrong = true;
    set_profiles(w, &o);
    if (!start_other_ca(w, o, err))
        return false;
    u->rules = rules_new(w->arena, s->rules_on.row, s->rules_on.count);
    rules_vars(u->rules, w->vars);
    rules_hook(u->rules, &o);
    u->ca = u->first_ca = ca_new(w->arena, &o, err);
    if (!u->ca)
        return err_at(err, "the mock CA");
    rules_attach(u->rules, u->ca);
    journal_learn(w->journal, ca_directory_url(u->ca), RESOURCE_DIRECTORY);
    world_directory(w, ca_directory_url(u->ca));
    return true;
}

/* --- ports, folders, DNS --- */

/* Ports for the client to listen on. */
static bool choose_ports(struct under_test *u, struct err *err)
{
    int port[2];
    if (!ports_choose(port, countof(port), err))
        return false;
    u->http_port = port[0];
    u->tls_port = port[1];
    return true;
}

static bool make_folder(struct world *w, const char *name, str *out, struct err *err)
{
    str path = arena_printf(w->arena, "%.*s/%s", STR_ARG(w->under_test->folder), name);
    *out = path;
    return mkdir(path.ptr, 0755) == 0 || err_set(err, "cannot make %s", path.ptr);
}

/* The programs by which a client's hooks change the zone. */
static bool write_tool(struct world *w, const char *name, const char *command,
                       struct err *err)
{
    struct under_test *u = w->under_test;
    str path = arena_printf(w->arena, "%.*s/%s", STR_ARG(u->folder), name);
    str text = arena_printf(w->arena,
                            "#!/bin/sh\n# %s NAME TEXT\n"
                            "name=$(printf %%s \"${1%%.}\" | tr A-Z a-z)\n"
                            "zone=%.*s/$name\n%s\n",
                            name, STR_ARG(u->txt_folder), command);
    return file_write(path.ptr, text, err)
        && (chmod(path.ptr, 0755) == 0 || err_set(err, "cannot make %s", path.ptr));
}

str under_test_folder(struct arena *a, const struct target *target, int slot)
{
    return arena_printf(a, "%.*s/%.*s-%d", STR_ARG(target->folder), STR_ARG(target->run),
                        slot);
}

static bool make_folders(struct world *w, struct err *err)
{
    struct under_test *u = w->under_test;
    str folder = under_test_folder(w->arena, w->target, w->slot), ignored;
    if (mkdir(folder.ptr, 0755) != 0 && errno != EEXIST)
        return err_set(err, "cannot make %s: %s", folder.ptr, strerror(errno));
    u->folder = folder;
    u->trust = arena_printf(w->arena, "%.*s/trust", STR_ARG(folder));
    return make_folder(w, "work", &u->work, err)
        && make_folder(w, "work/tmp", &ignored, err)
        && make_folder(w, "webroot", &u->webroot, err)
        && make_folder(w, "webroot/.well-known", &ignored, err)
        && make_folder(w, "webroot/.well-known/acme-challenge", &ignored, err)
        && make_folder(w, "txt", &u->txt_folder, err)
        && write_tool(w, "dns-add", "printf '%s\\n' \"$2\" >>\"$zone\"", err)
        && write_tool(w, "dns-remove",
                      "[ -z \"$2\" ] || left=$(grep -vxF -e \"$2\" \"$zone\")\n"
                      "printf '%s\\n' \"$left\" >\"$zone\"",
                      err);
}

static bool start_responder(struct world *w, struct err *err)
{
    struct under_test *u = w->under_test;
    bool inside = w->target->sandboxed;
    struct responder_options options = { .address = "127.0.0.1",
                                         .http_port =
                                             u->adapter->webroot ? u->http_port : 0,
                                         .dns_address = "127.0.0.1",
                                         .dns_port = inside ? 53 : 0,
                                         .answer_address = w->address,
                                         .web_folder = u->webroot.ptr,
                                         .txt_folder = u->txt_folder.ptr };
    w->responder = responder_new(w->arena, &options, err);
    if (w->responder)
        u->dns_port = responder_dns_port(w->responder);
    /* Plain HTTP, for URLs that no ACME client may go to. */
    if (w->responder)
        vars_set(w->vars, STR("plain-http"),
                 arena_printf(w->arena, "http://localhost:%d",
                              responder_http_port(w->responder)));
    return w->responder != NULL;
}

/* --- the whole --- */

/* A scenario may settle the challenge in its first run, or leave it to the client. */
static enum challenge_type challenge_of(const struct world *w)
{
    for (size_t i = 0; i < w->scenario->step_count; i++) {
        const struct line *line = w->scenario->step[i].line;
        int named = line->verb->id != VERB_RUN
            ? -1
            : name_find(challenge_names, CHALLENGE_COUNT, line_arg(line, "CHALLENGE"));
        if (named >= 0)
            return (enum challenge_type)named;
    }
    int own = adapter_challenge(w->target->adapter);
    return own < 0 ? CHALLENGE_HTTP_01 : (enum challenge_type)own;
}

bool under_test_new(struct world *w, struct err *err)
{
    struct under_test *u = w->under_test = NEW(w->arena, struct under_test);
    *u = (struct under_test){ .adapter = w->target->adapter, .reason = STR_NONE };
    u->challenge = challenge_of(w);
    if (w->target->sandboxed) {
        u->http_port = 80;
        u->tls_port = 443;
    } else if (!choose_ports(u, err)) {
        return false;
    }
    if (!make_folders(w, err) || !start_responder(w, err) || !start_ca(w, err))
        return false;
    str other = u->other_ca ? ca_root_pem(u->other_ca) : STR_NONE;
    str roots =
        arena_printf(w->arena, "%.*s%.*s", STR_ARG(ca_root_pem(u->ca)), STR_ARG(other));
    return sandbox_trust(u->trust.ptr, roots, err);
}

bool under_test_enter(struct arena *a, const struct target *target, int slot,
                      struct err *err)
{
    str folder = under_test_folder(a, target, slot);
    struct sandbox sandbox = {
        .trust = arena_printf(a, "%.*s/trust", STR_ARG(folder)),
        .hosts =
            STR("127.0.0.1 ca.acmespec.test\n" OTHER_ADDRESS " other-ca.acmespec.test\n"),
        .work = target->folder,
        .keep = target->keep,
    };
    if (!target->sandboxed)
        return true;
    if (mkdir(folder.ptr, 0755) != 0)
        return err_set(err, "cannot make %s: %s", folder.ptr, strerror(errno));
    /* Nobody is trusted until there is a root. */
    return sandbox_trust(sandbox.trust.ptr, STR_NONE, err)
        && sandbox_enter(a, &sandbox, err);
}

str under_test_idle_rule(const struct world *w)
{
    const struct rules *rules = w->under_test->rules;
    for (size_t i = 0; i < rules_count(rules); i++)
        if (rules_fired(rules, i) == 0)
            return arena_printf(w->arena,
                                "line %d, `%.*s` never applied, or changed nothing: the "
                                "client did not ask for that",
                                rules_at(rules, i)->line->place.line,
                                STR_ARG(rules_at(rules, i)->text));
    return STR_NONE;
}

void under_test_stop(struct world *w)
{
    if (w->under_test->first_ca)
        ca_stop(w->under_test->first_ca);
    if (w->under_test->other_ca)
        ca_stop(w->under_test->other_ca);
    if (w->responder)
        responder_stop(w->responder);
}
