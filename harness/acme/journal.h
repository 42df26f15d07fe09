/* SPDX-License-Identifier: MIT */
/* Every exchange of a run with its times, and what each URL turned out to be.  Checks and
 * watches look at the journal, reports print it.  It locks itself: the engine's thread
 * and the listener's may both add. */
#ifndef ACME_JOURNAL_H
#define ACME_JOURNAL_H

#include "acme/words.h"
#include "http/message.h"
#include "json/json.h"

struct exchange {
    size_t number; /* from 1, in order of sending */
    struct request request;
    struct response response; /* status 0: none came, see failure */
    str failure;              /* why no response came */
    int64_t sent_us, done_us; /* clock_us() */
    time_t wall;              /* when sent */
    enum resource resource;   /* what the URL was when it was sent */
    bool has_object;          /* the answer's body is one of the four objects */
    enum object object;
    json_t *body;    /* the answer's body as JSON, or NULL */
    bool deliberate; /* the request was spoiled on purpose */
    bool spoilt;     /* the answer was, by a rule of the mock CA */
    int line;        /* of the scenario, 0: on our own (given, nonce) */
};

struct journal;
struct journal *journal_new(struct arena *a);
/* Copies the exchange in, fills in number, resource, object and body, and learns from the
 * answer what further URLs are (Location, authorizations, challenges, finalize ...). */
const struct exchange *journal_add(struct journal *j, const struct exchange *exchange);
/* false, with a sentence, when so much was kept that nothing more should be sent.  What
 * is added all the same is kept. */
bool journal_has_room(const struct journal *j, struct err *err) MUST_CHECK;
size_t journal_count(const struct journal *j);
const struct exchange *journal_at(const struct journal *j, size_t index);
/* What a URL is known to be; RESOURCE_OTHER when nobody said. */
enum resource journal_resource(const struct journal *j, str url);
void journal_learn(struct journal *j, str url, enum resource resource);

/* "the server answered 403 Forbidden with type unauthorized (detail)", or why no answer
 * came. */
str journal_sentence(struct arena *a, const struct exchange *exchange);

#endif
