/* SPDX-License-Identifier: MIT */
/* The bench of the mock CA, with rules hooked in. */
#include "tests/rules_fixture.h"

struct rules *rules;
static struct arena *own;

void rules_start(struct ca_options options)
{
    own = arena_new(NULL);
    rules = rules_new(own, NULL, 0);
    rules_hook(rules, &options);
    bench_start(&options);
    rules_attach(rules, b.ca);
    bench_account();
}

void rules_stop(void)
{
    bench_stop();
    arena_end(own);
}

void rule(const char *text)
{
    struct rules_read read = { 0 };
    struct mistakes m = { .arena = own };
    ck_assert_msg(rules_read(own, "t", str_of(text), &read, &m), "%s",
                  m.list.count ? m.list.item[0].ptr : text);
    rules_set(rules, read.row, read.count);
}

const struct exchange *new_order(void)
{
    struct post post =
        signed_to(resource_url(RESOURCE_NEW_ORDER), order_payload("www.shop.test"));
    post.no_retry = true;
    return did(&post);
}
