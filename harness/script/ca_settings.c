/* SPDX-License-Identifier: MIT */
/* The table of settings, and how each is read. */
#include "script/ca_settings.h"

/* clang-format off */
const struct setting_row ca_settings[CA_SETTINGS] = {
    [CA_NO_TERMS] = { "no-terms", SETTING_FLAG, "no terms of service to agree to" },
    [CA_NO_REUSE] = { "no-reuse", SETTING_FLAG, "a new order never shows an authorization that is valid already" },
    [CA_NO_NEW_AUTHZ] = { "no-newAuthz", SETTING_FLAG, "no pre-authorization" },
    [CA_NO_PROFILES] = { "no-profiles", SETTING_FLAG, "no certificate profiles" },
    [CA_NO_RENEWAL] = { "no-renewalInfo", SETTING_FLAG, "no renewal information (RFC 9773)" },
    [CA_NO_ALTERNATE] = { "no-alternate", SETTING_FLAG, "no alternate chain" },
    [CA_PEM_ONLY] = { "pem-only", SETTING_FLAG, "certificates come as a chain in PEM, whatever Accept says" },
    [CA_NO_HTTP] = { "no-http-01", SETTING_FLAG, "does not offer http-01" },
    [CA_NO_DNS] = { "no-dns-01", SETTING_FLAG, "does not offer dns-01" },
    [CA_NO_ALPN] = { "no-tls-alpn-01", SETTING_FLAG, "does not offer tls-alpn-01" },
    [CA_EAB_REQUIRED] = { "eab-required", SETTING_FLAG, "new accounts need an external account binding" },
    [CA_ALWAYS_VALID] = { "always-valid", SETTING_FLAG, "a response to a challenge is enough: nothing is asked" },
    [CA_OTHER_CHALLENGES] = { "other-challenges", SETTING_FLAG, "offers challenges of types that nobody knows, too, before and behind the others" },
    [CA_BARE_CHALLENGES] = { "bare-challenges", SETTING_FLAG, "the same, of types that have no token" },
    [CA_CHALLENGES_REVERSED] = { "challenges-reversed", SETTING_FLAG, "lists tls-alpn-01 first and http-01 last" },
    [CA_BARE_DIRECTORY] = { "bare-directory", SETTING_FLAG, "its directory is at the host itself: the URL has no path" },
    [CA_HIGH_SERIALS] = { "high-serials", SETTING_FLAG, "serial numbers begin with a bit that is set, so that DER has a zero octet in front" },
    [CA_STRAYS] = { "strays", SETTING_FLAG, "before each query it asks for tokens and names that were never offered; what came of it stands with the proofs" },
    [CA_FORGETS_DEACTIVATED] = { "forgets-deactivated", SETTING_FLAG, "says of a deactivated account that there is none, to whoever looks for it" },
    [CA_UNREADABLE_ACCOUNTS] = { "unreadable-accounts", SETTING_FLAG, "answers 405 to whoever reads an account; it can be looked for and changed" },
    [CA_NO_CHALLENGE_STATUS] = { "no-challenge-status", SETTING_FLAG, "does not say of pending challenges that they are pending" },
    [CA_CAPITAL_HOST] = { "capital-host", SETTING_FLAG, "writes the Host of its http-01 queries in capital letters" },
    [CA_FORGETS_REPLACED] = { "forgets-replaced", SETTING_FLAG, "has no renewal information of a certificate that was replaced" },
    [CA_FORGETS_EXPIRED] = { "forgets-expired", SETTING_FLAG, "has no renewal information of a certificate that is over" },
    [CA_TLS_UNTRUSTED] = { "tls-untrusted", SETTING_FLAG, "its own TLS certificate is of nobody that the client trusts" },
    [CA_TLS_OTHER_NAME] = { "tls-other-name", SETTING_FLAG, "its own TLS certificate is for another host" },
    [CA_TLS_EXPIRED] = { "tls-expired", SETTING_FLAG, "its own TLS certificate is over" },
    [CA_ATTEMPTS] = { "attempts", SETTING_COUNT, "so many queries before a validation fails (1)" },
    [CA_RETRY] = { "retry", SETTING_DEADLINE, "the time between them" },
    [CA_BLIND] = { "blind", SETTING_NUMBER, "so many queries of each challenge fail, whatever the client did; with attempts" },
    [CA_VALIDATE_AFTER] = { "validate-after", SETTING_MS, "the time from the response to a challenge to the first query" },
    [CA_DECIDE_AFTER] = { "decide-after", SETTING_MS, "the time from a query to what comes of it, as a CA needs it that asks from several places" },
    [CA_PROCESSING] = { "processing", SETTING_MS, "orders stay processing so long" },
    [CA_ORDER_LIFETIME] = { "order-lifetime", SETTING_S, "orders expire after so long" },
    [CA_AUTHZ_LIFETIME] = { "authz-lifetime", SETTING_S, "valid authorizations expire after so long" },
    [CA_CERTIFICATE_LIFETIME] = { "certificate-lifetime", SETTING_S, "certificates expire after so long" },
    [CA_PAGE] = { "page", SETTING_COUNT, "orders in a page of an account's list" },
    [CA_PERMUTE] = { "permute", SETTING_NUMBER, "answers look otherwise each time, within the RFC; repeatable by the number" },
    [CA_BLOCKED] = { "blocked", SETTING_NAMES, "names that it does not sign for, with what is below them" },
    [CA_TOKEN] = { "token", SETTING_NAMES, "what every token begins with, and ends with" },
    [CA_LIMIT] = { "limit", SETTING_LIMIT, "RESOURCE NUMBER DURATION: so many requests in that time; the RESOURCE is newAccount, newOrder, newAuthz or challenge" },
    [CA_BUG] = { "bug", SETTING_NAMES, "makes these mistakes (`acmespec mock --bugs`); in a script of the mock alone, not in a scenario" },
};
/* clang-format on */

static int setting_find(str name)
{
    for (int i = 0; i < CA_SETTINGS; i++)
        if (str_is(name, ca_settings[i].name))
            return i;
    return -1;
}

static bool read_span(str word, long unit, long *out)
{
    long ms;
    if (!str_to_ms(word, &ms))
        return false;
    *out = ms / unit;
    return true;
}

static bool read_limit(const struct line *line, struct setting *out)
{
    str name = line_arg_n(line, "VALUE", 0);
    int resource = name_find(resource_names, RESOURCE_COUNT, name);
    bool limited = resource == RESOURCE_NEW_ACCOUNT || resource == RESOURCE_NEW_ORDER
        || resource == RESOURCE_NEW_AUTHZ || resource == RESOURCE_CHALLENGE;
    out->resource = limited ? (enum resource)resource : RESOURCE_NEW_ORDER;
    return limited && line_args(line, "VALUE") == 3
        && str_to_long(line_arg_n(line, "VALUE", 1), 1000000, &out->number)
        && read_span(line_arg_n(line, "VALUE", 2), 1000, &out->seconds);
}

/* What is told to stand behind a setting, by its kind. */
static const char *const wanted[SETTING_KINDS] = {
    [SETTING_FLAG] = "nothing",
    [SETTING_NUMBER] = "a number",
    [SETTING_COUNT] = "a number from 1",
    [SETTING_MS] = "a time span such as 3s",
    [SETTING_DEADLINE] = "a time span of 1ms at least",
    [SETTING_S] = "a time span of 1s at least",
    [SETTING_NAMES] = "names",
    [SETTING_LIMIT] = "RESOURCE NUMBER DURATION",
};

static bool read_value(struct arena *a, const struct line *line, struct setting *out)
{
    size_t count = line_args(line, "VALUE");
    str first = count ? line_arg_n(line, "VALUE", 0) : STR_NONE;
    enum setting_kind kind = ca_settings[out->id].kind;
    switch (kind) {
    case SETTING_FLAG:
        return count == 0;
    case SETTING_NUMBER:
    case SETTING_COUNT:
        return count == 1 && str_to_long(first, 1000000000, &out->number)
            && (out->number > 0 || kind == SETTING_NUMBER);
    case SETTING_MS:
    case SETTING_DEADLINE:
        return count == 1 && read_span(first, 1, &out->number)
            && (out->number > 0 || kind == SETTING_MS);
    case SETTING_S:
        return count == 1 && read_span(first, 1000, &out->number) && out->number > 0;
    case SETTING_NAMES:
        line_args_add(a, line, "VALUE", &out->names);
        return count > 0;
    case SETTING_LIMIT:
        return read_limit(line, out);
    case SETTING_KINDS:
        break;
    }
    return false;
}

bool setting_read(struct arena *a, const struct line *line, struct setting *out,
                  struct mistakes *m)
{
    const char *names[CA_SETTINGS];
    str name = line_arg(line, "SETTING");
    int id = setting_find(name);
    for (int i = 0; i < CA_SETTINGS; i++)
        names[i] = ca_settings[i].name;
    if (id < 0) {
        str near = name_did_you_mean(a, names, CA_SETTINGS, name);
        return mistake(m, line_arg_place(line, "SETTING", 0),
                       "\"%.*s\" is no setting of the CA%.*s", STR_ARG(name),
                       STR_ARG(near));
    }
    *out = (struct setting){ .line = line, .id = (enum setting_id)id };
    return read_value(a, line, out)
        || mistake(m, line_arg_place(line, "VALUE", 0), "`ca %s` is followed by %s",
                   names[id], wanted[ca_settings[id].kind]);
}
