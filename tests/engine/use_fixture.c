/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "engine/use_fixture.h"

#include <stdio.h>

#include "engine/authority/contents.h"
#include "engine/xml/base64.h"
#include "engine/xml/content_header.h"

/* --- licences ---------------------------------------------------------------------------------------------- */

void key_id_of(uint32_t number, uint8_t out[DRM_KEY_ID_SIZE])
{
    memset(out, 0x3c, DRM_KEY_ID_SIZE);
    drm_put_u32(out, number);
}

const char *key_id_text(uint32_t number)
{
    static char texts[4][DRM_KEY_ID_TEXT_SIZE];
    static unsigned int next;
    uint8_t key_id[DRM_KEY_ID_SIZE];
    char *text = texts[next++ % COUNT(texts)];

    key_id_of(number, key_id);
    drm_key_id_format(key_id, text);
    return text;
}

static void content_key_of(uint32_t number, uint8_t out[DRM_CONTENT_KEY_SIZE])
{
    uint8_t hash[DRM_SHA256_SIZE];

    drm_sha256(&number, sizeof(number), hash);
    memcpy(out, hash, DRM_CONTENT_KEY_SIZE);
}

void add_content(struct fixture *fixture, uint32_t number, const char *rights)
{
    struct drm_content_item *item = calloc(1, sizeof(*item));
    uint8_t content_key[DRM_CONTENT_KEY_SIZE];
    struct drm_authority *authority;

    assert_non_null(item);
    key_id_of(number, item->key_id);
    content_key_of(number, content_key);
    snprintf(item->rights, sizeof(item->rights), "%s", rights);
    assert_int_equal(drm_client_administer(fixture->client, &authority), DRM_S_OK);
    assert_int_equal(drm_authority_add_content(authority, item, content_key), DRM_S_OK);
    drm_authority_close(authority);
    free(item);
}

static void acquire(struct fixture *fixture, uint32_t number)
{
    struct drm_content_header header = {.url = ""};
    struct drm_buffer text = {0};
    struct run run = {.cancel_at = NEVER};
    struct drm_task task = run_task(&run);
    struct drm_acquisition acquisition = {.mode = DRM_ACQUIRE_SILENT};

    key_id_of(number, header.key_id);
    assert_int_equal(drm_content_header_write(&header, &text), DRM_S_OK);
    assert_int_equal(drm_buffer_append(&text, "", 1), DRM_S_OK);
    acquisition.header = (const char *)text.data;
    assert_int_equal(drm_client_acquire(fixture->client, &acquisition, &task), DRM_S_LICENSE_ACQUIRED);
    drm_buffer_free(&text);
}

void give(struct fixture *fixture, uint32_t number, const char *rights)
{
    add_content(fixture, number, rights);
    acquire(fixture, number);
}

struct drm_store *open_store(struct fixture *fixture)
{
    const struct drm_store_options options = {.directory = fixture->host.directory, .host = &fixture->host.host};
    struct drm_store *store;

    assert_int_equal(drm_store_open(&options, NULL, &store), DRM_S_OK);
    return store;
}

static drm_result next_response(void *context, const struct drm_new_response **response)
{
    const struct drm_new_response **only = context;

    *response = *only;
    *only = NULL;
    return DRM_S_OK;
}

void put(struct fixture *fixture, uint32_t number, const char *rights)
{
    struct drm_license *license = calloc(1, sizeof(*license));
    struct drm_new_license row = {.license = drm_span("no licence", 10)};
    struct drm_new_response response = {.head = drm_span("no head", 7), .signed_time = 1, .licenses = &row, .count = 1};
    const struct drm_new_response *only = &response;
    const struct drm_response_source source = {.context = &only, .next = next_response};
    struct drm_store *store = open_store(fixture);
    uint8_t anchor[DRM_SIGN_PUBLIC_SIZE];
    struct drm_identity identity;
    struct drm_buffer terms = {0};
    struct drm_stored stored;

    assert_non_null(license);
    assert_int_equal(drm_rights_text_read(rights, license, NULL), DRM_S_OK);
    assert_int_equal(drm_terms_write(&license->terms, &terms), DRM_S_OK);
    assert_int_equal(drm_store_get_embedded_anchor(store, anchor), DRM_S_OK);
    assert_int_equal(drm_store_get_identity(store, anchor, &identity), DRM_S_OK);
    key_id_of(number, row.key_id);
    key_id_of(number, row.license_id);
    key_id_of(number, response.response_id);
    row.priority = license->terms.priority;
    row.terms = drm_buffer_span(&terms);
    drm_license_state_begin(&license->terms, &row.state);
    response.anchor = anchor;
    response.identity = identity.number;
    assert_int_equal(drm_store_add_responses(store, &source, &stored), DRM_S_OK);
    assert_int_equal(stored.added, 1);
    drm_identity_free(&identity);
    drm_buffer_free(&terms);
    drm_store_close(store);
    free(license);
}

/* --- using them --------------------------------------------------------------------------------------------- */

struct drm_enumeration *enumerate(struct fixture *fixture, uint32_t number, const char *rights)
{
    const struct drm_license_request_filter filter = {.key_id = key_id_text(number), .rights = rights};
    struct drm_enumeration *enumeration = NULL;
    const drm_result result = drm_client_enumerate(fixture->client, &filter, &enumeration);

    assert_true(result == DRM_S_OK || result == DRM_E_RIV_TOO_SMALL);
    return enumeration;
}

drm_result use(struct fixture *fixture, uint32_t number, const char *rights)
{
    static const uint8_t untouched[DRM_CONTENT_KEY_SIZE] = {0xee, 0xee};
    struct drm_enumeration *enumeration = enumerate(fixture, number, rights);
    uint8_t key[DRM_CONTENT_KEY_SIZE] = {0xee, 0xee}, expected[DRM_CONTENT_KEY_SIZE];
    drm_result result = drm_enumeration_use(enumeration, key);

    content_key_of(number, expected);
    assert_memory_equal(key, DRM_SUCCEEDED(result) ? expected : untouched, sizeof(key));
    drm_enumeration_free(enumeration);
    return result;
}

struct drm_state_data state_of(struct fixture *fixture, uint32_t number, enum drm_right right)
{
    struct drm_state_data data;
    uint8_t key_id[DRM_KEY_ID_SIZE];

    key_id_of(number, key_id);
    assert_int_equal(drm_client_query_states(fixture->client, key_id, &right, 1, &data), DRM_S_OK);
    return data;
}

uint32_t remaining(struct fixture *fixture, uint32_t number, enum drm_right right)
{
    const struct drm_state_data data = state_of(fixture, number, right);

    return data.category == DRM_CATEGORY_COUNT ? data.counts[0] : 0;
}

uint32_t refusal(struct fixture *fixture, uint32_t number, enum drm_right right)
{
    uint8_t key_id[DRM_KEY_ID_SIZE];
    uint32_t answer = UINT32_MAX;

    key_id_of(number, key_id);
    assert_int_equal(drm_client_query_actions(fixture->client, key_id, NULL, &right, 1, &answer), DRM_S_OK);
    return answer;
}

int use_setup(void **state)
{
    if (client_setup(state))
        return -1;
    assert_int_equal(individualize(((struct fixture *)*state)->client, false, NEVER, NULL), DRM_S_OK);
    return 0;
}

void set_clock_back(struct fixture *fixture)
{
    fixture->host.now -= 2 * DAY_MS;
    client_reopen(fixture);
}
