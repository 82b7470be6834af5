/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Content headers: WRMHEADER, as content carries them (docs/protocol.md, "Content headers").
 */
#ifndef WMDRM_ENGINE_CONTENT_HEADER_H
#define WMDRM_ENGINE_CONTENT_HEADER_H

#include "engine/base/bytes.h"
#include "engine/base/version.h"

#define DRM_CONTENT_HEADER_MAX_SIZE (256 * 1024) /* of UTF-8 */
#define DRM_CONTENT_HEADER_URL_SIZE 2048

struct drm_content_header
{
    /* Of one that was read: the element without what stands around it, in the text that it was read from. This is what
     * a LICENSEREQUEST carries, and what the hash in its challenge is of. */
    struct drm_span element;
    uint8_t key_id[16];
    char url[DRM_CONTENT_HEADER_URL_SIZE]; /* LAINFO (LA_URL of later versions); empty where there is none */
    struct drm_version min_security;       /* SECURITYVERSION; 0.0 where there is none */
};

/* DRM_E_MALFORMED_CONTENT_HEADER for what is no WRMHEADER with a KID; DRM_E_INVALID_KID for a KID that is none.
 * Elements may stand in any order, others among them; versions 2.x and 4.x are read, and the spelling WMRMHEADER. */
DRM_MUST_CHECK drm_result drm_content_header_read(struct drm_span text, struct drm_content_header *out);

/* Appends a header of version 2.0.0.0, e.g. for samples. url may be empty; element is not looked at. */
DRM_MUST_CHECK drm_result drm_content_header_write(const struct drm_content_header *header, struct drm_buffer *out);

/* ACTIONLIST with its ACTIONs: a set of DRM_RIGHT_BIT; 0 of an empty or missing text. An empty ACTION is passed over.
 * DRM_E_INVALID_ARGUMENT for an unknown right, or what is no list. */
DRM_MUST_CHECK drm_result drm_action_list_read(struct drm_span text, uint32_t *rights);
DRM_MUST_CHECK drm_result drm_action_list_write(uint32_t rights, struct drm_buffer *out);

#endif
