/* SPDX-License-Identifier: MIT */
/* Problem documents (RFC 7807, RFC 8555 6.7).  What is read here is only looked at: a
 * document that says less than it could is still well formed. */
#include "acme/problem.h"

#include "acme/show.h"

static const char media[] = "application/problem+json";

str problem_word_of(json_t *problem)
{
    str type = json_member(problem, "type");
    if (str_starts(type, PROBLEM_URN))
        return str_from(type, strlen(PROBLEM_URN));
    /* "malformed" alone is another URI (RFC 3986 4.2), and none of ACME's types. */
    int bare = name_find(problem_names, PROBLEM_COUNT, type);
    return bare < 0 ? type : STR("a label without " PROBLEM_URN);
}

/* A challenge has a "type" too, so it takes an error status or the media type to make an
 * object a problem. */
str problem_word(struct arena *a, const struct response *response)
{
    struct err err;
    bool is_error = response->status >= 400 || media_type_is(&response->headers, media);
    if (!is_error || response->body_cut)
        return STR_NONE;
    json_t *body = json_read(a, response->body, &err);
    return json_is_object(body) ? problem_word_of(body) : STR_NONE;
}

/* RFC 3986 2: the characters of a URI reference, the percent sign for all others. */
static bool is_uri_reference(str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] <= ' ' || s.ptr[i] > '~' || strchr("<>\"\\^`{|}", s.ptr[i]))
            return false;
    return true;
}

/* RFC 7807 3.1: the standard members, all of them optional. */
enum member_kind { MEMBER_TEXT, MEMBER_URI, MEMBER_NUMBER };

static const struct member {
    const char *name;
    enum member_kind kind;
} members[] = {
    { "type", MEMBER_URI },    { "title", MEMBER_TEXT },   { "status", MEMBER_NUMBER },
    { "detail", MEMBER_TEXT }, { "instance", MEMBER_URI },
};

static bool member_form(const json_t *problem, const struct member *member,
                        struct err *err)
{
    const json_t *value = json_object_get(problem, member->name);
    if (!value)
        return true;
    bool number = member->kind == MEMBER_NUMBER;
    if (number ? !json_is_number(value) : !json_is_string(value))
        return err_set(
            err, "\"%s\" of the problem document is %s %s, not a %s (RFC 7807 3.1)",
            member->name, json_is_array(value) || json_is_object(value) ? "an" : "a",
            json_type_name(value), number ? "number" : "string");
    if (member->kind == MEMBER_URI && !is_uri_reference(json_str(value)))
        return err_set(err, "\"%s\" of the problem document is no URI (RFC 7807 3.1)",
                       member->name);
    return true;
}

/* RFC 8555 6.7.1: an "identifier" field "MUST contain an ACME identifier". */
static bool identifier_form(const json_t *problem, struct err *err)
{
    const json_t *identifier = json_object_get(problem, "identifier");
    if (!identifier
        || (json_is_string(json_object_get(identifier, "type"))
            && json_is_string(json_object_get(identifier, "value"))))
        return true;
    return err_set(err,
                   "\"identifier\" of a subproblem is no ACME identifier with the "
                   "strings \"type\" and \"value\" (RFC 8555 6.7.1)");
}

static bool document_form(const json_t *problem, struct err *err);

static bool subproblems_form(const json_t *list, struct err *err)
{
    if (!json_is_array(list))
        return err_set(err, "\"subproblems\" is no array (RFC 8555 6.7.1)");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *problem = json_array_get(list, i);
        if (!json_is_object(problem))
            err_set(err, "it is no object (RFC 8555 6.7.1)");
        else if (identifier_form(problem, err) && document_form(problem, err))
            continue;
        return err_at(err, "subproblem %zu", i + 1);
    }
    return true;
}

/* What holds for a document and for each of its subproblems; json_read has limited how
 * deep they can be nested. */
static bool document_form(const json_t *problem, struct err *err)
{
    for (size_t i = 0; i < countof(members); i++)
        if (!member_form(problem, &members[i], err))
            return false;
    const json_t *list = json_object_get(problem, "subproblems");
    return !list || subproblems_form(list, err);
}

/* RFC 9457 3.1.2: who makes the document "MUST use the same status code" in it; it may
 * leave it out. */
static bool status_form(const json_t *problem, int status, struct err *err)
{
    const json_t *value = json_object_get(problem, "status");
    double said = json_number_value(value);
    if (!value || (said >= status && said <= status))
        return true;
    return err_set(err,
                   "\"status\" of the problem document is %g, the response's is %d (RFC "
                   "9457 3.1.2)",
                   said, status);
}

bool problem_form(struct arena *a, const struct response *response, struct err *err)
{
    if (!media_type_is(&response->headers, media)) {
        const str *type = headers_find(&response->headers, "Content-Type");
        str shown = type ? show_clean(a, str_upto(*type, 200)) : STR("missing");
        return err_set(err, "the media type is %.*s, not %s (RFC 7807 3)", STR_ARG(shown),
                       media);
    }
    if (response->body_cut)
        return err_set(err, "the problem document is longer than what was read of it");
    const json_t *problem = json_read(a, response->body, err);
    if (!problem)
        return err_at(err, "the problem document is not JSON");
    if (!json_is_object(problem))
        return err_set(err, "the problem document is no JSON object (RFC 7807 3)");
    /* RFC 8555 6.7.1: the field "MUST NOT be present at the top level". */
    if (json_object_get(problem, "identifier"))
        return err_set(err,
                       "\"identifier\" stands at the top level of the problem document "
                       "(RFC 8555 6.7.1)");
    return document_form(problem, err) && status_form(problem, response->status, err);
}

json_t *problem_new(struct arena *a, const char *word, int status, str detail)
{
    json_t *problem = json_keep(a, json_object());
    const char *urn = strchr(word, ':') ? "" : PROBLEM_URN;
    str type = arena_printf(a, "%s%s", urn, word);
    json_object_set(problem, "type", json_string_of(a, type));
    if (detail.len)
        json_object_set(problem, "detail", json_string_of(a, detail));
    if (status)
        json_object_set_new(problem, "status", json_integer(status));
    return problem;
}

/* RFC 8555 6.7: "The server MAY return errors whose "type" field is set to a URI other
 * than those defined above.  Servers MUST NOT use the ACME URN namespace for errors not
 * listed". A relative reference resolves to one outside that namespace. */
bool problem_type_registered(str type)
{
    if (!str_starts(type, PROBLEM_URN))
        return type.len > 0 && is_uri_reference(type);
    str word = str_from(type, strlen(PROBLEM_URN));
    return name_find(problem_names, PROBLEM_COUNT, word) >= 0;
}
