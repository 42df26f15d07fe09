/* SPDX-License-Identifier: MIT */
#include "tests/play_fixture.h"

#include "base/buf.h"
#include "tests/ca_fixture.h"
#include "tests/wire.h"

struct target play_target(void)
{
    return (struct target){ .directory_url = ca_directory_url(b.ca),
                            .fetch = { .ca_pem = ca_root_pem(b.ca),
                                       .connect_ms = wire_patience(5000),
                                       .total_ms = wire_patience(5000),
                                       .body_ceiling = CEILING_BODY },
                            .profile = profile_none(),
                            .zone = STR("acmespec.test"),
                            .run = STR("rtest") };
}

struct play_outcome play_steps(struct arena *a, const struct target *target,
                               const struct watches *watches, const char *head,
                               const char *steps, const char *variant)
{
    struct play_outcome outcome;
    struct mistakes m = { .arena = a };
    str text = arena_printf(a, "scenario A\n%s%s", head, steps);
    struct scenario *s =
        scenario_read(a, STR("server/test"), "test.acme", text, NULL, &m);
    ck_assert_msg(s != NULL, "%s", m.list.count ? m.list.item[0].ptr : "");
    struct play play = { .scenario = s, .variant = str_of(variant) };
    play_run(a, target, &play, watches, &outcome);
    return outcome;
}

struct watches play_watches(struct arena *a, const char *text)
{
    struct watches watches = { 0 };
    struct mistakes m = { .arena = a };
    size_t count;
    struct line *lines = lines_read(a, "w.acme", str_of(text), &count, &m);
    watches_add(a, &watches, lines, count, NULL, &m);
    ck_assert_msg(m.list.count == 0, "%s", m.list.count ? m.list.item[0].ptr : "");
    return watches;
}
