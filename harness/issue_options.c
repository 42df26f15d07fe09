/* SPDX-License-Identifier: MIT */
#include "issue_options.h"

#include "acme/words.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/names.h"

#define AT(member) offsetof(struct issue_options, member)
/* clang-format off */
const struct option_row issue_rows[] = {
    { "ca-file", 0, OPTION_TEXT, "FILE", AT(ca_file), "PEM roots to trust for the CA's server (else the system's)" },
    { "insecure", 0, OPTION_FLAG, NULL, AT(insecure), "accept any TLS certificate of the CA's server" },
    { "remote", 0, OPTION_FLAG, NULL, AT(remote), "allow a CA that is not on a loopback or private address" },
    { "home", 0, OPTION_TEXT, "DIR", AT(home), "where keys and certificates are kept (acmespec-issue)" },
    { "agree", 0, OPTION_FLAG, NULL, AT(agree), "agree to the CA's terms of service" },
    { "contact", 0, OPTION_TEXTS, "URL", AT(contacts), "a contact of the account: mailto:me@example.org" },
    { "eab", 0, OPTION_TEXT, "KID:KEY", AT(eab), "the external account: key identifier and base64url MAC key" },
    { "account-key", 0, OPTION_TEXT, "TYPE", AT(account_key_type), "of a new account key (P-256)" },
    { "key", 0, OPTION_TEXT, "TYPE", AT(key_type), "of the certificate's key (P-256)" },
    { "csr", 0, OPTION_TEXT, "FILE", AT(csr), "send this request (PEM) of your own; names and key are its" },
    { "challenge", 0, OPTION_TEXT, "TYPE", AT(challenge), "http-01, tls-alpn-01 or dns-01 (the first that can be answered)" },
    { "address", 0, OPTION_TEXT, "A", AT(address), "address on which our servers answer challenges (0.0.0.0)" },
    { "http-port", 0, OPTION_PORT, "N", AT(http_port), "port for http-01 (80)" },
    { "tls-port", 0, OPTION_PORT, "N", AT(tls_port), "port for tls-alpn-01 (443)" },
    { "webroot", 0, OPTION_TEXT, "DIR", AT(webroot), "answer http-01 by files below this folder instead" },
    { "hook", 0, OPTION_TEXT, "PROGRAM", AT(hook), "answer --challenge by PROGRAM provide|withdraw TYPE NAME VALUE TOKEN" },
    { "profile", 0, OPTION_TEXT, "NAME", AT(profile), "the certificate profile to ask for" },
    { "preferred-chain", 0, OPTION_TEXT, "NAME", AT(chain), "take the chain that leads to this issuer, where there is one" },
    { "not-before", 0, OPTION_TEXT, "DATE", AT(not_before), "ask for this beginning of validity (RFC 3339)" },
    { "not-after", 0, OPTION_TEXT, "DATE", AT(not_after), "ask for this end of validity" },
    { "must-staple", 0, OPTION_FLAG, NULL, AT(must_staple), "ask for the TLS feature extension" },
    { "force", 0, OPTION_FLAG, NULL, AT(force), "renew though it is not time yet" },
    { "reason", 0, OPTION_NUMBER, "N", AT(reason), "of a revocation, as RFC 5280 numbers them" },
    { "by-certificate-key", 0, OPTION_FLAG, NULL, AT(by_certificate_key), "revoke by the certificate's key instead of the account" },
    { "patience", 0, OPTION_DEADLINE, "SPAN", AT(patience_ms), "how long a validation or issuance may take (60s)" },
    { "bug", 0, OPTION_TEXTS, "NAME", AT(bug_names), "make a mistake on purpose; --bugs lists them" },
    { "bugs", 0, OPTION_FLAG, NULL, AT(list_bugs), "list the planted bugs, and stop" },
    { "verbose", 'v', OPTION_FLAG, NULL, AT(verbose), "a line for every exchange" },
    { "help", 'h', OPTION_FLAG, NULL, AT(help), "this text" },
};
/* clang-format on */
const size_t issue_row_count = countof(issue_rows);

bool issue_eab(const struct issue_options *o, str *kid, str *key, struct err *err)
{
    str rest = o->eab;
    if (!rest.len)
        return true;
    if (!str_cut(&rest, ':', kid) || !kid->len || !rest.len)
        return err_set(err, "--eab wants KID:KEY");
    *key = rest;
    return true;
}

bool issue_challenge_type(struct arena *a, str word, struct err *err)
{
    if (!word.len || name_find(challenge_names, CHALLENGE_COUNT, word) >= 0)
        return true;
    str near = name_did_you_mean(a, challenge_names, CHALLENGE_COUNT, word);
    return err_set(err, "there is no challenge type %.*s%.*s", STR_ARG(word),
                   STR_ARG(near));
}

bool issue_csr(const struct issue_options *o, const struct subscriber *s,
               struct wish *wish, struct err *err)
{
    str pem;
    return !o->csr.len
        || (file_read(s->arena, o->csr.ptr, CEILING_SCRIPT, &pem, err)
            && subscriber_wish_csr(s, pem, wish, err));
}
