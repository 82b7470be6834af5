/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An enumeration, for the files that work on its current licence.
 */
#ifndef WMDRM_ENGINE_ENUMERATION_INTERNAL_H
#define WMDRM_ENGINE_ENUMERATION_INTERNAL_H

#include "engine/client/client_internal.h"
#include "engine/client/enumeration_filter.h"
#include "engine/client/licenses.h"
#include "engine/client/loaded_license.h"
#include "engine/store/license_store.h"

struct drm_enumeration
{
    struct drm_client *client;
    struct drm_question question;        /* holds the shared store from creation to free */
    struct drm_license_cursor *cursor;

    struct drm_parsed_filter filter;

    uint64_t steps;                      /* that the cursor made */
    uint64_t position;                   /* steps to the current licence; less where nothing came after it */
    struct drm_license_entry entry;      /* the current licence, a copy: the cursor's own is gone when it moves on */
    bool is_loaded;
    struct drm_loaded_license loaded;    /* the same, whole; drm_enumeration_load */
};

/* Reads and verifies the current licence where that has not been done: loaded is set. DRM_E_STORE_CORRUPT where the
 * licence is not what its issuer signed, and the failures of the store. */
DRM_MUST_CHECK drm_result drm_enumeration_load(struct drm_enumeration *enumeration);

/* DRM_E_RIV_TOO_SMALL where the current licence needs a newer list REVINFO than the stored one. */
DRM_MUST_CHECK drm_result drm_enumeration_check_revinfo(struct drm_enumeration *enumeration);

#endif
