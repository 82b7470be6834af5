/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Proximity, the transmitter's side: it only answers, and measures. */
#include <string.h>

#include "engine/device/proximity_datagram.h"

void drm_proximity_transmitter_begin(struct drm_proximity_transmitter *transmitter,
                                     const struct drm_device_session *session)
{
    *transmitter = (struct drm_proximity_transmitter){.session = *session, .best = UINT64_MAX};
}

static size_t challenge(struct drm_proximity_transmitter *transmitter, const struct drm_device_address *peer,
                        uint64_t now, uint8_t *out)
{
    struct drm_proximity_challenge next = {.sequence = (uint8_t)(transmitter->sequence + 1)};

    drm_random(next.nonce, sizeof(next.nonce));
    memcpy(transmitter->nonce, next.nonce, sizeof(transmitter->nonce));
    transmitter->sequence = next.sequence;
    transmitter->state = DRM_PROXIMITY_CHALLENGED;
    transmitter->peer = *peer;
    transmitter->sent = now;
    return drm_proximity_challenge_write(&transmitter->session, &next, out);
}

static size_t give_result(const struct drm_proximity_transmitter *transmitter, uint8_t *out)
{
    drm_result result = transmitter->state == DRM_PROXIMITY_PASSED ? DRM_S_OK : DRM_E_UNABLE_TO_VERIFY_PROXIMITY;

    return drm_proximity_result_write(&transmitter->session, drm_proximity_code(result), out);
}

static bool is_over(const struct drm_proximity_transmitter *transmitter)
{
    return transmitter->state == DRM_PROXIMITY_PASSED || transmitter->state == DRM_PROXIMITY_FAILED;
}

static size_t take_start(struct drm_proximity_transmitter *transmitter, const struct drm_device_address *from,
                         uint64_t now, uint8_t *out)
{
    if (is_over(transmitter))
        return give_result(transmitter, out); /* the first one was lost */
    if (transmitter->state == DRM_PROXIMITY_CHALLENGED && now - transmitter->sent < DRM_PROXIMITY_PAUSE_US)
        return 0;
    return challenge(transmitter, from, now, out);
}

static size_t take_response(struct drm_proximity_transmitter *transmitter, struct drm_span datagram,
                            const struct drm_device_address *from, uint64_t now, uint8_t *out)
{
    struct drm_proximity_challenge last = {.sequence = transmitter->sequence};
    uint64_t elapsed = now - transmitter->sent;

    memcpy(last.nonce, transmitter->nonce, sizeof(last.nonce));
    if (transmitter->state != DRM_PROXIMITY_CHALLENGED || !drm_device_address_equal(from, &transmitter->peer)
        || !drm_proximity_response_read(&transmitter->session, datagram, &last))
        return 0;
    if (elapsed < transmitter->best)
        transmitter->best = elapsed;
    if (elapsed <= DRM_PROXIMITY_LIMIT_US)
        transmitter->state = DRM_PROXIMITY_PASSED;
    else if (++transmitter->late == DRM_PROXIMITY_MAX_LATE)
        transmitter->state = DRM_PROXIMITY_FAILED;
    else
        return challenge(transmitter, from, now, out); /* a busy machine is no proof of distance */
    return give_result(transmitter, out);
}

size_t drm_proximity_transmitter_take(struct drm_proximity_transmitter *transmitter, struct drm_span datagram,
                                      const struct drm_device_address *from, uint64_t now,
                                      uint8_t out[DRM_DATAGRAM_MAX_SIZE])
{
    if (drm_proximity_start_read(&transmitter->session, datagram))
        return take_start(transmitter, from, now, out);
    return take_response(transmitter, datagram, from, now, out);
}
