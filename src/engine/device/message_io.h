/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading and writing the messages between network devices: unlike every other object here, they are rows of fixed
 * fields with little-endian numbers, as the public protocol has them (docs/devices.md).
 */
#ifndef WMDRM_ENGINE_MESSAGE_IO_H
#define WMDRM_ENGINE_MESSAGE_IO_H

#include "engine/base/bytes.h"

#define DRM_DEVICE_PROTOCOL_VERSION 2

enum drm_device_message
{
    DRM_DEVICE_REGISTRATION_REQUEST = 1,
    DRM_DEVICE_REGISTRATION_RESPONSE = 2,
    DRM_DEVICE_PROXIMITY_START = 3,
    DRM_DEVICE_PROXIMITY_CHALLENGE = 4,
    DRM_DEVICE_PROXIMITY_RESPONSE = 5,
    DRM_DEVICE_PROXIMITY_RESULT = 6,
    DRM_DEVICE_LICENSE_REQUEST = 7,
    DRM_DEVICE_LICENSE_RESPONSE = 8,
};

#define DRM_DEVICE_MAX_FIELD UINT16_MAX /* of a field with a size */
#define DRM_DEVICE_MESSAGE_MAX_SIZE (4 * (DRM_DEVICE_MAX_FIELD + 64))

/* --- reading ---------------------------------------------------------------------------------------------- */

/* Takes fields from the front; after the first that is not there every further one is empty, and end fails. Spans point
 * into what is read. */
struct drm_message_reader
{
    struct drm_span all;
    size_t place;
    bool failed;
};

/* Begins behind version and type. DRM_E_UNSUPPORTED_PROTOCOL_VERSION; DRM_E_BAD_REQUEST for another type, and for what
 * is too long. */
DRM_MUST_CHECK drm_result drm_message_begin(struct drm_message_reader *reader, struct drm_span data,
                                            enum drm_device_message type);
uint8_t drm_message_u8(struct drm_message_reader *reader);
uint16_t drm_message_u16(struct drm_message_reader *reader);
uint32_t drm_message_u32(struct drm_message_reader *reader);
void drm_message_fixed(struct drm_message_reader *reader, void *out, size_t size);
/* A size of 16 bits, then so many bytes. */
struct drm_span drm_message_sized(struct drm_message_reader *reader);
/* DRM_E_BAD_REQUEST where a field was missing or something is left over. */
DRM_MUST_CHECK drm_result drm_message_end(const struct drm_message_reader *reader);

/* --- writing ---------------------------------------------------------------------------------------------- */

/* Remembers its first failure; finish tells it, and then cuts what was written off out. */
struct drm_message_writer
{
    struct drm_buffer *out;
    size_t start;
    drm_result result;
};

void drm_message_write(struct drm_message_writer *writer, struct drm_buffer *out, enum drm_device_message type);
void drm_message_put_u8(struct drm_message_writer *writer, uint8_t value);
void drm_message_put_u16(struct drm_message_writer *writer, uint16_t value);
void drm_message_put_u32(struct drm_message_writer *writer, uint32_t value);
void drm_message_put(struct drm_message_writer *writer, const void *data, size_t size);
/* DRM_E_ATTRIBUTE_TOO_LONG past DRM_DEVICE_MAX_FIELD. */
void drm_message_put_sized(struct drm_message_writer *writer, struct drm_span data);
/* What was written so far; empty after a failure. */
struct drm_span drm_message_written(const struct drm_message_writer *writer);
DRM_MUST_CHECK drm_result drm_message_finish(struct drm_message_writer *writer);

#endif
