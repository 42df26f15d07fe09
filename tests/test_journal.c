/* SPDX-License-Identifier: MIT */
/* The journal: what it keeps, what it takes an answer for, and which URLs it learns. */
#include <check.h>
#include <pthread.h>

#include "acme/journal.h"

Suite *journal_suite(void);

#define CA "https://ca.test"

static struct arena *a;
static struct journal *j;

static void begin(void)
{
    a = arena_new(NULL);
    j = journal_new(a);
    journal_learn(j, STR(CA "/dir"), RESOURCE_DIRECTORY);
}

static void end(void)
{
    arena_end(a);
}

/* An exchange; headers are "Name: value" lines, or NULL. */
static struct exchange made(const char *method, const char *url, int status,
                            const char *headers, const char *body)
{
    struct exchange x = { .request = { .method = str_of(method), .url = str_of(url) },
                          .response = { .status = status, .body = str_of(body) } };
    str rest = str_of(headers), line;
    while (str_cut(&rest, '\n', &line)) {
        size_t colon = str_find_char(line, ':');
        headers_add(a, &x.response.headers, str_upto(line, colon),
                    str_trim(str_from(line, colon + 1)));
    }
    return x;
}

static const struct exchange *added(const char *url, int status, const char *headers,
                                    const char *body)
{
    struct exchange x = made("POST", url, status, headers, body);
    return journal_add(j, &x);
}

static void is_resource(const char *url, enum resource resource)
{
    ck_assert_str_eq(resource_names[journal_resource(j, str_of(url))],
                     resource_names[resource]);
}

/* clang-format off */
static const char directory[] =
    "{\"newNonce\":\"" CA "/nonce\",\"newAccount\":\"" CA "/acct\",\"newOrder\":\"" CA "/order\","
    "\"newAuthz\":\"" CA "/authz\",\"revokeCert\":\"" CA "/revoke\",\"keyChange\":\"" CA "/key\","
    "\"renewalInfo\":\"" CA "/ari\",\"meta\":{\"website\":\"" CA "/www\"},\"other\":\"" CA "/else\"}";

static const struct { const char *url; enum resource resource; } members[] = {
    { CA "/nonce", RESOURCE_NEW_NONCE },    { CA "/acct", RESOURCE_NEW_ACCOUNT },
    { CA "/order", RESOURCE_NEW_ORDER },    { CA "/authz", RESOURCE_NEW_AUTHZ },
    { CA "/revoke", RESOURCE_REVOKE_CERT }, { CA "/key", RESOURCE_KEY_CHANGE },
    { CA "/ari", RESOURCE_RENEWAL_INFO },   { CA "/ari/aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE", RESOURCE_RENEWAL_INFO },
    { CA "/arise", RESOURCE_OTHER },        { CA "/www", RESOURCE_OTHER },
    { CA "/else", RESOURCE_OTHER },         { CA "/dir", RESOURCE_DIRECTORY },
    { CA "/order/", RESOURCE_OTHER },       { "https://CA.test/order", RESOURCE_OTHER },
    { "", RESOURCE_OTHER },
};

/* One answer and one URL that it teaches, or does not. */
static const struct {
    const char *name, *url;
    int status;
    const char *headers, *body;
    const char *learnt;
    enum resource resource;
} lessons[] = {
    { "an account by its Location", CA "/acct", 201, "Location: " CA "/a/1", "{\"status\":\"valid\"}",
      CA "/a/1", RESOURCE_ACCOUNT },
    { "an account that was there already", CA "/acct", 200, "location: " CA "/a/1", "",
      CA "/a/1", RESOURCE_ACCOUNT },
    { "no account from an error", CA "/acct", 400, "Location: " CA "/a/1", "{}", CA "/a/1", RESOURCE_OTHER },
    { "no account from a key change", CA "/key", 409, "Location: " CA "/a/1", "{}", CA "/a/1", RESOURCE_OTHER },
    { "an order by its Location", CA "/order", 201, "Location: " CA "/o/1", "{}", CA "/o/1", RESOURCE_ORDER },
    { "an order by a relative Location", CA "/order", 201, "Location: /o/1", "{}", CA "/o/1", RESOURCE_ORDER },
    { "an authorization by its Location", CA "/authz", 201, "Location: " CA "/z/1", "{}", CA "/z/1", RESOURCE_AUTHORIZATION },
    { "an order's authorizations", CA "/order", 201, NULL, "{\"authorizations\":[4,\"" CA "/z/1\",\"" CA "/z/2\"]}",
      CA "/z/2", RESOURCE_AUTHORIZATION },
    { "an order's finalize", CA "/order", 201, NULL, "{\"finalize\":\"" CA "/f/1\"}", CA "/f/1", RESOURCE_FINALIZE },
    { "an order's certificate", CA "/order", 201, NULL, "{\"certificate\":\"" CA "/c/1\"}", CA "/c/1", RESOURCE_CERTIFICATE },
    { "a renewed certificate", CA "/order", 201, NULL, "{\"status\":\"valid\",\"star-certificate\":\"" CA "/c/1\"}",
      CA "/c/1", RESOURCE_CERTIFICATE },
    { "an account's orders", CA "/acct", 201, NULL, "{\"orders\":\"" CA "/a/1/orders\"}", CA "/a/1/orders", RESOURCE_ORDERS },
    { "an authorization's challenges", CA "/authz", 201, NULL,
      "{\"challenges\":[{\"url\":\"" CA "/h/1\"},{},7,{\"url\":\"" CA "/h/2\"}]}", CA "/h/2", RESOURCE_CHALLENGE },
    { "nothing from a member of another object", CA "/order", 201, NULL,
      "{\"status\":\"pending\",\"orders\":\"" CA "/x\"}", CA "/x", RESOURCE_OTHER },
    { "nothing from a problem", CA "/order", 403, "Content-Type: application/problem+json",
      "{\"finalize\":\"" CA "/f/1\"}", CA "/f/1", RESOURCE_OTHER },
    { "nothing from an unknown resource", CA "/what", 200, "Location: " CA "/x", "{\"finalize\":\"" CA "/x\"}",
      CA "/x", RESOURCE_OTHER },
    { "no other role for what is known", CA "/order", 201, NULL, "{\"finalize\":\"" CA "/key\"}", CA "/key", RESOURCE_KEY_CHANGE },
};

/* What an answer is, after all the roles of flow() are known. */
static const struct {
    const char *url;
    int status;
    const char *type, *body;
    int object; /* -1: none */
} shapes[] = {
    { CA "/acct", 201, "application/json", "{\"status\":\"valid\",\"orders\":\"x\"}", OBJECT_ACCOUNT },
    { CA "/acct", 200, "application/json", "{\"contact\":[]}", OBJECT_ACCOUNT },
    { CA "/acct", 200, "application/json", "{}", -1 },
    { CA "/acct", 400, "application/json", "{\"status\":\"valid\"}", -1 },
    { CA "/acct", 201, "text/html", "<html>", -1 },
    { CA "/acct", 201, "application/json", "[]", -1 },
    { CA "/a/1", 200, "application/json", "{\"status\":\"deactivated\"}", OBJECT_ACCOUNT },
    { CA "/order", 201, "application/json", "{\"identifiers\":[]}", OBJECT_ORDER },
    { CA "/o/1", 200, NULL, "{\"status\":\"pending\"}", OBJECT_ORDER },
    { CA "/f/1", 200, "application/json", "{\"status\":\"processing\"}", OBJECT_ORDER },
    { CA "/f/1", 200, "application/pem-certificate-chain", "-----BEGIN CERTIFICATE-----", -1 },
    { CA "/authz", 201, "application/json", "{\"identifier\":{}}", OBJECT_AUTHORIZATION },
    { CA "/z/1", 200, "application/json", "{\"status\":\"deactivated\"}", OBJECT_AUTHORIZATION },
    { CA "/h/1", 200, "application/json", "{\"type\":\"http-01\"}", OBJECT_CHALLENGE },
    { CA "/h/1", 200, "application/problem+json", "{\"type\":\"about:blank\"}", -1 },
    { CA "/a/1/orders", 200, "application/json", "{\"orders\":[]}", -1 },
    { CA "/key", 200, "application/json", "{\"status\":\"valid\"}", -1 },
    { CA "/dir", 200, "application/json", "{\"status\":\"valid\"}", -1 },
    { CA "/c/1", 200, "application/json", "{\"status\":\"valid\"}", -1 },
};
/* clang-format on */

static void know_directory(void)
{
    added(CA "/dir", 200, "Content-Type: application/json", directory);
}

/* A whole issuance, so that every kind of URL is known. */
static void flow(void)
{
    know_directory();
    added(CA "/acct", 201, "Location: " CA "/a/1",
          "{\"status\":\"valid\",\"orders\":\"" CA "/a/1/orders\"}");
    added(CA "/order", 201, "Location: " CA "/o/1",
          "{\"authorizations\":[\"" CA "/z/1\"],\"finalize\":\"" CA "/f/1\"}");
    added(CA "/z/1", 200, NULL, "{\"challenges\":[{\"url\":\"" CA "/h/1\"}]}");
    added(CA "/f/1", 200, NULL, "{\"status\":\"valid\",\"certificate\":\"" CA "/c/1\"}");
}

START_TEST(the_directory_names_resources)
{
    know_directory();
    is_resource(members[_i].url, members[_i].resource);
}
END_TEST

START_TEST(an_answer_teaches_what_urls_are)
{
    know_directory();
    added(lessons[_i].url, lessons[_i].status, lessons[_i].headers, lessons[_i].body);
    enum resource resource = journal_resource(j, str_of(lessons[_i].learnt));
    ck_assert_msg(resource == lessons[_i].resource, "%s: %s", lessons[_i].name,
                  resource_names[resource]);
}
END_TEST

START_TEST(an_answer_is_one_of_the_objects_or_none)
{
    flow();
    str type =
        shapes[_i].type ? arena_printf(a, "Content-Type: %s", shapes[_i].type) : STR_NONE;
    const struct exchange *x =
        added(shapes[_i].url, shapes[_i].status, type.ptr, shapes[_i].body);
    ck_assert_msg(x->has_object == (shapes[_i].object >= 0), "%s %s", shapes[_i].url,
                  shapes[_i].body);
    if (x->has_object)
        ck_assert_int_eq((int)x->object, shapes[_i].object);
}
END_TEST

START_TEST(links_lead_on)
{
    flow();
    added(CA "/h/1", 200, "Link: <" CA "/z/9>;rel=\"up\", <" CA "/dir>;rel=\"index\"",
          "{\"type\":\"dns-01\"}");
    added(CA "/c/1", 200,
          "Link: <" CA "/c/1/1>;rel=\"alternate\"\nLink: <" CA "/c/1/2>;rel=alternate\n"
          "Link: </c/up>;rel=\"up\"",
          "-----BEGIN CERTIFICATE-----");
    added(CA "/a/1/orders", 200, "Link: <" CA "/a/1/orders?cursor=2>;rel=\"next\"",
          "{\"orders\":[\"" CA "/o/7\"]}");
    is_resource(CA "/z/9", RESOURCE_AUTHORIZATION);
    is_resource(CA "/c/1/1", RESOURCE_CERTIFICATE);
    is_resource(CA "/c/1/2", RESOURCE_CERTIFICATE);
    is_resource(CA "/c/up", RESOURCE_CERTIFICATE);
    is_resource(CA "/a/1/orders?cursor=2", RESOURCE_ORDERS);
    is_resource(CA "/o/7", RESOURCE_ORDER);
}
END_TEST

START_TEST(exchanges_are_copied_and_numbered)
{
    char body[] = "{\"status\":\"valid\"}", url[] = CA "/x";
    struct exchange x = made("POST", url, 200, "Replay-Nonce: abc", body);
    x.failure = STR("none");
    x.deliberate = true;
    x.line = 12;
    x.number = 77;
    const struct exchange *kept = journal_add(j, &x);
    memset(body, 'x', sizeof body - 1);
    memset(url, 'x', sizeof url - 1);
    ck_assert_uint_eq(kept->number, 1);
    ck_assert_uint_eq(added(CA "/y", 200, NULL, "")->number, 2);
    ck_assert(str_is(kept->request.url, CA "/x"));
    ck_assert(str_is(kept->response.body, "{\"status\":\"valid\"}"));
    ck_assert(str_is(*headers_find(&kept->response.headers, "Replay-Nonce"), "abc"));
    ck_assert(str_is(json_member(kept->body, "status"), "valid"));
    ck_assert(kept->deliberate);
    ck_assert_int_eq(kept->line, 12);
    ck_assert_uint_eq(journal_count(j), 2);
    ck_assert_ptr_eq(journal_at(j, 0), kept);
    ck_assert_ptr_null(journal_at(j, 2));
}
END_TEST

START_TEST(no_answer_is_kept_too)
{
    struct exchange x = { .request = { .method = STR("GET"), .url = STR(CA "/dir") },
                          .failure = STR("connection refused") };
    const struct exchange *kept = journal_add(j, &x);
    ck_assert_int_eq(kept->response.status, 0);
    ck_assert_ptr_null(kept->body);
    ck_assert(str_is(kept->failure, "connection refused"));
    ck_assert_int_eq((int)kept->resource, RESOURCE_DIRECTORY);
}
END_TEST

START_TEST(a_body_that_was_cut_is_no_json)
{
    know_directory();
    struct exchange x =
        made("POST", CA "/order", 201, NULL, "{\"finalize\":\"" CA "/f\"}");
    x.response.body_cut = true;
    ck_assert_ptr_null(journal_add(j, &x)->body);
    is_resource(CA "/f", RESOURCE_OTHER);
}
END_TEST

START_TEST(an_exchange_has_the_role_its_url_had_when_it_was_sent)
{
    const struct exchange *early = added(CA "/order", 201, NULL, "{}");
    know_directory();
    ck_assert_int_eq((int)early->resource, RESOURCE_OTHER);
    ck_assert_int_eq((int)added(CA "/order", 201, NULL, "{}")->resource,
                     RESOURCE_NEW_ORDER);
}
END_TEST

START_TEST(many_urls_are_kept_apart)
{
    enum { MANY = 5000 };
    for (int i = 0; i < MANY; i++)
        journal_learn(j, arena_printf(a, CA "/%d", i),
                      i % 2 ? RESOURCE_ORDER : RESOURCE_CHALLENGE);
    for (int i = 0; i < MANY; i++)
        ck_assert_int_eq((int)journal_resource(j, arena_printf(a, CA "/%d", i)),
                         i % 2 ? RESOURCE_ORDER : RESOURCE_CHALLENGE);
    is_resource(CA "/5000", RESOURCE_OTHER);
}
END_TEST

START_TEST(there_is_room_until_very_much_is_kept)
{
    enum { SIZE = 4 * 1024 * 1024 };
    struct err err = { "" };
    char *body = arena_alloc(a, 1, SIZE + 1);
    memset(body, 'x', SIZE);
    int kept = 0;
    ck_assert(journal_has_room(j, &err));
    while (journal_has_room(j, &err) && kept < 100) {
        added(CA "/x", 200, NULL, body);
        kept++;
    }
    ck_assert_int_ge(kept, 10);
    ck_assert_int_lt(kept, 20);
    ck_assert_ptr_nonnull(strstr(err.text, "not sent"));
    ck_assert_ptr_nonnull(added(CA "/x", 200, NULL, "{}")->body);
}
END_TEST

/* How many bodies of 4 MiB of this byte in an array are kept, of eight. */
static int kept_of(char filling)
{
    enum { SIZE = 4 * 1024 * 1024 };
    struct err err = { "" };
    char *body = arena_alloc(a, 1, SIZE + 1);
    memset(body, filling, SIZE);
    body[0] = '[';
    body[SIZE - 1] = ']';
    if (filling != ' ')
        body[1] = body[SIZE - 2] = '"';
    int kept = 0;
    while (journal_has_room(j, &err) && kept < 8) {
        added(CA "/x", 200, NULL, body);
        kept++;
    }
    return kept;
}

/* A body of JSON is kept as text and as values; white space is none. */
START_TEST(json_takes_more_room_than_text)
{
    int kept = kept_of('x');
    ck_assert_int_ge(kept, 2);
    ck_assert_int_lt(kept, 8);
}
END_TEST

START_TEST(white_space_takes_no_more_room_than_text)
{
    ck_assert_int_eq(kept_of(' '), 8);
}
END_TEST

enum { THREADS = 4, EACH = 250, ALL = THREADS * EACH };

/* NULL when the journal gave back what was put in. */
static void *add_many(void *context)
{
    struct exchange x = { .request = { .method = STR("POST"), .url = STR(CA "/x") },
                          .response = { .status = 200, .body = STR("{\"n\":1}") } };
    void *wrong = NULL;
    for (int i = 0; i < EACH; i++) {
        const struct exchange *kept = journal_add(context, &x);
        if (journal_at(context, kept->number - 1) != kept)
            wrong = context;
        journal_learn(context, x.request.url, RESOURCE_ORDER);
    }
    return wrong;
}

START_TEST(several_threads_may_add)
{
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, add_many, j), 0);
    for (int i = 0; i < THREADS; i++) {
        void *wrong;
        pthread_join(threads[i], &wrong);
        ck_assert_ptr_null(wrong);
    }
    ck_assert_uint_eq(journal_count(j), ALL);
    for (size_t i = 0; i < ALL; i++)
        ck_assert_uint_eq(journal_at(j, i)->number, i + 1);
}
END_TEST

Suite *journal_suite(void)
{
    Suite *suite = suite_create("journal");
    TCase *tc = tcase_create("journal");
    tcase_add_checked_fixture(tc, begin, end);
    tcase_add_loop_test(tc, the_directory_names_resources, 0, (int)countof(members));
    tcase_add_loop_test(tc, an_answer_teaches_what_urls_are, 0, (int)countof(lessons));
    tcase_add_loop_test(tc, an_answer_is_one_of_the_objects_or_none, 0,
                        (int)countof(shapes));
    tcase_add_test(tc, links_lead_on);
    tcase_add_test(tc, exchanges_are_copied_and_numbered);
    tcase_add_test(tc, no_answer_is_kept_too);
    tcase_add_test(tc, a_body_that_was_cut_is_no_json);
    tcase_add_test(tc, an_exchange_has_the_role_its_url_had_when_it_was_sent);
    tcase_add_test(tc, many_urls_are_kept_apart);
    tcase_add_test(tc, there_is_room_until_very_much_is_kept);
    tcase_add_test(tc, json_takes_more_room_than_text);
    tcase_add_test(tc, white_space_takes_no_more_room_than_text);
    tcase_add_test(tc, several_threads_may_add);
    suite_add_tcase(suite, tc);
    return suite;
}
