/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Base64 (RFC 4648, 4). Reading also takes '!' and '*' for '+' and '/', as the DRM variant of the field has them, and
 * white space between characters.
 */
#ifndef WMDRM_ENGINE_BASE64_H
#define WMDRM_ENGINE_BASE64_H

#include "engine/base/bytes.h"

/* Appends the text, without a terminator. */
DRM_MUST_CHECK drm_result drm_base64_write(struct drm_span data, struct drm_buffer *out);
/* Appends the bytes. DRM_E_INVALID_DATA for what is none: other characters, wrong length or padding, bits left over. */
DRM_MUST_CHECK drm_result drm_base64_read(struct drm_span text, struct drm_buffer *out);
/* Exactly size bytes; no memory needed. */
DRM_MUST_CHECK drm_result drm_base64_read_fixed(struct drm_span text, uint8_t *out, size_t size);

/* A key id as the interface has it: base64 of 16 bytes. DRM_E_INVALID_KID. */
#define DRM_KEY_ID_TEXT_SIZE 25 /* with terminator */
DRM_MUST_CHECK drm_result drm_key_id_parse(const char *text, uint8_t out[16]);
void drm_key_id_format(const uint8_t key_id[16], char out[DRM_KEY_ID_TEXT_SIZE]);

#endif
