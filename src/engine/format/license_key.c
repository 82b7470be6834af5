/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Content keys: wrapped under the key of their response, and before that, of a leaf, under one of its root's. */
#include <string.h>

#include "engine/format/license.h"

#define CONTENT_KEY_LABEL "wmdrmsdk content key 1"
#define UPLINK_KEY_LABEL "wmdrmsdk uplink key 1"

#define LABEL_SIZE sizeof(CONTENT_KEY_LABEL)
#define BINDING_SIZE (LABEL_SIZE + DRM_ID_SIZE + DRM_SHA256_SIZE)
_Static_assert(DRM_WRAPPED_KEY_SIZE == DRM_CONTENT_KEY_SIZE + DRM_SEAL_OVERHEAD, "one seal");
_Static_assert(DRM_WRAPPED_LEAF_KEY_SIZE == DRM_WRAPPED_KEY_SIZE + DRM_SEAL_OVERHEAD, "two seals");

/* What a wrapped key belongs to. The body's hash stands for licence id, key id and everything that is granted. */
static void bind(const uint8_t machine_id[DRM_ID_SIZE], struct drm_span body, uint8_t out[BINDING_SIZE])
{
    memcpy(out, CONTENT_KEY_LABEL, LABEL_SIZE); /* with its zero byte */
    memcpy(out + LABEL_SIZE, machine_id, DRM_ID_SIZE);
    drm_sha256(body.data, body.size, out + LABEL_SIZE + DRM_ID_SIZE);
}

/* The key under which leaves of a root are sealed. */
static drm_result derive_uplink_key(const uint8_t uplink_key[DRM_CONTENT_KEY_SIZE], uint8_t out[DRM_AEAD_KEY_SIZE])
{
    uint8_t extracted[DRM_SHA256_SIZE];
    drm_result result;

    result = drm_hkdf_extract(drm_span(NULL, 0), drm_span(uplink_key, DRM_CONTENT_KEY_SIZE), extracted);
    if (DRM_SUCCEEDED(result))
        result = drm_hkdf_expand(extracted, drm_span(UPLINK_KEY_LABEL, sizeof(UPLINK_KEY_LABEL) - 1), out,
                                 DRM_AEAD_KEY_SIZE);
    drm_wipe(extracted, sizeof(extracted));
    return result;
}

static drm_result seal_under_uplink(const uint8_t *uplink_key, struct drm_span binding, struct drm_span key,
                                    struct drm_buffer *out)
{
    uint8_t sealing[DRM_AEAD_KEY_SIZE];
    drm_result result;

    result = derive_uplink_key(uplink_key, sealing);
    if (DRM_SUCCEEDED(result))
        result = drm_seal(sealing, binding, key, out);
    drm_wipe(sealing, sizeof(sealing));
    return result;
}

static drm_result unseal_under_uplink(const uint8_t *uplink_key, struct drm_span binding, struct drm_span sealed,
                                      struct drm_buffer *out)
{
    uint8_t sealing[DRM_AEAD_KEY_SIZE];
    drm_result result;

    result = derive_uplink_key(uplink_key, sealing);
    if (DRM_SUCCEEDED(result))
        result = drm_unseal(sealing, binding, sealed, out);
    drm_wipe(sealing, sizeof(sealing));
    return result;
}

drm_result drm_license_wrap_key(const uint8_t response_key[DRM_AEAD_KEY_SIZE], const uint8_t machine_id[DRM_ID_SIZE],
                                struct drm_span body, const uint8_t *uplink_key,
                                const uint8_t content_key[DRM_CONTENT_KEY_SIZE], struct drm_buffer *out)
{
    uint8_t bound[BINDING_SIZE];
    const struct drm_span binding = drm_span(bound, sizeof(bound));
    struct drm_buffer inner = {0};
    drm_result result;

    bind(machine_id, body, bound);
    if (!uplink_key)
        return drm_seal(response_key, binding, drm_span(content_key, DRM_CONTENT_KEY_SIZE), out);
    result = seal_under_uplink(uplink_key, binding, drm_span(content_key, DRM_CONTENT_KEY_SIZE), &inner);
    if (DRM_SUCCEEDED(result))
        result = drm_seal(response_key, binding, drm_buffer_span(&inner), out);
    drm_buffer_free(&inner);
    return result;
}

drm_result drm_license_unwrap_key(const uint8_t response_key[DRM_AEAD_KEY_SIZE], const uint8_t machine_id[DRM_ID_SIZE],
                                  struct drm_span body, const uint8_t *uplink_key, struct drm_span wrapped,
                                  uint8_t out[DRM_CONTENT_KEY_SIZE])
{
    uint8_t bound[BINDING_SIZE];
    const struct drm_span binding = drm_span(bound, sizeof(bound));
    struct drm_buffer outer = {0}, inner = {0};
    const struct drm_buffer *key = &outer;
    drm_result result;

    if (wrapped.size != (uplink_key ? DRM_WRAPPED_LEAF_KEY_SIZE : DRM_WRAPPED_KEY_SIZE))
        return DRM_E_DECRYPT_ERROR;
    bind(machine_id, body, bound);
    result = drm_unseal(response_key, binding, wrapped, &outer);
    if (DRM_FAILED(result))
        goto done;
    if (uplink_key)
    {
        result = unseal_under_uplink(uplink_key, binding, drm_buffer_span(&outer), &inner);
        if (DRM_FAILED(result))
            goto done;
        key = &inner;
    }
    memcpy(out, key->data, DRM_CONTENT_KEY_SIZE); /* the sizes were settled by that of wrapped */

done:
    drm_buffer_free(&inner);
    drm_buffer_free(&outer);
    return result;
}
