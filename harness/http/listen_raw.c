/* SPDX-License-Identifier: MIT */
/* Bytes that are no HTTP answer, and bytes that are no TLS: sent past libmicrohttpd on
 * its own connection, which is closed behind them.  GnuTLS is what it speaks TLS by. */
#include <errno.h>
#include <gnutls/gnutls.h>
#include <sys/socket.h>

#include "http/listen_inside.h"

/* A handshake record of a length that no record may have (RFC 8446 5.1). */
static const char no_record[] = "\x16\x03\x03\xff\xff not TLS any more\r\n";

/* Where the kernel takes no more, the rest is lost: nobody waits in this thread. */
void send_to(int fd, str bytes)
{
    while (bytes.len) {
        ssize_t sent = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return;
        bytes = str_from(bytes, (size_t)sent);
    }
}

void send_broken_tls(int fd)
{
    send_to(fd, (str){ no_record, sizeof no_record - 1 });
}

static int socket_of(struct call *call)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(call->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

static void send_in_tls(gnutls_session_t session, str bytes)
{
    while (bytes.len) {
        ssize_t sent = gnutls_record_send(session, bytes.ptr, bytes.len);
        if (sent == GNUTLS_E_INTERRUPTED)
            continue;
        if (sent <= 0)
            return;
        bytes = str_from(bytes, (size_t)sent);
    }
}

static void send_bytes(struct call *call, str bytes)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(call->connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    if (info && info->tls_session)
        send_in_tls(info->tls_session, bytes);
    else
        send_to(socket_of(call), bytes);
}

void call_send_raw(struct call *call)
{
    const struct manner *m = &call->reply.manner;
    if (m->broken_tls)
        send_broken_tls(socket_of(call));
    else
        send_bytes(call, m->raw);
}

/* RFC 9110 15.2: any number of them may stand before the answer. */
void call_send_interim(struct call *call)
{
    int status = call->reply.manner.interim;
    send_bytes(
        call,
        arena_printf(call->arena, "HTTP/1.1 %d %s\r\n\r\n", status, http_reason(status)));
}
