/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Making the one licence of a transmitter's response.
 */
#ifndef WMDRM_ENGINE_MADE_LICENSE_H
#define WMDRM_ENGINE_MADE_LICENSE_H

#include "engine/device/identity.h"
#include "engine/device/transmitter.h"

struct drm_made_license
{
    uint8_t machine_id[DRM_ID_SIZE];         /* for whom */
    uint8_t encrypt_key[DRM_X25519_SIZE];
    uint8_t nonce[DRM_NONCE_SIZE];
    const uint8_t *key_id;
    const uint8_t *content_key;
    const struct drm_device_policy *policy;  /* NULL of a root */
    const uint8_t *uplink_id, *uplink_key;   /* of a leaf's root; NULL otherwise */
};

/* Makes it, signs its head as self, appends the message. */
DRM_MUST_CHECK drm_result drm_made_license_write(const struct drm_made_license *order,
                                                 const struct drm_device_identity *self, struct drm_buffer *out);

#endif
