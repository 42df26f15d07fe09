/* SPDX-License-Identifier: MIT */
#include "mocks/prover.h"

#include <errno.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "acme/challenge.h"
#include "acme/identifier.h"
#include "base/clock.h"
#include "base/file.h"
#include "crypto/b64url.h"
#include "crypto/cert.h"

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

/* RFC 8737 3: self-signed, one name, the digest in a critical extension. */
static bool show_certificate(struct responder *responder, struct arena *a,
                             const struct proof *proof, struct err *err)
{
    struct alpn_answer answer = { .tls.alpn = "acme-tls/1" };
    struct cert_spec spec = { .subject = STR("acmespec") };
    spec.key = key_new(a, KEY_P256, err);
    spec.not_before = clock_wall() - 86400;
    spec.not_after = clock_wall() + 86400;
    spec.acme_identifier = sha256(a, proof->key_authorization);
    strs_add(a,
             identifier_is_ip(proof->identifier) ? &spec.ip_addresses : &spec.dns_names,
             proof->identifier);
    struct cert *cert = spec.key ? cert_issue(a, &spec, err) : NULL;
    if (!cert)
        return false;
    answer.tls.cert_pem = cert_pem(a, cert);
    answer.tls.key_pem = key_private_pem(a, spec.key);
    responder_alpn(responder, challenge_sni(a, proof->identifier), &answer);
    return true;
}

static bool servers_provide(void *context, struct arena *a, const struct proof *proof,
                            struct err *err)
{
    struct responder *responder = ((const struct prover_servers *)context)->responder;
    struct web_answer page = { .body = proof->key_authorization };
    if (is(proof->type, "tls-alpn-01"))
        return show_certificate(responder, a, proof, err);
    if (is(proof->type, "dns-01"))
        return responder_dns(responder, challenge_txt_name(a, proof->identifier),
                             STR("TXT"), challenge_txt(a, proof->key_authorization), err);
    responder_web(responder, proof->identifier, challenge_path(a, proof->token), &page);
    return true;
}

static void servers_withdraw(void *context, struct arena *a, const struct proof *proof)
{
    struct responder *responder = ((const struct prover_servers *)context)->responder;
    if (is(proof->type, "tls-alpn-01"))
        responder_alpn_withdraw(responder, challenge_sni(a, proof->identifier));
    else if (is(proof->type, "dns-01"))
        responder_dns_withdraw(responder, challenge_txt_name(a, proof->identifier),
                               STR("TXT"));
    else
        responder_web_withdraw(responder, proof->identifier,
                               challenge_path(a, proof->token));
}

struct prover prover_of_servers(struct prover_servers *servers)
{
    return (struct prover){ servers_can, servers_provide, servers_withdraw, servers };
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
    str page = challenge_path(a, proof->token);
    *path = arena_printf(a, "%.*s%.*s", STR_ARG(webroot->folder), STR_ARG(page));
    return true;
}

static bool webroot_provide(void *context, struct arena *a, const struct proof *proof,
                            struct err *err)
{
    str path;
    if (!page_of(context, a, proof, &path, err) || !file_make_parents(path.ptr, err)
        || !file_write(path.ptr, proof->key_authorization, err))
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
    return (struct prover){ webroot_can, webroot_provide, webroot_withdraw, webroot };
}

/* --- a program --- */

extern char **environ;

static bool program_can(void *context, const char *type)
{
    const struct prover_program *program = context;
    return is(type, program->type);
}

static bool call(const struct prover_program *program, struct arena *a, const char *what,
                 const struct proof *proof, struct err *err)
{
    bool dns = is(proof->type, "dns-01");
    str name = dns ? challenge_txt_name(a, proof->identifier) : proof->identifier;
    str value =
        dns ? challenge_txt(a, proof->key_authorization) : proof->key_authorization;
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

static bool program_provide(void *context, struct arena *a, const struct proof *proof,
                            struct err *err)
{
    return call(context, a, "provide", proof, err);
}

static void program_withdraw(void *context, struct arena *a, const struct proof *proof)
{
    struct err err;
    if (!call(context, a, "withdraw", proof, &err))
        fprintf(stderr, "acmespec: %s\n", err.text);
}

struct prover prover_of_program(struct prover_program *program)
{
    return (struct prover){ program_can, program_provide, program_withdraw, program };
}
