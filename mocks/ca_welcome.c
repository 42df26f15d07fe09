/* SPDX-License-Identifier: MIT */
/* Planted bugs of the listener's TLS.  What GnuTLS can still be told to speak, it speaks;
 * to what it cannot, a ServerHello is written by hand, and the handshake ends with it. */
#include "mocks/ca_welcome.h"

#include "base/buf.h"
#include "crypto/key.h"
#include "crypto/suites.h"
#include "mocks/hello_inside.h"

enum { MOST_BYTES = 256, SUITE_CBC = 0xc009 };

const char *ca_tls(const struct ca *ca)
{
    return bug_on(ca, BUG_OLD_TLS) ? "NORMAL" : NULL;
}

bool ca_welcomes(const struct ca *ca)
{
    return bug_on(ca, BUG_SSL_3) || bug_on(ca, BUG_WEAK_SUITES)
        || bug_on(ca, BUG_TLS_LOWERED);
}

/* RFC 5246 7.4.1.3, without extensions, as SSL 3.0 has it, too. */
static str server_hello(struct arena *a, enum tls_version agreed, unsigned suite)
{
    enum { BODY = 2 + TLS_RANDOM + 1 + 2 + 1 };
    unsigned version = tls_version_wire(agreed);
    struct buf b = buf_new(a, MOST_BYTES);
    const unsigned char head[] = {
        TLS_HANDSHAKE, 3, version & 0xff, 0, 4 + BODY, TLS_SERVER_HELLO, 0, 0,
        BODY,          3, version & 0xff
    };
    const unsigned char tail[] = { 0, suite >> 8 & 0xff, suite & 0xff, 0 };
    buf_add(&b, (str){ (const char *)head, sizeof head });
    buf_add(&b, random_bytes(a, TLS_RANDOM));
    buf_add(&b, (str){ (const char *)tail, sizeof tail });
    return buf_str(&b);
}

/* The version and the first suite of a hello. */
static bool read_offer(struct arena *a, str hello, int *version, unsigned *suite)
{
    struct rest body;
    if (hello_body(a, hello, TLS_CLIENT_HELLO, &body) != PEEK_DONE)
        return false;
    *version = tls_version_of((unsigned)rest_number(&body, 2));
    rest_take(&body, TLS_RANDOM);
    rest_vector(&body, 1); /* session */
    struct rest list = rest_vector(&body, 2);
    *suite = (unsigned)rest_number(&list, 2);
    return !body.bad && !list.bad;
}

void ca_welcome(const struct ca *ca, struct arena *a, struct odd_handshake *out)
{
    int version;
    unsigned first;
    if (!ca_welcomes(ca) || !read_offer(a, out->hello, &version, &first) || version < 0)
        return;
    const struct suite *suite = suite_find(first);
    bool weak = suite && suite->group != SUITES_GOOD, strong = suite && !weak;
    if (bug_on(ca, BUG_SSL_3) && version == TLS_VERSION_SSL_3_0)
        out->answer = server_hello(a, TLS_VERSION_SSL_3_0, SUITE_CBC);
    if (bug_on(ca, BUG_WEAK_SUITES) && weak)
        out->answer = server_hello(a, (enum tls_version)version, first);
    if (bug_on(ca, BUG_TLS_LOWERED) && version == TLS_VERSION_1_2 && strong
        && !suite_is_of_1_3(first))
        out->answer = server_hello(a, TLS_VERSION_1_1, SUITE_CBC);
}
