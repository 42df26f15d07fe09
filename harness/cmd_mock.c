/* SPDX-License-Identifier: MIT */
/* `acmespec mock`: the mock CA on one loopback port, until it is told to stop. */
#define _DEFAULT_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "acme/identifier.h"
#include "acme/problem.h"
#include "acme/show.h"
#include "base/file.h"
#include "commands.h"
#include "crypto/b64url.h"
#include "engine/ca_setup.h"
#include "options.h"
#include "run/mock_control.h"
#include "script/ca_script.h"
#include "script/library.h"

struct mock_options {
    str address, host, dns_server, default_address, root, seed, caa, permute, manners;
    struct strs names, bugs, eab, blocked, limits, scripts, faults;
    bool eab_required, any_name, always_valid, no_reuse, no_terms, list_bugs, quiet,
        verbose, control, help;
    long port, http_port, tls_port, attempts, retry_ms, processing_ms, order_s, page;
};

#define AT(member) offsetof(struct mock_options, member)
/* clang-format off */
static const struct option_row rows[] = {
    { "port", 'p', OPTION_ANY_PORT, "N", AT(port), "port to listen on (the kernel chooses)" },
    { "address", 0, OPTION_TEXT, "A", AT(address), "loopback address to bind (127.0.0.1)" },
    { "host", 0, OPTION_TEXT, "NAME", AT(host), "host in its URLs (localhost; the --address where that is another)" },
    { "name", 0, OPTION_TEXTS, "NAME", AT(names), "a further name or address on its TLS certificate" },
    { "root", 0, OPTION_TEXT, "FILE", AT(root), "where to write the root certificate (a temporary file)" },
    { "dns-server", 0, OPTION_TEXT, "A:P", AT(dns_server), "DNS server that it asks; without one every name is at --default-address" },
    { "default-address", 0, OPTION_TEXT, "A", AT(default_address), "address of every name when there is no DNS server (127.0.0.1); a private one lets it validate at that network, too" },
    { "http-port", 0, OPTION_PORT, "N", AT(http_port), "port that http-01 goes to (80)" },
    { "tls-port", 0, OPTION_PORT, "N", AT(tls_port), "port that tls-alpn-01 goes to (443)" },
    { "eab", 0, OPTION_TEXTS, "KID:KEY", AT(eab), "a key for external account binding, base64url" },
    { "eab-required", 0, OPTION_FLAG, NULL, AT(eab_required), "refuse accounts without a binding" },
    { "no-terms", 0, OPTION_FLAG, NULL, AT(no_terms), "have no terms of service to agree to" },
    { "caa-identity", 0, OPTION_TEXT, "NAME", AT(caa), "its issuer domain name in CAA records (ca.acmespec.test)" },
    { "any-name", 0, OPTION_FLAG, NULL, AT(any_name), "sign for names that are not reserved for tests, too" },
    { "block", 0, OPTION_TEXTS, "NAME", AT(blocked), "refuse this name and all below it" },
    { "always-valid", 0, OPTION_FLAG, NULL, AT(always_valid), "take every response to a challenge for a proof" },
    { "no-reuse", 0, OPTION_FLAG, NULL, AT(no_reuse), "want a new proof for every order" },
    { "attempts", 0, OPTION_COUNT, "N", AT(attempts), "validation queries before it gives up (3)" },
    { "retry", 0, OPTION_DEADLINE, "SPAN", AT(retry_ms), "time between them (5s)" },
    { "processing", 0, OPTION_SPAN, "SPAN", AT(processing_ms), "how long an order stays processing (not at all)" },
    { "order-life", 0, OPTION_AMOUNT, "SECONDS", AT(order_s), "when an order expires (86400)" },
    { "page", 0, OPTION_COUNT, "N", AT(page), "orders in a page of an account's list (50)" },
    { "limit", 0, OPTION_TEXTS, "RESOURCE=N/SECONDS", AT(limits), "a rate limit for newAccount, newOrder, newAuthz or challenge" },
    { "seed", 0, OPTION_TEXT, "N", AT(seed), "make ids, tokens, nonces and serial numbers repeatable" },
    { "permute", 0, OPTION_TEXT, "N", AT(permute), "answers that look otherwise each time, within the RFC, repeatable by N" },
    { "manners", 0, OPTION_TEXT, "NAME", AT(manners), "ways of a released CA, as scenarios/manners/NAME.acme has them; some need an --eab" },
    { "bug", 0, OPTION_TEXTS, "NAME", AT(bugs), "make a mistake on purpose; --bugs lists them" },
    { "bugs", 0, OPTION_FLAG, NULL, AT(list_bugs), "list the planted bugs, and stop" },
    { "script", 's', OPTION_TEXTS, "FILE", AT(scripts), "what to do otherwise: a file of `on` and `ca` statements" },
    { "fault", 'f', OPTION_TEXTS, "RULE", AT(faults), "one rule: 'on newOrder first reply 429 rateLimited; retry-after 3s'" },
    { "control", 0, OPTION_FLAG, NULL, AT(control), "take rules and show the journal over HTTP, below /acmespec/ on its port" },
    { "verbose", 'v', OPTION_FLAG, NULL, AT(verbose), "print each exchange in full, its JWS decoded" },
    { "quiet", 'q', OPTION_FLAG, NULL, AT(quiet), "no line for each exchange" },
    { "help", 'h', OPTION_FLAG, NULL, AT(help), "this text" },
};
/* clang-format on */

/* --- options into what the CA takes --- */

static bool read_dns_server(struct arena *a, str text, struct ca_options *out,
                            struct err *err)
{
    long port;
    size_t colon = text.len;
    while (colon > 0 && text.ptr[colon - 1] != ':')
        colon--;
    str address = str_upto(text, colon ? colon - 1 : 0);
    if (str_starts(address, "[") && str_ends(address, "]"))
        address = str_upto(str_from(address, 1), address.len - 2);
    if (!identifier_is_ip(address) || !str_to_long(str_from(text, colon), 65535, &port)
        || port < 1)
        return err_set(err,
                       "--dns-server wants ADDRESS:PORT with an IP address, not \"%.*s\"",
                       STR_ARG(text));
    out->dns_server = str_z(a, address);
    out->dns_port = (int)port;
    return true;
}

static bool read_eab(struct arena *a, const struct strs *list, struct ca_options *out,
                     struct err *err)
{
    struct ca_eab *keys = NEW_ARRAY(a, struct ca_eab, list->count + 1);
    for (size_t i = 0; i < list->count; i++) {
        str rest = list->item[i];
        if (!str_cut(&rest, ':', &keys[i].kid) || keys[i].kid.len == 0
            || !b64url_decode(a, rest, &keys[i].mac_key) || keys[i].mac_key.len == 0)
            return err_set(err,
                           "--eab wants KID:KEY with the key in base64url, not \"%.*s\"",
                           STR_ARG(list->item[i]));
    }
    out->eab = keys;
    out->eab_count = list->count;
    return true;
}

static bool read_limit(str text, struct ca_limit *out, struct err *err)
{
    str rest = text, name, count;
    long number;
    if (!str_cut(&rest, '=', &name) || !str_cut(&rest, '/', &count)
        || !str_to_long(count, 1000000, &number) || number < 1
        || !str_to_long(rest, 1000000, &out->seconds))
        return err_set(err, "--limit wants RESOURCE=N/SECONDS, not \"%.*s\"",
                       STR_ARG(text));
    int resource = name_find(resource_names, RESOURCE_COUNT, name);
    if (resource != RESOURCE_NEW_ACCOUNT && resource != RESOURCE_NEW_ORDER
        && resource != RESOURCE_NEW_AUTHZ && resource != RESOURCE_CHALLENGE)
        return err_set(err,
                       "--limit is for newAccount, newOrder, newAuthz and challenge");
    out->resource = (enum resource)resource;
    out->count = (unsigned)number;
    return true;
}

static bool read_limits(const struct strs *list, struct ca_options *out, struct err *err)
{
    if (list->count > CA_MOST_LIMITS)
        return err_set(err, "--limit can be given %d times", CA_MOST_LIMITS);
    for (size_t i = 0; i < list->count; i++)
        if (!read_limit(list->item[i], &out->limits[i], err))
            return false;
    return true;
}

/* What stands in a URL as its host, or in a certificate as a name. */
static bool is_host(struct arena *a, str text)
{
    struct url url;
    return url_parse(a, arena_printf(a, "https://%.*s/", STR_ARG(text)), &url)
        && str_eq_nocase(url.host, text);
}

static bool check_names(struct arena *a, const struct mock_options *o, struct err *err)
{
    if (o->host.len && (!is_host(a, o->host) || str_contains(o->host, STR(":"))))
        return err_set(err, "--host wants the name of a host, not \"%.*s\"",
                       STR_ARG(o->host));
    for (size_t i = 0; i < o->names.count; i++)
        if (!is_host(a, o->names.item[i]) && !identifier_is_ip(o->names.item[i]))
            return err_set(err, "--name wants a name or an address, not \"%.*s\"",
                           STR_ARG(o->names.item[i]));
    if (o->default_address.len && !identifier_is_ip(o->default_address))
        return err_set(err, "--default-address wants an IP address, not \"%.*s\"",
                       STR_ARG(o->default_address));
    return true;
}

static bool read_seed(const char *option, str text, uint64_t *out, struct err *err)
{
    long seed = 0;
    if (text.len && !str_to_long(text, 1000000000, &seed))
        return err_set(err, "--%s wants a whole number up to 1000000000", option);
    *out = (uint64_t)seed;
    return true;
}

static bool read_all(struct arena *a, const struct mock_options *o,
                     struct ca_options *out, struct err *err)
{
    *out = (struct ca_options){
        .address = o->address.len ? o->address.ptr : NULL,
        .port = (int)o->port,
        .host = o->host,
        .names = o->names,
        .default_address = o->default_address,
        .http_port = (int)o->http_port,
        .tls_port = (int)o->tls_port,
        .eab_required = o->eab_required,
        .no_terms = o->no_terms,
        .caa_identity = o->caa,
        .any_name = o->any_name,
        .blocked = o->blocked,
        .always_valid = o->always_valid,
        .no_reuse = o->no_reuse,
        .attempts = (int)o->attempts,
        .retry_ms = o->retry_ms,
        .processing_ms = o->processing_ms,
        .order_s = o->order_s,
        .page = (size_t)o->page,
    };
    if (o->dns_server.len && !read_dns_server(a, o->dns_server, out, err))
        return false;
    for (size_t i = 0; i < o->bugs.count; i++)
        if (!bugs_add(&out->bugs, o->bugs.item[i], err))
            return false;
    return check_names(a, o, err) && ca_options_check(out, err)
        && read_eab(a, &o->eab, out, err) && read_limits(&o->limits, out, err)
        && read_seed("seed", o->seed, &out->seed, err)
        && read_seed("permute", o->permute, &out->permute, err);
}

/* --- scripts: settings and rules --- */

static bool add_script(struct arena *a, const char *path, struct ca_script *out,
                       struct mistakes *m, struct err *err)
{
    str text;
    return file_read(a, path, CEILING_SCRIPT, &text, err)
        && (ca_script_read(a, path, text, out, m) || m->list.count);
}

/* The manners that there are, for a name that is none of them. */
static bool unknown_manners(struct arena *a, str folder, str name, struct err *err)
{
    struct strs files = { 0 }, names = { 0 };
    if (!file_list(a, folder.ptr, ".acme", &files, err))
        return false;
    for (size_t i = 0; i < files.count; i++) {
        str file = str_from(files.item[i], folder.len + 1);
        strs_add(a, &names, str_upto(file, file.len - strlen(".acme")));
    }
    str all = strs_join(a, &names, " or ");
    return err_set(err, "there are no manners \"%.*s\"; take %.*s", STR_ARG(name),
                   STR_ARG(all));
}

static bool add_manners(struct arena *a, str name, struct ca_script *out,
                        struct mistakes *m, struct err *err)
{
    str root;
    if (!name.len)
        return true;
    if (!library_root(a, &root, err))
        return false;
    str folder = arena_printf(a, "%.*s/manners", STR_ARG(root));
    str file = arena_printf(a, "%.*s/%.*s.acme", STR_ARG(folder), STR_ARG(name));
    if (str_contains(name, STR("/")) || !file_exists(file.ptr))
        return unknown_manners(a, folder, name, err);
    return add_script(a, file.ptr, out, m, err);
}

/* Manners and scripts first, then faults, in the order they are given; every mistake is
 * told. */
static bool read_script(struct arena *a, const struct mock_options *o,
                        struct ca_script *out, struct err *err)
{
    struct mistakes m = { .arena = a };
    if (!add_manners(a, o->manners, out, &m, err))
        return false;
    for (size_t i = 0; i < o->scripts.count; i++)
        if (!add_script(a, o->scripts.item[i].ptr, out, &m, err))
            return false;
    for (size_t i = 0; i < o->faults.count; i++)
        rules_read(a, "--fault", o->faults.item[i], &out->on, &m);
    for (size_t i = 0; i + 1 < m.list.count; i++)
        fprintf(stderr, "%.*s\n", STR_ARG(m.list.item[i]));
    return m.list.count == 0
        || err_set(err, "%.*s", STR_ARG(m.list.item[m.list.count - 1]));
}

/* Behind the options: what a script says holds whatever they say. */
static bool set_up(struct arena *a, const struct ca_script *script,
                   struct ca_options *out, struct err *err)
{
    for (size_t i = 0; i < script->setting_count; i++) {
        struct place place = script->setting[i].line->place;
        if (!ca_set_up(a, &script->setting[i], out, err))
            return err_at(err, "%s:%d", place.file, place.line);
    }
    return !out->eab_required || out->eab_count
        || err_set(err,
                   "--eab-required needs an --eab KID:KEY, and so do manners and "
                   "scripts that say `ca eab-required`");
}

/* --- what it prints --- */

/* "   3  POST newOrder -> 429 rateLimited: detail", on the listener's thread. */
static bool log_exchange(void *context, struct arena *a,
                         const struct ca_request_info *info, struct reply *reply)
{
    str method = show_clean(a, str_upto(info->request->method, 20));
    const char *what = resource_names[info->resource];
    (void)context;
    printf("%5lu  %.*s %s -> %d", info->number, STR_ARG(method), what,
           reply->response.status);
    if (reply->response.status >= 400) {
        struct err err;
        json_t *problem = json_read(a, reply->response.body, &err);
        str type = show_clean(a, str_upto(problem_word_of(problem), 60));
        str detail = show_clean(a, str_upto(json_member(problem, "detail"), 200));
        if (type.len || detail.len)
            printf(" %.*s: %.*s", STR_ARG(type.len ? type : STR("about:blank")),
                   STR_ARG(detail));
    }
    str how = manner_show(a, &reply->manner);
    if (how.len)
        printf(" (%.*s)", STR_ARG(how));
    putchar('\n');
    fflush(stdout);
    return false;
}

/* "       TLS handshake -> alpn h2", for those that are not ordinary: no exchange is on
 * such a connection, and who looks for the fault finds it here. */
static void log_handshake(void *context, struct arena *a, struct odd_handshake *how)
{
    str alpn = show_clean(a, how->alpn);
    (void)context;
    if (how->broken)
        puts("       TLS handshake -> broken");
    else if (how->refused)
        puts("       TLS handshake -> refused, as if no protocol were agreed upon");
    else if (alpn.len)
        printf("       TLS handshake -> alpn %.*s\n", STR_ARG(alpn));
    fflush(stdout);
}

/* Exchanges in full, as RFC 8555 prints its examples. */
static bool show_all(void *context, struct arena *a, const struct ca_request_info *info,
                     struct reply *reply)
{
    struct err err;
    struct buf out = buf_new(a, CEILING_TRANSCRIPT);
    struct exchange exchange = { .number = info->number,
                                 .request = *info->request,
                                 .response = reply->response,
                                 .failure = STR_NONE,
                                 .resource = info->resource,
                                 .body = json_read(a, reply->response.body, &err) };
    log_exchange(context, a, info, reply);
    show_exchange(&out, &exchange, NULL, 0);
    str text = buf_str(&out);
    printf("\n%.*s\n", STR_ARG(text));
    fflush(stdout);
    return false;
}

static bool write_root(struct arena *a, const struct ca *ca, str *file, struct err *err)
{
    str folder;
    if (file->len == 0) {
        if (!file_temp_dir(a, &folder, err))
            return false;
        *file = arena_printf(a, "%.*s/root.pem", STR_ARG(folder));
    }
    if (!file_write(file->ptr, ca_root_pem(ca), err))
        return false;
    /* Who takes over the environment may stand in another folder. */
    char *whole = realpath(file->ptr, NULL);
    if (whole)
        *file = str_copy(a, str_of(whole));
    free(whole);
    return true;
}

/* What libraries and clients look at for further roots. */
static void print_environment(const struct ca *ca, str root)
{
    static const char *const names[] = { "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE",
                                         "CURL_CA_BUNDLE", "LEGO_CA_CERTIFICATES",
                                         "NODE_EXTRA_CA_CERTS" };
    printf("directory  %.*s\n", STR_ARG(ca_directory_url(ca)));
    printf("root       %.*s\n", STR_ARG(root));
    for (size_t i = 0; i < countof(names); i++)
        printf("export %s=%.*s\n", names[i], STR_ARG(root));
    fflush(stdout);
}

static void print_control(const struct ca *ca)
{
    str url = ca_directory_url(ca);
    size_t host = str_find(url, STR("://")) + strlen("://");
    size_t end = host + str_find_char(str_from(url, host), '/');
    printf("control    %.*s/acmespec\n", STR_ARG(str_upto(url, end)));
    fflush(stdout);
}

/* A rule that was never applied is worth a line: the test did not test what it meant. */
static void print_fired(const struct rules *rules)
{
    for (size_t i = 0; i < rules_count(rules); i++)
        printf("%.*s: %zu times\n", STR_ARG(rules_at(rules, i)->text),
               rules_fired(rules, i));
}

/* --- running --- */

/* Threads that start later inherit the mask, so the signals come here. */
static void hold_signals(sigset_t *signals)
{
    sigemptyset(signals);
    sigaddset(signals, SIGINT);
    sigaddset(signals, SIGTERM);
    sigaddset(signals, SIGHUP);
    pthread_sigmask(SIG_BLOCK, signals, NULL);
}

static int run(struct arena *a, struct mock_options *o, struct ca_options *options,
               const struct rules_read *on)
{
    struct err err;
    sigset_t signals;
    int caught;
    if (!o->quiet)
        options->after = o->verbose ? show_all : log_exchange;
    if (!o->quiet && (on->count || o->control))
        options->handshake = log_handshake;
    struct rules *rules = rules_new(a, on->row, on->count);
    struct mock_control *control =
        o->control ? mock_control_new(a, rules, on, true) : NULL;
    if (control)
        mock_control_hook(control, options);
    if (on->count || o->control)
        rules_hook(rules, options);
    hold_signals(&signals);
    struct ca *ca = ca_new(a, options, &err);
    if (!ca || !write_root(a, ca, &o->root, &err))
        return command_failed(EXIT_OUR_FAULT, &err);
    rules_attach(rules, ca);
    if (control)
        mock_control_attach(control, ca);
    print_environment(ca, o->root);
    if (o->control)
        print_control(ca);
    sigwait(&signals, &caught);
    ca_stop(ca);
    print_fired(rules);
    struct ca_figures f = ca_figures(ca);
    printf("%lu requests, %zu accounts, %zu orders, %zu certificates\n", f.requests,
           f.accounts, f.orders, f.certificates);
    return EXIT_CONFORMS;
}

int cmd_mock(struct arena *a, int argc, char **argv)
{
    struct err err;
    struct strs words = { 0 };
    struct ca_script script = { .setting = NULL };
    struct ca_options options;
    struct mock_options o = { .address = STR_NONE,
                              .host = STR_NONE,
                              .dns_server = STR_NONE,
                              .default_address = STR_NONE,
                              .root = STR_NONE,
                              .seed = STR_NONE,
                              .caa = STR_NONE,
                              .permute = STR_NONE,
                              .manners = STR_NONE };
    if (!options_read(a, rows, countof(rows), argc, argv, &o, &words, &err))
        return usage_error(err.text);
    if (o.help) {
        puts("acmespec mock [OPTION...]: be a CA on one loopback port\n");
        options_print(rows, countof(rows));
        return EXIT_CONFORMS;
    }
    if (o.list_bugs) {
        bugs_print(BUG_NONE + 1, BUG_FIRST_CLIENT);
        return EXIT_CONFORMS;
    }
    if (words.count)
        return usage_error("mock takes options only; see acmespec mock --help");
    if (!read_all(a, &o, &options, &err) || !read_script(a, &o, &script, &err)
        || !set_up(a, &script, &options, &err))
        return usage_error(err.text);
    return run(a, &o, &options, &script.on);
}
