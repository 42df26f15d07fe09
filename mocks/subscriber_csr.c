/* SPDX-License-Identifier: MIT */
/* A certificate request of the user's own: what is ordered is what it asks for. */
#include "mocks/subscriber_inside.h"

static bool is_among(const struct strs *names, str name)
{
    for (size_t i = 0; i < names->count; i++)
        if (str_eq_nocase(names->item[i], name))
            return true;
    return false;
}

static void add_each(struct arena *a, struct strs *to, const struct strs *from)
{
    for (size_t i = 0; i < from->count; i++)
        if (!is_among(to, from->item[i]))
            strs_add(a, to, from->item[i]);
}

/* RFC 8555 7.4: they stand "either in the commonName portion of the requested subject
 * name or in the extensionRequest attribute requesting a subjectAltName extension, or in
 * both".
 */
static struct strs names_of(const struct subscriber *s, const struct csr *csr)
{
    struct strs names = { NULL, 0 };
    bool bare = !csr->dns_names.count && !csr->ip_addresses.count;
    if (bare || !client_bug(s->client, BUG_CLIENT_CSR_CN_UNREAD))
        add_each(s->arena, &names, &csr->common_names);
    add_each(s->arena, &names, &csr->dns_names);
    add_each(s->arena, &names, &csr->ip_addresses);
    return names;
}

/* Where planted bugs cannot do with it. */
static bool likes_csr(const struct subscriber *s, const struct csr *csr, struct err *err)
{
    bool bare = !csr->dns_names.count && !csr->ip_addresses.count;
    if (!csr->common_names.count && client_bug(s->client, BUG_CLIENT_CSR_SUBJECT_NEEDED))
        return err_set(err, "the CSR has no subject");
    return !bare || !client_bug(s->client, BUG_CLIENT_CSR_ATTRIBUTES_NEEDED)
        || err_set(err, "the CSR has no attributes");
}

bool subscriber_wish_csr(const struct subscriber *s, str pem, struct wish *wish,
                         struct err *err)
{
    struct csr csr;
    str der;
    if (!csr_from_pem(s->arena, pem, &der, err) || !csr_read(s->arena, der, &csr, err)
        || !likes_csr(s, &csr, err))
        return false;
    struct strs names = names_of(s, &csr);
    for (size_t i = 0; i < wish->names.count; i++)
        if (!is_among(&names, wish->names.item[i]))
            return err_set(err, "the CSR is not for %.*s", STR_ARG(wish->names.item[i]));
    wish->names = names;
    if (client_bug(s->client, BUG_CLIENT_CSR_REMADE))
        return true;
    wish->csr = der;
    wish->key = csr.key;
    return names.count > 0 || err_set(err, "the CSR has no names");
}
