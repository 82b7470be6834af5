/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A receiver, for the two files that make it.
 */
#ifndef WMDRM_ENGINE_RECEIVER_INTERNAL_H
#define WMDRM_ENGINE_RECEIVER_INTERNAL_H

#include <sqlite3.h>

#include "engine/device/receiver.h"

struct drm_receiver_state
{
    bool has_serial;                       /* of the registration request that may be answered */
    uint8_t serial[DRM_DEVICE_ID_SIZE];
    bool is_registered;
    struct drm_registration registration;  /* the last one whose proximity succeeded */
    bool has_request;                      /* for a licence */
    uint8_t request_hash[DRM_NONCE_SIZE];  /* of the last */
};

struct drm_receiver
{
    struct drm_client *client;
    sqlite3_mutex *lock; /* guards: state */
    struct drm_receiver_state state;
};

/* A copy as of now; wipe it. */
struct drm_receiver_state drm_receiver_state_of(struct drm_receiver *receiver);

#endif
