/* SPDX-License-Identifier: MIT */
/* TLS by OpenSSL where libcurl and libmicrohttpd cannot serve: the tls-alpn-01 responder
 * (RFC 8737), the CA's side of that validation, and a raw TLS listener for faults. */
#ifndef CRYPTO_TLS_H
#define CRYPTO_TLS_H

#include "crypto/cert.h"

/* What a client's hello asked for. */
struct hello {
    char sni[256];  /* empty: none */
    char alpn[256]; /* offered protocols, comma separated */
    /* How it went on after the handshake (RFC 8737 4): */
    bool sent_data; /* application data came */
    long closed_ms; /* when the client closed; -1: not within two seconds */
};

/* What the server side of one handshake should present. */
struct tls_answer {
    str cert_pem, key_pem; /* chain and key; empty: refuse the handshake */
    const char *alpn;      /* protocol to select; NULL: none is selected */
    bool old_version;      /* speak TLS 1.1 at most, which RFC 8737 4 forbids */
    bool talks;       /* send data after the handshake, which RFC 8737 4 has none of */
    bool no_protocol; /* refuse the handshake: no_application_protocol (RFC 7301 3.2) */
};

/* Accepts TLS on a connected socket within deadline_ms: `choose` sees the hello and fills
 * in the answer (texts in the arena).  Returns after the handshake and an orderly close;
 * false with the reason when the handshake failed.  The fd stays the caller's. */
typedef void tls_choose(void *context, struct arena *a, const struct hello *hello,
                        struct tls_answer *answer);
bool tls_answer_once(struct arena *a, int fd, long deadline_ms, tls_choose *choose,
                     void *context, struct hello *seen, struct err *err) MUST_CHECK;

/* As a tls-alpn-01 validator: connects fd, offers only "acme-tls/1" with the SNI, accepts
 * any certificate, tells what was negotiated. */
struct tls_probe {
    struct cert *leaf;
    str alpn; /* negotiated; empty: none */
};
bool tls_probe(struct arena *a, int fd, long deadline_ms, str sni, struct tls_probe *out,
               struct err *err) MUST_CHECK;

/* The same, as a validator that does something wrong. */
struct tls_wrong {
    const char *protocols; /* offered, with commas between */
    bool speaks;           /* sends data after the handshake */
    long linger_ms;        /* leaves the connection open for so long */
    bool wants_silence;    /* fails when the peer sends data after the handshake */
};
bool tls_probe_wrongly(struct arena *a, int fd, long deadline_ms, str sni,
                       const struct tls_wrong *wrong, struct tls_probe *out,
                       struct err *err) MUST_CHECK;

/* Roots for libcurl's CURLOPT_SSL_CTX_FUNCTION, parsed once: an opaque X509_STORE shared
 * by all contexts.  NULL with the reason when the PEM has no certificate. */
struct tls_roots;
struct tls_roots *tls_roots_new(struct arena *a, str pem, struct err *err);
/* Installs them in an SSL_CTX that libcurl hands over as a void pointer. */
void tls_roots_install(const struct tls_roots *roots, void *ssl_ctx);

#endif
