/* SPDX-License-Identifier: MIT */
/* Fuzzes what is read of a connection before anything is answered: the ClientHello and
 * the Host of a request; and what is said to a ClientHello of our own. */
#include "tests/fuzz/fuzz.h"

#include "mocks/greeting.h"
#include "mocks/hello.h"

/* With fewer bytes nobody may know more, or something else. */
static void of_every_length(struct arena *a, str input)
{
    struct hello whole, part;
    enum peek last = hello_peek(a, input, &whole);
    fuzz_must(strlen(whole.sni) < sizeof whole.sni, "a name ends");
    for (size_t len = 0; len < input.len; len += 1 + len / 8) {
        enum peek peek = hello_peek(a, str_upto(input, len), &part);
        if (peek == PEEK_BAD)
            fuzz_must(last == PEEK_BAD, "what is bad stays bad");
        if (peek == PEEK_DONE)
            fuzz_must(last == PEEK_DONE && strcmp(part.sni, whole.sni) == 0,
                      "more bytes tell the same name");
    }
}

static void as_an_answer(struct arena *a, str input)
{
    struct greeting g = { .version = TLS_VERSION_1_3 };
    struct greeting_answer answer;
    g.group[SUITES_GOOD] = true;
    greeting_read(a, &g, input, true, &answer);
    fuzz_must(answer.how != GREETED_MORE && answer.says.len, "what is closed is told");
    fuzz_must(answer.how != GREETED_AGREED
                  || (answer.version >= 0 && answer.suite->group == SUITES_GOOD),
              "what is agreed to was offered");
}

void fuzz_one(struct arena *a, str input)
{
    str host;
    of_every_length(a, input);
    as_an_answer(a, input);
    if (host_peek(a, input, &host) == PEEK_DONE)
        fuzz_must(!str_contains(host, STR("\n")) && !str_contains(host, STR("\r")),
                  "a host is of one line");
}
