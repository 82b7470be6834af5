/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Registration messages: what they carry, and every way to spoil one. */
#include "engine/check.h"
#include "engine/device/message_io.h"
#include "engine/device/registration.h"
#include "engine/device_fixture.h"
#include "support/mutation.h"
#include "support/test_authority.h"

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

/* --- requests --------------------------------------------------------------------------------------------- */

static struct drm_buffer write_request(uint8_t first)
{
    struct drm_registration_request request = {
        .serial = {first, 2, 3}, .chain = drm_buffer_span(&authority.machine.chain)};
    struct drm_buffer out = {0};

    assert_int_equal(drm_registration_request_write(&request, &out), DRM_S_OK);
    return out;
}

static void request__has_the_public_layout(void **state)
{
    struct drm_buffer written = write_request(1);
    struct drm_span chain = drm_buffer_span(&authority.machine.chain);
    struct drm_registration_request request;
    (void)state;

    assert_int_equal(written.size, 2 + 16 + 2 + chain.size);
    assert_hex(written.data, 5, "0201010203");
    assert_int_equal(written.data[18] | written.data[19] << 8, chain.size); /* little-endian */
    assert_memory_equal(written.data + 20, chain.data, chain.size);
    assert_int_equal(drm_registration_request_read(drm_buffer_span(&written), &request), DRM_S_OK);
    assert_hex(request.serial, 16, "01020300000000000000000000000000");
    assert_true(drm_span_equal(request.chain, chain));
    drm_buffer_free(&written);
}

/* A request is not signed: what must hold is that whatever is accepted names a device of this authority. */
static bool accept_request(void *context, struct drm_span data)
{
    struct drm_registration_request request;
    struct drm_chain chain;
    drm_result result = drm_registration_request_read(data, &request);
    (void)context;

    if (DRM_FAILED(result))
    {
        assert_true(result == DRM_E_BAD_REQUEST || result == DRM_E_UNSUPPORTED_PROTOCOL_VERSION);
        return false;
    }
    result = drm_device_chain_read(request.chain, authority.root.key.public_key, DRM_DEVICE_ROLES, TEST_NOW, &chain);
    if (DRM_FAILED(result))
        assert_true(result == DRM_E_INVALID_CERTIFICATE || result == DRM_E_SIGNATURE_FAILURE);
    return DRM_SUCCEEDED(result);
}

static void request__is_refused_cut_or_with_more(void **state)
{
    struct drm_buffer written = write_request(1);
    (void)state;

    assert_true(accept_request(NULL, drm_buffer_span(&written)));
    test_every_truncation(drm_buffer_span(&written), accept_request, NULL);
    test_appended_byte(drm_buffer_span(&written), accept_request, NULL);
    drm_buffer_free(&written);
}

static void request__every_bit_of_head_and_certificate_counts(void **state)
{
    struct drm_buffer written = write_request(1);
    (void)state;

    for (size_t i = 0; i < written.size; i++)
    {
        if (i >= 2 && i < 18)
            continue; /* the serial is whatever the device says */
        written.data[i] ^= 1 << i % 8;
        assert_false(accept_request(NULL, drm_buffer_span(&written)));
        written.data[i] ^= 1 << i % 8;
    }
    drm_buffer_free(&written);
}

static void request__without_a_serial_is_refused(void **state)
{
    struct drm_registration_request request = {.chain = drm_buffer_span(&authority.machine.chain)};
    struct drm_buffer written = write_request(1), out = {0};
    (void)state;

    assert_int_equal(drm_registration_request_write(&request, &out), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(out.size, 0);
    memset(written.data + 2, 0, 16);
    assert_int_equal(drm_registration_request_read(drm_buffer_span(&written), &request), DRM_E_BAD_REQUEST);
    drm_buffer_free(&written);
}

static void request__of_another_version_is_told_apart(void **state)
{
    struct drm_buffer written = write_request(1);
    struct drm_registration_request request;
    (void)state;

    for (unsigned int version = 0; version < 256; version++)
    {
        written.data[0] = (uint8_t)version;
        assert_int_equal(drm_registration_request_read(drm_buffer_span(&written), &request),
                         version == 2 ? DRM_S_OK : DRM_E_UNSUPPORTED_PROTOCOL_VERSION);
    }
    drm_buffer_free(&written);
}

/* --- chains of devices ------------------------------------------------------------------------------------- */

static drm_result read_chain_of(uint32_t role, bool with_key, bool with_subject, uint32_t accepted, int64_t now)
{
    struct test_key key = test_key("device");
    struct drm_certificate certificate = test_certificate("device", role, &key);
    struct drm_buffer encoded = {0}, chain = {0};
    struct drm_chain read;
    drm_result result;

    certificate.has_encrypt_key = with_key;
    if (!with_subject)
        memset(certificate.subject, 0, sizeof(certificate.subject));
    test_certify(&certificate, &authority.certify.key, &encoded);
    test_chain(&chain, 2, &encoded, &authority.certify.encoded);
    result = drm_device_chain_read(drm_buffer_span(&chain), authority.root.key.public_key, accepted, now, &read);
    drm_buffer_free(&chain);
    drm_buffer_free(&encoded);
    return result;
}

static void chain__of_a_machine_or_a_network_device_is_taken(void **state)
{
    (void)state;
    assert_int_equal(read_chain_of(DRM_ROLE_MACHINE, true, true, DRM_DEVICE_ROLES, TEST_NOW), DRM_S_OK);
    assert_int_equal(read_chain_of(DRM_ROLE_NETWORK_DEVICE, true, true, DRM_DEVICE_ROLES, TEST_NOW), DRM_S_OK);
    assert_int_equal(read_chain_of(DRM_ROLE_NETWORK_DEVICE, true, true, DRM_ROLE_MACHINE, TEST_NOW),
                     DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(read_chain_of(DRM_ROLE_APPLICATION, true, true, DRM_DEVICE_ROLES, TEST_NOW),
                     DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(read_chain_of(DRM_ROLE_NETWORK_DEVICE, false, true, DRM_DEVICE_ROLES, TEST_NOW),
                     DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(read_chain_of(DRM_ROLE_NETWORK_DEVICE, true, false, DRM_DEVICE_ROLES, TEST_NOW),
                     DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(read_chain_of(DRM_ROLE_MACHINE, true, true, DRM_DEVICE_ROLES, TEST_NOW + TEST_DAY),
                     DRM_E_INVALID_CERTIFICATE);
}

static void chain__of_another_authority_is_refused(void **state)
{
    struct drm_chain chain;
    (void)state;

    assert_int_equal(drm_device_chain_read(drm_buffer_span(&other.machine.chain), authority.root.key.public_key,
                                           DRM_DEVICE_ROLES, TEST_NOW, &chain),
                     DRM_E_INVALID_CERTIFICATE);
}

/* --- responses -------------------------------------------------------------------------------------------- */

static const uint8_t good_seed[DRM_DEVICE_SEED_SIZE] = {9, 8, 7};

static struct drm_registration_response good_response(bool v6)
{
    struct drm_registration_response response = {
        .serial = {1}, .session = {2}, .address = {.is_v6 = v6, .host = {192, 0, 2, 1}, .port = 3011},
        .chain = drm_buffer_span(&authority.machine.chain)};

    return response;
}

static struct drm_buffer write_response(const struct drm_registration_response *response)
{
    struct drm_buffer out = {0};

    assert_int_equal(drm_registration_response_write(response, good_seed, authority.machine.certificate.encrypt_key,
                                                     authority.machine.key.seed, &out),
                     DRM_S_OK);
    return out;
}

/* All that a receiver does with one. */
static drm_result take_response(struct drm_span data, uint8_t seed[DRM_DEVICE_SEED_SIZE])
{
    struct drm_registration_response response;
    struct drm_chain chain;
    drm_result result;

    if (DRM_FAILED(result = drm_registration_response_read(data, &response))
        || DRM_FAILED(result = drm_device_chain_read(response.chain, authority.root.key.public_key, DRM_ROLE_MACHINE,
                                                     TEST_NOW, &chain))
        || DRM_FAILED(result = drm_registration_response_verify(&response, &chain)))
        return result;
    return drm_registration_response_open(&response, authority.machine.key.seed, seed);
}

static bool accept_response(void *context, struct drm_span data)
{
    uint8_t seed[DRM_DEVICE_SEED_SIZE];
    drm_result result = take_response(data, seed);
    (void)context;

    if (DRM_FAILED(result))
        assert_true(result == DRM_E_BAD_REQUEST || result == DRM_E_UNSUPPORTED_PROTOCOL_VERSION
                    || result == DRM_E_INVALID_CERTIFICATE || result == DRM_E_SIGNATURE_FAILURE);
    return DRM_SUCCEEDED(result);
}

static void response__carries_everything(void **state)
{
    (void)state;
    for (int v6 = 0; v6 < 2; v6++)
    {
        struct drm_registration_response good = good_response(v6), read;
        struct drm_buffer written = write_response(&good);
        uint8_t seed[DRM_DEVICE_SEED_SIZE];

        assert_int_equal(drm_registration_response_read(drm_buffer_span(&written), &read), DRM_S_OK);
        assert_memory_equal(read.serial, good.serial, sizeof(read.serial));
        assert_memory_equal(read.session, good.session, sizeof(read.session));
        assert_true(drm_device_address_equal(&read.address, &good.address));
        assert_true(drm_span_equal(read.chain, good.chain));
        assert_hex(written.data, 2, "0202");
        /* The public layout: the offset in front is that of the signature's type. */
        assert_int_equal(written.data[2] | written.data[3] << 8, written.size - 3 - DRM_SIGNATURE_SIZE);
        assert_int_equal(written.data[36] | written.data[37] << 8, v6 ? 18 : 6);
        assert_int_equal(take_response(drm_buffer_span(&written), seed), DRM_S_OK);
        assert_memory_equal(seed, good_seed, sizeof(seed));
        drm_buffer_free(&written);
    }
}

static void response__is_refused_spoilt(void **state)
{
    struct drm_registration_response good = good_response(false);
    struct drm_buffer written = write_response(&good);
    (void)state;

    assert_true(accept_response(NULL, drm_buffer_span(&written)));
    test_every_truncation(drm_buffer_span(&written), accept_response, NULL);
    test_appended_byte(drm_buffer_span(&written), accept_response, NULL);
    test_every_bit(drm_buffer_span(&written), accept_response, NULL);
    test_mutations(drm_buffer_span(&written), 4711, 500, accept_response, NULL);
    drm_buffer_free(&written);
}

/* Somebody else with a certificate of the same authority takes the sealed seed and offers it as his own. */
static void response__seed_does_not_move_to_another_transmitter(void **state)
{
    struct drm_registration_response good = good_response(false), read, stolen;
    struct drm_buffer written = write_response(&good), encoded = {0}, chain = {0}, forged = {0};
    struct test_key key = test_key("thief");
    struct drm_certificate certificate = test_certificate("thief", DRM_ROLE_MACHINE, &key);
    uint8_t seed[DRM_DEVICE_SEED_SIZE];
    (void)state;

    test_certify(&certificate, &authority.certify.key, &encoded);
    test_chain(&chain, 2, &encoded, &authority.certify.encoded);
    stolen = good;
    stolen.chain = drm_buffer_span(&chain);
    assert_int_equal(drm_registration_response_write(&stolen, good_seed, authority.machine.certificate.encrypt_key,
                                                     key.seed, &forged),
                     DRM_S_OK);
    /* His own message is fine; the other's sealed seed in it is not. */
    assert_int_equal(drm_registration_response_read(drm_buffer_span(&forged), &read), DRM_S_OK);
    assert_int_equal(drm_registration_response_open(&read, authority.machine.key.seed, seed), DRM_S_OK);
    assert_int_equal(drm_registration_response_read(drm_buffer_span(&written), &good), DRM_S_OK);
    read.sealed_seed = good.sealed_seed;
    assert_int_equal(drm_registration_response_open(&read, authority.machine.key.seed, seed), DRM_E_DECRYPT_ERROR);
    drm_buffer_free(&forged);
    drm_buffer_free(&chain);
    drm_buffer_free(&encoded);
    drm_buffer_free(&written);
}

static void response__for_another_device_does_not_open(void **state)
{
    struct drm_registration_response good = good_response(false), read;
    struct drm_buffer written = write_response(&good);
    uint8_t seed[DRM_DEVICE_SEED_SIZE];
    (void)state;

    assert_int_equal(drm_registration_response_read(drm_buffer_span(&written), &read), DRM_S_OK);
    assert_int_equal(drm_registration_response_open(&read, other.machine.key.seed, seed), DRM_E_DECRYPT_ERROR);
    drm_buffer_free(&written);
}

static void response__names_a_place(void **state)
{
    struct drm_device_address address;
    uint8_t bytes[19] = {192, 0, 2, 1, 11, 195};
    (void)state;

    assert_int_equal(drm_device_address_read(drm_span(bytes, 6), &address), DRM_S_OK);
    assert_int_equal(address.port, 3011);
    assert_false(address.is_v6);
    for (size_t size = 0; size <= sizeof(bytes); size++)
        if (size != 6 && size != 18)
            assert_int_equal(drm_device_address_read(drm_span(bytes, size), &address), DRM_E_BAD_REQUEST);
    assert_int_equal(drm_device_address_read(drm_span(bytes, 18), &address), DRM_E_BAD_REQUEST); /* port 0 */
    bytes[17] = 1;
    assert_int_equal(drm_device_address_read(drm_span(bytes, 18), &address), DRM_S_OK);
    assert_true(address.is_v6);
    assert_int_equal(address.port, 1);
    memset(bytes, 0, 4);
    assert_int_equal(drm_device_address_read(drm_span(bytes, 6), &address), DRM_E_BAD_REQUEST);
}

int run_device_message_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(request__has_the_public_layout),
        cmocka_unit_test(request__is_refused_cut_or_with_more),
        cmocka_unit_test(request__every_bit_of_head_and_certificate_counts),
        cmocka_unit_test(request__without_a_serial_is_refused),
        cmocka_unit_test(request__of_another_version_is_told_apart),
        cmocka_unit_test(chain__of_a_machine_or_a_network_device_is_taken),
        cmocka_unit_test(chain__of_another_authority_is_refused),
        cmocka_unit_test(response__carries_everything),
        cmocka_unit_test(response__is_refused_spoilt),
        cmocka_unit_test(response__seed_does_not_move_to_another_transmitter),
        cmocka_unit_test(response__for_another_device_does_not_open),
        cmocka_unit_test(response__names_a_place),
    };

    return cmocka_run_group_tests_name("registration messages", tests, set_up, tear_down);
}
