/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a machine asks an authority for that wants the licences of a backup. */
#include <string.h>

#include "engine/base/tlv.h"
#include "engine/format/backup.h"

#define PIECE_HEADER_SIZE (4 + DRM_BACKUP_RECORD_HEADER_SIZE)

enum restore_tag
{
    TAG_NONCE = DRM_TLV_CRITICAL | 1,
    TAG_MACHINE_ID = DRM_TLV_CRITICAL | 2,
    TAG_HEAD = DRM_TLV_CRITICAL | 3,
    TAG_RECORDS = DRM_TLV_CRITICAL | 4,
};

static bool makes_sense(const struct drm_restore_request *request)
{
    static const uint8_t no_nonce[DRM_NONCE_SIZE];

    return memcmp(request->nonce, no_nonce, DRM_NONCE_SIZE) != 0 && !drm_id_is_zero(request->machine_id)
        && request->head.size && request->head.size <= DRM_BACKUP_HEAD_MAX_SIZE && request->records.size
        && request->records.size <= DRM_RESTORE_REQUEST_MAX_SIZE;
}

drm_result drm_restore_request_write(const struct drm_restore_request *request, const uint8_t seed[DRM_SIGN_SEED_SIZE],
                                     struct drm_span chain, struct drm_buffer *out)
{
    const size_t start = out->size;
    struct drm_tlv_writer writer;
    struct drm_buffer body = {0};
    drm_result result;

    if (!makes_sense(request) || !chain.size || chain.size > DRM_CHAIN_MAX_SIZE)
        return DRM_E_INVALID_ARGUMENT;
    drm_tlv_begin(&writer, &body);
    drm_tlv_put(&writer, TAG_NONCE, drm_span(request->nonce, DRM_NONCE_SIZE));
    drm_tlv_put(&writer, TAG_MACHINE_ID, drm_span(request->machine_id, DRM_ID_SIZE));
    drm_tlv_put(&writer, TAG_HEAD, request->head);
    drm_tlv_put(&writer, TAG_RECORDS, request->records);
    result = drm_tlv_finish(&writer);
    if (DRM_SUCCEEDED(result))
        result = drm_signed_object_write(DRM_OBJECT_RESTORE_REQUEST, drm_buffer_span(&body), seed, chain, out);
    if (DRM_SUCCEEDED(result) && out->size - start > DRM_RESTORE_REQUEST_MAX_SIZE)
    {
        drm_buffer_truncate(out, start);
        result = DRM_E_INVALID_ARGUMENT;
    }
    drm_buffer_free(&body);
    return result;
}

drm_result drm_restore_request_read(struct drm_span data, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE], int64_t now,
                                    struct drm_restore_request *out, struct drm_certificate *machine)
{
    struct drm_restore_request request = {0};
    struct drm_signed_object object;
    struct drm_certificate signer;
    const struct drm_tlv_field fields[] = {
        {.tag = TAG_NONCE, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_NONCE_SIZE,
         .out.fixed = request.nonce},
        {.tag = TAG_MACHINE_ID, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_ID_SIZE,
         .out.fixed = request.machine_id},
        {.tag = TAG_HEAD, .kind = DRM_TLV_BYTES, .required = true, .min_size = 1, .max_size = DRM_BACKUP_HEAD_MAX_SIZE,
         .out.span = &request.head},
        {.tag = TAG_RECORDS, .kind = DRM_TLV_BYTES, .required = true, .min_size = 1,
         .max_size = DRM_RESTORE_REQUEST_MAX_SIZE, .out.span = &request.records},
    };
    drm_result result;

    if (data.size > DRM_RESTORE_REQUEST_MAX_SIZE
        || DRM_FAILED(drm_signed_object_read(data, DRM_OBJECT_RESTORE_REQUEST, &object)) || !object.chain.size
        || DRM_FAILED(drm_tlv_read(object.body, fields, sizeof(fields) / sizeof(fields[0]))) || !makes_sense(&request))
        return DRM_E_BAD_REQUEST;
    result = drm_chain_verify_object(&object, DRM_OBJECT_RESTORE_REQUEST, anchor, DRM_ROLE_MACHINE, now, &signer);
    if (DRM_FAILED(result))
        return result;
    if (memcmp(signer.subject, request.machine_id, DRM_ID_SIZE) != 0)
        return DRM_E_INVALID_CERTIFICATE;
    *out = request;
    *machine = signer;
    return DRM_S_OK;
}

/* --- records ---------------------------------------------------------------------------------------------- */

drm_result drm_restore_records_add(const struct drm_backup_piece *piece, struct drm_buffer *records)
{
    const size_t start = records->size;
    uint8_t header[PIECE_HEADER_SIZE];
    drm_result result;

    drm_put_u32(header, piece->index);
    header[4] = (uint8_t)piece->type;
    drm_put_u32(header + 5, (uint32_t)piece->sealed.size);
    result = drm_buffer_append(records, header, sizeof(header));
    if (DRM_SUCCEEDED(result))
        result = drm_buffer_append(records, piece->sealed.data, piece->sealed.size);
    if (DRM_FAILED(result))
        drm_buffer_truncate(records, start);
    return result;
}

bool drm_restore_records_next(struct drm_span *records, struct drm_backup_piece *out, drm_result *result)
{
    const uint8_t *at = records->data;
    uint32_t size;

    *result = DRM_S_OK;
    if (!records->size)
        return false;
    *result = DRM_E_BAD_REQUEST;
    if (records->size < PIECE_HEADER_SIZE
        || (at[4] != DRM_BACKUP_RECORD_RESPONSE && at[4] != DRM_BACKUP_RECORD_LICENSES))
        return false;
    size = drm_get_u32(at + 5);
    if (size > DRM_BACKUP_RECORD_MAX_SIZE || size > records->size - PIECE_HEADER_SIZE)
        return false;
    *out = (struct drm_backup_piece){.index = drm_get_u32(at), .type = (enum drm_backup_record)at[4],
                                     .sealed = drm_span(at + PIECE_HEADER_SIZE, size)};
    *records = drm_span(at + PIECE_HEADER_SIZE + size, records->size - PIECE_HEADER_SIZE - size);
    *result = DRM_S_OK;
    return true;
}
