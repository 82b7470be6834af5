/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Licences from a transmitter to a receiver: what works, and everything that must not. */
#include "engine/device_home.h"
#include "engine/device_fixture.h"
#include "engine/device/message_io.h"
#include "engine/format/license_response.h"
#include "engine/store/license_store.h"
#include "engine/store/store.h"
#include "engine/xml/license_response_xml.h"
#include "support/mutation.h"

static const uint8_t root_id[DRM_KEY_ID_SIZE] = {1}, leaf_id[DRM_KEY_ID_SIZE] = {2}, other_id[DRM_KEY_ID_SIZE] = {3};
static const struct drm_device_policy no_policy;

static drm_result take(struct home *home, const struct drm_buffer *response)
{
    return drm_receiver_take_license(home->receiver, drm_buffer_span(response), NULL, NULL);
}

/* --- the way it works --------------------------------------------------------------------------------------- */

static void license__root_and_leaf_give_the_content_key(void **state)
{
    struct home *home = *state;
    uint8_t made[DRM_CONTENT_KEY_SIZE], opened[DRM_CONTENT_KEY_SIZE], key_id[DRM_KEY_ID_SIZE];
    struct drm_buffer root = {0}, leaf = {0}, representation = {0};
    struct drm_license *license = calloc(1, sizeof(*license));

    assert_non_null(license);
    home_ask(home);
    assert_int_equal(drm_transmitter_make_root(home->transmitter, root_id, &root), DRM_S_OK);
    assert_int_equal(drm_transmitter_make_leaf(home->transmitter, leaf_id, &no_policy, made, &leaf), DRM_S_OK);
    assert_int_equal(take(home, &root), DRM_S_OK);
    assert_int_equal(drm_receiver_take_license(home->receiver, drm_buffer_span(&leaf), &representation, key_id),
                     DRM_S_OK);
    assert_memory_equal(key_id, leaf_id, sizeof(key_id));
    home_use(home, leaf_id, opened);
    assert_memory_equal(made, opened, sizeof(made));

    /* The representation is the licence itself. */
    assert_int_equal(drm_license_read(drm_buffer_span(&representation), NULL, license), DRM_S_OK);
    assert_memory_equal(license->key_id, leaf_id, sizeof(leaf_id));
    assert_true(license->terms.has_uplink);
    assert_memory_equal(license->terms.uplink, root_id, sizeof(root_id));
    free(license);
    drm_buffer_free(&root);
    drm_buffer_free(&leaf);
    drm_buffer_free(&representation);
}

static void license__one_root_has_many_leaves(void **state)
{
    struct home *home = *state;
    uint8_t made[2][DRM_CONTENT_KEY_SIZE], opened[DRM_CONTENT_KEY_SIZE];
    struct drm_buffer root = {0}, leaves[2] = {{0}, {0}};

    home_ask(home);
    assert_int_equal(drm_transmitter_make_root(home->transmitter, root_id, &root), DRM_S_OK);
    assert_int_equal(drm_transmitter_make_leaf(home->transmitter, leaf_id, &no_policy, made[0], &leaves[0]), DRM_S_OK);
    assert_int_equal(drm_transmitter_make_leaf(home->transmitter, other_id, &no_policy, made[1], &leaves[1]), DRM_S_OK);
    assert_memory_not_equal(made[0], made[1], sizeof(made[0]));
    /* Before its root a leaf opens nothing. */
    assert_int_equal(take(home, &leaves[0]), DRM_S_OK);
    assert_int_equal(home_try(home, leaf_id, opened), DRM_E_NO_UPLINK_LICENSE);
    assert_int_equal(take(home, &leaves[1]), DRM_S_OK);
    assert_int_equal(take(home, &root), DRM_S_OK);
    home_use(home, leaf_id, opened);
    assert_memory_equal(made[0], opened, sizeof(opened));
    home_use(home, other_id, opened);
    assert_memory_equal(made[1], opened, sizeof(opened));
    /* The same answer again is no harm. */
    assert_int_equal(take(home, &leaves[1]), DRM_S_OK);
    drm_buffer_free(&root);
    drm_buffer_free(&leaves[0]);
    drm_buffer_free(&leaves[1]);
}

static void license__a_leaf_of_a_replaced_root_does_not_open_under_the_new_one(void **state)
{
    struct home *home = *state;
    uint8_t made[DRM_CONTENT_KEY_SIZE], opened[DRM_CONTENT_KEY_SIZE];
    struct drm_buffer first = {0}, leaf = {0}, second = {0};

    home_ask(home);
    assert_int_equal(drm_transmitter_make_root(home->transmitter, root_id, &first), DRM_S_OK);
    assert_int_equal(drm_transmitter_make_leaf(home->transmitter, leaf_id, &no_policy, made, &leaf), DRM_S_OK);
    assert_int_equal(drm_transmitter_make_root(home->transmitter, root_id, &second), DRM_S_OK);
    assert_int_equal(take(home, &second), DRM_S_OK);
    assert_int_equal(take(home, &leaf), DRM_S_OK);
    assert_true(DRM_FAILED(home_try(home, leaf_id, opened)));
    drm_buffer_free(&first);
    drm_buffer_free(&leaf);
    drm_buffer_free(&second);
}

static void license__a_simple_one_stands_alone(void **state)
{
    struct home *home = *state;
    uint8_t made[DRM_CONTENT_KEY_SIZE], opened[DRM_CONTENT_KEY_SIZE];
    struct drm_buffer simple = {0};

    home_ask(home);
    assert_int_equal(drm_transmitter_make_simple(home->transmitter, leaf_id, &no_policy, made, &simple), DRM_S_OK);
    assert_int_equal(take(home, &simple), DRM_S_OK);
    home_use(home, leaf_id, opened);
    assert_memory_equal(made, opened, sizeof(made));
    drm_buffer_free(&simple);
}

static void license__the_policy_arrives(void **state)
{
    struct home *home = *state;
    struct drm_device_policy policy;
    struct drm_buffer simple = {0}, representation = {0};
    struct drm_license *license = calloc(1, sizeof(*license));
    uint8_t made[DRM_CONTENT_KEY_SIZE], data[40] = {
        0x96, 0,   0, 0, 0, 0,   0, 0, 0, 0,   1, 0, 2, 0, 3, 0, 4, 0, 0, 1,
        0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66, 8, 9, 10, 11, 12, 13, 14, 15,   5, 0, 0, 0};

    assert_non_null(license);
    assert_int_equal(drm_device_policy_read(drm_span(data, sizeof(data)), &policy), DRM_S_OK);
    home_ask(home);
    assert_int_equal(drm_transmitter_make_simple(home->transmitter, leaf_id, &policy, made, &simple), DRM_S_OK);
    assert_int_equal(drm_receiver_take_license(home->receiver, drm_buffer_span(&simple), &representation, NULL),
                     DRM_S_OK);
    assert_int_equal(drm_license_read(drm_buffer_span(&representation), NULL, license), DRM_S_OK);
    assert_int_equal(license->terms.min_app_level, 150);
    assert_int_equal(license->terms.outputs.compressed_video, 1);
    assert_int_equal(license->terms.outputs.uncompressed_video, 2);
    assert_int_equal(license->terms.outputs.analog_video, 3);
    assert_int_equal(license->terms.outputs.compressed_audio, 4);
    assert_int_equal(license->terms.outputs.uncompressed_audio, 256);
    assert_int_equal(license->terms.outputs.copy, 0);
    assert_int_equal(license->restriction_count, 1);
    assert_hex(license->restrictions[0].id, 16, "001122334455667708090a0b0c0d0e0f");
    assert_int_equal(license->restrictions[0].value, 5);
    free(license);
    drm_buffer_free(&simple);
    drm_buffer_free(&representation);
}

static void policy__of_another_size_or_with_doubles_is_refused(void **state)
{
    uint8_t data[20 + 33 * 20] = {0};
    struct drm_device_policy policy;
    (void)state;

    for (size_t size = 0; size <= sizeof(data); size++)
    {
        uint8_t *copy = exact_copy(data, size);

        for (size_t i = 20; i + 20 <= size; i += 20)
            copy[i] = (uint8_t)i, copy[i + 1] = (uint8_t)(i >> 8);
        assert_int_equal(drm_device_policy_read(drm_span(copy, size), &policy),
                         size % 20 || size < 20 || size > 20 + 32 * 20 ? DRM_E_INVALID_ARGUMENT : DRM_S_OK);
        free(copy);
    }
    assert_int_equal(drm_device_policy_read(drm_span(data, 60), &policy), DRM_E_INVALID_ARGUMENT);
}

/* --- order -------------------------------------------------------------------------------------------------- */

static void license__nothing_comes_before_its_time(void **state)
{
    struct home *home = *state;
    uint8_t made[DRM_CONTENT_KEY_SIZE];
    const uint8_t zero[DRM_KEY_ID_SIZE] = {0};
    struct drm_buffer out = {0};

    assert_int_equal(drm_transmitter_make_root(home->transmitter, root_id, &out), DRM_E_NOT_CONFIGURED);
    assert_int_equal(drm_transmitter_make_leaf(home->transmitter, leaf_id, &no_policy, made, &out),
                     DRM_E_NOT_CONFIGURED);
    assert_int_equal(drm_transmitter_make_simple(home->transmitter, leaf_id, &no_policy, made, &out),
                     DRM_E_NOT_CONFIGURED);
    assert_int_equal(drm_receiver_take_license(home->receiver, drm_span("\2\10", 2), NULL, NULL),
                     DRM_E_NOT_CONFIGURED);
    home_ask(home);
    assert_int_equal(drm_transmitter_make_leaf(home->transmitter, leaf_id, &no_policy, made, &out),
                     DRM_E_NOT_CONFIGURED);
    assert_int_equal(drm_transmitter_make_root(home->transmitter, zero, &out), DRM_E_INVALID_KID);
    assert_int_equal(drm_transmitter_make_root(home->transmitter, root_id, &out), DRM_S_OK);
    drm_buffer_free(&out);
    assert_int_equal(drm_transmitter_make_leaf(home->transmitter, root_id, &no_policy, made, &out), DRM_E_INVALID_KID);
    assert_int_equal(drm_transmitter_make_leaf(home->transmitter, zero, &no_policy, made, &out), DRM_E_INVALID_KID);
    /* Another request forgets the root. */
    home_ask(home);
    assert_int_equal(drm_transmitter_make_leaf(home->transmitter, leaf_id, &no_policy, made, &out),
                     DRM_E_NOT_CONFIGURED);
    assert_int_equal(out.size, 0);
}

static void license__only_play_is_asked_for(void **state)
{
    struct home *home = *state;
    char long_action[DRM_DEVICE_ACTION_MAX_SIZE + 2];
    struct drm_buffer out = {0};

    assert_int_equal(drm_receiver_request_license(home->receiver, "Copy", &out), DRM_E_UNSUPPORTED_ACTION);
    assert_int_equal(drm_receiver_request_license(home->receiver, "play", &out), DRM_E_UNSUPPORTED_ACTION);
    assert_int_equal(drm_receiver_request_license(home->receiver, "", &out), DRM_E_UNSUPPORTED_ACTION);
    memset(long_action, 'a', sizeof(long_action));
    long_action[sizeof(long_action) - 1] = '\0';
    assert_int_equal(drm_receiver_request_license(home->receiver, long_action, &out), DRM_E_ATTRIBUTE_TOO_LONG);
    assert_int_equal(out.size, 0);
}

static void license__a_transmitter_refuses_other_actions_too(void **state)
{
    struct home *home = *state;
    const struct test_signer *parlour = &home->parlour.signer;
    struct drm_device_license_request request = {
        .chain = drm_buffer_span(&parlour->chain), .rights_id = {1}, .action = drm_span("Copy", 4)};
    struct drm_buffer out = {0};

    assert_int_equal(drm_device_license_request_write(&request, NULL, parlour->key.seed, &out), DRM_S_OK);
    assert_int_equal(drm_transmitter_take_request(home->transmitter, drm_buffer_span(&out)), DRM_E_UNSUPPORTED_ACTION);
    drm_buffer_free(&out);
}

static void license__answers_only_the_last_request(void **state)
{
    struct home *home = *state;
    uint8_t made[DRM_CONTENT_KEY_SIZE];
    struct drm_buffer request = {0}, out = {0};

    home_ask(home);
    assert_int_equal(drm_transmitter_make_simple(home->transmitter, leaf_id, &no_policy, made, &out), DRM_S_OK);
    home_request_license(home, &request);
    assert_int_equal(take(home, &out), DRM_E_PARAMETERS_MISMATCHED);
    assert_int_equal(home_try(home, leaf_id, made), DRM_E_LICENSE_NOT_FOUND);
    drm_buffer_free(&request);
    drm_buffer_free(&out);
}

/* --- every byte --------------------------------------------------------------------------------------------- */

static void license__an_altered_request_is_refused(void **state)
{
    struct home *home = *state;
    struct drm_buffer request = {0};

    home_admit(home);
    home_request_license(home, &request);
    for (size_t i = 0; i < request.size; i++)
    {
        request.data[i] ^= 1 << i % 8;
        assert_true(DRM_FAILED(drm_transmitter_take_request(home->transmitter, drm_buffer_span(&request))));
        request.data[i] ^= 1 << i % 8;
    }
    for (size_t size = 0; size < request.size; size += 7)
        assert_int_equal(drm_transmitter_take_request(home->transmitter, drm_span(request.data, size)),
                         DRM_E_BAD_REQUEST);
    assert_int_equal(drm_transmitter_take_request(home->transmitter, drm_buffer_span(&request)), DRM_S_OK);
    drm_buffer_free(&request);
}

/* The device's own signature, but not the code of its session: somebody stole only the one key. */
static void license__a_request_needs_the_code_of_the_session(void **state)
{
    struct home *home = *state;
    const struct test_signer *parlour = &home->parlour.signer;
    struct drm_device_license_request request, forged;
    struct drm_device_session wrong = {0};
    struct drm_buffer good = {0}, bad = {0};

    home_admit(home);
    home_request_license(home, &good);
    assert_int_equal(drm_device_license_request_read(drm_buffer_span(&good), &request), DRM_S_OK);
    forged = request;
    assert_int_equal(drm_device_license_request_write(&forged, &wrong, parlour->key.seed, &bad), DRM_S_OK);
    assert_int_equal(drm_transmitter_take_request(home->transmitter, drm_buffer_span(&bad)), DRM_E_INVALID_SESSION);
    drm_buffer_truncate(&bad, 0);
    memset(forged.session, 0, sizeof(forged.session));
    memset(forged.serial, 0, sizeof(forged.serial));
    assert_int_equal(drm_device_license_request_write(&forged, NULL, parlour->key.seed, &bad), DRM_S_OK);
    assert_int_equal(drm_transmitter_take_request(home->transmitter, drm_buffer_span(&bad)), DRM_E_INVALID_SESSION);
    drm_buffer_free(&good);
    drm_buffer_free(&bad);
}

static void license__an_altered_response_is_refused(void **state)
{
    struct home *home = *state;
    uint8_t made[DRM_CONTENT_KEY_SIZE];
    struct drm_buffer out = {0};

    home_ask(home);
    assert_int_equal(drm_transmitter_make_simple(home->transmitter, leaf_id, &no_policy, made, &out), DRM_S_OK);
    for (size_t i = 0; i < out.size; i++)
    {
        out.data[i] ^= 1 << i % 8;
        assert_true(DRM_FAILED(take(home, &out)));
        out.data[i] ^= 1 << i % 8;
    }
    for (size_t size = 0; size < out.size; size += 5)
        assert_true(DRM_FAILED(drm_receiver_take_license(home->receiver, drm_span(out.data, size), NULL, NULL)));
    assert_int_equal(home_try(home, leaf_id, made), DRM_E_LICENSE_NOT_FOUND);
    assert_int_equal(take(home, &out), DRM_S_OK);
    drm_buffer_free(&out);
}

/* --- whose ---------------------------------------------------------------------------------------------------- */

static void license__of_a_revoked_receiver_is_not_made(void **state)
{
    struct home *home = *state;
    const struct test_signer *parlour = &home->parlour.signer;
    uint8_t made[DRM_CONTENT_KEY_SIZE];
    struct drm_buffer out = {0};

    home_ask(home);
    home_set_list(home, &home->cellar, DRM_REVOCATION_CARDEA, 1, &parlour, 1);
    assert_int_equal(drm_transmitter_make_root(home->transmitter, root_id, &out), DRM_E_CERTIFICATE_REVOKED);
    assert_int_equal(drm_transmitter_make_simple(home->transmitter, leaf_id, &no_policy, made, &out),
                     DRM_E_CERTIFICATE_REVOKED);
    assert_int_equal(out.size, 0);
}

static void license__of_a_closed_device_is_not_made(void **state)
{
    struct home *home = *state;
    const uint8_t *id = home->parlour.signer.certificate.subject;
    uint8_t made[DRM_CONTENT_KEY_SIZE];
    struct drm_buffer out = {0};

    home_admit(home);
    home_ask(home);
    assert_int_equal(drm_registrar_close(home->registrar, id), DRM_S_OK);
    assert_int_equal(drm_transmitter_make_root(home->transmitter, root_id, &out), DRM_E_DEVICE_NOT_OPEN);
    assert_int_equal(drm_registrar_open(home->registrar, id), DRM_S_OK);
    assert_int_equal(drm_transmitter_make_root(home->transmitter, root_id, &out), DRM_S_OK);
    home->cellar.host.monotonic += DRM_REGISTRAR_VALIDITY_MS;
    assert_int_equal(drm_transmitter_make_leaf(home->transmitter, leaf_id, &no_policy, made, &out),
                     DRM_E_MUST_REVALIDATE);
    drm_buffer_free(&out);
}

/* --- lists -------------------------------------------------------------------------------------------------- */

static void license__a_transmitter_with_older_lists_makes_none(void **state)
{
    struct home *home = *state;
    struct drm_device_policy policy = {.min_device_list = 2};
    uint8_t made[DRM_CONTENT_KEY_SIZE];
    struct drm_buffer out = {0};

    home_set_list(home, &home->parlour, DRM_REVOCATION_CARDEA, 2, NULL, 0);
    home_ask(home);
    assert_int_equal(drm_transmitter_make_root(home->transmitter, root_id, &out), DRM_E_RIV_TOO_SMALL);
    home_set_list(home, &home->cellar, DRM_REVOCATION_CARDEA, 2, NULL, 0);
    assert_int_equal(drm_transmitter_make_root(home->transmitter, root_id, &out), DRM_S_OK);
    assert_int_equal(drm_transmitter_make_leaf(home->transmitter, leaf_id, &policy, made, &out), DRM_S_OK);
    policy.min_device_list = 3;
    assert_int_equal(drm_transmitter_make_leaf(home->transmitter, leaf_id, &policy, made, &out), DRM_E_RIV_TOO_SMALL);
    policy.min_device_list = 2;
    policy.min_app_list = 1;
    assert_int_equal(drm_transmitter_make_leaf(home->transmitter, leaf_id, &policy, made, &out), DRM_E_RIV_TOO_SMALL);
    drm_buffer_free(&out);
}

/* --- what becomes of it -------------------------------------------------------------------------------------- */

static void license__never_leaves_the_temporary_store(void **state)
{
    struct home *home = *state;
    const struct drm_license_request_filter all = {0};
    struct drm_enumeration *enumeration;
    uint8_t made[DRM_CONTENT_KEY_SIZE];
    struct drm_buffer out = {0};
    bool allowed = true;

    home_ask(home);
    assert_int_equal(drm_transmitter_make_simple(home->transmitter, leaf_id, &no_policy, made, &out), DRM_S_OK);
    assert_int_equal(take(home, &out), DRM_S_OK);
    assert_int_equal(drm_client_enumerate(home->parlour.client, &all, &enumeration), DRM_S_OK);
    assert_int_equal(drm_enumeration_can_persist(enumeration, &allowed), DRM_S_OK);
    assert_false(allowed);
    assert_int_equal(drm_enumeration_persist(enumeration), DRM_E_STORE_NOT_ALLOWED);
    drm_enumeration_free(enumeration);
    drm_buffer_free(&out);
}

/* A row of the database that says so all the same, as only a forger's hand puts it there: its head is no issuer's. */
static void license__in_a_permanent_row_opens_nothing(void **state)
{
    struct home *home = *state;
    const struct drm_store_options options = {.directory = home->parlour.host.directory,
                                              .host = &home->parlour.host.host};
    const struct drm_license_filter all = {0};
    const struct drm_license_entry *entry;
    struct drm_license_cursor *cursor;
    uint8_t made[DRM_CONTENT_KEY_SIZE], used[DRM_CONTENT_KEY_SIZE];
    struct drm_buffer out = {0};
    struct drm_store *store;
    int64_t number;

    home_ask(home);
    assert_int_equal(drm_transmitter_make_simple(home->transmitter, leaf_id, &no_policy, made, &out), DRM_S_OK);
    assert_int_equal(take(home, &out), DRM_S_OK);
    home_use(home, leaf_id, used);
    assert_memory_equal(used, made, sizeof(made));
    assert_int_equal(drm_store_open(&options, NULL, &store), DRM_S_OK);
    assert_int_equal(drm_license_cursor_open(store, &all, NULL, &cursor), DRM_S_OK);
    assert_int_equal(drm_license_cursor_next(cursor, &entry), DRM_S_OK);
    assert_true(entry->temporary);
    number = entry->number;
    drm_license_cursor_close(cursor);
    assert_int_equal(drm_store_persist(store, number, &number), DRM_S_OK); /* which asks for no option */
    drm_store_close(store);
    assert_int_equal(home_try(home, leaf_id, used), DRM_E_STORE_CORRUPT);
    drm_buffer_free(&out);
}

/* The same head and licence, brought as an issuer's response. */
static void license__is_no_response_of_an_issuer(void **state)
{
    struct home *home = *state;
    struct drm_device_license_response message;
    uint8_t made[DRM_CONTENT_KEY_SIZE];
    struct drm_buffer out = {0}, text = {0};

    home_ask(home);
    assert_int_equal(drm_transmitter_make_simple(home->transmitter, leaf_id, &no_policy, made, &out), DRM_S_OK);
    assert_int_equal(drm_device_license_response_read(drm_buffer_span(&out), &message), DRM_S_OK);
    assert_int_equal(drm_license_response_xml_begin(message.head, &text), DRM_S_OK);
    assert_int_equal(drm_license_response_xml_license(message.license, &text), DRM_S_OK);
    assert_int_equal(drm_license_response_xml_end(&text), DRM_S_OK);
    assert_int_equal(drm_client_store_response(home->parlour.client, drm_buffer_span(&text)), DRM_E_INVALID_LICENSE);
    assert_int_equal(home_try(home, leaf_id, made), DRM_E_LICENSE_NOT_FOUND);
    drm_buffer_free(&out);
    drm_buffer_free(&text);
}

static void license__says_nothing_about_the_time(void **state)
{
    struct home *home = *state;
    struct drm_now now;
    uint8_t made[DRM_CONTENT_KEY_SIZE];
    struct drm_buffer out = {0};

    home->cellar.host.now = TEST_NOW + TEST_DAY / 2; /* its clock is fast */
    home_ask(home);
    assert_int_equal(drm_transmitter_make_simple(home->transmitter, leaf_id, &no_policy, made, &out), DRM_S_OK);
    assert_int_equal(take(home, &out), DRM_S_OK);
    assert_int_equal(drm_client_get_clock(home->parlour.client, &now), DRM_S_OK);
    assert_true(now.known);
    assert_int_equal(now.time, TEST_NOW);
    drm_buffer_free(&out);
}

int run_device_license_tests(void)
{
    const struct CMUnitTest tests[] = {
#define HOME_TEST(function) cmocka_unit_test_setup_teardown(function, home_set_up, home_tear_down)
        HOME_TEST(license__root_and_leaf_give_the_content_key),
        HOME_TEST(license__one_root_has_many_leaves),
        HOME_TEST(license__a_leaf_of_a_replaced_root_does_not_open_under_the_new_one),
        HOME_TEST(license__a_simple_one_stands_alone),
        HOME_TEST(license__the_policy_arrives),
        cmocka_unit_test(policy__of_another_size_or_with_doubles_is_refused),
        HOME_TEST(license__nothing_comes_before_its_time),
        HOME_TEST(license__only_play_is_asked_for),
        HOME_TEST(license__a_transmitter_refuses_other_actions_too),
        HOME_TEST(license__answers_only_the_last_request),
        HOME_TEST(license__an_altered_request_is_refused),
        HOME_TEST(license__a_request_needs_the_code_of_the_session),
        HOME_TEST(license__an_altered_response_is_refused),
        HOME_TEST(license__of_a_revoked_receiver_is_not_made),
        HOME_TEST(license__of_a_closed_device_is_not_made),
        HOME_TEST(license__a_transmitter_with_older_lists_makes_none),
        HOME_TEST(license__never_leaves_the_temporary_store),
        HOME_TEST(license__in_a_permanent_row_opens_nothing),
        HOME_TEST(license__is_no_response_of_an_issuer),
        HOME_TEST(license__says_nothing_about_the_time),
#undef HOME_TEST
    };

    return cmocka_run_group_tests_name("licences of transmitters", tests, NULL, NULL);
}
