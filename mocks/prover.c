/* SPDX-License-Identifier: MIT */
#include "mocks/prover.h"

#include <errno.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "crypto/b64url.h"
#include "mocks/prover_text.h"

static bool is(const char *type, const char *word)
{
    return strcmp(type, word) == 0;
}

/* --- servers --- */

static bool servers_can(void *context, const char *type)
{
    const struct prover_servers *servers = context;
    return is(type, "http-01") || is(type, "tls-alpn-01")
        || (is(type, "dns-01") && servers->dns);
}

static bool show_certificate(struct responder *responder, struct arena *a,
                             const struct proof *proof, struct err *err)
{
    struct alpn_answer answer;
    if (!proof_certificate(a, proof, &answer, err))
        return false;
    responder_alpn(responder, proof_sni(a, proof), &answer);
    if (proof_bug(proof, BUG_CLIENT_ALPN_ANY_NAME))
        responder_alpn(responder, STR("*"), &answer);
    if (!proof_bug(proof, BUG_CLIENT_ALPN_AGREES))
        return true;
    if (!proof_ordinary_certificate(a, &answer, err))
        return false;
    responder_alpn(responder, STR("*"), &answer);
    return true;
}

/* The planted web servers that know every token. */
static void echo(struct responder *responder, const struct proof *proof)
{
    str thumbprint = str_from(proof->key_authorization, proof->token.len + 1);
    if (proof_bug(proof, BUG_CLIENT_PATH_ROOM))
        responder_narrow(responder);
    bool all = proof_bug(proof, BUG_CLIENT_HTTP_ECHO_ALL);
    if (all || proof_bug(proof, BUG_CLIENT_HTTP_ECHO))
        responder_echo(responder, thumbprint, all);
}

static bool servers_provide(void *context, struct arena *a, const struct proof *proof,
                            struct err *err)
{
    struct responder *responder = ((const struct prover_servers *)context)->responder;
    struct web_answer page = { .body = proof_page(a, proof) };
    if (is(proof->type, "tls-alpn-01"))
        return show_certificate(responder, a, proof, err);
    if (is(proof->type, "dns-01"))
        return responder_dns(responder, proof_record_name(a, proof), STR("TXT"),
                             proof_record(a, proof), err);
    if (proof_bug(proof, BUG_CLIENT_HTTP_HOST_CASE))
        responder_minds_case(responder);
    responder_web(responder, proof->identifier, proof_path(a, proof), &page);
    echo(responder, proof);
    return true;
}

/* http-01's path has the token, whatever the Host; the others have a name and the time.
 */
static void servers_await(void *context, struct arena *a, const struct proof *proof,
                          long ms)
{
    struct responder *responder = ((const struct prover_servers *)context)->responder;
    struct query wanted = {
        .kind = QUERY_HTTP, .at_us = proof->since_us, .name = STR_NONE, .detail = STR_NONE
    };
    if (is(proof->type, "http-01"))
        wanted.detail = proof_path(a, proof);
    if (is(proof->type, "dns-01")) {
        wanted.kind = QUERY_DNS;
        wanted.name = proof_record_name(a, proof);
        wanted.detail = STR("TXT");
    }
    if (is(proof->type, "tls-alpn-01")) {
        wanted.kind = QUERY_TLS;
        wanted.name = proof_sni(a, proof);
    }
    responder_await(responder, &wanted, ms);
}

static void servers_withdraw(void *context, struct arena *a, const struct proof *proof)
{
    struct responder *responder = ((const struct prover_servers *)context)->responder;
    if (is(proof->type, "tls-alpn-01"))
        responder_alpn_withdraw(responder, proof_sni(a, proof));
    else if (is(proof->type, "dns-01"))
        responder_dns_withdraw(responder, proof_record_name(a, proof), STR("TXT"));
    else
        responder_web_withdraw(responder, proof->identifier, proof_path(a, proof));
}

struct prover prover_of_servers(struct prover_servers *servers)
{
    return (struct prover){ .can = servers_can,
                            .provide = servers_provide,
                            .await = servers_await,
                            .withdraw = servers_withdraw,
                            .context = servers };
}

/* --- a web root --- */

static bool webroot_can(void *context, const char *type)
{
    (void)context;
    return is(type, "http-01");
}

/* A token is base64url (RFC 8555 8.3): anything else might name a file of somebody's. */
static bool page_of(const struct prover_webroot *webroot, struct arena *a,
                    const struct proof *proof, str *path, struct err *err)
{
    if (proof->token.len == 0 || !b64url_letters(proof->token))
        return err_set(err, "the token %.*s is not base64url", STR_ARG(proof->token));
    str page = proof_path(a, proof);
    *path = arena_printf(a, "%.*s%.*s", STR_ARG(webroot->folder), STR_ARG(page));
    return true;
}

static bool webroot_provide(void *context, struct arena *a, const struct proof *proof,
                            struct err *err)
{
    str path;
    if (!page_of(context, a, proof, &path, err) || !file_make_parents(path.ptr, err)
        || !file_write(path.ptr, proof_page(a, proof), err))
        return false;
    return chmod(path.ptr, 0644) == 0
        || err_set(err, "cannot make %s readable: %s", path.ptr, strerror(errno));
}

static void webroot_withdraw(void *context, struct arena *a, const struct proof *proof)
{
    struct err ignored;
    str path;
    if (page_of(context, a, proof, &path, &ignored))
        unlink(path.ptr);
}

struct prover prover_of_webroot(struct prover_webroot *webroot)
{
    return (struct prover){ .can = webroot_can,
                            .provide = webroot_provide,
                            .withdraw = webroot_withdraw,
                            .context = webroot };
}

/* --- a program --- */

extern char **environ;

static bool program_can(void *context, const char *type)
{
    const struct prover_program *program = context;
    return is(type, program->type);
}

static bool call_with(const struct prover_program *program, struct arena *a,
                      const char *what, const struct proof *proof, str name, str value,
                      struct err *err)
{
    str words[] = { program->path, str_of(what), str_of(proof->type),
                    name,          value,        proof->token };
    char *argv[countof(words) + 1] = { NULL };
    pid_t pid;
    int status;
    for (size_t i = 0; i < countof(words); i++)
        argv[i] = str_z(a, words[i]);
    int error = posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ);
    if (error)
        return err_set(err, "cannot run %s: %s", argv[0], strerror(error));
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return err_set(err, "cannot wait for %s: %s", argv[0], strerror(errno));
    return (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        || err_set(err, "%s could not %s the proof for %s", argv[0], what, argv[3]);
}

static bool call(const struct prover_program *program, struct arena *a, const char *what,
                 const struct proof *proof, struct err *err)
{
    bool dns = is(proof->type, "dns-01");
    return call_with(program, a, what, proof,
                     dns ? proof_record_name(a, proof) : proof->identifier,
                     dns ? proof_record(a, proof) : proof_page(a, proof), err);
}

/* The planted one: what else has this name goes away. */
static bool clear_name(void *context, struct arena *a, const struct proof *proof,
                       struct err *err)
{
    if (!is(proof->type, "dns-01") || !proof_bug(proof, BUG_CLIENT_DNS_REPLACES))
        return true;
    return call_with(context, a, "withdraw", proof, proof_record_name(a, proof), STR_NONE,
                     err);
}

static bool program_provide(void *context, struct arena *a, const struct proof *proof,
                            struct err *err)
{
    return clear_name(context, a, proof, err) && call(context, a, "provide", proof, err);
}

static void program_withdraw(void *context, struct arena *a, const struct proof *proof)
{
    struct err err;
    if (!call(context, a, "withdraw", proof, &err))
        fprintf(stderr, "acmespec: %s\n", err.text);
}

struct prover prover_of_program(struct prover_program *program)
{
    return (struct prover){ .can = program_can,
                            .provide = program_provide,
                            .withdraw = program_withdraw,
                            .context = program };
}
