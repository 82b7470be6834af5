/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writes the encoding of tlv.h.
 */
#include "engine/base/tlv.h"

#include <string.h>

void drm_tlv_begin(struct drm_tlv_writer *writer, struct drm_buffer *out)
{
    *writer = (struct drm_tlv_writer){.out = out, .result = DRM_S_OK};
}

void drm_tlv_put(struct drm_tlv_writer *writer, uint16_t tag, struct drm_span value)
{
    uint8_t *place;

    if (DRM_FAILED(writer->result))
        return;
    if (value.size > UINT32_MAX - DRM_TLV_HEADER_SIZE)
    {
        writer->result = DRM_E_INVALID_ARGUMENT;
        return;
    }
    writer->result = drm_buffer_extend(writer->out, DRM_TLV_HEADER_SIZE + value.size, &place);
    if (DRM_FAILED(writer->result))
        return;
    drm_put_u16(place, tag);
    drm_put_u32(place + 2, (uint32_t)value.size);
    if (value.size > 0)
        memcpy(place + DRM_TLV_HEADER_SIZE, value.data, value.size);
}

void drm_tlv_put_u8(struct drm_tlv_writer *writer, uint16_t tag, uint8_t value)
{
    drm_tlv_put(writer, tag, drm_span(&value, sizeof(value)));
}

void drm_tlv_put_u32(struct drm_tlv_writer *writer, uint16_t tag, uint32_t value)
{
    uint8_t bytes[4];

    drm_put_u32(bytes, value);
    drm_tlv_put(writer, tag, drm_span(bytes, sizeof(bytes)));
}

void drm_tlv_put_u64(struct drm_tlv_writer *writer, uint16_t tag, uint64_t value)
{
    uint8_t bytes[8];

    drm_put_u64(bytes, value);
    drm_tlv_put(writer, tag, drm_span(bytes, sizeof(bytes)));
}

void drm_tlv_put_text(struct drm_tlv_writer *writer, uint16_t tag, const char *text)
{
    drm_tlv_put(writer, tag, drm_span(text, strlen(text)));
}

size_t drm_tlv_open(struct drm_tlv_writer *writer, uint16_t tag)
{
    drm_tlv_put(writer, tag, drm_span(NULL, 0));
    return DRM_FAILED(writer->result) ? 0 : writer->out->size;
}

void drm_tlv_close(struct drm_tlv_writer *writer, size_t mark)
{
    size_t size;

    if (DRM_FAILED(writer->result))
        return;
    size = writer->out->size - mark;
    if (size > UINT32_MAX)
    {
        writer->result = DRM_E_INVALID_ARGUMENT;
        return;
    }
    drm_put_u32(writer->out->data + mark - 4, (uint32_t)size);
}

drm_result drm_tlv_finish(const struct drm_tlv_writer *writer)
{
    return writer->result;
}
