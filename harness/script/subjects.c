/* SPDX-License-Identifier: MIT */
/* The tables of subjects, tests and forms. */
#include "script/subjects.h"

#include "acme/words.h"

#define CERTIFICATE_WORDS                                                                \
    "names|ips|common-names|key|usages|form|chain|der|validity-days|not-before|"         \
    "not-after|serial|extension-OID|count|issuer|top-issuer|within-issuer"

/* clang-format off */
const struct subject_row subjects[SUBJECT_KINDS] = {
    [SUBJECT_ANSWER] = { "", OF_MESSAGES, "STATUS [or STATUS]... [TYPE [or TYPE]...]", 0, 0, "Status of the last answer (200, 4xx) and, when given, the error type of its problem document. After `at once`: of every answer." },
    [SUBJECT_STATUS] = { "status", OF_MESSAGES, "", 0, 0, "The status code; `is 4xx` takes a class." },
    [SUBJECT_TYPE] = { "type", OF_MESSAGES, "", 0, 0, "The error type of the problem document: its word (badNonce) in the ACME namespace, else the whole URI." },
    [SUBJECT_PROBLEM] = { "problem", OF_MESSAGES, "", 0, 0, "`problem`: the answer is a well-formed problem document (RFC 7807, RFC 8555 6.7)." },
    [SUBJECT_HEADER] = { "header", OF_MESSAGES, "NAME", 1, 0, "A header of the answer, by name; several of that name are joined by commas." },
    [SUBJECT_HEADERS] = { "headers", OF_MESSAGES, "NAME", 1, 0, "How often the header stands in the answer: `headers Replay-Nonce count 1`." },
    [SUBJECT_LINK] = { "link", OF_MESSAGES, "REL", 1, 0, "The target of the first Link with that relation, as an absolute URL." },
    [SUBJECT_MEDIA_TYPE] = { "media-type", OF_MESSAGES, "", 0, 0, "The Content-Type without parameters, in lower case." },
    [SUBJECT_RETRY_AFTER] = { "retry-after", OF_MESSAGES, "", 0, 0, "Seconds that the Retry-After header asks to wait, in either of its forms." },
    [SUBJECT_BODY] = { "body", OF_MESSAGES, "[POINTER]", 1, 1, "The JSON body, or what an RFC 6901 pointer finds in it: /identifiers/0/value." },
    [SUBJECT_TEXT] = { "text", OF_MESSAGES, "", 0, 0, "The body as text." },
    [SUBJECT_URLS] = { "urls", OF_MESSAGES, "", 0, 0, "Every URL in the JSON body that RFC 8555 says is one, and in Location: an array." },
    [SUBJECT_CHAIN] = { "chain", OF_MESSAGES, "", 0, 0, "`chain`: the body is a certificate chain in which each certifies the one before." },
    [SUBJECT_CERTIFICATE] = { "certificate", OF_MESSAGES, CERTIFICATE_WORDS, 1, 0, "Of the leaf in the body: its names (array), top-issuer (the issuer of the last certificate of the chain), within-issuer (it ends no later than the certificate behind it), key (its thumbprint: `certificate key is ${k.thumbprint}`), form (`certificate form`: RFC 7468 as 9.1 asks) ..." },
    [SUBJECT_ALIVE] = { "alive", OF_SERVER, "ACCOUNT", 1, 0, "`alive alice`: the server still answers and still knows the account (newAccount with onlyReturnExisting finds its URL)." },
    [SUBJECT_COUNT_OF] = { "count", OF_SERVER | OF_CLIENT, "STATUS|RESOURCE [STATUS]", 2, 1, "After `at once`: how many answers have that status or class. In suite client: how many requests there were for the resource, or for `any`, that had this status: `count newAccount 201`." },
    [SUBJECT_QUERIES] = { "queries", OF_SERVER | OF_CLIENT, "http|dns|tls|close [NAME] [DNSTYPE]", 3, 2, "How many queries of that kind (for that name) the target made so far in this scenario." },
    [SUBJECT_QUERY] = { "query", OF_SERVER | OF_CLIENT, "http|dns|tls|close path|host|alpn|how|spelling|HEADER [NAME]", 3, 1, "A detail of the last such query; close is the end of a TLS connection, `how` it came: clean, data or late." },
    [SUBJECT_HANDSHAKE] = { "handshake", OF_SERVER, "", 0, 0, "What the server made of the last `hello`: the version that it agreed to, such as tls-1.2, or refused." },
    [SUBJECT_GAP] = { "gap", OF_SERVER | OF_CLIENT, "[RESOURCE] [STATE]", 2, 2, "Milliseconds between the last two exchanges. In suite client: the shortest time from an answer of the resource, unless it says badNonce, to the next request for the same URL; `gap order processing`: from answers that say so, and finalize's where it has a Retry-After; `gap authorization asked`: from answers that have one." },
    [SUBJECT_TIME] = { "time", OF_MESSAGES, "", 0, 0, "Milliseconds that the last exchange took." },
    [SUBJECT_VALUE] = { "value", OF_SERVER | OF_CLIENT, "VALUE", 1, 0, "A value of your own, usually a saved ${name}." },
    [SUBJECT_METHOD] = { "method", OF_MESSAGES, "", 0, 0, "The method of the request." },
    [SUBJECT_RESOURCE] = { "resource", OF_MESSAGES, "", 0, 0, "What the request's URL is: newOrder, order, authorization ..." },
    [SUBJECT_OBJECT] = { "object", OF_MESSAGES, "", 0, 0, "What the answer's body is: account, order, authorization or challenge." },
    [SUBJECT_NONCE] = { "nonce", OF_MESSAGES, "", 0, 0, "`nonce`: the answer's Replay-Nonce was never seen in an earlier answer." },
    [SUBJECT_TRANSITION] = { "transition", OF_MESSAGES, "", 0, 0, "`transition`: every object in the answer went from its last seen status to this one legally (RFC 8555 7.1.6)." },
    [SUBJECT_IDENTITY] = { "identity", OF_MESSAGES, "", 0, 0, "`identity`: members of this object that may never change are as they were when first seen (identifiers, authorizations, token, type)." },
    [SUBJECT_REQUEST] = { "request", OF_MESSAGES, "[POINTER]", 1, 1, "The payload of the request that was answered." },
    [SUBJECT_PAYLOAD] = { "payload", OF_MESSAGES, "", 0, 0, "The request's payload as text; empty for POST-as-GET." },
    [SUBJECT_PROTECTED] = { "protected", OF_MESSAGES, "[POINTER]", 1, 1, "The protected header of the request's JWS, or what a pointer finds in it." },
    [SUBJECT_SENT] = { "sent", OF_MESSAGES, "NAME", 1, 0, "A header of the request, by name." },
    [SUBJECT_JWS] = { "jws", OF_MESSAGES, "form|key|url|signature", 1, 0, "`jws form`: the request's body is a JWS as RFC 8555 6.2 has it; `jws key`: by the right one of jwk and kid; `jws url`: its url is the request's; `jws signature`: it is that of the account's key, or of the jwk beside it." },
    [SUBJECT_NONCE_USE] = { "nonce-use", OF_MESSAGES, "", 0, 0, "`nonce-use`: the request's nonce came from the CA and stands in no earlier request." },
    [SUBJECT_NUMBER] = { "number", OF_MESSAGES, "", 0, 0, "Which of the requests of the client's run it is: the first is 1." },
    [SUBJECT_OPERATION] = { "operation", OF_CLIENT_WATCHES, "", 0, 0, "What the client was told to do in the run whose request it is: obtain, renew, deactivate ..." },
    [SUBJECT_RETRY_NONCE] = { "retry-nonce", OF_MESSAGES, "", 0, 0, "`retry-nonce`: the request, which tries again what was refused with badNonce, has the nonce of that error. Absent where nothing is tried again." },
    [SUBJECT_CSR] = { "csr", OF_MESSAGES, "names|ips|common-names|other-names|usages|key|hash|form|fits|own-key", 1, 0, "Of the CSR in the request: its names ..., the usages that it asks for, the type of its key; `csr form`: a good PKCS #10 request in base64url; `csr fits`: for the identifiers of its order, no more and no less; `csr own-key`: not an account's key." },
    [SUBJECT_CLIENT] = { "client", OF_CLIENT, "OUTCOME [or OUTCOME]...", 0, 0, "What became of the last run: issued, done, gave-up, hung, crashed, or lied (it said that it succeeded, and had not)." },
    [SUBJECT_EXIT] = { "exit", OF_CLIENT, "", 0, 0, "The exit status of the client's last run." },
    [SUBJECT_OUTPUT] = { "output", OF_CLIENT, "", 0, 0, "What the client printed in its last run." },
    [SUBJECT_REQUESTS] = { "requests", OF_CLIENT, "RESOURCE", 1, 0, "All requests for the resource: an array of objects with method, url, payload, protected, headers (names in lower case), status, type, and inner: payload and protected of the JWS inside (keyChange, externalAccountBinding)." },
    [SUBJECT_ACCOUNT_KEYS] = { "account-keys", OF_CLIENT, "", 0, 0, "`account-keys`: no key is that of an account at either CA, of which there are two where a run is `with other-ca`." },
    [SUBJECT_STORED] = { "stored", OF_CLIENT, CERTIFICATE_WORDS "|own|anew", 1, 0, "Of the certificate that the client's last run left in its file, as `certificate` has it of an answer; `stored own`: its key file fits; `stored anew`: another one than before the run." },
    [SUBJECT_PROOFS] = { "proofs", OF_CLIENT, "CHALLENGE|any", 1, 0, "What the CA found when it validated, query by query: an array of objects with type, identifier, token, `exact` (the proof was there to the letter), `polls` (how often the authorization was read from the response until this query), problem and detail where it failed; of http-01 status, body, contentType, of dns-01 texts, of tls-alpn-01 alpn, names, ips, others, critical, selfSigned. With `ca strays`: strayEchoed and oddEchoed (a token that was never offered, and a text that is none, were served), or strayAlpn, strayNames and strayPlain (no acmeIdentifier) of a handshake for a name without a challenge." },
    [SUBJECT_LEFTOVERS] = { "leftovers", OF_CLIENT, "CHALLENGE|any", 1, 0, "Proofs that the CA would still find now, of all challenges that it ever offered: an array of objects with type, identifier, token." },
};
const struct test_row tests[TEST_KINDS] = {
    [TEST_HOLDS] = { "", "", "With nothing behind it the subject itself has to be true or present." },
    [TEST_IS] = { "is", "VALUE [or VALUE]... | JSON", "Equal to one of the values." },
    [TEST_IS_NOT] = { "is not", "VALUE [or VALUE]... | JSON", "Equal to none of the values, and present." },
    [TEST_MATCHES] = { "matches", "FORM or FORM... | /REGEX/", "Has a form." },
    [TEST_MATCHES_NOT] = { "matches not", "FORM or FORM... | /REGEX/", "Has none of the forms, and is present." },
    [TEST_CONTAINS] = { "contains", "VALUE | JSON", "A text contains the text (header: in any case), an array the element, an object all these members." },
    [TEST_LACKS] = { "lacks", "VALUE | JSON", "Does not contain it; an absent subject lacks everything." },
    [TEST_PRESENT] = { "present", "", "Is there." },
    [TEST_ABSENT] = { "absent", "", "Is not there." },
    [TEST_TYPE] = { "of type", "string|number|boolean|array|object|null [or ...]", "The JSON type." },
    [TEST_COUNT] = { "count", "NUMBER | at least NUMBER | at most NUMBER", "Number of elements or members." },
    [TEST_AT_LEAST] = { "at least", "NUMBER", "A number (or milliseconds: 3s) that is not less." },
    [TEST_AT_MOST] = { "at most", "NUMBER", "A number (or milliseconds: 3s) that is not more." },
    [TEST_BEFORE] = { "before", "VALUE", "A date (RFC 3339 or HTTP) before that date; `now` is the moment of the answer." },
    [TEST_AFTER] = { "after", "VALUE", "A date after that date." },
    [TEST_EACH] = { "each", "[POINTER] TEST", "Every element passes the test; an absent or empty array passes." },
    [TEST_ANY] = { "any", "[POINTER] TEST", "At least one element passes the test." },
};
const struct form forms[] = {
    { "base64url", "one or more base64url characters, no padding (RFC 8555 6.1)" },
    { "absolute-url", "an absolute URL with scheme and host" },
    { "https-url", "an absolute https URL (RFC 8555 6.1)" },
    { "uri", "a URI with a scheme" },
    { "date", "an RFC 3339 date-time" },
    { "http-date", "one of the three date forms of RFC 9110 5.6.7" },
    { "retry-after", "either form of Retry-After (RFC 9110 10.2.3)" },
    { "number", "decimal digits only" },
    { "token", "base64url characters with at least 128 bits (22 characters, RFC 8555 8)" },
    { "mailto", "a mailto URL" },
    { "registered-error", "a type outside urn:ietf:params:acme:error:, or one that IANA's registry has" },
    { "lower-case", "no capital letters" },
    { "caa-domain", "a domain name in the form of RFC 8659 4.2" },
    { "problem-json", "application/problem+json" },
    { "pem-chain", "application/pem-certificate-chain" },
    { "json", "JSON text" },
    { "order-status", "pending, ready, processing, valid, invalid" },
    { "authorization-status", "pending, valid, invalid, deactivated, expired, revoked" },
    { "challenge-status", "pending, processing, valid, invalid" },
    { "account-status", "valid, deactivated, revoked" },
    { "problem", "a JSON object that is a problem document of RFC 7807" },
    { "identifier", "a JSON object with the strings type and value" },
};
/* clang-format on */
const size_t form_count = countof(forms);

const char *const *const challenge_words = challenge_names;
const size_t challenge_word_count = CHALLENGE_COUNT;

bool form_known(str name)
{
    for (size_t i = 0; i < form_count; i++)
        if (str_is(name, forms[i].name))
            return true;
    return false;
}

bool resource_word(str word)
{
    return name_find(resource_names, RESOURCE_COUNT, word) >= 0
        && (word.len == 9
            || *resource_members[name_find(resource_names, RESOURCE_COUNT, word)]);
}

int subject_find(str word)
{
    for (int i = SUBJECT_STATUS; i < SUBJECT_KINDS; i++)
        if (str_is(word, subjects[i].name))
            return i;
    return -1;
}

static bool is_status(str word)
{
    return word.len == 3 && word.ptr[0] >= '1' && word.ptr[0] <= '9';
}

bool subject_starts(str word)
{
    return is_status(word) || subject_find(word) >= 0;
}
