/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a registration leaves to both sides: a session's name and three keys that follow from the seed.
 */
#ifndef WMDRM_ENGINE_DEVICE_SESSION_H
#define WMDRM_ENGINE_DEVICE_SESSION_H

#include "engine/crypto/crypto.h"

#define DRM_DEVICE_ID_SIZE 16     /* of serial numbers and sessions */
#define DRM_DEVICE_SEED_SIZE 32
#define DRM_DEVICE_KEY_SIZE 16
#define DRM_DEVICE_MAC_SIZE 16    /* HMAC-SHA256, its first half */

/* Three keys of 128 bits, as in the original; there a key derivation that is not public, here HKDF-SHA256. */
struct drm_device_session
{
    uint8_t id[DRM_DEVICE_ID_SIZE];
    uint8_t serial[DRM_DEVICE_ID_SIZE];      /* of the registration */
    uint8_t content_key[DRM_DEVICE_KEY_SIZE];   /* content encryption: proves the device in a proximity response */
    uint8_t integrity_key[DRM_DEVICE_KEY_SIZE]; /* content integrity: datagrams */
    uint8_t command_key[DRM_DEVICE_KEY_SIZE];   /* authenticated commands: licence requests */
};

DRM_MUST_CHECK drm_result drm_device_session_derive(struct drm_device_session *session,
                                                    const uint8_t seed[DRM_DEVICE_SEED_SIZE]);

/* A message authentication code over data. Cannot fail but for lack of memory. */
DRM_MUST_CHECK drm_result drm_device_mac(const uint8_t key[DRM_DEVICE_KEY_SIZE], struct drm_span data,
                                         uint8_t out[DRM_DEVICE_MAC_SIZE]);
/* Is this the code? Takes the same time for every wrong one; false also for lack of memory. */
bool drm_device_mac_is(const uint8_t key[DRM_DEVICE_KEY_SIZE], struct drm_span data,
                       const uint8_t mac[DRM_DEVICE_MAC_SIZE]);

#endif
