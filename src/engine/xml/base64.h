/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Base64 (RFC 4648, 4), and the DRM variant of the field, which has '!' and '*' in place of '+' and '/' and so needs no
 * escaping in a form. Reading takes both, mixed too, and white space between characters.
 */
#ifndef WMDRM_ENGINE_BASE64_H
#define WMDRM_ENGINE_BASE64_H

#include "engine/base/bytes.h"

/* Appends the text, without a terminator. */
DRM_MUST_CHECK drm_result drm_base64_write(struct drm_span data, struct drm_buffer *out);
/* The same in the DRM variant. */
DRM_MUST_CHECK drm_result drm_base64_write_variant(struct drm_span data, struct drm_buffer *out);
/* Appends the bytes. DRM_E_INVALID_DATA for what is none: other characters, wrong length or padding, bits left over;
 * out then keeps what it had. */
DRM_MUST_CHECK drm_result drm_base64_read(struct drm_span text, struct drm_buffer *out);
/* Exactly size bytes; no memory needed. After a failure out has a part of them. */
DRM_MUST_CHECK drm_result drm_base64_read_fixed(struct drm_span text, uint8_t *out, size_t size);

/* Reading text that comes in pieces: a zeroed struct, pieces, then finish, which says whether it was whole. After a
 * failure nothing more may be fed, and out has a part of the bytes. */
struct drm_base64_reader
{
    uint32_t bits;    /* of the characters since the last group of four */
    uint8_t count;    /* how many those are, padding included */
    uint8_t padding;
    bool ended;       /* padding was seen whole: only white space may follow */
};
DRM_MUST_CHECK drm_result drm_base64_feed(struct drm_base64_reader *reader, struct drm_span text,
                                          struct drm_buffer *out);
DRM_MUST_CHECK drm_result drm_base64_finish(const struct drm_base64_reader *reader);

/* A key id as the interface has it: base64 of 16 bytes. DRM_E_INVALID_KID, also of NULL. */
#define DRM_KEY_ID_TEXT_SIZE 25 /* with terminator */
DRM_MUST_CHECK drm_result drm_key_id_parse(const char *text, uint8_t out[16]);
void drm_key_id_format(const uint8_t key_id[16], char out[DRM_KEY_ID_TEXT_SIZE]);

#endif
