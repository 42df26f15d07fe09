/* SPDX-License-Identifier: MIT */
/* The fixture of the mock client's tests. */
#include "tests/client_fixture.h"

#include "tests/wire.h"

struct client_fixture f;

struct client *client_of(const char *directory_path)
{
    struct client_options options = {
        .directory_url = scripted_url(f.server, directory_path),
        .fetch = { .connect_ms = wire_patience(2000),
                   .total_ms = wire_patience(5000),
                   .body_ceiling = CEILING_BODY },
        .journal = f.journal,
    };
    return client_new(f.a, &options);
}

static void begin(void)
{
    struct err err = { "" };
    f.a = arena_new(NULL);
    f.server = scripted_new(f.a);
    f.journal = journal_new(f.a);
    f.key = key_new(f.a, KEY_P256, &err);
    ck_assert_msg(f.key != NULL, "%s", err.text);
    f.client = client_of("/dir");
}

static void begin_with_directory(void)
{
    struct err err = { "" };
    begin();
    ck_assert_msg(client_directory(f.client, &err), "%s", err.text);
}

static void end(void)
{
    arena_end(f.a);
}

static TCase *case_of(const char *name, void (*setup)(void))
{
    TCase *tc = tcase_create(name);
    tcase_add_unchecked_fixture(tc, fetch_start, NULL); /* before Check forks */
    tcase_add_checked_fixture(tc, setup, end);
    return tc;
}

TCase *client_case(const char *name)
{
    return case_of(name, begin);
}

TCase *client_case_with_directory(const char *name)
{
    return case_of(name, begin_with_directory);
}

struct post post_to(const char *path)
{
    return (struct post){ .url = scripted_url(f.server, path),
                          .jws = { .key = f.key, .kid = STR("https://ca.test/acct/1") } };
}

const struct exchange *posted(const struct post *post)
{
    struct err err = { "" };
    const struct exchange *x = NULL;
    ck_assert_msg(client_post(f.client, post, &x, &err), "%s", err.text);
    ck_assert_ptr_nonnull(x);
    return x;
}

const struct exchange *posted_to(const char *path)
{
    struct post post = post_to(path);
    return posted(&post);
}

const char *nonce_of(const struct exchange *x)
{
    return str_z(f.a, client_nonce_of(f.a, x));
}

const char *answered_nonce(const struct exchange *x)
{
    const str *nonce = headers_find(&x->response.headers, "Replay-Nonce");
    return nonce ? str_z(f.a, *nonce) : "";
}
