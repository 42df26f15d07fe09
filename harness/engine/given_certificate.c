/* SPDX-License-Identifier: MIT */
/* Givens: a certificate that was issued and downloaded, and perhaps revoked. */
#include "crypto/b64url.h"
#include "crypto/cert.h"
#include "engine/given_inside.h"

/* Signed by itself, with a key of its own: only the serial number is the right one. */
static void forge(struct world *w, str name, const struct cert *leaf)
{
    struct err err;
    struct key *key = key_new(w->arena, KEY_P256, &err);
    struct cert_spec spec = { .subject = STR("forged"), .key = key };
    struct cert *forged = NULL;
    cert_validity(leaf, &spec.not_before, &spec.not_after);
    if (hex_decode(w->arena, cert_serial_hex(w->arena, leaf), &spec.serial) && key)
        forged = cert_issue(w->arena, &spec, &err);
    if (!forged) {
        vars_set_missing(w->vars, arena_printf(w->arena, "%.*s.forged", STR_ARG(name)),
                         STR("its serial number cannot be put in another certificate"));
        return;
    }
    set_part(w, name, "forged", b64url_encode(w->arena, cert_der(w->arena, forged)));
    world_add_key(w, arena_printf(w->arena, "%.*s.forger", STR_ARG(name)), key, STR_NONE);
}

static enum step_end download(struct world *w, str name, str account, str order,
                              struct err *err)
{
    struct chain chain;
    struct err why;
    str ari;
    str url =
        vars_text_of(w->vars, arena_printf(w->arena, "%.*s.certificate", STR_ARG(order)));
    if (!url.len) {
        err_set(err, "the valid order has no certificate URL");
        return STEP_NOT_HELD;
    }
    if (!world_post_as(w, account, url, NULL, 0, err))
        return STEP_BROKEN;
    if (w->last->response.status != 200
        || !chain_read(w->arena, w->last->response.body, &chain, &why))
        return not_held(w, err, "the certificate could not be downloaded");
    const struct cert *leaf = chain.item[0];
    set_part(w, name, "url", url);
    set_part(w, name, "der", b64url_encode(w->arena, cert_der(w->arena, leaf)));
    set_part(w, name, "pem", w->last->response.body);
    set_part(w, name, "serial", cert_serial_hex(w->arena, leaf));
    set_part(w, name, "ari", cert_ari_id(w->arena, leaf, &ari, &why) ? ari : STR_NONE);
    forge(w, name, leaf);
    return STEP_DONE;
}

/* RFC 8555 7.6: by the account that it was issued to. */
static enum step_end revoke(struct world *w, str name, str account, struct err *err)
{
    str url = client_resource(w->client, RESOURCE_REVOKE_CERT);
    str der = vars_text_of(w->vars, arena_printf(w->arena, "%.*s.der", STR_ARG(name)));
    json_t *payload = json_keep(w->arena, json_object());
    json_object_set(payload, "certificate", json_string_of(w->arena, der));
    if (!url.len) {
        err_set(err,
                "the certificate cannot be revoked: the directory has no revokeCert");
        return STEP_NOT_HELD;
    }
    if (!world_post_as(w, account, url, payload, 0, err))
        return STEP_BROKEN;
    return w->last->response.status == 200
        ? STEP_DONE
        : not_held(w, err, "the certificate could not be revoked");
}

enum step_end step_given_certificate(struct world *w, const struct step *step,
                                     struct err *err)
{
    const struct line *line = step->line;
    str name = line_arg(line, "NAME"), account = line_arg(line, "ACCOUNT"), csr;
    str order = arena_printf(w->arena, "%.*s.order", STR_ARG(name));
    struct key *key;
    size_t authzs = 0;
    enum step_end end = make_order(w, line, order, account, &authzs, err);
    if (end == STEP_DONE)
        end = ready_order(w, order, account, authzs, STR_NONE, err);
    if (end != STEP_DONE)
        return end;
    if (!csr_of_line(w, line, &key, &csr, err))
        return STEP_BROKEN;
    end = finalize_order(w, order, account, csr, err);
    if (end != STEP_DONE)
        return end;
    if (key) {
        world_add_key(w, name, key, STR_NONE);
        world_add_key(w, arena_printf(w->arena, "%.*s.key", STR_ARG(name)), key,
                      STR_NONE);
    }
    end = download(w, name, account, order, err);
    return end == STEP_DONE && line_has(line, "revoked") ? revoke(w, name, account, err)
                                                         : end;
}
