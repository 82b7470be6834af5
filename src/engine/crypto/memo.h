/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A memo of a few results that cost a multiplication on the curve each, found by a hash of what they follow from: one
 * key signs many objects of an authority, one certificate stands in many chains. Forgets the oldest. Holds no secret.
 */
#ifndef WMDRM_ENGINE_MEMO_H
#define WMDRM_ENGINE_MEMO_H

#include <gpg-error.h>

#include "engine/crypto/crypto.h"

#define DRM_MEMO_SIZE 16
#define DRM_MEMO_VALUE_SIZE 32

struct drm_memo
{
    gpgrt_lock_t lock; /* guards: all below */
    size_t count;      /* ever remembered */
    struct
    {
        uint8_t key[DRM_SHA256_SIZE];
        uint8_t value[DRM_MEMO_VALUE_SIZE];
    } entries[DRM_MEMO_SIZE];
};

/* For one in static memory. */
#define DRM_MEMO_INITIALIZER {.lock = GPGRT_LOCK_INITIALIZER}

/* False where the key is unknown. */
bool drm_memo_find(struct drm_memo *memo, const uint8_t key[DRM_SHA256_SIZE], uint8_t value[DRM_MEMO_VALUE_SIZE]);
void drm_memo_put(struct drm_memo *memo, const uint8_t key[DRM_SHA256_SIZE], const uint8_t value[DRM_MEMO_VALUE_SIZE]);

#endif
