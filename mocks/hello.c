/* SPDX-License-Identifier: MIT */
/* Takes a ClientHello and a request's head apart as far as a name. */
#include "mocks/hello.h"

#include "mocks/hello_inside.h"

enum {
    RECORD_HEAD = 5,
    MESSAGE_HEAD = 4,
    LONGEST_RECORD = 16384, /* RFC 8446 5.1 */
    LONGEST_HELLO = 16384
};

str rest_take(struct rest *rest, size_t len)
{
    rest->bad = rest->bad || len > rest->bytes.len;
    if (rest->bad)
        return STR_NONE;
    str taken = str_upto(rest->bytes, len);
    rest->bytes = str_from(rest->bytes, len);
    return taken;
}

size_t rest_number(struct rest *rest, size_t width)
{
    str bytes = rest_take(rest, width);
    size_t number = 0;
    for (size_t i = 0; i < bytes.len; i++)
        number = number << 8 | (unsigned char)bytes.ptr[i];
    return number;
}

struct rest rest_vector(struct rest *rest, size_t width)
{
    size_t len = rest_number(rest, width);
    str bytes = rest_take(rest, len);
    return (struct rest){ bytes, rest->bad };
}

/* Whether the first handshake message is there to its end. */
static bool is_whole(str message)
{
    struct rest rest = { message, false };
    rest_number(&rest, 1);
    size_t len = rest_number(&rest, 3);
    return !rest.bad && rest.bytes.len >= len;
}

/* A handshake message may be spread over several records: the payload of all that are
 * whole, as far as the first message goes; early data may follow it (RFC 8446 2.3).  Bad:
 * another kind of record comes first. */
static str gather(struct arena *scratch, str bytes, bool *bad)
{
    char *message = arena_alloc(scratch, 1, bytes.len);
    size_t len = 0;
    while (bytes.len >= RECORD_HEAD && !is_whole((str){ message, len })) {
        struct rest rest = { bytes, false };
        size_t type = rest_number(&rest, 1), major = rest_number(&rest, 1);
        rest_number(&rest, 1);
        size_t claimed = rest_number(&rest, 2);
        *bad = type != TLS_HANDSHAKE || major != 3 || claimed == 0
            || claimed > LONGEST_RECORD;
        str payload = rest_take(&rest, claimed);
        if (*bad)
            return STR_NONE;
        if (rest.bad)
            break;
        memcpy(message + len, payload.ptr, payload.len);
        len += payload.len;
        bytes = rest.bytes;
    }
    str gathered = { message, len };
    *bad = bytes.len && bytes.ptr[0] != TLS_HANDSHAKE && !is_whole(gathered);
    return gathered;
}

static char shown(char c)
{
    if (c >= 'A' && c <= 'Z')
        return (char)(c - 'A' + 'a');
    return c > ' ' && c < 127 ? c : '?';
}

/* Puts text into a field of `size` bytes, what is odd in it as "?"; what is too long is
 * cut. */
static void put(char *field, size_t size, const char *before, str text)
{
    size_t len = strlen(field);
    for (; *before && len + 1 < size; before++)
        field[len++] = *before;
    for (size_t i = 0; i < text.len && len + 1 < size; i++)
        field[len++] = shown(text.ptr[i]);
    field[len] = 0;
}

/* RFC 6066 3: a list, of which only the host name (type 0) is known. */
static void read_server_name(struct rest *extension, struct hello *out)
{
    struct rest list = rest_vector(extension, 2);
    while (list.bytes.len && !list.bad) {
        size_t type = rest_number(&list, 1);
        struct rest name = rest_vector(&list, 2);
        if (type == 0 && !out->sni[0] && !name.bad)
            put(out->sni, sizeof out->sni, "", name.bytes);
    }
}

/* RFC 7301 3.1. */
static void read_alpn(struct rest *extension, struct hello *out)
{
    struct rest list = rest_vector(extension, 2);
    while (list.bytes.len && !list.bad) {
        struct rest name = rest_vector(&list, 1);
        if (!name.bad)
            put(out->alpn, sizeof out->alpn, out->alpn[0] ? "," : "", name.bytes);
    }
}

static bool read_extensions(struct rest *hello, struct hello *out)
{
    struct rest list = rest_vector(hello, 2);
    while (list.bytes.len && !list.bad) {
        size_t type = rest_number(&list, 2);
        struct rest extension = rest_vector(&list, 2);
        if (type == EXTENSION_SERVER_NAME)
            read_server_name(&extension, out);
        if (type == EXTENSION_ALPN)
            read_alpn(&extension, out);
    }
    return !list.bad;
}

static enum peek read_hello(struct rest *body, struct hello *out)
{
    rest_take(body, 2 + TLS_RANDOM); /* version, random */
    rest_vector(body, 1);            /* session */
    rest_vector(body, 2);            /* cipher suites */
    rest_vector(body, 1);            /* compression */
    if (body->bad)
        return PEEK_BAD;
    /* Before TLS 1.2 there may be no extensions at all. */
    if (body->bytes.len && !read_extensions(body, out))
        return PEEK_BAD;
    return PEEK_DONE;
}

enum peek hello_body(struct arena *scratch, str bytes, size_t type, struct rest *body)
{
    bool bad = false;
    struct rest message = { gather(scratch, bytes, &bad), false };
    if (bad)
        return PEEK_BAD;
    if (message.bytes.len < MESSAGE_HEAD)
        return PEEK_MORE;
    size_t found = rest_number(&message, 1), len = rest_number(&message, 3);
    if (found != type || len > LONGEST_HELLO)
        return PEEK_BAD;
    *body = (struct rest){ rest_take(&message, len), false };
    return message.bad ? PEEK_MORE : PEEK_DONE;
}

enum peek hello_peek(struct arena *scratch, str bytes, struct hello *out)
{
    struct rest body;
    *out = (struct hello){ 0 };
    enum peek peek = hello_body(scratch, bytes, TLS_CLIENT_HELLO, &body);
    return peek == PEEK_DONE ? read_hello(&body, out) : peek;
}

static str host_of(struct arena *a, str value)
{
    str host = str_trim(value);
    char end = host.len && host.ptr[0] == '[' ? ']' : ':';
    host = str_upto(host, str_find_char(host, end) + (end == ']'));
    char *text = str_z(a, host);
    for (size_t i = 0; i < host.len; i++)
        text[i] = shown(text[i]);
    return (str){ text, host.len };
}

enum peek host_peek(struct arena *a, str bytes, str *host)
{
    const str name = STR("host:");
    size_t end;
    for (; (end = str_find_char(bytes, '\n')) < bytes.len;
         bytes = str_from(bytes, end + 1)) {
        str line = str_upto(bytes, end);
        if (str_eq_nocase(str_upto(line, name.len), name)) {
            *host = host_of(a, str_from(line, name.len));
            return host->len ? PEEK_DONE : PEEK_BAD;
        }
        if (str_trim(line).len == 0)
            return PEEK_BAD;
    }
    return PEEK_MORE;
}
