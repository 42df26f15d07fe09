/* SPDX-License-Identifier: MIT */
/* Writes a ClientHello and reads a ServerHello, or the alert that stands for it. */
#include "mocks/greeting.h"

#include "base/buf.h"
#include "crypto/key.h"
#include "mocks/hello_inside.h"

enum {
    MOST_BYTES = 4096,
    ALERT_CLOSE_NOTIFY = 0,
    ALERT_FATAL = 2,
    SIGNALING_SUITE = 0x00ff, /* RFC 5746 3.3: secure renegotiation, without extensions */
    GROUP_X25519 = 0x001d,
};

/* --- the offer --- */

static void put_number(struct buf *b, size_t width, size_t number)
{
    while (width-- > 0)
        buf_add_char(b, (char)(number >> 8 * width & 0xff));
}

static void put_vector(struct buf *b, size_t width, str bytes)
{
    put_number(b, width, bytes.len);
    buf_add(b, bytes);
}

static void put_extension(struct buf *b, size_t type, struct buf *content)
{
    put_number(b, 2, type);
    put_vector(b, 2, buf_str(content));
}

/* Numbers of two bytes each, as a vector of them. */
static void put_list(struct buf *extensions, size_t type, size_t width,
                     const unsigned *number, size_t count)
{
    struct buf list = buf_new(extensions->arena, MOST_BYTES);
    struct buf content = buf_new(extensions->arena, MOST_BYTES);
    for (size_t i = 0; i < count; i++)
        put_number(&list, 2, number[i]);
    put_vector(&content, width, buf_str(&list));
    put_extension(extensions, type, &content);
}

static void put_server_name(struct buf *extensions, str host)
{
    struct buf list = buf_new(extensions->arena, MOST_BYTES);
    struct buf content = buf_new(extensions->arena, MOST_BYTES);
    put_number(&list, 1, 0); /* host_name */
    put_vector(&list, 2, host);
    put_vector(&content, 2, buf_str(&list));
    put_extension(extensions, EXTENSION_SERVER_NAME, &content);
}

/* RFC 8446 4.2.8; any 32 bytes are a key of X25519. */
static void put_key_share(struct buf *extensions)
{
    enum { KEY_BYTES = 32 };
    struct buf list = buf_new(extensions->arena, MOST_BYTES);
    struct buf content = buf_new(extensions->arena, MOST_BYTES);
    put_number(&list, 2, GROUP_X25519);
    put_vector(&list, 2, random_bytes(extensions->arena, KEY_BYTES));
    put_vector(&content, 2, buf_str(&list));
    put_extension(extensions, EXTENSION_KEY_SHARE, &content);
}

/* What a server needs to choose; SSL 3.0 has no extensions. */
static str extensions_of(struct arena *a, const struct greeting *g)
{
    static const unsigned groups[] = { GROUP_X25519, 0x0017, 0x0018, 0x0100 };
    static const unsigned signatures[] = {
        0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806,
        0x0401, 0x0501, 0x0601, 0x0807, 0x0203, 0x0201
    };
    static const unsigned versions[] = { 0x0304, 0x0303 };
    struct buf b = buf_new(a, MOST_BYTES), uncompressed = buf_new(a, MOST_BYTES),
               first_time = buf_new(a, MOST_BYTES);
    if (g->host.len)
        put_server_name(&b, g->host);
    put_list(&b, EXTENSION_SUPPORTED_GROUPS, 2, groups, countof(groups));
    put_vector(&uncompressed, 1, (str){ "", 1 });
    put_extension(&b, EXTENSION_POINT_FORMATS, &uncompressed);
    put_vector(&first_time, 1, STR_NONE);
    put_extension(&b, EXTENSION_RENEGOTIATION, &first_time);
    if (g->version >= TLS_VERSION_1_2)
        put_list(&b, EXTENSION_SIGNATURES, 2, signatures, countof(signatures));
    if (g->version >= TLS_VERSION_1_3) {
        put_list(&b, EXTENSION_SUPPORTED_VERSIONS, 1, versions, countof(versions));
        put_key_share(&b);
    }
    return buf_str(&b);
}

static bool is_offered(const struct greeting *g, const struct suite *suite)
{
    return g->group[suite->group]
        && (g->version >= TLS_VERSION_1_3 || !suite_is_of_1_3(suite->id));
}

static str suites_of(struct arena *a, const struct greeting *g)
{
    struct buf b = buf_new(a, MOST_BYTES);
    for (size_t i = 0; i < suite_count; i++)
        if (is_offered(g, &suites[i]))
            put_number(&b, 2, suites[i].id);
    if (g->version == TLS_VERSION_SSL_3_0)
        put_number(&b, 2, SIGNALING_SUITE);
    return buf_str(&b);
}

/* RFC 8446 4.1.2: with supported_versions the old field says TLS 1.2 for good. */
static enum tls_version at_most(enum tls_version version, enum tls_version most)
{
    return version < most ? version : most;
}

str greeting_bytes(struct arena *a, const struct greeting *g)
{
    struct buf body = buf_new(a, MOST_BYTES), message = buf_new(a, MOST_BYTES),
               record = buf_new(a, MOST_BYTES);
    put_number(&body, 2, tls_version_wire(at_most(g->version, TLS_VERSION_1_2)));
    buf_add(&body, random_bytes(a, TLS_RANDOM));
    put_vector(&body, 1, STR_NONE); /* session */
    put_vector(&body, 2, suites_of(a, g));
    put_vector(&body, 1, (str){ "", 1 }); /* no compression */
    if (g->version > TLS_VERSION_SSL_3_0)
        put_vector(&body, 2, extensions_of(a, g));
    put_number(&message, 1, TLS_CLIENT_HELLO);
    put_vector(&message, 3, buf_str(&body));
    put_number(&record, 1, TLS_HANDSHAKE);
    put_number(&record, 2, tls_version_wire(at_most(g->version, TLS_VERSION_1_0)));
    put_vector(&record, 2, buf_str(&message));
    return buf_str(&record);
}

/* --- the answer --- */

/* RFC 8446 6, RFC 5246 7.2, RFC 7507 3 and RFC 6066 3. */
static const struct {
    size_t number;
    const char *name;
} alerts[] = {
    { ALERT_CLOSE_NOTIFY, "close_notify" },
    { 10, "unexpected_message" },
    { 40, "handshake_failure" },
    { 47, "illegal_parameter" },
    { 50, "decode_error" },
    { 70, "protocol_version" },
    { 71, "insufficient_security" },
    { 80, "internal_error" },
    { 86, "inappropriate_fallback" },
    { 109, "missing_extension" },
    { 112, "unrecognized_name" },
};

static str alert_name(struct arena *a, size_t number)
{
    for (size_t i = 0; i < countof(alerts); i++)
        if (alerts[i].number == number)
            return str_of(alerts[i].name);
    return arena_printf(a, "number %zu", number);
}

/* One alert off the front of the bytes: false when none is there to its end, or when it
 * is none. */
static bool take_alert(str *bytes, size_t *level, size_t *number, bool *bad)
{
    struct rest rest = { *bytes, false };
    if (bytes->len == 0 || bytes->ptr[0] != TLS_ALERT)
        return false;
    rest_take(&rest, 1 + 2);
    struct rest alert = rest_vector(&rest, 2);
    if (rest.bad)
        return false;
    *level = rest_number(&alert, 1);
    *number = rest_number(&alert, 1);
    *bad = alert.bad || alert.bytes.len > 0;
    if (!*bad)
        *bytes = rest.bytes;
    return !*bad;
}

/* RFC 8446 4.2.1: a server that speaks 1.3 says so there, and 1.2 in the old field. */
static size_t version_in(struct rest *body, size_t old)
{
    struct rest list = rest_vector(body, 2);
    while (list.bytes.len && !list.bad) {
        size_t type = rest_number(&list, 2);
        struct rest extension = rest_vector(&list, 2);
        if (type == EXTENSION_SUPPORTED_VERSIONS && extension.bytes.len == 2)
            old = rest_number(&extension, 2);
    }
    return old;
}

static void set(struct greeting_answer *out, enum greeted how, str says)
{
    out->how = how;
    out->says = says;
}

static void read_server_hello(struct arena *a, const struct greeting *g,
                              struct rest *body, struct greeting_answer *out)
{
    size_t version = rest_number(body, 2);
    rest_take(body, TLS_RANDOM);
    rest_vector(body, 1); /* session */
    size_t id = rest_number(body, 2);
    rest_take(body, 1); /* compression */
    if (body->bad) {
        set(out, GREETED_ODD, STR("the server answers with half a ServerHello"));
        return;
    }
    if (body->bytes.len)
        version = version_in(body, version);
    out->version = tls_version_of((unsigned)version);
    out->suite = suite_find((unsigned)id);
    if (out->version < 0 || out->version > (int)g->version || !out->suite
        || !is_offered(g, out->suite))
        set(out, GREETED_ODD,
            arena_printf(
                a, "the server chose what was not offered: version %04zx, suite %04zx",
                version, id));
    else
        set(out, GREETED_AGREED,
            arena_printf(a, "the server agrees to %s with TLS_%s",
                         tls_version_names[out->version], out->suite->name));
}

/* Nothing of a hello is there; `bytes` are what there is. */
static void read_silence(str bytes, bool closed, struct greeting_answer *out)
{
    if (closed && bytes.len)
        set(out, GREETED_ODD, STR("the connection ended in the middle of an answer"));
    else if (closed)
        set(out, GREETED_REFUSED, STR("the server closes the connection"));
    else
        set(out, GREETED_MORE, STR("the server does not answer"));
}

void greeting_read(struct arena *a, const struct greeting *g, str bytes, bool closed,
                   struct greeting_answer *out)
{
    struct rest body;
    size_t level, number;
    bool bad = false;
    *out = (struct greeting_answer){ .version = -1, .says = STR_NONE };
    /* A warning goes before a ServerHello: that it does not know the name, say. */
    while (take_alert(&bytes, &level, &number, &bad))
        if (level == ALERT_FATAL || number == ALERT_CLOSE_NOTIFY) {
            set(out, GREETED_REFUSED,
                arena_printf(a, "the server refuses: alert %.*s",
                             STR_ARG(alert_name(a, number))));
            return;
        }
    bool alert = bytes.len && bytes.ptr[0] == TLS_ALERT && !bad;
    enum peek peek = alert ? PEEK_MORE : hello_body(a, bytes, TLS_SERVER_HELLO, &body);
    if (peek == PEEK_BAD)
        set(out, GREETED_ODD, STR("what came back is no TLS"));
    else if (peek == PEEK_MORE)
        read_silence(bytes, closed, out);
    else
        read_server_hello(a, g, &body, out);
}

/* --- for people --- */

str greeting_show(struct arena *a, const struct greeting *g,
                  const struct greeting_answer *answer)
{
    struct buf b = buf_new(a, CEILING_TRANSCRIPT);
    buf_addf(&b, "ClientHello\n  version: %s\n", tls_version_names[g->version]);
    if (g->host.len)
        buf_addf(&b, "  server_name: %.*s\n", STR_ARG(g->host));
    for (size_t i = 0; i < suite_count; i++)
        if (is_offered(g, &suites[i]))
            buf_addf(&b, "  TLS_%s\n", suites[i].name);
    if (answer)
        buf_addf(&b, "\n(%.*s)\n", STR_ARG(answer->says));
    return buf_str(&b);
}
