/* SPDX-License-Identifier: MIT */
/* Names and addresses: a table of checks for each, of their form (RFC 1123 2.1, RFC 5890,
 * RFC 8738 3) and of policy. */
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

/* --- names --- */

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
static const char *label_fault(str label)
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
    if (label.len >= 4 && label.ptr[2] == '-' && label.ptr[3] == '-'
        && !str_starts(label, "xn--"))
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

static const char *name_fault(str name)
{
    str rest = name, label = STR_NONE;
    size_t labels = 0;
    if (name.len > MOST_NAME)
        return "is longer than 253 octets";
    for (; str_cut(&rest, '.', &label); labels++) {
        const char *fault = label_fault(label);
        if (fault)
            return fault;
    }
    if (name.ptr[name.len - 1] == '.')
        return "ends with a dot";
    return labels < 2 ? "has only one label" : NULL;
}

static str last_label(str name)
{
    str rest = name, label = STR_NONE;
    while (str_cut(&rest, '.', &label))
        continue;
    return label;
}

/* RFC 2606, RFC 6761; example.com and its like as well. */
static bool is_reserved_name(str name)
{
    str last = last_label(name);
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
    if (name.len <= above.len)
        return str_eq_nocase(name, above);
    size_t from = name.len - above.len;
    return name.ptr[from - 1] == '.' && str_eq_nocase(str_from(name, from), above);
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

/* --- one identifier --- */

/* RFC 8555 7.1.3: "a single asterisk character followed by a single full stop character"
 * in front of a domain name. */
static str base_of(const struct ca_call *call)
{
    const struct verdict_on *v = call->verdict;
    return v->wildcard ? str_from(v->identifier.value, 2) : v->identifier.value;
}

static bool name_why(struct ca_call *call, const char *fault)
{
    return ca_why(call, "the name \"%.*s\" %s",
                  STR_ARG(str_upto(call->verdict->value, 300)), fault);
}

static bool policy_why(struct ca_call *call)
{
    return ca_why(call, "this CA does not sign for \"%.*s\"",
                  STR_ARG(call->verdict->value));
}

static bool is_some_name(struct ca_call *call)
{
    return base_of(call).len > 0 || name_why(call, "is empty");
}

static bool has_form_of_name(struct ca_call *call)
{
    const char *fault = name_fault(base_of(call));
    return !fault || name_why(call, fault);
}

/* "the server MUST verify ... that labels that begin with the ASCII characters "xn--" are
 * properly encoded". */
static bool is_well_encoded(struct ca_call *call)
{
    str rest = base_of(call), label;
    while (str_cut(&rest, '.', &label))
        if (str_starts(label, "xn--") && !punycode_good(str_from(label, 4)))
            return name_why(call, "has an xn-- label that is not properly encoded");
    return true;
}

static bool is_no_address(struct ca_call *call)
{
    return !all_digits(last_label(base_of(call)))
        || name_why(call, "ends with a number, as addresses do and names do not");
}

static bool is_not_blocked(struct ca_call *call)
{
    return !is_blocked(call->ca, base_of(call), call->verdict->wildcard)
        || policy_why(call);
}

/* What ends with a number is not for this row: name-number looks at it. */
static bool is_signed_for(struct ca_call *call)
{
    str base = base_of(call);
    return call->ca->options.any_name || is_reserved_name(base)
        || all_digits(last_label(base)) || policy_why(call);
}

static bool has_form_of_address(struct ca_call *call)
{
    str canonical;
    return ca_address_read(call->arena, call->verdict->value, &canonical)
        || ca_why(call, "\"%.*s\" is no IP address in its textual form",
                  STR_ARG(str_upto(call->verdict->value, 100)));
}

/* This row and the next have nothing to say to what is no address. */
static bool is_canonical(struct ca_call *call)
{
    str canonical;
    return !ca_address_read(call->arena, call->verdict->value, &canonical)
        || str_eq(canonical, call->verdict->value)
        || ca_why(call, "the canonical form of this address (RFC 8738 3) is \"%.*s\"",
                  STR_ARG(canonical));
}

static bool is_address_signed_for(struct ca_call *call)
{
    str canonical;
    return !ca_address_read(call->arena, call->verdict->value, &canonical)
        || ca_address_reserved(canonical) || policy_why(call);
}

static bool has_type(struct ca_call *call)
{
    return call->verdict->typed || ca_why(call, "an identifier has a string \"type\"");
}

static bool has_value(struct ca_call *call)
{
    return call->verdict->valued || ca_why(call, "an identifier has a string \"value\"");
}

static bool is_known_type(struct ca_call *call)
{
    str type = call->verdict->type;
    return str_is(type, "dns") || str_is(type, "ip")
        || ca_why(call, "identifiers of type \"%.*s\" are not supported, only dns and ip",
                  STR_ARG(str_upto(type, 40)));
}

/* clang-format off */
static const struct ca_check member_checks[] = {
    { "identifier-type",  "RFC 8555 7.4",   BUG_TYPE_DEFAULTS_TO_DNS, PROBLEM_MALFORMED, 400, has_type },
    { "identifier-value", "RFC 8555 7.4",   BUG_NONE,                 PROBLEM_MALFORMED, 400, has_value },
    { "identifier-known", "RFC 8555 9.7.7", BUG_TYPE_UNCHECKED,       PROBLEM_UNSUPPORTED_IDENTIFIER, 400, is_known_type },
};
static const struct ca_check name_checks[] = {
    { "name-some",    "RFC 8555 7.1.3", BUG_NONE,            PROBLEM_MALFORMED, 400, is_some_name },
    { "name-form",    "RFC 8555 7.1.4", BUG_NAME_UNCHECKED,  PROBLEM_MALFORMED, 400, has_form_of_name },
    { "name-encoded", "RFC 8555 7.1.4", BUG_XN_UNCHECKED,    PROBLEM_MALFORMED, 400, is_well_encoded },
    { "name-blocked", "RFC 8555 7.4",   BUG_NONE,            PROBLEM_REJECTED_IDENTIFIER, 403, is_not_blocked },
    { "name-policy",  "RFC 8555 7.4",   BUG_NONE,            PROBLEM_REJECTED_IDENTIFIER, 403, is_signed_for },
    { "name-number",  "RFC 8738 3",     BUG_ADDRESS_AS_NAME, PROBLEM_MALFORMED, 400, is_no_address },
};
static const struct ca_check address_checks[] = {
    { "address-form",      "RFC 8738 3",   BUG_ADDRESS_LOOSE,     PROBLEM_MALFORMED, 400, has_form_of_address },
    { "address-canonical", "RFC 8738 3",   BUG_ADDRESS_FORM_KEPT, PROBLEM_MALFORMED, 400, is_canonical },
    { "address-policy",    "RFC 8555 7.4", BUG_NONE,              PROBLEM_REJECTED_IDENTIFIER, 403, is_address_signed_for },
};
/* clang-format on */

static const struct ca_check *first_failed(struct ca_call *call, struct verdict_on *v)
{
    const struct ca_check *failed = FIRST_FAILED(call, member_checks);
    if (failed)
        return failed;
    v->identifier.ip = str_is(v->type, "ip");
    if (v->identifier.ip)
        return FIRST_FAILED(call, address_checks);
    v->identifier.value = lower(call->arena, v->value);
    v->wildcard = str_starts(v->identifier.value, "*.");
    return FIRST_FAILED(call, name_checks);
}

struct verdict_on ca_identify(struct ca_call *call, json_t *value)
{
    struct verdict_on v = { .why = STR_NONE,
                            .type = json_member(value, "type"),
                            .value = json_member(value, "value"),
                            .typed = json_is_string(json_object_get(value, "type")),
                            .valued = json_is_string(json_object_get(value, "value")) };
    v.identifier.value = v.value;
    if (!v.typed && bug_on(call->ca, BUG_TYPE_DEFAULTS_TO_DNS))
        v.type = STR("dns");
    call->verdict = &v;
    const struct ca_check *failed = first_failed(call, &v);
    call->verdict = NULL;
    if (failed) {
        v.problem = failed->problem;
        v.status = failed->status;
        v.why = call->why;
    }
    return v;
}
