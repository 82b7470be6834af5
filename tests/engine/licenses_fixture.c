/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A machine with licences under test (licenses_fixture.h).
 */
#include "engine/licenses_fixture.h"

#include <stdio.h>

#include "engine/authority/contents.h"
#include "engine/format/license_response.h"
#include "engine/store/store.h"
#include "engine/xml/base64.h"
#include "engine/xml/license_response_xml.h"

/* --- the machine ---------------------------------------------------------------------------------------------- */

static void make_client(struct issued *issued, size_t anchor_count)
{
    uint8_t anchors[2][DRM_SIGN_PUBLIC_SIZE];
    struct drm_client_options options = {
        .directory = issued->host.directory,
        .service_url = SERVICE_URL,
        .anchors = (const uint8_t(*)[DRM_SIGN_PUBLIC_SIZE])anchors,
        .anchor_count = anchor_count,
        .timeout_ms = 1000,
        .host = &issued->host.host,
    };

    memcpy(anchors[0], issued->issuer.root.key.public_key, sizeof(anchors[0]));
    memcpy(anchors[1], issued->other.root.key.public_key, sizeof(anchors[1]));
    assert_int_equal(drm_client_create(&options, &issued->client), DRM_S_OK);
}

static void install(struct issued *issued, const struct drm_install *order)
{
    struct drm_store_options options = {.directory = issued->host.directory, .host = &issued->host.host};
    struct drm_store *store;
    bool superseded;

    assert_int_equal(drm_store_open(&options, NULL, &store), DRM_S_OK);
    assert_int_equal(drm_store_install(store, order, &superseded), DRM_S_OK);
    drm_store_close(store);
}

void issued_install(struct issued *issued, const struct test_authority *authority)
{
    const struct test_signer *machine = &authority->machine;
    struct drm_identity identity = {.version = DRM_VERSION_CURRENT};
    struct drm_install *order = calloc(1, sizeof(*order));
    struct drm_identity_keys keys;

    assert_non_null(order);
    memcpy(identity.machine_id, machine->certificate.subject, DRM_ID_SIZE);
    memcpy(identity.sign_key, machine->key.public_key, DRM_SIGN_PUBLIC_SIZE);
    memcpy(identity.encrypt_key, machine->certificate.encrypt_key, DRM_X25519_SIZE);
    assert_int_equal(drm_buffer_append(&identity.chain, machine->chain.data, machine->chain.size), DRM_S_OK);
    memcpy(keys.sign_seed, machine->key.seed, sizeof(keys.sign_seed));
    memcpy(keys.encrypt_private, machine->key.seed, sizeof(keys.encrypt_private));
    order->anchor = authority->root.key.public_key;
    order->identity = &identity;
    order->keys = &keys;
    install(issued, order);
    drm_buffer_free(&identity.chain);
    free(order);
}

void issued_install_revinfo(struct issued *issued, uint64_t version)
{
    const struct test_signer *signer = &issued->issuer.revocation;
    struct drm_revocation_head head = {
        .type = DRM_REVOCATION_REVINFO, .version = version, .issued = TEST_NOW};
    struct drm_buffer list = {0};

    assert_int_equal(drm_revocation_list_write(&head, NULL, 0, signer->key.seed, drm_buffer_span(&signer->chain),
                                               &list), DRM_S_OK);
    assert_int_equal(drm_client_set_revocation_list(issued->client, DRM_REVOCATION_REVINFO, drm_buffer_span(&list)),
                     DRM_S_OK);
    drm_buffer_free(&list);
}

void issued_reopen(struct issued *issued, size_t anchor_count)
{
    drm_client_free(issued->client);
    make_client(issued, anchor_count);
}

int issued_setup(void **state)
{
    struct issued *issued = calloc(1, sizeof(*issued));

    assert_non_null(issued);
    test_host_init(&issued->host);
    scripted_transport_init(&issued->script, NULL, 0);
    issued->host.host.transport = scripted_transport(&issued->script);
    test_authority_create(&issued->issuer, "issuer");
    test_authority_create(&issued->other, "other");
    issued_install(issued, &issued->issuer);
    make_client(issued, 1);
    *state = issued;
    return 0;
}

int issued_teardown(void **state)
{
    struct issued *issued = *state;

    drm_client_free(issued->client);
    test_authority_free(&issued->other);
    test_authority_free(&issued->issuer);
    scripted_transport_free(&issued->script);
    test_host_free(&issued->host);
    free(issued);
    return 0;
}

/* --- licences ------------------------------------------------------------------------------------------------- */

void number_key_id(uint32_t number, uint8_t out[DRM_KEY_ID_SIZE])
{
    memset(out, 0x5a, DRM_KEY_ID_SIZE);
    drm_put_u32(out, number);
}

const char *number_key_id_text(uint32_t number)
{
    static char texts[4][DRM_KEY_ID_TEXT_SIZE];
    static unsigned int next;
    char *text = texts[next++ % 4];
    uint8_t key_id[DRM_KEY_ID_SIZE];

    number_key_id(number, key_id);
    drm_key_id_format(key_id, text);
    return text;
}

void issue_license(struct drm_license *out, uint32_t license_id, uint32_t key_id, const char *rights)
{
    memset(out, 0, sizeof(*out));
    assert_int_equal(drm_rights_text_read(rights, out, NULL), DRM_S_OK);
    number_key_id(license_id, out->license_id);
    number_key_id(key_id, out->key_id);
    out->issued = TEST_NOW;
}

struct made
{
    struct drm_buffer *bodies, *keys;
    uint8_t (*leaves)[DRM_SHA256_SIZE];
    struct drm_license_tree *tree;
};

static void make_tree(const struct response_order *order, const uint8_t *machine_id, const uint8_t *response_key,
                      struct made *made)
{
    static const uint8_t content_key[DRM_CONTENT_KEY_SIZE] = {1, 2, 3};

    made->bodies = calloc(order->count, sizeof(*made->bodies));
    made->keys = calloc(order->count, sizeof(*made->keys));
    made->leaves = calloc(order->count, sizeof(*made->leaves));
    assert_true(made->bodies && made->keys && made->leaves);
    for (size_t i = 0; i < order->count; i++)
    {
        struct drm_span body;

        assert_int_equal(drm_license_write_body(&order->licenses[i], &made->bodies[i]), DRM_S_OK);
        body = drm_buffer_span(&made->bodies[i]);
        assert_int_equal(drm_license_wrap_key(response_key, machine_id, body,
                                              order->licenses[i].terms.has_uplink ? content_key : NULL, content_key,
                                              &made->keys[i]), DRM_S_OK);
        assert_int_equal(drm_license_leaf(body, drm_buffer_span(&made->keys[i]), made->leaves[i]), DRM_S_OK);
    }
    assert_int_equal(drm_license_tree_create((const uint8_t(*)[DRM_SHA256_SIZE])made->leaves, order->count,
                                             &made->tree), DRM_S_OK);
}

static void free_tree(const struct response_order *order, struct made *made)
{
    for (size_t i = 0; i < order->count; i++)
    {
        drm_buffer_free(&made->bodies[i]);
        drm_buffer_free(&made->keys[i]);
    }
    drm_license_tree_free(made->tree);
    free(made->leaves);
    free(made->keys);
    free(made->bodies);
}

/* Which licence stands at a place of the text. */
static size_t placed(const struct response_order *order, size_t place)
{
    if (order->spoiling == SWAPPED && place < 2)
        return 1 - place;
    return order->spoiling == ONE_TWICE && place + 1 == order->count ? 0 : place;
}

static void write_licenses(const struct response_order *order, const struct made *made, struct drm_buffer *out)
{
    for (size_t i = 0; i < order->count - (order->spoiling == LAST_MISSING); i++)
    {
        struct drm_buffer license = {0};
        size_t which = placed(order, i);

        assert_int_equal(drm_license_write(drm_buffer_span(&made->bodies[which]), drm_buffer_span(&made->keys[which]),
                                           made->tree, which, &license), DRM_S_OK);
        if (order->spoiling == BODY_ALTERED && i == order->count / 2)
        {
            /* In the key id of the body, where every value can be read. */
            uint8_t *found = NULL;

            for (size_t at = 0; !found && at + DRM_KEY_ID_SIZE <= license.size; at++)
                if (!memcmp(license.data + at, order->licenses[which].key_id, DRM_KEY_ID_SIZE))
                    found = license.data + at;
            assert_non_null(found);
            found[5] ^= 1;
        }
        assert_int_equal(drm_license_response_xml_license(drm_buffer_span(&license), out), DRM_S_OK);
        drm_buffer_free(&license);
    }
}

static void write_head(const struct response_order *order, const struct drm_license_head *head, struct drm_buffer *out)
{
    const struct test_signer *signer =
        order->spoiling == ANOTHER_ROLE ? &order->signer->answer : &order->signer->issue;
    const uint8_t *seed = order->spoiling == RESIGNED ? order->signer->answer.key.seed : signer->key.seed;
    struct drm_buffer encoded = {0};
    struct drm_signed_object object;

    assert_int_equal(drm_license_head_write(head, seed, drm_buffer_span(&signer->chain), &encoded), DRM_S_OK);
    if (order->spoiling == HEAD_ALTERED)
    {
        assert_int_equal(drm_signed_object_read(drm_buffer_span(&encoded), DRM_OBJECT_LICENSE_RESPONSE, &object),
                         DRM_S_OK);
        encoded.data[object.body.data - encoded.data + object.body.size - 1] ^= 1;
    }
    assert_int_equal(drm_license_response_xml_begin(drm_buffer_span(&encoded), out), DRM_S_OK);
    drm_buffer_free(&encoded);
}

void make_response(const struct response_order *order, struct drm_buffer *out)
{
    static uint32_t responses;
    const struct drm_certificate *machine = &order->signer->machine.certificate;
    struct drm_license_head head = {
        .time = order->time ? order->time : TEST_NOW, .version = DRM_VERSION_CURRENT, .count = (uint32_t)order->count};
    uint8_t key[DRM_AEAD_KEY_SIZE];
    struct drm_buffer sealed = {0};
    struct made made = {0};

    number_key_id(++responses, head.response_id);
    if (order->response_id)
        memcpy(head.response_id, order->response_id, DRM_ID_SIZE);
    memset(key, 7, sizeof(key));
    memcpy(head.machine_id, order->machine_id ? order->machine_id : machine->subject, DRM_ID_SIZE);
    memcpy(head.encrypt_key, order->encrypt_key ? order->encrypt_key : machine->encrypt_key, DRM_X25519_SIZE);
    if (order->nonce)
        memcpy(head.nonce, order->nonce, DRM_NONCE_SIZE);
    assert_int_equal(drm_response_key_seal(head.response_id, head.machine_id, head.encrypt_key, key, &sealed),
                     DRM_S_OK);
    head.sealed_key = drm_buffer_span(&sealed);
    make_tree(order, head.machine_id, key, &made);
    drm_license_tree_root(made.tree, head.root);
    write_head(order, &head, out);
    write_licenses(order, &made, out);
    assert_int_equal(drm_license_response_xml_end(out), DRM_S_OK);
    free_tree(order, &made);
    drm_buffer_free(&sealed);
}

drm_result store_order(struct drm_client *client, const struct response_order *order)
{
    struct drm_buffer text = {0};
    drm_result result;

    make_response(order, &text);
    result = drm_client_store_response(client, drm_buffer_span(&text));
    drm_buffer_free(&text);
    return result;
}

drm_result give_license(struct issued *issued, const struct drm_license *license)
{
    const struct response_order order = {.licenses = license, .count = 1, .signer = &issued->issuer};

    return store_order(issued->client, &order);
}

void give(struct issued *issued, uint32_t key_id, const char *rights)
{
    struct drm_license *license = malloc(sizeof(*license));
    uint8_t hash[DRM_SHA256_SIZE];

    assert_non_null(license);
    drm_sha256(rights, strlen(rights), hash);
    issue_license(license, key_id + drm_get_u32(hash), key_id, rights);
    assert_int_equal(give_license(issued, license), DRM_S_OK);
    free(license);
}

/* --- answers -------------------------------------------------------------------------------------------------- */

uint32_t refusal(struct drm_client *client, uint32_t key_id, enum drm_right right)
{
    const struct drm_query query = {.app_level_counts = false};
    uint8_t id[DRM_KEY_ID_SIZE];
    uint32_t answer = UINT32_MAX;

    number_key_id(key_id, id);
    assert_int_equal(drm_client_query_actions(client, id, &query, &right, 1, &answer), DRM_S_OK);
    return answer;
}

struct drm_state_data state_of(struct drm_client *client, uint32_t key_id, enum drm_right right)
{
    struct drm_state_data state;
    uint8_t id[DRM_KEY_ID_SIZE];

    number_key_id(key_id, id);
    assert_int_equal(drm_client_query_states(client, id, &right, 1, &state), DRM_S_OK);
    return state;
}

size_t count_licenses(struct drm_client *client, uint32_t key_id)
{
    const struct drm_license_request_filter filter = {.key_id = key_id ? number_key_id_text(key_id) : NULL};
    struct drm_enumeration *enumeration = NULL;
    size_t count = 0;
    drm_result result = drm_client_enumerate(client, &filter, &enumeration);

    if (result == DRM_E_LICENSE_NOT_FOUND)
        return 0;
    do
    {
        assert_true(DRM_SUCCEEDED(result) || result == DRM_E_RIV_TOO_SMALL);
        count++;
    } while ((result = drm_enumeration_next(enumeration)) != DRM_E_NO_MORE_ITEMS);
    drm_enumeration_free(enumeration);
    return count;
}
