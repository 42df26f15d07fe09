/* SPDX-License-Identifier: MIT */
/* The bench on which the mock CA is tested. */
#include "tests/ca_fixture.h"

#include "base/clock.h"
#include "crypto/b64url.h"
#include "crypto/csr.h"
#include "tests/wire.h"

struct bench b;

static void start_client(void)
{
    struct err err;
    struct client_options options = { .directory_url = ca_directory_url(b.ca),
                                      .fetch = { .ca_pem = ca_root_pem(b.ca),
                                                 .connect_ms = wire_patience(5000),
                                                 .total_ms = wire_patience(10000) },
                                      .journal = b.journal };
    b.client = client_new(b.a, &options);
    ck_assert_msg(client_directory(b.client, &err), "%s", err.text);
}

static void start_ca(const struct ca_options *wish)
{
    struct err err;
    struct ca_options options = wish ? *wish : (struct ca_options){ .attempts = 2 };
    options.retry_ms = options.retry_ms ? options.retry_ms : 50;
    options.dns_server = "127.0.0.1";
    options.dns_port = responder_dns_port(b.responder);
    options.http_port = responder_http_port(b.responder);
    options.tls_port = responder_tls_port(b.responder);
    b.ca = ca_new(b.a, &options, &err);
    ck_assert_msg(b.ca != NULL, "%s", err.text);
    start_client();
}

void bench_start(const struct ca_options *options)
{
    struct err err;
    struct responder_options where = { .address = "127.0.0.1",
                                       .dns_address = "127.0.0.1",
                                       .answer_address = STR("127.0.0.1") };
    fetch_start();
    b = (struct bench){ .a = arena_new(NULL), .kid = STR_NONE, .other_kid = STR_NONE };
    b.journal = journal_new(b.a);
    b.responder = responder_new(b.a, &where, &err);
    ck_assert_msg(b.responder != NULL, "%s", err.text);
    b.key = key_new(b.a, KEY_P256, &err);
    b.other_key = key_new(b.a, KEY_P256, &err);
    start_ca(options);
}

void bench_usual(void)
{
    bench_start(NULL);
    bench_account();
}

void bench_stop(void)
{
    ca_stop(b.ca);
    arena_end(b.a);
}

void bench_again(const struct ca_options *options)
{
    ca_stop(b.ca);
    b.kid = b.other_kid = STR_NONE;
    start_ca(options);
}

str resource_url(enum resource resource)
{
    str url = client_resource(b.client, resource);
    ck_assert_msg(url.len, "the directory has no %s", resource_names[resource]);
    return url;
}

/* --- exchanges --- */

const struct exchange *sent(const char *method, str url)
{
    struct err err;
    const struct exchange *x;
    ck_assert_msg(client_send(b.client, method, url, NULL, STR_NONE, 0, false, &x, &err),
                  "%s", err.text);
    return x;
}

const struct exchange *did(const struct post *post)
{
    struct err err;
    const struct exchange *x;
    ck_assert_msg(client_post(b.client, post, &x, &err), "%s", err.text);
    ck_assert_msg(x->response.status, "%.*s", STR_ARG(x->failure));
    return x;
}

struct post signed_to(str url, str payload)
{
    struct post post = { .url = url };
    post.jws.key = b.key;
    post.jws.kid = b.kid;
    post.jws.payload = payload;
    return post;
}

const struct exchange *said(str url, str payload)
{
    struct post post = signed_to(url, payload);
    return did(&post);
}

const struct exchange *said_by_other(str url, str payload)
{
    struct post post = signed_to(url, payload);
    bench_other();
    post.jws.key = b.other_key;
    post.jws.kid = b.other_kid;
    return did(&post);
}

const struct exchange *said_with(const struct key *key, str url, str payload)
{
    struct post post = signed_to(url, payload);
    post.jws.key = key;
    post.jws.kid = STR_NONE;
    return did(&post);
}

static str register_key(const struct key *key)
{
    const struct exchange *x = said_with(key, resource_url(RESOURCE_NEW_ACCOUNT),
                                         STR("{\"termsOfServiceAgreed\":true}"));
    expect(x, 201, NULL);
    return location(x);
}

void bench_account(void)
{
    b.kid = register_key(b.key);
}

void bench_other(void)
{
    if (b.other_kid.len == 0)
        b.other_kid = register_key(b.other_key);
}

/* --- answers --- */

str text_at(json_t *value, const char *pointer)
{
    return json_str(json_pointer(value, str_of(pointer)));
}

str at(const struct exchange *x, const char *pointer)
{
    return x->body ? text_at(x->body, pointer) : STR_NONE;
}

str header_of(const struct exchange *x, const char *name)
{
    const str *value = headers_find(&x->response.headers, name);
    return value ? *value : STR_NONE;
}

str location(const struct exchange *x)
{
    str value = header_of(x, "Location");
    ck_assert_msg(value.len, "there is no Location");
    return value;
}

void expect(const struct exchange *x, int status, const char *word)
{
    ck_assert_msg(x->response.status == status, "%d, not %d: %.*s", x->response.status,
                  status, STR_ARG(x->response.body));
    if (word)
        ck_assert_msg(str_eq(at(x, "/type"), fmt(PROBLEM_URN "%s", word)), "not %s: %.*s",
                      word, STR_ARG(x->response.body));
}

str fmt(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    str text = arena_vprintf(b.a, format, args);
    va_end(args);
    return text;
}

/* --- an issuance --- */

static bool is_address(str name)
{
    return str_contains(name, STR(":")) || (name.ptr[0] >= '1' && name.ptr[0] <= '9');
}

str order_payload(const char *names)
{
    json_t *out = json_keep(b.a, json_object()), *list = json_array();
    str rest = str_of(names), name;
    while (str_cut(&rest, ',', &name)) {
        json_t *one = json_object();
        json_object_set_new(one, "type", json_string(is_address(name) ? "ip" : "dns"));
        json_object_set(one, "value", json_string_of(b.a, name));
        json_array_append_new(list, one);
    }
    json_object_set_new(out, "identifiers", list);
    return json_text(b.a, out);
}

const struct exchange *ordered(const char *names)
{
    const struct exchange *x =
        said(resource_url(RESOURCE_NEW_ORDER), order_payload(names));
    expect(x, 201, NULL);
    return x;
}

str authz_of(const struct exchange *order, size_t n)
{
    str url = at(order, fmt("/authorizations/%zu", n).ptr);
    ck_assert(url.len);
    return url;
}

json_t *challenge_of(const struct exchange *authz, const char *type)
{
    return json_find(json_object_get(authz->body, "challenges"), "type", str_of(type));
}

str keyauth_of(json_t *challenge)
{
    return fmt("%.*s.%.*s", STR_ARG(json_member(challenge, "token")),
               STR_ARG(key_thumbprint(b.a, b.key)));
}

static void respond(json_t *challenge)
{
    expect(said(json_member(challenge, "url"), STR("{}")), 200, NULL);
}

void respond_http(str authz_url, const char *name)
{
    json_t *challenge = challenge_of(said(authz_url, STR_NONE), "http-01");
    ck_assert_ptr_nonnull(challenge);
    struct web_answer answer = { .body = keyauth_of(challenge) };
    responder_web(
        b.responder, str_of(name),
        fmt("/.well-known/acme-challenge/%.*s", STR_ARG(json_member(challenge, "token"))),
        &answer);
    respond(challenge);
}

static void respond_dns(str authz_url, str name)
{
    struct err err;
    json_t *challenge = challenge_of(said(authz_url, STR_NONE), "dns-01");
    ck_assert_ptr_nonnull(challenge);
    str value = b64url_encode(b.a, sha256(b.a, keyauth_of(challenge)));
    ck_assert(responder_dns(b.responder, fmt("_acme-challenge.%.*s", STR_ARG(name)),
                            STR("TXT"), value, &err));
    respond(challenge);
}

const struct exchange *settled(str url)
{
    int64_t end = clock_ms() + wire_patience(5000);
    while (clock_ms() < end) {
        const struct exchange *x = said(url, STR_NONE);
        str status = at(x, "/status");
        if (!str_is(status, "pending") && !str_is(status, "processing"))
            return x;
        clock_sleep_ms(5);
    }
    ck_abort_msg("it is never settled");
    return NULL;
}

void prove(const struct exchange *order)
{
    json_t *list = json_object_get(order->body, "authorizations");
    for (size_t i = 0; i < json_array_size(list); i++) {
        str url = json_str(json_array_get(list, i));
        const struct exchange *authz = said(url, STR_NONE);
        str name = at(authz, "/identifier/value");
        if (json_object_get(authz->body, "wildcard"))
            respond_dns(url, name);
        else if (str_is(at(authz, "/status"), "pending"))
            respond_http(url, name.ptr);
        const struct exchange *x = settled(url);
        ck_assert_msg(str_is(at(x, "/status"), "valid"), "%.*s",
                      STR_ARG(x->response.body));
    }
}

str csr_for(const char *names, const struct key *key)
{
    struct err err;
    struct csr_spec spec = { .key = key, .common_name = STR_NONE };
    str rest = str_of(names), name, der;
    while (str_cut(&rest, ',', &name))
        strs_add(b.a, is_address(name) ? &spec.ip_addresses : &spec.dns_names, name);
    ck_assert_msg(csr_new(b.a, &spec, &der, &err), "%s", err.text);
    return der;
}

str csr_payload(str der)
{
    return fmt("{\"csr\":\"%.*s\"}", STR_ARG(b64url_encode(b.a, der)));
}

str issued(const char *names, const struct key *key)
{
    struct err err;
    const struct exchange *order = ordered(names);
    str url = location(order);
    prove(order);
    if (!key)
        key = key_new(b.a, KEY_P256, &err);
    expect(said(at(order, "/finalize"), csr_payload(csr_for(names, key))), 200, NULL);
    const struct exchange *x = settled(url);
    ck_assert_msg(str_is(at(x, "/status"), "valid"), "%.*s", STR_ARG(x->response.body));
    return at(x, "/certificate");
}

struct cert *leaf_of(str url)
{
    struct err err;
    struct chain chain;
    const struct exchange *x = said(url, STR_NONE);
    expect(x, 200, NULL);
    ck_assert_msg(chain_read(b.a, x->response.body, &chain, &err), "%s", err.text);
    return chain.item[0];
}
