/* SPDX-License-Identifier: MIT */
/* `run OPERATION`: the adapter's lines, run by a shell; then what became of it, judged
 * from exit status, files, and what the CA saw. */
#define _DEFAULT_SOURCE
#include <signal.h>
#include <stdlib.h>

#include "acme/show.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "crypto/cert.h"
#include "crypto/key.h"
#include "engine/sandbox.h"
#include "engine/steps.h"
#include "engine/under_test.h"

enum {
    WITHIN_MS = 60000,
    WORD_MS = 5000,
    OUTPUT_CEILING = 256 * 1024,
    LAST_WORDS = 300,
    SHOWN_OUTPUT = 4000
};

/* --- the shell lines --- */

static void add_variable(struct buf *b, const char *name, str value)
{
    buf_addf(b, "%s=", name);
    if (value.len)
        buf_add_shell(b, value);
    buf_add_char(b, '\n');
}

static void add_port(struct buf *b, const char *name, int port)
{
    buf_addf(b, "%s=%d\n", name, port);
}

static str with_blanks(struct arena *a, const struct strs *names)
{
    struct buf b = buf_new(a, CEILING_LINE);
    for (size_t i = 0; i < names->count; i++)
        buf_addf(&b, "%s%.*s", i ? " " : "", STR_ARG(names->item[i]));
    return buf_str(&b);
}

static str own_program(struct arena *a)
{
    char *path = realpath("/proc/self/exe", NULL);
    str out = path ? str_copy(a, str_of(path)) : STR("acmespec");
    free(path);
    return out;
}

static void add_variables(struct world *w, struct buf *b)
{
    const struct under_test *u = w->under_test;
    struct arena *a = w->arena;
    add_variable(b, "directory", ca_directory_url(u->ca));
    add_variable(b, "root", sandbox_bundle(a, u->trust));
    add_variable(b, "work", u->work);
    add_variable(b, "domain", u->names.count ? u->names.item[0] : STR_NONE);
    add_variable(b, "domains", with_blanks(a, &u->names));
    add_variable(b, "challenge", str_of(challenge_names[u->challenge]));
    add_port(b, "http_port", u->http_port);
    add_port(b, "tls_port", u->tls_port);
    add_port(b, "dns_port", u->dns_port);
    add_variable(b, "webroot", u->webroot);
    add_variable(b, "dns_add", arena_printf(a, "%.*s/dns-add", STR_ARG(u->folder)));
    add_variable(b, "dns_remove", arena_printf(a, "%.*s/dns-remove", STR_ARG(u->folder)));
    add_variable(b, "acmespec", own_program(a));
}

static str script_with(struct world *w, str extras, str line)
{
    struct buf b = buf_new(w->arena, CEILING_SCRIPT);
    add_variables(w, &b);
    buf_add(&b, extras);
    buf_addf(&b, "%.*s\n%.*s\n", STR_ARG(w->under_test->adapter->always), STR_ARG(line));
    return buf_str(&b);
}

static void set_environment(struct world *w)
{
    struct under_test *u = w->under_test;
    struct arena *a = w->arena;
    sandbox_environment(a, u->trust, &u->set, &u->unset);
    strs_add(a, &u->set, arena_printf(a, "HOME=%.*s", STR_ARG(u->work)));
    strs_add(a, &u->set, arena_printf(a, "TMPDIR=%.*s/tmp", STR_ARG(u->work)));
    strs_add(a, &u->set, STR("LC_ALL=C.UTF-8"));
}

static bool run_script(struct world *w, str script, long within_ms, struct child_run *out,
                       struct child_end *end, struct err *err)
{
    struct under_test *u = w->under_test;
    if (u->set.count == 0)
        set_environment(w);
    *out = (struct child_run){ .line = script,
                               .cwd = u->work.ptr,
                               .set = u->set,
                               .unset = u->unset,
                               .deadline_ms = within_ms,
                               .ceiling = OUTPUT_CEILING };
    child_run(w->arena, out, end);
    return end->fate != CHILD_NOT_STARTED || err_set(err, "%s", end->why.text);
}

/* --- its files --- */

/* What a word of the shell (`$work/live/$domain/cert.pem`) says; empty when the adapter
 * has none. */
static bool path_of(struct world *w, str word, str *out, struct err *err)
{
    struct child_run run;
    struct child_end end;
    *out = STR_NONE;
    if (!word.len)
        return true;
    str line = arena_printf(w->arena, "printf %%s %.*s", STR_ARG(word));
    if (!run_script(w, script_with(w, STR_NONE, line), WORD_MS, &run, &end, err))
        return false;
    *out = end.output;
    return true;
}

static void read_file(struct world *w, str path, str *out)
{
    struct err ignored;
    if (!path.len || !file_read(w->arena, path.ptr, CEILING_SCRIPT, out, &ignored))
        *out = STR_NONE;
}

static bool read_stored(struct world *w, struct stored *out, str paths[2],
                        struct err *err)
{
    const struct adapter *adapter = w->under_test->adapter;
    struct chain chain;
    struct err ignored;
    *out = (struct stored){ STR_NONE, STR_NONE, STR_NONE };
    if (!path_of(w, adapter->certificate, &paths[0], err)
        || !path_of(w, adapter->key, &paths[1], err))
        return false;
    read_file(w, paths[0], &out->chain_pem);
    read_file(w, paths[1], &out->key_pem);
    if (out->chain_pem.len && chain_read(w->arena, out->chain_pem, &chain, &ignored))
        out->leaf_der = cert_der(w->arena, chain.item[0]);
    return true;
}

/* --- what became of it --- */

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

/* Whether this leaf is one that the CA gave out in this run. */
static bool was_given_out(const struct world *w, str leaf_der)
{
    for (size_t i = w->under_test->from; i < journal_count(w->journal); i++) {
        const struct exchange *e = journal_at(w->journal, i);
        struct chain chain;
        struct err ignored;
        if (e->resource == RESOURCE_CERTIFICATE && e->response.status == 200
            && chain_read(w->arena, e->response.body, &chain, &ignored)
            && str_eq(cert_der(w->arena, chain.item[0]), leaf_der))
            return true;
    }
    return false;
}

static bool names_fit(struct world *w, const struct cert *leaf)
{
    const struct strs *wanted = &w->under_test->names;
    struct strs dns = { 0 }, ips = { 0 }, other = { 0 };
    cert_names(w->arena, leaf, &dns, &ips, &other);
    for (size_t i = 0; i < wanted->count; i++)
        if (!strs_has(&dns, wanted->item[i]) && !strs_has(&ips, wanted->item[i]))
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
    if (operation == OPERATION_OBTAIN || operation == OPERATION_RENEW)
        return why_not_issued(w);
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

/* A shell ends with 128 and the number of the signal that ended its command. */
static bool died(const struct child_end *end)
{
    static const int deadly[] = { SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV };
    bool found = end->fate == CHILD_SIGNALLED;
    for (size_t i = 0; i < countof(deadly); i++)
        found |= end->fate == CHILD_EXITED && end->exit_code == 128 + deadly[i];
    return found;
}

static enum client_outcome outcome_of(const struct under_test *u, const char *mark,
                                      str why_not)
{
    bool issues = u->operation == OPERATION_OBTAIN || u->operation == OPERATION_RENEW;
    if (u->end.fate == CHILD_OVERDUE || u->end.fate == CHILD_STOPPED)
        return OUTCOME_HUNG;
    if (died(&u->end) || (mark && !said_good(&u->end)))
        return OUTCOME_CRASHED;
    if (!said_good(&u->end))
        return OUTCOME_GAVE_UP;
    return why_not.len ? OUTCOME_LIED : issues ? OUTCOME_ISSUED : OUTCOME_DONE;
}

static void judge_run(struct world *w, const struct child_run *run)
{
    struct under_test *u = w->under_test;
    const char *mark = crash_mark(u->end.output);
    str why_not = said_good(&u->end) ? why_not_done(w) : STR_NONE;
    u->outcome = outcome_of(u, mark, why_not);
    str how = child_says(w->arena, run, &u->end), more = STR_NONE;
    if (u->outcome == OUTCOME_LIED)
        more = arena_printf(w->arena, ", but %.*s", STR_ARG(why_not));
    else if (!said_good(&u->end))
        more = arena_printf(w->arena, "%s%s%.*s",
                            mark ? " by an error that it did not "
                                   "catch: "
                                 : "",
                            mark ? mark : "", STR_ARG(last_words(w, u->end.output)));
    u->reason = arena_printf(w->arena, "%.*s %.*s%.*s", STR_ARG(u->adapter->name),
                             STR_ARG(how), STR_ARG(more));
}

/* --- for people --- */

/* Many polls of one kind are one line. */
static void show_exchanges(const struct world *w, struct buf *b)
{
    size_t times = 0;
    str line = STR_NONE;
    for (size_t i = w->under_test->from; i < journal_count(w->journal); i++) {
        str next = show_line(w->arena, journal_at(w->journal, i));
        times = str_eq(next, line) ? times + 1 : 1;
        if (times == 1)
            buf_addf(b, "%s%.*s", b->len ? "\n" : "", STR_ARG(next));
        else if (times == 2)
            buf_add(b, STR(" (again)"));
        line = next;
    }
}

str under_test_transcript(const struct world *w)
{
    const struct under_test *u = w->under_test;
    struct buf b = buf_new(w->arena, CEILING_TRANSCRIPT);
    str output = str_trim(u->end.output), line;
    if (output.len > SHOWN_OUTPUT)
        output = str_from(output, output.len - SHOWN_OUTPUT);
    show_exchanges(w, &b);
    buf_addf(&b, "%s%.*s printed%s\n", b.len ? "\n\n" : "", STR_ARG(u->adapter->name),
             output.len == 0                        ? " nothing"
                 : u->end.output.len > SHOWN_OUTPUT ? ", at the end:"
                                                    : ":");
    while (str_cut(&output, '\n', &line))
        buf_addf(&b, "%.*s\n", STR_ARG(show_clean(w->arena, line)));
    return buf_str(&b);
}

/* --- the step --- */

/* `with eab`, `with profile NAME`, `with chain NAME`, each as variables; what is not
 * asked for is empty. */
static bool extras_of(struct world *w, const struct line *line, str *out, struct err *err)
{
    struct buf b = buf_new(w->arena, CEILING_LINE);
    str profile = STR_NONE, chain = STR_NONE;
    bool eab = false;
    for (const struct line *c = NULL; (c = line_clause_after(line, "with", c));) {
        str extra = line_arg(c, "EXTRA"), value;
        if (!world_word(w, line_arg(c, "VALUE"), &value, err))
            return false;
        eab = eab || str_is(extra, "eab");
        if (str_is(extra, "profile"))
            profile = value;
        if (str_is(extra, "chain"))
            chain = value;
    }
    add_variable(&b, "eab_kid", eab ? vars_text_of(w->vars, STR("eab.kid")) : STR_NONE);
    add_variable(&b, "eab_key", eab ? vars_text_of(w->vars, STR("eab.key")) : STR_NONE);
    add_variable(&b, "profile", profile);
    add_variable(&b, "chain", chain);
    add_variable(&b, "email", arena_printf(w->arena, "someone@%.*s", STR_ARG(w->zone)));
    *out = buf_str(&b);
    return true;
}

/* The names of the run; a run that names none is about those of the one before. */
static bool read_names(struct world *w, const struct line *line, struct err *err)
{
    struct strs names = { 0 };
    for (size_t i = 0; i < line_args(line, "DOMAIN"); i++) {
        str name;
        if (!world_word(w, line_arg_n(line, "DOMAIN", i), &name, err))
            return false;
        strs_add(w->arena, &names, name);
    }
    if (names.count)
        w->under_test->names = names;
    return true;
}

static bool read_run(struct world *w, const struct line *line, str *script, long *within,
                     struct err *err)
{
    struct under_test *u = w->under_test;
    str word, challenge, extras;
    const struct line *clause = line_clause(line, "within");
    if (!world_word(w, line_arg(line, "OPERATION"), &word, err)
        || !world_word(w, line_arg(line, "CHALLENGE"), &challenge, err)
        || !read_names(w, line, err) || !extras_of(w, line, &extras, err))
        return false;
    int operation = name_find(operation_names, OPERATION_COUNT, word);
    int over = name_find(challenge_names, CHALLENGE_COUNT, challenge);
    if (operation < 0)
        return err_set(err, "\"%.*s\" is nothing that a client can be asked to do",
                       STR_ARG(word));
    u->operation = (enum operation)operation;
    if (over >= 0)
        u->challenge = (enum challenge_type)over;
    *within = WITHIN_MS;
    if (clause && !str_to_ms(line_arg(clause, "DURATION"), within))
        return err_set(err, "no time span");
    str text = adapter_line(u->adapter, u->operation, u->challenge);
    if (!text.len)
        return err_set(err, "the adapter of %.*s does not say how to %s%s%s",
                       STR_ARG(u->adapter->name), operation_names[operation],
                       operation == OPERATION_OBTAIN ? " over " : "",
                       operation == OPERATION_OBTAIN ? challenge_names[u->challenge]
                                                     : "");
    *script = script_with(w, extras, text);
    return true;
}

/* The variables $certificate and $key are there when something was obtained before. */
static str with_files(struct world *w, str script, const str paths[2])
{
    struct buf b = buf_new(w->arena, CEILING_SCRIPT);
    add_variable(&b, "certificate", paths[0]);
    add_variable(&b, "key", paths[1]);
    buf_add(&b, script);
    return buf_str(&b);
}

enum step_end step_run(struct world *w, const struct step *step, struct err *err)
{
    struct under_test *u = w->under_test;
    struct child_run run;
    str script, paths[2];
    long within;
    if (!read_run(w, step->line, &script, &within, err))
        return STEP_NOT_HELD;
    if (!read_stored(w, &u->before, paths, err))
        return STEP_BROKEN;
    if (u->has_run)
        script = with_files(w, script, paths);
    u->from = journal_count(w->journal);
    if (!run_script(w, script, within, &run, &u->end, err)
        || !read_stored(w, &u->stored, paths, err))
        return STEP_BROKEN;
    u->has_run = true;
    judge_run(w, &run);
    if (journal_count(w->journal) > u->from)
        world_answer(w, journal_at(w->journal, journal_count(w->journal) - 1));
    return STEP_DONE;
}
