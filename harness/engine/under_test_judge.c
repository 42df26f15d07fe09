/* SPDX-License-Identifier: MIT */
/* What became of a run of the client: judged from exit status, files, and what the CA
 * saw. */
#define _DEFAULT_SOURCE
#include <signal.h>
#include <string.h>

#include "acme/show.h"
#include "crypto/cert.h"
#include "crypto/key.h"
#include "engine/steps.h"
#include "engine/under_test.h"

enum { LAST_WORDS = 300 };

/* The last answer to a request for the resource since the run began that has this
 * status; NULL: there was none. */
static const struct exchange *answered(const struct world *w, enum resource resource,
                                       int status)
{
    for (size_t i = journal_count(w->journal); i-- > w->under_test->from;) {
        const struct exchange *e = journal_at(w->journal, i);
        if (e->resource == resource && e->response.status == status)
            return e;
    }
    return NULL;
}

/* Not only the first: a client may put a chain right that came in another order. */
static bool is_among(struct arena *a, const struct chain *chain, str der)
{
    for (size_t i = 0; i < chain->count; i++)
        if (str_eq(cert_der(a, chain->item[i]), der))
            return true;
    return false;
}

/* Whether this leaf is one that the CA gave out in this run. */
static bool was_given_out(const struct world *w, str leaf_der)
{
    for (size_t i = w->under_test->from; i < journal_count(w->journal); i++) {
        const struct exchange *e = journal_at(w->journal, i);
        struct chain chain;
        struct err ignored;
        if (e->resource == RESOURCE_CERTIFICATE && e->response.status == 200
            && chain_read(w->arena, e->response.body, &chain, &ignored)
            && is_among(w->arena, &chain, leaf_der))
            return true;
    }
    return false;
}

static bool has_alabel(const struct strs *names)
{
    for (size_t i = 0; i < names->count; i++)
        if (str_contains(names->item[i], STR("xn--")))
            return true;
    return false;
}

static bool has_name(const struct strs *names, str wanted)
{
    for (size_t i = 0; i < names->count; i++)
        if (str_eq_nocase(names->item[i], wanted))
            return true;
    return false;
}

/* Whether one of them is the name as the user may write it: in any case, with the dot of
 * the root, in any script. */
static bool is_named(const struct strs *names, str wanted)
{
    if (str_ends(wanted, "."))
        wanted = str_upto(wanted, wanted.len - 1);
    for (size_t i = 0; i < wanted.len; i++)
        if ((unsigned char)wanted.ptr[i] > 0x7f)
            return has_alabel(names);
    return has_name(names, wanted);
}

static bool names_fit(struct world *w, const struct cert *leaf)
{
    const struct strs *wanted = &w->under_test->names;
    struct strs dns = { 0 }, ips = { 0 }, other = { 0 };
    cert_names(w->arena, leaf, &dns, &ips, &other);
    for (size_t i = 0; i < wanted->count; i++)
        if (!is_named(&dns, wanted->item[i]) && !strs_has(&ips, wanted->item[i]))
            return false;
    return true;
}

static bool key_fits(struct world *w, const struct cert *leaf, str key_pem)
{
    struct err ignored;
    struct key *mine = key_from_pem(w->arena, key_pem, &ignored);
    struct key *certified = cert_key(w->arena, leaf, &ignored);
    return mine && certified && key_same(mine, certified);
}

/* Why a client that says it has a certificate has none; empty: it has. */
static str why_not_issued(struct world *w)
{
    const struct under_test *u = w->under_test;
    struct chain chain;
    struct err err;
    if (!u->adapter->certificate.len)
        return answered(w, RESOURCE_CERTIFICATE, 200)
            ? STR_NONE
            : STR("it never fetched a certificate");
    if (!u->stored.chain_pem.len)
        return STR("there is no file with a certificate");
    if (!chain_read(w->arena, u->stored.chain_pem, &chain, &err))
        return arena_printf(w->arena, "its file holds no certificate: %s", err.text);
    if (u->operation == OPERATION_RENEW && str_eq(u->stored.leaf_der, u->before.leaf_der))
        return STR("its file holds the certificate that it held before");
    if (!was_given_out(w, u->stored.leaf_der))
        return STR(
            "its file holds a certificate that the CA did not give out in this run");
    if (!names_fit(w, chain.item[0]))
        return STR("the certificate in its file is for other names");
    if (u->adapter->key.len && !key_fits(w, chain.item[0], u->stored.key_pem))
        return STR("the key in its file is not the certificate's");
    return STR_NONE;
}

/* Whether there has to be a certificate now: it is on the client whether it was time. */
static bool is_to_issue(const struct under_test *u)
{
    return u->operation == OPERATION_OBTAIN || u->operation == OPERATION_RENEW
        || (u->operation == OPERATION_RENEW_WHEN_DUE
            && !str_eq(u->stored.leaf_der, u->before.leaf_der));
}

/* Whether the account was answered as deactivated. */
static bool was_deactivated(const struct world *w)
{
    const struct exchange *e = answered(w, RESOURCE_ACCOUNT, 200);
    return e && str_is(json_member(e->body, "status"), "deactivated");
}

/* The same of all other operations. */
static str why_not_done(struct world *w)
{
    static const enum resource asked[OPERATION_COUNT] = {
        [OPERATION_REVOKE] = RESOURCE_REVOKE_CERT,
        [OPERATION_REVOKE_BY_KEY] = RESOURCE_REVOKE_CERT,
        [OPERATION_ROLL_OVER] = RESOURCE_KEY_CHANGE,
        [OPERATION_DEACTIVATE] = RESOURCE_ACCOUNT,
        [OPERATION_UPDATE_CONTACT] = RESOURCE_ACCOUNT,
    };
    enum operation operation = w->under_test->operation;
    if (is_to_issue(w->under_test))
        return why_not_issued(w);
    if (operation == OPERATION_RENEW_WHEN_DUE)
        return STR_NONE;
    if (!answered(w, asked[operation], 200)
        || (operation == OPERATION_DEACTIVATE && !was_deactivated(w)))
        return arena_printf(w->arena, "the CA never agreed to a request for %s",
                            resource_names[asked[operation]]);
    return STR_NONE;
}

/* What a language prints for an error that nobody caught. */
static const char *const crash_marks[] = {
    "Traceback (most recent call last)",
    "panic: ",
    "goroutine 1 [running]",
    "AddressSanitizer",
    "runtime error: ",
    "Segmentation fault",
    "core dumped",
    "UnhandledPromiseRejection",
    "Exception in thread \"main\"",
    "thread 'main' panicked",
    "(NoMethodError)",
    "escript: exception ",
};

static const char *crash_mark(str output)
{
    for (size_t i = 0; i < countof(crash_marks); i++)
        if (str_contains(output, str_of(crash_marks[i])))
            return crash_marks[i];
    return NULL;
}

/* The last line that it printed, for people. */
static str last_words(struct world *w, str output)
{
    str text = str_trim(output), line = text, rest = text;
    while (str_cut(&rest, '\n', &line))
        continue;
    line = str_trim(line);
    if (line.len > LAST_WORDS)
        line = str_upto(line, LAST_WORDS);
    return line.len ? arena_printf(w->arena, "; it printed last: %.*s",
                                   STR_ARG(show_clean(w->arena, line)))
                    : STR_NONE;
}

/* What it said of itself by its end. */
static bool said_good(const struct child_end *end)
{
    return end->fate == CHILD_EXITED && end->exit_code == 0;
}

/* A shell that outlives its program tells so which signal ended that (POSIX, Shell
 * Command Language 2.8.2); only what nobody catches by habit counts. */
static int signal_behind(const struct child_end *end)
{
    static const int fatal[] = { SIGSEGV, SIGABRT, SIGBUS, SIGFPE,
                                 SIGILL,  SIGTRAP, SIGKILL };
    for (size_t i = 0; end->fate == CHILD_EXITED && i < countof(fatal); i++)
        if (end->exit_code == 128 + fatal[i])
            return fatal[i];
    return 0;
}

static enum client_outcome outcome_of(const struct under_test *u, const char *mark,
                                      str why_not)
{
    bool issues = is_to_issue(u);
    if (u->end.fate == CHILD_OVERDUE || u->end.fate == CHILD_STOPPED)
        return OUTCOME_HUNG;
    if (u->end.fate == CHILD_SIGNALLED || signal_behind(&u->end)
        || (mark && !said_good(&u->end)))
        return OUTCOME_CRASHED;
    if (!said_good(&u->end))
        return OUTCOME_GAVE_UP;
    return why_not.len ? OUTCOME_LIED : issues ? OUTCOME_ISSUED : OUTCOME_DONE;
}

static str how_it_crashed(const struct world *w, const char *mark)
{
    int number = signal_behind(&w->under_test->end);
    if (number)
        return arena_printf(w->arena, ": signal %d (%s) ended it", number,
                            strsignal(number));
    return mark ? arena_printf(w->arena, " by an error that it did not catch: %s", mark)
                : STR_NONE;
}

void under_test_judge(struct world *w, const struct child_run *run)
{
    struct under_test *u = w->under_test;
    const char *mark = crash_mark(u->end.output);
    str why_not = said_good(&u->end) ? why_not_done(w) : STR_NONE;
    u->outcome = outcome_of(u, mark, why_not);
    str how = child_says(w->arena, run, &u->end), more = STR_NONE;
    if (u->outcome == OUTCOME_LIED)
        more = arena_printf(w->arena, ", but %.*s", STR_ARG(why_not));
    else if (!said_good(&u->end))
        more = arena_printf(w->arena, "%.*s%.*s", STR_ARG(how_it_crashed(w, mark)),
                            STR_ARG(last_words(w, u->end.output)));
    u->reason = arena_printf(w->arena, "%.*s %.*s%.*s", STR_ARG(u->adapter->name),
                             STR_ARG(how), STR_ARG(more));
}
