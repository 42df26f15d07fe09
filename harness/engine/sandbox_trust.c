/* SPDX-License-Identifier: MIT */
/* What makes clients trust our root alone: a folder as Debian's /etc/ssl/certs is, and
 * variables for programs that do not look there. */
#define _GNU_SOURCE
#include "engine/sandbox_inside.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "crypto/cert.h"

/* clang-format off */
const struct sandbox_variable sandbox_variables[] = {
    { "SSL_CERT_FILE",        VARIABLE_BUNDLE, "OpenSSL and what stands on it (Python's ssl, Ruby, PHP, "
                                               ".NET), Go, rustls" },
    { "SSL_CERT_DIR",         VARIABLE_FOLDER, "the same; unset they read the system's folder as well" },
    { "NIX_SSL_CERT_FILE",    VARIABLE_BUNDLE, "what Nix built" },
    { "CURL_CA_BUNDLE",       VARIABLE_BUNDLE, "curl the program, Python's requests" },
    { "REQUESTS_CA_BUNDLE",   VARIABLE_BUNDLE, "Python's requests, so certbot" },
    { "LEGO_CA_CERTIFICATES", VARIABLE_BUNDLE, "lego" },
    { "NODE_EXTRA_CA_CERTS",  VARIABLE_BUNDLE, "Node.js, besides the roots it was compiled with" },
    { "PERL_LWP_SSL_CA_FILE", VARIABLE_BUNDLE, "Perl's LWP" },
    { "JAVA_TOOL_OPTIONS",    VARIABLE_JAVA, "every Java, which says so on its standard error" },

    { "http_proxy",  VARIABLE_OUT, "a proxy would be asked in place of the CA; curl reads only this case" },
    { "https_proxy", VARIABLE_OUT, "a proxy" },
    { "HTTP_PROXY",  VARIABLE_OUT, "a proxy" },
    { "HTTPS_PROXY", VARIABLE_OUT, "a proxy" },
    { "all_proxy",   VARIABLE_OUT, "a proxy" },
    { "ALL_PROXY",   VARIABLE_OUT, "a proxy" },
    { "no_proxy",    VARIABLE_OUT, "of no use without a proxy" },
    { "NO_PROXY",    VARIABLE_OUT, "of no use without a proxy" },

    { "LOCALDOMAIN", VARIABLE_OUT, "search list of the resolver (resolv.conf(5))" },
    { "RES_OPTIONS", VARIABLE_OUT, "options of the resolver (resolv.conf(5))" },
    { "HOSTALIASES", VARIABLE_OUT, "other names for hosts (hostname(7))" },

    { "PYTHONHTTPSVERIFY",            VARIABLE_OUT, "0: Python trusts everybody" },
    { "NODE_TLS_REJECT_UNAUTHORIZED", VARIABLE_OUT, "0: Node.js trusts everybody" },
    { "PERL_LWP_SSL_VERIFY_HOSTNAME", VARIABLE_OUT, "0: LWP trusts everybody" },
    { "LEGO_CA_SERVER_NAME",          VARIABLE_OUT, "lego would ask for another certificate" },
    { "LEGO_CA_SYSTEM_CERT_POOL",     VARIABLE_OUT, "lego would trust the system's roots too" },
};
/* clang-format on */
const size_t sandbox_variable_count = countof(sandbox_variables);

#define BUNDLE "ca-certificates.crt"
#define JAVA "java" /* in a folder of its own, as Debian has it */

str sandbox_bundle(struct arena *a, str folder)
{
    return arena_printf(a, "%.*s/" BUNDLE, STR_ARG(folder));
}

str sandbox_keystore_path(struct arena *a, str folder)
{
    return arena_printf(a, "%.*s/" JAVA "/cacerts", STR_ARG(folder));
}

static str value_of(struct arena *a, const struct sandbox_variable *v, str folder)
{
    if (v->value == VARIABLE_JAVA)
        return arena_printf(a, "-Djavax.net.ssl.trustStore=%s",
                            sandbox_keystore_path(a, folder).ptr);
    return v->value == VARIABLE_BUNDLE ? sandbox_bundle(a, folder) : folder;
}

void sandbox_environment(struct arena *a, str folder, struct strs *set,
                         struct strs *unset)
{
    for (size_t i = 0; i < countof(sandbox_variables); i++) {
        const struct sandbox_variable *v = &sandbox_variables[i];
        if (v->value == VARIABLE_OUT)
            strs_add(a, unset, str_of(v->name));
        else
            strs_add(a, set,
                     arena_printf(a, "%s=%s", v->name, value_of(a, v, folder).ptr));
    }
}

/* --- the folder --- */

/* Links of roots that were trusted before; a folder stays. */
static void drop_links(struct arena *a, const char *folder)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    struct strs old = { 0 };
    while (dir && (entry = readdir(dir)))
        if (entry->d_name[0] != '.' && strcmp(entry->d_name, BUNDLE) != 0)
            strs_add(a, &old, arena_printf(a, "%s/%s", folder, entry->d_name));
    if (dir)
        closedir(dir);
    for (size_t i = 0; i < old.count; i++)
        unlink(old.item[i].ptr);
}

/* In place: a file that was laid over another is known by its inode. */
static bool write_in_place(const char *path, str content)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
    bool good = fd >= 0 && file_write_all(fd, content) && fchmod(fd, 0644) == 0;
    if (fd >= 0)
        good = close(fd) == 0 && good;
    return good;
}

/* Any file of the folder may hold many roots, so each name leads to the bundle. */
static bool link_name(struct arena *a, const char *folder, str name)
{
    return symlink(BUNDLE, arena_printf(a, "%s/%.*s", folder, STR_ARG(name)).ptr) == 0
        || errno == EEXIST;
}

static bool write_keystore(struct arena *a, const char *folder, const struct chain *roots)
{
    const char *below = arena_printf(a, "%s/" JAVA, folder).ptr;
    return (mkdir(below, 0755) == 0 || errno == EEXIST) && chmod(below, 0755) == 0
        && write_in_place(sandbox_keystore_path(a, str_of(folder)).ptr,
                          sandbox_keystore(a, roots));
}

static bool write_trust(struct arena *a, const char *folder, str pem, struct err *err)
{
    struct chain roots = { 0 };
    if (pem.len && !chain_read(a, pem, &roots, err))
        return err_at(err, "the roots to be trusted");
    if (mkdir(folder, 0755) != 0 && errno != EEXIST)
        return err_set(err, "cannot make the folder %s: %s", folder, strerror(errno));
    drop_links(a, folder);
    bool good = chmod(folder, 0755) == 0
        && write_in_place(sandbox_bundle(a, str_of(folder)).ptr, pem)
        && write_keystore(a, folder, &roots)
        && link_name(a, folder, STR("ca-bundle.crt")); /* as Fedora calls it */
    for (size_t i = 0; good && i < roots.count; i++) {
        str hash = cert_hash_name(a, roots.item[i]);
        good = link_name(a, folder, arena_printf(a, "%.*s.0", STR_ARG(hash)));
    }
    return good
        || err_set(err, "cannot write the roots into %s: %s", folder, strerror(errno));
}

bool sandbox_trust(const char *folder, str pem, struct err *err)
{
    struct arena *step = arena_new(NULL);
    bool good = write_trust(step, folder, pem, err);
    arena_end(step);
    return good;
}
