/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A content on its way into its row: alone, or with the other lines of a table.
 */
#ifndef WMDRM_ENGINE_CONTENT_ADDITION_H
#define WMDRM_ENGINE_CONTENT_ADDITION_H

#include "engine/authority/issuing.h"

struct drm_content_addition
{
    const struct drm_content_item *item; /* as of drm_authority_add_content */
    const uint8_t *content_key;          /* may be NULL */
    struct drm_license license;          /* that would be issued of it; zeros at first, as rights */
    struct drm_buffer rights;            /* in the normal form, terminated; the caller frees it */
    bool rights_fail;                    /* they cannot be read, from this place on */
    size_t where;
};

/* Reads the rights and proves that a licence of them can be written. Results of drm_authority_add_content. */
DRM_MUST_CHECK drm_result drm_content_addition_prepare(struct drm_content_addition *addition);
/* A part of a write transaction, after drm_content_addition_prepare. */
DRM_MUST_CHECK drm_result drm_content_addition_write_locked(struct drm_authority *authority,
                                                            const struct drm_content_addition *addition);

#endif
