/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An enumeration, for the files that work on its current licence.
 */
#ifndef WMDRM_ENGINE_ENUMERATION_INTERNAL_H
#define WMDRM_ENGINE_ENUMERATION_INTERNAL_H

#include "engine/client/client_internal.h"
#include "engine/client/licenses.h"
#include "engine/client/loaded_license.h"
#include "engine/store/license_store.h"

#define DRM_ENUMERATION_MAX_SOURCES 64

struct drm_enumeration
{
    struct drm_client *client;
    struct drm_question question;        /* holds the shared store from creation to free */
    struct drm_license_cursor *cursor;

    uint32_t rights;                     /* of the filter: DRM_RIGHT_BIT */
    size_t source_count;                 /* of the filter; 0: whatever */
    uint32_t sources[DRM_ENUMERATION_MAX_SOURCES];

    bool at_end;                         /* the cursor is past the current licence */
    uint64_t position;                   /* of the current licence in the cursor, from 1 */
    struct drm_license_entry entry;      /* the current licence, a copy: the cursor's own is gone past the end */
    bool is_loaded;
    struct drm_loaded_license loaded;    /* the same, whole; drm_enumeration_load */
};

/* Reads and verifies the current licence where that has not been done: loaded is set. DRM_E_STORE_CORRUPT where the
 * licence is not what its issuer signed, and the failures of the store. */
DRM_MUST_CHECK drm_result drm_enumeration_load(struct drm_enumeration *enumeration);

/* DRM_E_RIV_TOO_SMALL where the current licence needs a newer list REVINFO than the stored one. */
DRM_MUST_CHECK drm_result drm_enumeration_check_revinfo(struct drm_enumeration *enumeration);

#endif
