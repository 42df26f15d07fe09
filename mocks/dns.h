/* SPDX-License-Identifier: MIT */
/* DNS messages (RFC 1035, RFC 6891) between bytes and values, by ldns; no sockets.
 * Whatever bytes a peer sends are read without harm.  Names are text in lower case,
 * without the final dot (the root is "."), odd bytes escaped as \. and \DDD. */
#ifndef MOCKS_DNS_H
#define MOCKS_DNS_H

#include "base/arena.h"
#include "base/err.h"

/* Record types by their registered numbers; others may come and go by number too. */
enum dns_type {
    DNS_A = 1,
    DNS_NS = 2,
    DNS_CNAME = 5,
    DNS_SOA = 6,
    DNS_MX = 15,
    DNS_TXT = 16,
    DNS_AAAA = 28,
    DNS_IXFR = 251,
    DNS_AXFR = 252,
    DNS_ANY = 255,
    DNS_CAA = 257
};
/* The number of a type word in any case, also TYPE65280; -1 when it is none. */
int dns_type_find(str word);
/* "TXT", or "TYPE65280" where it has no name. */
str dns_type_word(struct arena *a, int type);

enum dns_rcode {
    DNS_NOERROR = 0,
    DNS_FORMERR = 1,
    DNS_SERVER_FAILED = 2,
    DNS_NO_SUCH_NAME = 3,
    DNS_NOTIMP = 4,
    DNS_REFUSES = 5,
    DNS_BADVERS = 16
};
/* "NXDOMAIN", or "RCODE23". */
str dns_rcode_word(struct arena *a, int rcode);

/* The one form of a name, or false when it is no domain name (a label over 63 bytes ...).
 */
bool dns_name(struct arena *a, str text, str *out);

struct dns_record {
    str name;
    int type;
    uint32_t ttl; /* seconds */
    str rdata;    /* as on the wire, names not compressed */
};
/* From presentation form; a TXT value is the text itself, split into strings of 255
 * bytes. */
bool dns_record_make(struct arena *a, str name, int type, str value,
                     struct dns_record *out, struct err *err) MUST_CHECK;
/* The value for people and for comparing: an address, a name, TXT strings joined to one.
 */
str dns_record_text(struct arena *a, const struct dns_record *record);
/* The parts of a CAA record (RFC 8659 4.1); false when it is none or is malformed. */
bool dns_record_caa(const struct dns_record *record, int *flags, str *tag, str *value);

struct dns_question {
    str name;
    str spelling; /* the name as it is on the wire, upper and lower case kept */
    str owner;    /* the same as bytes: length, label ... 0 */
    int type, class;
};

/* --- the server's side --- */
struct dns_query {
    uint16_t id;
    int opcode;
    bool recursion_desired, edns;
    size_t room;                  /* bytes that an answer over UDP may have */
    int rcode;                    /* not NOERROR: it can only be answered with this */
    struct dns_question question; /* owner empty: it could not be read */
};
/* false when the bytes deserve no answer at all: no header, or themselves an answer. */
bool dns_query_read(struct arena *a, str wire, struct dns_query *out);
/* Only the first question's name, whatever follows it; false when there is none. */
bool dns_first_name(struct arena *a, str wire, str *name);

struct dns_reply {
    int rcode;
    bool cut; /* no records, and TC set: ask again over TCP */
    struct dns_record *item;
    size_t count;
    str soa; /* a zone whose SOA goes into the authority section (RFC 2308 3), or empty */
};
/* The answer's bytes: authoritative, names equal to the question's spelled as it spells
 * them (0x20).  What would be longer than `room` bytes is sent cut. */
str dns_reply_write(struct arena *a, const struct dns_query *query,
                    const struct dns_reply *reply, size_t room);
enum { DNS_TCP_ROOM = 65535 };

/* --- the asking side --- */
/* A query with recursion desired, and with EDNS unless its size is 0. */
bool dns_query_write(struct arena *a, uint16_t id, str name, int type, uint16_t edns_size,
                     str *wire, struct err *err) MUST_CHECK;
struct dns_answer {
    uint16_t id;
    int rcode;
    bool cut;
    struct dns_question question;
    struct dns_record *item; /* the answer section */
    size_t count;
};
/* false when the bytes are no well-formed answer. */
bool dns_answer_read(struct arena *a, str wire, struct dns_answer *out);

#endif
