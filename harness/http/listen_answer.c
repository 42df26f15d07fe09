/* SPDX-License-Identifier: MIT */
/* What the handler answered, queued in the manner that it asked for. */
#include <sys/socket.h>

#include "base/clock.h"
#include "http/listen_inside.h"

enum { LARGEST_PIECE = 16 * 1024 };

/* The bytes are only read, and stay where they are. */
static struct MHD_Response *response_of(str body)
{
    void *bytes = (void *)(uintptr_t)(body.len ? body.ptr : "");
    return MHD_create_response_from_buffer(body.len, bytes, MHD_RESPMEM_PERSISTENT);
}

str manner_show(struct arena *a, const struct manner *m)
{
    const struct {
        bool is;
        const char *word;
    } ways[] = {
        { m->drop, "drop" },
        { m->reset, "reset" },
        { m->hang, "hang" },
        { m->cut, "cut" },
        { m->lie, "length" },
        { m->raw.len > 0, "raw-answer" },
        { m->delay_ms > 0, "delay" },
        { m->drip_bytes > 0, "drip" },
        { m->broken_tls, "broken-tls" },
    };
    struct strs words = { 0 };
    for (size_t i = 0; i < countof(ways); i++)
        if (ways[i].is)
            strs_add(a, &words, str_of(ways[i].word));
    return strs_join(a, &words, ", ");
}

enum MHD_Result call_refuse(struct call *call, int status, const char *sentence)
{
    struct MHD_Response *response = response_of(str_of(sentence));
    if (!response)
        return MHD_NO;
    MHD_add_response_header(response, "Content-Type", "text/plain");
    MHD_add_response_header(response, "Connection", "close");
    enum MHD_Result result =
        MHD_queue_response(call->connection, (unsigned int)status, response);
    MHD_destroy_response(response);
    return result;
}

/* Makes the kernel send RST at once: by its dissolving the association where that is
 * known (Linux), otherwise when libmicrohttpd closes. */
static void reset_connection(struct call *call)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(call->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
    struct sockaddr nobody = { .sa_family = AF_UNSPEC };
    if (!info)
        return;
    setsockopt(info->connect_fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    (void)connect(info->connect_fd, &nobody, sizeof nobody);
}

/* --- bodies that come in pieces, or not whole --- */

/* Bytes that may go now: up to the end of the piece. */
static size_t piece_left(const struct call *call, size_t at, size_t room)
{
    const struct manner *m = &call->reply.manner;
    size_t end = m->cut && m->cut_after < call->reply.response.body.len
        ? m->cut_after
        : call->reply.response.body.len;
    size_t left = end - at;
    if (m->drip_bytes && left > m->drip_bytes - at % m->drip_bytes)
        left = m->drip_bytes - at % m->drip_bytes;
    return left < room ? left : room;
}

/* Whether the piece that begins at `at` has to wait for its time. */
static bool piece_waits(struct call *call, size_t at)
{
    const struct manner *m = &call->reply.manner;
    return m->drip_bytes && m->drip_ms > 0 && at > 0 && at % m->drip_bytes == 0
        && clock_us() < call->next_piece_us;
}

/* libmicrohttpd's content reader. */
static ssize_t next_bytes(void *context, uint64_t position, char *out, size_t room)
{
    struct call *call = context;
    const struct manner *m = &call->reply.manner;
    size_t at = (size_t)position, left = piece_left(call, at, room);
    if (left == 0)
        return m->cut ? MHD_CONTENT_READER_END_WITH_ERROR
                      : MHD_CONTENT_READER_END_OF_STREAM;
    if (piece_waits(call, at))
        return call_wait(call, call->next_piece_us) ? 0
                                                    : MHD_CONTENT_READER_END_WITH_ERROR;
    memcpy(out, call->reply.response.body.ptr + at, left);
    if (m->drip_bytes && (at + left) % m->drip_bytes == 0)
        call->next_piece_us = clock_us() + (int64_t)m->drip_ms * 1000;
    return (ssize_t)left;
}

/* With `lie` the library must not count: a body of unknown size under a header of our own
 * works only as if to an HTTP/1.0 client, which is told the end by closing. */
static struct MHD_Response *response_in_pieces(struct call *call)
{
    const struct manner *m = &call->reply.manner;
    size_t len = call->reply.response.body.len;
    bool nothing_left_to_cut = m->cut && m->cut_after >= len;
    uint64_t size = m->lie || m->chunked ? MHD_SIZE_UNKNOWN : len + nothing_left_to_cut;
    size_t block =
        m->drip_bytes && m->drip_bytes < LARGEST_PIECE ? m->drip_bytes : LARGEST_PIECE;
    struct MHD_Response *response =
        MHD_create_response_from_callback(size, block, next_bytes, call, NULL);
    if (response && m->lie)
        MHD_set_response_options(response,
                                 MHD_RF_HTTP_1_0_COMPATIBLE_STRICT
                                     | MHD_RF_INSANITY_HEADER_CONTENT_LENGTH,
                                 MHD_RO_END);
    return response;
}

static struct MHD_Response *response_for(struct call *call)
{
    const struct manner *m = &call->reply.manner;
    str body = call->reply.response.body;
    if (m->lie || m->cut || m->drip_bytes || (m->chunked && body.len))
        return response_in_pieces(call);
    return response_of(body);
}

/* --- headers --- */

static bool is_sendable(str s)
{
    return s.len && str_find_char(s, '\0') == s.len;
}

/* Content-Length is the library's, unless we lie. */
static bool add_headers(struct call *call, struct MHD_Response *response)
{
    const struct headers *list = &call->reply.response.headers;
    for (size_t i = 0; i < list->count; i++) {
        str name = list->item[i].name, value = list->item[i].value;
        if (str_eq_nocase(name, STR("Content-Length")))
            continue;
        if (!is_sendable(name) || !is_sendable(value)
            || MHD_add_response_header(response, str_z(call->arena, name),
                                       str_z(call->arena, value))
                != MHD_YES)
            return false;
    }
    return true;
}

static bool add_manner(struct call *call, struct MHD_Response *response)
{
    const struct manner *m = &call->reply.manner;
    char length[32];
    snprintf(length, sizeof length, "%ld", m->wrong_length);
    if (m->lie && MHD_add_response_header(response, "Content-Length", length) != MHD_YES)
        return false;
    return !m->close
        || MHD_add_response_header(response, "Connection", "close") == MHD_YES;
}

enum MHD_Result call_answer(struct call *call)
{
    const struct manner *m = &call->reply.manner;
    if (m->reset)
        reset_connection(call);
    if (m->raw.len || m->broken_tls) {
        call_send_raw(call);
        return MHD_NO;
    }
    if (m->drop || m->reset || m->hang)
        return MHD_NO;
    if (m->interim)
        call_send_interim(call);
    struct MHD_Response *response = response_for(call);
    if (!response)
        return MHD_NO;
    int status = call->reply.response.status;
    enum MHD_Result result = MHD_NO;
    if (status > 0 && add_headers(call, response) && add_manner(call, response))
        result = MHD_queue_response(call->connection, (unsigned int)status, response);
    MHD_destroy_response(response);
    if (result == MHD_NO)
        result = call_refuse(call, 500, "This answer cannot be sent by this listener.");
    return result;
}
