/* SPDX-License-Identifier: MIT */
/* Problem documents (RFC 7807, RFC 8555 6.7): made and read. */
#ifndef ACME_PROBLEM_H
#define ACME_PROBLEM_H

#include "acme/words.h"
#include "http/message.h"
#include "json/json.h"

/* The word of an ACME error URN ("badNonce"), or the whole type when it is another URI;
 * empty when the body is no problem document with a type. */
str problem_word(struct arena *a, const struct response *response);
/* The same of a JSON value such as a challenge's "error" or a subproblem. */
str problem_word_of(json_t *problem);
/* Whether the response is a well-formed problem document: media type, object, types of
 * the standard members, status equal to the response's.  false with what is not. */
bool problem_form(struct arena *a, const struct response *response, struct err *err);
/* {"type": urn, "detail": ..., "status": ...} */
json_t *problem_new(struct arena *a, const char *word, int status, str detail);
/* A "type" from the registry, or about:blank, or a URI outside
 * urn:ietf:params:acme:error: (RFC 8555 6.7 allows others; inside the URN space only
 * registered ones). */
bool problem_type_registered(str type);

#endif
