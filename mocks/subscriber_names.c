/* SPDX-License-Identifier: MIT */
/* The subscriber's names: as the user gives them, as they are ordered, as the CA shows
 * them, and as they stand in the CSR (RFC 8555 7.1.3, 7.1.4, 7.4). */
#include <stdlib.h>

#include "acme/identifier.h"
#include "mocks/subscriber_inside.h"

enum { CUT_NAME = 64, FEW_NAMES = 5, ROOM = 128 };

static bool is_ascii(str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] <= ' ' || name.ptr[i] >= 0x7f)
            return false;
    return name.len > 0;
}

/* RFC 8555 7.1.4: as it stands in a certificate, which is in ASCII and without the dot of
 * the root. */
bool subscriber_names(struct subscriber *s, const struct strs *given, struct strs *out,
                      struct err *err)
{
    const struct client *c = s->client;
    *out = (struct strs){ NULL, 0 };
    for (size_t i = 0; i < given->count; i++) {
        str name = given->item[i];
        if ((str_ends(name, ".") || !is_ascii(name))
            && client_bug(c, BUG_CLIENT_NAME_CRASH))
            abort();
        if (str_ends(name, ".") && !client_bug(c, BUG_CLIENT_FINAL_DOT))
            name = str_upto(name, name.len - 1);
        if (!is_ascii(name) && !client_bug(c, BUG_CLIENT_ULABEL_SENT))
            return err_set(err, "\"%.*s\" is no name in ASCII: give its A-labels (xn--)",
                           STR_ARG(str_upto(name, 200)));
        if (str_contains(name, STR("xn--")) && client_bug(c, BUG_CLIENT_ALABEL_REFUSED))
            return err_set(err, "names with xn-- are not supported");
        if (name.len > ROOM && client_bug(c, BUG_CLIENT_NAME_ROOM))
            abort();
        if (!strs_has(out, name) || client_bug(c, BUG_CLIENT_DUPLICATE_COUNTED)
            || client_bug(c, BUG_CLIENT_DUPLICATE_REFUSED))
            strs_add(s->arena, out, name);
    }
    return true;
}

json_t *subscriber_identifiers(struct arena *a, const struct client *client,
                               const struct strs *names)
{
    json_t *list = json_keep(a, json_array());
    bool dns = (names->count > 1 && client_bug(client, BUG_CLIENT_IP_AS_DNS))
        || client_bug(client, BUG_CLIENT_IP_ALWAYS_DNS);
    for (size_t i = 0; i < names->count; i++) {
        str name = names->item[i];
        if (!client_bug(client, BUG_CLIENT_IP_LONG))
            name = identifier_text(a, name);
        json_t *identifier = identifier_of(a, name);
        if (client_bug(client, BUG_CLIENT_IDENTIFIERS_BARE))
            json_object_del(identifier, "type");
        if (dns)
            json_object_set_new(identifier, "type", json_string("dns"));
        json_array_append(list, identifier);
    }
    return list;
}

static bool is_plain_date(str date)
{
    return !date.len
        || (date.len == sizeof "2026-01-01T00:00:00Z" - 1 && date.ptr[10] == 'T'
            && str_ends(date, "Z"));
}

bool subscriber_likes_order(const struct ordering *o, struct err *err)
{
    const struct client *c = o->subscriber->client;
    json_t *identifiers = json_object_get(o->order, "identifiers");
    if (!json_array_size(json_object_get(o->order, "authorizations"))
        && client_bug(c, BUG_CLIENT_AUTHZ_LIST_CRASH))
        abort();
    if (json_array_size(identifiers) < o->wish->names.count
        && client_bug(c, BUG_CLIENT_DUPLICATE_COUNTED))
        abort();
    if (json_array_size(identifiers) < o->wish->names.count
        && client_bug(c, BUG_CLIENT_DUPLICATE_REFUSED))
        return err_set(err, "the order is for other names");
    if (!is_plain_date(json_member(o->order, "expires"))
        && client_bug(c, BUG_CLIENT_DATES_PLAIN))
        return err_set(err, "the order's expires cannot be read");
    for (size_t i = 0; i < o->wish->names.count; i++)
        if (client_bug(c, BUG_CLIENT_CASE_COMPARED)
            && !json_find(identifiers, "value", o->wish->names.item[i]))
            return err_set(err, "the order is not for %.*s",
                           STR_ARG(str_upto(o->wish->names.item[i], 200)));
    return true;
}

void subscriber_misname(const struct client *client, struct csr_spec *spec)
{
    struct strs *names = &spec->dns_names;
    if (names->count > FEW_NAMES && client_bug(client, BUG_CLIENT_NAMES_FEW))
        names->count = FEW_NAMES;
    for (size_t i = 0; i < names->count; i++)
        if (client_bug(client, BUG_CLIENT_NAME_CUT))
            names->item[i] = str_upto(names->item[i], CUT_NAME);
}
