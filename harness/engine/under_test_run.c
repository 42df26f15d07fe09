/* SPDX-License-Identifier: MIT */
/* `run OPERATION`: the adapter's lines, run by a shell. */
#define _DEFAULT_SOURCE
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
    /* What a client gets at least before it is said to hang, and what the checks that
     * follow need of the scenario's time. */
    WITHIN_MS = 10000,
    SPARE_MS = 1500,
    LEAST_MS = 100,
    WORD_MS = 20000,
    OUTPUT_CEILING = 256 * 1024,
    SHOWN_OUTPUT = 4000,
    SHOWN_WORDS = 300
};

/* --- the shell lines --- */

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

static void add_variables(struct world *w, struct buf *b)
{
    const struct under_test *u = w->under_test;
    struct arena *a = w->arena;
    const char *home = getenv("HOME");
    child_assign(b, "directory", ca_directory_url(u->ca));
    child_assign(b, "terms", ca_newest_terms(u->ca, a));
    child_assign(b, "root", sandbox_bundle(a, u->trust));
    child_assign(b, "work", u->work);
    child_assign(b, "home", home ? str_of(home) : STR_NONE);
    child_assign(b, "domain", u->names.count ? u->names.item[0] : STR_NONE);
    child_assign(b, "domains", with_blanks(a, &u->names));
    child_assign(b, "challenge", str_of(challenge_names[u->challenge]));
    add_port(b, "http_port", u->http_port);
    add_port(b, "tls_port", u->tls_port);
    add_port(b, "dns_port", u->dns_port);
    child_assign(b, "webroot", u->webroot);
    child_assign(b, "dns_add", arena_printf(a, "%.*s/dns-add", STR_ARG(u->folder)));
    child_assign(b, "dns_remove", arena_printf(a, "%.*s/dns-remove", STR_ARG(u->folder)));
    child_assign(b, "acmespec", child_own_program(a));
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
                               .cwd = u->adapter->in_place ? NULL : u->work.ptr,
                               .set = u->set,
                               .unset = u->unset,
                               .deadline_ms = within_ms,
                               .ceiling = OUTPUT_CEILING };
    child_run(w->arena, out, end);
    return end->fate != CHILD_NOT_STARTED || err_set(err, "%s", end->why.text);
}

/* --- its files --- */

/* What two words of the shell (`$work/live/$domain/cert.pem`) say, in one go, since what
 * an adapter does always may take long; empty what the adapter has not. */
static bool paths_of(struct world *w, str certificate, str key, str paths[2],
                     struct err *err)
{
    struct child_run run;
    struct child_end end;
    paths[0] = paths[1] = STR_NONE;
    if (!certificate.len && !key.len)
        return true;
    str line = arena_printf(w->arena, "printf %%s %.*s\necho\nprintf %%s %.*s",
                            STR_ARG(certificate), STR_ARG(key));
    if (!run_script(w, script_with(w, STR_NONE, line), WORD_MS, &run, &end, err))
        return false;
    if (end.fate != CHILD_EXITED)
        return err_set(err, "the shell that tells where %.*s has its files %s",
                       STR_ARG(w->under_test->adapter->name),
                       end.fate == CHILD_OVERDUE ? "did not end in time"
                                                 : "was ended by a signal");
    str_cut(&end.output, '\n', &paths[0]);
    paths[0] = str_copy(w->arena, paths[0]);
    paths[1] = end.output;
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
    if (!paths_of(w, adapter->certificate, adapter->key, paths, err))
        return false;
    read_file(w, paths[0], &out->chain_pem);
    read_file(w, paths[1], &out->key_pem);
    if (w->under_test->csr_key_pem.len)
        out->key_pem = w->under_test->csr_key_pem;
    if (out->chain_pem.len && chain_read(w->arena, out->chain_pem, &chain, &ignored))
        out->leaf_der = cert_der(w->arena, chain.item[0]);
    return true;
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

/* The file of the account's key, made anew for each run. */
static bool account_key_file(struct world *w, str word, str *path, struct err *err)
{
    int type = key_type_find(word);
    if (type != KEY_P256 && type != KEY_P384 && type != KEY_P521)
        return err_set(err, "an account's key is P-256, P-384 or P-521, not \"%.*s\"",
                       STR_ARG(word));
    struct key *key = key_with_zero(w->arena, (enum key_type)type, err);
    *path =
        arena_printf(w->arena, "%.*s/account-key.pem", STR_ARG(w->under_test->folder));
    return key && file_write(path->ptr, key_private_pem(w->arena, key), err);
}

/* The file of the request; the key that fits the certificate is its user's, then. */
static bool csr_file(struct world *w, str name, str *path, struct err *err)
{
    struct arena *a = w->arena;
    str pem = vars_text_of(w->vars, arena_printf(a, "%.*s.pem", STR_ARG(name)));
    str key = vars_text_of(w->vars, arena_printf(a, "%.*s.key", STR_ARG(name)));
    if (!pem.len)
        return err_set(err, "no csr is given to the client");
    w->under_test->csr_key_pem = key;
    *path = arena_printf(a, "%.*s/csr.pem", STR_ARG(w->under_test->folder));
    return file_write(path->ptr, pem, err);
}

/* As a CA's web page may show it, though RFC 8555 7.3.4 would have it without. */
static str padded(struct arena *a, str text)
{
    str pad = str_upto(STR("=="), (4 - text.len % 4) % 4);
    return arena_printf(a, "%.*s%.*s", STR_ARG(text), STR_ARG(pad));
}

/* What a run gives to the client beside the names; empty is what it does not. */
struct extras {
    str agreed, eab_kid, eab_key, profile, chain, account_key, csr;
};

static bool add_extra(struct world *w, str extra, str value, struct extras *x,
                      struct err *err)
{
    if (str_is(extra, "account-key"))
        return account_key_file(w, value, &x->account_key, err);
    if (str_is(extra, "csr"))
        return csr_file(w, value, &x->csr, err);
    if (str_is(extra, "other-ca"))
        w->under_test->ca = w->under_test->other_ca;
    else if (str_is(extra, "profile"))
        x->profile = value;
    else if (str_is(extra, "chain"))
        x->chain = value;
    else if (str_is(extra, "no-agreement"))
        x->agreed = STR_NONE;
    else {
        x->eab_kid = vars_text_of(w->vars, STR("eab.kid"));
        x->eab_key = vars_text_of(w->vars, STR("eab.key"));
        if (str_is(value, "padded"))
            x->eab_key = padded(w->arena, x->eab_key);
    }
    return true;
}

/* The `with` clauses, each as variables. */
static bool extras_of(struct world *w, const struct line *line, str *out, struct err *err)
{
    struct buf b = buf_new(w->arena, CEILING_LINE);
    struct extras x = { .agreed = STR("yes") };
    w->under_test->csr_key_pem = STR_NONE;
    w->under_test->ca = w->under_test->first_ca;
    for (const struct line *c = NULL; (c = line_clause_after(line, "with", c));) {
        str value;
        if (!world_word(w, line_arg(c, "VALUE"), &value, err)
            || !add_extra(w, line_arg(c, "EXTRA"), value, &x, err))
            return false;
    }
    child_assign(&b, "agreed", x.agreed);
    child_assign(&b, "eab_kid", x.eab_kid);
    child_assign(&b, "eab_key", x.eab_key);
    child_assign(&b, "profile", x.profile);
    child_assign(&b, "chain", x.chain);
    child_assign(&b, "account_key", x.account_key);
    child_assign(&b, "csr", x.csr);
    child_assign(&b, "email", arena_printf(w->arena, "someone@%.*s", STR_ARG(w->zone)));
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

/* Of the scenario's time, for a run. */
static long time_left(const struct world *w)
{
    int64_t left = w->deadline_ms - clock_ms() - SPARE_MS;
    return left > LEAST_MS ? (long)left : LEAST_MS;
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
    long left = time_left(w);
    *within = left > WITHIN_MS ? left : WITHIN_MS;
    if (clause && !str_to_ms(line_arg(clause, "DURATION"), within))
        return err_set(err, "no time span");
    if (clause && !line_has(clause, "exactly"))
        *within *= w->target->profile.deadline_factor;
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
    child_assign(&b, "certificate", paths[0]);
    child_assign(&b, "key", paths[1]);
    buf_add(&b, script);
    return buf_str(&b);
}

/* A shell says so of a program that it cannot start (POSIX, Shell Command
 * Language 2.8.2); nothing is learnt of a client that never was. */
static bool was_started(struct world *w, struct err *err)
{
    const struct under_test *u = w->under_test;
    bool no_program = u->end.fate == CHILD_EXITED
        && (u->end.exit_code == 126 || u->end.exit_code == 127);
    if (!no_program || journal_count(w->journal) > u->from)
        return true;
    str said = str_trim(u->end.output);
    return err_set(err, "the client could not be started: %.*s",
                   STR_ARG(str_upto(said, SHOWN_WORDS)));
}

enum step_end step_run(struct world *w, const struct step *step, struct err *err)
{
    struct under_test *u = w->under_test;
    struct child_run run;
    str script, paths[2];
    long within;
    if (!read_run(w, step->line, &script, &within, err))
        return STEP_NOT_HELD;
    /* Before its first run there is nothing in a folder that is new. */
    u->before = (struct stored){ STR_NONE, STR_NONE, STR_NONE };
    if ((u->has_run || u->adapter->in_place) && !read_stored(w, &u->before, paths, err))
        return STEP_BROKEN;
    if (u->has_run)
        script = with_files(w, script, paths);
    u->from = journal_count(w->journal);
    long left = time_left(w);
    if (!run_script(w, script, within < left ? within : left, &run, &u->end, err)
        || !was_started(w, err) || !read_stored(w, &u->stored, paths, err))
        return STEP_BROKEN;
    u->has_run = true;
    under_test_judge(w, &run);
    if (u->end.fate == CHILD_OVERDUE && left < within) {
        str deadline = target_deadline(w->arena, w->target, w->scenario);
        err_set(err, "%.*s passed while the client ran", STR_ARG(deadline));
        return STEP_NOT_HELD;
    }
    if (journal_count(w->journal) > u->from)
        world_answer(w, journal_at(w->journal, journal_count(w->journal) - 1));
    return STEP_DONE;
}
