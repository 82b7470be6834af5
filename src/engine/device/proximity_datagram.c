/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The datagrams of proximity as bytes. */
#include "engine/device/proximity_datagram.h"

#include <string.h>

#define HEAD_SIZE 2
#define START_SIZE (HEAD_SIZE + DRM_DEVICE_ID_SIZE + DRM_DEVICE_MAC_SIZE)
#define CHALLENGE_SIZE (HEAD_SIZE + 1 + DRM_DEVICE_ID_SIZE + DRM_PROXIMITY_NONCE_SIZE + DRM_DEVICE_MAC_SIZE)
#define RESPONSE_SIZE (HEAD_SIZE + DRM_DEVICE_ID_SIZE + 1 + DRM_DEVICE_MAC_SIZE)
#define RESULT_SIZE (HEAD_SIZE + DRM_DEVICE_ID_SIZE + 4 + DRM_DEVICE_MAC_SIZE)
_Static_assert(CHALLENGE_SIZE <= DRM_DATAGRAM_MAX_SIZE, "the longest of them");

static size_t begin(uint8_t *out, enum drm_device_message type)
{
    out[0] = DRM_DEVICE_PROTOCOL_VERSION;
    out[1] = (uint8_t)type;
    return HEAD_SIZE;
}

static size_t put(uint8_t *out, size_t place, const void *data, size_t size)
{
    memcpy(out + place, data, size);
    return place + size;
}

/* Ends a datagram with the code over what stands before it. */
static size_t seal(uint8_t *out, size_t place, const uint8_t *key)
{
    if (DRM_FAILED(drm_device_mac(key, drm_span(out, place), out + place)))
        return 0;
    return place + DRM_DEVICE_MAC_SIZE;
}

static bool is_genuine(struct drm_span datagram, enum drm_device_message type, size_t size,
                       const struct drm_device_session *session, size_t session_place)
{
    return datagram.size == size && drm_proximity_type_of(datagram) == (int)type
        && !memcmp(datagram.data + session_place, session->id, DRM_DEVICE_ID_SIZE)
        && drm_device_mac_is(session->integrity_key, drm_span(datagram.data, size - DRM_DEVICE_MAC_SIZE),
                             datagram.data + size - DRM_DEVICE_MAC_SIZE);
}

int drm_proximity_type_of(struct drm_span datagram)
{
    return datagram.size >= HEAD_SIZE && datagram.data[0] == DRM_DEVICE_PROTOCOL_VERSION ? datagram.data[1] : 0;
}

bool drm_proximity_session_of(struct drm_span datagram, uint8_t session[DRM_DEVICE_ID_SIZE])
{
    int type = drm_proximity_type_of(datagram);

    if (!(type == DRM_DEVICE_PROXIMITY_START && datagram.size == START_SIZE)
        && !(type == DRM_DEVICE_PROXIMITY_RESPONSE && datagram.size == RESPONSE_SIZE))
        return false;
    memcpy(session, datagram.data + HEAD_SIZE, DRM_DEVICE_ID_SIZE);
    return true;
}

/* --- start ------------------------------------------------------------------------------------------------ */

size_t drm_proximity_start_write(const struct drm_device_session *session, uint8_t *out)
{
    size_t place = begin(out, DRM_DEVICE_PROXIMITY_START);

    place = put(out, place, session->id, DRM_DEVICE_ID_SIZE);
    return seal(out, place, session->integrity_key);
}

bool drm_proximity_start_read(const struct drm_device_session *session, struct drm_span datagram)
{
    return is_genuine(datagram, DRM_DEVICE_PROXIMITY_START, START_SIZE, session, HEAD_SIZE);
}

/* --- challenge -------------------------------------------------------------------------------------------- */

size_t drm_proximity_challenge_write(const struct drm_device_session *session,
                                     const struct drm_proximity_challenge *challenge, uint8_t *out)
{
    size_t place = begin(out, DRM_DEVICE_PROXIMITY_CHALLENGE);

    out[place++] = challenge->sequence;
    place = put(out, place, session->id, DRM_DEVICE_ID_SIZE);
    place = put(out, place, challenge->nonce, sizeof(challenge->nonce));
    return seal(out, place, session->integrity_key);
}

bool drm_proximity_challenge_read(const struct drm_device_session *session, struct drm_span datagram,
                                  struct drm_proximity_challenge *out)
{
    if (!is_genuine(datagram, DRM_DEVICE_PROXIMITY_CHALLENGE, CHALLENGE_SIZE, session, HEAD_SIZE + 1))
        return false;
    out->sequence = datagram.data[HEAD_SIZE];
    memcpy(out->nonce, datagram.data + HEAD_SIZE + 1 + DRM_DEVICE_ID_SIZE, sizeof(out->nonce));
    return true;
}

/* --- response --------------------------------------------------------------------------------------------- */

/* The proof is over the datagram and the nonce, which does not travel back. */
size_t drm_proximity_response_write(const struct drm_device_session *session,
                                    const struct drm_proximity_challenge *challenge, uint8_t *out)
{
    uint8_t proved[RESPONSE_SIZE + DRM_PROXIMITY_NONCE_SIZE];
    size_t place = begin(out, DRM_DEVICE_PROXIMITY_RESPONSE), size;

    place = put(out, place, session->id, DRM_DEVICE_ID_SIZE);
    out[place++] = challenge->sequence;
    size = put(proved, 0, out, place);
    size = put(proved, size, challenge->nonce, sizeof(challenge->nonce));
    if (DRM_FAILED(drm_device_mac(session->content_key, drm_span(proved, size), out + place)))
        return 0;
    return place + DRM_DEVICE_MAC_SIZE;
}

bool drm_proximity_response_read(const struct drm_device_session *session, struct drm_span datagram,
                                 const struct drm_proximity_challenge *challenge)
{
    uint8_t expected[RESPONSE_SIZE];

    return datagram.size == RESPONSE_SIZE
        && drm_proximity_response_write(session, challenge, expected) == RESPONSE_SIZE
        && drm_equal_secret(expected, datagram.data, RESPONSE_SIZE);
}

/* --- result ----------------------------------------------------------------------------------------------- */

size_t drm_proximity_result_write(const struct drm_device_session *session, uint32_t code, uint8_t *out)
{
    const uint8_t bytes[4] = {(uint8_t)code, (uint8_t)(code >> 8), (uint8_t)(code >> 16), (uint8_t)(code >> 24)};
    size_t place = begin(out, DRM_DEVICE_PROXIMITY_RESULT);

    place = put(out, place, session->id, DRM_DEVICE_ID_SIZE);
    place = put(out, place, bytes, sizeof(bytes));
    return seal(out, place, session->integrity_key);
}

bool drm_proximity_result_read(const struct drm_device_session *session, struct drm_span datagram, uint32_t *code)
{
    const uint8_t *bytes;

    if (!is_genuine(datagram, DRM_DEVICE_PROXIMITY_RESULT, RESULT_SIZE, session, HEAD_SIZE))
        return false;
    bytes = datagram.data + HEAD_SIZE + DRM_DEVICE_ID_SIZE;
    *code = bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
    return true;
}
