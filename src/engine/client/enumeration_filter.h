/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The filter of an enumeration, as the application writes it.
 */
#ifndef WMDRM_ENGINE_ENUMERATION_FILTER_H
#define WMDRM_ENGINE_ENUMERATION_FILTER_H

#include "engine/client/licenses.h"

#define DRM_FILTER_MAX_SOURCES 64

struct drm_parsed_filter
{
    bool has_key_id;
    uint8_t key_id[DRM_KEY_ID_SIZE];
    uint32_t rights;                          /* DRM_RIGHT_BIT; 0: whatever */
    size_t source_count;                      /* 0: whatever */
    uint32_t sources[DRM_FILTER_MAX_SOURCES];
    bool matches_none;                        /* the versions that it wants do not exist */
};

/* filter may be NULL: all. DRM_E_INVALID_KID; DRM_E_INVALID_ARGUMENT for an unknown right, or what is no list. */
DRM_MUST_CHECK drm_result drm_filter_parse(const struct drm_license_request_filter *filter,
                                           struct drm_parsed_filter *out);

#endif
