/* SPDX-License-Identifier: MIT */
/* CAA: whether DNS lets this CA issue (RFC 8659 3 and 4), for this account and by this
 * method (RFC 8657 3 and 4). */
#include "mocks/ca_validate.h"

enum { CRITICAL = 128, MOST_PROPERTIES = 64, MOST_PARAMETERS = 16 };

/* One property of the set that counts. */
struct property {
    int flags;
    str tag, value;
};
struct properties {
    struct property item[MOST_PROPERTIES];
    size_t count;
};

/* --- the value of issue and issuewild: RFC 8659 4.2 --- */

struct parameter {
    str tag, value;
};
struct issuer_value {
    str domain; /* empty: nobody may */
    struct parameter item[MOST_PARAMETERS];
    size_t count;
};

static bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* label = (ALPHA / DIGIT) *( *("-") (ALPHA / DIGIT)) */
static bool is_label(str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_letter_or_digit(s.ptr[i]) && s.ptr[i] != '-')
            return false;
    return s.len > 0 && s.ptr[0] != '-' && s.ptr[s.len - 1] != '-';
}

static bool is_domain(str s)
{
    str label;
    if (s.len && s.ptr[s.len - 1] == '.')
        return false;
    while (str_cut(&s, '.', &label))
        if (!is_label(label))
            return false;
    return true;
}

/* value = *(%x21-3A / %x3C-7E) */
static bool is_value(str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] < 0x21 || s.ptr[i] > 0x7e || s.ptr[i] == ';')
            return false;
    return true;
}

static bool read_parameter(str text, struct issuer_value *out)
{
    size_t equals = str_find_char(text, '=');
    str tag = str_trim(str_upto(text, equals));
    str value = str_trim(str_from(text, equals + 1));
    if (equals >= text.len || !is_label(tag) || !is_value(value)
        || out->count == MOST_PARAMETERS)
        return false;
    out->item[out->count++] = (struct parameter){ tag, value };
    return true;
}

/* RFC 8659 4.2: "MUST be treated the same as an empty issuer-domain-name" when it does
 * not fit the grammar; false then. */
static bool read_issuer(str text, struct issuer_value *out)
{
    size_t end = str_find_char(text, ';');
    str rest = str_from(text, end + 1), one;
    *out = (struct issuer_value){ .domain = str_trim(str_upto(text, end)) };
    if (!is_domain(out->domain))
        return false;
    if (str_trim(rest).len == 0)
        return true;
    while (str_cut(&rest, ';', &one))
        if (!read_parameter(one, out))
            return false;
    return true;
}

/* --- parameters: RFC 8657 --- */

static size_t count_of(const struct issuer_value *v, const char *tag, str *value)
{
    size_t count = 0;
    for (size_t i = 0; i < v->count; i++) {
        if (!str_eq_nocase(v->item[i].tag, str_of(tag)))
            continue;
        *value = v->item[i].value;
        count++;
    }
    return count;
}

/* RFC 8657 3: "the property with an "accounturi" parameter ... identifies the account";
 * two of them, or one that nobody knows, authorize nobody. */
static bool is_for_account(const struct query_for *q, const struct issuer_value *v)
{
    str uri = STR_NONE;
    size_t count = count_of(v, "accounturi", &uri);
    if (count == 0 || bug_on(q->ca, BUG_CAA_ACCOUNT_IGNORED))
        return true;
    if (count > 1)
        return bug_on(q->ca, BUG_CAA_TWO_ACCOUNTS) && str_eq(uri, q->account_url);
    return str_eq(uri, q->account_url);
}

/* RFC 8657 4: a list of labels with commas between; an empty one allows no method. */
static bool is_for_method(const struct query_for *q, const struct issuer_value *v)
{
    str list = STR_NONE, method;
    size_t count = count_of(v, "validationmethods", &list);
    str used = str_of(challenge_names[q->type]);
    if (count == 0 || bug_on(q->ca, BUG_CAA_METHOD_IGNORED))
        return true;
    if (bug_on(q->ca, BUG_CAA_METHOD_SUBSTRING))
        return str_contains(list, used);
    bool found = false;
    while (count == 1 && str_cut(&list, ',', &method)) {
        if (!is_label(method))
            return false;
        found = found || str_eq(method, used);
    }
    return found;
}

static bool authorizes(const struct query_for *q, str text)
{
    struct issuer_value v;
    if (!read_issuer(text, &v) || (v.count && bug_on(q->ca, BUG_CAA_PARAMETERS_REFUSED)))
        return false;
    bool ours = str_eq_nocase(v.domain, q->ca->options.caa_identity);
    return ours && is_for_account(q, &v) && is_for_method(q, &v);
}

/* --- the set as a whole: RFC 8659 4.1 to 4.3 --- */

static bool has_tag(const struct query_for *q, const struct property *p, const char *tag)
{
    if (bug_on(q->ca, BUG_CAA_TAG_CASE))
        return str_is(p->tag, tag);
    return str_eq_nocase(p->tag, str_of(tag));
}

static bool is_known(const struct query_for *q, const struct property *p)
{
    static const char *const known[] = { "issue",        "issuewild",    "iodef",
                                         "contactemail", "contactphone", "issuemail" };
    for (size_t i = 0; i < countof(known); i++)
        if (has_tag(q, p, known[i]))
            return true;
    return false;
}

static bool is_critical(const struct query_for *q, int flags)
{
    return bug_on(q->ca, BUG_CAA_ANY_FLAG) ? flags != 0 : (flags & CRITICAL) != 0;
}

static struct finding judge_tag(struct query_for *q, const struct properties *set,
                                const char *tag, str at)
{
    size_t seen = 0;
    for (size_t i = 0; i < set->count; i++) {
        if (!has_tag(q, &set->item[i], tag))
            continue;
        seen++;
        if (authorizes(q, set->item[i].value))
            return finding_good;
        if (bug_on(q->ca, BUG_CAA_FIRST_ONLY))
            break;
    }
    if (seen == 0)
        return finding_good;
    return finding_bad(q, PROBLEM_CAA,
                       "the CAA records of %.*s let %.*s not issue (RFC 8659 3)",
                       STR_ARG(at), STR_ARG(q->ca->options.caa_identity));
}

static size_t count_tag(const struct query_for *q, const struct properties *set,
                        const char *tag)
{
    size_t count = 0;
    for (size_t i = 0; i < set->count; i++)
        count += has_tag(q, &set->item[i], tag);
    return count;
}

static struct finding judge_set(struct query_for *q, const struct properties *set, str at)
{
    for (size_t i = 0; i < set->count; i++)
        if (is_critical(q, set->item[i].flags) && !is_known(q, &set->item[i])
            && !bug_on(q->ca, BUG_CAA_CRITICAL_IGNORED))
            return finding_bad(q, PROBLEM_CAA,
                               "a critical CAA property of %.*s is not known here "
                               "(RFC 8659 4.1)",
                               STR_ARG(at));
    /* RFC 8659 4.3: with issuewild, issue is ignored for wildcard names; and issuewild is
     * ignored for others. */
    bool wild = q->wildcard && count_tag(q, set, "issuewild") > 0;
    if (bug_on(q->ca, BUG_CAA_WILD_FOR_ALL))
        wild = count_tag(q, set, "issuewild") > 0;
    if (q->wildcard && !wild && bug_on(q->ca, BUG_CAA_WILD_NEEDS_WILD))
        return finding_good;
    if (bug_on(q->ca, BUG_CAA_WILD_IGNORED))
        wild = false;
    if (q->wildcard && bug_on(q->ca, BUG_CAA_WILD_NEEDS_ISSUE) && set->count
        && !count_tag(q, set, "issue") && !wild)
        return finding_bad(q, PROBLEM_CAA, "no CAA record of %.*s allows a wildcard",
                           STR_ARG(at));
    return judge_tag(q, set, wild ? "issuewild" : "issue", at);
}

/* --- finding the set: RFC 8659 3 --- */

static void read_set(const struct query_for *q, const struct resolution *found,
                     struct properties *set)
{
    set->count = 0;
    for (size_t i = 0; i < found->count && set->count < MOST_PROPERTIES; i++) {
        struct property *p = &set->item[set->count];
        set->count += dns_record_caa(&found->item[i], &p->flags, &p->tag, &p->value);
    }
    (void)q;
}

struct finding validate_caa(struct query_for *q)
{
    str name = q->identifier.value;
    struct resolution found;
    struct properties set;
    struct finding judged = finding_good;
    if (q->identifier.ip)
        return finding_good;
    /* "Climb": the name, then its parents, until there is a set; not the root. */
    for (; name.len; name = str_from(name, str_find_char(name, '.') + 1)) {
        struct finding finding = validate_lookup(q, name, DNS_CAA, &found);
        if (!finding_is_good(finding))
            return finding;
        read_set(q, &found, &set);
        if (set.count)
            judged = judge_set(q, &set, name);
        if (set.count && !bug_on(q->ca, BUG_CAA_FROM_TOP))
            return judged;
        if (bug_on(q->ca, BUG_CAA_NO_CLIMB))
            break;
    }
    return judged;
}
