/* SPDX-License-Identifier: MIT */
/* A request as libmicrohttpd hands it over, in pieces, made whole for the handler. */
#include <arpa/inet.h>
#include <netinet/in.h>

#include "base/clock.h"
#include "http/listen_inside.h"

/* The target is taken here because libmicrohttpd decodes and cuts it afterwards. */
void *call_on_target(void *context, const char *target, struct MHD_Connection *connection)
{
    struct arena *a = arena_new(NULL);
    struct call *call = NEW(a, struct call);
    call->arena = a;
    call->listener = context;
    call->connection = connection;
    MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT,
                              (unsigned int)call->listener->options.idle_s);
    call->target = str_copy(a, str_of(target));
    return call;
}

void call_on_end(void *context, struct MHD_Connection *connection, void **call,
                 enum MHD_RequestTerminationCode code)
{
    struct call *ended = *call;
    (void)context;
    (void)connection;
    (void)code;
    if (ended)
        arena_end(ended->arena);
    *call = NULL;
}

/* The texts stay in libmicrohttpd's memory as long as the request.  It strips white space
 * in front of a value only; RFC 9110 5.5: "A field value does not include leading or
 * trailing whitespace." */
static enum MHD_Result add_header(void *context, enum MHD_ValueKind kind,
                                  const char *name, size_t name_len, const char *value,
                                  size_t value_len)
{
    struct call *call = context;
    (void)kind;
    headers_add(call->arena, &call->request.headers, (str){ name, name_len },
                value ? str_trim((str){ value, value_len }) : STR_NONE);
    return MHD_YES;
}

static const char *peer_of(struct call *call)
{
    char text[INET6_ADDRSTRLEN] = "";
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(call->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    if (!info)
        return "";
    const void *address = info->client_addr;
    const struct sockaddr_in *v4 = address;
    const struct sockaddr_in6 *v6 = address;
    if (v4->sin_family == AF_INET)
        inet_ntop(AF_INET, &v4->sin_addr, text, sizeof text);
    else
        inet_ntop(AF_INET6, &v6->sin6_addr, text, sizeof text);
    return str_z(call->arena, str_of(text));
}

static str own_host(struct call *call)
{
    const struct listener *l = call->listener;
    const char *address = l->options.address;
    bool v6 = strchr(address, ':');
    return arena_printf(call->arena, "%s%s%s:%d", v6 ? "[" : "", address, v6 ? "]" : "",
                        l->port);
}

static str joined(struct arena *a, const str *parts, size_t count)
{
    size_t len = 0;
    for (size_t i = 0; i < count; i++)
        len += parts[i].len;
    char *text = arena_alloc(a, 1, len + 1), *end = text;
    for (size_t i = 0; i < count; i++) {
        memcpy(end, parts[i].ptr, parts[i].len);
        end += parts[i].len;
    }
    return (str){ text, len };
}

/* RFC 9112 3.2 and 3.3: the target may be a whole URL already, or "*". */
static str url_of(struct call *call)
{
    const str *host = headers_find(&call->request.headers, "Host");
    bool tls = call->listener->options.cert_pem.len > 0;
    if (str_starts(call->target, "http://") || str_starts(call->target, "https://"))
        return call->target;
    str parts[] = { tls ? STR("https://") : STR("http://"),
                    host && host->len ? *host : own_host(call),
                    str_starts(call->target, "/") ? STR_NONE : STR("/"), call->target };
    return joined(call->arena, parts, countof(parts));
}

/* The Content-Length is enough to refuse a body before it is sent. */
static bool is_announced_too_long(const struct call *call)
{
    long length = 0;
    const str *claimed = headers_find(&call->request.headers, "Content-Length");
    return claimed && str_to_long(*claimed, INT64_MAX, &length)
        && (size_t)length > call->listener->options.body_ceiling;
}

static void begin(struct call *call, const char *method, const char *version)
{
    call->begun = true;
    call->request.method = str_copy(call->arena, str_of(method));
    call->request.version = str_copy(call->arena, str_of(version));
    MHD_get_connection_values_n(call->connection, MHD_HEADER_KIND, add_header, call);
    call->request.url = url_of(call);
    call->peer = peer_of(call);
    call->body = buf_new(call->arena, call->listener->options.body_ceiling);
    call->request.body_too_long = is_announced_too_long(call);
}

/* libmicrohttpd takes no answer in the middle of a body, so some more of a long one is
 * swallowed; one that never ends loses its connection. */
static enum MHD_Result take_body(struct call *call, const char *upload, size_t *size)
{
    if (call->body.over)
        call->swallowed += *size;
    else
        buf_add(&call->body, (str){ upload, *size });
    call->request.body_too_long = call->body.over;
    *size = 0;
    return call->swallowed <= CEILING_BODY ? MHD_YES : MHD_NO;
}

static void ask_handler(struct call *call)
{
    const struct listen_options *o = &call->listener->options;
    bool cut = call->request.body_too_long;
    call->answered = true;
    call->request.body = cut ? STR_NONE : buf_str(&call->body);
    o->handler(o->context, call->arena, &call->request, call->peer, &call->reply);
    /* RFC 9110 15.5.14: so that the rest of the body need not be read. */
    call->reply.manner.close = call->reply.manner.close || cut;
}

/* Whether the answer has to wait; *ok is false when it cannot. */
static bool has_to_wait(struct call *call, bool *ok)
{
    const struct manner *m = &call->reply.manner;
    *ok = true;
    if (!m->hang && m->delay_ms <= 0)
        return false;
    *ok = call_wait(call, m->hang ? NEVER : clock_us() + (int64_t)m->delay_ms * 1000);
    return true;
}

/* Asks the handler, once, and answers when it is time. */
static enum MHD_Result answer(struct call *call)
{
    bool ok;
    if (call->request.body_too_long && !call->listener->options.long_bodies)
        return call_refuse(call, 413, "The body is too long.");
    if (!call->answered) {
        ask_handler(call);
        if (has_to_wait(call, &ok))
            return ok ? MHD_YES : MHD_NO;
    }
    call->queued = true;
    return call_answer(call);
}

/* Called once with the header, then for each piece of the body, then with no piece; and
 * once more after a wait. */
enum MHD_Result call_on_request(void *context, struct MHD_Connection *connection,
                                const char *url, const char *method, const char *version,
                                const char *upload, size_t *upload_size, void **state)
{
    struct call *call = *state;
    bool first = !call->begun;
    (void)context;
    (void)connection;
    (void)url;
    if (call->listener->stopping)
        return MHD_NO;
    if (first)
        begin(call, method, version);
    if (first && !call->request.body_too_long)
        return MHD_YES;
    if (*upload_size)
        return take_body(call, upload, upload_size);
    if (call->queued) /* it was an interim answer: a final one never comes */
        return call_wait(call, NEVER) ? MHD_YES : MHD_NO;
    return answer(call);
}
