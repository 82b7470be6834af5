/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The datagrams of proximity as bytes, for its two sides. Each begins with version and type; a reader tells only
 * whether it is a whole and genuine one.
 */
#ifndef WMDRM_ENGINE_PROXIMITY_DATAGRAM_H
#define WMDRM_ENGINE_PROXIMITY_DATAGRAM_H

#include "engine/device/message_io.h"
#include "engine/device/proximity.h"

struct drm_proximity_challenge
{
    uint8_t sequence;
    uint8_t nonce[DRM_PROXIMITY_NONCE_SIZE];
};

/* Writers return the size; 0 for lack of memory, which is as good as a datagram that was lost. */
size_t drm_proximity_start_write(const struct drm_device_session *session, uint8_t *out);
size_t drm_proximity_challenge_write(const struct drm_device_session *session,
                                     const struct drm_proximity_challenge *challenge, uint8_t *out);
size_t drm_proximity_response_write(const struct drm_device_session *session,
                                    const struct drm_proximity_challenge *challenge, uint8_t *out);
size_t drm_proximity_result_write(const struct drm_device_session *session, uint32_t code, uint8_t *out);

bool drm_proximity_start_read(const struct drm_device_session *session, struct drm_span datagram);
bool drm_proximity_challenge_read(const struct drm_device_session *session, struct drm_span datagram,
                                  struct drm_proximity_challenge *out);
/* The response to this challenge? */
bool drm_proximity_response_read(const struct drm_device_session *session, struct drm_span datagram,
                                 const struct drm_proximity_challenge *challenge);
bool drm_proximity_result_read(const struct drm_device_session *session, struct drm_span datagram, uint32_t *code);

/* The type of a datagram of our version; 0 for anything else. */
int drm_proximity_type_of(struct drm_span datagram);

#endif
