/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The command line of wmdrm-service: what each command does, says and returns.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/check.h"
#include "engine/format/answer.h"
#include "engine/xml/application_certificate.h"
#include "service/hex.h"
#include "service/service_process.h"
#include "service/small_file.h"

static struct sandbox sandbox;
static struct command_outcome outcome;

#define ID_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define ID_C "0123456789abcdefABCDEF0123456789abcdef0123456789abcdef0123456789"

static int make_empty(void **state)
{
    (void)state;
    sandbox_create(&sandbox, false);
    return 0;
}

static int make_service(void **state)
{
    (void)state;
    sandbox_create(&sandbox, true);
    return 0;
}

static int remove_sandbox(void **state)
{
    (void)state;
    sandbox_remove(&sandbox);
    return 0;
}

/* The command failed with this code, said this on the standard error, and nothing on the standard output. */
static void assert_fails(int exit_code, const char *words)
{
    if (outcome.exit_code != exit_code || !strstr(outcome.err, words) || *outcome.out)
        fail_msg("exit code %d, said \"%s\", printed \"%s\"; expected %d and \"%s\"", outcome.exit_code, outcome.err,
                 outcome.out, exit_code, words);
}

static void assert_says(const char *words)
{
    if (outcome.exit_code || !strstr(outcome.out, words))
        fail_msg("exit code %d, printed \"%s\"; expected \"%s\"; %s", outcome.exit_code, outcome.out, words,
                 outcome.err);
}

/* --- the program ------------------------------------------------------------------------------------------ */

static void program__explains_itself(void **state)
{
    static const char *const commands[] = {
        "init", "anchor", "status", "publish", "policy", "machines", "revoke", "list", "certify", "serve",
    };
    char words[64];
    size_t i;

    (void)state;
    RUN(&outcome, "--help");
    for (i = 0; i < COUNT(commands); ++i)
        assert_says(commands[i]);
    for (i = 0; i < COUNT(commands); ++i)
    {
        RUN(&outcome, commands[i], "--help");
        snprintf(words, sizeof(words), "usage: wmdrm-service %s --data DIR", commands[i]);
        assert_says(words);
        RUN(&outcome, commands[i]);
        assert_fails(2, "--data DIR is missing");
        RUN(&outcome, commands[i], "--data", sandbox.data, "--nonsense");
        assert_fails(2, "there is no option --nonsense");
        RUN(&outcome, commands[i], "--data", sandbox.data, "-xy");
        assert_fails(2, "there is no option -xy");
        RUN(&outcome, commands[i], "--data", sandbox.data, "surplus");
        assert_fails(2, "\"surplus\" is one argument too many");
        RUN(&outcome, commands[i], "--data");
        assert_fails(2, "--data needs a value");
    }
    RUN(&outcome, "--version");
    assert_says("wmdrm-service 0.");
    RUN(&outcome, "dance");
    assert_fails(2, "there is no command \"dance\"");
    run_service_command(&outcome, NULL, (const char *const[]){NULL});
    assert_fails(2, "usage:");
}

static void program__needs_a_service(void **state)
{
    static const char *const commands[] = {"anchor", "status", "machines", "serve"};
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(commands); ++i)
    {
        RUN(&outcome, commands[i], "--data", sandbox.data);
        assert_fails(1, "make a service with 'wmdrm-service init --data");
    }
}

/* What cannot be written is no success. */
static void program__full_output_is_a_failure(void **state)
{
    static const char *const commands[] = {"status", "machines"};
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(commands); ++i)
    {
        run_service_into(&outcome, "/dev/full",
                         (const char *const[]){commands[i], "--data", sandbox.data, "--json", NULL});
        assert_fails(1, "the standard output cannot be written: No space left on device");
    }
    run_service_into(&outcome, "/dev/full", (const char *const[]){"--help", NULL});
    assert_fails(1, "the standard output cannot be written");
    run_service_into(&outcome, "/dev/full",
                     (const char *const[]){"list", "--data", sandbox.data, "--type", "GRL", "--output", "-", NULL});
    assert_fails(1, "-: No space left on device");
    RUN(&outcome, "anchor", "--data", sandbox.data, "--log", "/no/such/folder/log");
    assert_fails(1, "/no/such/folder/log: No such file or directory");
    RUN(&outcome, "list", "--data", sandbox.data, "--type", "GRL", "--output", "/dev/full/x");
    assert_fails(1, "Not a directory");
    RUN(&outcome, "list", "--data", sandbox.data, "--type", "GRL", "--output", sandbox_path(&sandbox, "no/list"));
    assert_fails(1, "No such file or directory");
}

/* --- init, anchor, status ---------------------------------------------------------------------------------- */

static void init__makes_a_service_once(void **state)
{
    char anchor[128];
    struct stat status;

    (void)state;
    RUN(&outcome, "init", "--data", sandbox.data, "--name", "Archive of Example");
    assert_int_equal(outcome.exit_code, 0);
    assert_int_equal(strlen(outcome.out), 65);
    assert_int_equal(strspn(outcome.out, "0123456789abcdef"), 64);
    strcpy(anchor, outcome.out);
    assert_int_equal(stat(sandbox.data, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0700);
    RUN(&outcome, "init", "--data", sandbox.data);
    assert_fails(1, "holds a service already");
    RUN(&outcome, "anchor", "--data", sandbox.data);
    assert_string_equal(outcome.out, anchor);
}

static void init__refuses_bad_names_and_places(void **state)
{
    char name[DRM_CERTIFICATE_NAME_SIZE + 2];
    struct stat status;

    (void)state;
    memset(name, 'n', sizeof(name) - 1);
    name[sizeof(name) - 1] = 0;
    RUN(&outcome, "init", "--data", sandbox.data, "--name", name);
    assert_fails(2, "--name takes 1 to 128 bytes");
    RUN(&outcome, "init", "--data", sandbox.data, "--name", "");
    assert_fails(2, "--name takes 1 to 128 bytes");
    RUN(&outcome, "init", "--data", sandbox.data, "--name", "\xff");
    assert_fails(2, "UTF-8");
    assert_int_not_equal(stat(sandbox.data, &status), 0); /* refused before anything was made */
    RUN(&outcome, "init", "--data", sandbox_path(&sandbox, "no/folder"));
    assert_fails(1, "No such file or directory");
    sandbox_write(&sandbox, "data", "x", 1);
    RUN(&outcome, "init", "--data", sandbox.data);
    assert_fails(1, "Not a directory");
}

/* An init that was killed between the key and the authority is finished by the next one, with the same key. */
static void init__is_finished_by_the_next(void **state)
{
    (void)state;
    RUN_WELL("init", "--data", sandbox.data);
    assert_int_equal(unlink(sandbox_path(&sandbox, "data/authority.db")), 0);
    RUN(&outcome, "anchor", "--data", sandbox.data);
    assert_fails(1, "has a key but no authority");
    RUN_WELL("init", "--data", sandbox.data);
    RUN_WELL("anchor", "--data", sandbox.data);
}

static void init__passphrase_is_needed_from_then_on(void **state)
{
    const char *right = sandbox_path(&sandbox, "right"), *wrong = sandbox_path(&sandbox, "wrong");
    char anchor[128];

    (void)state;
    sandbox_write(&sandbox, "right", "open sesame\n", 12);
    sandbox_write(&sandbox, "wrong", "open barley\n", 12);
    sandbox_write(&sandbox, "empty", "\n", 1);
    RUN(&outcome, "init", "--data", sandbox.data, "--passphrase-file", sandbox_path(&sandbox, "empty"));
    assert_fails(1, "the first line is empty");
    RUN(&outcome, "init", "--data", sandbox.data, "--passphrase-file", right);
    assert_int_equal(outcome.exit_code, 0);
    assert_int_equal(strlen(outcome.out), 65);
    strcpy(anchor, outcome.out);
    RUN(&outcome, "anchor", "--data", sandbox.data);
    assert_fails(1, "give its passphrase with --passphrase-file");
    RUN(&outcome, "anchor", "--data", sandbox.data, "--passphrase-file", wrong);
    assert_fails(1, "does not open with the passphrase in");
    RUN(&outcome, "anchor", "--data", sandbox.data, "--passphrase-file", sandbox_path(&sandbox, "none"));
    assert_fails(1, "No such file or directory");
    RUN(&outcome, "anchor", "--data", sandbox.data, "--passphrase-file", right);
    assert_string_equal(outcome.out, anchor);
}

static void status__shows_a_new_service(void **state)
{
    uint8_t anchor[DRM_SIGN_PUBLIC_SIZE];
    char words[128], digits[65];

    (void)state;
    sandbox_anchor(&sandbox, anchor);
    hex_write(anchor, sizeof(anchor), digits);
    RUN(&outcome, "status", "--data", sandbox.data);
    snprintf(words, sizeof(words), "trust anchor  %s\n", digits);
    assert_says(words);
    assert_says("version       2.10\n");
    assert_says("component     none\n");
    assert_says("machines      0, with 0 certificates ever\n");
    assert_says("limit         none\n");
    assert_says("list GRL      version 1, 0 entries\n");
    RUN(&outcome, "status", "--data", sandbox.data, "--json");
    snprintf(words, sizeof(words), "\"anchor\": \"%s\"", digits);
    assert_says(words);
    assert_says("\"component\": null");
    assert_says("{\"type\": \"REVINFO\", \"version\": 1, \"entries\": 5}");
}

static void status__says_what_is_broken(void **state)
{
    (void)state;
    assert_int_equal(chmod(sandbox_path(&sandbox, "data/service.key"), 0644), 0);
    RUN(&outcome, "status", "--data", sandbox.data);
    assert_fails(1, "chmod 600");
    sandbox_write(&sandbox, "data/service.key", "rubbish", 7);
    assert_int_equal(chmod(sandbox_path(&sandbox, "data/service.key"), 0600), 0);
    RUN(&outcome, "status", "--data", sandbox.data);
    assert_fails(1, "is damaged: restore it from a backup");
    /* Another service's key. */
    assert_int_equal(unlink(sandbox_path(&sandbox, "data/service.key")), 0);
    RUN_WELL("init", "--data", sandbox_path(&sandbox, "other"));
    assert_int_equal(rename(sandbox_path(&sandbox, "other/service.key"), sandbox_path(&sandbox, "data/service.key")),
                     0);
    RUN(&outcome, "status", "--data", sandbox.data);
    assert_fails(1, "not the key that this folder was made with");
    RUN(&outcome, "init", "--data", sandbox.data);
    assert_fails(1, "not the key that this folder was made with");
    sandbox_write(&sandbox, "data/authority.db", "this is no database, and long enough to be looked at as one", 59);
    RUN(&outcome, "status", "--data", sandbox.data);
    assert_fails(1, "restore the folder from a backup");
}

/* --- publish, policy -------------------------------------------------------------------------------------- */

static void publish__goes_forward_only(void **state)
{
    (void)state;
    RUN_WELL("publish", "--data", sandbox.data, "--version", "2.11");
    RUN_WELL("publish", "--data", sandbox.data, "--version", "2.11");
    RUN(&outcome, "publish", "--data", sandbox.data, "--version", "2.9");
    assert_fails(1, "a newer version is published already");
    RUN(&outcome, "status", "--data", sandbox.data);
    assert_says("version       2.11\n");
    RUN(&outcome, "publish", "--data", sandbox.data);
    assert_fails(2, "--version is missing");
    RUN(&outcome, "publish", "--data", sandbox.data, "--version", "two");
    assert_fails(2, "\"two\" is no version");
}

static void publish__component_is_kept_and_replaced(void **state)
{
    const char *component = sandbox_path(&sandbox, "player.bin"), *link = sandbox_path(&sandbox, "link");
    const char *empty = sandbox_path(&sandbox, "empty");

    (void)state;
    sandbox_write(&sandbox, "player.bin", "component", 9);
    sandbox_write(&sandbox, "empty", "", 0);
    RUN_WELL("publish", "--data", sandbox.data, "--version", "2.11", "--component", component);
    RUN(&outcome, "status", "--data", sandbox.data);
    assert_says("component     player.bin, 9 bytes\n");
    /* It is a copy: the original may go. A link is as good as a file. */
    assert_int_equal(symlink(component, link), 0);
    RUN_WELL("publish", "--data", sandbox.data, "--version", "2.11", "--component", link, "--component-name",
             "Pl\"ayer");
    assert_int_equal(unlink(component), 0);
    RUN(&outcome, "status", "--data", sandbox.data, "--json");
    assert_says("\"component\": {\"name\": \"Pl\\\"ayer\", \"size\": 9}");
    RUN(&outcome, "publish", "--data", sandbox.data, "--version", "2.11", "--component", component);
    assert_fails(1, "No such file or directory");
    RUN(&outcome, "publish", "--data", sandbox.data, "--version", "2.11", "--component", sandbox.folder);
    assert_fails(1, "a component is an ordinary file");
    RUN(&outcome, "publish", "--data", sandbox.data, "--version", "2.11", "--component", empty);
    assert_fails(1, "a component has 1 to 268435456 bytes, this one 0");
    RUN(&outcome, "publish", "--data", sandbox.data, "--version", "2.11", "--component-name", "x");
    assert_fails(2, "give it with --component");
    RUN_WELL("publish", "--data", sandbox.data, "--version", "2.12");
    RUN(&outcome, "status", "--data", sandbox.data);
    assert_says("component     none\n");
}

static void publish__too_large_component_is_refused(void **state)
{
    const char *large = sandbox_path(&sandbox, "large");

    (void)state;
    sandbox_write(&sandbox, "large", "", 0);
    assert_int_equal(truncate(large, (off_t)DRM_COMPONENT_MAX_SIZE + 1), 0);
    RUN(&outcome, "publish", "--data", sandbox.data, "--version", "2.11", "--component", large);
    assert_fails(1, "a component has 1 to 268435456 bytes, this one 268435457");
}

static void policy__changes_what_is_given(void **state)
{
    char url[DRM_ANSWER_URL_SIZE + 16] = "http://h/";

    (void)state;
    RUN_WELL("policy", "--data", sandbox.data, "--individualizations-per-day", "5", "--renewal-url",
             "https://r.example/");
    RUN_WELL("policy", "--data", sandbox.data, "--license-url", "https://l.example/x?y");
    RUN(&outcome, "status", "--data", sandbox.data);
    assert_says("limit         5 individualizations a machine and day\n");
    assert_says("renewal URL   https://r.example/\n");
    assert_says("license URL   https://l.example/x?y\n");
    RUN_WELL("policy", "--data", sandbox.data, "--renewal-url", "", "--individualizations-per-day", "0");
    RUN(&outcome, "status", "--data", sandbox.data);
    assert_says("limit         none\n");
    assert_says("renewal URL   none\n");
    assert_says("license URL   https://l.example/x?y\n");

    RUN(&outcome, "policy", "--data", sandbox.data);
    assert_fails(2, "there is nothing to change");
    RUN(&outcome, "policy", "--data", sandbox.data, "--individualizations-per-day", "-1");
    assert_fails(2, "takes a whole number");
    RUN(&outcome, "policy", "--data", sandbox.data, "--individualizations-per-day", "5x");
    assert_fails(2, "takes a whole number");
    RUN(&outcome, "policy", "--data", sandbox.data, "--license-url", "ftp://l.example/");
    assert_fails(2, "--license-url takes an http: or https: URL");
    memset(url + strlen(url), 'x', DRM_ANSWER_URL_SIZE);
    RUN(&outcome, "policy", "--data", sandbox.data, "--license-url", url);
    assert_fails(2, "--license-url takes an http: or https: URL");
    RUN(&outcome, "status", "--data", sandbox.data);
    assert_says("license URL   https://l.example/x?y\n");
}

/* --- revoke, list, certify --------------------------------------------------------------------------------- */

/* Reads a list that the program wrote, and proves it under the service's anchor. */
static void read_list(const char *type, struct drm_revocation_head *head, struct drm_buffer *list, size_t *entries)
{
    uint8_t anchor[1][DRM_SIGN_PUBLIC_SIZE];
    struct drm_revocation_reader *reader;
    const char *path = sandbox_path(&sandbox, "list");

    sandbox_anchor(&sandbox, anchor[0]);
    RUN_WELL("list", "--data", sandbox.data, "--type", type, "--output", path);
    assert_int_equal(small_file_read(path, 1 << 20, list), 0);
    assert_int_equal(drm_revocation_reader_create((const uint8_t(*)[DRM_SIGN_PUBLIC_SIZE])anchor, 1, &reader),
                     DRM_S_OK);
    assert_int_equal(drm_revocation_reader_feed(reader, list->data, list->size), DRM_S_OK);
    assert_int_equal(drm_revocation_reader_finish(reader, NULL, head, entries), DRM_S_OK);
    drm_revocation_reader_free(reader);
}

static bool list_has(const struct drm_buffer *list, size_t entries, const struct drm_revocation_head *head,
                     const char *digits)
{
    uint8_t id[DRM_REVOCATION_ENTRY_SIZE];

    assert_true(hex_read(digits, id, sizeof(id)));
    return drm_revocation_entries_contain(list->data + entries, head, id);
}

static void revoke__adds_to_the_signed_list(void **state)
{
    struct drm_revocation_head head;
    struct drm_buffer list = {0};
    size_t entries;

    (void)state;
    RUN_WELL("revoke", "--data", sandbox.data, "--list", "grl", "--certificate-id", ID_A);
    sandbox_write(&sandbox, "ids", "# mine\n\n  " ID_B "  # one\r\n" ID_A "\n", 2 * 64 + 20);
    RUN_WELL("revoke", "--data", sandbox.data, "--list", "GRL", "--ids-from", sandbox_path(&sandbox, "ids"),
             "--certificate-id", ID_C);
    read_list("GRL", &head, &list, &entries);
    assert_int_equal(head.type, DRM_REVOCATION_GRL);
    assert_int_equal(head.version, 3);
    assert_int_equal(head.entry_count, 3);
    assert_true(list_has(&list, entries, &head, ID_A));
    assert_true(list_has(&list, entries, &head, ID_B));
    assert_true(list_has(&list, entries, &head, ID_C));
    drm_buffer_free(&list);
    RUN(&outcome, "status", "--data", sandbox.data);
    assert_says("list GRL      version 3, 3 entries\n");
    assert_says("list APP      version 1, 0 entries\n");
    assert_says("list REVINFO  version 3, 5 entries\n");
    run_service_command(&outcome, ID_A "\n",
                        (const char *const[]){"revoke", "--data", sandbox.data, "--list", "HDCP", "--ids-from", "-",
                                              NULL});
    assert_int_equal(outcome.exit_code, 0);
    read_list("HDCP", &head, &list, &entries);
    assert_int_equal(head.entry_count, 1);
    drm_buffer_free(&list);
}

static void revoke__refuses_without_changing_anything(void **state)
{
    (void)state;
    sandbox_write(&sandbox, "ids", ID_A "\nnonsense\n", 64 + 10);
    RUN(&outcome, "revoke", "--data", sandbox.data, "--certificate-id", ID_A);
    assert_fails(2, "--list is missing");
    RUN(&outcome, "revoke", "--data", sandbox.data, "--list", "GRL");
    assert_fails(2, "which certificates?");
    RUN(&outcome, "revoke", "--data", sandbox.data, "--list", "XYZ", "--certificate-id", ID_A);
    assert_fails(2, "there is no list \"XYZ\"");
    RUN(&outcome, "revoke", "--data", sandbox.data, "--list", "REVINFO", "--certificate-id", ID_A);
    assert_fails(2, "follows them by itself");
    RUN(&outcome, "revoke", "--data", sandbox.data, "--list", "GRL", "--certificate-id", "abc");
    assert_fails(2, "is no certificate id");
    RUN(&outcome, "revoke", "--data", sandbox.data, "--list", "GRL", "--ids-from", sandbox_path(&sandbox, "ids"));
    assert_fails(2, "ids, line 2: \"nonsense\" is no certificate id");
    RUN(&outcome, "revoke", "--data", sandbox.data, "--list", "GRL", "--ids-from", sandbox_path(&sandbox, "none"));
    assert_fails(1, "No such file or directory");
    RUN(&outcome, "revoke", "--data", sandbox.data, "--list", "GRL", "--certificate", sandbox_path(&sandbox, "ids"));
    assert_fails(1, "holds neither a certificate nor a chain");
    RUN(&outcome, "status", "--data", sandbox.data);
    assert_says("list GRL      version 1, 0 entries\n");
}

static void list__refuses_what_is_none(void **state)
{
    (void)state;
    RUN(&outcome, "list", "--data", sandbox.data, "--output", "x");
    assert_fails(2, "--type is missing");
    RUN(&outcome, "list", "--data", sandbox.data, "--type", "GRL");
    assert_fails(2, "--output is missing");
    RUN(&outcome, "list", "--data", sandbox.data, "--type", "x", "--output", "x");
    assert_fails(2, "there is no list \"x\"");
}

static void certify__application_with_an_rsa_key(void **state)
{
    struct drm_application_certificate certificate;
    const char *path = sandbox_path(&sandbox, "player.xml");
    uint8_t anchor[DRM_SIGN_PUBLIC_SIZE];
    struct drm_buffer file = {0};
    char modulus[2 * 256 + 1];

    (void)state;
    memset(modulus, 'd', sizeof(modulus) - 1);
    modulus[sizeof(modulus) - 1] = '\0';
    sandbox_anchor(&sandbox, anchor);
    RUN_WELL("certify", "--data", sandbox.data, "--role", "application", "--name", "Player", "--rsa-modulus", modulus,
             "--output", path);
    assert_int_equal(small_file_read(path, DRM_APPLICATION_CERTIFICATE_MAX_SIZE, &file), 0);
    assert_int_equal(drm_application_certificate_read(drm_buffer_span(&file), &certificate), DRM_S_OK);
    assert_int_equal(drm_application_certificate_verify(&certificate, anchor, 0), DRM_S_OK);
    assert_int_equal(certificate.key.modulus_size, 256);
    drm_buffer_free(&file);
    RUN(&outcome, "certify", "--data", sandbox.data, "--role", "device", "--name", "Player", "--rsa-modulus", modulus,
        "--output", path);
    assert_fails(2, "--rsa-modulus takes");
    modulus[100] = '\0';
    RUN(&outcome, "certify", "--data", sandbox.data, "--role", "application", "--name", "Player", "--rsa-modulus",
        modulus, "--output", path);
    assert_fails(2, "--rsa-modulus takes");
}

static void certify__issues_what_revoke_understands(void **state)
{
    static const char sign_seed[DRM_SIGN_SEED_SIZE] = "seed", decrypt_key[DRM_X25519_SIZE] = "key";
    uint8_t anchor[DRM_SIGN_PUBLIC_SIZE], sign_key[DRM_SIGN_PUBLIC_SIZE], encrypt_key[DRM_X25519_SIZE];
    char sign_text[65], encrypt_text[65], id_text[65];
    const char *path = sandbox_path(&sandbox, "player.certificate");
    struct drm_revocation_head head;
    struct drm_buffer file = {0}, list = {0};
    struct drm_chain chain;
    size_t entries;

    (void)state;
    sandbox_anchor(&sandbox, anchor);
    assert_int_equal(drm_sign_public((const uint8_t *)sign_seed, sign_key), DRM_S_OK);
    assert_int_equal(drm_x25519_public((const uint8_t *)decrypt_key, encrypt_key), DRM_S_OK);
    hex_write(sign_key, sizeof(sign_key), sign_text);
    hex_write(encrypt_key, sizeof(encrypt_key), encrypt_text);
    RUN_WELL("certify", "--data", sandbox.data, "--role", "application", "--name", "Player", "--sign-key", sign_text,
             "--encrypt-key", encrypt_text, "--days", "30", "--output", path);
    assert_int_equal(small_file_read(path, DRM_CHAIN_MAX_SIZE, &file), 0);
    assert_int_equal(drm_chain_read(drm_buffer_span(&file), &chain), DRM_S_OK);
    assert_int_equal(drm_chain_verify(&chain, anchor, DRM_ROLE_APPLICATION, chain.certificates[0].not_before),
                     DRM_S_OK);
    assert_string_equal(chain.certificates[0].name, "Player");
    assert_memory_equal(chain.certificates[0].sign_key, sign_key, sizeof(sign_key));
    assert_true(chain.certificates[0].has_encrypt_key);
    assert_memory_equal(chain.certificates[0].encrypt_key, encrypt_key, sizeof(encrypt_key));
    assert_int_equal(chain.certificates[0].not_after - chain.certificates[0].not_before, INT64_C(30) * 86400000);
    drm_buffer_free(&file);
    RUN_WELL("certify", "--data", sandbox.data, "--role", "application", "--name", "Player", "--sign-key", sign_text,
             "--output", path);
    assert_int_equal(small_file_read(path, DRM_CHAIN_MAX_SIZE, &file), 0);
    assert_int_equal(drm_chain_read(drm_buffer_span(&file), &chain), DRM_S_OK);
    assert_true(chain.certificates[0].not_after == DRM_TIME_MAX); /* for ever */

    RUN_WELL("revoke", "--data", sandbox.data, "--list", "APP", "--certificate", path);
    hex_write(chain.certificates[0].id, DRM_SHA256_SIZE, id_text);
    read_list("APP", &head, &list, &entries);
    assert_int_equal(head.entry_count, 1);
    assert_true(list_has(&list, entries, &head, id_text));
    drm_buffer_free(&list);

    /* The leaf alone is as good. */
    sandbox_write(&sandbox, "leaf", chain.encoded[0].data, chain.encoded[0].size);
    RUN_WELL("revoke", "--data", sandbox.data, "--list", "DEVICE", "--certificate", sandbox_path(&sandbox, "leaf"));
    read_list("DEVICE", &head, &list, &entries);
    assert_true(list_has(&list, entries, &head, id_text));
    drm_buffer_free(&list);
    drm_buffer_free(&file);
}

static void certify__issuer_of_licences(void **state)
{
    static const char seed[DRM_SIGN_SEED_SIZE] = "ripper";
    uint8_t anchor[DRM_SIGN_PUBLIC_SIZE], sign_key[DRM_SIGN_PUBLIC_SIZE];
    const char *path = sandbox_path(&sandbox, "issuer.certificate");
    struct drm_buffer file = {0};
    struct drm_chain chain;
    char key_text[65];
    int64_t life;

    (void)state;
    sandbox_anchor(&sandbox, anchor);
    assert_int_equal(drm_sign_public((const uint8_t *)seed, sign_key), DRM_S_OK);
    hex_write(sign_key, sizeof(sign_key), key_text);
    for (int days = 0; days < 2; days++)
    {
        if (days)
            RUN_WELL("certify", "--data", sandbox.data, "--role", "issuer", "--name", "Ripper", "--sign-key", key_text,
                     "--days", "7", "--output", path);
        else
            RUN_WELL("certify", "--data", sandbox.data, "--role", "issuer", "--name", "Ripper", "--sign-key", key_text,
                     "--output", path);
        drm_buffer_truncate(&file, 0);
        assert_int_equal(small_file_read(path, DRM_CHAIN_MAX_SIZE, &file), 0);
        assert_int_equal(drm_chain_read(drm_buffer_span(&file), &chain), DRM_S_OK);
        assert_int_equal(drm_chain_verify(&chain, anchor, DRM_ROLE_ISSUER, chain.certificates[0].not_before), DRM_S_OK);
        assert_string_equal(chain.certificates[0].name, "Ripper");
        /* From a day ago. */
        life = chain.certificates[0].not_after - chain.certificates[0].not_before;
        assert_int_equal(life / INT64_C(86400000), days ? 8 : 366);
    }
    RUN_WELL("revoke", "--data", sandbox.data, "--list", "GRL", "--certificate", path);
    RUN(&outcome, "certify", "--data", sandbox.data, "--role", "issuer", "--name", "n", "--sign-key", key_text,
        "--encrypt-key", key_text, "--output", path);
    assert_fails(2, "an issuer receives no keys");
    drm_buffer_free(&file);
}

static void certify__refuses_bad_values(void **state)
{
    const char *path = sandbox_path(&sandbox, "certificate");
    struct stat status;

    (void)state;
#define CERTIFY(...) RUN(&outcome, "certify", "--data", sandbox.data, "--output", path, __VA_ARGS__)
    CERTIFY("--name", "n", "--sign-key", ID_A);
    assert_fails(2, "--role is missing");
    CERTIFY("--role", "device", "--sign-key", ID_A);
    assert_fails(2, "--name is missing");
    CERTIFY("--role", "device", "--name", "n");
    assert_fails(2, "--sign-key is missing");
    CERTIFY("--role", "machine", "--name", "n", "--sign-key", ID_A);
    assert_fails(2, "there is no role \"machine\"");
    CERTIFY("--role", "device", "--name", "n", "--sign-key", "12");
    assert_fails(2, "--sign-key takes an Ed25519 public key");
    CERTIFY("--role", "device", "--name", "n", "--sign-key", ID_A, "--encrypt-key", "xx");
    assert_fails(2, "--encrypt-key takes an X25519 public key");
    CERTIFY("--role", "device", "--name", "n", "--sign-key", ID_A, "--days", "0");
    assert_fails(2, "--days takes a whole number from 1 to 36500");
    CERTIFY("--role", "device", "--name", "\x01", "--sign-key", ID_A);
    assert_fails(2, "--name takes 1 to 128 bytes");
    assert_int_not_equal(stat(path, &status), 0);
#undef CERTIFY
}

/* --- serve ------------------------------------------------------------------------------------------------ */

static void serve__refuses_bad_options(void **state)
{
    (void)state;
#define SERVE(...) RUN(&outcome, "serve", "--data", sandbox.data, "--log", sandbox_path(&sandbox, "log"), __VA_ARGS__)
    SERVE("--port", "65536");
    assert_fails(2, "--port takes a whole number from 0 to 65535");
    SERVE("--threads", "0");
    assert_fails(2, "--threads takes");
    SERVE("--timeout", "never");
    assert_fails(2, "--timeout takes");
    SERVE("--tls-key", "k");
    assert_fails(2, "--tls-certificate and --tls-key go together");
    SERVE("--port", "0", "--public-url", "https://drm.example/service?for=all");
    assert_fails(2, "--public-url takes an http: or https: URL without");
    SERVE("--port", "0", "--public-url", "https://user@drm.example/");
    assert_fails(2, "--public-url takes an http: or https: URL without");
    SERVE("--fault", "nonsense");
    assert_fails(2, "there is no fault \"nonsense\"");
    SERVE("--address", "localhost");
    assert_fails(1, "\"localhost\" is no numeric address");
    SERVE("--address", "192.0.2.1");
    assert_fails(1, "this machine has no such address");
    SERVE("--port", "0", "--tls-certificate", "/none", "--tls-key", "/none");
    assert_fails(1, "/none: No such file or directory");
    sandbox_write(&sandbox, "pem", "rubbish", 7);
    SERVE("--port", "0", "--tls-certificate", sandbox_path(&sandbox, "pem"), "--tls-key",
          sandbox_path(&sandbox, "pem"));
    assert_fails(1, "the HTTP server does not start");
    SERVE("--port", "0", "--port-file", "/no/such/folder/port");
    assert_fails(1, "/no/such/folder/port: No such file or directory");
#undef SERVE
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(program__explains_itself, make_service, remove_sandbox),
        cmocka_unit_test_setup_teardown(program__needs_a_service, make_empty, remove_sandbox),
        cmocka_unit_test_setup_teardown(program__full_output_is_a_failure, make_service, remove_sandbox),
        cmocka_unit_test_setup_teardown(init__makes_a_service_once, make_empty, remove_sandbox),
        cmocka_unit_test_setup_teardown(init__refuses_bad_names_and_places, make_empty, remove_sandbox),
        cmocka_unit_test_setup_teardown(init__is_finished_by_the_next, make_empty, remove_sandbox),
        cmocka_unit_test_setup_teardown(init__passphrase_is_needed_from_then_on, make_empty, remove_sandbox),
        cmocka_unit_test_setup_teardown(status__shows_a_new_service, make_service, remove_sandbox),
        cmocka_unit_test_setup_teardown(status__says_what_is_broken, make_service, remove_sandbox),
        cmocka_unit_test_setup_teardown(publish__goes_forward_only, make_service, remove_sandbox),
        cmocka_unit_test_setup_teardown(publish__component_is_kept_and_replaced, make_service, remove_sandbox),
        cmocka_unit_test_setup_teardown(publish__too_large_component_is_refused, make_service, remove_sandbox),
        cmocka_unit_test_setup_teardown(policy__changes_what_is_given, make_service, remove_sandbox),
        cmocka_unit_test_setup_teardown(revoke__adds_to_the_signed_list, make_service, remove_sandbox),
        cmocka_unit_test_setup_teardown(revoke__refuses_without_changing_anything, make_service, remove_sandbox),
        cmocka_unit_test_setup_teardown(list__refuses_what_is_none, make_service, remove_sandbox),
        cmocka_unit_test_setup_teardown(certify__application_with_an_rsa_key, make_service, remove_sandbox),
        cmocka_unit_test_setup_teardown(certify__issues_what_revoke_understands, make_service, remove_sandbox),
        cmocka_unit_test_setup_teardown(certify__issuer_of_licences, make_service, remove_sandbox),
        cmocka_unit_test_setup_teardown(certify__refuses_bad_values, make_service, remove_sandbox),
        cmocka_unit_test_setup_teardown(serve__refuses_bad_options, make_service, remove_sandbox),
    };

    return drm_crypto_init() ? 1 : cmocka_run_group_tests_name("service commands", tests, NULL, NULL);
}
