/* SPDX-License-Identifier: MIT */
/* `acmespec bench URL`: many clients side by side issue certificates from a CA, each the
 * whole way from newOrder to the download, http-01 really answered; or only ask for
 * nonces.  Tells rate, latency, and the CA's own CPU and memory where its process is
 * known. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#include "acme/challenge.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "commands.h"
#include "crypto/b64url.h"
#include "http/listen.h"
#include "mocks/responder.h"
#include "mocks/subscriber.h"
#include "options.h"
#include "peer.h"

struct bench_options {
    str ca_file, json, zone;
    bool insecure, remote, nonces, quiet, help;
    long clients, count, http_port, dns_port, pid, limit_ms;
};

#define AT(member) offsetof(struct bench_options, member)
/* clang-format off */
static const struct option_row rows[] = {
    { "clients", 'n', OPTION_COUNT, "N", AT(clients), "clients side by side (8)" },
    { "count", 'c', OPTION_AMOUNT, "N", AT(count), "issuances in all (500), or nonces (20000)" },
    { "nonces", 0, OPTION_FLAG, NULL, AT(nonces), "only ask newNonce" },
    { "ca-file", 0, OPTION_TEXT, "FILE", AT(ca_file), "PEM roots to trust for the CA's server (else the system's)" },
    { "insecure", 0, OPTION_FLAG, NULL, AT(insecure), "accept any TLS certificate of the CA's server" },
    { "remote", 0, OPTION_FLAG, NULL, AT(remote), "allow a CA that is not on a loopback or private address" },
    { "http-port", 0, OPTION_PORT, "N", AT(http_port), "port that the CA uses for http-01 (5002)" },
    { "dns-port", 0, OPTION_PORT, "N", AT(dns_port), "port of the DNS server that the CA was told: ours, on 127.0.0.1 (8053)" },
    { "zone", 0, OPTION_TEXT, "NAME", AT(zone), "domain below which the names are (acmespec.test)" },
    { "pid", 0, OPTION_AMOUNT, "N", AT(pid), "the CA's process, to tell its CPU and memory" },
    { "limit", 0, OPTION_DEADLINE, "SPAN", AT(limit_ms), "deadline of the whole (2m)" },
    { "json", 0, OPTION_TEXT, "FILE", AT(json), "write the figures as JSON" },
    { "quiet", 'q', OPTION_FLAG, NULL, AT(quiet), "no progress" },
    { "help", 'h', OPTION_FLAG, NULL, AT(help), "this text" },
};
/* clang-format on */

/* CPU and memory of a process at a moment. */
struct usage {
    double cpu_ms;
    long memory_kib;
};

struct bench_run {
    struct arena *arena;
    struct bench_options options;
    struct fetch_options fetch;
    str url, label;
    struct key *account_key;
    str account_url, thumbprint;
    int64_t end_ms; /* of the whole */
    atomic_long next, done, failed;
    pthread_mutex_t lock; /* over first_error */
    struct err first_error;
    int64_t *took_us; /* of each item; 0: it failed */
};

/* --- the process of the CA --- */

/* Fields 14 and 15 of /proc/PID/stat (proc(5)), behind the name in its parentheses. */
static double cpu_of(struct arena *a, long pid)
{
    str text, piece;
    struct err ignored;
    long user = 0, system = 0;
    str path = arena_printf(a, "/proc/%ld/stat", pid);
    if (!file_read(a, path.ptr, CEILING_SCRIPT, &text, &ignored))
        return 0;
    text = str_from(text, str_find(text, STR(") ")) + 2);
    for (int field = 3; str_cut(&text, ' ', &piece) && field <= 15; field++) {
        if (field == 14)
            str_to_long(piece, 1000000000, &user);
        if (field == 15)
            str_to_long(piece, 1000000000, &system);
    }
    return 1000.0 * (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static long memory_of(struct arena *a, long pid)
{
    str text, piece;
    struct err ignored;
    long pages = 0;
    str path = arena_printf(a, "/proc/%ld/statm", pid);
    if (!file_read(a, path.ptr, CEILING_SCRIPT, &text, &ignored)
        || !str_cut(&text, ' ', &piece) || !str_cut(&text, ' ', &piece)
        || !str_to_long(piece, 1000000000, &pages))
        return 0;
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static struct usage usage_of(struct arena *a, long pid)
{
    return (struct usage){ cpu_of(a, pid), memory_of(a, pid) };
}

/* --- answering challenges --- */

/* All clients share one account, so the token alone makes the right answer. */
static void serve(void *context, struct arena *a, const struct request *request,
                  const char *peer, struct reply *reply)
{
    const struct bench_run *run = context;
    struct url url;
    str prefix = challenge_path(a, STR_NONE);
    (void)peer;
    reply->response.status = 404;
    if (!url_parse(a, request->url, &url) || !str_starts(url.path, prefix.ptr))
        return;
    reply->response.status = 200;
    reply->response.body =
        challenge_key_authorization(a, str_from(url.path, prefix.len), run->thumbprint);
}

static bool can_http(void *context, const char *type)
{
    (void)context;
    return strcmp(type, "http-01") == 0;
}

static bool provide_nothing(void *context, struct arena *a, const struct proof *proof,
                            struct err *err)
{
    (void)context;
    (void)a;
    (void)proof;
    (void)err;
    return true;
}

static void withdraw_nothing(void *context, struct arena *a, const struct proof *proof)
{
    (void)context;
    (void)a;
    (void)proof;
}

static bool start_servers(struct bench_run *run, struct err *err)
{
    struct responder_options dns = { .address = "127.0.0.1",
                                     .dns_address = "127.0.0.1",
                                     .dns_port = (int)run->options.dns_port,
                                     .answer_address = STR("127.0.0.1") };
    struct listen_options web = { .address = "127.0.0.1",
                                  .port = (int)run->options.http_port,
                                  .handler = serve,
                                  .context = run };
    return responder_new(run->arena, &dns, err) && listener_new(run->arena, &web, err);
}

/* --- one client --- */

/* Pebble refuses one good nonce in twenty; a run has thousands. */
enum { BENCH_NONCE_RETRIES = 4 };

static bool start_client(const struct bench_run *run, struct arena *a,
                         struct subscriber *s, struct err *err)
{
    struct client_options options = { .directory_url = run->url,
                                      .fetch = run->fetch,
                                      .journal = journal_new(a),
                                      .nonce_retries = BENCH_NONCE_RETRIES };
    *s = (struct subscriber){ .arena = a,
                              .client = client_new(a, &options),
                              .key = run->account_key,
                              .account_url = run->account_url,
                              .prover = { .can = can_http,
                                          .provide = provide_nothing,
                                          .withdraw = withdraw_nothing },
                              .challenge = STR_NONE,
                              .patience_ms = 30000,
                              .hurried = true };
    return client_directory(s->client, err);
}

static bool issue_one(const struct bench_run *run, struct subscriber *s, long number,
                      struct err *err)
{
    struct wish wish = { .key = key_new(s->arena, KEY_P256, err),
                         .not_before = STR_NONE,
                         .not_after = STR_NONE,
                         .profile = STR_NONE,
                         .replaces = STR_NONE,
                         .preferred_chain = STR_NONE };
    str pem;
    strs_add(s->arena, &wish.names,
             arena_printf(s->arena, "n%ld.%.*s.%.*s", number, STR_ARG(run->label),
                          STR_ARG(run->options.zone)));
    return wish.key && subscriber_obtain(s, &wish, &pem, err);
}

static bool ask_nonce(struct subscriber *s, struct err *err)
{
    const struct exchange *x;
    str url = client_resource(s->client, RESOURCE_NEW_NONCE);
    if (!client_send(s->client, "HEAD", url, NULL, STR_NONE, 0, false, &x, err))
        return false;
    return headers_find(&x->response.headers, "Replay-Nonce")
        || err_set(err, "newNonce: %s", journal_sentence(s->arena, x).ptr);
}

static void note_failure(struct bench_run *run, const struct err *err)
{
    if (atomic_fetch_add(&run->failed, 1))
        return;
    pthread_mutex_lock(&run->lock);
    run->first_error = *err;
    pthread_mutex_unlock(&run->lock);
}

/* Takes items until none is left; the client is made anew now and then, because its
 * journal keeps all that it saw. */
static void *work(void *context)
{
    struct bench_run *run = context;
    long most = run->options.nonces ? 500 : 25, made = most, item;
    struct arena *a = arena_new(NULL);
    struct subscriber s;
    while ((item = atomic_fetch_add(&run->next, 1)) < run->options.count
           && clock_ms() < run->end_ms) {
        struct err err;
        bool good = true;
        if (made == most) {
            arena_reset(a);
            good = start_client(run, a, &s, &err);
            made = 0;
        }
        int64_t began = clock_us();
        good = good
            && (run->options.nonces ? ask_nonce(&s, &err)
                                    : issue_one(run, &s, item, &err));
        run->took_us[item] = good ? clock_us() - began : 0;
        made = good ? made + 1 : most;
        if (!good)
            note_failure(run, &err);
        atomic_fetch_add(&run->done, 1);
    }
    arena_end(a);
    return NULL;
}

static void show_progress(struct bench_run *run)
{
    bool shown = !run->options.quiet && isatty(STDERR_FILENO);
    long done;
    while ((done = atomic_load(&run->done)) < run->options.count
           && clock_ms() < run->end_ms) {
        if (shown)
            fprintf(stderr, "\r%ld of %ld, %ld failed ", done, run->options.count,
                    atomic_load(&run->failed));
        clock_sleep_ms(20);
    }
    if (shown)
        fputc('\n', stderr);
}

/* Milliseconds that it took. */
static double run_clients(struct bench_run *run)
{
    size_t count = (size_t)run->options.clients;
    pthread_t *threads = NEW_ARRAY(run->arena, pthread_t, count);
    int64_t began = clock_us();
    size_t started = 0;
    while (started < count && pthread_create(&threads[started], NULL, work, run) == 0)
        started++;
    if (started)
        show_progress(run);
    for (size_t i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    return (double)(clock_us() - began) / 1000.0;
}

/* --- figures --- */

struct figures {
    long good, failed;
    double wall_ms, rate, p50, p90, p99, most; /* latencies in milliseconds */
    double server_cpu_us, driver_cpu_us;       /* for each; 0: not known */
    long server_kib, grown_kib;
};

static int by_time(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Sorted, failures (0) first. */
static double percentile(const struct bench_run *run, long good, double part)
{
    long at = run->options.count - good + (long)(part * (double)(good - 1) + 0.5);
    return good ? (double)run->took_us[at] / 1000.0 : 0;
}

static void read_latencies(struct bench_run *run, struct figures *f)
{
    qsort(run->took_us, (size_t)run->options.count, sizeof *run->took_us, by_time);
    for (long i = 0; i < run->options.count; i++)
        f->good += run->took_us[i] > 0;
    f->failed = run->options.count - f->good;
    f->p50 = percentile(run, f->good, 0.5);
    f->p90 = percentile(run, f->good, 0.9);
    f->p99 = percentile(run, f->good, 0.99);
    f->most = percentile(run, f->good, 1);
    f->rate = f->wall_ms > 0 ? 1000.0 * (double)f->good / f->wall_ms : 0;
}

static void print_figures(const struct bench_run *run, const struct figures *f)
{
    const char *what = run->options.nonces ? "nonces" : "certificates";
    printf("%ld %s in %.2f s by %ld clients: %.0f a second\n", f->good, what,
           f->wall_ms / 1000.0, run->options.clients, f->rate);
    printf("latency ms: median %.2f, 90%% %.2f, 99%% %.2f, longest %.2f\n", f->p50,
           f->p90, f->p99, f->most);
    printf("CPU of this driver: %.0f us for each\n", f->driver_cpu_us);
    if (run->options.pid)
        printf("CPU of process %ld: %.0f us for each; memory %ld KiB, %ld KiB more than "
               "before\n",
               run->options.pid, f->server_cpu_us, f->server_kib, f->grown_kib);
    if (f->failed)
        printf("%ld failed or were not reached; the first: %s\n", f->failed,
               run->first_error.text[0] ? run->first_error.text : "the limit was over");
}

static json_t *number(struct arena *a, double value)
{
    return json_keep(a, json_real(value));
}

static bool write_json(const struct bench_run *run, const struct figures *f,
                       struct err *err)
{
    struct arena *a = run->arena;
    json_t *o = json_keep(a, json_object());
    if (!run->options.json.len)
        return true;
    json_object_set(
        o, "what",
        json_string_of(a, run->options.nonces ? STR("nonces") : STR("certificates")));
    json_object_set(o, "clients", number(a, (double)run->options.clients));
    json_object_set(o, "good", number(a, (double)f->good));
    json_object_set(o, "failed", number(a, (double)f->failed));
    json_object_set(o, "wall_ms", number(a, f->wall_ms));
    json_object_set(o, "per_second", number(a, f->rate));
    json_object_set(o, "p50_ms", number(a, f->p50));
    json_object_set(o, "p90_ms", number(a, f->p90));
    json_object_set(o, "p99_ms", number(a, f->p99));
    json_object_set(o, "longest_ms", number(a, f->most));
    json_object_set(o, "driver_cpu_us", number(a, f->driver_cpu_us));
    json_object_set(o, "server_cpu_us", number(a, f->server_cpu_us));
    json_object_set(o, "server_kib", number(a, (double)f->server_kib));
    json_object_set(o, "grown_kib", number(a, (double)f->grown_kib));
    return file_write(run->options.json.ptr, json_pretty(a, o), err);
}

/* --- the command --- */

static bool prepare(struct bench_run *run, struct err *err)
{
    const struct bench_options *o = &run->options;
    struct registration r = { .agrees = true, .eab_kid = STR_NONE, .eab_key = STR_NONE };
    struct subscriber s;
    run->fetch =
        (struct fetch_options){ .insecure = o->insecure,
                                .connect_ms = 10000,
                                .total_ms = 10000,
                                .user_agent = "acmespec/" ACMESPEC_VERSION " (bench)",
                                .guard = peer_guard(o->remote) };
    if (!peer_roots(run->arena, o->ca_file, &run->fetch.ca_pem, err))
        return false;
    run->account_key = key_new(run->arena, KEY_P256, err);
    /* The directory is fetched before there are threads, and with it the roots are read.
     */
    if (!run->account_key || !start_client(run, run->arena, &s, err))
        return false;
    run->thumbprint = key_thumbprint(run->arena, run->account_key);
    if (o->nonces)
        return true;
    if (!start_servers(run, err) || !subscriber_register(&s, &r, err))
        return false;
    run->account_url = s.account_url;
    return true;
}

static int measure(struct bench_run *run)
{
    struct err err;
    struct figures f = { 0 };
    if (!prepare(run, &err))
        return command_failed(EXIT_OUR_FAULT, &err);
    struct usage before = usage_of(run->arena, run->options.pid);
    int64_t driver_us = clock_cpu_us();
    f.wall_ms = run_clients(run);
    struct usage after = usage_of(run->arena, run->options.pid);
    read_latencies(run, &f);
    f.server_kib = after.memory_kib;
    f.grown_kib = after.memory_kib - before.memory_kib;
    if (f.good) {
        f.driver_cpu_us = (double)(clock_cpu_us() - driver_us) / (double)f.good;
        f.server_cpu_us = 1000.0 * (after.cpu_ms - before.cpu_ms) / (double)f.good;
    }
    print_figures(run, &f);
    if (!write_json(run, &f, &err))
        return command_failed(EXIT_REPORT, &err);
    return f.failed ? EXIT_VIOLATION : EXIT_CONFORMS;
}

static void fill_in(struct bench_run *run)
{
    struct bench_options *o = &run->options;
    o->clients = o->clients ? o->clients : 8;
    o->count = o->count ? o->count : o->nonces ? 20000 : 500;
    o->http_port = o->http_port ? o->http_port : 5002;
    o->dns_port = o->dns_port ? o->dns_port : 8053;
    o->limit_ms = o->limit_ms ? o->limit_ms : 120000;
    o->zone = o->zone.len ? o->zone : STR("acmespec.test");
    run->label = hex_encode(run->arena, random_bytes(run->arena, 4));
    run->took_us = NEW_ARRAY(run->arena, int64_t, (size_t)o->count);
    run->end_ms = clock_ms() + o->limit_ms;
}

static int start(struct bench_run *run, int argc, char **argv)
{
    struct err err;
    struct strs words = { 0 };
    if (!options_read(run->arena, rows, countof(rows), argc, argv, &run->options, &words,
                      &err))
        return usage_error(err.text);
    if (run->options.help) {
        puts("acmespec bench URL [OPTION...]: measure a CA under parallel clients\n");
        options_print(rows, countof(rows));
        return EXIT_CONFORMS;
    }
    if (words.count != 1)
        return usage_error("bench takes the URL of one directory");
    if (run->options.pid
        && !file_exists(arena_printf(run->arena, "/proc/%ld/stat", run->options.pid).ptr))
        return usage_error(
            "--pid wants the CA's process, and there is none of this number");
    if (run->options.clients > 1000 || run->options.count > 10000000)
        return usage_error("at most 1000 clients and 10000000 issuances");
    run->url = words.item[0];
    if (!peer_is_allowed(run->arena, run->url, run->options.remote, &err))
        return usage_error(err.text);
    fill_in(run);
    return measure(run);
}

int cmd_bench(struct arena *a, int argc, char **argv)
{
    struct bench_run run = { .arena = a,
                             .account_url = STR_NONE,
                             .lock = PTHREAD_MUTEX_INITIALIZER };
    return start(&run, argc, argv);
}
