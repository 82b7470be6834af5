/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Proximity, the receiver's side; and the codes of results. */
#include <string.h>

#include "engine/device/proximity_datagram.h"

#define FIRST_CODE 102
#define FIRST_RESULT DRM_E_INVALID_CERTIFICATE
#define LAST_RESULT DRM_E_RIV_TOO_SMALL

uint32_t drm_proximity_code(drm_result result)
{
    if (DRM_SUCCEEDED(result))
        return 0;
    if (result < FIRST_RESULT || result > LAST_RESULT)
        result = DRM_E_UNABLE_TO_VERIFY_PROXIMITY;
    return FIRST_CODE + (uint32_t)(result - FIRST_RESULT);
}

drm_result drm_proximity_code_result(uint32_t code)
{
    if (!code)
        return DRM_S_OK;
    if (code < FIRST_CODE || code - FIRST_CODE > (uint32_t)(LAST_RESULT - FIRST_RESULT))
        return DRM_E_INVALID_PROXIMITY_RESPONSE;
    return FIRST_RESULT + (drm_result)(code - FIRST_CODE);
}

void drm_proximity_receiver_begin(struct drm_proximity_receiver *receiver, const struct drm_device_session *session,
                                  uint64_t now)
{
    *receiver = (struct drm_proximity_receiver){.session = *session, .begun = now, .next_start = now};
}

size_t drm_proximity_receiver_tick(struct drm_proximity_receiver *receiver, uint64_t now,
                                   uint8_t out[DRM_DATAGRAM_MAX_SIZE])
{
    if (receiver->done)
        return 0;
    if (now - receiver->begun >= DRM_PROXIMITY_PATIENCE_US)
    {
        receiver->done = true;
        receiver->result = DRM_E_UNABLE_TO_VERIFY_PROXIMITY;
        return 0;
    }
    if (now < receiver->next_start)
        return 0;
    receiver->next_start = now + DRM_PROXIMITY_RESEND_US;
    return drm_proximity_start_write(&receiver->session, out);
}

size_t drm_proximity_receiver_take(struct drm_proximity_receiver *receiver, struct drm_span datagram, uint64_t now,
                                   uint8_t out[DRM_DATAGRAM_MAX_SIZE])
{
    struct drm_proximity_challenge challenge;
    uint32_t code;

    if (receiver->done)
        return 0;
    /* Each challenge is answered, whether or not it came before: the first answer may have been lost. */
    if (drm_proximity_challenge_read(&receiver->session, datagram, &challenge))
    {
        receiver->next_start = now + DRM_PROXIMITY_RESEND_US;
        return drm_proximity_response_write(&receiver->session, &challenge, out);
    }
    if (drm_proximity_result_read(&receiver->session, datagram, &code))
    {
        receiver->done = true;
        receiver->result = drm_proximity_code_result(code);
    }
    return 0;
}
