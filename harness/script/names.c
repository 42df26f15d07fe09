/* SPDX-License-Identifier: MIT */
/* A scenario's names form a small table: name and kind.  A kind says which parts may
 * follow the dot. */
#include "script/names.h"

#include <ctype.h>

#include "acme/words.h"

/* clang-format off */
const struct name_help common_names[] = {
    { "domain", "a DNS name of this scenario alone; it resolves to ${address}" },
    { "domain2", "another one" },
    { "domain3", "another one" },
    { "other-domain", "another one, for what was not ordered" },
    { "zone", "the part that all names of this scenario end in: any LABEL.${zone} resolves" },
    { "address", "the scenario's IPv4 address, where it answers challenges" },
    { "directory", "the directory URL" },
    { "directory-host", "its host" },
    { "random", "32 random letters and digits, new at each use" },
    { "unknown-url", "a URL on the target's host that it never gave out" },
    { "http-port", "the port that the target uses for http-01" },
    { "tls-port", "the port that the target uses for tls-alpn-01" },
    { "eab.kid", "key identifier of the profile's first external account" },
    { "eab.key", "its MAC key, base64url" },
    { "eab2.kid", "key identifier of a second external account" },
    { "eab2.key", "its MAC key, base64url" },
    { "terms", "the terms of service URL of the directory" },
    { "profile", "a name of the profiles that the directory's meta lists" },
    { "profile2", "another one" },
    { "order-limit", "how many orders of an account the profile allows, by the widest limit" },
    { "refused-name", "a name that the CA signs for nobody, by the profile" },
    { "unfit-profile", "a certificate profile that is not for every identifier, by the profile" },
    { "unfit-type", "type of an identifier that it is not for" },
    { "unfit-value", "value of that identifier" },
    { "right", "inside `provision`: the value that would be right" },
    { "swapped", "inside `provision`: the right value in the other letter case" },
    { "cut", "inside `provision`: the right value without its last character" },
    { "plain-http", "suite client: a URL without a path of a listener for plain HTTP" },
    { "url", "inside `on`: the URL that was asked" },
    { "nonce", "inside `on`: the nonce of the request" },
    { "now", "the date now, RFC 3339" },
    { "tomorrow", "in one day, RFC 3339" },
    { "next-week", "in seven days, RFC 3339" },
    { "yesterday", "one day ago, RFC 3339" },
    { "last-week", "seven days ago, RFC 3339" },
};
/* clang-format on */
const size_t common_name_count = countof(common_names);

enum kind {
    KIND_VALUE,
    KIND_KEY,
    KIND_ACCOUNT,
    KIND_ORDER,
    KIND_AUTHZ,
    KIND_CSR,
    KIND_CERTIFICATE,
    KIND_JWS,
    KIND_COUNT
};

/* What may follow the dot; "#" at the end stands for a number. */
static const char *const parts[KIND_COUNT][12] = {
    [KIND_VALUE] = { NULL },
    [KIND_KEY] = { "jwk", "thumbprint", "pem", "x", "y", NULL },
    [KIND_ACCOUNT] = { "url", "jwk", "thumbprint", "orders", "x", "y", NULL },
    [KIND_ORDER] = { "url", "finalize", "certificate", "authz#", "status", "expires",
                     "domain", NULL },
    [KIND_AUTHZ] = { "url", "status", "domain", "wildcard", NULL },
    [KIND_CSR] = { "pem", NULL },
    [KIND_CERTIFICATE] = { "url", "der", "pem", "serial", "ari", "forged", NULL },
    [KIND_JWS] = { NULL },
};
static const char *const challenge_parts[] = { "url", "token", "keyauth", "txt", "type" };

struct name {
    str text;
    enum kind kind;
};

struct table {
    struct arena *arena;
    const struct scenario *scenario;
    struct mistakes *mistakes;
    struct name *item;
    size_t count;
    bool in_provision, in_rule;
};

bool name_next(str *text, str *before, str *name)
{
    for (size_t i = 0; i + 1 < text->len; i++) {
        if (text->ptr[i] != '$' || text->ptr[i + 1] != '{')
            continue;
        if (i > 0 && text->ptr[i - 1] == '$')
            continue;
        size_t close = str_find_char(str_from(*text, i), '}');
        if (i + close >= text->len)
            break;
        *before = str_upto(*text, i);
        *name = (str){ text->ptr + i + 2, close - 2 };
        *text = str_from(*text, i + close + 1);
        return true;
    }
    *before = *text;
    *text = STR_NONE;
    return false;
}

static void define(struct table *t, str text, enum kind kind)
{
    t->item = GROW(t->arena, t->item, t->count, struct name);
    t->item[t->count++] = (struct name){ text, kind };
}

static const struct name *find(const struct table *t, str text)
{
    for (size_t i = t->count; i-- > 0;)
        if (str_eq(t->item[i].text, text))
            return &t->item[i];
    return NULL;
}

/* What only `provision` knows. */
static bool is_response(str text)
{
    return str_is(text, "right") || str_is(text, "swapped") || str_is(text, "cut");
}

/* What only `on` knows. */
static bool is_of_rule(str text)
{
    return str_is(text, "url") || str_is(text, "nonce");
}

static bool is_common(const struct table *t, str text)
{
    for (size_t i = 0; i < common_name_count; i++)
        if (str_is(text, common_names[i].name))
            return is_of_rule(text) ? t->in_rule : !is_response(text) || t->in_provision;
    return str_eq(text, t->scenario->variants.name) && text.len;
}

static bool part_fits(enum kind kind, str part)
{
    for (size_t i = 0; parts[kind][i]; i++) {
        str known = str_of(parts[kind][i]);
        long n;
        if (str_eq(part, known))
            return true;
        if (str_ends(known, "#") && str_starts(part, "authz")
            && str_to_long(str_from(part, known.len - 1), 100, &n) && n > 0)
            return true;
    }
    return false;
}

static bool is_challenge_part(str part)
{
    str type = STR_NONE;
    str_cut(&part, '.', &type);
    return name_find(challenge_names, CHALLENGE_COUNT, type) >= 0
        && name_find(challenge_parts, countof(challenge_parts), part) >= 0;
}

/* What stands behind the first dot: a part, a challenge's part, or a part of a part. */
static bool rest_fits(enum kind kind, str rest)
{
    str first, after = rest;
    if (kind == KIND_VALUE || kind == KIND_JWS)
        return false;
    if (str_starts(rest, "${"))
        return true;
    str_cut(&after, '.', &first);
    bool has_challenges = kind == KIND_ORDER || kind == KIND_AUTHZ;
    if (has_challenges && is_challenge_part(rest))
        return true;
    if (kind == KIND_ORDER && str_starts(first, "authz") && after.len)
        return part_fits(KIND_ORDER, first) && rest_fits(KIND_AUTHZ, after);
    if ((kind == KIND_AUTHZ || kind == KIND_CERTIFICATE) && str_is(first, "order"))
        return part_fits(KIND_ORDER, after);
    if (kind == KIND_CERTIFICATE && (str_is(first, "key") || str_is(first, "forger")))
        return after.len == 0 || part_fits(KIND_KEY, after);
    return after.len == 0 && part_fits(kind, first);
}

static void check_use(struct table *t, str name, struct place place)
{
    str base, rest = name;
    str_cut(&rest, '.', &base);
    const struct name *known = find(t, base);
    if (is_common(t, name) || (!known && strs_has(&t->mistakes->lost, base)))
        return;
    if (!known)
        mistake(t->mistakes, place, "${%.*s} is not defined here", STR_ARG(name));
    else if (rest.len && !rest_fits(known->kind, rest))
        mistake(t->mistakes, place, "${%.*s}: %.*s has no part \"%.*s\"", STR_ARG(name),
                STR_ARG(base), STR_ARG(rest));
    else if (!rest.len
             && (known->kind == KIND_KEY || known->kind == KIND_ACCOUNT
                 || known->kind == KIND_ORDER || known->kind == KIND_AUTHZ
                 || known->kind == KIND_CERTIFICATE))
        mistake(t->mistakes, place, "say which part of %.*s: ${%.*s.url} for example",
                STR_ARG(base), STR_ARG(base));
}

static void check_text(struct table *t, str text, struct place place)
{
    str before, name;
    while (name_next(&text, &before, &name))
        check_use(t, name, place);
    for (size_t open = str_find(before, STR("${")); open < before.len;) {
        if (open == 0 || before.ptr[open - 1] != '$') {
            mistake(t->mistakes, place, "a ${ is not closed by }; a plain one is $${");
            return;
        }
        before = str_from(before, open + 2);
        open = str_find(before, STR("${"));
    }
}

static void check_json(struct table *t, json_t *value, struct place place)
{
    const char *key;
    json_t *item;
    size_t index;
    str before, name;
    if (json_is_string(value))
        check_text(t, json_str(value), place);
    if (json_is_object(value))
        json_object_foreach(value, key, item)
        {
            if (name_next(&(str){ key, strlen(key) }, &before, &name))
                mistake(t->mistakes, place,
                        "no ${name} is replaced in the name of a JSON member");
            check_json(t, item, place);
        }
    if (json_is_array(value))
        json_array_foreach(value, index, item) check_json(t, item, place);
}

/* A word that must be the name of something given before. */
static void want(struct table *t, const struct line *line, const char *arg,
                 unsigned kinds)
{
    for (size_t i = 0; i < line_args(line, arg); i++) {
        str base, rest = line_arg_n(line, arg, i);
        str whole = rest;
        str_cut(&rest, '.', &base);
        const struct name *known = find(t, base);
        struct place place = line_arg_place(line, arg, i);
        if (!known && strs_has(&t->mistakes->lost, base))
            continue;
        if (!known)
            mistake(t->mistakes, place, "no %.*s is given before this line",
                    STR_ARG(whole));
        else if (!(kinds & (1u << known->kind)))
            mistake(t->mistakes, place, "%.*s is not of the kind that stands here",
                    STR_ARG(whole));
    }
}

enum {
    ACCOUNTS = 1u << KIND_ACCOUNT,
    KEYS = 1u << KIND_KEY | 1u << KIND_ACCOUNT | 1u << KIND_CERTIFICATE,
    AUTHZS = 1u << KIND_AUTHZ | 1u << KIND_ORDER,
    CSRS = 1u << KIND_CSR
};

static void check_words(struct table *t, const struct line *line)
{
    want(t, line, "ACCOUNT", ACCOUNTS);
    want(t, line, "KEY", KEYS);
    want(t, line, "AUTHZ", AUTHZS);
    want(t, line, "CSR", CSRS);
    if (str_is(line_arg(line, "EXTRA"), "csr"))
        want(t, line, "VALUE", CSRS);
    for (size_t i = 0; i < line->word_count; i++)
        check_text(t, line->word[i].text, line_word_place(line, i));
    if (line->json)
        check_json(t, line->json, line->json_place);
}

static void define_from(struct table *t, const struct line *line)
{
    static const struct {
        enum verb_id id;
        enum kind kind;
    } kinds[] = {
        { VERB_GIVEN_KEY, KIND_KEY },     { VERB_GIVEN_ACCOUNT, KIND_ACCOUNT },
        { VERB_GIVEN_ORDER, KIND_ORDER }, { VERB_GIVEN_AUTHZ, KIND_AUTHZ },
        { VERB_GIVEN_CSR, KIND_CSR },     { VERB_GIVEN_CERTIFICATE, KIND_CERTIFICATE },
        { VERB_GIVEN_JWS, KIND_JWS },     { VERB_SAVE, KIND_VALUE }
    };
    str name = line_arg(line, "NAME");
    for (size_t i = 0; i < countof(kinds); i++) {
        if (line->verb->id != kinds[i].id)
            continue;
        if (str_contains(name, STR(".")))
            mistake(t->mistakes, line_arg_place(line, "NAME", 0),
                    "a name of your own has no dot");
        if (is_common(t, name))
            mistake(t->mistakes, line_arg_place(line, "NAME", 0),
                    "${%.*s} is there already; take another name", STR_ARG(name));
        define(t, name, kinds[i].kind);
    }
}

/* `alive ACCOUNT` names an account without a placeholder. */
static void check_checks(struct table *t, const struct step *step)
{
    for (size_t i = 0; i < step->check_count; i++) {
        const struct check *c = &step->check[i];
        const struct name *known = c->arg_count ? find(t, c->arg[0]) : NULL;
        if (!known && c->arg_count && strs_has(&t->mistakes->lost, c->arg[0]))
            continue;
        if (c->subject == SUBJECT_ALIVE && (!known || known->kind != KIND_ACCOUNT))
            mistake(t->mistakes, c->arg_place,
                    "alive is followed by the name of a given account");
    }
}

static void check_step(struct table *t, const struct step *step)
{
    const struct line *line = step->line;
    t->in_provision = line->verb->id == VERB_PROVISION;
    check_words(t, line);
    for (size_t i = 0; i < line->clause_count; i++) {
        check_words(t, &line->clause[i]);
        define_from(t, &line->clause[i]);
    }
    check_checks(t, step);
    for (size_t i = 0; i < step->inner_count; i++)
        check_step(t, &step->inner[i]);
    define_from(t, line);
}

/* The values of `for each` may use any name of the scenario; that the name is there in
 * time shows when it is played. */
static void check_variants(struct table *t, const struct variants *variants)
{
    t->in_provision = true;
    for (size_t i = 0; i < variants->values.count; i++)
        check_text(t, variants->values.item[i], variants->place);
}

/* Rules are in force from the start, and use what is there then. */
static void check_rules(struct table *t, const struct rules_read *rules)
{
    t->in_rule = true;
    for (size_t i = 0; i < rules->count; i++)
        for (size_t k = 0; k < rules->row[i].line->clause_count; k++)
            check_words(t, &rules->row[i].line->clause[k]);
    t->in_rule = false;
}

void names_check(struct arena *a, const struct scenario *s, struct mistakes *m)
{
    struct table t = { .arena = a, .scenario = s, .mistakes = m };
    check_rules(&t, &s->rules_on);
    for (size_t i = 0; i < s->step_count; i++)
        check_step(&t, &s->step[i]);
    check_variants(&t, &s->variants);
}
