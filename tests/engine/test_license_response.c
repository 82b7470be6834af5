/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The heads of responses with licences, and the keys that they carry. */
#include "engine/check.h"
#include "support/mutation.h"
#include "support/test_license.h"

/* Tags of a head's body (docs/formats.md). */
enum
{
    RESPONSE_ID = 0x8001, MACHINE_ID, ENCRYPT_KEY, NONCE, TIME, VERSION, LIST_VERSIONS, TREE_COUNT, ROOT, SEALED_KEY,
};

static struct test_authority authority, other;
static struct drm_buffer sealed;
static struct drm_license_head good;

static int set_up(void **state)
{
    uint8_t root[DRM_SHA256_SIZE];
    (void)state;

    test_authority_create(&authority, "a");
    test_authority_create(&other, "b");
    test_bytes("root", root, sizeof(root));
    good = test_license_head(&authority, 3, root, &sealed);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    drm_buffer_free(&sealed);
    test_authority_free(&other);
    test_authority_free(&authority);
    return 0;
}

static struct drm_buffer write_head(const struct drm_license_head *head, const struct test_signer *signer)
{
    struct drm_buffer out = {0};

    assert_int_equal(drm_license_head_write(head, signer->key.seed, drm_buffer_span(&signer->chain), &out), DRM_S_OK);
    return out;
}

static drm_result read_span(struct drm_span data)
{
    struct drm_license_head head;

    return drm_license_head_read(data, authority.root.key.public_key, &head);
}

static drm_result read_written(const struct drm_license_head *head, const struct test_signer *signer)
{
    struct drm_buffer encoded = write_head(head, signer);
    const drm_result result = read_span(drm_buffer_span(&encoded));

    drm_buffer_free(&encoded);
    return result;
}

static void assert_same(const struct drm_license_head *a, const struct drm_license_head *b)
{
    assert_memory_equal(a->response_id, b->response_id, DRM_ID_SIZE);
    assert_memory_equal(a->machine_id, b->machine_id, DRM_ID_SIZE);
    assert_memory_equal(a->encrypt_key, b->encrypt_key, DRM_X25519_SIZE);
    assert_memory_equal(a->nonce, b->nonce, DRM_NONCE_SIZE);
    assert_true(a->time == b->time);
    assert_int_equal(drm_version_compare(a->version, b->version), 0);
    assert_memory_equal(a->list_versions, b->list_versions, sizeof(a->list_versions));
    assert_int_equal(a->count, b->count);
    assert_memory_equal(a->root, b->root, DRM_SHA256_SIZE);
    assert_true(drm_span_equal(a->sealed_key, b->sealed_key));
}

static void license_head__every_field_comes_back(void **state)
{
    struct drm_license_head heads[2] = {good, good}, read;
    (void)state;

    memset(heads[1].nonce, 0, DRM_NONCE_SIZE); /* that nobody asked for */
    heads[1].count = DRM_RESPONSE_MAX_LICENSES;
    for (size_t i = 0; i < COUNT(heads); i++)
    {
        struct drm_buffer encoded = write_head(&heads[i], &authority.issue);

        memset(&read, 0xee, sizeof(read));
        assert_int_equal(drm_license_head_read(drm_buffer_span(&encoded), authority.root.key.public_key, &read),
                         DRM_S_OK);
        assert_same(&heads[i], &read);
        memset(&read, 0xee, sizeof(read));
        assert_int_equal(drm_license_head_read_trusted(drm_buffer_span(&encoded), &read), DRM_S_OK);
        assert_same(&heads[i], &read);
        drm_buffer_free(&encoded);
    }
}

static void license_head__writer_refuses_what_cannot_be(void **state)
{
    const struct drm_span chain = drm_buffer_span(&authority.issue.chain);
    struct drm_license_head bad[10];
    struct drm_buffer out = {0};
    size_t n = 0;
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++)
        bad[i] = good;
    memset(bad[n++].response_id, 0, DRM_ID_SIZE);
    memset(bad[n++].machine_id, 0, DRM_ID_SIZE);
    bad[n++].time = 0;
    bad[n++].time = -1;
    bad[n++].time = DRM_TIME_MAX + 1;
    bad[n++].version.minor = DRM_VERSION_NUMBER_MAX + 1;
    bad[n++].list_versions[5] = DRM_REVOCATION_MAX_VERSION + 1;
    bad[n++].count = 0;
    bad[n++].count = DRM_RESPONSE_MAX_LICENSES + 1;
    bad[n++].sealed_key.size--;
    assert_int_equal(n, COUNT(bad));
    for (size_t i = 0; i < n; i++)
        assert_int_equal(drm_license_head_write(&bad[i], authority.issue.key.seed, chain, &out),
                         DRM_E_INVALID_ARGUMENT);
    assert_int_equal(drm_license_head_write(&good, authority.issue.key.seed, drm_span(NULL, 0), &out),
                     DRM_E_INVALID_ARGUMENT);
    assert_int_equal(out.size, 0);
    drm_buffer_free(&out);
}

/* --- bodies edited and signed again -------------------------------------------------------------------------- */

static struct drm_span body_of(const struct drm_buffer *head)
{
    struct drm_signed_object object;

    assert_int_equal(drm_signed_object_read(drm_buffer_span(head), DRM_OBJECT_LICENSE_RESPONSE, &object), DRM_S_OK);
    return object.body;
}

static drm_result read_edited(enum test_edit edit, uint16_t tag, const void *data, size_t size)
{
    struct drm_buffer head = write_head(&good, &authority.issue), body = {0}, edited = {0};
    drm_result result;

    test_edit(body_of(&head), edit, tag, drm_span(data, size), &body);
    assert_int_equal(drm_signed_object_write(DRM_OBJECT_LICENSE_RESPONSE, drm_buffer_span(&body),
                                             authority.issue.key.seed, drm_buffer_span(&authority.issue.chain),
                                             &edited), DRM_S_OK);
    result = read_span(drm_buffer_span(&edited));
    drm_buffer_free(&edited);
    drm_buffer_free(&body);
    drm_buffer_free(&head);
    return result;
}

static void license_head__values_out_of_range_are_refused(void **state)
{
    static const uint8_t zero[DRM_SEALED_RESPONSE_KEY_SIZE + 1], most[4] = {0, 1, 0, 0}, more[4] = {0, 1, 0, 1},
                         high[8] = {0, 1}, versions[48] = {0x80}, last[8] = {0, 0, 0xe6, 0x77, 0xd2, 0x1f, 0xdb, 0xff},
                         later[8] = {0, 0, 0xe6, 0x77, 0xd2, 0x1f, 0xdc};
    const drm_result bad = DRM_E_INVALID_LICENSE;
    (void)state;

    assert_int_equal(read_edited(TEST_REPLACE, RESPONSE_ID, zero, 16), bad);
    assert_int_equal(read_edited(TEST_REPLACE, MACHINE_ID, zero, 16), bad);
    assert_int_equal(read_edited(TEST_REPLACE, NONCE, zero, 32), DRM_S_OK);
    assert_int_equal(read_edited(TEST_REPLACE, TIME, zero, 8), bad);
    assert_int_equal(read_edited(TEST_REPLACE, TIME, last, 8), DRM_E_INVALID_CERTIFICATE); /* expired by then */
    assert_int_equal(read_edited(TEST_REPLACE, TIME, later, 8), bad);
    assert_int_equal(read_edited(TEST_REPLACE, VERSION, high, 8), bad);
    assert_int_equal(read_edited(TEST_REPLACE, LIST_VERSIONS, versions, 48), bad);
    assert_int_equal(read_edited(TEST_REPLACE, TREE_COUNT, zero, 4), bad);
    assert_int_equal(read_edited(TEST_REPLACE, TREE_COUNT, most, 4), DRM_S_OK);
    assert_int_equal(read_edited(TEST_REPLACE, TREE_COUNT, more, 4), bad);
    assert_int_equal(read_edited(TEST_REPLACE, SEALED_KEY, zero, DRM_SEALED_RESPONSE_KEY_SIZE), DRM_S_OK);
    assert_int_equal(read_edited(TEST_REPLACE, SEALED_KEY, zero, DRM_SEALED_RESPONSE_KEY_SIZE - 1), bad);
    assert_int_equal(read_edited(TEST_REPLACE, SEALED_KEY, zero, DRM_SEALED_RESPONSE_KEY_SIZE + 1), bad);
    assert_int_equal(read_edited(TEST_INSERT, 0x0063, "later", 5), DRM_S_OK);
    assert_int_equal(read_edited(TEST_INSERT, 0x8063, "later", 5), bad);
    for (uint16_t tag = RESPONSE_ID; tag <= SEALED_KEY; tag++)
    {
        assert_int_equal(read_edited(TEST_REMOVE, tag, NULL, 0), bad);
        assert_int_equal(read_edited(TEST_REPEAT, tag, NULL, 0), bad);
        assert_int_equal(read_edited(TEST_RETAG, tag, NULL, 0), bad);
        assert_int_equal(read_edited(TEST_REPLACE, tag, "odd", 3), bad);
    }
}

/* --- signers -------------------------------------------------------------------------------------------------- */

static void license_head__wrong_signers_are_refused(void **state)
{
    struct test_signer forger = {.key = other.issue.key, .chain = authority.issue.chain};
    struct drm_license_head read;
    struct drm_buffer head = {0}, edited = {0};
    (void)state;

    assert_int_equal(read_written(&good, &authority.issue), DRM_S_OK);
    assert_int_equal(read_written(&good, &other.issue), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(read_written(&good, &authority.answer), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(read_written(&good, &authority.root), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(read_written(&good, &authority.machine), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(read_written(&good, &forger), DRM_E_SIGNATURE_FAILURE);
    /* Without verification the same is read, which is why only the store does so. */
    head = write_head(&good, &forger);
    assert_int_equal(drm_license_head_read_trusted(drm_buffer_span(&head), &read), DRM_S_OK);
    test_edit(drm_buffer_span(&head), TEST_REMOVE, 0x8004, drm_span(NULL, 0), &edited);
    assert_int_equal(read_span(drm_buffer_span(&edited)), DRM_E_INVALID_LICENSE);
    drm_buffer_truncate(&edited, 0);
    test_edit(drm_buffer_span(&head), TEST_REPLACE, 0x8004, drm_span("junk", 4), &edited);
    assert_int_equal(read_span(drm_buffer_span(&edited)), DRM_E_INVALID_CERTIFICATE);
    drm_buffer_truncate(&edited, 0);
    test_edit(drm_buffer_span(&head), TEST_INSERT, 0x0063, drm_span("unsigned", 8), &edited);
    assert_int_equal(read_span(drm_buffer_span(&edited)), DRM_E_INVALID_LICENSE);
    drm_buffer_free(&edited);
    drm_buffer_free(&head);
}

static void license_head__signer_must_be_valid_at_its_time(void **state)
{
    struct drm_license_head head = good;
    (void)state;

    head.time = TEST_NOW - TEST_DAY;
    assert_int_equal(read_written(&head, &authority.issue), DRM_S_OK);
    head.time = TEST_NOW - TEST_DAY - 1;
    assert_int_equal(read_written(&head, &authority.issue), DRM_E_INVALID_CERTIFICATE);
    head.time = TEST_NOW + TEST_DAY - 1;
    assert_int_equal(read_written(&head, &authority.issue), DRM_S_OK);
    head.time = TEST_NOW + TEST_DAY;
    assert_int_equal(read_written(&head, &authority.issue), DRM_E_INVALID_CERTIFICATE);
}

static void license_head__another_type_of_object_is_refused(void **state)
{
    struct drm_buffer head = write_head(&good, &authority.issue), answer = {0}, relabelled = {0};
    uint8_t type[4];
    (void)state;

    assert_int_equal(read_span(drm_span("<html></html>", 13)), DRM_E_INVALID_LICENSE);
    assert_int_equal(read_span(drm_buffer_span(&authority.issue.encoded)), DRM_E_INVALID_LICENSE);
    assert_int_equal(drm_signed_object_write(DRM_OBJECT_ANSWER, body_of(&head), authority.issue.key.seed,
                                             drm_buffer_span(&authority.issue.chain), &answer), DRM_S_OK);
    assert_int_equal(read_span(drm_buffer_span(&answer)), DRM_E_INVALID_LICENSE);
    drm_put_u32(type, DRM_OBJECT_LICENSE_RESPONSE);
    test_edit(drm_buffer_span(&answer), TEST_REPLACE, 0x8001, drm_span(type, 4), &relabelled);
    assert_int_equal(read_span(drm_buffer_span(&relabelled)), DRM_E_SIGNATURE_FAILURE);
    drm_buffer_free(&relabelled);
    drm_buffer_free(&answer);
    drm_buffer_free(&head);
}

/* --- bytes ---------------------------------------------------------------------------------------------------- */

static bool accept(void *context, struct drm_span data)
{
    const drm_result result = read_span(data);

    (void)context;
    if (DRM_FAILED(result))
        assert_true(result == DRM_E_INVALID_LICENSE || result == DRM_E_INVALID_CERTIFICATE
                    || result == DRM_E_SIGNATURE_FAILURE);
    return DRM_SUCCEEDED(result);
}

static void license_head__truncated_turned_or_mutated_is_refused(void **state)
{
    struct drm_buffer head = write_head(&good, &authority.issue);
    (void)state;

    test_every_truncation(drm_buffer_span(&head), accept, NULL);
    test_appended_byte(drm_buffer_span(&head), accept, NULL);
    test_every_bit(drm_buffer_span(&head), accept, NULL);
    test_mutations(drm_buffer_span(&head), 0x4c525350, 5000, accept, NULL);
    drm_buffer_free(&head);
}

/* --- the response's key --------------------------------------------------------------------------------------- */

static drm_result open_key(const struct drm_license_head *head, const uint8_t *private_key)
{
    uint8_t expected[DRM_AEAD_KEY_SIZE], key[DRM_AEAD_KEY_SIZE];
    drm_result result;

    test_bytes("response key", expected, sizeof(expected));
    memset(key, 0xa5, sizeof(key));
    result = drm_response_key_open(head, private_key, key);
    if (DRM_SUCCEEDED(result))
        assert_memory_equal(key, expected, sizeof(key));
    for (size_t i = 0; DRM_FAILED(result) && i < sizeof(key); i++)
        assert_int_equal(key[i], 0xa5);
    return result;
}

static bool accept_sealed(void *context, struct drm_span data)
{
    struct drm_license_head head = good;

    (void)context;
    head.sealed_key = data;
    return DRM_SUCCEEDED(open_key(&head, authority.machine.key.seed));
}

static void response_key__opens_for_its_machine_and_response_alone(void **state)
{
    struct drm_license_head head = good;
    uint8_t low_order[DRM_X25519_SIZE] = {0};
    struct drm_buffer out = {0};
    (void)state;

    assert_int_equal(good.sealed_key.size, DRM_SEALED_RESPONSE_KEY_SIZE);
    assert_int_equal(open_key(&good, authority.machine.key.seed), DRM_S_OK);
    assert_int_equal(open_key(&good, other.machine.key.seed), DRM_E_DECRYPT_ERROR);
    head.response_id[0] ^= 1;
    assert_int_equal(open_key(&head, authority.machine.key.seed), DRM_E_DECRYPT_ERROR);
    head = good;
    head.machine_id[15] ^= 1;
    assert_int_equal(open_key(&head, authority.machine.key.seed), DRM_E_DECRYPT_ERROR);
    test_every_truncation(good.sealed_key, accept_sealed, NULL);
    test_appended_byte(good.sealed_key, accept_sealed, NULL);
    assert_int_equal(drm_response_key_seal(good.response_id, good.machine_id, low_order, low_order, &out),
                     DRM_E_KEY_ERROR);
    assert_int_equal(out.size, 0);
    drm_buffer_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(license_head__every_field_comes_back),
        cmocka_unit_test(license_head__writer_refuses_what_cannot_be),
        cmocka_unit_test(license_head__values_out_of_range_are_refused),
        cmocka_unit_test(license_head__wrong_signers_are_refused),
        cmocka_unit_test(license_head__signer_must_be_valid_at_its_time),
        cmocka_unit_test(license_head__another_type_of_object_is_refused),
        cmocka_unit_test(license_head__truncated_turned_or_mutated_is_refused),
        cmocka_unit_test(response_key__opens_for_its_machine_and_response_alone),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
