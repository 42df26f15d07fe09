/* SPDX-License-Identifier: MIT */
/* Safety of the target. */
#define _DEFAULT_SOURCE
#include "peer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"

/* Production services of public CAs: a conformance run would spend their rate limits and
 * break their terms.  Their staging services need --remote. */
static const char *const production_hosts[] = {
    "acme-v02.api.letsencrypt.org",
    "acme-v01.api.letsencrypt.org",
    "acme.zerossl.com",
    "dv.acme-v02.api.pki.goog",
    "api.buypass.com",
    "acme.ssl.com",
    "acme.sectigo.com",
    "acme.digicert.com",
    "acme.entrust.net",
    "acme.godaddy.com",
    "acme.actalis.com",
    "acme-api.actalis.com",
    "api.globalsign.com",
    "emea.acme.atlas.globalsign.com",
    "acmepro.freessl.cn",
};

static bool is_production(str host)
{
    while (str_ends(host, ".")) /* the root may be written */
        host.len--;
    for (size_t i = 0; i < countof(production_hosts); i++)
        if (str_eq_nocase(host, str_of(production_hosts[i])))
            return true;
    return false;
}

static const char not_near[] =
    "is not on a loopback or private address; --remote allows it, if its owner does";
static const char of_clouds[] = "is where clouds tell their machines about themselves; "
                                "--remote allows it, if a CA is there";

/* What a guard without --remote has against an address, or NULL. */
static const char *against_v4(const unsigned char b[4])
{
    static const unsigned char metadata[4] = { 169, 254, 169, 254 };
    bool near = b[0] == 127 || b[0] == 10 || (b[0] == 172 && b[1] >= 16 && b[1] < 32)
        || (b[0] == 192 && b[1] == 168) || (b[0] == 169 && b[1] == 254);
    if (memcmp(b, metadata, sizeof metadata) == 0)
        return of_clouds;
    return near ? NULL : not_near;
}

/* ::1, fc00::/7, fe80::/10, and what stands for an IPv4 address (RFC 4291 2.5.5.2). */
static const char *against_v6(const unsigned char b[16])
{
    static const unsigned char loopback[16] = { [15] = 1 };
    static const unsigned char mapped[12] = { [10] = 0xFF, [11] = 0xFF };
    static const unsigned char metadata[16] = { 0xFD, 0x00,        0x0E,
                                                0xC2, [14] = 0x02, [15] = 0x54 };
    if (memcmp(b, mapped, sizeof mapped) == 0)
        return against_v4(b + sizeof mapped);
    if (memcmp(b, metadata, sizeof metadata) == 0)
        return of_clouds;
    bool near = memcmp(b, loopback, sizeof loopback) == 0 || (b[0] & 0xFE) == 0xFC
        || (b[0] == 0xFE && (b[1] & 0xC0) == 0x80);
    return near ? NULL : not_near;
}

/* libcurl and libc hand over addresses of their own types. */
static const char *against(const struct sockaddr *address, char text[INET6_ADDRSTRLEN])
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    text[0] = '\0';
    if (address->sa_family == AF_INET) {
        memcpy(&v4, address, sizeof v4);
        unsigned char b[4];
        memcpy(b, &v4.sin_addr, sizeof b);
        inet_ntop(AF_INET, b, text, INET6_ADDRSTRLEN);
        return against_v4(b);
    }
    if (address->sa_family != AF_INET6)
        return not_near;
    memcpy(&v6, address, sizeof v6);
    inet_ntop(AF_INET6, &v6.sin6_addr, text, INET6_ADDRSTRLEN);
    return against_v6(v6.sin6_addr.s6_addr);
}

static bool guard_far(str host, const struct sockaddr *address, struct err *err)
{
    (void)address;
    return !is_production(host)
        || err_set(err,
                   "%.*s is the production service of a public CA; a conformance run "
                   "against it is refused, test a staging or private one",
                   STR_ARG(host));
}

static bool guard_near(str host, const struct sockaddr *address, struct err *err)
{
    char text[INET6_ADDRSTRLEN];
    if (!guard_far(host, address, err))
        return false;
    const char *why = address ? against(address, text) : NULL;
    if (!why)
        return true;
    if (str_is(host, text))
        return err_set(err, "%s %s", text, why);
    return err_set(err, "%.*s (%s) %s", STR_ARG(host), text, why);
}

fetch_guard *peer_guard(bool remote)
{
    return remote ? guard_far : guard_near;
}

bool peer_is_allowed(struct arena *a, str url, bool remote, struct err *err)
{
    struct url parts;
    if (!url_parse(a, url, &parts))
        return err_set(err, "\"%.*s\" is no http or https URL of a directory",
                       STR_ARG(url));
    return fetch_may_reach(peer_guard(remote), url, err);
}

bool peer_roots(struct arena *a, str file, str *pem, struct err *err)
{
    if (!file.len)
        return true;
    if (!file_read(a, str_z(a, file), CEILING_SCRIPT, pem, err))
        return false;
    /* An empty text would mean the system's roots. */
    if (pem->len && fetch_trust(*pem, err))
        return true;
    return err_set(err, "%.*s holds no certificate in PEM form", STR_ARG(file));
}

bool peer_has_own_addresses(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    inet_pton(AF_INET, "127.1.2.3", &address.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    bool good = fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
    if (fd >= 0)
        close(fd);
    return good;
}

/* --- the command that plays one scenario again --- */

/* Options that say what the target is and how to talk to it. */
static bool describes_target(const struct option_row *row)
{
    static const char *const names[] = {
        "ca-file",   "insecure",        "http-port",      "tls-port",
        "dns-port",  "profile",         "remote",         "strict",
        "timeout",   "request-timeout", "shared-address", "sandbox",
        "challenge", "webroot",         "certificate",    "key",
        "patience",
    };
    for (size_t i = 0; i < countof(names); i++)
        if (strcmp(row->name, names[i]) == 0)
            return true;
    return false;
}

/* The row of an option, and whether its value is the next word. */
static const struct option_row *row_of(str word, const struct option_row *rows,
                                       size_t count, bool *apart)
{
    bool is_long = str_starts(word, "--");
    str name = str_from(word, is_long ? 2 : 1);
    size_t end = is_long ? str_find_char(name, '=') : 1;
    for (size_t i = 0; i < count; i++) {
        bool same = is_long ? str_is(str_upto(name, end), rows[i].name)
                            : rows[i].letter && name.ptr[0] == rows[i].letter;
        if (!same)
            continue;
        *apart = rows[i].type != OPTION_FLAG && end >= name.len;
        return &rows[i];
    }
    return NULL;
}

static void add_word(struct buf *b, const char *word)
{
    buf_add_char(b, ' ');
    buf_add_shell(b, str_of(word));
}

/* Copies the option at argv[i] if it is to stay; gives the index of its last word. */
static int add_option(struct buf *b, int i, int argc, char **argv,
                      const struct option_row *rows, size_t count)
{
    bool apart = false;
    const struct option_row *row = row_of(str_of(argv[i]), rows, count, &apart);
    int last = apart && i + 1 < argc ? i + 1 : i;
    for (; row && describes_target(row) && i <= last; i++)
        add_word(b, argv[i]);
    return last;
}

str peer_reproduce(struct arena *a, int argc, char **argv, const struct option_row *rows,
                   size_t count, bool is_named)
{
    struct buf b = buf_new(a, CEILING_LINE);
    bool have_url = !is_named;
    buf_add_shell(&b, str_of(argv[-1]));
    add_word(&b, argv[0]);
    for (int i = 1; i < argc; i++) {
        bool is_option = argv[i][0] == '-' && argv[i][1];
        if (is_option)
            i = add_option(&b, i, argc, argv, rows, count);
        else if (!have_url)
            add_word(&b, argv[i]);
        have_url = have_url || !is_option;
    }
    return buf_str(&b);
}
