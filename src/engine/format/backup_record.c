/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sealed records of a backup: responses with their keys, licences with their states. */
#include <string.h>

#include "engine/base/tlv.h"
#include "engine/format/backup.h"

#define RECORD_LABEL "wmdrmsdk backup record 1"
#define BINDING_SIZE (sizeof(RECORD_LABEL) + DRM_ID_SIZE + 4 + 4 + 1)

enum response_tag
{
    TAG_HEAD = DRM_TLV_CRITICAL | 1,
    TAG_KEY = DRM_TLV_CRITICAL | 2,
};

enum chunk_tag
{
    TAG_ENTRY = DRM_TLV_CRITICAL | 1,
};

enum entry_tag
{
    TAG_STATE = DRM_TLV_CRITICAL | 1,
    TAG_LICENSE = DRM_TLV_CRITICAL | 2,
};

/* --- sealing ---------------------------------------------------------------------------------------------- */

static void bind(const struct drm_backup_head *head, uint32_t index, enum drm_backup_record type,
                 uint8_t out[BINDING_SIZE])
{
    uint8_t *at = out + sizeof(RECORD_LABEL);

    memcpy(out, RECORD_LABEL, sizeof(RECORD_LABEL)); /* with its zero byte */
    memcpy(at, head->backup_id, DRM_ID_SIZE);
    drm_put_u32(at + DRM_ID_SIZE, head->section);
    drm_put_u32(at + DRM_ID_SIZE + 4, index);
    at[DRM_ID_SIZE + 8] = (uint8_t)type;
}

drm_result drm_backup_record_seal(const uint8_t key[DRM_AEAD_KEY_SIZE], const struct drm_backup_head *head,
                                  uint32_t index, enum drm_backup_record type, struct drm_span content,
                                  struct drm_buffer *out)
{
    const size_t start = out->size;
    uint8_t binding[BINDING_SIZE], header[DRM_BACKUP_RECORD_HEADER_SIZE];
    drm_result result;

    if (content.size > DRM_BACKUP_CHUNK_SIZE)
        return DRM_E_INVALID_ARGUMENT;
    bind(head, index, type, binding);
    header[0] = (uint8_t)type;
    drm_put_u32(header + 1, (uint32_t)(content.size + DRM_SEAL_OVERHEAD));
    result = drm_buffer_append(out, header, sizeof(header));
    if (DRM_SUCCEEDED(result))
        result = drm_seal(key, drm_span(binding, sizeof(binding)), content, out);
    if (DRM_FAILED(result))
        drm_buffer_truncate(out, start);
    return result;
}

drm_result drm_backup_record_open(const uint8_t key[DRM_AEAD_KEY_SIZE], const struct drm_backup_head *head,
                                  uint32_t index, enum drm_backup_record type, struct drm_span sealed,
                                  struct drm_buffer *out)
{
    uint8_t binding[BINDING_SIZE];
    drm_result result;

    bind(head, index, type, binding);
    result = drm_unseal(key, drm_span(binding, sizeof(binding)), sealed, out);
    return result == DRM_E_DECRYPT_ERROR ? DRM_E_BACKUP_CORRUPT : result;
}

/* --- responses -------------------------------------------------------------------------------------------- */

drm_result drm_backup_response_write(struct drm_span head, const uint8_t key[DRM_AEAD_KEY_SIZE],
                                     struct drm_buffer *out)
{
    struct drm_tlv_writer writer;

    drm_tlv_begin(&writer, out);
    drm_tlv_put(&writer, TAG_HEAD, head);
    drm_tlv_put(&writer, TAG_KEY, drm_span(key, DRM_AEAD_KEY_SIZE));
    return drm_tlv_finish(&writer);
}

drm_result drm_backup_response_read(struct drm_span data, struct drm_span *head, uint8_t key[DRM_AEAD_KEY_SIZE])
{
    const struct drm_tlv_field fields[] = {
        {.tag = TAG_HEAD, .kind = DRM_TLV_BYTES, .required = true, .min_size = 1,
         .max_size = DRM_RESPONSE_HEAD_MAX_SIZE, .out.span = head},
        {.tag = TAG_KEY, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_AEAD_KEY_SIZE, .out.fixed = key},
    };

    return DRM_FAILED(drm_tlv_read(data, fields, sizeof(fields) / sizeof(fields[0]))) ? DRM_E_BACKUP_CORRUPT
                                                                                     : DRM_S_OK;
}

/* --- licences --------------------------------------------------------------------------------------------- */

drm_result drm_backup_licenses_add(const struct drm_license_state *state, struct drm_span license,
                                   struct drm_buffer *chunk, bool *full)
{
    const size_t start = chunk->size;
    uint8_t encoded[DRM_LICENSE_STATE_MAX_SIZE];
    const size_t size = drm_license_state_write(state, encoded);
    struct drm_tlv_writer writer;
    drm_result result;
    size_t mark;

    *full = 3 * DRM_TLV_HEADER_SIZE + size + license.size > DRM_BACKUP_CHUNK_SIZE - start;
    if (*full)
        return DRM_S_OK;
    drm_tlv_begin(&writer, chunk);
    mark = drm_tlv_open(&writer, TAG_ENTRY);
    drm_tlv_put(&writer, TAG_STATE, drm_span(encoded, size));
    drm_tlv_put(&writer, TAG_LICENSE, license);
    drm_tlv_close(&writer, mark);
    result = drm_tlv_finish(&writer);
    if (DRM_FAILED(result))
        drm_buffer_truncate(chunk, start);
    return result;
}

struct chunk_reader
{
    drm_result (*each)(void *context, const struct drm_license_state *state, struct drm_span license);
    void *context;
};

static drm_result read_entry(void *context, struct drm_span value)
{
    const struct chunk_reader *reader = context;
    struct drm_span encoded = {0}, license = {0};
    struct drm_license_state state;
    const struct drm_tlv_field fields[] = {
        {.tag = TAG_STATE, .kind = DRM_TLV_BYTES, .required = true, .min_size = 1,
         .max_size = DRM_LICENSE_STATE_MAX_SIZE, .out.span = &encoded},
        {.tag = TAG_LICENSE, .kind = DRM_TLV_BYTES, .required = true, .min_size = 1, .max_size = DRM_LICENSE_MAX_SIZE,
         .out.span = &license},
    };

    if (DRM_FAILED(drm_tlv_read(value, fields, sizeof(fields) / sizeof(fields[0])))
        || DRM_FAILED(drm_license_state_read(encoded, &state)))
        return DRM_E_BACKUP_CORRUPT;
    return reader->each(reader->context, &state, license);
}

drm_result drm_backup_licenses_read(struct drm_span chunk,
                                    drm_result (*each)(void *context, const struct drm_license_state *state,
                                                       struct drm_span license),
                                    void *context)
{
    struct chunk_reader reader = {.each = each, .context = context};
    const struct drm_tlv_field fields[] = {
        {.tag = TAG_ENTRY, .kind = DRM_TLV_EACH, .required = true, .min_size = 1, .max_size = DRM_BACKUP_CHUNK_SIZE,
         .max_count = DRM_BACKUP_CHUNK_MAX_LICENSES, .out.each = read_entry, .context = &reader},
    };
    drm_result result = drm_tlv_read(chunk, fields, sizeof(fields) / sizeof(fields[0]));

    return result == DRM_E_INVALID_DATA ? DRM_E_BACKUP_CORRUPT : result;
}
