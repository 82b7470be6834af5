/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a machine asks an issuer. */
#include "engine/check.h"
#include "engine/format/license_challenge.h"
#include "support/mutation.h"
#include "support/test_license.h"

/* Tags of the body (docs/formats.md). */
enum
{
    NONCE = 0x8001, MACHINE_ID, INSTALLED, LIST_VERSIONS, TIME, RIGHTS, HEADER_HASH,
};

static struct test_authority authority, other;

static int set_up(void **state)
{
    (void)state;
    test_authority_create(&authority, "a");
    test_authority_create(&other, "b");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    test_authority_free(&other);
    test_authority_free(&authority);
    return 0;
}

static struct drm_license_challenge new_challenge(void)
{
    struct drm_license_challenge challenge = {
        .installed = DRM_VERSION_CURRENT,
        .list_versions = {1, 2, 3, 4, 5, 6},
        .time = TEST_NOW,
        .rights = DRM_RIGHT_BIT(DRM_RIGHT_PLAY) | DRM_RIGHT_BIT(DRM_RIGHT_COLLABORATIVE_PLAY),
    };

    test_bytes("nonce", challenge.nonce, DRM_NONCE_SIZE);
    test_bytes("header", challenge.header_hash, DRM_SHA256_SIZE);
    memcpy(challenge.machine_id, authority.machine.certificate.subject, DRM_ID_SIZE);
    return challenge;
}

static struct drm_buffer write_challenge(const struct drm_license_challenge *challenge, const struct test_key *key)
{
    struct drm_buffer out = {0};

    assert_int_equal(drm_license_challenge_write(challenge, key->seed, &out), DRM_S_OK);
    return out;
}

/* As the issuer reads it at now, with this chain. */
static drm_result read_span(struct drm_span data, struct drm_span chain, int64_t now)
{
    struct drm_license_challenge challenge;
    struct drm_certificate machine;

    return drm_license_challenge_read(data, chain, authority.root.key.public_key, now, &challenge, &machine);
}

static drm_result read_written(const struct drm_license_challenge *challenge, const struct test_key *key,
                               const struct drm_buffer *chain, int64_t now)
{
    struct drm_buffer encoded = write_challenge(challenge, key);
    const drm_result result = read_span(drm_buffer_span(&encoded), drm_buffer_span(chain), now);

    drm_buffer_free(&encoded);
    return result;
}

static void license_challenge__every_field_comes_back(void **state)
{
    struct drm_license_challenge written[2] = {new_challenge(), new_challenge()}, read;
    struct drm_certificate machine;
    (void)state;

    /* A pre-delivery by a machine without a clock that asks for whatever there is. */
    memset(written[1].header_hash, 0, DRM_SHA256_SIZE);
    written[1].time = 0;
    written[1].rights = 0;
    written[1].installed = (struct drm_version){0};
    for (size_t i = 0; i < COUNT(written); i++)
    {
        struct drm_buffer encoded = write_challenge(&written[i], &authority.machine.key);

        memset(&read, 0xee, sizeof(read));
        assert_int_equal(drm_license_challenge_read(drm_buffer_span(&encoded),
                                                    drm_buffer_span(&authority.machine.chain),
                                                    authority.root.key.public_key, TEST_NOW, &read, &machine),
                         DRM_S_OK);
        assert_memory_equal(read.nonce, written[i].nonce, DRM_NONCE_SIZE);
        assert_memory_equal(read.machine_id, written[i].machine_id, DRM_ID_SIZE);
        assert_int_equal(drm_version_compare(read.installed, written[i].installed), 0);
        assert_memory_equal(read.list_versions, written[i].list_versions, sizeof(read.list_versions));
        assert_true(read.time == written[i].time);
        assert_int_equal(read.rights, written[i].rights);
        assert_memory_equal(read.header_hash, written[i].header_hash, DRM_SHA256_SIZE);
        assert_memory_equal(machine.sign_key, authority.machine.key.public_key, DRM_SIGN_PUBLIC_SIZE);
        drm_buffer_free(&encoded);
    }
}

static void license_challenge__writer_refuses_what_cannot_be(void **state)
{
    struct drm_license_challenge bad[7];
    struct drm_buffer out = {0};
    size_t n = 0;
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++)
        bad[i] = new_challenge();
    memset(bad[n++].nonce, 0, DRM_NONCE_SIZE);
    memset(bad[n++].machine_id, 0, DRM_ID_SIZE);
    bad[n++].installed.major = DRM_VERSION_NUMBER_MAX + 1;
    bad[n++].list_versions[0] = DRM_REVOCATION_MAX_VERSION + 1;
    bad[n++].time = -1;
    bad[n++].time = DRM_TIME_MAX + 1;
    bad[n++].rights = DRM_RIGHT_BIT(DRM_RIGHTS);
    assert_int_equal(n, COUNT(bad));
    for (size_t i = 0; i < n; i++)
        assert_int_equal(drm_license_challenge_write(&bad[i], authority.machine.key.seed, &out),
                         DRM_E_INVALID_ARGUMENT);
    assert_int_equal(out.size, 0);
    drm_buffer_free(&out);
}

static drm_result read_edited(enum test_edit edit, uint16_t tag, const void *data, size_t size)
{
    const struct drm_license_challenge challenge = new_challenge();
    struct drm_buffer encoded = write_challenge(&challenge, &authority.machine.key), body = {0}, edited = {0};
    struct drm_signed_object object;
    drm_result result;

    assert_int_equal(drm_signed_object_read(drm_buffer_span(&encoded), DRM_OBJECT_LICENSE_CHALLENGE, &object),
                     DRM_S_OK);
    test_edit(object.body, edit, tag, drm_span(data, size), &body);
    assert_int_equal(drm_signed_object_write(DRM_OBJECT_LICENSE_CHALLENGE, drm_buffer_span(&body),
                                             authority.machine.key.seed, drm_span(NULL, 0), &edited), DRM_S_OK);
    result = read_span(drm_buffer_span(&edited), drm_buffer_span(&authority.machine.chain), TEST_NOW);
    drm_buffer_free(&edited);
    drm_buffer_free(&body);
    drm_buffer_free(&encoded);
    return result;
}

static void license_challenge__values_out_of_range_are_refused(void **state)
{
    static const uint8_t zero[32], high[8] = {0, 1}, versions[48] = {0x80}, rights[4] = {0, 0, 2, 0},
                         last[8] = {0, 0, 0xe6, 0x77, 0xd2, 0x1f, 0xdb, 0xff},
                         later[8] = {0, 0, 0xe6, 0x77, 0xd2, 0x1f, 0xdc};
    (void)state;

    assert_int_equal(read_edited(TEST_REPLACE, NONCE, zero, 32), DRM_E_BAD_REQUEST);
    assert_int_equal(read_edited(TEST_REPLACE, MACHINE_ID, zero, 16), DRM_E_BAD_REQUEST);
    assert_int_equal(read_edited(TEST_REPLACE, MACHINE_ID, other.machine.certificate.subject, 16),
                     DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(read_edited(TEST_REPLACE, INSTALLED, high, 8), DRM_E_BAD_REQUEST);
    assert_int_equal(read_edited(TEST_REPLACE, LIST_VERSIONS, versions, 48), DRM_E_BAD_REQUEST);
    assert_int_equal(read_edited(TEST_REPLACE, TIME, last, 8), DRM_S_OK);
    assert_int_equal(read_edited(TEST_REPLACE, TIME, later, 8), DRM_E_BAD_REQUEST);
    assert_int_equal(read_edited(TEST_REPLACE, RIGHTS, rights, 4), DRM_E_BAD_REQUEST);
    assert_int_equal(read_edited(TEST_INSERT, 0x0063, "later", 5), DRM_S_OK);
    assert_int_equal(read_edited(TEST_INSERT, 0x8063, "later", 5), DRM_E_BAD_REQUEST);
    for (uint16_t tag = NONCE; tag <= HEADER_HASH; tag++)
    {
        assert_int_equal(read_edited(TEST_REMOVE, tag, NULL, 0), DRM_E_BAD_REQUEST);
        assert_int_equal(read_edited(TEST_REPEAT, tag, NULL, 0), DRM_E_BAD_REQUEST);
        assert_int_equal(read_edited(TEST_RETAG, tag, NULL, 0), DRM_E_BAD_REQUEST);
        assert_int_equal(read_edited(TEST_REPLACE, tag, "odd", 3), DRM_E_BAD_REQUEST);
    }
}

static void license_challenge__wrong_signers_are_refused(void **state)
{
    const struct drm_license_challenge challenge = new_challenge();
    const struct drm_buffer *chain = &authority.machine.chain;
    struct drm_license_challenge issuers = new_challenge();
    struct drm_buffer encoded = write_challenge(&challenge, &authority.machine.key), with_chain = {0};
    struct drm_signed_object object;
    (void)state;

    assert_int_equal(read_written(&challenge, &authority.machine.key, chain, TEST_NOW), DRM_S_OK);
    assert_int_equal(read_written(&challenge, &other.machine.key, chain, TEST_NOW), DRM_E_SIGNATURE_FAILURE);
    assert_int_equal(read_written(&challenge, &other.machine.key, &other.machine.chain, TEST_NOW),
                     DRM_E_INVALID_CERTIFICATE);
    /* A certificate of the authority's is none of a machine, whatever id the challenge says. */
    memcpy(issuers.machine_id, authority.machine.certificate.subject, DRM_ID_SIZE);
    assert_int_equal(read_written(&issuers, &authority.issue.key, &authority.issue.chain, TEST_NOW),
                     DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(read_span(drm_buffer_span(&encoded), drm_span(NULL, 0), TEST_NOW), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(read_span(drm_buffer_span(&encoded), drm_span("junk", 4), TEST_NOW), DRM_E_INVALID_CERTIFICATE);
    /* An expired one; a time of 0 does not ask. */
    assert_int_equal(read_written(&challenge, &authority.machine.key, chain, TEST_NOW + TEST_DAY),
                     DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(read_written(&challenge, &authority.machine.key, chain, 0), DRM_S_OK);
    /* Its chain stands beside it, never in it. */
    assert_int_equal(drm_signed_object_read(drm_buffer_span(&encoded), DRM_OBJECT_LICENSE_CHALLENGE, &object),
                     DRM_S_OK);
    assert_int_equal(drm_signed_object_write(DRM_OBJECT_LICENSE_CHALLENGE, object.body, authority.machine.key.seed,
                                             drm_buffer_span(chain), &with_chain), DRM_S_OK);
    assert_int_equal(read_span(drm_buffer_span(&with_chain), drm_buffer_span(chain), TEST_NOW), DRM_E_BAD_REQUEST);
    drm_buffer_free(&with_chain);
    drm_buffer_free(&encoded);
}

/* --- bytes ---------------------------------------------------------------------------------------------------- */

static void check_refusal(drm_result result)
{
    if (DRM_FAILED(result))
        assert_true(result == DRM_E_BAD_REQUEST || result == DRM_E_INVALID_CERTIFICATE
                    || result == DRM_E_SIGNATURE_FAILURE);
}

static bool accept(void *context, struct drm_span data)
{
    const drm_result result = read_span(data, drm_buffer_span(&authority.machine.chain), TEST_NOW);

    (void)context;
    check_refusal(result);
    return DRM_SUCCEEDED(result);
}

/* context: the challenge beside which this chain stands. */
static bool accept_chain(void *context, struct drm_span chain)
{
    const drm_result result = read_span(drm_buffer_span(context), chain, TEST_NOW);

    check_refusal(result);
    return DRM_SUCCEEDED(result);
}

static void license_challenge__truncated_turned_or_mutated_is_refused(void **state)
{
    const struct drm_license_challenge challenge = new_challenge();
    struct drm_buffer encoded = write_challenge(&challenge, &authority.machine.key);
    const struct drm_span chain = drm_buffer_span(&authority.machine.chain);
    (void)state;

    test_every_truncation(drm_buffer_span(&encoded), accept, NULL);
    test_appended_byte(drm_buffer_span(&encoded), accept, NULL);
    test_every_bit(drm_buffer_span(&encoded), accept, NULL);
    test_mutations(drm_buffer_span(&encoded), 0x4c524551, 5000, accept, NULL);
    test_every_truncation(chain, accept_chain, &encoded);
    test_appended_byte(chain, accept_chain, &encoded);
    test_mutations(chain, 0x63686169, 5000, accept_chain, &encoded);
    drm_buffer_free(&encoded);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(license_challenge__every_field_comes_back),
        cmocka_unit_test(license_challenge__writer_refuses_what_cannot_be),
        cmocka_unit_test(license_challenge__values_out_of_range_are_refused),
        cmocka_unit_test(license_challenge__wrong_signers_are_refused),
        cmocka_unit_test(license_challenge__truncated_turned_or_mutated_is_refused),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
