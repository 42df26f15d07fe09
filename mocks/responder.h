/* SPDX-License-Identifier: MIT */
/* Answers challenges for the mock client: a web server, a DNS server and a TLS server
 * (acme-tls/1), provisioned by calls, each on threads of its own.  Everything that the CA
 * asked is recorded. */
#ifndef MOCKS_RESPONDER_H
#define MOCKS_RESPONDER_H

#include "crypto/tls.h"
#include "http/listen.h"

struct responder;

struct responder_options {
    const char *address;     /* numeric address for the web and TLS servers */
    int http_port, tls_port; /* 0: the kernel chooses */
    const char *dns_address; /* numeric */
    int dns_port;            /* UDP and TCP on the same port; 0: the kernel chooses */
    str answer_address; /* IPv4 address that A queries for unprovisioned names get; AAAA:
                           none */
    /* For proofs that another program puts in place; NULL: none.  Read at each query. */
    const char *web_folder; /* a document root, of which http-01's paths are served */
    const char *txt_folder; /* a file NAME holds the TXT records of NAME, a line each */
};

struct responder *responder_new(struct arena *a, const struct responder_options *options,
                                struct err *err);
int responder_http_port(const struct responder *r);
int responder_tls_port(const struct responder *r);
int responder_dns_port(const struct responder *r);

/* --- the web server: answer for Host name (empty: any) and path --- */
struct web_answer {
    int status; /* 0: 200 */
    str body;
    str location;         /* with a 3xx status */
    str content_type;     /* empty: application/octet-stream */
    struct manner manner; /* delay, drop, reset, drip ... */
};
/* Later provisions of the same name and path replace earlier ones. */
void responder_web(struct responder *r, str name, str path,
                   const struct web_answer *answer);
void responder_web_withdraw(struct responder *r, str name, str path);

/* What a careless client does: whatever token is asked for below http-01's path is served
 * with this thumbprint behind it; with `all` also what is no token. */
void responder_echo(struct responder *r, str thumbprint, bool all);
/* Another has room for short paths only, and dies of others. */
void responder_narrow(struct responder *r);
/* The web server has nothing for a Host in which there is a capital letter. */
void responder_minds_case(struct responder *r);

/* --- the DNS server --- */
enum dns_manner {
    DNS_ANSWER,
    DNS_SERVFAIL,
    DNS_NXDOMAIN,
    DNS_REFUSED,
    DNS_SILENT,
    DNS_TRUNCATE,
    DNS_EMPTY, /* the name is there, and has nothing of that type */
    DNS_MANNER_COUNT
};
extern const char *const dns_manner_names[DNS_MANNER_COUNT];
/* Adds a record: type "A", "AAAA", "TXT", "CNAME", "CAA", "MX", "NS"; value in
 * presentation form (TXT: the text itself, split into strings of 255; CAA: `0 issue
 * "ca.example"`). */
bool responder_dns(struct responder *r, str name, str type, str value,
                   struct err *err) MUST_CHECK;
void responder_dns_withdraw(struct responder *r, str name, str type);
/* How queries for the name and type ("any": all types) are treated from now on. */
void responder_dns_manner(struct responder *r, str name, str type,
                          enum dns_manner manner);

/* --- the TLS server: what to present for an SNI name --- */
struct alpn_answer {
    struct tls_answer tls; /* made by the caller with cert_issue */
    bool drop;             /* close before the handshake */
};
/* The name "*" is for those that have no answer of their own. */
void responder_alpn(struct responder *r, str sni, const struct alpn_answer *answer);
void responder_alpn_withdraw(struct responder *r, str sni);

/* --- the record of what was asked --- */
enum query_kind {
    QUERY_HTTP,
    QUERY_DNS,
    QUERY_TLS,
    QUERY_CLOSE /* the end of a TLS connection whose handshake was good */
};
struct query {
    enum query_kind kind;
    int64_t at_us;
    str name;   /* Host without port, query name (lower case, no final dot), SNI */
    str detail; /* path; DNS type; offered ALPN; "clean", "data" or "late" */
    str peer;   /* address it came from */
    bool tcp;   /* DNS over TCP */
    struct headers headers; /* of an HTTP request */
    str spelling;           /* DNS: the name as it was spelled on the wire (0x20) */
};
/* Copies of all queries so far, in the order they came. */
size_t responder_queries(struct responder *r, struct arena *a, struct query **out);
/* Waits until something like this was asked since `wanted->at_us`: of the same kind and,
 * unless they are empty, name and detail.  false: nothing was in so many milliseconds. */
bool responder_await(struct responder *r, const struct query *wanted, long ms);
/* Stops all servers; also happens when the arena ends. */
void responder_stop(struct responder *r);

#endif
