/* SPDX-License-Identifier: MIT */
/* Sentences for steps, one template per verb: placeholders of the usage stand in braces.
 */
#include "script/prose.h"

#include "base/buf.h"

/* clang-format off */
static const struct {
    enum verb_id id;
    const char *template;
} templates[] = {
    { VERB_GIVEN_KEY, "Make a key {NAME}{ of type |KEYTYPE|}." },
    { VERB_GIVEN_ACCOUNT, "Make an account {NAME}{ with a key of type |KEYTYPE|}." },
    { VERB_GIVEN_ORDER, "As {ACCOUNT}, order {DOMAIN} and call the order {NAME}{; bring it to |ORDERSTATE|}{ over |CHALLENGE|}." },
    { VERB_GIVEN_AUTHZ, "As {ACCOUNT}, order {DOMAIN} and call its authorization {NAME}{; bring it to |AUTHZSTATE|}{ over |CHALLENGE|}." },
    { VERB_GIVEN_CSR, "Make a certificate request {NAME} for {DOMAIN}{ with the key |KEY|}." },
    { VERB_GIVEN_CERTIFICATE, "As {ACCOUNT}, get a certificate for {DOMAIN} and call it {NAME}{; it is |revoked| by then}." },
    { VERB_GIVEN_JWS, "Sign an object {NAME} with the key {KEY}." },
    { VERB_GET, "GET {TARGET}, unsigned." },
    { VERB_HEAD, "HEAD {TARGET}, unsigned." },
    { VERB_SEND, "Send {METHOD} {TARGET}, unsigned." },
    { VERB_POST, "POST to {TARGET}{ as the account |ACCOUNT|}{, signed with the key |KEY|}." },
    { VERB_RAW, "Send bytes of our own." },
    { VERB_HELLO, "Begin a TLS handshake that offers {TLSVERSION} at most{, with no cipher suites but |SUITES|}." },
    { VERB_POLL, "Poll {TARGET} as {ACCOUNT} until {CHECK}." },
    { VERB_AT_ONCE, "Send these requests at once, each on a connection of its own:" },
    { VERB_PROVISION, "Put the response to {CHALLENGE} for {AUTHZ} in place." },
    { VERB_PROVISION_DNS, "In the DNS, let {DOMAIN} {DNSTYPE} be {VALUE}." },
    { VERB_WITHDRAW, "Take the response to {CHALLENGE} for {AUTHZ} away." },
    { VERB_WITHDRAW_DNS, "Take {DOMAIN} {DNSTYPE} out of the DNS." },
    { VERB_WAIT, "Wait {DURATION}." },
    { VERB_WAIT_RETRY_AFTER, "Wait as long as Retry-After asks." },
    { VERB_OPERATOR, "Have the CA's operator do this: {DEED}{ |VALUE|}." },
    { VERB_SAVE, "Keep {SOURCE}{ |VALUE|} of the answer as {NAME}." },
    { VERB_RECONNECT, "Close the connections." },
    { VERB_CA, "The mock CA is set up so: {SETTING}{ |VALUE|}." },
    { VERB_ON, "The mock CA has a rule for {RESOURCE}:" },
    { VERB_RUN, "Let the client {OPERATION}{ for |DOMAIN|}{ over |CHALLENGE|}." },
    { VERB_MUST, "It must be so: {CHECK}." },
    { VERB_SHOULD, "It should be so: {CHECK}." },
    { VERB_NEED, "Unless {CHECK}, nothing is learnt." },
};
/* clang-format on */

static void add_args(struct buf *b, const struct line *line, str name)
{
    char key[32];
    if (name.len >= sizeof key)
        return;
    memcpy(key, name.ptr, name.len);
    key[name.len] = '\0';
    for (size_t i = 0; i < line_args(line, key); i++) {
        if (i > 0)
            buf_add_char(b, ' ');
        buf_add(b, line_arg_n(line, key, i));
    }
}

/* "{NAME}", or "{ before|NAME|after}", which vanishes when there is no NAME. */
static void add_placeholder(struct buf *b, const struct line *line, str inside)
{
    str before = STR_NONE, name = inside, after = STR_NONE;
    char key[32];
    if (str_contains(inside, STR("|"))) {
        str_cut(&inside, '|', &before);
        str_cut(&inside, '|', &name);
        after = inside;
    }
    if (name.len >= sizeof key)
        return;
    memcpy(key, name.ptr, name.len);
    key[name.len] = '\0';
    if (!line_has(line, key))
        return;
    buf_add(b, before);
    add_args(b, line, name);
    buf_add(b, after);
}

static void fill(struct buf *b, const struct line *line, str template)
{
    while (template.len) {
        size_t open = str_find_char(template, '{');
        buf_add(b, str_upto(template, open));
        template = str_from(template, open + 1);
        if (!template.len)
            return;
        size_t close = str_find_char(template, '}');
        add_placeholder(b, line, str_upto(template, close));
        template = str_from(template, close + 1);
    }
}

static void add_clauses(struct buf *b, const struct line *line)
{
    for (size_t i = 0; i < line->clause_count; i++)
        buf_addf(b, "\n       %.*s", STR_ARG(line->clause[i].text));
}

str prose_of_line(struct arena *a, const struct line *line)
{
    struct buf b = buf_new(a, CEILING_LINE);
    for (size_t i = 0; i < countof(templates); i++)
        if (templates[i].id == line->verb->id)
            fill(&b, line, str_of(templates[i].template));
    if (line->verb->id == VERB_ON)
        buf_addf(&b, "\n       %.*s", STR_ARG(line->text));
    add_clauses(&b, line);
    return buf_str(&b);
}

str prose_of_step(struct arena *a, const struct step *step)
{
    struct buf b = buf_new(a, CEILING_LINE);
    buf_add(&b, prose_of_line(a, step->line));
    for (size_t i = 0; i < step->inner_count; i++)
        buf_addf(&b, "\n       %.*s", STR_ARG(prose_of_step(a, &step->inner[i])));
    return buf_str(&b);
}
