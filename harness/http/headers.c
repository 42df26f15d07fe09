/* SPDX-License-Identifier: MIT */
/* Header fields as a list in the order they came, media types, tokens, and the reason
 * phrases of statuses.  Values stay where they are: only the list is ours. */
#include "http/message.h"

#include "base/clock.h"

/* Lists are structs that are copied by value, so two of them may share one array.  The
 * slot behind the last header tells: whoever finds it in use takes an array of his own.
 */
void headers_add(struct arena *a, struct headers *list, str name, str value)
{
    size_t count = list->count;
    bool at_power = (count & (count - 1)) == 0;
    if (at_power || list->item[count].name.ptr) {
        size_t room = 1;
        while (room <= count)
            room *= 2;
        struct header *bigger = NEW_ARRAY(a, struct header, room);
        if (count)
            memcpy(bigger, list->item, count * sizeof *bigger);
        list->item = bigger;
    }
    list->item[list->count++] =
        (struct header){ name.ptr ? name : STR_NONE, value.ptr ? value : STR_NONE };
}

void headers_set(struct arena *a, struct headers *list, str name, str value)
{
    struct headers kept = { NULL, 0 };
    bool placed = value.len == 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct header *h = &list->item[i];
        if (!str_eq_nocase(h->name, name)) {
            headers_add(a, &kept, h->name, h->value);
        } else if (!placed) {
            headers_add(a, &kept, name, value);
            placed = true;
        }
    }
    if (!placed)
        headers_add(a, &kept, name, value);
    *list = kept;
}

const str *headers_nth(const struct headers *list, const char *name, size_t n)
{
    for (size_t i = 0; i < list->count; i++)
        if (str_eq_nocase(list->item[i].name, str_of(name)) && n-- == 0)
            return &list->item[i].value;
    return NULL;
}

void headers_date(struct arena *a, struct headers *list, time_t now)
{
    if (!headers_find(list, "Date"))
        headers_add(a, list, STR("Date"), date_http(a, now));
}

const str *headers_find(const struct headers *list, const char *name)
{
    return headers_nth(list, name, 0);
}

size_t headers_count(const struct headers *list, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++)
        count += str_eq_nocase(list->item[i].name, str_of(name));
    return count;
}

/* RFC 9110 8.3.1: everything before the first ";". */
static str without_parameters(str value)
{
    return str_trim(str_upto(value, str_find_char(value, ';')));
}

str media_type(struct arena *a, str value)
{
    str type = without_parameters(value);
    char *lower = str_z(a, type);
    for (size_t i = 0; i < type.len; i++)
        if (lower[i] >= 'A' && lower[i] <= 'Z')
            lower[i] = (char)(lower[i] - 'A' + 'a');
    return (str){ lower, type.len };
}

bool media_type_is(const struct headers *list, const char *type)
{
    const str *value = headers_find(list, "Content-Type");
    return value && str_eq_nocase(without_parameters(*value), str_of(type));
}

/* RFC 9110 5.6.2: tchar. */
static bool is_tchar(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
        || (c && strchr("!#$%&'*+-.^_`|~", c));
}

bool http_is_token(str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_tchar(s.ptr[i]))
            return false;
    return s.len > 0;
}

/* The registry of RFC 9110 16.2.1. */
static const struct {
    int status;
    const char *reason;
} reasons[] = {
    { 100, "Continue" },
    { 101, "Switching Protocols" },
    { 102, "Processing" },
    { 103, "Early Hints" },
    { 200, "OK" },
    { 201, "Created" },
    { 202, "Accepted" },
    { 203, "Non-Authoritative Information" },
    { 204, "No Content" },
    { 205, "Reset Content" },
    { 206, "Partial Content" },
    { 207, "Multi-Status" },
    { 208, "Already Reported" },
    { 226, "IM Used" },
    { 300, "Multiple Choices" },
    { 301, "Moved Permanently" },
    { 302, "Found" },
    { 303, "See Other" },
    { 304, "Not Modified" },
    { 305, "Use Proxy" },
    { 307, "Temporary Redirect" },
    { 308, "Permanent Redirect" },
    { 400, "Bad Request" },
    { 401, "Unauthorized" },
    { 402, "Payment Required" },
    { 403, "Forbidden" },
    { 404, "Not Found" },
    { 405, "Method Not Allowed" },
    { 406, "Not Acceptable" },
    { 407, "Proxy Authentication Required" },
    { 408, "Request Timeout" },
    { 409, "Conflict" },
    { 410, "Gone" },
    { 411, "Length Required" },
    { 412, "Precondition Failed" },
    { 413, "Content Too Large" },
    { 414, "URI Too Long" },
    { 415, "Unsupported Media Type" },
    { 416, "Range Not Satisfiable" },
    { 417, "Expectation Failed" },
    { 421, "Misdirected Request" },
    { 422, "Unprocessable Content" },
    { 423, "Locked" },
    { 424, "Failed Dependency" },
    { 425, "Too Early" },
    { 426, "Upgrade Required" },
    { 428, "Precondition Required" },
    { 429, "Too Many Requests" },
    { 431, "Request Header Fields Too Large" },
    { 451, "Unavailable For Legal Reasons" },
    { 500, "Internal Server Error" },
    { 501, "Not Implemented" },
    { 502, "Bad Gateway" },
    { 503, "Service Unavailable" },
    { 504, "Gateway Timeout" },
    { 505, "HTTP Version Not Supported" },
    { 506, "Variant Also Negotiates" },
    { 507, "Insufficient Storage" },
    { 508, "Loop Detected" },
    { 511, "Network Authentication Required" },
};

const char *http_reason(int status)
{
    for (size_t i = 0; i < countof(reasons); i++)
        if (reasons[i].status == status)
            return reasons[i].reason;
    return "";
}
