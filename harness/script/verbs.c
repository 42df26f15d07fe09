/* SPDX-License-Identifier: MIT */
/* The table of words.  A new word is one row here and one row in the engine's table. */
#include "script/verbs.h"

#include "base/names.h"

#define ANY_REQUEST (IN_POST | IN_SEND)
#define SCENARIO_OR_PROFILE (IN_SCENARIO | IN_PROFILE)

/* clang-format off */
const struct verb verbs[] = {
    /* ---- what a file holds ---- */
    { "scenario", VERB_SCENARIO, IN_FILE, 0, "TEXT",
      "Begins a scenario; the text is its title, a sentence that is true of a correct peer." },
    { "watch", VERB_WATCH, IN_FILE, IN_WATCH, "NAME",
      "Begins a watch: what must hold for every message of every scenario." },
    { "requirement", VERB_REQUIREMENT, IN_FILE, IN_REQUIREMENT, "ID",
      "Begins an entry of the catalogue: one sentence of a specification." },
    { "document", VERB_DOCUMENT, IN_FILE, IN_DOCUMENT, "NAME",
      "In the catalogue: what holds of all entries of one specification, such as rfc8739." },
    { "profile", VERB_PROFILE, IN_FILE, IN_PROFILE, "NAME",
      "Begins a profile: what a peer under test declares about itself." },
    { "baseline", VERB_BASELINE, IN_FILE, IN_BASELINE, "NAME",
      "Begins a baseline: the verdicts that are expected of a released peer." },
    { "expect", VERB_EXPECT, IN_FILE, IN_EXPECT, "WORD",
      "In a baseline: one scenario or watch whose verdict is not pass." },
    { "client", VERB_CLIENT, IN_FILE, IN_CLIENT, "NAME",
      "Begins an adapter: how a client under test is found and what makes it do things." },
    { "bug", VERB_BUG, IN_FILE, IN_BUG, "WORD",
      "A planted bug of the mock CA: what else it turns red, or why nothing can see it." },
    { "never red", VERB_NEVER_RED, IN_FILE, IN_NEVER_RED, "WORD",
      "A scenario, or watch/NAME, that has checks which no planted bug turns red, and why." },
    { "history", VERB_HISTORY, IN_FILE, IN_HISTORY, "ID",
      "A bug that broke a released peer once, and the scenarios that would show it." },

    /* ---- head of a scenario ---- */
    { "suite", VERB_SUITE, IN_SCENARIO | IN_WATCH | IN_HISTORY | ONCE, 0, "server|client",
      "Which side is under test." },
    { "rule", VERB_RULE, IN_SCENARIO | IN_WATCH | IN_CHECK | IN_EXPECT, 0, "ID...",
      "The catalogue entries that the checks rest on; `house` where no RFC says it." },
    { "tag", VERB_TAG, IN_SCENARIO, 0, "WORD...", "Words to select scenarios by (--tag)." },
    { "needs", VERB_NEEDS, IN_SCENARIO | IN_WATCH, 0, "CAPABILITY...",
      "What the target must offer; without it the scenario is skipped with the reason." },
    { "for each", VERB_FOR_EACH, IN_SCENARIO, 0, "NAME in VALUE...",
      "In the head: plays the scenario once for each value, as ${NAME}; each is a run of its own." },
    { "deadline", VERB_DEADLINE, IN_SCENARIO | ONCE, 0, "DURATION",
      "How long the whole scenario may take (30s unless given)." },

    /* ---- givens: bring the peer to a state ---- */
    { "given key", VERB_GIVEN_KEY, IN_SCENARIO, 0, "NAME [KEYTYPE]",
      "A key pair (P-256 unless given): ${NAME.jwk}, ${NAME.thumbprint}, ${NAME.x} and ${NAME.y}." },
    { "given account", VERB_GIVEN_ACCOUNT, IN_SCENARIO, IN_ACCOUNT, "NAME [KEYTYPE] [deactivated]",
      "A new account: ${NAME.url}, ${NAME.jwk}, ${NAME.thumbprint}, ${NAME.orders}." },
    { "contact", VERB_CLAUSE, IN_ACCOUNT | ONCE, 0, "VALUE...", "Contact URLs of the new account." },
    { "given order", VERB_GIVEN_ORDER, IN_SCENARIO, IN_ORDER, "NAME by ACCOUNT for DOMAIN... [ORDERSTATE] [over CHALLENGE]",
      "An order brought to a state (pending unless given): ${NAME.url}, .finalize, .certificate, .authz1, .http-01.url ..." },
    { "not-before", VERB_CLAUSE, IN_ORDER | ONCE, 0, "VALUE", "Asks for a notBefore." },
    { "not-after", VERB_CLAUSE, IN_ORDER | ONCE, 0, "VALUE", "Asks for a notAfter." },
    { "profile", VERB_CLAUSE, IN_ORDER | ONCE, 0, "VALUE", "Asks for this certificate profile." },
    { "csr", VERB_CLAUSE, IN_ORDER | IN_CERTIFICATE | ONCE, 0, "CSR", "Finalizes with this request instead of one made for it." },
    { "given authz", VERB_GIVEN_AUTHZ, IN_SCENARIO, 0, "NAME by ACCOUNT for DOMAIN [AUTHZSTATE] [over CHALLENGE]",
      "An authorization brought to a state: ${NAME.url}, ${NAME.http-01.url}, .http-01.token, .order.url ..." },
    { "given csr", VERB_GIVEN_CSR, IN_SCENARIO, IN_CSR, "NAME for DOMAIN... [with KEY]",
      "A certificate request, ${NAME} as base64url DER; its clauses make it odd." },
    { "common-name", VERB_CLAUSE, IN_CSR | ONCE, 0, "VALUE...", "Subject common names (none unless given)." },
    { "san", VERB_CLAUSE, IN_CSR | ONCE, 0, "VALUE...", "These names in the SAN instead; kinds by prefix email: uri: ip: (dns unless given)." },
    { "no-san", VERB_CLAUSE, IN_CSR | ONCE, 0, "", "No subjectAltName at all." },
    { "fault", VERB_CLAUSE, IN_CSR | ONCE, 0, "CSRFAULT...", "Makes the request bad in these ways: see `acmespec help CSRFAULT`." },
    { "extension", VERB_CLAUSE, IN_CSR, 0, "WORD VALUE", "A further requested extension: dotted OID, value in hex." },
    { "given certificate", VERB_GIVEN_CERTIFICATE, IN_SCENARIO, IN_CERTIFICATE, "NAME by ACCOUNT for DOMAIN... [with KEY] [revoked]",
      "An issued certificate, or one that is revoked by then: ${NAME.url}, .der, .pem, .serial, .ari, .key; its order as ${NAME.order.url}; ${NAME.forged} has its serial number and the key NAME.forger." },
    { "given jws", VERB_GIVEN_JWS, IN_SCENARIO, IN_JWS, "NAME with KEY [as ACCOUNT]",
      "A signed object to put inside a payload (jwk unless an account is given): ${NAME} is the JSON object." },
    { "mac", VERB_CLAUSE, IN_JWS | ONCE, 0, "VALUE [KEYID]", "Signs with this base64url MAC key (HS256), KEYID as kid: for external account binding." },

    /* ---- requests ---- */
    { "get", VERB_GET, IN_SCENARIO, IN_SEND, "TARGET", "Sends an unsigned GET." },
    { "head", VERB_HEAD, IN_SCENARIO, IN_SEND, "TARGET", "Sends an unsigned HEAD." },
    { "send", VERB_SEND, IN_SCENARIO, IN_SEND, "METHOD TARGET", "Sends an unsigned request with any method." },
    { "post", VERB_POST, IN_SCENARIO, IN_POST, "TARGET [as ACCOUNT] [with KEY]",
      "Sends a signed request: `as` puts the account's URL in kid, `with` alone the key in jwk, both: kid of one, key of the other." },
    { "raw", VERB_RAW, IN_SCENARIO, IN_RAW, "[TARGET]", "Sends bytes of one's own to the directory's host, as the `line` and `bytes` clauses say." },
    { "line", VERB_CLAUSE, IN_RAW, 0, "TEXT", "One line of bytes, CR LF added; ${names} are replaced." },
    { "bytes", VERB_CLAUSE, IN_RAW, 0, "VALUE", "Bytes as a JSON string, nothing added." },
    { "hello", VERB_HELLO, IN_SCENARIO, 0, "TLSVERSION [with SUITES...]", "Begins a TLS handshake of our own with the directory's host, no version higher than that one, and none of the suites but these; `handshake` is what became of it, and it ends there." },
    { "payload", VERB_CLAUSE, IN_POST | IN_JWS | ONCE, 0, "JSON|VALUE", "The JWS payload before base64url; \"\" (also when absent) makes it POST-as-GET." },
    { "payload-text", VERB_CLAUSE, IN_POST | IN_JWS | ONCE, 0, "TEXT", "The payload as raw text, for what is not JSON." },
    { "nonce", VERB_CLAUSE, IN_POST | IN_JWS | ONCE, 0, "VALUE", "This nonce instead of a fresh one; `none` leaves the member out.  Never retried then." },
    { "url", VERB_CLAUSE, IN_POST | IN_JWS | ONCE, 0, "VALUE", "This url header parameter instead of the target; `none` leaves it out." },
    { "kid", VERB_CLAUSE, IN_POST | IN_JWS | ONCE, 0, "VALUE", "This kid instead of the account's URL." },
    { "alg", VERB_CLAUSE, IN_POST | IN_JWS | ONCE, 0, "VALUE", "This alg instead of the one that fits the key." },
    { "protected", VERB_CLAUSE, IN_POST | IN_JWS | ONCE, 0, "JSON", "RFC 7396 merge patch on the protected header." },
    { "tamper", VERB_CLAUSE, IN_POST | IN_JWS, 0, "TAMPER...", "Spoils the JWS as no library would: see `acmespec help tamper`." },
    { "other-key", VERB_CLAUSE, IN_POST | IN_JWS | ONCE, 0, "KEY", "The second key that some tampers need." },
    { "no-retry", VERB_CLAUSE, IN_POST | ONCE, 0, "", "Does not retry on badNonce." },
    { "header", VERB_CLAUSE, ANY_REQUEST | IN_PROVISION | IN_ON, 0, "TEXT", "`header NAME: VALUE` replaces a header; without a value it is left out." },
    { "body", VERB_CLAUSE, IN_SEND | IN_ON | ONCE, 0, "JSON|VALUE", "The body of an unsigned request, or of a rule's reply." },
    { "times", VERB_CLAUSE, IN_POST | ONCE, 0, "NUMBER", "Sends it so many times, each signed anew: one after the other, or inside `at once` (64 at most) together." },
    { "save", VERB_SAVE, IN_SCENARIO | ANY_REQUEST | IN_POLL | IN_CHECK, 0, "NAME = SOURCE [VALUE]",
      "Keeps something of the last exchange as ${NAME}: nonce, status, url, header NAME, link REL, body POINTER, certificate, age, path URL." },
    { "poll", VERB_POLL, IN_SCENARIO, IN_POLL, "TARGET as ACCOUNT until CHECK",
      "POST-as-GETs the target until the test holds or the time is over, minding Retry-After; the last answer stays for checks." },
    { "or", VERB_CLAUSE, IN_POLL, 0, "CHECK", "Ends the poll as well when it holds." },
    { "within", VERB_CLAUSE, IN_POLL | IN_RUN | ONCE, 0, "DURATION [exactly]", "How long to poll (10s unless given), or how long the client may run (what is left of the deadline, unless given); `exactly`: whatever --patience says, where requests are counted." },
    { "at once", VERB_AT_ONCE, IN_SCENARIO, 0, "", "Begins a block of requests that are sent together, each on a connection of its own; `end` closes it." },
    { "end", VERB_END, IN_SCENARIO, 0, "", "Ends a block." },
    { "reconnect", VERB_RECONNECT, IN_SCENARIO, 0, "", "Closes the connections, so that the next request opens a new one." },

    /* ---- rules: what the mock CA does otherwise ---- */
    { "on", VERB_ON, IN_FILE | IN_SCENARIO, IN_ON, "RESOURCE [first|always] [after NUMBER] [times NUMBER]",
      "A rule of the mock CA, in a client scenario or a file for `acmespec mock --script`: what it does to requests for the resource (`any`: all; `handshake`: none yet, but a new TLS connection), from the start and always unless told otherwise." },
    { "reply", VERB_CLAUSE, IN_ON | ONCE, 0, "NUMBER [WORD]", "Answers with this status, and a problem document of this type (an ACME error, or a URI); the request is not acted upon." },
    { "handled", VERB_CLAUSE, IN_ON | ONCE, 0, "", "With `reply`: the request is acted upon all the same, and only its answer is another." },
    { "detail", VERB_CLAUSE, IN_ON | ONCE, 0, "TEXT", "The detail of the problem document, or of the error of `invalid`." },
    { "subproblem", VERB_CLAUSE, IN_ON, 0, "WORD [for DOMAIN]", "Adds a subproblem of this type (RFC 8555 6.7.1)." },
    { "retry-after", VERB_CLAUSE, IN_ON | ONCE, 0, "DURATION [as date|rfc850|asctime]", "Retry-After, in seconds or as a date, also in its two older forms; for what is neither there is `header`." },
    { "add-header", VERB_CLAUSE, IN_ON, 0, "TEXT", "`add-header NAME: VALUE` adds a header beside those of that name." },
    { "double-header", VERB_CLAUSE, IN_ON, 0, "WORD", "Sends the header of that name twice." },
    { "header-case", VERB_CLAUSE, IN_ON | ONCE, 0, "lower|upper|odd", "Writes the names of headers in this case (HTTP does not mind); Content-Length and Connection are the library's." },
    { "relative", VERB_CLAUSE, IN_ON, 0, "WORD", "Takes scheme and host off the URLs in the header of that name (Location, Link)." },
    { "interim", VERB_CLAUSE, IN_ON | ONCE, 0, "NUMBER", "Sends an interim response of this status (100, 103; not 101) before the answer." },
    { "patch", VERB_CLAUSE, IN_ON, 0, "JSON", "RFC 7396 merge patch on the body." },
    { "layout", VERB_CLAUSE, IN_ON | ONCE, 0, "pretty|spaced|slashes|reversed", "Writes a JSON body over many lines, with white space around it, with every slash escaped, or with identifiers, authorizations and challenges the other way round." },
    { "spoil", VERB_CLAUSE, IN_ON, 0, "SPOIL...", "Makes the body what it should not be." },
    { "chain", VERB_CLAUSE, IN_ON, 0, "CHAIN...", "Lays out a downloaded certificate chain otherwise." },
    { "replay-nonce", VERB_CLAUSE, IN_ON | ONCE, 0, "VALUE", "Replay-Nonce: `none`, `repeated` (that of the answer before), `spent` (that of this request), or a value." },
    { "drip", VERB_CLAUSE, IN_ON | ONCE, 0, "DURATION [NUMBER]", "Sends the body in pieces of so many bytes (16 unless given), with a pause behind each." },
    { "length", VERB_CLAUSE, IN_ON | ONCE, 0, "NUMBER", "Claims this Content-Length, whatever is sent." },
    { "raw-answer", VERB_CLAUSE, IN_ON | ONCE, 0, "VALUE", "Sends these bytes (a JSON string) instead of an HTTP answer, and closes the connection." },
    { "broken-tls", VERB_CLAUSE, IN_ON | ONCE, 0, "", "Sends bytes that are no TLS record in the middle of the connection, or of the handshake, and closes it." },
    { "processing", VERB_CLAUSE, IN_ON | ONCE, 0, "NUMBER", "On finalize: so many reads of the order find it processing." },
    { "valid", VERB_CLAUSE, IN_ON | ONCE, 0, "", "On newOrder, newAuthz, authorization, challenge: what is to be proven is valid at once." },
    { "invalid", VERB_CLAUSE, IN_ON | ONCE, 0, "WORD", "On newOrder, order, finalize, authorization, challenge: it ends invalid, with this error." },
    { "expired", VERB_CLAUSE, IN_ON | ONCE, 0, "", "On newOrder, order, finalize, authorization: its time is over." },
    { "clock", VERB_CLAUSE, IN_ON | ONCE, 0, "ahead|back DURATION", "The CA's clock, and its Date, jump from then on, at each request that the rule is for: say first for one jump." },

    /* ---- suite client ---- */
    { "ca", VERB_CA, IN_FILE | IN_SCENARIO, 0, "SETTING [VALUE...]", "How the mock CA is set up, from the start, in a client scenario or a file for `acmespec mock --script`: a way that a correct CA may be (see `acmespec help settings`)." },
    { "run", VERB_RUN, IN_SCENARIO, IN_RUN, "OPERATION [DOMAIN...] [over CHALLENGE]",
      "Starts the client under test and waits for its end: obtain, for these names; renew, renew-when-due, revoke, revoke-by-key, roll-over, deactivate or update-contact." },
    { "with", VERB_CLAUSE, IN_RUN, 0, "EXTRA [VALUE]", "`with eab`: the account is bound to the external one that the CA knows (`with eab padded`: its key is written with padding); `with profile NAME`, `with chain NAME`: what to ask for; `with account-key P-256` (P-384, P-521): the new account's key, whose x begins with a zero octet; `with csr NAME`: the given csr of that name is what it is to send; `with no-agreement`: its user does not agree to the terms of service; `with other-ca`: at a second CA, which is set up like the first, and has no rules (`needs several-cas`)." },

    /* ---- challenges and DNS ---- */
    { "provision", VERB_PROVISION, IN_SCENARIO, IN_PROVISION, "CHALLENGE for AUTHZ",
      "Puts the right response to the challenge in place; its clauses make it wrong or odd." },
    { "content", VERB_CLAUSE, IN_PROVISION | ONCE, 0, "VALUE", "http-01 body or dns-01 TXT value instead of the right one; may use ${right}." },
    { "repeat", VERB_CLAUSE, IN_PROVISION | ONCE, 0, "NUMBER", "http-01: the body so many times, one behind the other." },
    { "status", VERB_CLAUSE, IN_PROVISION | IN_ON | ONCE, 0, "NUMBER", "http-01, or a rule: this status instead; all else stays." },
    { "redirect", VERB_CLAUSE, IN_PROVISION | IN_ON | ONCE, 0, "VALUE", "http-01, or a rule: redirects there (302, or as `status` or `reply` says); http-01: `elsewhere`, `https`, `loop`, or a URL." },
    { "media-type", VERB_CLAUSE, IN_PROVISION | IN_ON | ONCE, 0, "VALUE", "http-01, or a rule: this Content-Type." },
    { "delay", VERB_CLAUSE, IN_PROVISION | IN_ON | ONCE, 0, "DURATION", "http-01, or a rule: waits so long before the answer." },
    { "manner", VERB_CLAUSE, IN_PROVISION | IN_ON | ONCE, 0, "MANNER", "http-01, or a rule: drop, reset, hang or cut the answer; or send it chunked, or close behind it." },
    { "extra", VERB_CLAUSE, IN_PROVISION | ONCE, 0, "VALUE...", "dns-01: further TXT records beside the right one." },
    { "cname", VERB_CLAUSE, IN_PROVISION | ONCE, 0, "VALUE", "dns-01: the record stands at this name and a CNAME points there." },
    { "alpn", VERB_CLAUSE, IN_ON | ONCE, 0, "VALUE", "On handshake: selects this protocol, whether it was offered or not, and answers nothing behind it; `refused`: ends the handshake with the alert no_application_protocol (RFC 7301 3.2)." },
    { "alpn", VERB_CLAUSE, IN_PROVISION | ONCE, 0, "ALPNFAULT...", "tls-alpn-01: presents a certificate or handshake that is wrong in these ways." },
    { "provision dns", VERB_PROVISION_DNS, IN_SCENARIO, 0, "DOMAIN DNSTYPE VALUE...",
      "Adds a DNS record, or makes the name answer with servfail, nxdomain, refused, silent, truncate or empty." },
    { "withdraw", VERB_WITHDRAW, IN_SCENARIO, 0, "CHALLENGE for AUTHZ", "Takes the response away again." },
    { "withdraw dns", VERB_WITHDRAW_DNS, IN_SCENARIO, 0, "DOMAIN DNSTYPE", "Takes DNS records away again." },
    { "wait", VERB_WAIT, IN_SCENARIO, 0, "DURATION", "Waits." },
    { "wait retry-after", VERB_WAIT_RETRY_AFTER, IN_SCENARIO, 0, "", "Waits as long as Retry-After of the last answer asks; nothing is learnt when that is longer than 20s." },
    { "operator", VERB_OPERATOR, IN_SCENARIO, 0, "DEED [VALUE]",
      "Has the CA's operator do something, by the hook of that name in the profile; such a scenario is played alone, when all others are over.  `pass-time` takes a time span, or a date that is to be over; `withdraw-profile` a name." },

    /* ---- checks ---- */
    { "must", VERB_MUST, IN_SCENARIO | IN_WATCH, IN_CHECK, "CHECK", "A MUST: if it does not hold, the verdict is fail." },
    { "should", VERB_SHOULD, IN_SCENARIO | IN_WATCH, IN_CHECK, "CHECK", "A SHOULD: if it does not hold, the verdict is warn (fail with --strict)." },
    { "need", VERB_NEED, IN_SCENARIO, IN_CHECK, "CHECK", "A precondition: if it does not hold, nothing was learnt and the verdict is inconclusive." },
    { "why", VERB_CLAUSE, IN_CHECK | IN_WATCH | ONCE, 0, "TEXT", "Said with the failure: why this is asked." },
    { "if", VERB_CLAUSE, IN_CHECK, 0, "CHECK",
      "Arms the check (and its further clauses) only when this holds of the same answer, and of several each; otherwise it is skipped." },
    { "and", VERB_CLAUSE, IN_CHECK, 0, "CHECK",
      "A further check of the same level on the same answer; the word `and` itself is left out." },

    /* ---- watches ---- */
    { "title", VERB_CLAUSE, IN_WATCH | ONCE, 0, "TEXT", "What holds, as a sentence." },
    { "when", VERB_CLAUSE, IN_WATCH | IN_ON, 0, "CHECK", "Which exchanges it looks at, or a rule applies to; several must all hold." },

    /* ---- catalogue ---- */
    { "level", VERB_CLAUSE, IN_REQUIREMENT | ONCE, 0, "TEXT", "MUST, MUST NOT, SHOULD, SHOULD NOT, MAY, or stated." },
    { "binds", VERB_CLAUSE, IN_REQUIREMENT | ONCE, 0, "server|client|both", "Who is obliged." },
    { "says", VERB_CLAUSE, IN_REQUIREMENT | IN_HISTORY | ONCE, 0, "TEXT", "The requirement, or the bug, in our words." },
    { "observable", VERB_CLAUSE, IN_REQUIREMENT | ONCE, 0, "WORD...", "Which suite can see it: server, client, or nobody." },
    { "check", VERB_CLAUSE, IN_REQUIREMENT | IN_EXPECT | IN_NEVER_RED | ONCE, 0, "TEXT", "How to see it; elsewhere, the check as the report names it." },
    { "why-not", VERB_CLAUSE, IN_REQUIREMENT | IN_HISTORY | ONCE, 0, "TEXT", "Why a black box cannot see it, or no scenario shows it." },
    { "violation", VERB_CLAUSE, IN_REQUIREMENT | ONCE, 0, "TEXT", "A realistic bug that breaks it." },
    { "source", VERB_CLAUSE, IN_REQUIREMENT | IN_HISTORY | ONCE, 0, "TEXT", "Where exactly it stands." },
    { "revision", VERB_CLAUSE, IN_REQUIREMENT | ONCE, 0, "TEXT", "Which revision of a draft has it." },
    { "note", VERB_CLAUSE, IN_REQUIREMENT | IN_PROFILE | IN_CLIENT, 0, "TEXT", "Anything else." },
    { "corrected", VERB_CLAUSE, IN_REQUIREMENT | ONCE, 0, "TEXT", "What was wrong with the entry and is mended." },
    { "uncovered", VERB_CLAUSE, IN_REQUIREMENT | IN_DOCUMENT | ONCE, 0, "TEXT", "Why no check of a suite that could see it rests on it; of a document: the same for each entry without one." },

    /* ---- profiles ---- */
    { "about", VERB_CLAUSE, IN_PROFILE | IN_BASELINE | IN_CLIENT, 0, "TEXT", "Which program, version and set-up this is about." },
    { "offers", VERB_CLAUSE, IN_PROFILE | IN_CLIENT, 0, "CAPABILITY...", "Capabilities to take for granted, whatever the probe sees." },
    { "lacks", VERB_CLAUSE, IN_PROFILE | IN_CLIENT, 0, "CAPABILITY because TEXT", "A capability it does not have, and why; its scenarios are skipped with the reason." },
    { "eab", VERB_CLAUSE, IN_PROFILE, 0, "KEYID VALUE", "An external account: key identifier and base64url MAC key; give several for several." },
    { "hook", VERB_CLAUSE, IN_PROFILE, 0, "DEED TEXT", "Shell lines by which the CA's operator does this, several of one deed being one script; they have $directory, $root, $seconds, $profile and $acmespec." },
    { "limit", VERB_CLAUSE, IN_PROFILE, 0, "newOrder NUMBER DURATION", "An account may place so many orders in that time; give several for several." },
    { "refuses", VERB_CLAUSE, IN_PROFILE, 0, "DOMAIN", "A name that the CA signs for nobody, nor for what is below it." },
    { "unfit", VERB_CLAUSE, IN_PROFILE | ONCE, 0, "VALUE WORD VALUE", "A certificate profile, and type and value of an identifier that it is not for (ACME profiles draft 4)." },
    { "zone", VERB_CLAUSE, IN_PROFILE | ONCE, 0, "VALUE", "The DNS zone of the names to order (acmespec.test unless given)." },
    { "contact-with", VERB_CLAUSE, IN_PROFILE, 0, "VALUE...", "Contacts that every new account gets that has none of its own." },
    { "nonce-retries", VERB_CLAUSE, IN_PROFILE | ONCE, 0, "NUMBER", "So often a badNonce is tried again (once unless given), for a CA that refuses good nonces at random." },
    { "deadline-factor", VERB_CLAUSE, IN_PROFILE | ONCE, 0, "NUMBER", "Multiplies polling times, for slow targets." },

    /* ---- adapters: shell lines, several of one word being one script ---- */
    { "program", VERB_CLAUSE, IN_CLIENT, 0, "WORD...", "Programs that it needs, by name in PATH." },
    { "install", VERB_CLAUSE, IN_CLIENT, 0, "TEXT", "How to get it, for who has it not." },
    { "always", VERB_CLAUSE, IN_CLIENT, 0, "TEXT", "Shell lines before all others: functions and settings." },
    { "http-01", VERB_CLAUSE, IN_CLIENT, 0, "TEXT", "Obtains a certificate over http-01." },
    { "dns-01", VERB_CLAUSE, IN_CLIENT, 0, "TEXT", "Obtains a certificate over dns-01; $dns_add and $dns_remove change the zone." },
    { "tls-alpn-01", VERB_CLAUSE, IN_CLIENT, 0, "TEXT", "Obtains a certificate over tls-alpn-01." },
    { "webroot", VERB_CLAUSE, IN_CLIENT | ONCE, 0, "", "http-01 is answered from files below $webroot, which acmespec serves." },
    { "needs-sandbox", VERB_CLAUSE, IN_CLIENT | ONCE, 0, "", "It cannot be told ports or roots, and runs in a sandbox only." },
    { "renew", VERB_CLAUSE, IN_CLIENT, 0, "TEXT", "Renews now what was obtained." },
    { "renew-when-due", VERB_CLAUSE, IN_CLIENT, 0, "TEXT", "Renews what was obtained, if it is time to." },
    { "revoke", VERB_CLAUSE, IN_CLIENT, 0, "TEXT", "Revokes it as the account that obtained it." },
    { "revoke-by-key", VERB_CLAUSE, IN_CLIENT, 0, "TEXT", "Revokes it by the certificate's key." },
    { "roll-over", VERB_CLAUSE, IN_CLIENT, 0, "TEXT", "Changes the account's key." },
    { "deactivate", VERB_CLAUSE, IN_CLIENT, 0, "TEXT", "Deactivates the account." },
    { "update-contact", VERB_CLAUSE, IN_CLIENT, 0, "TEXT", "Changes the account's contact to $email." },
    { "certificate", VERB_CLAUSE, IN_CLIENT, 0, "TEXT", "A word of the shell: the file in which the chain lands, in PEM." },
    { "key", VERB_CLAUSE, IN_CLIENT, 0, "TEXT", "A word of the shell: the file in which the certificate's key lands, in PEM." },

    /* ---- baselines ---- */
    { "version", VERB_CLAUSE, IN_BASELINE | IN_CLIENT, 0, "TEXT", "The version of the peer that a baseline was taken from; of a client, the shell line that prints it." },
    { "skips", VERB_CLAUSE, IN_BASELINE, 0, "CAPABILITY...", "Capabilities that the peer is known not to offer; any other skip is unexpected." },
    { "decides", VERB_CLAUSE, IN_BASELINE | ONCE, 0, "NUMBER", "At least so many cases (checks and watches) are decided." },
    { "verdict", VERB_CLAUSE, IN_EXPECT, 0, "WORD...", "fail, warn, inconclusive or skip; several, pass among them, where the peer is unsteady." },
    { "because", VERB_CLAUSE, IN_EXPECT | IN_BUG | IN_NEVER_RED, 0, "TEXT", "One sentence of evidence why the peer and not acmespec is wrong; of a bug, why it is so." },

    /* ---- planted bugs ---- */
    { "also", VERB_CLAUSE, IN_BUG, 0, "WORD...", "Requirements that it breaks besides its own, or sections, scenarios and watch/NAMEs that it turns red; * is any." },
    { "seen-in", VERB_CLAUSE, IN_BUG, 0, "WORD...", "Scenarios that show it, for which the whole suite would be searched otherwise: a watch minds it in them, or they cite `house`." },
    { "unseen", VERB_CLAUSE, IN_BUG | ONCE, 0, "", "No check of the server suite can catch it." },

    /* ---- history ---- */
    { "who", VERB_CLAUSE, IN_HISTORY | ONCE, 0, "TEXT", "The released peer that had the bug, and with which other it showed." },
    { "shown-by", VERB_CLAUSE, IN_HISTORY, 0, "WORD...", "The scenarios, and watch/NAMEs, that are not passed by a peer that has the bug." },
};
/* clang-format on */
const size_t verb_count = countof(verbs);

/* clang-format off */
const struct capability capabilities[] = {
    { "http-01", "offers the challenge http-01 (RFC 8555 8.3)" },
    { "dns-01", "offers the challenge dns-01 (RFC 8555 8.4)" },
    { "tls-alpn-01", "offers the challenge tls-alpn-01 (RFC 8737)" },
    { "wildcard", "takes orders for wildcard names (RFC 8555 7.1.3)" },
    { "ip", "takes orders for IP addresses (RFC 8738)" },
    { "ipv6", "takes orders for ::1, at which this system can be asked (RFC 8738)" },
    { "own-address", "every scenario has a loopback address of its own" },
    { "newAuthz", "has the resource newAuthz (RFC 8555 7.4.1)" },
    { "keyChange", "has the resource keyChange (RFC 8555 7.3.5)" },
    { "key-rollover", "changes the key of an account when asked rightly (tried once)" },
    { "insists-on-terms", "refuses a new account that does not agree to the terms (tried once)" },
    { "revokeCert", "has the resource revokeCert (RFC 8555 7.6)" },
    { "renewalInfo", "has the resource renewalInfo (RFC 9773)" },
    { "profiles", "names profiles in meta (ACME profiles draft)" },
    { "terms-of-service", "names terms of service in meta (RFC 8555 7.1.1)" },
    { "caa-identities", "names caaIdentities in meta (RFC 8555 7.1.1)" },
    { "eab", "takes external account bindings and the profile has a key (RFC 8555 7.3.4)" },
    { "eab-required", "requires external account binding (RFC 8555 7.3.4)" },
    { "no-eab-required", "does not require external account binding" },
    { "orders-list", "gives accounts a list of orders (RFC 8555 7.1.2.1)" },
    { "short-pages", "gives the list of orders in pages of six at most" },
    { "alternate-chains", "offers alternate certificate chains (RFC 8555 7.4.2)" },
    { "validity-dates", "accepts notBefore and notAfter in orders (RFC 8555 7.4)" },
    { "checks-caa", "looks at CAA records" },
    { "caa-parameters", "minds accounturi and validationmethods in CAA records (RFC 8657)" },
    { "authz-per-order", "makes new authorizations for each order of the same name" },
    { "fresh-authz", "does not hand out valid authorizations of earlier orders" },
    { "late-responses", "outlives a response to a challenge whose authorization is decided (taken for granted)" },
    { "retries-challenges", "tries a failed validation again by itself (RFC 8555 8.2)" },
    { "retries-when-asked", "tries a failed validation again when the client responds again (RFC 8555 8.2)" },
    { "ES384", "accepts P-384 account keys" },
    { "ES512", "accepts P-521 account keys" },
    { "EdDSA", "accepts Ed25519 account keys" },
    { "RS256", "accepts RSA account keys" },
    { "cors", "allows cross-origin requests (RFC 8555 6.1)" },
    { "change-terms", "the profile has a hook by which the terms of service change, and have to be agreed to anew (RFC 8555 7.3.3)" },
    { "pass-time", "the profile has a hook by which the CA's time goes on, so that orders and authorizations end" },
    { "withdraw-profile", "the profile has a hook by which a certificate profile is no longer to be had (ACME profiles draft)" },
    { "order-limit", "the profile says how many orders an account may place (RFC 8555 6.6)" },
    { "refused-name", "the profile has a name that the CA signs for nobody" },
    { "unfit-profile", "the profile tells an identifier that a certificate profile is not for (ACME profiles draft 4)" },
    { "several-names", "a client: one certificate for several names" },
    { "renew", "a client: renews on demand" },
    { "renew-when-due", "a client: renews when it is time to, and not before" },
    { "revoke", "a client: revokes as the account (RFC 8555 7.6)" },
    { "revoke-by-key", "a client: revokes by the certificate's key (RFC 8555 7.6)" },
    { "roll-over", "a client: changes its account's key (RFC 8555 7.3.5)" },
    { "deactivate", "a client: deactivates its account (RFC 8555 7.3.6)" },
    { "update-contact", "a client: changes its account's contact (RFC 8555 7.3.2)" },
    { "agreement", "a client: it can be left untold that its user agrees to terms of service, or never asks (RFC 8555 7.3)" },
    { "preferred-chain", "a client: takes the chain of a root that is named (RFC 8555 7.4.2)" },
    { "account-key", "a client: takes an account key that its user has made" },
    { "own-csr", "a client: takes a certificate request that its user has made" },
    { "webroot", "a client: answers http-01 by files in a folder that acmespec serves" },
    { "own-server", "a client: answers http-01 by a web server of its own, and sees the CA's queries" },
    { "several-cas", "a client: makes its accounts' keys itself, and can be told of a second CA" },
    { "stored-files", "a client: it is known where certificate and key land" },
    { "sandbox", "the client runs in namespaces of its own" },
};
/* clang-format on */
const size_t capability_count = countof(capabilities);

const struct deed deeds[] = {
    { "change-terms", NULL },
    { "pass-time", "how much time, or which date" },
    { "withdraw-profile", "which profile" },
    { "restore", NULL },
};
const size_t deed_count = countof(deeds);

const struct deed *deed_find(str name)
{
    for (size_t i = 0; i < deed_count; i++)
        if (str_is(name, deeds[i].name))
            return &deeds[i];
    return NULL;
}

bool dns_manner_word(str word)
{
    static const char *const names[] = { "servfail", "nxdomain", "refused",
                                         "silent",   "truncate", "empty" };
    return name_find(names, countof(names), word) >= 0;
}

const struct verb *verb_find(unsigned where, str first, str second, size_t *used)
{
    const struct verb *one_word = NULL;
    for (size_t i = 0; i < verb_count; i++) {
        if (!(verbs[i].where & where))
            continue;
        str name = str_of(verbs[i].name), head = name;
        bool two = str_cut(&name, ' ', &head) && name.len;
        if (two && str_eq(head, first) && str_eq(name, second)) {
            *used = 2;
            return &verbs[i];
        }
        if (!two && str_eq(head, first))
            one_word = &verbs[i];
    }
    *used = 1;
    return one_word;
}

bool verb_begins(unsigned where, str first)
{
    for (size_t i = 0; i < verb_count; i++) {
        str name = str_of(verbs[i].name), head;
        if ((verbs[i].where & where) && str_cut(&name, ' ', &head) && name.len
            && str_eq(head, first))
            return true;
    }
    return false;
}

str verb_did_you_mean(struct arena *a, unsigned where, str word)
{
    const char **names = NEW_ARRAY(a, const char *, verb_count);
    size_t count = 0;
    for (size_t i = 0; i < verb_count; i++)
        if (verbs[i].where & where)
            names[count++] = verbs[i].name;
    return name_did_you_mean(a, names, count, word);
}

const char *where_name(unsigned where)
{
    static const struct {
        unsigned where;
        const char *name;
    } names[] = {
        { IN_FILE, "the beginning of a file" },
        { IN_SCENARIO, "a scenario" },
        { IN_POST, "a signed request" },
        { IN_SEND, "an unsigned request" },
        { IN_POLL, "a poll" },
        { IN_CHECK, "a check" },
        { IN_ACCOUNT, "a given account" },
        { IN_ORDER, "a given order" },
        { IN_CSR, "a given csr" },
        { IN_JWS, "a given jws" },
        { IN_PROVISION, "a provision" },
        { IN_WATCH, "a watch" },
        { IN_REQUIREMENT, "a requirement" },
        { IN_DOCUMENT, "a document" },
        { IN_PROFILE, "a profile" },
        { IN_BASELINE, "a baseline" },
        { IN_EXPECT, "an expect" },
        { IN_RAW, "raw bytes" },
        { IN_CERTIFICATE, "a given certificate" },
        { IN_ON, "a rule of the mock CA" },
        { IN_RUN, "a run of the client" },
        { IN_CLIENT, "an adapter" },
        { IN_BUG, "a planted bug" },
        { IN_NEVER_RED, "a never red" },
        { IN_HISTORY, "a row of history" },
    };
    for (size_t i = 0; i < countof(names); i++)
        if (names[i].where & where)
            return names[i].name;
    return "this place";
}
