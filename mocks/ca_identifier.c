/* SPDX-License-Identifier: MIT */
/* Names and addresses: their form (RFC 5890, RFC 1123, RFC 8738 3), then policy. */
#include "mocks/ca_identifier.h"

#include <arpa/inet.h>

#include "mocks/ca_punycode.h"

enum { MOST_NAME = 253, MOST_LABEL = 63, ADDRESS_TEXT = 64 };

/* --- addresses --- */

/* RFC 8738 3: the form of RFC 1123 2.1 for IPv4 and of RFC 5952 for IPv6.  inet_pton
 * takes nothing but dotted decimal for the first, and inet_ntop writes the second. */
bool ca_address_read(struct arena *a, str text, str *canonical)
{
    char z[ADDRESS_TEXT], out[ADDRESS_TEXT];
    unsigned char bytes[16];
    if (text.len >= sizeof z || memchr(text.ptr, '\0', text.len))
        return false;
    memcpy(z, text.ptr, text.len);
    z[text.len] = '\0';
    int family = strchr(z, ':') ? AF_INET6 : AF_INET;
    if (inet_pton(family, z, bytes) != 1
        || !inet_ntop(family, bytes, out, (socklen_t)sizeof out))
        return false;
    *canonical = str_copy(a, str_of(out));
    return true;
}

enum kind_of_range { LOOPBACK, PRIVATE, DOCUMENTATION };

struct range {
    enum kind_of_range kind;
    int family;
    unsigned char bytes[16];
    int bits;
};

/* Not link-local: services that tell secrets live there (RFC 8555 10.4). */
static const struct range reserved[] = {
    { LOOPBACK, AF_INET, { 127 }, 8 },
    { LOOPBACK, AF_INET6, { [15] = 1 }, 128 },
    { PRIVATE, AF_INET, { 10 }, 8 },
    { PRIVATE, AF_INET, { 172, 16 }, 12 },
    { PRIVATE, AF_INET, { 192, 168 }, 16 },
    { PRIVATE, AF_INET6, { 0xfc }, 7 },
    { DOCUMENTATION, AF_INET, { 192, 0, 2 }, 24 },
    { DOCUMENTATION, AF_INET, { 198, 51, 100 }, 24 },
    { DOCUMENTATION, AF_INET, { 203, 0, 113 }, 24 },
    { DOCUMENTATION, AF_INET6, { 0x20, 0x01, 0x0d, 0xb8 }, 32 },
};

static bool in_range(const struct range *range, int family, const unsigned char *bytes)
{
    if (range->family != family)
        return false;
    for (int bit = 0; bit < range->bits; bit += 8) {
        int left = range->bits - bit;
        unsigned mask = left >= 8 ? 0xffu : 0xffu << (8 - left) & 0xffu;
        if ((bytes[bit / 8] & mask) != (range->bytes[bit / 8] & mask))
            return false;
    }
    return true;
}

/* NULL: it is of none of them. */
static const struct range *range_of(str address)
{
    static const unsigned char ipv4_mapped[12] = { [10] = 0xff, [11] = 0xff };
    char z[ADDRESS_TEXT];
    unsigned char bytes[16];
    if (address.len >= sizeof z)
        return NULL;
    memcpy(z, address.ptr, address.len);
    z[address.len] = '\0';
    int family = strchr(z, ':') ? AF_INET6 : AF_INET;
    if (inet_pton(family, z, bytes) != 1)
        return NULL;
    /* RFC 4291 2.5.5.2: an IPv4 address in the form of an IPv6 one. */
    if (family == AF_INET6 && memcmp(bytes, ipv4_mapped, sizeof ipv4_mapped) == 0) {
        family = AF_INET;
        memmove(bytes, bytes + sizeof ipv4_mapped, 4);
    }
    for (size_t i = 0; i < countof(reserved); i++)
        if (in_range(&reserved[i], family, bytes))
            return &reserved[i];
    return NULL;
}

bool ca_address_reserved(str address)
{
    return range_of(address) != NULL;
}

bool ca_address_near(str address)
{
    const struct range *range = range_of(address);
    return range && range->kind != DOCUMENTATION;
}

bool ca_address_reached(str address, str named)
{
    const struct range *range = range_of(address);
    return range
        && (range->kind == LOOPBACK
            || (range->kind == PRIVATE && range == range_of(named)));
}

/* --- one identifier --- */

static void refuse(struct verdict_on *v, enum problem_type problem, str why)
{
    if (v->why.len == 0) {
        v->problem = problem;
        v->why = why;
    }
}

static str lower(struct arena *a, str s)
{
    str copy = str_copy(a, s);
    char *text = arena_alloc(a, 1, s.len + 1);
    for (size_t i = 0; i < copy.len; i++)
        text[i] = (char)(copy.ptr[i] >= 'A' && copy.ptr[i] <= 'Z' ? copy.ptr[i] | 0x20
                                                                  : copy.ptr[i]);
    return (str){ text, s.len };
}

static bool is_ldh(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

/* NULL, or what is wrong with the label (lower case). */
static const char *label_fault(const struct ca *ca, str label)
{
    if (label.len == 0)
        return "has an empty label";
    if (label.len > MOST_LABEL)
        return "has a label of more than 63 octets";
    if (label.ptr[0] == '-' || label.ptr[label.len - 1] == '-')
        return "has a label that begins or ends with a hyphen";
    for (size_t i = 0; i < label.len; i++)
        if (!is_ldh(label.ptr[i]))
            return "has a character that is no letter, digit or hyphen";
    /* RFC 8555 7.1.4: "the server MUST verify ... that labels that begin with the
     * ASCII characters "xn--" are properly encoded". */
    if (str_starts(label, "xn--"))
        return punycode_good(str_from(label, 4)) || bug_on(ca, BUG_XN_UNCHECKED)
            ? NULL
            : "has an xn-- label that is not properly encoded";
    if (label.len >= 4 && label.ptr[2] == '-' && label.ptr[3] == '-')
        return "has a label with hyphens in third and fourth place";
    return NULL;
}

static bool all_digits(str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < '0' || s.ptr[i] > '9')
            return false;
    return s.len > 0;
}

static const char *name_fault(const struct ca *ca, str name, str *last)
{
    str rest = name, label = STR_NONE;
    size_t labels = 0;
    if (name.len == 0 || name.len > MOST_NAME)
        return name.len ? "is longer than 253 octets" : "is empty";
    for (; str_cut(&rest, '.', &label); labels++) {
        const char *fault = label_fault(ca, label);
        if (fault)
            return fault;
        *last = label;
    }
    if (name.ptr[name.len - 1] == '.')
        return "ends with a dot";
    if (labels < 2)
        return "has only one label";
    return all_digits(*last) && !bug_on(ca, BUG_ADDRESS_AS_NAME)
        ? "ends with a number, as addresses do and names do not"
        : NULL;
}

/* RFC 2606, RFC 6761; example.com and its like as well. */
static bool is_reserved_name(str name, str last)
{
    static const char *const tops[] = { "test", "example", "invalid", "localhost" };
    static const char *const names[] = { "example.com", "example.net", "example.org" };
    for (size_t i = 0; i < countof(tops); i++)
        if (str_is(last, tops[i]))
            return true;
    for (size_t i = 0; i < countof(names); i++) {
        size_t len = strlen(names[i]);
        if (str_ends(name, names[i])
            && (name.len == len || name.ptr[name.len - len - 1] == '.'))
            return true;
    }
    return false;
}

static bool is_at_or_below(str name, str above)
{
    return str_eq(name, above)
        || (name.len > above.len && str_ends(name, str_of(above.ptr).ptr)
            && name.ptr[name.len - above.len - 1] == '.');
}

static bool is_blocked(const struct ca *ca, str name, bool wildcard)
{
    const struct strs *blocked = &ca->options.blocked;
    if (wildcard && bug_on(ca, BUG_BLOCK_LIST_WILDCARD))
        return false;
    for (size_t i = 0; i < blocked->count; i++)
        if (is_at_or_below(name, blocked->item[i]))
            return true;
    return false;
}

static void judge_name(struct ca_call *call, struct verdict_on *v)
{
    const struct ca *ca = call->ca;
    str name = lower(call->arena, v->value), last = STR_NONE;
    v->identifier.value = name;
    v->wildcard = str_starts(name, "*.");
    /* RFC 8555 7.1.3: "a single asterisk character followed by a single full stop
     * character" in front of a domain name. */
    str base = v->wildcard ? str_from(name, 2) : name;
    const char *fault =
        bug_on(ca, BUG_NAME_UNCHECKED) && base.len ? NULL : name_fault(ca, base, &last);
    if (fault)
        refuse(v, PROBLEM_MALFORMED,
               arena_printf(call->arena, "the name \"%.*s\" %s",
                            STR_ARG(str_upto(v->value, 300)), fault));
    else if (is_blocked(ca, base, v->wildcard)
             || (!ca->options.any_name && !is_reserved_name(base, last)
                 && !bug_on(ca, BUG_NAME_UNCHECKED)
                 && !(all_digits(last) && bug_on(ca, BUG_ADDRESS_AS_NAME))))
        refuse(v, PROBLEM_REJECTED_IDENTIFIER,
               arena_printf(call->arena, "this CA does not sign for \"%.*s\"",
                            STR_ARG(v->value)));
}

static void judge_address(struct ca_call *call, struct verdict_on *v)
{
    str canonical;
    v->identifier.ip = true;
    if (bug_on(call->ca, BUG_ADDRESS_LOOSE))
        return;
    if (!ca_address_read(call->arena, v->value, &canonical))
        refuse(v, PROBLEM_MALFORMED,
               arena_printf(call->arena, "\"%.*s\" is no IP address in its textual form",
                            STR_ARG(str_upto(v->value, 100))));
    else if (!str_eq(canonical, v->value) && !bug_on(call->ca, BUG_ADDRESS_FORM_KEPT))
        refuse(v, PROBLEM_MALFORMED,
               arena_printf(call->arena,
                            "the canonical form of this address (RFC 8738 3) is \"%.*s\"",
                            STR_ARG(canonical)));
    else if (!ca_address_reserved(canonical))
        refuse(v, PROBLEM_REJECTED_IDENTIFIER,
               arena_printf(call->arena, "this CA does not sign for \"%.*s\"",
                            STR_ARG(v->value)));
}

struct verdict_on ca_identify(struct ca_call *call, json_t *value)
{
    struct verdict_on v = { .problem = PROBLEM_MALFORMED,
                            .why = STR_NONE,
                            .type = json_member(value, "type"),
                            .value = json_member(value, "value") };
    v.identifier.value = v.value;
    bool typed = json_is_string(json_object_get(value, "type"));
    if (!typed && bug_on(call->ca, BUG_TYPE_DEFAULTS_TO_DNS))
        v.type = STR("dns");
    else if (!typed)
        refuse(&v, PROBLEM_MALFORMED, STR("an identifier has a string \"type\""));
    if (!json_is_string(json_object_get(value, "value")))
        refuse(&v, PROBLEM_MALFORMED, STR("an identifier has a string \"value\""));
    bool any_type = bug_on(call->ca, BUG_TYPE_UNCHECKED);
    if (v.why.len == 0 && (str_is(v.type, "dns") || (any_type && !str_is(v.type, "ip"))))
        judge_name(call, &v);
    else if (v.why.len == 0 && str_is(v.type, "ip"))
        judge_address(call, &v);
    else
        refuse(&v, PROBLEM_UNSUPPORTED_IDENTIFIER,
               arena_printf(
                   call->arena,
                   "identifiers of type \"%.*s\" are not supported, only dns and ip",
                   STR_ARG(str_upto(v.type, 40))));
    return v;
}
