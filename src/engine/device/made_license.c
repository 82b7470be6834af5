/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Making the one licence of a transmitter's response, and what its policy says. */
#include "engine/device/made_license.h"

#include <stdlib.h>
#include <string.h>

/* --- policies ----------------------------------------------------------------------------------------------- */

#define POLICY_SIZE 20
#define PROTECTION_SIZE 20

static uint16_t little_u16(const uint8_t *data)
{
    return (uint16_t)(data[0] | data[1] << 8);
}

static uint32_t little_u32(const uint8_t *data)
{
    return little_u16(data) | (uint32_t)little_u16(data + 2) << 16;
}

/* From the order in memory to that of the text. */
static void read_guid(const uint8_t *data, uint8_t out[16])
{
    drm_put_u32(out, little_u32(data));
    drm_put_u16(out + 4, little_u16(data + 4));
    drm_put_u16(out + 6, little_u16(data + 6));
    memcpy(out + 8, data + 8, 8);
}

drm_result drm_device_policy_read(struct drm_span data, struct drm_device_policy *out)
{
    struct drm_device_policy policy = {0};
    const uint8_t *levels;

    if (data.size < POLICY_SIZE || (data.size - POLICY_SIZE) % PROTECTION_SIZE
        || (data.size - POLICY_SIZE) / PROTECTION_SIZE > DRM_LICENSE_MAX_RESTRICTIONS)
        return DRM_E_INVALID_ARGUMENT;
    policy.min_app_level = little_u16(data.data);
    policy.min_app_list = little_u32(data.data + 2);
    policy.min_device_list = little_u32(data.data + 6);
    levels = data.data + 10;
    policy.outputs = (struct drm_output_levels){
        .compressed_video = little_u16(levels),
        .uncompressed_video = little_u16(levels + 2),
        .analog_video = little_u16(levels + 4),
        .compressed_audio = little_u16(levels + 6),
        .uncompressed_audio = little_u16(levels + 8),
    };
    policy.restriction_count = (data.size - POLICY_SIZE) / PROTECTION_SIZE;
    for (size_t i = 0; i < policy.restriction_count; i++)
    {
        const uint8_t *protection = data.data + POLICY_SIZE + i * PROTECTION_SIZE;

        read_guid(protection, policy.restrictions[i].id);
        policy.restrictions[i].value = little_u32(protection + 16);
        for (size_t k = 0; k < i; k++)
            if (!memcmp(policy.restrictions[i].id, policy.restrictions[k].id, sizeof(policy.restrictions[i].id)))
                return DRM_E_INVALID_ARGUMENT;
    }
    *out = policy;
    return DRM_S_OK;
}

/* --- licences ----------------------------------------------------------------------------------------------- */

static bool has_levels(const struct drm_output_levels *levels)
{
    static const struct drm_output_levels none;

    return memcmp(levels, &none, sizeof(none)) != 0;
}

static void set_policy(struct drm_license *license, const struct drm_device_policy *policy)
{
    license->terms.min_app_level = policy->min_app_level;
    license->terms.has_outputs = has_levels(&policy->outputs);
    license->terms.outputs = policy->outputs;
    license->restriction_count = policy->restriction_count;
    memcpy(license->restrictions, policy->restrictions, sizeof(policy->restrictions));
}

static drm_result write_body(const struct drm_made_license *order, const struct drm_device_identity *self,
                             const uint8_t response_id[DRM_ID_SIZE], struct drm_buffer *out)
{
    struct drm_license *license = calloc(1, sizeof(*license));
    drm_result result;

    if (!license)
        return DRM_E_OUT_OF_MEMORY;
    drm_device_license_id(self->identity.machine_id, response_id, license->license_id);
    memcpy(license->key_id, order->key_id, sizeof(license->key_id));
    license->issued = self->now;
    license->options = DRM_LICENSE_NOT_PERSISTABLE;
    license->terms.min_revinfo = self->list_versions[DRM_REVOCATION_REVINFO - 1];
    license->terms.grant_count = 1;
    license->terms.grants[0] = (struct drm_grant){.right = DRM_RIGHT_PLAY, .count = DRM_COUNT_UNLIMITED};
    if (order->uplink_id)
    {
        license->terms.has_uplink = true;
        memcpy(license->terms.uplink, order->uplink_id, sizeof(license->terms.uplink));
    }
    if (order->policy)
        set_policy(license, order->policy);
    result = drm_license_write_body(license, out);
    free(license);
    return result;
}

struct parts
{
    struct drm_buffer body, wrapped, license, sealed, head;
};

/* The tree of one licence, its proof and its root. */
static drm_result write_license(struct parts *parts, uint8_t root[DRM_SHA256_SIZE])
{
    uint8_t leaf[1][DRM_SHA256_SIZE];
    struct drm_license_tree *tree;
    drm_result result;

    if (DRM_FAILED(result = drm_license_leaf(drm_buffer_span(&parts->body), drm_buffer_span(&parts->wrapped), leaf[0]))
        || DRM_FAILED(result = drm_license_tree_create((const uint8_t(*)[DRM_SHA256_SIZE])leaf, 1, &tree)))
        return result;
    drm_license_tree_root(tree, root);
    result = drm_license_write(drm_buffer_span(&parts->body), drm_buffer_span(&parts->wrapped), tree, 0,
                               &parts->license);
    drm_license_tree_free(tree);
    return result;
}

static drm_result write_parts(const struct drm_made_license *order, const struct drm_device_identity *self,
                              const uint8_t response_key[DRM_AEAD_KEY_SIZE], struct parts *parts)
{
    struct drm_license_head head = {
        .time = self->now, .version = self->identity.version, .count = 1, .of_device = true,
        .min_app_list = order->policy ? order->policy->min_app_list : 0,
        .min_device_list = order->policy ? order->policy->min_device_list : 0,
    };
    drm_result result;

    drm_random(head.response_id, sizeof(head.response_id));
    memcpy(head.machine_id, order->machine_id, sizeof(head.machine_id));
    memcpy(head.encrypt_key, order->encrypt_key, sizeof(head.encrypt_key));
    memcpy(head.nonce, order->nonce, sizeof(head.nonce));
    memcpy(head.list_versions, self->list_versions, sizeof(head.list_versions));
    if (DRM_FAILED(result = write_body(order, self, head.response_id, &parts->body))
        || DRM_FAILED(result = drm_license_wrap_key(response_key, order->machine_id, drm_buffer_span(&parts->body),
                                                    order->uplink_key, order->content_key, &parts->wrapped))
        || DRM_FAILED(result = write_license(parts, head.root))
        || DRM_FAILED(result = drm_response_key_seal(head.response_id, order->machine_id, order->encrypt_key,
                                                     response_key, &parts->sealed)))
        return result;
    head.sealed_key = drm_buffer_span(&parts->sealed);
    return drm_device_head_write(&head, self->keys.sign_seed, drm_buffer_span(&self->identity.chain), &parts->head);
}

drm_result drm_made_license_write(const struct drm_made_license *order, const struct drm_device_identity *self,
                                  struct drm_buffer *out)
{
    uint8_t response_key[DRM_AEAD_KEY_SIZE];
    struct drm_device_license_response message;
    struct parts parts = {.body = {0}};
    drm_result result;

    drm_random(response_key, sizeof(response_key));
    result = write_parts(order, self, response_key, &parts);
    drm_wipe(response_key, sizeof(response_key));
    if (DRM_SUCCEEDED(result))
    {
        message.head = drm_buffer_span(&parts.head);
        message.license = drm_buffer_span(&parts.license);
        result = drm_device_license_response_write(&message, out);
    }
    drm_buffer_free(&parts.body);
    drm_buffer_free(&parts.wrapped);
    drm_buffer_free(&parts.license);
    drm_buffer_free(&parts.sealed);
    drm_buffer_free(&parts.head);
    return result;
}
