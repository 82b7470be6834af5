/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The registrar: who is in the book, who is near, who is open, and what a receiver takes for an answer. */
#include "engine/device_home.h"
#include "engine/device_fixture.h"
#include "support/mutation.h"

#include <stdio.h>

static const uint8_t *parlour_id(struct home *home)
{
    return home->parlour.signer.certificate.subject;
}

static drm_result ask_transmitter(struct home *home)
{
    struct drm_buffer request = {0};
    drm_result result;

    home_request_license(home, &request);
    result = drm_transmitter_take_request(home->transmitter, drm_buffer_span(&request));
    drm_buffer_free(&request);
    return result;
}

static void registrar__each_step_has_its_code(void **state)
{
    struct home *home = *state;
    struct drm_registration registration;

    /* Nobody uses the registrar: whoever is certified is served. */
    assert_false(drm_registrar_is_used(home->registrar));
    assert_int_equal(ask_transmitter(home), DRM_S_OK);
    assert_int_equal(drm_registrar_approve(home->registrar, parlour_id(home), true), DRM_E_MUST_REGISTER);
    assert_true(drm_registrar_is_used(home->registrar));
    assert_int_equal(ask_transmitter(home), DRM_E_MUST_REGISTER);
    assert_int_equal(drm_registrar_open(home->registrar, parlour_id(home)), DRM_E_MUST_REGISTER);

    home_register(home, &registration);
    assert_true(drm_device_address_equal(&registration.address, &home_address));
    assert_memory_equal(registration.transmitter, home->cellar.signer.certificate.subject, DRM_ID_SIZE);
    assert_int_equal(ask_transmitter(home), DRM_E_MUST_APPROVE);
    assert_int_equal(drm_registrar_open(home->registrar, parlour_id(home)), DRM_E_MUST_APPROVE);
    assert_int_equal(drm_registrar_approve(home->registrar, parlour_id(home), true), DRM_S_OK);
    assert_int_equal(ask_transmitter(home), DRM_E_MUST_REVALIDATE);
    assert_int_equal(drm_registrar_open(home->registrar, parlour_id(home)), DRM_E_MUST_REVALIDATE);

    assert_int_equal(home_show_proximity(home, &registration.session, 7000), DRM_S_OK);
    assert_int_equal(ask_transmitter(home), DRM_E_INVALID_SESSION); /* the receiver does not know yet */
    drm_receiver_keep_registration(home->receiver, &registration);
    assert_int_equal(ask_transmitter(home), DRM_E_DEVICE_NOT_OPEN);
    assert_int_equal(drm_registrar_open(home->registrar, parlour_id(home)), DRM_S_OK);
    assert_int_equal(ask_transmitter(home), DRM_S_OK);

    assert_int_equal(drm_registrar_close(home->registrar, parlour_id(home)), DRM_S_OK);
    assert_int_equal(ask_transmitter(home), DRM_E_DEVICE_NOT_OPEN);
    assert_int_equal(drm_registrar_approve(home->registrar, parlour_id(home), false), DRM_S_OK);
    assert_int_equal(ask_transmitter(home), DRM_E_MUST_APPROVE);
    assert_int_equal(drm_registrar_remove(home->registrar, parlour_id(home)), DRM_S_OK);
    assert_int_equal(drm_registrar_remove(home->registrar, parlour_id(home)), DRM_E_MUST_REGISTER);
    assert_int_equal(drm_registrar_close(home->registrar, parlour_id(home)), DRM_E_MUST_REGISTER);
    assert_int_equal(ask_transmitter(home), DRM_E_MUST_REGISTER);
}

static void registrar__lists_what_it_knows(void **state)
{
    struct home *home = *state;
    struct drm_registered_device devices[2];
    struct drm_registration registration;
    struct test_signer lamp;
    size_t count;

    drm_registrar_list(home->registrar, devices, 2, &count);
    assert_int_equal(count, 0);
    home_register(home, &registration);
    home_signer(home, "lamp", DRM_ROLE_NETWORK_DEVICE, &lamp);
    home_register_signer(home, &lamp);
    drm_registrar_list(home->registrar, devices, 1, &count);
    assert_int_equal(count, 2);
    assert_memory_equal(devices[0].id, parlour_id(home), DRM_ID_SIZE);
    assert_string_equal(devices[0].name, "parlour");
    assert_false(devices[0].approved || devices[0].validated || devices[0].open);
    assert_int_equal(devices[0].validity_ms, 0);

    assert_int_equal(home_show_proximity(home, &registration.session, 1234), DRM_S_OK);
    assert_int_equal(drm_registrar_approve(home->registrar, parlour_id(home), true), DRM_S_OK);
    assert_int_equal(drm_registrar_open(home->registrar, parlour_id(home)), DRM_S_OK);
    drm_registrar_list(home->registrar, devices, 2, &count);
    assert_true(devices[0].approved && devices[0].validated && devices[0].open);
    assert_int_equal(devices[0].validity_ms, DRM_REGISTRAR_VALIDITY_MS);
    assert_int_equal(devices[0].round_trip_us, 1234);
    assert_string_equal(devices[1].name, "lamp");
    assert_false(devices[1].approved || devices[1].validated || devices[1].open);
    home_signer_free(&lamp);
}

static void registrar__proximity_lasts_48_hours(void **state)
{
    struct home *home = *state;
    struct drm_registration registration;

    home_admit(home);
    home->cellar.host.monotonic += DRM_REGISTRAR_VALIDITY_MS - 1;
    assert_int_equal(ask_transmitter(home), DRM_S_OK);
    home->cellar.host.monotonic += 1;
    assert_int_equal(ask_transmitter(home), DRM_E_MUST_REVALIDATE);
    assert_int_equal(drm_registrar_open(home->registrar, parlour_id(home)), DRM_E_MUST_REVALIDATE);

    /* Registering again is how it is renewed; approval and openness stay. */
    home_register(home, &registration);
    assert_int_equal(ask_transmitter(home), DRM_E_MUST_REVALIDATE);
    assert_int_equal(home_show_proximity(home, &registration.session, 10), DRM_S_OK);
    drm_receiver_keep_registration(home->receiver, &registration);
    assert_int_equal(ask_transmitter(home), DRM_S_OK);
}

static void registrar__a_registration_must_be_shown_near_within_two_minutes(void **state)
{
    struct home *home = *state;
    struct drm_registration early, late;

    home_register(home, &early);
    home->cellar.host.monotonic += DRM_REGISTRAR_SESSION_MS - 1;
    home_register(home, &late);
    assert_int_equal(home_show_proximity(home, &early.session, 10), DRM_S_OK);
    home->cellar.host.monotonic += 1;
    assert_int_equal(home_show_proximity(home, &early.session, 10), DRM_E_INVALID_SESSION);
    assert_int_equal(home_show_proximity(home, &late.session, 10), DRM_S_OK);
}

static void registrar__a_failed_revalidation_leaves_the_last_one_in_force(void **state)
{
    struct home *home = *state;
    struct drm_registration registration;

    home_admit(home);
    home_register(home, &registration);
    assert_int_equal(ask_transmitter(home), DRM_S_OK);
    assert_int_equal(home_show_proximity(home, &registration.session, 7001), DRM_E_UNABLE_TO_VERIFY_PROXIMITY);
    assert_int_equal(ask_transmitter(home), DRM_S_OK);
    /* That session is over for good. */
    assert_int_equal(home_show_proximity(home, &registration.session, 10), DRM_E_UNABLE_TO_VERIFY_PROXIMITY);
}

static void registrar__ten_devices_are_open_at_once(void **state)
{
    struct home *home = *state;
    struct test_signer signers[DRM_REGISTRAR_MAX_OPEN + 1];

    for (size_t i = 0; i < COUNT(signers); i++)
    {
        struct drm_device_session session;
        char name[16];

        snprintf(name, sizeof(name), "device %u", (unsigned int)i);
        home_signer(home, name, DRM_ROLE_NETWORK_DEVICE, &signers[i]);
        session = home_register_signer(home, &signers[i]);
        assert_int_equal(home_show_proximity(home, &session, 10), DRM_S_OK);
        assert_int_equal(drm_registrar_approve(home->registrar, signers[i].certificate.subject, true), DRM_S_OK);
        assert_int_equal(drm_registrar_open(home->registrar, signers[i].certificate.subject),
                         i < DRM_REGISTRAR_MAX_OPEN ? DRM_S_OK : DRM_E_DEVICE_LIMIT_REACHED);
    }
    assert_int_equal(drm_registrar_open(home->registrar, signers[0].certificate.subject), DRM_S_OK); /* is open */
    assert_int_equal(drm_registrar_close(home->registrar, signers[3].certificate.subject), DRM_S_OK);
    assert_int_equal(drm_registrar_open(home->registrar, signers[10].certificate.subject), DRM_S_OK);
    for (size_t i = 0; i < COUNT(signers); i++)
        home_signer_free(&signers[i]);
}

static void registrar__strangers_cannot_fill_the_book(void **state)
{
    struct home *home = *state;
    struct drm_registered_device devices[DRM_REGISTRAR_MAX_DEVICES];
    struct drm_registration registration;
    size_t count;

    home_register(home, &registration);
    assert_int_equal(drm_registrar_approve(home->registrar, parlour_id(home), true), DRM_S_OK);
    for (unsigned int i = 0; i < DRM_REGISTRAR_MAX_DEVICES + 20; i++)
    {
        struct test_signer signer;
        char name[16];

        snprintf(name, sizeof(name), "stranger %u", i);
        home_signer(home, name, DRM_ROLE_NETWORK_DEVICE, &signer);
        home_register_signer(home, &signer);
        home_signer_free(&signer);
    }
    drm_registrar_list(home->registrar, devices, COUNT(devices), &count);
    assert_int_equal(count, DRM_REGISTRAR_MAX_DEVICES);
    assert_memory_equal(devices[0].id, parlour_id(home), DRM_ID_SIZE);
    /* Its registration was the oldest of many that nobody followed up: it has to come again. */
    assert_int_equal(home_show_proximity(home, &registration.session, 10), DRM_E_INVALID_SESSION);

    /* Where the user knows all of them, nobody makes room. */
    for (size_t i = 0; i < count; i++)
        assert_int_equal(drm_registrar_approve(home->registrar, devices[i].id, true), DRM_S_OK);
    {
        struct drm_buffer request = {0}, response = {0};
        struct drm_registration_request asked = {.serial = {1}};
        struct test_signer signer;

        home_signer(home, "one more", DRM_ROLE_NETWORK_DEVICE, &signer);
        asked.chain = drm_buffer_span(&signer.chain);
        assert_int_equal(drm_registration_request_write(&asked, &request), DRM_S_OK);
        assert_int_equal(drm_registrar_register(home->registrar, drm_buffer_span(&request), &home_address, &response),
                         DRM_E_DEVICE_LIMIT_REACHED);
        assert_int_equal(response.size, 0);
        home_signer_free(&signer);
        drm_buffer_free(&request);
        drm_buffer_free(&response);
    }
}

static void registrar__revoked_devices_are_refused_everywhere(void **state)
{
    static const enum drm_revocation_type types[] = {DRM_REVOCATION_CARDEA, DRM_REVOCATION_DEVICE, DRM_REVOCATION_GRL};
    struct home *home = *state;
    const struct test_signer *parlour = &home->parlour.signer;

    for (size_t i = 0; i < COUNT(types); i++)
    {
        struct drm_buffer request = {0}, response = {0};
        uint64_t version = 2 * i + 1;

        home_admit(home);
        assert_int_equal(ask_transmitter(home), DRM_S_OK);
        home_set_list(home, &home->cellar, types[i], version, &parlour, 1);
        assert_int_equal(ask_transmitter(home), DRM_E_CERTIFICATE_REVOKED);
        assert_int_equal(drm_registrar_open(home->registrar, parlour_id(home)), DRM_E_CERTIFICATE_REVOKED);
        assert_int_equal(drm_receiver_request_registration(home->receiver, &request), DRM_S_OK);
        assert_int_equal(drm_registrar_register(home->registrar, drm_buffer_span(&request), &home_address, &response),
                         DRM_E_CERTIFICATE_REVOKED);
        assert_int_equal(response.size, 0);
        home_set_list(home, &home->cellar, types[i], version + 1, NULL, 0);
        drm_buffer_free(&request);
    }
}

static void registrar__expired_and_foreign_devices_are_refused(void **state)
{
    struct home *home = *state;
    struct drm_registration_request request = {.serial = {1}};
    struct drm_buffer asked = {0}, response = {0};
    struct test_authority other;

    test_authority_create(&other, "elsewhere");
    request.chain = drm_buffer_span(&other.machine.chain);
    assert_int_equal(drm_registration_request_write(&request, &asked), DRM_S_OK);
    assert_int_equal(drm_registrar_register(home->registrar, drm_buffer_span(&asked), &home_address, &response),
                     DRM_E_INVALID_CERTIFICATE);
    drm_buffer_truncate(&asked, 0);
    request.chain = drm_buffer_span(&home->parlour.signer.chain);
    assert_int_equal(drm_registration_request_write(&request, &asked), DRM_S_OK);
    home->cellar.host.now = TEST_NOW + TEST_DAY;
    assert_int_equal(drm_registrar_register(home->registrar, drm_buffer_span(&asked), &home_address, &response),
                     DRM_E_INVALID_CERTIFICATE);
    assert_false(drm_registrar_is_used(home->registrar));
    test_authority_free(&other);
    drm_buffer_free(&asked);
}

/* --- the receiver's side ------------------------------------------------------------------------------------ */

static void receiver__takes_the_answer_to_its_last_request_once(void **state)
{
    struct home *home = *state;
    struct drm_buffer first = {0}, second = {0}, first_answer = {0}, second_answer = {0};
    struct drm_registration registration;

    assert_int_equal(drm_receiver_take_registration(home->receiver, drm_span("x", 1), &registration),
                     DRM_E_NOT_CONFIGURED);
    assert_int_equal(drm_receiver_request_registration(home->receiver, &first), DRM_S_OK);
    assert_int_equal(drm_receiver_request_registration(home->receiver, &second), DRM_S_OK);
    assert_int_equal(drm_registrar_register(home->registrar, drm_buffer_span(&first), &home_address, &first_answer),
                     DRM_S_OK);
    assert_int_equal(drm_registrar_register(home->registrar, drm_buffer_span(&second), &home_address, &second_answer),
                     DRM_S_OK);
    assert_int_equal(drm_receiver_take_registration(home->receiver, drm_buffer_span(&first_answer), &registration),
                     DRM_E_PARAMETERS_MISMATCHED);
    assert_int_equal(drm_receiver_take_registration(home->receiver, drm_span("\2\2", 2), &registration),
                     DRM_E_BAD_REQUEST);
    assert_int_equal(drm_receiver_take_registration(home->receiver, drm_span("\3\2", 2), &registration),
                     DRM_E_UNSUPPORTED_PROTOCOL_VERSION);
    assert_int_equal(drm_receiver_take_registration(home->receiver, drm_buffer_span(&second_answer), &registration),
                     DRM_S_OK);
    assert_int_equal(drm_receiver_take_registration(home->receiver, drm_buffer_span(&second_answer), &registration),
                     DRM_E_NOT_CONFIGURED);
    drm_buffer_free(&first);
    drm_buffer_free(&second);
    drm_buffer_free(&first_answer);
    drm_buffer_free(&second_answer);
}

static bool takes_registration(void *context, struct drm_span data)
{
    struct home *home = context;
    struct drm_registration registration;

    return DRM_SUCCEEDED(drm_receiver_take_registration(home->receiver, data, &registration));
}

static void receiver__refuses_an_altered_registration(void **state)
{
    struct home *home = *state;
    struct drm_buffer request = {0}, answer = {0};

    assert_int_equal(drm_receiver_request_registration(home->receiver, &request), DRM_S_OK);
    assert_int_equal(drm_registrar_register(home->registrar, drm_buffer_span(&request), &home_address, &answer),
                     DRM_S_OK);
    for (size_t i = 0; i < answer.size; i += 3)
    {
        answer.data[i] ^= 1 << i % 8;
        assert_false(takes_registration(home, drm_buffer_span(&answer)));
        answer.data[i] ^= 1 << i % 8;
    }
    assert_true(takes_registration(home, drm_buffer_span(&answer)));
    drm_buffer_free(&request);
    drm_buffer_free(&answer);
}

static void receiver__refuses_a_revoked_transmitter(void **state)
{
    struct home *home = *state;
    const struct test_signer *cellar = &home->cellar.signer;
    struct drm_buffer request = {0}, answer = {0};
    struct drm_registration registration;

    assert_int_equal(drm_receiver_request_registration(home->receiver, &request), DRM_S_OK);
    assert_int_equal(drm_registrar_register(home->registrar, drm_buffer_span(&request), &home_address, &answer),
                     DRM_S_OK);
    home_set_list(home, &home->parlour, DRM_REVOCATION_GRL, 1, &cellar, 1);
    assert_int_equal(drm_receiver_take_registration(home->receiver, drm_buffer_span(&answer), &registration),
                     DRM_E_CERTIFICATE_REVOKED);
    drm_buffer_free(&request);
    drm_buffer_free(&answer);
}

int run_device_registrar_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(registrar__each_step_has_its_code, home_set_up, home_tear_down),
        cmocka_unit_test_setup_teardown(registrar__lists_what_it_knows, home_set_up, home_tear_down),
        cmocka_unit_test_setup_teardown(registrar__proximity_lasts_48_hours, home_set_up, home_tear_down),
        cmocka_unit_test_setup_teardown(registrar__a_registration_must_be_shown_near_within_two_minutes, home_set_up,
                                        home_tear_down),
        cmocka_unit_test_setup_teardown(registrar__a_failed_revalidation_leaves_the_last_one_in_force, home_set_up,
                                        home_tear_down),
        cmocka_unit_test_setup_teardown(registrar__ten_devices_are_open_at_once, home_set_up, home_tear_down),
        cmocka_unit_test_setup_teardown(registrar__strangers_cannot_fill_the_book, home_set_up, home_tear_down),
        cmocka_unit_test_setup_teardown(registrar__revoked_devices_are_refused_everywhere, home_set_up,
                                        home_tear_down),
        cmocka_unit_test_setup_teardown(registrar__expired_and_foreign_devices_are_refused, home_set_up,
                                        home_tear_down),
        cmocka_unit_test_setup_teardown(receiver__takes_the_answer_to_its_last_request_once, home_set_up,
                                        home_tear_down),
        cmocka_unit_test_setup_teardown(receiver__refuses_an_altered_registration, home_set_up, home_tear_down),
        cmocka_unit_test_setup_teardown(receiver__refuses_a_revoked_transmitter, home_set_up, home_tear_down),
    };

    return cmocka_run_group_tests_name("registrar", tests, NULL, NULL);
}
