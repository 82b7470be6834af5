/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading and writing the messages between network devices. */
#include "engine/device/message_io.h"

#include <string.h>

/* --- reading ---------------------------------------------------------------------------------------------- */

static const uint8_t *take(struct drm_message_reader *reader, size_t size)
{
    const uint8_t *place;

    if (reader->failed || size > reader->all.size - reader->place)
    {
        reader->failed = true;
        return NULL;
    }
    place = reader->all.data + reader->place;
    reader->place += size;
    return place;
}

uint8_t drm_message_u8(struct drm_message_reader *reader)
{
    const uint8_t *place = take(reader, 1);

    return place ? *place : 0;
}

uint16_t drm_message_u16(struct drm_message_reader *reader)
{
    const uint8_t *place = take(reader, 2);

    return place ? (uint16_t)(place[0] | place[1] << 8) : 0;
}

uint32_t drm_message_u32(struct drm_message_reader *reader)
{
    const uint8_t *place = take(reader, 4);

    return place ? place[0] | (uint32_t)place[1] << 8 | (uint32_t)place[2] << 16 | (uint32_t)place[3] << 24 : 0;
}

void drm_message_fixed(struct drm_message_reader *reader, void *out, size_t size)
{
    const uint8_t *place = take(reader, size);

    if (place)
        memcpy(out, place, size);
    else
        memset(out, 0, size);
}

struct drm_span drm_message_sized(struct drm_message_reader *reader)
{
    size_t size = drm_message_u16(reader);
    const uint8_t *place = take(reader, size);

    return place ? drm_span(place, size) : drm_span(NULL, 0);
}

drm_result drm_message_begin(struct drm_message_reader *reader, struct drm_span data, enum drm_device_message type)
{
    uint8_t version, found;

    *reader = (struct drm_message_reader){.all = data};
    if (data.size > DRM_DEVICE_MESSAGE_MAX_SIZE)
        return DRM_E_BAD_REQUEST;
    version = drm_message_u8(reader);
    found = drm_message_u8(reader);
    if (reader->failed)
        return DRM_E_BAD_REQUEST;
    if (version != DRM_DEVICE_PROTOCOL_VERSION)
        return DRM_E_UNSUPPORTED_PROTOCOL_VERSION;
    return found == (uint8_t)type ? DRM_S_OK : DRM_E_BAD_REQUEST;
}

drm_result drm_message_end(const struct drm_message_reader *reader)
{
    return reader->failed || reader->place != reader->all.size ? DRM_E_BAD_REQUEST : DRM_S_OK;
}

/* --- writing ---------------------------------------------------------------------------------------------- */

void drm_message_put(struct drm_message_writer *writer, const void *data, size_t size)
{
    if (DRM_SUCCEEDED(writer->result))
        writer->result = drm_buffer_append(writer->out, data, size);
}

void drm_message_put_u8(struct drm_message_writer *writer, uint8_t value)
{
    drm_message_put(writer, &value, 1);
}

void drm_message_put_u16(struct drm_message_writer *writer, uint16_t value)
{
    const uint8_t bytes[2] = {(uint8_t)value, (uint8_t)(value >> 8)};

    drm_message_put(writer, bytes, sizeof(bytes));
}

void drm_message_put_u32(struct drm_message_writer *writer, uint32_t value)
{
    drm_message_put_u16(writer, (uint16_t)value);
    drm_message_put_u16(writer, (uint16_t)(value >> 16));
}

void drm_message_put_sized(struct drm_message_writer *writer, struct drm_span data)
{
    if (DRM_SUCCEEDED(writer->result) && data.size > DRM_DEVICE_MAX_FIELD)
        writer->result = DRM_E_ATTRIBUTE_TOO_LONG;
    drm_message_put_u16(writer, (uint16_t)data.size);
    drm_message_put(writer, data.data, data.size);
}

void drm_message_write(struct drm_message_writer *writer, struct drm_buffer *out, enum drm_device_message type)
{
    *writer = (struct drm_message_writer){.out = out, .start = out->size};
    drm_message_put_u8(writer, DRM_DEVICE_PROTOCOL_VERSION);
    drm_message_put_u8(writer, (uint8_t)type);
}

struct drm_span drm_message_written(const struct drm_message_writer *writer)
{
    if (DRM_FAILED(writer->result))
        return drm_span(NULL, 0);
    return drm_span(writer->out->data + writer->start, writer->out->size - writer->start);
}

drm_result drm_message_finish(struct drm_message_writer *writer)
{
    if (DRM_FAILED(writer->result))
        drm_buffer_truncate(writer->out, writer->start);
    return writer->result;
}
