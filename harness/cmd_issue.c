/* SPDX-License-Identifier: MIT */
/* `acmespec issue`: the mock client as a command: obtain, renew, revoke and the rest,
 * against any CA.  Keys and certificates live in a folder of files. */
#include <stdio.h>
#include <unistd.h>

#include "acme/identifier.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/names.h"
#include "commands.h"
#include "crypto/b64url.h"
#include "crypto/cert.h"
#include "issue_home.h"
#include "issue_keys.h"
#include "issue_options.h"
#include "mocks/prover.h"
#include "peer.h"

struct issuing {
    struct arena *arena;
    struct issue_options options;
    struct issue_home home;
    struct strs names;
    struct journal *journal;
    struct subscriber subscriber;
    struct bugs bugs;
    struct prover_servers servers;
    struct prover_webroot webroot;
    struct prover_program program;
};

/* --- preparing --- */

/* A server for a challenge that is not wanted stays out of everybody's way. */
static int port_for(const struct issuing *i, const char *challenge, long given, int usual)
{
    str wanted = i->options.challenge;
    return wanted.len && !str_is(wanted, challenge) ? 0 : given ? (int)given : usual;
}

static bool start_servers(struct issuing *i, struct err *err)
{
    const struct issue_options *o = &i->options;
    struct responder_options options = {
        .address = o->address.len ? o->address.ptr : "0.0.0.0",
        .http_port = port_for(i, "http-01", o->http_port, 80),
        .tls_port = port_for(i, "tls-alpn-01", o->tls_port, 443),
        .dns_address = "127.0.0.1",
        .answer_address = STR("127.0.0.1")
    };
    i->servers.responder = responder_new(i->arena, &options, err);
    i->subscriber.prover = prover_of_servers(&i->servers);
    return i->servers.responder != NULL;
}

static bool choose_prover(struct issuing *i, struct err *err)
{
    const struct issue_options *o = &i->options;
    if (o->hook.len) {
        const char *type = o->challenge.len ? o->challenge.ptr : "dns-01";
        i->program = (struct prover_program){ o->hook, type };
        i->subscriber.prover = prover_of_program(&i->program);
        return true;
    }
    if (o->webroot.len) {
        i->webroot.folder = o->webroot;
        i->subscriber.prover = prover_of_webroot(&i->webroot);
        return true;
    }
    return start_servers(i, err);
}

/* The planted bug: wherever the directory's answer leads is the directory. */
static bool was_redirected(const struct issuing *i, struct client_options *options)
{
    size_t count = journal_count(i->journal);
    const struct exchange *x = count ? journal_at(i->journal, count - 1) : NULL;
    const str *location = x ? headers_find(&x->response.headers, "Location") : NULL;
    if (location)
        options->directory_url = str_copy(i->arena, *location);
    return location != NULL;
}

/* RFC 8555 6.1: "a User-Agent header that includes the name and version of the ACME
 * software" and of the HTTP library. */
static const char *user_agent(const struct issuing *i)
{
    static const char name[] = "acmespec/" ACMESPEC_VERSION " (issue)";
    return i->bugs.on[BUG_CLIENT_USER_AGENT_BARE]
        ? name
        : arena_printf(i->arena, "%s %s", name, fetch_library()).ptr;
}

/* Whoever wants a certificate does not give up over a CA that refuses good nonces at
 * random, as Pebble does with one in twenty. */
enum { ISSUE_NONCE_RETRIES = 4 };

static bool start_client(struct issuing *i, str url, struct err *err)
{
    struct client_options options = { .directory_url = url,
                                      .fetch = { .insecure = i->options.insecure
                                                     || i->bugs.on[BUG_CLIENT_TRUSTS_ALL],
                                                 .user_agent = user_agent(i),
                                                 .guard = peer_guard(i->options.remote) },
                                      .journal = i->journal = journal_new(i->arena),
                                      .nonce_retries = ISSUE_NONCE_RETRIES,
                                      .bugs = &i->bugs };
    if (!peer_roots(i->arena, i->options.ca_file, &options.fetch.ca_pem, err))
        return false;
    if (i->bugs.on[BUG_CLIENT_DIRECTORY_APPENDED])
        options.directory_url = arena_printf(i->arena, "%.*s/directory", STR_ARG(url));
    i->subscriber.client = client_new(i->arena, &options);
    bool found = client_directory(i->subscriber.client, err);
    if (!found && i->bugs.on[BUG_CLIENT_FOLLOWS] && was_redirected(i, &options)) {
        i->subscriber.client = client_new(i->arena, &options);
        found = client_directory(i->subscriber.client, err);
    }
    return found;
}

/* Planted bugs are of a type of key. */
static struct key *new_account_key(const struct issuing *i, struct err *err)
{
    const bool *on = i->bugs.on;
    if (on[BUG_CLIENT_RSA_SMALL])
        return key_new(i->arena, KEY_RSA1024, err);
    if (on[BUG_CLIENT_RSA_ZERO])
        return key_new(i->arena, KEY_RSA2048, err);
    if (on[BUG_CLIENT_OKP_Y] || on[BUG_CLIENT_OKP_ALG])
        return key_new(i->arena, KEY_ED25519, err);
    return issue_key_new(i->arena, i->options.account_key_type, err);
}

/* Makes the account at the first time, finds it by its key later on. */
static bool have_account(struct issuing *i, struct err *err)
{
    struct subscriber *s = &i->subscriber;
    struct registration r = { .contacts = i->options.contacts,
                              .agrees =
                                  i->options.agree || i->bugs.on[BUG_CLIENT_LOOKUP_PLAIN],
                              .eab_kid = STR_NONE,
                              .eab_key = STR_NONE };
    str path = home_of_account_key(&i->home);
    str url = home_of_account(&i->home, "account.url");
    bool known = file_exists(path.ptr);
    if (!issue_eab(&i->options, &r.eab_kid, &r.eab_key, err))
        return false;
    s->key = known ? issue_key_read(i->arena, path, err) : new_account_key(i, err);
    if (!s->key || (!known && !issue_key_write(i->arena, path, s->key, err)))
        return false;
    r.only_existing =
        file_exists(url.ptr) && !client_bug(s->client, BUG_CLIENT_LOOKUP_PLAIN);
    if (r.only_existing && client_bug(s->client, BUG_CLIENT_URL_FROM_UPDATE))
        return file_read(i->arena, url.ptr, CEILING_SCRIPT, &s->account_url, err);
    if (client_bug(s->client, BUG_CLIENT_ACCOUNT_EACH_TIME)) {
        r.only_existing = false;
        s->key = new_account_key(i, err);
    }
    if (client_bug(s->client, BUG_CLIENT_KEY_KEPT)
        && file_exists(home_of_account(&i->home, "deactivated").ptr))
        r.only_existing = false;
    if (!subscriber_register(s, &r, err) || (r.only_existing && !subscriber_look(s, err)))
        return false;
    if (!r.only_existing)
        subscriber_show_profiles(s);
    return r.only_existing
        || (file_make_parents(url.ptr, err) && file_write(url.ptr, s->account_url, err));
}

/* --- operations --- */

/* The key is NULL where it is the user's own. */
static bool keep(struct issuing *i, str name, const struct key *key, str pem,
                 struct err *err)
{
    struct chain chain;
    str path = home_of_certificate(&i->home, name, "fullchain.pem"), leaf;
    if (!file_make_parents(path.ptr, err)
        || (key
            && !issue_key_write(i->arena, home_of_certificate(&i->home, name, "key.pem"),
                                key, err))
        || !chain_read(i->arena, pem, &chain, err))
        return false;
    leaf = cert_pem(i->arena, chain.item[0]);
    if (client_bug(i->subscriber.client, BUG_CLIENT_KEEPS_TWICE))
        pem = arena_printf(i->arena, "%.*s%.*s", STR_ARG(leaf), STR_ARG(pem));
    if (!client_bug(i->subscriber.client, BUG_CLIENT_KEEPS_NOTHING)
        && (!file_write(home_of_certificate(&i->home, name, "cert.pem").ptr, leaf, err)
            || !file_write(path.ptr, pem, err)))
        return false;
    printf("%.*s\n", STR_ARG(path));
    return true;
}

static bool obtain_for(struct issuing *i, const struct strs *names, str replaces,
                       struct err *err)
{
    const struct issue_options *o = &i->options;
    struct key *key = issue_key_new(i->arena, o->key_type, err);
    struct wish wish = { .names = *names,
                         .key = key,
                         .not_before = o->not_before,
                         .not_after = o->not_after,
                         .profile = o->profile,
                         .replaces = replaces,
                         .preferred_chain = o->chain,
                         .must_staple = o->must_staple };
    str pem, kept = home_file(&i->home, "order.url");
    if (client_bug(i->subscriber.client, BUG_CLIENT_ORDER_KEPT) && file_exists(kept.ptr)
        && !file_read(i->arena, kept.ptr, CEILING_SCRIPT, &i->subscriber.kept_order, err))
        return false;
    bool good = key && issue_csr(o, &i->subscriber, &wish, err) && choose_prover(i, err)
        && subscriber_obtain(&i->subscriber, &wish, &pem, err);
    if (i->subscriber.kept_order.len
        && !file_write(kept.ptr, i->subscriber.kept_order, err))
        return false;
    if (good && client_bug(i->subscriber.client, BUG_CLIENT_KEY_LOST))
        key = issue_key_new(i->arena, o->key_type, err);
    str name = i->names.count ? i->names.item[0] : wish.names.item[0];
    return good && key && keep(i, name, wish.csr.len ? NULL : key, pem, err);
}

static bool obtain(struct issuing *i, struct err *err)
{
    return obtain_for(i, &i->names, STR_NONE, err);
}

static bool read_chain(struct issuing *i, str *pem, struct chain *chain, struct err *err)
{
    str path = home_of_certificate(&i->home, i->names.item[0], "fullchain.pem");
    return file_read(i->arena, path.ptr, CEILING_SCRIPT, pem, err)
        && chain_read(i->arena, *pem, chain, err);
}

/* Planted: the chain that it renewed first is what it asks about ever after. */
static bool asked_about(const struct issuing *i, str pem, str *out, struct err *err)
{
    str path = home_of_certificate(&i->home, i->names.item[0], "former.pem");
    *out = pem;
    if (!client_bug(i->subscriber.client, BUG_CLIENT_ARI_REPLACED))
        return true;
    return file_exists(path.ptr) ? file_read(i->arena, path.ptr, CEILING_SCRIPT, out, err)
                                 : file_write(path.ptr, pem, err);
}

static bool renew(struct issuing *i, struct err *err)
{
    struct subscriber *s = &i->subscriber;
    struct renewal renewal = { .id = STR_NONE };
    struct strs dns = { 0 }, ips = { 0 }, others = { 0 };
    struct chain chain;
    str pem, asked;
    if (!read_chain(i, &pem, &chain, err) || !asked_about(i, pem, &asked, err)
        || !subscriber_ask_when(s, asked, &renewal, err))
        return false;
    if (client_bug(s->client, BUG_CLIENT_REPLACES_ALWAYS)
        && !cert_ari_id(i->arena, chain.item[0], &renewal.id, err))
        return false;
    if (!i->options.force && !renewal_is_due(s, chain.item[0], &renewal)) {
        puts("it is not time to renew yet; --force renews all the same");
        return true;
    }
    if (client_bug(s->client, BUG_CLIENT_RENEWS_NOTHING))
        return true;
    if (client_bug(s->client, BUG_CLIENT_RENEW_LOSES))
        unlink(home_of_certificate(&i->home, i->names.item[0], "fullchain.pem").ptr);
    cert_names(i->arena, chain.item[0], &dns, &ips, &others);
    for (size_t k = 0; k < ips.count; k++)
        strs_add(i->arena, &dns, ips.item[k]);
    dns.count = client_bug(s->client, BUG_CLIENT_RENEWS_FIRST_NAME) ? 1 : dns.count;
    return obtain_for(i, &dns, renewal.id, err);
}

/* Where a planted bug finds the account's first key. */
static bool write_old_key(const struct issuing *i, struct err *err)
{
    return !client_bug(i->subscriber.client, BUG_CLIENT_REVOKES_OLD_KEY)
        || issue_key_write(i->arena, home_of_account(&i->home, "account.old.pem"),
                           i->subscriber.key, err);
}

static bool use_old_key(struct issuing *i, struct err *err)
{
    str path = home_of_account(&i->home, "account.old.pem");
    if (client_bug(i->subscriber.client, BUG_CLIENT_REVOKES_OLD_KEY)
        && file_exists(path.ptr))
        i->subscriber.key = issue_key_read(i->arena, path, err);
    return i->subscriber.key != NULL;
}

static bool revoke(struct issuing *i, struct err *err)
{
    str path = home_of_certificate(&i->home, i->names.item[0], "key.pem"), pem;
    int reason = i->options.reason > 0 ? (int)i->options.reason : -1;
    struct key *key = NULL;
    struct chain chain;
    if (!read_chain(i, &pem, &chain, err))
        return false;
    if (i->options.by_certificate_key && !(key = issue_key_read(i->arena, path, err)))
        return false;
    return use_old_key(i, err)
        && subscriber_revoke(&i->subscriber, cert_der(i->arena, chain.item[0]), reason,
                             key, err);
}

static bool update(struct issuing *i, struct err *err)
{
    struct subscriber *s = &i->subscriber;
    str location;
    return subscriber_update(s, &i->options.contacts, &location, err)
        && (!client_bug(s->client, BUG_CLIENT_URL_FROM_UPDATE)
            || file_write(home_of_account(&i->home, "account.url").ptr, location, err));
}

/* The new key is on disk before the CA hears of it: whatever happens, none is lost. */
static bool roll_over(struct issuing *i, struct err *err)
{
    struct key *key = issue_key_new(i->arena, i->options.account_key_type, err);
    str fresh = home_of_account(&i->home, "account.new.pem"),
        path = home_of_account_key(&i->home);
    if (client_bug(i->subscriber.client, BUG_CLIENT_ROLL_OVER_SAME))
        key = i->subscriber.key;
    if (!key || !issue_key_write(i->arena, fresh, key, err))
        return false;
    if (!write_old_key(i, err)
        || (!subscriber_change_key(&i->subscriber, key, err)
            && !client_bug(i->subscriber.client, BUG_CLIENT_ROLL_OVER_UNCHECKED)))
        return false;
    return client_bug(i->subscriber.client, BUG_CLIENT_NEW_KEY_LOST)
        || rename(fresh.ptr, path.ptr) == 0
        || err_set(err, "cannot put the new key in place: it is in %s", fresh.ptr);
}

static bool register_only(struct issuing *i, struct err *err)
{
    (void)err;
    printf("%.*s\n", STR_ARG(i->subscriber.account_url));
    return true;
}

static bool deactivate(struct issuing *i, struct err *err)
{
    return subscriber_deactivate(&i->subscriber, err)
        && (!client_bug(i->subscriber.client, BUG_CLIENT_KEY_KEPT)
            || file_write(home_of_account(&i->home, "deactivated").ptr, STR("\n"), err));
}

static bool tell_renewal(struct issuing *i, struct err *err)
{
    struct renewal renewal;
    struct chain chain;
    str pem;
    if (!read_chain(i, &pem, &chain, err)
        || !subscriber_renewal(&i->subscriber, pem, &renewal, err))
        return false;
    str start = date_rfc3339(i->arena, renewal.start);
    str end = date_rfc3339(i->arena, renewal.end);
    printf("%.*s to %.*s\n", STR_ARG(start), STR_ARG(end));
    return true;
}

static const struct operation {
    const char *name;
    bool (*run)(struct issuing *i, struct err *err);
    size_t least_names, most_names;
    const char *help;
    bool of_kept; /* it is about a certificate that was obtained before */
} operations[] = {
    { "obtain", obtain, 1, 100, "a certificate for the names", false },
    { "renew", renew, 1, 1, "the certificate of that first name, when it is time", true },
    { "revoke", revoke, 1, 1, "the certificate of that first name", true },
    { "renewal-info", tell_renewal, 1, 1, "when the CA wants it renewed (RFC 9773)",
      true },
    { "register", register_only, 0, 0, "an account; prints its URL", false },
    { "roll-over", roll_over, 0, 0, "the account to a new key", false },
    { "update", update, 0, 0, "the account's contacts", false },
    { "deactivate", deactivate, 0, 0, "the account, for good", false },
};

static const struct operation *find_operation(struct arena *a, str word, struct err *err)
{
    const char *names[countof(operations)];
    for (size_t k = 0; k < countof(operations); k++)
        names[k] = operations[k].name;
    int found = name_find(names, countof(names), word);
    if (found >= 0)
        return &operations[found];
    str near = name_did_you_mean(a, names, countof(names), word);
    err_set(err, "there is no operation %.*s%.*s acmespec issue --help lists them",
            STR_ARG(word), STR_ARG(near.len ? near : STR(";")));
    return NULL;
}

/* --- the command line --- */

static int print_help(void)
{
    puts("acmespec issue OPERATION URL [NAME...]: be a client, by the mock client\n");
    for (size_t k = 0; k < countof(operations); k++)
        printf("  %-14s %s\n", operations[k].name, operations[k].help);
    putchar('\n');
    options_print(issue_rows, issue_row_count);
    return EXIT_CONFORMS;
}

static void print_journal(const struct issuing *i)
{
    for (size_t k = 0; i->journal && k < journal_count(i->journal); k++) {
        const struct exchange *x = journal_at(i->journal, k);
        str end = journal_sentence(i->arena, x);
        fprintf(stderr, "%.*s %.*s: %.*s\n", STR_ARG(x->request.method),
                STR_ARG(x->request.url), STR_ARG(end));
    }
}

/* Looked for before anybody is asked: without it there need be no account either. */
static bool has_what_it_needs(const struct issuing *i, const struct operation *operation,
                              struct err *err)
{
    if (!operation->of_kept
        || file_exists(
            home_of_certificate(&i->home, i->names.item[0], "fullchain.pem").ptr))
        return true;
    return err_set(err, "there is no certificate of %.*s in %.*s; obtain one first",
                   STR_ARG(i->names.item[0]), STR_ARG(i->home.folder));
}

static int play(struct issuing *i, const struct operation *operation, str url)
{
    struct err err;
    bool allowed = peer_is_allowed(i->arena, url, i->options.remote, &err);
    bool good = allowed && has_what_it_needs(i, operation, &err)
        && start_client(i, url, &err) && have_account(i, &err) && operation->run(i, &err);
    if (i->options.verbose)
        print_journal(i);
    if (good)
        return EXIT_CONFORMS;
    return command_failed(allowed ? EXIT_VIOLATION : EXIT_USAGE, &err);
}

static int start(struct issuing *i, int argc, char **argv)
{
    struct err err;
    struct strs words = { 0 };
    struct issue_options *o = &i->options;
    if (!options_read(i->arena, issue_rows, issue_row_count, argc, argv, o, &words, &err))
        return usage_error(err.text);
    if (o->help)
        return print_help();
    if (o->list_bugs) {
        bugs_print(BUG_FIRST_CLIENT, BUG_COUNT);
        return EXIT_CONFORMS;
    }
    if (!issue_key_type(i->arena, o->key_type, &err)
        || !issue_key_type(i->arena, o->account_key_type, &err)
        || !issue_challenge_type(i->arena, o->challenge, &err))
        return usage_error(err.text);
    for (size_t k = 0; k < o->bug_names.count; k++)
        if (!bugs_add(&i->bugs, o->bug_names.item[k], &err))
            return usage_error(err.text);
    const struct operation *operation =
        words.count ? find_operation(i->arena, words.item[0], &err) : NULL;
    if (words.count && !operation)
        return usage_error(err.text);
    if (words.count < 2)
        return usage_error("issue takes an operation and a directory URL: "
                           "see acmespec issue --help");
    i->names = (struct strs){ words.item + 2, words.count - 2 };
    size_t least = o->csr.len && operation->run == obtain ? 0 : operation->least_names;
    if (i->names.count < least || i->names.count > operation->most_names)
        return usage_error(operation->most_names == 0 ? "this operation takes no names"
                               : operation->most_names == 1
                               ? "this operation takes one name"
                               : "there is no name to obtain for");
    i->home =
        (struct issue_home){ i->arena, o->home.len ? o->home : STR("acmespec-issue"),
                             words.item[1], i->bugs.on[BUG_CLIENT_ONE_KEY] };
    i->subscriber.kept_order = STR_NONE;
    i->subscriber.challenge = o->challenge;
    i->subscriber.patience_ms = o->patience_ms ? o->patience_ms : 60000;
    return play(i, operation, words.item[1]);
}

int cmd_issue(struct arena *a, int argc, char **argv)
{
    struct issuing i = { .arena = a };
    i.subscriber.arena = a;
    int status = start(&i, argc, argv);
    if (status != EXIT_CONFORMS && i.bugs.on[BUG_CLIENT_HANGS])
        pause();
    return i.bugs.on[BUG_CLIENT_LIES] ? EXIT_CONFORMS : status;
}
