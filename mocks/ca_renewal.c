/* SPDX-License-Identifier: MIT */
/* RFC 9773 4: when a certificate should be renewed. */
#include "mocks/ca_renewal.h"

#include "base/clock.h"
#include "crypto/b64url.h"
#include "mocks/ca_issuer.h"

enum { DAY = 86400, HOUR = 3600, ASK_AGAIN_S = 6 * HOUR };

struct certificate *ca_renewal_find(struct ca *ca, struct arena *a, str id)
{
    str rest = id, key_id64, key_id, serial;
    if (!str_cut(&rest, '.', &key_id64) || !b64url_decode(a, key_id64, &key_id)
        || !b64url_decode(a, rest, &serial) || !str_eq(key_id, ca->issuer->key_id))
        return NULL;
    /* RFC 9773 4.1: the DER octets of the serial number, with a zero octet in front where
     * it would be negative; ours have none in front. */
    if (serial.len > 1 && serial.ptr[0] == '\0' && !bug_on(ca, BUG_ARI_SERIAL_ZERO))
        serial = str_from(serial, 1);
    return table_find(&ca->store.serials, serial);
}

/* The last third of its life; for one that is revoked: a time that is past. */
static void window_of(const struct ca_call *call, const struct certificate *certificate,
                      time_t *start, time_t *end)
{
    time_t life = certificate->not_after - certificate->not_before;
    *start = certificate->not_after - life / 3;
    *end = *start + (life > 12L * DAY ? 2L * DAY : life / 12 + 1);
    if (certificate->revoked) {
        *start = call->now - 2L * HOUR;
        *end = call->now - HOUR;
    }
    if (bug_on(call->ca, BUG_ARI_EMPTY_WINDOW))
        *end = *start;
}

static void put_date(struct ca_call *call, json_t *object, const char *name, time_t when)
{
    if (bug_on(call->ca, BUG_ARI_EPOCH))
        json_object_set_new(object, name, json_integer((json_int_t)when));
    else
        json_object_set(object, name,
                        json_string_of(call->arena, date_rfc3339(call->arena, when)));
}

/* Planted: as if RFC 9773 4.1 asked for a signature. */
static bool is_refused(struct ca_call *call)
{
    if (!bug_on(call->ca, BUG_ARI_SIGNED_ONLY))
        return false;
    ca_refuse(call, NULL, PROBLEM_MALFORMED, 405, STR("only POST is allowed here"));
    ca_header(call, "Allow", STR("POST"));
    return true;
}

/* RFC 9773 4.3: nobody asks about what was replaced, or is over. */
static bool is_forgotten(const struct ca_call *call, const struct certificate *c)
{
    const struct ca_options *o = &call->ca->options;
    return (o->forgets_replaced && c->replaced_by
            && c->replaced_by->status == STATUS_VALID)
        || (o->forgets_expired && c->not_after < call->now);
}

static bool is_known(struct ca_call *call)
{
    const struct certificate *found = call->certificate =
        ca_renewal_find(call->ca, call->arena, call->part[0]);
    return (found && !is_forgotten(call, found))
        || ca_why(call, "no certificate of this CA has this identifier");
}

/* clang-format off */
static const struct ca_check checks[] = {
    { "renewal-known", "RFC 9773 4.1", BUG_ARI_ANY, PROBLEM_MALFORMED, 404, is_known },
};
/* clang-format on */

void ca_renewal_info(struct ca_call *call)
{
    time_t start, end;
    if (is_refused(call) || !CHECKS(call, checks))
        return;
    struct certificate anyone = { .not_before = call->now,
                                  .not_after = call->now + 90 * (time_t)DAY };
    window_of(call, call->certificate ? call->certificate : &anyone, &start, &end);
    json_t *out = json_object(), *window = json_object();
    put_date(call, window, "start", start);
    put_date(call, window, "end", end);
    json_object_set_new(out, "suggestedWindow", window);
    json_object_set(out, "explanationURL",
                    json_string_of(call->arena, ca_url(call, "/docs/renewal")));
    ca_spoil_object(call->ca, "renewalInfo", out);
    /* RFC 9773 4.3: how often to ask. */
    ca_header(call, "Retry-After", arena_printf(call->arena, "%d", ASK_AGAIN_S));
    ca_answer_json(call, 200, out);
}
