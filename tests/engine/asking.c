/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Asking an authority for licences (asking.h).
 */
#include "engine/asking.h"

#include <stdio.h>

#include "engine/xml/content_header.h"
#include "engine/xml/license_response_xml.h"

struct key_id key_id(uint8_t value)
{
    struct key_id id;

    memset(id.bytes, value, sizeof(id.bytes));
    return id;
}

struct drm_content_item make_item(uint8_t value, const char *rights)
{
    struct drm_content_item item = {.name = ""};

    memset(item.key_id, value, sizeof(item.key_id));
    snprintf(item.name, sizeof(item.name), "content %u", value);
    assert_true(strlen(rights) < sizeof(item.rights));
    strcpy(item.rights, rights);
    return item;
}

drm_result add_content(struct drm_authority *authority, uint8_t value, const char *rights)
{
    struct drm_content_item item = make_item(value, rights);
    uint8_t key[DRM_CONTENT_KEY_SIZE];

    memset(key, 0x80 | value, sizeof(key));
    return drm_authority_add_content(authority, &item, key);
}

void asking_begin(struct asking *asking, const struct machine *machine, int content)
{
    struct drm_content_header header = {.url = "http://drm.example/acquire"};

    memset(asking, 0, sizeof(*asking));
    drm_random(asking->challenge.nonce, sizeof(asking->challenge.nonce));
    memcpy(asking->challenge.machine_id, machine->id, sizeof(machine->id));
    asking->challenge.installed = machine->version;
    asking->challenge.time = TEST_HOST_NOW;
    strcpy(asking->request.client_version, "2.10.0.1");
    strcpy(asking->request.security_version, "2.10.0.1");
    asking->request.app_security = 2000;
    assert_int_equal(drm_buffer_append(&asking->request.chain, machine->chain.data, machine->chain.size), DRM_S_OK);
    if (content < 0)
        return;
    asking->request.has_header = true;
    memset(header.key_id, content, sizeof(header.key_id));
    assert_int_equal(drm_content_header_write(&header, &asking->request.header), DRM_S_OK);
    drm_sha256(asking->request.header.data, asking->request.header.size, asking->challenge.header_hash);
}

void asking_write(struct asking *asking, const struct machine *machine, struct drm_buffer *out)
{
    assert_int_equal(drm_license_challenge_write(&asking->challenge, machine->seed, &asking->request.challenge),
                     DRM_S_OK);
    assert_int_equal(drm_license_request_write(&asking->request, out), DRM_S_OK);
    drm_license_request_free(&asking->request);
}

drm_result ask(struct drm_authority *authority, const struct machine *machine, int content, struct drm_buffer *out)
{
    struct drm_buffer request = {0};
    struct asking asking;
    size_t before = out->size;
    drm_result result;

    asking_begin(&asking, machine, content);
    asking_write(&asking, machine, &request);
    result = drm_authority_issue_licenses(authority, drm_buffer_span(&request), true, NULL, out);
    if (DRM_FAILED(result))
        assert_int_equal(out->size, before);
    drm_buffer_free(&request);
    return result;
}

/* --- responses -------------------------------------------------------------------------------------------- */

static const uint8_t *find_root(const struct response *response, const struct drm_license *leaf,
                                const uint8_t *uplink_key)
{
    for (size_t i = 0; i < response->count; i++)
        if (!memcmp(response->licenses[i].license.key_id, leaf->terms.uplink, DRM_KEY_ID_SIZE))
            return response->licenses[i].content_key;
    return uplink_key;
}

static void read_license(struct response *response, const uint8_t response_key[DRM_AEAD_KEY_SIZE],
                         const struct machine *machine, struct drm_span bytes, const uint8_t *uplink_key)
{
    struct issued *issued = &response->licenses[response->count];
    struct drm_license_object object;
    uint32_t index;

    assert_int_equal(drm_license_read(bytes, &object, &issued->license), DRM_S_OK);
    assert_int_equal(drm_license_prove(&object, response->head.count, response->head.root, &index), DRM_S_OK);
    assert_int_equal(index, response->count);
    assert_int_equal(drm_license_unwrap_key(
                         response_key, machine->id, object.body,
                         issued->license.terms.has_uplink ? find_root(response, &issued->license, uplink_key) : NULL,
                         object.wrapped_key, issued->content_key),
                     DRM_S_OK);
    issued->license.encoded_terms = drm_span(NULL, 0); /* it does not outlive the text */
    response->count++;
}

void response_read(struct drm_authority *authority, const struct machine *machine, struct drm_span text,
                   const uint8_t *uplink_key, struct response *out)
{
    struct drm_license_response_xml xml;
    uint8_t key[DRM_AEAD_KEY_SIZE];

    memset(out, 0, sizeof(*out));
    assert_int_equal(drm_license_response_xml_read(text, &xml), DRM_S_OK);
    assert_int_equal(drm_buffer_append(&out->bytes, xml.head.data, xml.head.size), DRM_S_OK);
    assert_int_equal(drm_license_head_read(drm_buffer_span(&out->bytes), drm_authority_root(authority), &out->head),
                     DRM_S_OK);
    assert_int_equal(out->head.count, xml.count);
    assert_memory_equal(out->head.machine_id, machine->id, sizeof(machine->id));
    assert_memory_equal(out->head.encrypt_key, machine->certificate.encrypt_key, DRM_X25519_SIZE);
    assert_int_equal(drm_response_key_open(&out->head, machine->encrypt_private, key), DRM_S_OK);
    out->licenses = calloc(xml.count, sizeof(*out->licenses));
    assert_non_null(out->licenses);
    for (size_t i = 0; i < xml.count; i++)
        read_license(out, key, machine, xml.licenses[i], uplink_key);
    drm_license_response_xml_free(&xml);
}

void response_free(struct response *response)
{
    free(response->licenses);
    drm_buffer_free(&response->bytes);
    memset(response, 0, sizeof(*response));
}

void machine_begin(struct drm_authority *authority, struct machine *machine)
{
    machine_init(machine);
    assert_int_equal(machine_individualize(authority, machine, UNSIGNED, false, NULL), DRM_S_OK);
}

/* --- what is on record ------------------------------------------------------------------------------------ */

drm_result note_issued(void *context, const struct drm_issued_license *license)
{
    struct issued_census *census = context;

    census->count++;
    census->seen = *license;
    return DRM_S_OK;
}

size_t count_issued(struct fixture *fixture, const uint8_t *key, const uint8_t *machine)
{
    struct issued_census census = {.count = 0};

    assert_int_equal(drm_authority_each_license(fixture->authority, key, machine, note_issued, &census), DRM_S_OK);
    return census.count;
}
