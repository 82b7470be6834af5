/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Licences that no transmitter of ours would make: what a receiver refuses. */
#include "engine/device_home.h"
#include "engine/device_fixture.h"
#include "engine/format/license_response.h"
#include "engine/xml/license_response_xml.h"

static const uint8_t leaf_id[DRM_KEY_ID_SIZE] = {2};

/* A response that the test makes as it likes. */
struct forgery
{
    const struct test_signer *signer;
    uint32_t options;
    uint32_t priority;
    enum drm_right right;
    bool free_id;               /* not the one that follows from the response */
    bool issuers_head;          /* of the kind that issuers write */
    const uint8_t *machine_id;  /* NULL: the parlour's */
    uint64_t revinfo;
    uint32_t min_app_list, min_device_list;
};

static void forge(struct home *home, const struct forgery *forgery, const uint8_t nonce[DRM_NONCE_SIZE],
                  struct drm_buffer *out)
{
    const struct test_signer *parlour = &home->parlour.signer;
    const uint8_t key[DRM_AEAD_KEY_SIZE] = {1}, content_key[DRM_CONTENT_KEY_SIZE] = {2};
    const uint8_t *machine_id = forgery->machine_id ? forgery->machine_id : parlour->certificate.subject;
    struct drm_license_head head = {.response_id = {9}, .time = TEST_NOW, .version = DRM_VERSION_CURRENT, .count = 1};
    struct drm_license *license = calloc(1, sizeof(*license));
    struct drm_buffer body = {0}, wrapped = {0}, sealed = {0}, encoded = {0}, written = {0};
    struct drm_device_license_response message;
    uint8_t leaf[1][DRM_SHA256_SIZE];
    struct drm_license_tree *tree;

    assert_non_null(license);
    drm_device_license_id(forgery->signer->certificate.subject, head.response_id, license->license_id);
    if (forgery->free_id)
        license->license_id[0] ^= 1;
    memcpy(license->key_id, leaf_id, sizeof(leaf_id));
    license->issued = TEST_NOW;
    license->options = forgery->options;
    license->terms.priority = forgery->priority;
    license->terms.grant_count = 1;
    license->terms.grants[0] = (struct drm_grant){.right = forgery->right, .count = DRM_COUNT_UNLIMITED};
    assert_int_equal(drm_license_write_body(license, &body), DRM_S_OK);
    assert_int_equal(drm_license_wrap_key(key, machine_id, drm_buffer_span(&body), NULL, content_key, &wrapped),
                     DRM_S_OK);
    assert_int_equal(drm_license_leaf(drm_buffer_span(&body), drm_buffer_span(&wrapped), leaf[0]), DRM_S_OK);
    assert_int_equal(drm_license_tree_create((const uint8_t(*)[DRM_SHA256_SIZE])leaf, 1, &tree), DRM_S_OK);
    drm_license_tree_root(tree, head.root);
    assert_int_equal(drm_license_write(drm_buffer_span(&body), drm_buffer_span(&wrapped), tree, 0, &encoded), DRM_S_OK);
    drm_license_tree_free(tree);
    assert_int_equal(drm_response_key_seal(head.response_id, machine_id, parlour->certificate.encrypt_key, key,
                                           &sealed),
                     DRM_S_OK);
    memcpy(head.machine_id, machine_id, sizeof(head.machine_id));
    memcpy(head.encrypt_key, parlour->certificate.encrypt_key, sizeof(head.encrypt_key));
    memcpy(head.nonce, nonce, sizeof(head.nonce));
    head.sealed_key = drm_buffer_span(&sealed);
    head.list_versions[DRM_REVOCATION_REVINFO - 1] = forgery->revinfo;
    head.min_app_list = forgery->min_app_list;
    head.min_device_list = forgery->min_device_list;
    head.of_device = !forgery->issuers_head;
    assert_int_equal((forgery->issuers_head ? drm_license_head_write : drm_device_head_write)(
                         &head, forgery->signer->key.seed, drm_buffer_span(&forgery->signer->chain), &written),
                     DRM_S_OK);
    message.head = drm_buffer_span(&written);
    message.license = drm_buffer_span(&encoded);
    assert_int_equal(drm_device_license_response_write(&message, out), DRM_S_OK);
    drm_buffer_free(&body);
    drm_buffer_free(&wrapped);
    drm_buffer_free(&sealed);
    drm_buffer_free(&encoded);
    drm_buffer_free(&written);
    free(license);
}

static drm_result take_forged(struct home *home, const struct forgery *forgery)
{
    struct drm_buffer request = {0}, out = {0};
    uint8_t nonce[DRM_NONCE_SIZE];
    drm_result result;

    home_request_license(home, &request);
    drm_sha256(request.data, request.size, nonce);
    forge(home, forgery, nonce, &out);
    result = drm_receiver_take_license(home->receiver, drm_buffer_span(&out), NULL, NULL);
    drm_buffer_free(&request);
    drm_buffer_free(&out);
    return result;
}

static void license__is_modest_or_refused(void **state)
{
    struct home *home = *state;
    struct forgery good = {.signer = &home->cellar.signer, .options = DRM_LICENSE_NOT_PERSISTABLE}, bad;

    bad = good, bad.options = 0;
    assert_int_equal(take_forged(home, &bad), DRM_E_INVALID_LICENSE); /* would be kept for ever */
    bad = good, bad.options |= DRM_LICENSE_IMPORTED;
    assert_int_equal(take_forged(home, &bad), DRM_E_INVALID_LICENSE);
    bad = good, bad.priority = 1;
    assert_int_equal(take_forged(home, &bad), DRM_E_INVALID_LICENSE);
    bad = good, bad.right = DRM_RIGHT_COPY;
    assert_int_equal(take_forged(home, &bad), DRM_E_INVALID_LICENSE);
    bad = good, bad.free_id = true;
    assert_int_equal(take_forged(home, &bad), DRM_E_INVALID_LICENSE);
    bad = good, bad.issuers_head = true;
    assert_int_equal(take_forged(home, &bad), DRM_E_INVALID_LICENSE);
    bad.signer = &home->authority.issue;
    assert_int_equal(take_forged(home, &bad), DRM_E_INVALID_LICENSE);
    assert_int_equal(take_forged(home, &good), DRM_S_OK);
}

static void license__comes_from_a_machine_of_this_authority(void **state)
{
    struct home *home = *state;
    struct forgery order = {.signer = &home->authority.issue, .options = DRM_LICENSE_NOT_PERSISTABLE};
    struct test_signer lamp;
    struct test_authority other;

    assert_int_equal(take_forged(home, &order), DRM_E_INVALID_CERTIFICATE); /* an issuer is no machine */
    home_signer(home, "lamp", DRM_ROLE_NETWORK_DEVICE, &lamp);
    order.signer = &lamp;
    assert_int_equal(take_forged(home, &order), DRM_E_INVALID_CERTIFICATE);
    test_authority_create(&other, "elsewhere");
    order.signer = &other.machine;
    assert_int_equal(take_forged(home, &order), DRM_E_INVALID_CERTIFICATE);
    order.signer = &home->cellar.signer;
    home->parlour.host.now = TEST_NOW + TEST_DAY; /* its head's time is one at which it was valid */
    assert_int_equal(take_forged(home, &order), DRM_E_INVALID_CERTIFICATE);
    home_signer_free(&lamp);
    test_authority_free(&other);
}

static void license__is_for_this_machine(void **state)
{
    struct home *home = *state;
    const uint8_t somebody[DRM_ID_SIZE] = {5};
    struct forgery order = {
        .signer = &home->cellar.signer, .options = DRM_LICENSE_NOT_PERSISTABLE, .machine_id = somebody};

    assert_int_equal(take_forged(home, &order), DRM_E_INVALID_MACHINE);
}

static void license__comes_from_the_transmitter_of_the_registration(void **state)
{
    struct home *home = *state;
    struct forgery order = {.signer = &home->cellar.signer, .options = DRM_LICENSE_NOT_PERSISTABLE};
    struct test_signer attic;

    home_signer(home, "attic", DRM_ROLE_MACHINE, &attic);
    order.signer = &attic;
    assert_int_equal(take_forged(home, &order), DRM_S_OK);
    home_admit(home);
    assert_int_equal(take_forged(home, &order), DRM_E_INVALID_SESSION);
    order.signer = &home->cellar.signer;
    assert_int_equal(take_forged(home, &order), DRM_S_OK);
    home_signer_free(&attic);
}

static void license__of_a_revoked_transmitter_is_refused(void **state)
{
    struct home *home = *state;
    struct forgery order = {.signer = &home->cellar.signer, .options = DRM_LICENSE_NOT_PERSISTABLE};

    home_set_list(home, &home->parlour, DRM_REVOCATION_GRL, 1, &order.signer, 1);
    assert_int_equal(take_forged(home, &order), DRM_E_CERTIFICATE_REVOKED);
}

static void license__needs_lists_as_new_as_it_says(void **state)
{
    struct home *home = *state;
    struct forgery good = {.signer = &home->cellar.signer, .options = DRM_LICENSE_NOT_PERSISTABLE}, order;

    order = good, order.revinfo = 3;
    assert_int_equal(take_forged(home, &order), DRM_E_RIV_TOO_SMALL);
    order = good, order.min_app_list = 3;
    assert_int_equal(take_forged(home, &order), DRM_E_RIV_TOO_SMALL);
    order = good, order.min_device_list = 3;
    assert_int_equal(take_forged(home, &order), DRM_E_RIV_TOO_SMALL);
    home_set_list(home, &home->parlour, DRM_REVOCATION_REVINFO, 3, NULL, 0);
    home_set_list(home, &home->parlour, DRM_REVOCATION_APP, 3, NULL, 0);
    home_set_list(home, &home->parlour, DRM_REVOCATION_CARDEA, 3, NULL, 0);
    order = good, order.revinfo = order.min_app_list = order.min_device_list = 3;
    assert_int_equal(take_forged(home, &order), DRM_S_OK);
}

static void check_beside_an_issuers(struct home *home, uint32_t options)
{
    struct forgery order = {.signer = &home->authority.issue, .options = options, .free_id = true,
                            .issuers_head = true};
    const uint8_t nonce[DRM_NONCE_SIZE] = {0};
    struct drm_device_license_response message;
    struct drm_buffer out = {0}, text = {0};

    forge(home, &order, nonce, &out);
    assert_int_equal(drm_device_license_response_read(drm_buffer_span(&out), &message), DRM_S_OK);
    assert_int_equal(drm_license_response_xml_begin(message.head, &text), DRM_S_OK);
    assert_int_equal(drm_license_response_xml_license(message.license, &text), DRM_S_OK);
    assert_int_equal(drm_license_response_xml_end(&text), DRM_S_OK);
    assert_int_equal(drm_client_store_response(home->parlour.client, drm_buffer_span(&text)), DRM_S_OK);
    order = (struct forgery){.signer = &home->cellar.signer, .options = DRM_LICENSE_NOT_PERSISTABLE};
    assert_int_equal(take_forged(home, &order), DRM_E_STORE_NOT_ALLOWED);
    drm_buffer_free(&out);
    drm_buffer_free(&text);
}

static void license__does_not_stand_in_for_an_issuers(void **state)
{
    check_beside_an_issuers(*state, 0);
}

static void license__does_not_stand_in_for_an_issuers_temporary_one(void **state)
{
    check_beside_an_issuers(*state, DRM_LICENSE_NOT_PERSISTABLE);
}

/* Content may be sent again: the licence of the last time is no issuer's. */
static void license__comes_beside_a_transmitters_own(void **state)
{
    struct home *home = *state;
    struct forgery order = {.signer = &home->cellar.signer, .options = DRM_LICENSE_NOT_PERSISTABLE};

    assert_int_equal(take_forged(home, &order), DRM_S_OK);
    assert_int_equal(take_forged(home, &order), DRM_S_OK);
}

int run_device_forgery_tests(void)
{
    const struct CMUnitTest tests[] = {
#define HOME_TEST(function) cmocka_unit_test_setup_teardown(function, home_set_up, home_tear_down)
        HOME_TEST(license__is_modest_or_refused),
        HOME_TEST(license__comes_from_a_machine_of_this_authority),
        HOME_TEST(license__is_for_this_machine),
        HOME_TEST(license__comes_from_the_transmitter_of_the_registration),
        HOME_TEST(license__of_a_revoked_transmitter_is_refused),
        HOME_TEST(license__needs_lists_as_new_as_it_says),
        HOME_TEST(license__does_not_stand_in_for_an_issuers),
        HOME_TEST(license__does_not_stand_in_for_an_issuers_temporary_one),
        HOME_TEST(license__comes_beside_a_transmitters_own),
#undef HOME_TEST
    };

    return cmocka_run_group_tests_name("forged licences", tests, NULL, NULL);
}
