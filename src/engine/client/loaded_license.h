/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A licence of the store, read whole and verified: for whoever needs more of it than its terms.
 */
#ifndef WMDRM_ENGINE_LOADED_LICENSE_H
#define WMDRM_ENGINE_LOADED_LICENSE_H

#include "engine/format/license_response.h"
#include "engine/store/license_store.h"

struct drm_loaded_license
{
    struct drm_buffer raw;             /* the licence as it came */
    struct drm_buffer head;            /* of its response, as it came */
    struct drm_license_object object;  /* points into raw */
    struct drm_license_head response;  /* points into head */
    struct drm_license *license;       /* what object's body says */
    struct drm_buffer proved_head;     /* the head whose signature was verified last, and under which anchor: licences
                                          of one response that are loaded one after the other cost one verification */
    uint8_t proved_anchor[DRM_SIGN_PUBLIC_SIZE];
};

/* Which licence it is to be. */
struct drm_license_name
{
    const uint8_t *anchor;
    const uint8_t *license_id;
    const uint8_t *key_id;
    bool temporary; /* only there may a licence be a transmitter's */
};

/* Makes ready to be read into: empties raw and head, which the caller fills then from the store. */
void drm_loaded_license_begin(struct drm_loaded_license *loaded);
/*
 * Reads what was filled in. The head must be signed under the anchor, and the licence proved by it and be the one that
 * is named; anything else is a row that was edited: DRM_E_STORE_CORRUPT. DRM_E_OUT_OF_MEMORY.
 */
DRM_MUST_CHECK drm_result drm_loaded_license_finish(struct drm_loaded_license *loaded,
                                                    const struct drm_license_name *name);
/* Begin, read by number, finish. DRM_E_LICENSE_NOT_FOUND, and the failures of the store. */
DRM_MUST_CHECK drm_result drm_loaded_license_read(struct drm_loaded_license *loaded, struct drm_store *store,
                                                  int64_t number, const struct drm_license_name *name);
void drm_loaded_license_free(struct drm_loaded_license *loaded); /* one that is zeroed is fine */

#endif
