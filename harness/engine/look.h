/* SPDX-License-Identifier: MIT */
/* A look at one subject; shared by the files of looks. */
#ifndef ENGINE_LOOK_H
#define ENGINE_LOOK_H

#include "engine/world.h"

struct look {
    struct world *world;
    const struct check *check;
    str arg[3];    /* expanded */
    json_t *value; /* what is there; NULL: absent */
    str mark;      /* text of the transcript's line that it is about */
    struct err *err;
};

/* Fills in value and mark; false with err when nothing can be learnt. */
typedef bool look_function(struct look *l);

look_function look_chain, look_certificate, look_queries, look_query, look_handshake;
look_function look_request, look_payload, look_protected, look_sent, look_jws,
    look_nonce_use, look_retry_nonce, look_number_in_run, look_operation, look_csr;
look_function look_outcome, look_account_keys, look_exit, look_output, look_requests,
    look_request_count, look_request_gap, look_stored, look_proofs, look_leftovers;
/* What a look at a certificate chain (arg[0]) finds in this PEM text. */
bool look_pem(struct look *l, str pem);

json_t *look_text(const struct look *l, str text);
json_t *look_number(const struct look *l, long long number);
json_t *look_list(const struct look *l, const struct strs *texts);
json_t *look_truth(const struct look *l, bool truth, str reason);

#endif
