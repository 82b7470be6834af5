/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Proximity (docs/devices.md, "Proximity"): four kinds of datagrams, and both sides as state machines that know neither
 * sockets nor clocks, so that a test is their network.
 *
 *   start      receiver to transmitter: session, code. Sent again while nothing comes back
 *   challenge  back: sequence, session, nonce, code. Its round trip is measured
 *   response   sequence, session, proof: a code over both and the nonce, under a key of the session
 *   result     0, or why not; code
 *
 * Whatever is lost, late, doubled or forged is passed over; the next start gets what is due.
 */
#ifndef WMDRM_ENGINE_PROXIMITY_H
#define WMDRM_ENGINE_PROXIMITY_H

#include "engine/device/datagrams.h"
#include "engine/device/session.h"

#define DRM_PROXIMITY_LIMIT_US 7000           /* of a round trip; as long as that still passes */
#define DRM_PROXIMITY_HOP_LIMIT 3             /* of challenges and results */
#define DRM_PROXIMITY_MAX_LATE 64             /* responses that came too late, one after the other, before it fails */
#define DRM_PROXIMITY_PAUSE_US 20000          /* a start sooner after a challenge is a double one */
#define DRM_PROXIMITY_RESEND_US 250000        /* until a receiver that hears nothing starts again */
#define DRM_PROXIMITY_PATIENCE_US 15000000    /* until a receiver gives up */
#define DRM_PROXIMITY_NONCE_SIZE 16

/* --- result codes ----------------------------------------------------------------------------------------- */

/* 0, or 102 and up in the order of NS_E_DRM_INVALID_CERTIFICATE and up (106: DRM_E_UNABLE_TO_VERIFY_PROXIMITY). from:
 * DRM_E_INVALID_PROXIMITY_RESPONSE for any other. */
uint32_t drm_proximity_code(drm_result result);
drm_result drm_proximity_code_result(uint32_t code);

/* --- the receiver's side ---------------------------------------------------------------------------------- */

struct drm_proximity_receiver
{
    struct drm_device_session session;
    uint64_t begun, next_start; /* microseconds */
    bool done;
    drm_result result;          /* where done; never a success without a result from the transmitter */
};

void drm_proximity_receiver_begin(struct drm_proximity_receiver *receiver, const struct drm_device_session *session,
                                  uint64_t now);
/* Time goes by: is a datagram to be sent? out gets it, and its size; 0: none. Ends what waited too long. */
size_t drm_proximity_receiver_tick(struct drm_proximity_receiver *receiver, uint64_t now,
                                   uint8_t out[DRM_DATAGRAM_MAX_SIZE]);
/* A datagram came; out gets the answer, and its size is returned; 0: none. */
size_t drm_proximity_receiver_take(struct drm_proximity_receiver *receiver, struct drm_span datagram, uint64_t now,
                                   uint8_t out[DRM_DATAGRAM_MAX_SIZE]);

/* --- the transmitter's side -------------------------------------------------------------------------------- */

enum drm_proximity_state
{
    DRM_PROXIMITY_WAITING,    /* for a start */
    DRM_PROXIMITY_CHALLENGED,
    DRM_PROXIMITY_PASSED,
    DRM_PROXIMITY_FAILED,
};

struct drm_proximity_transmitter
{
    struct drm_device_session session;
    enum drm_proximity_state state;
    uint8_t sequence;                       /* of the last challenge; one more each time */
    uint8_t nonce[DRM_PROXIMITY_NONCE_SIZE];
    uint64_t sent;                          /* when it was sent, microseconds */
    struct drm_device_address peer;         /* to whom: only from there a response counts */
    unsigned int late;
    uint64_t best;                          /* the shortest round trip so far; where it passed, the one that did */
};

/* Of which session is it? False for what is neither start nor response. */
bool drm_proximity_session_of(struct drm_span datagram, uint8_t session[DRM_DEVICE_ID_SIZE]);

void drm_proximity_transmitter_begin(struct drm_proximity_transmitter *transmitter,
                                     const struct drm_device_session *session);
/* A start or a response of its session came; out gets what goes back to from. */
size_t drm_proximity_transmitter_take(struct drm_proximity_transmitter *transmitter, struct drm_span datagram,
                                      const struct drm_device_address *from, uint64_t now,
                                      uint8_t out[DRM_DATAGRAM_MAX_SIZE]);

#endif
