/* SPDX-License-Identifier: MIT */
/* `acmespec server URL`: plays the client against a CA and judges it. */
#include <stdio.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "commands.h"
#include "peer.h"
#include "run/outcome.h"
#include "run/stop.h"
#include "server_options.h"
#include "session.h"

static bool read_profile(struct session *s, const struct server_options *o,
                         struct err *err)
{
    struct mistakes m = { .arena = s->arena };
    str name = o->profile;
    if (!name.len)
        return true;
    str path = name;
    if (!file_exists(path.ptr))
        path = arena_printf(s->arena, "%.*s/profiles/%.*s.acme",
                            STR_ARG(s->library->root), STR_ARG(name));
    if (!file_exists(path.ptr))
        return err_set(err, "there is no profile %.*s", STR_ARG(name));
    bool good = profile_read(s->arena, path.ptr, &s->target.profile, &m, err);
    return session_mended(good, &m, err);
}

static bool options_fit(struct arena *a, const struct server_options *o,
                        const struct strs *names, struct err *err)
{
    struct strs inputs = { 0 };
    strs_add(a, &inputs, o->ca_file);
    strs_add(a, &inputs, o->profile);
    for (size_t i = 0; i < names->count; i++)
        strs_add(a, &inputs, names->item[i]);
    return run_options_fit(a, &o->run, &inputs, err);
}

static long or_else(long value, long otherwise)
{
    return value > 0 ? value : otherwise;
}

static bool make_target(struct session *s, const struct server_options *o, str url,
                        struct err *err)
{
    struct target *t = &s->target;
    t->directory_url = url;
    t->http_port = (int)or_else(o->http_port, 5002);
    t->tls_port = (int)or_else(o->tls_port, 5001);
    t->dns_port = (int)or_else(o->dns_port, 8053);
    t->zone = t->profile.zone.len ? t->profile.zone : STR("acmespec.test");
    t->run = session_label(s);
    t->own_address = !o->shared_address && peer_has_own_addresses();
    t->fetch = (struct fetch_options){ .insecure = o->insecure,
                                       .connect_ms = or_else(o->request_ms, 10000),
                                       .total_ms = or_else(o->request_ms, 10000),
                                       .body_ceiling = CEILING_BODY,
                                       .user_agent = "acmespec/" ACMESPEC_VERSION,
                                       .guard = peer_guard(o->remote),
                                       .stop = &stop_asked };
    return peer_roots(s->arena, o->ca_file, &t->fetch.ca_pem, err)
        && peer_is_allowed(s->arena, url, o->remote, err);
}

static bool start_relay(struct session *s, struct err *err)
{
    struct target *t = &s->target;
    struct relay_options options = { .dns_address = "127.0.0.1",
                                     .dns_port = t->dns_port,
                                     .http_port = t->http_port,
                                     .tls_port = t->tls_port,
                                     .zone = t->zone,
                                     .shared = !t->own_address };
    t->relay = relay_start(s->arena, &options, err);
    return t->relay != NULL;
}

static bool begin(struct session *s, struct err *err)
{
    return start_relay(s, err) && target_probe(s->arena, &s->target, err);
}

static int print_help(void)
{
    puts("usage: acmespec server URL [option...] [SCENARIO...]\n\n"
         "Plays the client against the CA whose directory is at URL and judges it, "
         "sentence by\n"
         "sentence of the RFC.  Scenarios are names, folders or globs: "
         "server/6.5-nonces,\n"
         "'*revoke*', or files.  The CA has to use our DNS server, and our ports for "
         "validation.\n");
    options_print(server_rows, server_row_count);
    return 0;
}

int cmd_server(struct arena *a, int argc, char **argv)
{
    struct server_options o = { .run.repeat = 1 };
    struct session s = { .arena = a,
                         .suite = "server",
                         .options = &o.run,
                         .jobs = 4 * sysconf(_SC_NPROCESSORS_ONLN) };
    struct strs words = { 0 };
    struct err err;
    if (!options_read(a, server_rows, server_row_count, argc, argv, &o, &words, &err))
        return usage_error(err.text);
    if (o.run.help)
        return print_help();
    if (words.count == 0)
        return usage_error("server wants the URL of the CA's directory");
    struct strs names = { words.item + 1, words.count - 1 };
    if (!options_fit(a, &o, &names, &err))
        return usage_error(err.text);
    s.name = words.item[0];
    s.command = session_command(a, argc, argv);
    s.again = peer_reproduce(a, argc, argv, server_rows, server_row_count, true);
    if (!session_read(&s, &names, &err) || !read_profile(&s, &o, &err)
        || !session_plan(&s, &names, &err))
        return command_failed(EXIT_USAGE, &err);
    if (o.run.list)
        return session_list(&s);
    if (s.plan.count == 0)
        return session_nothing(&s);
    if (!make_target(&s, &o, s.name, &err))
        return command_failed(EXIT_USAGE, &err);
    return session_play(&s, begin);
}
