/* SPDX-License-Identifier: MIT */
/* URLs of the mock CA.  RFC 8555 7.1: "The server MUST provide a directory", and leaves
 * it free where all else is.  A permuting CA has another shape of URLs for each seed, so
 * that a client that guesses, takes apart or tidies up a URL is found out. */
#include "mocks/ca_inside.h"

struct shape {
    const char *front; /* of every path */
    const char *back;  /* of every URL to which nobody appends anything */
};
static const struct shape shapes[] = {
    { "", "" }, /* also of a CA that does not permute */
    { "/acme/v2", "" },
    { "", "?ca=1" },
    { "/-/~ca/@1,x;y=z", "" },
    { "/c%C3%A9/a%2Fb", "/" }, /* RFC 3986 2.1: these cannot be written otherwise */
    { "/Ca", "?of=a%26b&c" },
    { "/a/long/way/down/to/it", "/" },
};

static const struct shape *shape_of(const struct ca *ca)
{
    return &shapes[ca->options.permute % countof(shapes)];
}

/* RFC 9773 4.1: a client appends "/" and the identifier to the URL of renewalInfo. */
static bool is_open_end(str path)
{
    return str_starts(path, "/renewal-info") || str_contains(path, STR("?cursor="));
}

str ca_url_of(const struct ca *ca, struct arena *a, str path)
{
    const struct shape *shape = shape_of(ca);
    return arena_printf(a, "%.*s%s%.*s%s", STR_ARG(ca->base), shape->front, STR_ARG(path),
                        is_open_end(path) ? "" : shape->back);
}

str ca_url(struct ca_call *call, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    str path = arena_vprintf(call->arena, fmt, args);
    va_end(args);
    return ca_url_of(call->ca, call->arena, path);
}

/* Takes front and back off; false, and all as it was, without them. */
static bool unshaped(const struct ca *ca, str target, str *path)
{
    const struct shape *shape = shape_of(ca);
    str rest = str_from(target, strlen(shape->front));
    bool open = is_open_end(rest);
    bool fits = str_starts(target, shape->front) && (open || str_ends(rest, shape->back));
    *path = !fits ? target : str_upto(rest, rest.len - (open ? 0 : strlen(shape->back)));
    return fits;
}

bool ca_url_split(const struct ca *ca, str target, str *path, str *query)
{
    str plain;
    bool fits = unshaped(ca, target, &plain);
    size_t end = str_find_char(plain, '?');
    *path = str_upto(plain, end);
    *query = str_from(plain, end + 1);
    return fits;
}

str ca_url_id(const struct ca *ca, str url, const char *kind)
{
    str path;
    bool own = str_starts(url, ca->base.ptr)
        && unshaped(ca, str_from(url, ca->base.len), &path) && str_starts(path, kind);
    return own ? str_from(path, strlen(kind)) : STR_NONE;
}

/* --- of objects --- */

static str url(const struct ca *ca, struct arena *a, const char *kind, str id)
{
    return ca_url_of(ca, a, arena_printf(a, "/%s/%.*s", kind, STR_ARG(id)));
}

str ca_account_url(const struct ca *ca, struct arena *a, const struct account *account)
{
    return url(ca, a, "account", account->id);
}

str ca_order_url(const struct ca *ca, struct arena *a, const struct order *order)
{
    return url(ca, a, "order", order->id);
}

str ca_authz_url(const struct ca *ca, struct arena *a, const struct authz *authz)
{
    return url(ca, a, "authz", authz->id);
}

str ca_terms_url(const struct ca *ca, struct arena *a, int terms)
{
    return ca_url_of(ca, a, arena_printf(a, "/terms/%d", terms));
}
