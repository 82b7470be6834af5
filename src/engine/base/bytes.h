/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bytes: borrowed spans, growing buffers, big-endian numbers.
 */
#ifndef WMDRM_ENGINE_BYTES_H
#define WMDRM_ENGINE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/result.h"

/* Bytes that somebody else owns. data may be NULL where size is 0. */
struct drm_span
{
    const uint8_t *data;
    size_t size;
};

/* Bytes of its own, on the heap. A zeroed struct is an empty buffer; drm_buffer_free makes it one again. */
struct drm_buffer
{
    uint8_t *data;
    size_t size;
    size_t capacity;
};

static inline struct drm_span drm_span(const void *data, size_t size)
{
    return (struct drm_span){.data = data, .size = size};
}

static inline struct drm_span drm_buffer_span(const struct drm_buffer *buffer)
{
    return (struct drm_span){.data = buffer->data, .size = buffer->size};
}

/* Equal in length and content; takes the time of the content, so never for secrets (drm_equal_secret). */
bool drm_span_equal(struct drm_span a, struct drm_span b);

/* Appends; grows as needed and wipes the memory that it leaves. Returns DRM_E_OUT_OF_MEMORY, with the buffer as it was.
 * data may lie in the buffer itself. */
DRM_MUST_CHECK drm_result drm_buffer_append(struct drm_buffer *buffer, const void *data, size_t size);

/* Appends size bytes of unspecified content and gives their place, valid until the next append. */
DRM_MUST_CHECK drm_result drm_buffer_extend(struct drm_buffer *buffer, size_t size, uint8_t **out);

/* Cuts the content to its first size bytes and wipes the rest; does nothing where there are no more than size. For
 * the way back from a failure. */
void drm_buffer_truncate(struct drm_buffer *buffer, size_t size);

/* Wipes the content, then frees it. Safe on an empty buffer. */
void drm_buffer_free(struct drm_buffer *buffer);

/* Overwrites a secret; no compiler removes the call. */
void drm_wipe(void *data, size_t size);

/* Compares in a time that depends on size alone. */
bool drm_equal_secret(const void *a, const void *b, size_t size);

/* True of UTF-8 (RFC 3629) without control characters (U+0000 to U+001F, U+007F to U+009F). The empty text is valid. */
bool drm_text_is_valid(struct drm_span text);

void drm_put_u16(uint8_t *out, uint16_t value);
void drm_put_u32(uint8_t *out, uint32_t value);
void drm_put_u64(uint8_t *out, uint64_t value);
uint16_t drm_get_u16(const uint8_t *data);
uint32_t drm_get_u32(const uint8_t *data);
uint64_t drm_get_u64(const uint8_t *data);

#endif
