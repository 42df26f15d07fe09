/* SPDX-License-Identifier: MIT */
/* What a mock CA exchanged last, for whoever tests with it: as JSON with the JWS taken
 * apart, and as HAR, which browsers' tools open.  It belongs to the listener's thread. */
#ifndef RUN_MOCK_JOURNAL_H
#define RUN_MOCK_JOURNAL_H

#include "json/json.h"
#include "mocks/ca.h"

/* The oldest exchange goes when there is one more; of a body so many bytes are kept. */
enum { MOCK_JOURNAL_MOST = 1000, MOCK_JOURNAL_BODY = 64 * 1024 };

struct mock_journal;
struct mock_journal *mock_journal_new(struct arena *a);
/* Copies an exchange in; took_us: from the request to the answer. */
void mock_journal_add(struct mock_journal *j, const struct ca_request_info *info,
                      const struct reply *reply, int64_t took_us);
void mock_journal_clear(struct mock_journal *j);

/* An array, the oldest first; `sent` says what became of an answer that did not go out as
 * its status says. */
json_t *mock_journal_json(const struct mock_journal *j, struct arena *a);
/* HAR 1.2: {"log": ...}. */
json_t *mock_journal_har(const struct mock_journal *j, struct arena *a);

#endif
