/* SPDX-License-Identifier: MIT */
/* TLS handshakes with a deadline: the socket is made non-blocking for their time, and
 * every wait is in poll(2). */
#include "crypto/tls.h"

#include <fcntl.h>
#include <poll.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "base/buf.h"
#include "base/clock.h"

CLEANUP(free_ctx, SSL_CTX_free, SSL_CTX)
CLEANUP(free_ssl, SSL_free, SSL)
CLEANUP(free_store, X509_STORE_free, X509_STORE)
CLEANUP(free_bio, BIO_free_all, BIO)

struct tls_roots {
    X509_STORE *store;
};

/* The last reason that OpenSSL noted, or what the peer did. */
static bool tls_failed(struct err *err, const char *what)
{
    char reason[256] = "the peer closed the connection";
    unsigned long code = ERR_peek_last_error();
    if (code)
        ERR_error_string_n(code, reason, sizeof reason);
    ERR_clear_error();
    return err_set(err, "%s: %s", what, reason);
}

/* --- waiting --- */

static void set_blocking(int fd, bool blocking)
{
    int flags = fcntl(fd, F_GETFL);
    int wanted = blocking ? flags & ~O_NONBLOCK : flags | O_NONBLOCK;
    if (flags >= 0 && flags != wanted)
        fcntl(fd, F_SETFL, wanted);
}

/* Waits for what OpenSSL wants; false when the deadline passed or nothing is wanted. */
static bool wait_for(SSL *ssl, int fd, int result, int64_t end_ms)
{
    int wants = SSL_get_error(ssl, result);
    int64_t left = end_ms - clock_ms();
    struct pollfd p = { .fd = fd };
    if (wants != SSL_ERROR_WANT_READ && wants != SSL_ERROR_WANT_WRITE)
        return false;
    p.events = wants == SSL_ERROR_WANT_READ ? POLLIN : POLLOUT;
    return left > 0 && poll(&p, 1, (int)left) > 0;
}

static bool shake_hands(SSL *ssl, int fd, int64_t end_ms, struct err *err)
{
    for (;;) {
        ERR_clear_error();
        int result = SSL_do_handshake(ssl);
        if (result == 1)
            return true;
        if (wait_for(ssl, fd, result, end_ms))
            continue;
        return clock_ms() >= end_ms ? err_set(err, "the TLS handshake took too long")
                                    : tls_failed(err, "the TLS handshake broke");
    }
}

static int64_t linger_until(int64_t end_ms)
{
    enum { LINGER_MS = 2000 };
    int64_t end = clock_ms() + LINGER_MS;
    return end < end_ms ? end : end_ms;
}

/* Lets the client close first, as RFC 8737 4 has it, and notes what it does instead. */
static void see_end(SSL *ssl, int fd, int64_t end_ms, struct hello *seen)
{
    int64_t begin = clock_ms(), end = linger_until(end_ms);
    char waste[512];
    int result;
    do {
        ERR_clear_error();
        result = SSL_read(ssl, waste, sizeof waste);
        seen->sent_data = seen->sent_data || result > 0;
    } while (result > 0 || wait_for(ssl, fd, result, end));
    seen->closed_ms = clock_ms() < end ? (long)(clock_ms() - begin) : -1;
    ERR_clear_error();
}

/* Sends close_notify and waits for the peer's, so that nothing it sends is met by a
 * reset; what it says meanwhile is thrown away. */
static void close_orderly(SSL *ssl, int fd, int64_t end_ms)
{
    int64_t end = linger_until(end_ms);
    char waste[512];
    int result;
    do {
        result = SSL_shutdown(ssl) == 1 ? 0 : SSL_read(ssl, waste, sizeof waste);
    } while (result > 0 || wait_for(ssl, fd, result, end));
    ERR_clear_error();
}

/* --- the server's side --- */

struct answering {
    struct arena *arena;
    tls_choose *choose;
    void *context;
    struct hello *seen;
    struct tls_answer answer;
};

static void note_sni(SSL *ssl, struct hello *hello)
{
    const unsigned char *bytes;
    size_t len;
    /* RFC 6066 3: a list with its length, a type byte, then the name with its length. */
    if (!SSL_client_hello_get0_ext(ssl, TLSEXT_TYPE_server_name, &bytes, &len) || len < 5)
        return;
    size_t name = (size_t)bytes[3] << 8 | bytes[4];
    if (bytes[2] != TLSEXT_NAMETYPE_host_name || name > len - 5
        || name >= sizeof hello->sni)
        return;
    memcpy(hello->sni, bytes + 5, name);
    hello->sni[name] = '\0';
}

static void note_alpn(SSL *ssl, struct hello *hello)
{
    const unsigned char *bytes;
    size_t len, used = 0;
    if (!SSL_client_hello_get0_ext(
            ssl, TLSEXT_TYPE_application_layer_protocol_negotiation, &bytes, &len)
        || len < 2)
        return;
    for (size_t i = 2; i < len && i + 1 + bytes[i] <= len; i += 1u + bytes[i]) {
        size_t room = sizeof hello->alpn - used, item = bytes[i];
        if (item + 2 > room)
            return;
        if (used)
            hello->alpn[used++] = ',';
        memcpy(hello->alpn + used, bytes + i + 1, item);
        used += item;
        hello->alpn[used] = '\0';
    }
}

static int select_alpn(SSL *ssl, const unsigned char **out, unsigned char *out_len,
                       const unsigned char *in, unsigned int in_len, void *context)
{
    const struct answering *a = context;
    (void)ssl;
    (void)in;
    (void)in_len;
    if (!a->answer.alpn)
        return SSL_TLSEXT_ERR_NOACK;
    *out = (const unsigned char *)a->answer.alpn;
    *out_len = (unsigned char)strlen(a->answer.alpn);
    return SSL_TLSEXT_ERR_OK;
}

static BIO *bio_of(struct arena *a, str pem)
{
    BIO *bio = BIO_new_mem_buf(pem.ptr, (int)pem.len);
    arena_defer(a, free_bio, bio);
    return bio;
}

static bool use_certificate(struct arena *a, SSL *ssl, const struct tls_answer *answer)
{
    BIO *cert_bio = bio_of(a, answer->cert_pem), *key_bio = bio_of(a, answer->key_pem);
    X509 *leaf = PEM_read_bio_X509(cert_bio, NULL, NULL, NULL), *next;
    EVP_PKEY *key = PEM_read_bio_PrivateKey(key_bio, NULL, NULL, NULL);
    bool good = leaf && key && SSL_use_certificate(ssl, leaf) == 1
        && SSL_use_PrivateKey(ssl, key) == 1;
    while (good && (next = PEM_read_bio_X509(cert_bio, NULL, NULL, NULL))) {
        good = SSL_add1_chain_cert(ssl, next) == 1;
        X509_free(next);
    }
    X509_free(leaf);
    EVP_PKEY_free(key);
    ERR_clear_error();
    return good;
}

/* RFC 8737 4 wants TLS 1.2 or higher; a fault speaks 1.1, which needs security level 0.
 */
static void choose_version(SSL *ssl, bool old)
{
    SSL_set_min_proto_version(ssl, old ? TLS1_VERSION : TLS1_2_VERSION);
    SSL_set_max_proto_version(ssl, old ? TLS1_1_VERSION : 0);
    if (old) {
        SSL_set_security_level(ssl, 0);
        SSL_set_cipher_list(ssl, "ALL:@SECLEVEL=0");
    }
}

static int on_hello(SSL *ssl, int *alert, void *context)
{
    struct answering *a = context;
    note_sni(ssl, a->seen);
    note_alpn(ssl, a->seen);
    a->choose(a->context, a->arena, a->seen, &a->answer);
    *alert =
        a->answer.no_protocol ? SSL_AD_NO_APPLICATION_PROTOCOL : SSL_AD_UNRECOGNIZED_NAME;
    if (a->answer.no_protocol || !a->answer.cert_pem.len
        || !use_certificate(a->arena, ssl, &a->answer))
        return SSL_CLIENT_HELLO_ERROR;
    choose_version(ssl, a->answer.old_version);
    return SSL_CLIENT_HELLO_SUCCESS;
}

/* A few bytes, that there is room for, on a connection that is not blocking. */
static void talk(SSL *ssl)
{
    static const char banner[] = "220 this is no web server\r\n";
    int written = SSL_write(ssl, banner, sizeof banner - 1);
    (void)written;
}

bool tls_answer_once(struct arena *a, int fd, long deadline_ms, tls_choose *choose,
                     void *context, struct hello *seen, struct err *err)
{
    int64_t end_ms = clock_ms() + deadline_ms;
    *seen = (struct hello){ .sni = "" };
    struct answering *answering = NEW(a, struct answering);
    *answering = (struct answering){ a, choose, context, seen, { .alpn = NULL } };
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    arena_defer(a, free_ctx, ctx);
    SSL *ssl = ctx ? SSL_new(ctx) : NULL;
    arena_defer(a, free_ssl, ssl);
    if (!ssl || SSL_set_fd(ssl, fd) != 1)
        return tls_failed(err, "OpenSSL could not begin");
    SSL_CTX_set_client_hello_cb(ctx, on_hello, answering);
    SSL_CTX_set_alpn_select_cb(ctx, select_alpn, answering);
    SSL_CTX_set_min_proto_version(ctx, TLS1_VERSION);
    SSL_set_accept_state(ssl);
    set_blocking(fd, false);
    bool good = shake_hands(ssl, fd, end_ms, err);
    if (good) {
        if (answering->answer.talks)
            talk(ssl);
        see_end(ssl, fd, end_ms, seen);
        close_orderly(ssl, fd, end_ms);
    }
    set_blocking(fd, true);
    return good;
}

/* --- the validator's side --- */

/* RFC 7301 3.1: each name with its length before it. */
static bool offer(struct arena *a, SSL *ssl, str protocols)
{
    struct buf wire = buf_new(a, CEILING_LINE);
    str name;
    while (str_cut(&protocols, ',', &name)) {
        buf_add_char(&wire, (char)name.len);
        buf_add(&wire, name);
    }
    str bytes = buf_str(&wire);
    return SSL_set_alpn_protos(ssl, (const unsigned char *)bytes.ptr, (unsigned)bytes.len)
        == 0;
}

bool tls_probe(struct arena *a, int fd, long deadline_ms, str sni, struct tls_probe *out,
               struct err *err)
{
    static const struct tls_wrong nothing = { .protocols = "acme-tls/1" };
    return tls_probe_wrongly(a, fd, deadline_ms, sni, &nothing, out, err);
}

/* What is not for a validator to do; on a connection that is not blocking, and with a few
 * bytes that there is room for. */
static void go_on(SSL *ssl, const struct tls_wrong *wrong)
{
    static const char request[] = "GET / HTTP/1.0\r\n\r\n";
    int written = wrong->speaks ? SSL_write(ssl, request, sizeof request - 1) : 0;
    (void)written;
    if (wrong->linger_ms)
        clock_sleep_ms(wrong->linger_ms);
}

/* Waits a moment for what the peer may say. */
static bool is_silent(SSL *ssl, struct err *err)
{
    enum { MOMENT_MS = 500 };
    char byte;
    clock_sleep_ms(MOMENT_MS);
    return SSL_read(ssl, &byte, 1) <= 0
        || err_set(err, "the peer sends data after the handshake");
}

bool tls_probe_wrongly(struct arena *a, int fd, long deadline_ms, str sni,
                       const struct tls_wrong *wrong, struct tls_probe *out,
                       struct err *err)
{
    int64_t end_ms = clock_ms() + deadline_ms;
    *out = (struct tls_probe){ .alpn = STR_NONE };
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    arena_defer(a, free_ctx, ctx);
    SSL *ssl = ctx ? SSL_new(ctx) : NULL;
    arena_defer(a, free_ssl, ssl);
    if (!ssl || SSL_set_fd(ssl, fd) != 1 || !offer(a, ssl, str_of(wrong->protocols))
        || SSL_set_tlsext_host_name(ssl, str_z(a, sni)) != 1)
        return tls_failed(err, "OpenSSL could not begin");
    SSL_set_min_proto_version(ssl, TLS1_2_VERSION);
    SSL_set_verify(ssl, SSL_VERIFY_NONE, NULL);
    SSL_set_connect_state(ssl);
    set_blocking(fd, false);
    bool good = shake_hands(ssl, fd, end_ms, err);
    if (good)
        go_on(ssl, wrong);
    good = good && (!wrong->wants_silence || is_silent(ssl, err));
    const unsigned char *alpn = NULL;
    unsigned int alpn_len = 0;
    X509 *leaf = good ? SSL_get1_peer_certificate(ssl) : NULL;
    unsigned char *der = NULL;
    int der_len = leaf ? i2d_X509(leaf, &der) : -1;
    SSL_get0_alpn_selected(ssl, &alpn, &alpn_len);
    if (alpn_len)
        out->alpn = str_copy(a, (str){ (const char *)alpn, alpn_len });
    if (der_len > 0)
        out->leaf =
            cert_from_der(a, str_copy(a, (str){ (char *)der, (size_t)der_len }), err);
    OPENSSL_free(der);
    X509_free(leaf);
    SSL_shutdown(ssl);
    ERR_clear_error();
    set_blocking(fd, true);
    return good
        && (out->leaf || err_set(err, "the peer presented no readable certificate"));
}

/* --- roots --- */

struct tls_roots *tls_roots_new(struct arena *a, str pem, struct err *err)
{
    struct arena *step = arena_new(a);
    BIO *bio = bio_of(step, pem);
    struct tls_roots *roots = NEW(a, struct tls_roots);
    size_t count = 0;
    X509 *cert;
    roots->store = X509_STORE_new();
    arena_defer(a, free_store, roots->store);
    while (roots->store && (cert = PEM_read_bio_X509_AUX(bio, NULL, NULL, NULL))) {
        count += X509_STORE_add_cert(roots->store, cert) == 1;
        X509_free(cert);
    }
    ERR_clear_error();
    arena_end(step);
    if (count)
        return roots;
    err_set(err, "there is no certificate in the PEM text of the roots");
    return NULL;
}

void tls_roots_install(const struct tls_roots *roots, void *ssl_ctx)
{
    SSL_CTX_set1_cert_store(ssl_ctx, roots->store);
}
