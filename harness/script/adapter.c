/* SPDX-License-Identifier: MIT */
/* From the lines of an adapter to its value. */
#include "script/adapter.h"

#include "base/buf.h"
#include "script/verbs.h"

const char *const operation_names[OPERATION_COUNT] = {
    [OPERATION_OBTAIN] = "obtain",
    [OPERATION_RENEW] = "renew",
    [OPERATION_RENEW_WHEN_DUE] = "renew-when-due",
    [OPERATION_REVOKE] = "revoke",
    [OPERATION_REVOKE_BY_KEY] = "revoke-by-key",
    [OPERATION_ROLL_OVER] = "roll-over",
    [OPERATION_DEACTIVATE] = "deactivate",
    [OPERATION_UPDATE_CONTACT] = "update-contact",
};

/* clang-format off */
const struct variable_row adapter_variables[] = {
    { "directory", "the directory URL" },
    { "root", "a PEM file with the root that signed the directory's certificate" },
    { "work", "an empty folder for all that the client keeps; it is HOME, too" },
    { "home", "HOME of the one who started acmespec, where libraries may lie" },
    { "domain", "the first name to certify" },
    { "domains", "all of them, separated by spaces" },
    { "challenge", "http-01, dns-01 or tls-alpn-01" },
    { "http_port", "where the CA looks for http-01" },
    { "tls_port", "where the CA looks for tls-alpn-01" },
    { "dns_port", "of the DNS server, on 127.0.0.1" },
    { "webroot", "the document root of a web server on http_port, where `webroot` is said" },
    { "dns_add", "a program: $dns_add NAME TEXT adds a TXT record" },
    { "dns_remove", "a program: $dns_remove NAME [TEXT] takes it away" },
    { "email", "a contact address" },
    { "terms", "URL of the CA's newest terms of service, or empty" },
    { "agreed", "yes, or empty where the user does not agree to the CA's terms of service" },
    { "eab_kid", "key identifier of an external account, where the scenario has one" },
    { "eab_key", "its MAC key, base64url" },
    { "account_key", "a PEM file with the private key that a new account shall have, or empty" },
    { "csr", "a PEM file with the certificate request to send, or empty: the client makes its own" },
    { "profile", "a certificate profile to ask for, or empty" },
    { "chain", "common name of the root whose chain is wanted, or empty" },
    { "certificate", "the file that `certificate` names, in all lines but those that obtain" },
    { "key", "the file that `key` names, likewise" },
    { "acmespec", "this program" },
};
/* clang-format on */
const size_t adapter_variable_count = countof(adapter_variables);

/* Several clauses of one word are lines of one script. */
static void add_lines(struct arena *a, const struct line *clause, str *script)
{
    *script = script->len
        ? arena_printf(a, "%.*s\n%.*s", STR_ARG(*script), STR_ARG(clause->rest))
        : clause->rest;
}

static bool read_text(struct arena *a, const struct line *clause, struct adapter *out)
{
    const struct {
        const char *name;
        str *text;
    } texts[] = { { "about", &out->about },
                  { "install", &out->install },
                  { "version", &out->version },
                  { "always", &out->always },
                  { "certificate", &out->certificate },
                  { "key", &out->key } };
    str word = str_of(clause->verb->name);
    int operation = name_find(operation_names, OPERATION_COUNT, word);
    int challenge = name_find(challenge_names, CHALLENGE_COUNT, word);
    for (size_t i = 0; i < countof(texts); i++)
        if (str_is(word, texts[i].name)) {
            add_lines(a, clause, texts[i].text);
            return true;
        }
    if (operation >= 0)
        add_lines(a, clause, &out->command[operation]);
    if (challenge >= 0)
        add_lines(a, clause, &out->obtain[challenge]);
    return operation >= 0 || challenge >= 0;
}

static void read_clause(struct arena *a, const struct line *clause, struct adapter *out)
{
    const char *word = clause->verb->name;
    if (read_text(a, clause, out))
        return;
    if (strcmp(word, "program") == 0)
        line_args_add(a, clause, "WORD", &out->programs);
    if (strcmp(word, "offers") == 0)
        line_args_add(a, clause, "CAPABILITY", &out->offers);
    if (strcmp(word, "webroot") == 0)
        out->webroot = true;
    if (strcmp(word, "needs-sandbox") == 0)
        out->needs_sandbox = true;
    if (strcmp(word, "lacks") == 0)
        lack_add(a, clause, &out->lack, &out->lack_count);
}

static struct adapter adapter_none(void)
{
    struct adapter out = { .name = STR_NONE,
                           .about = STR_NONE,
                           .install = STR_NONE,
                           .version = STR_NONE,
                           .always = STR_NONE,
                           .certificate = STR_NONE,
                           .key = STR_NONE };
    for (int i = 0; i < CHALLENGE_COUNT; i++)
        out.obtain[i] = STR_NONE;
    for (int i = 0; i < OPERATION_COUNT; i++)
        out.command[i] = STR_NONE;
    return out;
}

void adapter_from(struct arena *a, const struct line *lines, size_t count,
                  struct adapter *out, struct mistakes *m)
{
    *out = adapter_none();
    out->name = line_arg(lines, "NAME");
    for (size_t i = 0; i < lines->clause_count; i++)
        read_clause(a, &lines->clause[i], out);
    lacks_check(lines, &out->offers, m);
    adapter_look_over(a, lines, m);
    if (adapter_challenge(out) < 0 && !m->lost.count)
        mistake(m, lines->place,
                "an adapter says how to obtain a certificate: http-01, dns-01 or "
                "tls-alpn-01");
    if (count > 1)
        mistake(m, lines[1].place, "one file holds one adapter");
}

bool adapter_read(struct arena *a, const char *path, struct adapter *out,
                  struct mistakes *m, struct err *err)
{
    size_t before = m->list.count;
    const struct line *line = lines_one(a, path, "client", "adapter", m, err);
    if (!line)
        return false;
    adapter_from(a, line, 1, out, m);
    return m->list.count == before || err_set(err, "the adapter %s has mistakes", path);
}

/* --- a command line of the user's --- */

static bool is_variable(str name)
{
    for (size_t i = 0; i < adapter_variable_count; i++)
        if (str_is(name, adapter_variables[i].name))
            return true;
    return false;
}

/* The word as one word of a shell line, in which only ${names} of ours are replaced. */
static void add_shell_word(struct buf *out, str word)
{
    while (word.len) {
        size_t open = str_find(word, STR("${"));
        str name = str_from(word, open + 2 < word.len ? open + 2 : word.len);
        size_t close = str_find_char(name, '}');
        bool ours = close < name.len && is_variable(str_upto(name, close));
        size_t end = ours ? open : open < word.len ? open + 2 : word.len;
        if (end)
            buf_add_shell(out, str_upto(word, end));
        word = str_from(word, end);
        if (ours) {
            buf_addf(out, "\"${%.*s}\"", STR_ARG(str_upto(name, close)));
            word = str_from(word, close + 3);
        }
    }
}

void adapter_of_command(struct arena *a, const struct strs *words,
                        enum challenge_type challenge, struct adapter *out)
{
    struct buf line = buf_new(a, CEILING_LINE);
    *out = adapter_none();
    out->name = words->item[0];
    out->in_place = true;
    strs_add(a, &out->programs, words->item[0]);
    for (size_t i = 0; i < words->count; i++) {
        if (i)
            buf_add_char(&line, ' ');
        if (words->item[i].len == 0)
            buf_add(&line, STR("''"));
        add_shell_word(&line, words->item[i]);
    }
    out->obtain[challenge] = buf_str(&line);
}

/* --- what it can do --- */

str adapter_line(const struct adapter *adapter, enum operation operation,
                 enum challenge_type challenge)
{
    return operation == OPERATION_OBTAIN ? adapter->obtain[challenge]
                                         : adapter->command[operation];
}

int adapter_challenge(const struct adapter *adapter)
{
    for (int i = 0; i < CHALLENGE_COUNT; i++)
        if (adapter->obtain[i].len)
            return i;
    return -1;
}

bool adapter_lacks(const struct adapter *adapter, str capability, str *reason)
{
    for (size_t i = 0; i < adapter->lack_count; i++)
        if (str_eq(adapter->lack[i].capability, capability)) {
            *reason = adapter->lack[i].because;
            return true;
        }
    return false;
}

bool adapter_offers(struct arena *a, const struct adapter *adapter, str capability,
                    str *reason)
{
    int operation = name_find(operation_names, OPERATION_COUNT, capability);
    int challenge = name_find(challenge_names, CHALLENGE_COUNT, capability);
    if (adapter_lacks(adapter, capability, reason))
        return false;
    if (strs_has(&adapter->offers, capability)
        || (operation > OPERATION_OBTAIN && adapter->command[operation].len)
        || (challenge >= 0 && adapter->obtain[challenge].len))
        return true;
    *reason = arena_printf(a, "the adapter of %.*s does not say that it can",
                           STR_ARG(adapter->name));
    return false;
}
