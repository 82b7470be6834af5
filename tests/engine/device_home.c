/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A home under test (device_home.h). */
#include "engine/device_home.h"

#include "engine/device/proximity_datagram.h"
#include "engine/store/store.h"
#include "engine/xml/base64.h"

#define SERVICE_URL "https://service.test"

const struct drm_device_address home_address = {.host = {192, 0, 2, 1}, .port = 3011};
static const struct drm_device_address parlour_address = {.host = {192, 0, 2, 2}, .port = 4000};

/* --- machines ----------------------------------------------------------------------------------------------- */

void home_signer(struct home *home, const char *name, uint32_t role, struct test_signer *out)
{
    memset(out, 0, sizeof(*out));
    out->key = test_key(name);
    out->certificate = test_certificate(name, role, &out->key);
    test_certify(&out->certificate, &home->authority.certify.key, &out->encoded);
    test_chain(&out->chain, 2, &out->encoded, &home->authority.certify.encoded);
}

void home_signer_free(struct test_signer *signer)
{
    drm_buffer_free(&signer->encoded);
    drm_buffer_free(&signer->chain);
}

static void install(struct home *home, struct home_machine *machine)
{
    const struct drm_store_options options = {.directory = machine->host.directory, .host = &machine->host.host};
    struct drm_identity identity = {.version = DRM_VERSION_CURRENT, .chain = machine->signer.chain};
    struct drm_install *order = calloc(1, sizeof(*order));
    struct drm_identity_keys keys;
    struct drm_store *store;
    bool superseded;

    assert_non_null(order);
    memcpy(identity.machine_id, machine->signer.certificate.subject, DRM_ID_SIZE);
    memcpy(identity.sign_key, machine->signer.key.public_key, DRM_SIGN_PUBLIC_SIZE);
    memcpy(identity.encrypt_key, machine->signer.certificate.encrypt_key, DRM_X25519_SIZE);
    memcpy(keys.sign_seed, machine->signer.key.seed, sizeof(keys.sign_seed));
    memcpy(keys.encrypt_private, machine->signer.key.seed, sizeof(keys.encrypt_private));
    order->anchor = home->authority.root.key.public_key;
    order->identity = &identity;
    order->keys = &keys;
    assert_int_equal(drm_store_open(&options, NULL, &store), DRM_S_OK);
    assert_int_equal(drm_store_install(store, order, &superseded), DRM_S_OK);
    drm_store_close(store);
    free(order);
}

static void move_in(struct home *home, struct home_machine *machine, const char *name)
{
    struct drm_client_options options = {
        .service_url = SERVICE_URL,
        .anchors = (const uint8_t(*)[DRM_SIGN_PUBLIC_SIZE])home->authority.root.key.public_key,
        .anchor_count = 1,
    };

    test_host_init(&machine->host);
    home_signer(home, name, DRM_ROLE_MACHINE, &machine->signer);
    install(home, machine);
    options.directory = machine->host.directory;
    options.host = &machine->host.host;
    assert_int_equal(drm_client_create(&options, &machine->client), DRM_S_OK);
}

static void move_out(struct home_machine *machine)
{
    drm_client_free(machine->client);
    home_signer_free(&machine->signer);
    test_host_free(&machine->host);
}

int home_set_up(void **state)
{
    struct home *home = calloc(1, sizeof(*home));

    assert_non_null(home);
    test_authority_create(&home->authority, "home");
    move_in(home, &home->cellar, "cellar");
    move_in(home, &home->parlour, "parlour");
    assert_int_equal(drm_registrar_create(home->cellar.client, &home->registrar), DRM_S_OK);
    assert_int_equal(drm_transmitter_create(home->cellar.client, home->registrar, &home->transmitter), DRM_S_OK);
    assert_int_equal(drm_receiver_create(home->parlour.client, &home->receiver), DRM_S_OK);
    *state = home;
    return 0;
}

int home_tear_down(void **state)
{
    struct home *home = *state;

    drm_receiver_free(home->receiver);
    drm_transmitter_free(home->transmitter);
    drm_registrar_free(home->registrar);
    move_out(&home->parlour);
    move_out(&home->cellar);
    test_authority_free(&home->authority);
    free(home);
    return 0;
}

void home_set_list(struct home *home, struct home_machine *machine, enum drm_revocation_type type, uint64_t version,
                   const struct test_signer *const *revoked, size_t count)
{
    const struct test_signer *signer = &home->authority.revocation;
    struct drm_revocation_head head = {.type = type, .version = version, .issued = TEST_NOW};
    uint8_t *entries = count ? malloc(count * DRM_SHA256_SIZE) : NULL;
    struct drm_buffer list = {0};

    for (size_t i = 0; i < count; i++)
        memcpy(entries + i * DRM_SHA256_SIZE, revoked[i]->certificate.id, DRM_SHA256_SIZE);
    assert_int_equal(drm_revocation_list_write(&head, entries, count, signer->key.seed, drm_buffer_span(&signer->chain),
                                               &list),
                     DRM_S_OK);
    assert_int_equal(drm_client_set_revocation_list(machine->client, type, drm_buffer_span(&list)), DRM_S_OK);
    drm_buffer_free(&list);
    free(entries);
}

/* --- steps -------------------------------------------------------------------------------------------------- */

void home_register(struct home *home, struct drm_registration *out)
{
    struct drm_buffer request = {0}, response = {0};

    assert_int_equal(drm_receiver_request_registration(home->receiver, &request), DRM_S_OK);
    assert_int_equal(drm_registrar_register(home->registrar, drm_buffer_span(&request), &home_address, &response),
                     DRM_S_OK);
    assert_int_equal(drm_receiver_take_registration(home->receiver, drm_buffer_span(&response), out), DRM_S_OK);
    drm_buffer_free(&response);
    drm_buffer_free(&request);
}

struct drm_device_session home_register_signer(struct home *home, const struct test_signer *signer)
{
    struct drm_registration_request request = {.serial = {1}, .chain = drm_buffer_span(&signer->chain)};
    struct drm_registration_response read;
    struct drm_device_session session = {0};
    struct drm_buffer asked = {0}, answered = {0};
    uint8_t seed[DRM_DEVICE_SEED_SIZE];

    assert_int_equal(drm_registration_request_write(&request, &asked), DRM_S_OK);
    assert_int_equal(drm_registrar_register(home->registrar, drm_buffer_span(&asked), &home_address, &answered),
                     DRM_S_OK);
    assert_int_equal(drm_registration_response_read(drm_buffer_span(&answered), &read), DRM_S_OK);
    assert_int_equal(drm_registration_response_open(&read, signer->key.seed, seed), DRM_S_OK);
    memcpy(session.id, read.session, sizeof(session.id));
    memcpy(session.serial, read.serial, sizeof(session.serial));
    assert_int_equal(drm_device_session_derive(&session, seed), DRM_S_OK);
    drm_buffer_free(&answered);
    drm_buffer_free(&asked);
    return session;
}

drm_result home_show_proximity(struct home *home, const struct drm_device_session *session, uint64_t round_trip)
{
    uint8_t to[DRM_DATAGRAM_MAX_SIZE], back[DRM_DATAGRAM_MAX_SIZE];
    struct drm_proximity_receiver receiver;
    uint64_t now = 1000000;
    size_t size;

    drm_proximity_receiver_begin(&receiver, session, now);
    size = drm_proximity_receiver_tick(&receiver, now, to);
    while (!receiver.done)
    {
        size = drm_registrar_take(home->registrar, drm_span(to, size), &parlour_address, now, back);
        if (!size)
            return DRM_E_INVALID_SESSION; /* nobody answers */
        now += round_trip;
        size = drm_proximity_receiver_take(&receiver, drm_span(back, size), now, to);
    }
    return receiver.result;
}

void home_admit(struct home *home)
{
    const uint8_t *id = home->parlour.signer.certificate.subject;
    struct drm_registration registration;

    home_register(home, &registration);
    assert_int_equal(home_show_proximity(home, &registration.session, 1000), DRM_S_OK);
    drm_receiver_keep_registration(home->receiver, &registration);
    assert_int_equal(drm_registrar_approve(home->registrar, id, true), DRM_S_OK);
    assert_int_equal(drm_registrar_open(home->registrar, id), DRM_S_OK);
}

void home_request_license(struct home *home, struct drm_buffer *out)
{
    assert_int_equal(drm_receiver_request_license(home->receiver, "Play", out), DRM_S_OK);
}

void home_ask(struct home *home)
{
    struct drm_buffer request = {0};

    home_request_license(home, &request);
    assert_int_equal(drm_transmitter_take_request(home->transmitter, drm_buffer_span(&request)), DRM_S_OK);
    drm_buffer_free(&request);
}

drm_result home_try(struct home *home, const uint8_t key_id[DRM_KEY_ID_SIZE], uint8_t out[DRM_CONTENT_KEY_SIZE])
{
    char text[DRM_KEY_ID_TEXT_SIZE];
    const struct drm_license_request_filter filter = {.key_id = text};
    struct drm_enumeration *enumeration;
    drm_result result;

    drm_key_id_format(key_id, text);
    if (DRM_SUCCEEDED(result = drm_client_enumerate(home->parlour.client, &filter, &enumeration)))
    {
        result = drm_enumeration_use(enumeration, out);
        drm_enumeration_free(enumeration);
    }
    return result;
}

void home_use(struct home *home, const uint8_t key_id[DRM_KEY_ID_SIZE], uint8_t out[DRM_CONTENT_KEY_SIZE])
{
    assert_int_equal(home_try(home, key_id, out), DRM_S_OK);
}
