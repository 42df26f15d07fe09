/* SPDX-License-Identifier: MIT */
/* A ClientHello of our own to the CA, and what it says to that. */
#include "engine/look.h"
#include "engine/steps.h"
#include "mocks/greeting.h"

struct handshake {
    struct greeting greeting;
    struct greeting_answer answer;
};

/* Without `with`: all that some server of the day would take, and nothing that none may.
 */
static const enum suite_group usual[] = { SUITES_GOOD, SUITES_STATIC_RSA, SUITES_3DES,
                                          SUITES_RC4 };

/* A word of the line that is one of these, as its number. */
static enum step_end read_word(struct world *w, str text, const char *const names[],
                               size_t count, size_t *number, struct err *err)
{
    str word;
    if (!world_word(w, text, &word, err))
        return STEP_NOT_HELD;
    int found = name_find(names, count, word);
    *number = found < 0 ? 0 : (size_t)found;
    if (found >= 0)
        return STEP_DONE;
    err_set(err, "no hello has \"%.*s\"; acmespec help hello says what it may have",
            STR_ARG(str_upto(word, 60)));
    return STEP_BROKEN;
}

static enum step_end read_greeting(struct world *w, const struct line *line,
                                   struct greeting *g, struct err *err)
{
    size_t count = line_args(line, "SUITES"), number = 0;
    enum step_end end = read_word(w, line_arg(line, "TLSVERSION"), tls_version_names,
                                  TLS_VERSION_COUNT, &number, err);
    g->version = (enum tls_version)number;
    for (size_t i = 0; i < countof(usual) && count == 0; i++)
        g->group[usual[i]] = true;
    for (size_t i = 0; i < count && end == STEP_DONE; i++) {
        end = read_word(w, line_arg_n(line, "SUITES", i), suite_group_names, SUITES_COUNT,
                        &number, err);
        g->group[number] = true;
    }
    return end;
}

/* RFC 6066 3: no literal address is permitted there, and no dot behind the name. */
static str name_for_sni(const struct url *url)
{
    str host = url->host;
    if (str_starts(host, "[") || identifier_is_ip(host))
        return STR_NONE;
    return str_ends(host, ".") ? str_upto(host, host.len - 1) : host;
}

struct listening {
    struct arena *arena;
    const struct greeting *greeting;
};

static bool is_whole(void *context, str bytes)
{
    const struct listening *l = context;
    struct arena *step = arena_new(l->arena);
    struct greeting_answer answer;
    greeting_read(step, l->greeting, bytes, false, &answer);
    arena_end(step);
    return answer.how != GREETED_MORE;
}

/* What came back is an answer to it, or nothing is learnt. */
static bool greet(struct world *w, str url, struct handshake *h, struct err *err)
{
    struct listening l = { w->arena, &h->greeting };
    str bytes = greeting_bytes(w->arena, &h->greeting), came = STR_NONE;
    bool closed = false;
    if (!fetch_plain(client_fetcher(w->client), w->arena, url, bytes, is_whole, &l, &came,
                     &closed, err))
        return false;
    greeting_read(w->arena, &h->greeting, came, closed, &h->answer);
    return h->answer.how == GREETED_AGREED || h->answer.how == GREETED_REFUSED
        || err_set(err, "%.*s", STR_ARG(h->answer.says));
}

enum step_end step_hello(struct world *w, const struct step *step, struct err *err)
{
    struct handshake *h = NEW(w->arena, struct handshake);
    struct url url;
    str directory = w->target->directory_url;
    w->handshake = NULL;
    enum step_end end = read_greeting(w, step->line, &h->greeting, err);
    if (end != STEP_DONE)
        return end;
    if (!url_parse(w->arena, directory, &url) || !str_is(url.scheme, "https")) {
        err_set(err, "the directory is not at an https URL, so there is no TLS to judge");
        return STEP_NOT_HELD;
    }
    h->greeting.host = name_for_sni(&url);
    if (!greet(w, directory, h, err))
        return STEP_NOT_HELD;
    w->handshake = h;
    return STEP_DONE;
}

bool look_handshake(struct look *l)
{
    const struct handshake *h = l->world->handshake;
    if (!h)
        return err_set(l->err, "no hello was sent yet");
    l->value = look_text(l,
                         h->answer.how == GREETED_REFUSED
                             ? STR("refused")
                             : str_of(tls_version_names[h->answer.version]));
    l->world->reason = h->answer.says;
    return true;
}

str hello_transcript(const struct world *w)
{
    return w->handshake
        ? greeting_show(w->arena, &w->handshake->greeting, &w->handshake->answer)
        : STR_NONE;
}
