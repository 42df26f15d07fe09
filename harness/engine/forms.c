/* SPDX-License-Identifier: MIT */
/* The forms that `matches` knows by name, one row each, and regular expressions. */
#include <ctype.h>
#include <regex.h>

#include "acme/problem.h"
#include "base/clock.h"
#include "crypto/b64url.h"
#include "engine/judge.h"

/* A form looks at text, or (identifier, problem, json) at the value itself. */
struct subject_of_form {
    struct arena *arena;
    str text;
    json_t *value;
};

static bool all_chars(str s, int (*fits)(int c), const char *others)
{
    for (size_t i = 0; i < s.len; i++)
        if (!fits((unsigned char)s.ptr[i]) && (!s.ptr[i] || !strchr(others, s.ptr[i])))
            return false;
    return s.len > 0;
}

static bool is_base64url(const struct subject_of_form *f)
{
    return all_chars(f->text, isalnum, "-_");
}

/* RFC 8555 8: at least 128 bits of entropy, so at least 22 characters. */
static bool is_token(const struct subject_of_form *f)
{
    return is_base64url(f) && f->text.len >= 22;
}

static bool is_absolute_url(const struct subject_of_form *f)
{
    struct url url;
    return url_parse(f->arena, f->text, &url) && url.host.len > 0;
}

static bool is_https_url(const struct subject_of_form *f)
{
    struct url url;
    return url_parse(f->arena, f->text, &url) && str_eq_nocase(url.scheme, STR("https"))
        && url.host.len > 0;
}

/* RFC 3986 3: what follows the scheme may be empty. */
static bool is_uri(const struct subject_of_form *f)
{
    str rest = f->text, scheme;
    if (!str_contains(rest, STR(":")) || !str_cut(&rest, ':', &scheme) || !scheme.len)
        return false;
    return isalpha((unsigned char)scheme.ptr[0]) && all_chars(scheme, isalnum, "+-.");
}

static bool is_date(const struct subject_of_form *f)
{
    time_t when;
    return date_from_rfc3339(f->text, &when);
}

static bool is_http_date(const struct subject_of_form *f)
{
    time_t when;
    return date_from_http(f->text, &when);
}

static bool is_retry_after(const struct subject_of_form *f)
{
    long seconds;
    return retry_after_seconds(f->text, clock_wall(), &seconds);
}

static bool is_number(const struct subject_of_form *f)
{
    return all_chars(f->text, isdigit, "");
}

static bool is_mailto(const struct subject_of_form *f)
{
    return f->text.len > 7 && str_eq_nocase(str_upto(f->text, 7), STR("mailto:"));
}

static bool is_registered_error(const struct subject_of_form *f)
{
    return problem_type_registered(f->text);
}

static bool is_lower_case(const struct subject_of_form *f)
{
    for (size_t i = 0; i < f->text.len; i++)
        if (isupper((unsigned char)f->text.ptr[i]))
            return false;
    return true;
}

/* RFC 8659 4.2: labels of letters, digits and inner hyphens, joined by dots. */
static bool is_caa_domain(const struct subject_of_form *f)
{
    str rest = f->text, label;
    while (str_cut(&rest, '.', &label))
        if (!all_chars(label, isalnum, "-") || label.ptr[0] == '-'
            || str_ends(label, "-"))
            return false;
    return f->text.len > 0;
}

static bool media_is(const struct subject_of_form *f, const char *type)
{
    return str_is(media_type(f->arena, f->text), type);
}

static bool is_problem_json(const struct subject_of_form *f)
{
    return media_is(f, "application/problem+json");
}

static bool is_pem_chain(const struct subject_of_form *f)
{
    return media_is(f, "application/pem-certificate-chain");
}

static bool is_json(const struct subject_of_form *f)
{
    struct err ignored;
    return !json_is_string(f->value) || json_read(f->arena, f->text, &ignored);
}

static bool is_order_status(const struct subject_of_form *f)
{
    return status_known(OBJECT_ORDER, f->text);
}

static bool is_authorization_status(const struct subject_of_form *f)
{
    return status_known(OBJECT_AUTHORIZATION, f->text);
}

static bool is_challenge_status(const struct subject_of_form *f)
{
    return status_known(OBJECT_CHALLENGE, f->text);
}

static bool is_account_status(const struct subject_of_form *f)
{
    return status_known(OBJECT_ACCOUNT, f->text);
}

/* RFC 7807 3.1: the standard members, where present, have their types. */
static bool is_problem(const struct subject_of_form *f)
{
    static const char *const texts[] = { "type", "title", "detail", "instance" };
    if (!json_is_object(f->value))
        return false;
    for (size_t i = 0; i < countof(texts); i++) {
        json_t *member = json_object_get(f->value, texts[i]);
        if (member && !json_is_string(member))
            return false;
    }
    json_t *status = json_object_get(f->value, "status");
    return !status || json_is_number(status);
}

static bool is_identifier(const struct subject_of_form *f)
{
    return json_is_string(json_object_get(f->value, "type"))
        && json_is_string(json_object_get(f->value, "value"));
}

static const struct {
    const char *name;
    bool (*fits)(const struct subject_of_form *f);
} form_functions[] = {
    { "base64url", is_base64url },
    { "token", is_token },
    { "absolute-url", is_absolute_url },
    { "https-url", is_https_url },
    { "uri", is_uri },
    { "date", is_date },
    { "http-date", is_http_date },
    { "retry-after", is_retry_after },
    { "number", is_number },
    { "mailto", is_mailto },
    { "registered-error", is_registered_error },
    { "lower-case", is_lower_case },
    { "caa-domain", is_caa_domain },
    { "problem-json", is_problem_json },
    { "pem-chain", is_pem_chain },
    { "json", is_json },
    { "order-status", is_order_status },
    { "authorization-status", is_authorization_status },
    { "challenge-status", is_challenge_status },
    { "account-status", is_account_status },
    { "problem", is_problem },
    { "identifier", is_identifier },
};

static bool regex_fits(struct arena *a, str form, str text)
{
    regex_t regex;
    char *pattern = str_z(a, (str){ form.ptr + 1, form.len - 2 });
    if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0)
        return false;
    bool fits = regexec(&regex, str_z(a, text), 0, NULL, 0) == 0;
    regfree(&regex);
    return fits;
}

bool form_fits(struct world *w, str form, json_t *value)
{
    struct subject_of_form f = { w->arena, json_str(value), value };
    if (json_is_integer(value))
        f.text = json_text(w->arena, value);
    if (form.len > 1 && form.ptr[0] == '/' && str_ends(form, "/"))
        return regex_fits(w->arena, form, f.text);
    for (size_t i = 0; i < countof(form_functions); i++)
        if (str_is(form, form_functions[i].name))
            return form_functions[i].fits(&f);
    return false;
}
