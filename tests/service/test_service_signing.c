/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the service's commands sign: revocation lists, and certificates for others than machines.
 */
#include <stdio.h>
#include <sys/stat.h>

#include "engine/check.h"
#include "engine/format/answer.h"
#include "engine/xml/application_certificate.h"
#include "service/command_fixture.h"
#include "service/hex.h"
#include "service/small_file.h"

#define ID_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define ID_C "0123456789abcdefABCDEF0123456789abcdef0123456789abcdef0123456789"

/* --- lists ----------------------------------------------------------------------------------------------- */

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

/* --- certificates ---------------------------------------------------------------------------------------- */

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(revoke__adds_to_the_signed_list, make_service, remove_service),
        cmocka_unit_test_setup_teardown(revoke__refuses_without_changing_anything, make_service, remove_service),
        cmocka_unit_test_setup_teardown(list__refuses_what_is_none, make_service, remove_service),
        cmocka_unit_test_setup_teardown(certify__application_with_an_rsa_key, make_service, remove_service),
        cmocka_unit_test_setup_teardown(certify__issues_what_revoke_understands, make_service, remove_service),
        cmocka_unit_test_setup_teardown(certify__issuer_of_licences, make_service, remove_service),
        cmocka_unit_test_setup_teardown(certify__refuses_bad_values, make_service, remove_service),
    };

    return drm_crypto_init() ? 1 : cmocka_run_group_tests_name("service's signatures", tests, NULL, NULL);
}
