/* SPDX-License-Identifier: MIT */
/* The list of exchanges, and a hash table of URLs with the role each was given.  Lessons
 * (which part of which answer names which resource) are rows; a URL keeps the first role
 * it got, so that a confused peer cannot rename what is known. */
#include "acme/journal.h"
#include "acme/problem.h"

#include <pthread.h>

#include "base/buf.h"

/* A peer's lists are long at most as its bodies are; here is where we stop listening. */
enum { MOST_ROLES = 1 << 18 };

struct role {
    str url;
    enum resource resource;
};

struct journal {
    struct arena *arena; /* behind the lock, like all that follows */
    pthread_mutex_t *lock;
    const struct exchange **exchanges;
    size_t count;
    size_t
        json_bytes; /* of the bodies that were read as JSON, which are not the arena's */
    struct role *roles; /* open addressing; an empty url is a free place */
    size_t role_count, role_room;
    str renewal_info;
};

static void destroy_lock(void *lock)
{
    pthread_mutex_destroy(lock);
}

struct journal *journal_new(struct arena *a)
{
    struct arena *own = arena_new(a);
    struct journal *j = NEW(own, struct journal);
    j->arena = own;
    j->lock = NEW(own, pthread_mutex_t);
    pthread_mutex_init(j->lock, NULL);
    arena_defer(own, destroy_lock, j->lock);
    return j;
}

/* --- roles of URLs --- */

/* FNV-1a. */
static size_t hash(str s)
{
    uint64_t h = 14695981039346656037U;
    for (size_t i = 0; i < s.len; i++)
        h = (h ^ (unsigned char)s.ptr[i]) * 1099511628211U;
    return (size_t)(h ^ h >> 32);
}

/* The place of the url, or the free one where it would go. */
static struct role *role_place(struct role *roles, size_t room, str url)
{
    size_t at = hash(url) & (room - 1);
    while (roles[at].url.len && !str_eq(roles[at].url, url))
        at = (at + 1) & (room - 1);
    return &roles[at];
}

static void grow_roles(struct journal *j)
{
    if (j->role_count * 2 < j->role_room)
        return;
    size_t room = j->role_room ? j->role_room * 2 : 64;
    struct role *roles = NEW_ARRAY(j->arena, struct role, room);
    for (size_t i = 0; i < j->role_room; i++)
        if (j->roles[i].url.len)
            *role_place(roles, room, j->roles[i].url) = j->roles[i];
    j->roles = roles;
    j->role_room = room;
}

static void learn(struct journal *j, str url, enum resource resource)
{
    if (url.len == 0 || resource == RESOURCE_OTHER || j->role_count >= MOST_ROLES)
        return;
    grow_roles(j);
    struct role *role = role_place(j->roles, j->role_room, url);
    if (role->url.len)
        return;
    *role = (struct role){ str_copy(j->arena, url), resource };
    j->role_count++;
    if (resource == RESOURCE_RENEWAL_INFO)
        j->renewal_info = role->url;
}

/* RFC 9773 4.1: what is asked for is the directory's URL, a slash and the certificate's
 * identifier. */
static bool is_renewal_info(const struct journal *j, str url)
{
    str base = j->renewal_info;
    if (base.len == 0 || url.len <= base.len || !str_eq(str_upto(url, base.len), base))
        return false;
    return str_ends(base, "/") || url.ptr[base.len] == '/';
}

static enum resource resource_of(const struct journal *j, str url)
{
    if (j->role_room && url.len) {
        const struct role *role = role_place(j->roles, j->role_room, url);
        if (role->url.len)
            return role->resource;
    }
    return is_renewal_info(j, url) ? RESOURCE_RENEWAL_INFO : RESOURCE_OTHER;
}

/* --- what an answer is --- */

/* Which object the answer of a resource is, and the members of which it has at least one.
 * RFC 8555 7.4: finalize answers "with an updated order object"; 7.5.1: a challenge "with
 * the updated challenge object"; 7.3.1, 7.3.2, 7.3.6: the account; 7.5.2: the
 * authorization. */
static const struct answer {
    enum resource resource;
    enum object object;
} answers[] = {
    { RESOURCE_NEW_ACCOUNT, OBJECT_ACCOUNT },
    { RESOURCE_ACCOUNT, OBJECT_ACCOUNT },
    { RESOURCE_NEW_ORDER, OBJECT_ORDER },
    { RESOURCE_ORDER, OBJECT_ORDER },
    { RESOURCE_FINALIZE, OBJECT_ORDER },
    { RESOURCE_NEW_AUTHZ, OBJECT_AUTHORIZATION },
    { RESOURCE_AUTHORIZATION, OBJECT_AUTHORIZATION },
    { RESOURCE_CHALLENGE, OBJECT_CHALLENGE },
};

static const char *const *const shapes[] = {
    [OBJECT_ACCOUNT] = (const char *const[]){ "status", "contact", "termsOfServiceAgreed",
                                              "externalAccountBinding", "orders", NULL },
    [OBJECT_ORDER] = (const char *const[]){ "status", "identifiers", "authorizations",
                                            "finalize", "certificate", NULL },
    [OBJECT_AUTHORIZATION] =
        (const char *const[]){ "status", "identifier", "challenges", "wildcard", NULL },
    [OBJECT_CHALLENGE] =
        (const char *const[]){ "status", "type", "url", "token", "validated", NULL },
};
_Static_assert(countof(shapes) == OBJECT_COUNT, "a shape for every object");

static bool succeeded(const struct exchange *x)
{
    return x->response.status >= 200 && x->response.status <= 299;
}

/* One member is enough: an order without its status is a bad order, while {} is none. */
static bool has_shape(const json_t *body, enum object object)
{
    for (const char *const *member = shapes[object]; *member; member++)
        if (json_object_get(body, *member))
            return true;
    return false;
}

static void find_object(struct exchange *x)
{
    x->has_object = false;
    if (!succeeded(x) || !json_is_object(x->body)
        || media_type_is(&x->response.headers, "application/problem+json"))
        return;
    for (size_t i = 0; i < countof(answers); i++)
        if (answers[i].resource == x->resource && has_shape(x->body, answers[i].object)) {
            x->has_object = true;
            x->object = answers[i].object;
        }
}

/* --- what an answer teaches --- */

enum source {
    LOCATION,  /* the header field */
    LINK,      /* a link relation of that name */
    MEMBER,    /* a member of the body that is a URL */
    MEMBERS,   /* a list of URLs */
    MEMBER_URL /* a list of objects with a "url" */
};

struct lesson {
    int of; /* a resource or an object */
    enum source source;
    const char *name;
    enum resource teaches;
};

/* clang-format off */
/* By the resource that answered. */
static const struct lesson by_resource[] = {
    { RESOURCE_NEW_ACCOUNT, LOCATION, "",          RESOURCE_ACCOUNT },       /* 7.3 */
    { RESOURCE_NEW_ORDER,   LOCATION, "",          RESOURCE_ORDER },         /* 7.4 */
    { RESOURCE_FINALIZE,    LOCATION, "",          RESOURCE_ORDER },         /* 7.4, example */
    { RESOURCE_NEW_AUTHZ,   LOCATION, "",          RESOURCE_AUTHORIZATION }, /* 7.4.1 */
    { RESOURCE_ORDERS,      MEMBERS,  "orders",    RESOURCE_ORDER },         /* 7.1.2.1 */
    { RESOURCE_ORDERS,      LINK,     "next",      RESOURCE_ORDERS },        /* 7.1.2.1 */
    { RESOURCE_CHALLENGE,   LINK,     "up",        RESOURCE_AUTHORIZATION }, /* 7.1 */
    { RESOURCE_CERTIFICATE, LINK,     "up",        RESOURCE_CERTIFICATE },   /* 7.4.2 */
    { RESOURCE_CERTIFICATE, LINK,     "alternate", RESOURCE_CERTIFICATE },   /* 7.4.2 */
};

/* By the object that the answer is. */
static const struct lesson by_object[] = {
    { OBJECT_ACCOUNT,       MEMBER,     "orders",           RESOURCE_ORDERS },
    { OBJECT_ORDER,         MEMBERS,    "authorizations",   RESOURCE_AUTHORIZATION },
    { OBJECT_ORDER,         MEMBER,     "finalize",         RESOURCE_FINALIZE },
    { OBJECT_ORDER,         MEMBER,     "certificate",      RESOURCE_CERTIFICATE },
    { OBJECT_ORDER,         MEMBER,     "star-certificate", RESOURCE_CERTIFICATE }, /* RFC 8739 */
    { OBJECT_AUTHORIZATION, MEMBER_URL, "challenges",       RESOURCE_CHALLENGE },
};
/* clang-format on */

/* Header fields hold references (RFC 9110 10.2.2, RFC 8288 3.1), so they are resolved. */
static void learn_location(struct journal *j, const struct exchange *x,
                           const struct lesson *lesson)
{
    const str *location = headers_find(&x->response.headers, "Location");
    if (location)
        learn(j, url_resolve(j->arena, x->request.url, *location), lesson->teaches);
}

static void learn_links(struct journal *j, const struct exchange *x,
                        const struct lesson *lesson)
{
    enum { MOST_LINKS = 100 };
    str target;
    for (size_t n = 0; n < MOST_LINKS; n++) {
        if (!link_find(j->arena, &x->response.headers, lesson->name, n, x->request.url,
                       &target))
            return;
        learn(j, target, lesson->teaches);
    }
}

/* Members are taken as the exact strings that they are: RFC 8555 6.4. */
static void learn_members(struct journal *j, const struct exchange *x,
                          const struct lesson *lesson)
{
    const json_t *list = json_object_get(x->body, lesson->name);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);
        learn(j, lesson->source == MEMBERS ? json_str(item) : json_member(item, "url"),
              lesson->teaches);
    }
}

static void learn_lesson(struct journal *j, const struct exchange *x,
                         const struct lesson *lesson)
{
    switch (lesson->source) {
    case LOCATION:
        learn_location(j, x, lesson);
        return;
    case LINK:
        learn_links(j, x, lesson);
        return;
    case MEMBER:
        learn(j, json_member(x->body, lesson->name), lesson->teaches);
        return;
    case MEMBERS:
    case MEMBER_URL:
        learn_members(j, x, lesson);
        return;
    }
}

static void learn_directory(struct journal *j, const json_t *directory)
{
    for (int r = 0; r < RESOURCE_COUNT; r++)
        if (*resource_members[r])
            learn(j, json_member(directory, resource_members[r]), (enum resource)r);
}

static void learn_answer(struct journal *j, const struct exchange *x)
{
    if (!succeeded(x))
        return;
    if (x->resource == RESOURCE_DIRECTORY)
        learn_directory(j, x->body);
    for (size_t i = 0; i < countof(by_resource); i++)
        if (by_resource[i].of == (int)x->resource)
            learn_lesson(j, x, &by_resource[i]);
    for (size_t i = 0; i < countof(by_object); i++)
        if (x->has_object && by_object[i].of == (int)x->object)
            learn_lesson(j, x, &by_object[i]);
}

/* --- the list --- */

static struct headers copy_headers(struct arena *a, const struct headers *list)
{
    struct headers copy = { NEW_ARRAY(a, struct header, list->count), list->count };
    for (size_t i = 0; i < list->count; i++) {
        copy.item[i].name = str_copy(a, list->item[i].name);
        copy.item[i].value = str_copy(a, list->item[i].value);
    }
    return copy;
}

static struct exchange *copy_exchange(struct arena *a, const struct exchange *from)
{
    struct exchange *x = NEW(a, struct exchange);
    *x = *from;
    x->request.method = str_copy(a, from->request.method);
    x->request.url = str_copy(a, from->request.url);
    x->request.headers = copy_headers(a, &from->request.headers);
    x->request.body = str_copy(a, from->request.body);
    x->response.reason = str_copy(a, from->response.reason);
    x->response.version = str_copy(a, from->response.version);
    x->response.headers = copy_headers(a, &from->response.headers);
    x->response.body = str_copy(a, from->response.body);
    x->failure = str_copy(a, from->failure);
    return x;
}

/* A body that was cut could be read as something that the peer did not say. */
static json_t *read_body(struct arena *a, const struct response *response)
{
    struct err err;
    if (response->body_cut || response->body.len == 0)
        return NULL;
    return json_read(a, response->body, &err);
}

/* White space of JSON leaves no value behind. */
static size_t without_space(str text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.len; i++)
        count += text.ptr[i] != ' ';
    return count;
}

const struct exchange *journal_add(struct journal *j, const struct exchange *exchange)
{
    pthread_mutex_lock(j->lock);
    struct exchange *x = copy_exchange(j->arena, exchange);
    x->number = j->count + 1;
    x->resource = resource_of(j, x->request.url);
    x->body = read_body(j->arena, &x->response);
    j->json_bytes += x->body ? without_space(x->response.body) : 0;
    find_object(x);
    learn_answer(j, x);
    j->exchanges = GROW(j->arena, j->exchanges, j->count, const struct exchange *);
    j->exchanges[j->count++] = x;
    pthread_mutex_unlock(j->lock);
    return x;
}

bool journal_has_room(const struct journal *j, struct err *err)
{
    /* jansson takes several times what the text has. */
    enum { JSON_WEIGHT = 4 };
    pthread_mutex_lock(j->lock);
    size_t kept = arena_size(j->arena) + JSON_WEIGHT * j->json_bytes, count = j->count;
    pthread_mutex_unlock(j->lock);
    return kept < CEILING_JOURNAL
        || err_set(
               err,
               "not sent: the %zu exchanges so far are %zu MiB, the most that is kept; "
               "the peer's answers are too long, or there are too many requests",
               count, kept / 1024 / 1024);
}

size_t journal_count(const struct journal *j)
{
    pthread_mutex_lock(j->lock);
    size_t count = j->count;
    pthread_mutex_unlock(j->lock);
    return count;
}

const struct exchange *journal_at(const struct journal *j, size_t index)
{
    pthread_mutex_lock(j->lock);
    const struct exchange *x = index < j->count ? j->exchanges[index] : NULL;
    pthread_mutex_unlock(j->lock);
    return x;
}

enum resource journal_resource(const struct journal *j, str url)
{
    pthread_mutex_lock(j->lock);
    enum resource resource = resource_of(j, url);
    pthread_mutex_unlock(j->lock);
    return resource;
}

void journal_learn(struct journal *j, str url, enum resource resource)
{
    pthread_mutex_lock(j->lock);
    learn(j, url, resource);
    pthread_mutex_unlock(j->lock);
}

str journal_sentence(struct arena *a, const struct exchange *exchange)
{
    const struct response *r = &exchange->response;
    if (r->status == 0)
        return arena_printf(a, "there was no answer: %.*s", STR_ARG(exchange->failure));
    str type = problem_word(a, r);
    str detail = json_member(exchange->body, "detail");
    str text =
        arena_printf(a, "the server answered %d %s", r->status, http_reason(r->status));
    if (type.len)
        text = arena_printf(a, "%.*s with type %.*s", STR_ARG(text), STR_ARG(type));
    if (type.len && detail.len)
        text =
            arena_printf(a, "%.*s (%.*s)", STR_ARG(text), STR_ARG(str_upto(detail, 300)));
    return text;
}
