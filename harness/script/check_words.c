/* SPDX-License-Identifier: MIT */
/* Which words a check may be made of. */
#include "script/check_words.h"

#include <ctype.h>

#include "acme/words.h"
#include "crypto/b64url.h"
#include "crypto/key.h"
#include "crypto/suites.h"
#include "json/json.h"
#include "script/adapter.h"
#include "script/check.h"

bool status_word(str word)
{
    if (word.len != 3 || word.ptr[0] < '1' || word.ptr[0] > '5')
        return false;
    return str_ends(word, "xx")
        || (isdigit((unsigned char)word.ptr[1]) && isdigit((unsigned char)word.ptr[2]));
}

bool problem_word_fits(str word)
{
    return name_find(problem_names, PROBLEM_COUNT, word) >= 0
        || str_contains(word, STR(":")) || str_contains(word, STR("${"));
}

/* --- values --- */

static bool method_word(str word)
{
    for (size_t i = 0; i < word.len; i++)
        if (!isupper((unsigned char)word.ptr[i]))
            return false;
    return word.len > 0;
}

/* The thumbprint of a key: SHA-256 in base64url. */
static bool thumbprint_word(str word)
{
    enum { LENGTH = 43 };
    return word.len == LENGTH && b64url_letters(word);
}

static bool refused_word(str word)
{
    return str_is(word, "refused");
}

/* clang-format off */
static const struct {
    enum subject subject;
    const char *arg; /* NULL: it has none */
    struct vocabulary words;
} vocabularies[] = {
    { SUBJECT_STATUS, NULL, { "no status: write 100 to 599, or a class such as 4xx", NULL, 0, status_word } },
    { SUBJECT_TYPE, NULL, { "no error type of the registry, and no URI", problem_names, PROBLEM_COUNT, problem_word_fits } },
    { SUBJECT_METHOD, NULL, { "no method of HTTP", NULL, 0, method_word } },
    { SUBJECT_RESOURCE, NULL, { "no resource", resource_names, RESOURCE_COUNT, NULL } },
    { SUBJECT_OBJECT, NULL, { "no object of ACME", object_names, OBJECT_COUNT, NULL } },
    { SUBJECT_HANDSHAKE, NULL, { "no version of TLS, and not \"refused\"", tls_version_names, TLS_VERSION_COUNT, refused_word } },
    { SUBJECT_OPERATION, NULL, { "nothing that a client is told to do", operation_names, OPERATION_COUNT, NULL } },
    { SUBJECT_CLIENT, NULL, { "no outcome", outcome_words, OUTCOME_COUNT, NULL } },
    { SUBJECT_CSR, "key", { "no type of key", key_type_names, KEY_TYPE_COUNT, NULL } },
    { SUBJECT_CERTIFICATE, "key", { "no thumbprint of a key: write ${k.thumbprint}", NULL, 0, thumbprint_word } },
    { SUBJECT_STORED, "key", { "no thumbprint of a key: write ${k.thumbprint}", NULL, 0, thumbprint_word } },
};
/* clang-format on */

const struct vocabulary *vocabulary_of(enum subject subject, str arg)
{
    for (size_t i = 0; i < countof(vocabularies); i++)
        if (vocabularies[i].subject == subject
            && (!vocabularies[i].arg || str_is(arg, vocabularies[i].arg)))
            return &vocabularies[i].words;
    return NULL;
}

bool vocabulary_has(const struct vocabulary *v, str word)
{
    return name_find(v->names, v->count, word) >= 0 || (v->fits && v->fits(word))
        || str_contains(word, STR("${"));
}

/* --- what follows a subject --- */

static bool pointer_word(str word)
{
    return json_is_pointer(word) || str_contains(word, STR("${"));
}

static bool any_word(str word)
{
    return str_is(word, "any");
}

static const char *const record_types[] = {
    "A", "AAAA", "TXT", "CNAME", "CAA", "MX", "NS"
};

/* Words in capitals that stand for others; those that are not here stand for any. */
static const struct stand_in {
    const char *name;
    const char *const *names;
    size_t count;
    bool (*fits)(str word);
} stand_ins[] = {
    { "STATUS", NULL, 0, status_word },
    { "POINTER", NULL, 0, pointer_word },
    { "RESOURCE", resource_names, RESOURCE_COUNT, any_word },
    { "CHALLENGE", challenge_names, CHALLENGE_COUNT, NULL },
    { "DNSTYPE", record_types, countof(record_types), NULL },
};

static const struct stand_in *stand_in_of(str item)
{
    for (size_t i = 0; i < countof(stand_ins); i++)
        if (str_is(item, stand_ins[i].name))
            return &stand_ins[i];
    return NULL;
}

/* "extension-OID" is for extension-1.3.6.1.5.5.7.1.1. */
static bool begins_as(str item, str word)
{
    str head = str_upto(item, item.len - 3);
    return str_ends(item, "-OID") && str_upto(word, head.len).len < word.len
        && str_eq(str_upto(word, head.len), head);
}

static bool alternative_fits(str item, str word)
{
    const struct stand_in *s = stand_in_of(item);
    if (s)
        return name_find(s->names, s->count, word) >= 0 || (s->fits && s->fits(word));
    return isupper((unsigned char)item.ptr[0]) || str_eq(item, word)
        || begins_as(item, word);
}

/* Its alternatives: "http|dns|tls|close". */
static str alternatives(const struct subject_row *row, size_t n)
{
    str args = str_of(row->args), item = STR_NONE;
    for (size_t i = 0; i <= n; i++)
        str_cut(&args, ' ', &item);
    return str_starts(item, "[") ? (str){ item.ptr + 1, item.len - 2 } : item;
}

bool arg_fits(const struct subject_row *row, size_t n, str word)
{
    str all = alternatives(row, n), one;
    while (str_cut(&all, '|', &one))
        if (alternative_fits(one, word))
            return true;
    return str_contains(word, STR("${"));
}

str arg_near(struct arena *a, const struct subject_row *row, size_t n, str word)
{
    enum { MOST_NAMES = 64 };
    const char *names[MOST_NAMES];
    size_t count = 0;
    str all = alternatives(row, n), one;
    while (str_cut(&all, '|', &one)) {
        const struct stand_in *s = stand_in_of(one);
        for (size_t i = 0; s && i < s->count && count < MOST_NAMES; i++)
            names[count++] = s->names[i];
        if (!s && count < MOST_NAMES)
            names[count++] = str_z(a, one);
    }
    return name_did_you_mean(a, names, count, word);
}
