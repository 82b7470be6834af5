/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Remembering a few results (memo.h).
 */
#include "engine/crypto/memo.h"

#include <string.h>

bool drm_memo_find(struct drm_memo *memo, const uint8_t key[DRM_SHA256_SIZE], uint8_t value[DRM_MEMO_VALUE_SIZE])
{
    bool found = false;

    gpgrt_lock_lock(&memo->lock);
    for (size_t i = 0; i < memo->count && i < DRM_MEMO_SIZE && !found; i++)
    {
        found = memcmp(memo->entries[i].key, key, DRM_SHA256_SIZE) == 0;
        if (found)
            memcpy(value, memo->entries[i].value, DRM_MEMO_VALUE_SIZE);
    }
    gpgrt_lock_unlock(&memo->lock);
    return found;
}

void drm_memo_put(struct drm_memo *memo, const uint8_t key[DRM_SHA256_SIZE], const uint8_t value[DRM_MEMO_VALUE_SIZE])
{
    size_t place;

    gpgrt_lock_lock(&memo->lock);
    place = memo->count++ % DRM_MEMO_SIZE;
    memcpy(memo->entries[place].key, key, DRM_SHA256_SIZE);
    memcpy(memo->entries[place].value, value, DRM_MEMO_VALUE_SIZE);
    gpgrt_lock_unlock(&memo->lock);
}
