/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bytes: buffers that never leave a copy of their content behind, comparison, big-endian numbers.
 */
#include "engine/base/bytes.h"

#include <stdlib.h>
#include <string.h>

#define BUFFER_MIN_CAPACITY 64

bool drm_span_equal(struct drm_span a, struct drm_span b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* Makes room for size more bytes. Not realloc: it would free the old block with its content, and that may be a key. */
static drm_result buffer_reserve(struct drm_buffer *buffer, size_t size)
{
    size_t needed, capacity;
    uint8_t *data;

    if (size <= buffer->capacity - buffer->size)
        return DRM_S_OK;
    if (size > PTRDIFF_MAX - buffer->size) /* no object is larger */
        return DRM_E_OUT_OF_MEMORY;
    needed = buffer->size + size;
    capacity = buffer->capacity * 2; /* does not overflow: a capacity is at most PTRDIFF_MAX */
    if (capacity < needed || capacity > PTRDIFF_MAX)
        capacity = needed;
    if (capacity < BUFFER_MIN_CAPACITY)
        capacity = BUFFER_MIN_CAPACITY;

    data = malloc(capacity);
    if (!data && capacity > needed)
    {
        capacity = needed;
        data = malloc(capacity);
    }
    if (!data)
        return DRM_E_OUT_OF_MEMORY;
    if (buffer->size > 0)
        memcpy(data, buffer->data, buffer->size);
    drm_wipe(buffer->data, buffer->capacity);
    free(buffer->data);
    buffer->data = data;
    buffer->capacity = capacity;
    return DRM_S_OK;
}

drm_result drm_buffer_append(struct drm_buffer *buffer, const void *data, size_t size)
{
    uintptr_t start = (uintptr_t)buffer->data;
    uintptr_t source = (uintptr_t)data;
    bool inside = buffer->data && source >= start && source - start < buffer->size;
    drm_result result;

    if (size == 0)
        return DRM_S_OK;
    result = buffer_reserve(buffer, size);
    if (DRM_FAILED(result))
        return result;
    /* What lay in the buffer itself has moved with it. */
    memcpy(buffer->data + buffer->size, inside ? buffer->data + (source - start) : data, size);
    buffer->size += size;
    return DRM_S_OK;
}

drm_result drm_buffer_extend(struct drm_buffer *buffer, size_t size, uint8_t **out)
{
    drm_result result = buffer_reserve(buffer, size);

    if (DRM_FAILED(result))
        return result;
    *out = buffer->data + buffer->size;
    buffer->size += size;
    return DRM_S_OK;
}

void drm_buffer_truncate(struct drm_buffer *buffer, size_t size)
{
    if (size >= buffer->size)
        return;
    drm_wipe(buffer->data + size, buffer->size - size);
    buffer->size = size;
}

void drm_buffer_free(struct drm_buffer *buffer)
{
    drm_wipe(buffer->data, buffer->capacity);
    free(buffer->data);
    *buffer = (struct drm_buffer){0};
}

void drm_wipe(void *data, size_t size)
{
    if (size == 0)
        return;
    memset(data, 0, size);
    /* Tells the compiler that somebody may look at the zeros, so that it cannot drop the memset before a free. */
    __asm__ __volatile__("" : : "r"(data) : "memory");
}

bool drm_equal_secret(const void *a, const void *b, size_t size)
{
    const volatile uint8_t *left = a;
    const volatile uint8_t *right = b;
    uint8_t difference = 0;
    size_t i;

    for (i = 0; i < size; i++)
        difference |= (uint8_t)(left[i] ^ right[i]);
    return difference == 0;
}

void drm_put_u16(uint8_t *out, uint16_t value)
{
    out[0] = (uint8_t)(value >> 8);
    out[1] = (uint8_t)value;
}

void drm_put_u32(uint8_t *out, uint32_t value)
{
    drm_put_u16(out, (uint16_t)(value >> 16));
    drm_put_u16(out + 2, (uint16_t)value);
}

void drm_put_u64(uint8_t *out, uint64_t value)
{
    drm_put_u32(out, (uint32_t)(value >> 32));
    drm_put_u32(out + 4, (uint32_t)value);
}

uint16_t drm_get_u16(const uint8_t *data)
{
    return (uint16_t)(data[0] << 8 | data[1]);
}

uint32_t drm_get_u32(const uint8_t *data)
{
    return (uint32_t)drm_get_u16(data) << 16 | drm_get_u16(data + 2);
}

uint64_t drm_get_u64(const uint8_t *data)
{
    return (uint64_t)drm_get_u32(data) << 32 | drm_get_u32(data + 4);
}
