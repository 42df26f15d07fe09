/* SPDX-License-Identifier: MIT */
/* Givens: what is put into a payload, certificate requests and signed objects. */
#include "crypto/b64url.h"
#include "engine/given_inside.h"

/* A good request for the names of a line, with a new key unless one is given. */
static bool csr_for_line(struct world *w, const struct line *line, struct key **key,
                         str *csr, struct err *err)
{
    struct csr_spec spec = { 0 };
    str der;
    for (size_t i = 0; i < line_args(line, "DOMAIN"); i++) {
        str domain;
        if (!world_word(w, line_arg_n(line, "DOMAIN", i), &domain, err))
            return false;
        identifier_into_csr(w->arena, &spec, domain);
    }
    const struct named_key *given = world_key(w, line_arg(line, "KEY"));
    *key = given ? given->key : key_new(w->arena, KEY_P256, err);
    spec.key = *key;
    if (!*key || !csr_new(w->arena, &spec, &der, err))
        return false;
    *csr = b64url_encode(w->arena, der);
    return true;
}

/* The line's `csr` clause, or a request made for it. */
bool csr_of_line(struct world *w, const struct line *line, struct key **key, str *csr,
                 struct err *err)
{
    const struct line *clause = line_clause(line, "csr");
    if (!clause)
        return csr_for_line(w, line, key, csr, err);
    *key = NULL;
    *csr = vars_text_of(w->vars, line_arg(clause, "CSR"));
    return csr->len > 0 || err_set(err, "the csr has no value");
}

/* --- with everything that can be wrong --- */

static bool san_of_clause(struct world *w, const struct line *clause,
                          struct csr_spec *spec, struct err *err)
{
    for (size_t i = 0; i < line_args(clause, "VALUE"); i++) {
        str name;
        if (!world_word(w, line_arg_n(clause, "VALUE", i), &name, err))
            return false;
        if (str_starts(name, "email:"))
            strs_add(w->arena, &spec->emails, str_from(name, 6));
        else if (str_starts(name, "uri:"))
            strs_add(w->arena, &spec->uris, str_from(name, 4));
        else if (str_starts(name, "ip:"))
            strs_add(w->arena, &spec->ip_addresses, str_from(name, 3));
        else
            strs_add(w->arena, &spec->dns_names, name);
    }
    return true;
}

static bool names_of_csr(struct world *w, const struct line *line, struct csr_spec *spec,
                         struct err *err)
{
    const struct line *san = line_clause(line, "san");
    const struct line *common = line_clause(line, "common-name");
    for (size_t i = 0; common && i < line_args(common, "VALUE"); i++) {
        str name;
        if (!world_word(w, line_arg_n(common, "VALUE", i), &name, err))
            return false;
        if (i == 0)
            spec->common_name = name;
        else
            strs_add(w->arena, &spec->more_common_names, name);
    }
    spec->no_san = line_clause(line, "no-san") != NULL;
    if (san)
        return san_of_clause(w, san, spec, err);
    for (size_t i = 0; i < line_args(line, "DOMAIN"); i++) {
        str domain;
        if (!world_word(w, line_arg_n(line, "DOMAIN", i), &domain, err))
            return false;
        identifier_into_csr(w->arena, spec, domain);
    }
    return true;
}

static bool faults_of_csr(struct world *w, const struct line *line, struct csr_spec *spec,
                          struct err *err)
{
    const struct line *c = line_clause(line, "fault");
    for (size_t i = 0; c && i < line_args(c, "CSRFAULT"); i++) {
        str fault;
        if (!world_word(w, line_arg_n(c, "CSRFAULT", i), &fault, err))
            return false;
        if (!csr_add_fault(spec, fault))
            return err_set(err,
                           "no fault of a csr is called \"%.*s\"; they are in"
                           " `acmespec help CSRFAULT`",
                           STR_ARG(fault));
    }
    return true;
}

static bool extensions_of_csr(struct world *w, const struct line *line,
                              struct csr_spec *spec, struct err *err)
{
    for (const struct line *c = NULL; (c = line_clause_after(line, "extension", c));) {
        str oid, value;
        if (!world_word(w, line_arg(c, "WORD"), &oid, err)
            || !world_word(w, line_arg(c, "VALUE"), &value, err))
            return false;
        if (!spec->extensions)
            spec->extensions = json_keep(w->arena, json_object());
        json_object_set(spec->extensions, str_z(w->arena, oid),
                        json_string_of(w->arena, value));
    }
    return true;
}

enum step_end step_given_csr(struct world *w, const struct step *step, struct err *err)
{
    const struct line *line = step->line;
    struct csr_spec spec = { 0 };
    str der, name = line_arg(line, "NAME");
    const struct named_key *given = world_key(w, line_arg(line, "KEY"));
    if (!names_of_csr(w, line, &spec, err))
        return STEP_NOT_HELD;
    spec.key = given ? given->key : key_new(w->arena, KEY_P256, err);
    if (!spec.key || !faults_of_csr(w, line, &spec, err)
        || !extensions_of_csr(w, line, &spec, err)
        || !csr_new(w->arena, &spec, &der, err))
        return STEP_BROKEN;
    vars_set(w->vars, name, b64url_encode(w->arena, der));
    set_part(w, name, "pem", pem_encode(w->arena, "CERTIFICATE REQUEST", der));
    set_part(w, name, "key", key_private_pem(w->arena, spec.key));
    return STEP_DONE;
}

static bool read_mac(struct world *w, const struct line *line, struct jws_spec *spec,
                     struct err *err)
{
    const struct line *mac = line_clause(line, "mac");
    str key;
    if (!mac)
        return true;
    if (!world_word(w, line_arg(mac, "VALUE"), &key, err)
        || !world_word(w, line_arg(mac, "KEYID"), &spec->kid, err))
        return false;
    return b64url_decode(w->arena, key, &spec->mac_key)
        || err_set(err, "the mac clause wants a base64url key");
}

enum step_end step_given_jws(struct world *w, const struct step *step, struct err *err)
{
    const struct line *line = step->line;
    const struct named_key *key = world_key(w, line_arg(line, "KEY"));
    const struct named_key *as = world_key(w, line_arg(line, "ACCOUNT"));
    struct post post = { .line = line->place.line };
    str body;
    post.jws.key = key->key;
    post.jws.kid = as ? as->account_url : STR_NONE;
    if (!read_mac(w, line, &post.jws, err) || !read_signing(w, line, &post, err))
        return STEP_NOT_HELD;
    if (!jws_sign(w->arena, &post.jws, &body, err))
        return STEP_BROKEN;
    struct err not_json;
    json_t *value = json_read(w->arena, body, &not_json);
    if (value)
        vars_set_json(w->vars, line_arg(line, "NAME"), value);
    else
        vars_set(w->vars, line_arg(line, "NAME"), body);
    return STEP_DONE;
}
