/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Certificates, one at a time. Chains of them: test_chain.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/tlv.h"
#include "engine/format/signed_object.h"
#include "support/mutation.h"
#include "support/test_authority.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Tags of a certificate's body (docs/formats.md). */
enum
{
    SERIAL = 0x8001, ROLES, SUBJECT, NAME, SIGN_KEY, ENCRYPT_KEY, NOT_BEFORE, NOT_AFTER, ISSUER, SECURITY_LEVEL,
    SECURITY_VERSION,
};

static struct test_authority authority;

static int set_up(void **state)
{
    (void)state;
    test_authority_create(&authority, "a");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    test_authority_free(&authority);
    return 0;
}

static struct drm_span body_of(const struct drm_buffer *encoded)
{
    struct drm_signed_object object;

    assert_int_equal(drm_signed_object_read(drm_buffer_span(encoded), DRM_OBJECT_CERTIFICATE, &object), DRM_S_OK);
    return object.body;
}

/* What a reader says of a body that is signed as it should be. */
static drm_result read_signed(struct drm_span body, struct drm_certificate *out)
{
    struct drm_buffer encoded = {0};
    drm_result result;

    assert_int_equal(drm_signed_object_write(DRM_OBJECT_CERTIFICATE, body, authority.certify.key.seed,
                                             drm_span(NULL, 0), &encoded), DRM_S_OK);
    result = drm_certificate_read(drm_buffer_span(&encoded), out);
    drm_buffer_free(&encoded);
    return result;
}

static drm_result read_edited(const struct drm_buffer *from, enum test_edit edit, uint16_t tag, struct drm_span value)
{
    struct drm_certificate certificate;
    struct drm_buffer body = {0};
    drm_result result;

    test_edit(body_of(from), edit, tag, value, &body);
    result = read_signed(drm_buffer_span(&body), &certificate);
    drm_buffer_free(&body);
    return result;
}

static drm_result read_u32(uint16_t tag, uint32_t value)
{
    uint8_t bytes[4];

    drm_put_u32(bytes, value);
    return read_edited(&authority.machine.encoded, TEST_REPLACE, tag, drm_span(bytes, sizeof(bytes)));
}

static drm_result read_u64(uint16_t tag, uint64_t value)
{
    uint8_t bytes[8];

    drm_put_u64(bytes, value);
    return read_edited(&authority.machine.encoded, TEST_REPLACE, tag, drm_span(bytes, sizeof(bytes)));
}

static void certificate__every_field_comes_back(void **state)
{
    struct drm_certificate written = test_certificate("a machine \xe2\x9c\x93", DRM_ROLE_MACHINE,
                                                      &authority.machine.key);
    struct drm_certificate read;
    struct drm_buffer encoded = {0};
    uint8_t issuer[DRM_SHA256_SIZE], id[DRM_SHA256_SIZE];
    struct drm_span body;
    (void)state;

    test_certify(&written, &authority.certify.key, &encoded);
    assert_true(encoded.size <= DRM_CERTIFICATE_MAX_SIZE);
    memset(&read, 0xee, sizeof(read));
    assert_int_equal(drm_certificate_read(drm_buffer_span(&encoded), &read), DRM_S_OK);
    assert_memory_equal(read.serial, written.serial, DRM_ID_SIZE);
    assert_int_equal(read.roles, DRM_ROLE_MACHINE);
    assert_memory_equal(read.subject, written.subject, DRM_ID_SIZE);
    assert_string_equal(read.name, "a machine \xe2\x9c\x93");
    assert_memory_equal(read.sign_key, authority.machine.key.public_key, DRM_SIGN_PUBLIC_SIZE);
    assert_true(read.has_encrypt_key);
    assert_memory_equal(read.encrypt_key, written.encrypt_key, DRM_X25519_SIZE);
    assert_true(read.not_before == TEST_NOW - TEST_DAY);
    assert_true(read.not_after == TEST_NOW + TEST_DAY);
    assert_int_equal(read.security_level, 1000);
    assert_int_equal(drm_version_compare(read.security_version, DRM_VERSION_CURRENT), 0);
    /* Derived, by reader and writer alike. */
    drm_sha256(authority.certify.key.public_key, DRM_SIGN_PUBLIC_SIZE, issuer);
    body = body_of(&encoded);
    drm_sha256(body.data, body.size, id);
    assert_memory_equal(read.issuer, issuer, DRM_SHA256_SIZE);
    assert_memory_equal(written.issuer, issuer, DRM_SHA256_SIZE);
    assert_memory_equal(read.id, id, DRM_SHA256_SIZE);
    assert_memory_equal(written.id, id, DRM_SHA256_SIZE);

    assert_int_equal(drm_certificate_verify(drm_buffer_span(&encoded), authority.certify.key.public_key), DRM_S_OK);
    assert_int_equal(drm_certificate_verify(drm_buffer_span(&encoded), authority.root.key.public_key),
                     DRM_E_SIGNATURE_FAILURE);
    drm_buffer_free(&encoded);
}

static void certificate__smallest_and_largest_come_back(void **state)
{
    struct drm_certificate smallest = test_certificate("", DRM_ROLE_APPLICATION, &authority.machine.key);
    struct drm_certificate largest = test_certificate("", DRM_ROLES_OF_AUTHORITY, &authority.machine.key);
    struct drm_certificate read;
    struct drm_buffer encoded = {0};
    (void)state;

    smallest.has_encrypt_key = false;
    smallest.not_before = smallest.not_after = 0;
    test_certify(&smallest, &authority.certify.key, &encoded);
    assert_int_equal(drm_certificate_read(drm_buffer_span(&encoded), &read), DRM_S_OK);
    assert_string_equal(read.name, "");
    assert_false(read.has_encrypt_key);
    assert_true(read.not_before == 0 && read.not_after == 0);
    drm_buffer_free(&encoded);

    memset(largest.name, 'n', DRM_CERTIFICATE_NAME_SIZE);
    largest.has_encrypt_key = true;
    largest.not_after = DRM_TIME_MAX;
    largest.security_level = UINT32_MAX;
    largest.security_version = (struct drm_version){DRM_VERSION_NUMBER_MAX, DRM_VERSION_NUMBER_MAX};
    test_certify(&largest, &authority.root.key, &encoded);
    assert_true(encoded.size <= DRM_CERTIFICATE_MAX_SIZE);
    assert_int_equal(drm_certificate_read(drm_buffer_span(&encoded), &read), DRM_S_OK);
    assert_int_equal(strlen(read.name), DRM_CERTIFICATE_NAME_SIZE);
    assert_int_equal(read.roles, DRM_ROLES_OF_AUTHORITY);
    assert_int_equal(read.security_level, UINT32_MAX);
    assert_true(read.not_after == DRM_TIME_MAX);
    drm_buffer_free(&encoded);
}

static void certificate__writer_refuses_what_cannot_be(void **state)
{
    const struct drm_certificate good = test_certificate("m", DRM_ROLE_MACHINE, &authority.machine.key);
    struct drm_certificate bad[13], before;
    struct drm_buffer out = {0};
    size_t count = 0;
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++)
        bad[i] = good;
    bad[count++].roles = 0;
    bad[count++].roles = DRM_ROLE_MACHINE | DRM_ROLE_DEVICE;
    bad[count++].roles = DRM_ROLE_MACHINE | DRM_ROLE_CERTIFY;
    bad[count++].roles = 0x400;
    bad[count++].roles = DRM_ROLE_ISSUER; /* with an encryption key */
    bad[count++].has_encrypt_key = false;
    memset(bad[count++].subject, 0, DRM_ID_SIZE);
    bad[count++].not_after = good.not_before;
    bad[count++].not_before = -1;
    bad[count++].not_after = -1;
    bad[count++].not_after = DRM_TIME_MAX + 1;
    memset(bad[count++].name, 'n', DRM_CERTIFICATE_NAME_SIZE + 1);
    memcpy(bad[count++].name, "\xff", 2);
    assert_int_equal(count, COUNT(bad));
    for (size_t i = 0; i < COUNT(bad); i++)
    {
        memcpy(&before, &bad[i], sizeof(before)); /* with its padding, unlike an assignment */
        assert_int_equal(drm_certificate_write(&bad[i], authority.certify.key.seed, &out), DRM_E_INVALID_ARGUMENT);
        assert_int_equal(out.size, 0);
        assert_memory_equal(&before, &bad[i], sizeof(before));
    }
    drm_buffer_free(&out);
}

static void certificate__roles_that_do_not_go_together_are_refused(void **state)
{
    (void)state;

    for (uint32_t roles = 0; roles < 0x800; roles++)
    {
        /* The helper's has an encryption key, which an issuer never has; 0x400 means nothing. */
        const uint32_t alone = roles & (DRM_ROLE_ROOT | DRM_ROLES_OF_CLIENTS);
        const bool good = roles && !(roles & (DRM_ROLE_ISSUER | 0x400)) && (!alone || !(roles & (roles - 1)));

        assert_int_equal(read_u32(ROLES, roles), good ? DRM_S_OK : DRM_E_INVALID_CERTIFICATE);
    }
    assert_int_equal(read_u32(ROLES, 0x80000020), DRM_E_INVALID_CERTIFICATE);
}

static void certificate__values_out_of_range_are_refused(void **state)
{
    static const uint8_t zero[DRM_ID_SIZE];
    static const uint8_t long_name[DRM_CERTIFICATE_NAME_SIZE + 1] = "n";
    const struct drm_buffer *machine = &authority.machine.encoded;
    (void)state;

    /* The helper's own values are accepted, so that what follows is refused for its value. */
    assert_int_equal(read_u64(NOT_AFTER, (uint64_t)TEST_NOW), DRM_S_OK);
    assert_int_equal(read_u64(NOT_AFTER, 0), DRM_S_OK);
    assert_int_equal(read_u64(NOT_AFTER, (uint64_t)(TEST_NOW - TEST_DAY)), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(read_u64(NOT_AFTER, (uint64_t)(TEST_NOW - 2 * TEST_DAY)), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(read_u64(NOT_AFTER, (uint64_t)DRM_TIME_MAX), DRM_S_OK);
    assert_int_equal(read_u64(NOT_AFTER, (uint64_t)DRM_TIME_MAX + 1), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(read_u64(NOT_AFTER, UINT64_MAX), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(read_u64(NOT_BEFORE, UINT64_MAX), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(read_u64(NOT_BEFORE, UINT64_C(0x8000000000000000)), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(read_u64(SECURITY_VERSION, UINT64_C(0x0000ffff0000ffff)), DRM_S_OK);
    assert_int_equal(read_u64(SECURITY_VERSION, UINT64_C(0x0001000000000000)), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(read_u64(SECURITY_VERSION, UINT64_C(0x0000000000010000)), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(read_edited(machine, TEST_REPLACE, SUBJECT, drm_span(zero, sizeof(zero))),
                     DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(read_edited(machine, TEST_REMOVE, ENCRYPT_KEY, drm_span(NULL, 0)), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(read_edited(machine, TEST_REPLACE, NAME, drm_span("a\0b", 3)), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(read_edited(machine, TEST_REPLACE, NAME, drm_span("\xc3", 1)), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(read_edited(machine, TEST_REPLACE, NAME, drm_span(long_name, sizeof(long_name))),
                     DRM_E_INVALID_CERTIFICATE);
}

static void certificate__fields_missing_repeated_or_of_other_size_are_refused(void **state)
{
    const struct drm_buffer *machine = &authority.machine.encoded;
    (void)state;

    for (uint16_t tag = SERIAL; tag <= SECURITY_VERSION; tag++)
    {
        const drm_result expected = DRM_E_INVALID_CERTIFICATE;

        assert_int_equal(read_edited(machine, TEST_REMOVE, tag, drm_span(NULL, 0)), expected);
        assert_int_equal(read_edited(machine, TEST_REPEAT, tag, drm_span(NULL, 0)), expected);
        assert_int_equal(read_edited(machine, TEST_RETAG, tag, drm_span(NULL, 0)), expected);
        if (tag == NAME)
            continue;
        assert_int_equal(read_edited(machine, TEST_REPLACE, tag, drm_span("", 0)), expected);
        assert_int_equal(read_edited(machine, TEST_REPLACE, tag, drm_span("odd", 3)), expected);
    }
}

static void certificate__later_fields_are_skipped_unless_critical(void **state)
{
    const struct drm_buffer *machine = &authority.machine.encoded;
    struct drm_buffer body = {0};
    struct drm_certificate certificate;
    (void)state;

    assert_int_equal(read_edited(machine, TEST_INSERT, 0x0063, drm_span("later", 5)), DRM_S_OK);
    assert_int_equal(read_edited(machine, TEST_INSERT, 0x8063, drm_span("later", 5)), DRM_E_INVALID_CERTIFICATE);
    /* Being signed, what is skipped still counts: the certificate is another one. */
    test_edit(body_of(machine), TEST_INSERT, 0x0063, drm_span("later", 5), &body);
    assert_int_equal(read_signed(drm_buffer_span(&body), &certificate), DRM_S_OK);
    assert_memory_not_equal(certificate.id, authority.machine.certificate.id, DRM_SHA256_SIZE);
    drm_buffer_free(&body);
}

static drm_result read_span(struct drm_span data)
{
    struct drm_certificate certificate;

    return drm_certificate_read(data, &certificate);
}

static void certificate__unsigned_room_in_the_envelope_is_refused(void **state)
{
    const struct drm_span good = drm_buffer_span(&authority.machine.encoded);
    static const uint16_t numbers[] = {0, 5, 0x7fff};
    struct drm_buffer edited = {0};
    uint8_t oversize[2 * DRM_CERTIFICATE_MAX_SIZE] = {0};
    (void)state;

    for (size_t i = 0; i < COUNT(numbers); i++)
    {
        drm_buffer_truncate(&edited, 0);
        test_edit(good, TEST_INSERT, numbers[i], drm_span("unsigned", 8), &edited);
        assert_int_equal(read_span(drm_buffer_span(&edited)), DRM_E_INVALID_CERTIFICATE);
    }
    /* A chain is signed by itself, but a certificate has no use for one. */
    drm_buffer_truncate(&edited, 0);
    test_edit(good, TEST_INSERT, 0x8004, drm_buffer_span(&authority.certify.chain), &edited);
    assert_int_equal(read_span(drm_buffer_span(&edited)), DRM_E_INVALID_CERTIFICATE);
    /* One that is well formed, but larger than any. */
    drm_buffer_truncate(&edited, 0);
    test_edit(body_of(&authority.machine.encoded), TEST_INSERT, 0x0063, drm_span(oversize, sizeof(oversize)), &edited);
    assert_int_equal(read_signed(drm_buffer_span(&edited), &(struct drm_certificate){0}), DRM_E_INVALID_CERTIFICATE);
    drm_buffer_free(&edited);
}

static bool accept(void *context, struct drm_span data)
{
    struct drm_certificate certificate;
    drm_result result = drm_certificate_read(data, &certificate);

    (void)context;
    if (DRM_FAILED(result))
    {
        assert_int_equal(result, DRM_E_INVALID_CERTIFICATE);
        return false;
    }
    result = drm_certificate_verify(data, authority.certify.key.public_key);
    if (DRM_FAILED(result))
        assert_int_equal(result, DRM_E_SIGNATURE_FAILURE);
    return DRM_SUCCEEDED(result);
}

static void certificate__truncated_anywhere_is_refused(void **state)
{
    (void)state;
    test_every_truncation(drm_buffer_span(&authority.machine.encoded), accept, NULL);
    test_appended_byte(drm_buffer_span(&authority.machine.encoded), accept, NULL);
}

static void certificate__any_bit_turned_is_refused(void **state)
{
    (void)state;
    test_every_bit(drm_buffer_span(&authority.machine.encoded), accept, NULL);
}

static void certificate__mutations_are_refused(void **state)
{
    (void)state;
    test_mutations(drm_buffer_span(&authority.machine.encoded), 0x63657274, 4000, accept, NULL);
}

static void certificate__another_type_of_object_is_refused(void **state)
{
    static const enum drm_object_type types[] = {DRM_OBJECT_REVOCATION_LIST, DRM_OBJECT_ANSWER};
    struct drm_buffer other = {0};
    uint8_t type[4];
    (void)state;

    for (size_t i = 0; i < COUNT(types); i++)
    {
        struct drm_buffer relabelled = {0};

        /* Another object with a certificate's body, signed by the right key ... */
        assert_int_equal(drm_signed_object_write(types[i], body_of(&authority.machine.encoded),
                                                 authority.certify.key.seed, drm_span(NULL, 0), &other), DRM_S_OK);
        assert_int_equal(read_span(drm_buffer_span(&other)), DRM_E_INVALID_CERTIFICATE);
        /* ... and with a certificate's type put on it: the signature is of another context. */
        drm_put_u32(type, DRM_OBJECT_CERTIFICATE);
        test_edit(drm_buffer_span(&other), TEST_REPLACE, 0x8001, drm_span(type, 4), &relabelled);
        assert_int_equal(read_span(drm_buffer_span(&relabelled)), DRM_S_OK);
        assert_int_equal(drm_certificate_verify(drm_buffer_span(&relabelled), authority.certify.key.public_key),
                         DRM_E_SIGNATURE_FAILURE);
        drm_buffer_free(&relabelled);
        drm_buffer_free(&other);
    }
    /* A request has an envelope of its own. */
    assert_int_equal(drm_signed_object_write(DRM_OBJECT_REQUEST, drm_span("x", 1), authority.certify.key.seed,
                                             drm_span(NULL, 0), &other), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(other.size, 0);
}

/* Bodies changed at random and signed again: what is accepted encodes to the very same bytes, or has fields to skip. */
static void certificate__what_is_accepted_has_one_encoding(void **state)
{
    const struct drm_span body = body_of(&authority.machine.encoded);
    struct test_random random = {.state = 77};
    unsigned int accepted = 0;
    (void)state;

    for (int i = 0; i < 3000; i++)
    {
        struct drm_buffer mutated = {0}, again = {0};
        struct drm_certificate certificate, copy;

        test_mutate(&random, body, &mutated);
        if (mutated.size && DRM_SUCCEEDED(read_signed(drm_buffer_span(&mutated), &certificate)))
        {
            accepted++;
            copy = certificate;
            test_certify(&copy, &authority.certify.key, &again);
            if (memcmp(certificate.issuer, copy.issuer, DRM_SHA256_SIZE) == 0)
            {
                assert_true(drm_span_equal(body_of(&again), drm_buffer_span(&mutated)));
                assert_memory_equal(certificate.id, copy.id, DRM_SHA256_SIZE);
            }
        }
        drm_buffer_free(&mutated);
        drm_buffer_free(&again);
    }
    assert_true(accepted > 100); /* bits of keys and names are anybody's: the property was really tried */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(certificate__every_field_comes_back),
        cmocka_unit_test(certificate__smallest_and_largest_come_back),
        cmocka_unit_test(certificate__writer_refuses_what_cannot_be),
        cmocka_unit_test(certificate__roles_that_do_not_go_together_are_refused),
        cmocka_unit_test(certificate__values_out_of_range_are_refused),
        cmocka_unit_test(certificate__fields_missing_repeated_or_of_other_size_are_refused),
        cmocka_unit_test(certificate__later_fields_are_skipped_unless_critical),
        cmocka_unit_test(certificate__unsigned_room_in_the_envelope_is_refused),
        cmocka_unit_test(certificate__truncated_anywhere_is_refused),
        cmocka_unit_test(certificate__any_bit_turned_is_refused),
        cmocka_unit_test(certificate__mutations_are_refused),
        cmocka_unit_test(certificate__another_type_of_object_is_refused),
        cmocka_unit_test(certificate__what_is_accepted_has_one_encoding),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
