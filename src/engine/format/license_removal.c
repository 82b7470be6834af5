/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Remote revocation of licences: the three messages. */
#include "engine/format/license_removal.h"

#include <string.h>

#include "engine/base/tlv.h"

/* Tags of the three bodies; the first two are the same thing in each. */
enum removal_tag
{
    TAG_TRANSACTION = DRM_TLV_CRITICAL | 1,
    TAG_MACHINE_ID = DRM_TLV_CRITICAL | 2,

    TAG_CALLER_MACHINE_ID = DRM_TLV_CRITICAL | 3,
    TAG_CALLER_DATA = DRM_TLV_CRITICAL | 4,

    TAG_REVOCATION_KEY = DRM_TLV_CRITICAL | 3,
    TAG_KEY_IDS = DRM_TLV_CRITICAL | 4,
    TAG_USER_ID = DRM_TLV_CRITICAL | 5,

    TAG_TIME = DRM_TLV_CRITICAL | 3,
    TAG_LICENSE_IDS = DRM_TLV_CRITICAL | 4,
};

/* A row of ids, none of them zero. */
static bool ids_are_valid(struct drm_span ids, size_t max)
{
    if (ids.size % DRM_ID_SIZE || ids.size / DRM_ID_SIZE > max)
        return false;
    for (size_t at = 0; at < ids.size; at += DRM_ID_SIZE)
        if (drm_id_is_zero(ids.data + at))
            return false;
    return true;
}

/* Signs the body that writer has finished, unless that failed. */
static drm_result sign_body(enum drm_object_type type, const struct drm_tlv_writer *writer,
                            const uint8_t seed[DRM_SIGN_SEED_SIZE], struct drm_span chain, struct drm_buffer *out)
{
    drm_result result = drm_tlv_finish(writer);

    if (DRM_SUCCEEDED(result))
        result = drm_signed_object_write(type, drm_buffer_span(writer->out), seed, chain, out);
    return result;
}

/* Verifies what a machine signed: its chain, and that it speaks of itself. */
static drm_result verify_machine(const struct drm_signed_object *object, enum drm_object_type type,
                                 const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE], int64_t now,
                                 const uint8_t machine_id[DRM_ID_SIZE])
{
    struct drm_certificate signer;
    drm_result result;

    result = drm_chain_verify_object(object, type, anchor, DRM_ROLE_MACHINE, now, &signer);
    if (DRM_FAILED(result))
        return result;
    return memcmp(signer.subject, machine_id, DRM_ID_SIZE) ? DRM_E_INVALID_CERTIFICATE : DRM_S_OK;
}

static bool chain_fits(struct drm_span chain)
{
    return chain.size && chain.size <= DRM_CHAIN_MAX_SIZE;
}

/* --- challenge -------------------------------------------------------------------------------------------- */

static bool challenge_makes_sense(const struct drm_removal_challenge *challenge)
{
    return !drm_id_is_zero(challenge->transaction) && !drm_id_is_zero(challenge->machine_id)
        && challenge->caller_machine_id.size <= DRM_REMOVAL_MAX_DATA
        && challenge->caller_data.size <= DRM_REMOVAL_MAX_DATA;
}

drm_result drm_removal_challenge_write(const struct drm_removal_challenge *challenge,
                                       const uint8_t seed[DRM_SIGN_SEED_SIZE], struct drm_span chain,
                                       struct drm_buffer *out)
{
    struct drm_tlv_writer writer;
    struct drm_buffer body = {0};
    drm_result result;

    if (!challenge_makes_sense(challenge) || !chain_fits(chain))
        return DRM_E_INVALID_ARGUMENT;
    drm_tlv_begin(&writer, &body);
    drm_tlv_put(&writer, TAG_TRANSACTION, drm_span(challenge->transaction, DRM_ID_SIZE));
    drm_tlv_put(&writer, TAG_MACHINE_ID, drm_span(challenge->machine_id, DRM_ID_SIZE));
    drm_tlv_put(&writer, TAG_CALLER_MACHINE_ID, challenge->caller_machine_id);
    drm_tlv_put(&writer, TAG_CALLER_DATA, challenge->caller_data);
    result = sign_body(DRM_OBJECT_REMOVAL_CHALLENGE, &writer, seed, chain, out);
    drm_buffer_free(&body);
    return result;
}

drm_result drm_removal_challenge_read(struct drm_span data, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE], int64_t now,
                                      struct drm_removal_challenge *out)
{
    struct drm_removal_challenge challenge = {0};
    struct drm_signed_object object;
    const struct drm_tlv_field fields[] = {
        {.tag = TAG_TRANSACTION, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_ID_SIZE,
         .out.fixed = challenge.transaction},
        {.tag = TAG_MACHINE_ID, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_ID_SIZE,
         .out.fixed = challenge.machine_id},
        {.tag = TAG_CALLER_MACHINE_ID, .kind = DRM_TLV_BYTES, .required = true, .max_size = DRM_REMOVAL_MAX_DATA,
         .out.span = &challenge.caller_machine_id},
        {.tag = TAG_CALLER_DATA, .kind = DRM_TLV_BYTES, .required = true, .max_size = DRM_REMOVAL_MAX_DATA,
         .out.span = &challenge.caller_data},
    };
    drm_result result;

    if (DRM_FAILED(drm_signed_object_read(data, DRM_OBJECT_REMOVAL_CHALLENGE, &object)) || !chain_fits(object.chain)
        || DRM_FAILED(drm_tlv_read(object.body, fields, sizeof(fields) / sizeof(fields[0])))
        || !challenge_makes_sense(&challenge))
        return DRM_E_BAD_REQUEST;
    result = verify_machine(&object, DRM_OBJECT_REMOVAL_CHALLENGE, anchor, now, challenge.machine_id);
    if (DRM_FAILED(result))
        return result;
    *out = challenge;
    return DRM_S_OK;
}

/* --- response --------------------------------------------------------------------------------------------- */

static bool removal_makes_sense(const struct drm_removal *removal)
{
    return !drm_id_is_zero(removal->transaction) && !drm_id_is_zero(removal->machine_id)
        && ids_are_valid(removal->key_ids, DRM_REMOVAL_MAX_KEYS) && removal->user_id.size < DRM_LICENSE_TEXT_SIZE
        && drm_text_is_valid(removal->user_id) && (removal->key_ids.size || removal->user_id.size);
}

drm_result drm_removal_write(const struct drm_removal *removal, const uint8_t seed[DRM_SIGN_SEED_SIZE],
                             struct drm_buffer *out)
{
    uint8_t public_key[DRM_SIGN_PUBLIC_SIZE];
    struct drm_tlv_writer writer;
    struct drm_buffer body = {0};
    drm_result result;

    if (!removal_makes_sense(removal))
        return DRM_E_INVALID_ARGUMENT;
    result = drm_sign_public(seed, public_key);
    if (DRM_FAILED(result))
        return result;
    if (memcmp(public_key, removal->revocation_key, DRM_SIGN_PUBLIC_SIZE) != 0)
        return DRM_E_INVALID_ARGUMENT;
    drm_tlv_begin(&writer, &body);
    drm_tlv_put(&writer, TAG_TRANSACTION, drm_span(removal->transaction, DRM_ID_SIZE));
    drm_tlv_put(&writer, TAG_MACHINE_ID, drm_span(removal->machine_id, DRM_ID_SIZE));
    drm_tlv_put(&writer, TAG_REVOCATION_KEY, drm_span(removal->revocation_key, DRM_SIGN_PUBLIC_SIZE));
    drm_tlv_put(&writer, TAG_KEY_IDS, removal->key_ids);
    drm_tlv_put(&writer, TAG_USER_ID, removal->user_id);
    result = sign_body(DRM_OBJECT_REMOVAL, &writer, seed, drm_span(NULL, 0), out);
    drm_buffer_free(&body);
    return result;
}

drm_result drm_removal_read(struct drm_span data, struct drm_removal *out)
{
    struct drm_removal removal = {0};
    struct drm_signed_object object;
    const struct drm_tlv_field fields[] = {
        {.tag = TAG_TRANSACTION, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_ID_SIZE,
         .out.fixed = removal.transaction},
        {.tag = TAG_MACHINE_ID, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_ID_SIZE,
         .out.fixed = removal.machine_id},
        {.tag = TAG_REVOCATION_KEY, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_SIGN_PUBLIC_SIZE,
         .out.fixed = removal.revocation_key},
        {.tag = TAG_KEY_IDS, .kind = DRM_TLV_BYTES, .required = true,
         .max_size = DRM_REMOVAL_MAX_KEYS * DRM_KEY_ID_SIZE, .out.span = &removal.key_ids},
        {.tag = TAG_USER_ID, .kind = DRM_TLV_TEXT, .required = true, .max_size = DRM_LICENSE_TEXT_SIZE - 1,
         .out.span = &removal.user_id},
    };
    drm_result result;

    if (DRM_FAILED(drm_signed_object_read(data, DRM_OBJECT_REMOVAL, &object)) || object.chain.size
        || DRM_FAILED(drm_tlv_read(object.body, fields, sizeof(fields) / sizeof(fields[0])))
        || !removal_makes_sense(&removal))
        return DRM_E_INVALID_LICENSEBLOB;
    result = drm_signed_object_verify(&object, DRM_OBJECT_REMOVAL, removal.revocation_key);
    if (DRM_FAILED(result))
        return result;
    *out = removal;
    return DRM_S_OK;
}

/* --- acknowledgement -------------------------------------------------------------------------------------- */

static bool receipt_makes_sense(const struct drm_removal_receipt *receipt)
{
    return !drm_id_is_zero(receipt->transaction) && !drm_id_is_zero(receipt->machine_id) && receipt->time >= 0
        && receipt->time <= DRM_TIME_MAX && ids_are_valid(receipt->license_ids, DRM_REMOVAL_MAX_LICENSES);
}

drm_result drm_removal_receipt_write(const struct drm_removal_receipt *receipt,
                                     const uint8_t seed[DRM_SIGN_SEED_SIZE], struct drm_span chain,
                                     struct drm_buffer *out)
{
    struct drm_tlv_writer writer;
    struct drm_buffer body = {0};
    drm_result result;

    if (!receipt_makes_sense(receipt) || !chain_fits(chain))
        return DRM_E_INVALID_ARGUMENT;
    drm_tlv_begin(&writer, &body);
    drm_tlv_put(&writer, TAG_TRANSACTION, drm_span(receipt->transaction, DRM_ID_SIZE));
    drm_tlv_put(&writer, TAG_MACHINE_ID, drm_span(receipt->machine_id, DRM_ID_SIZE));
    drm_tlv_put_u64(&writer, TAG_TIME, (uint64_t)receipt->time);
    drm_tlv_put(&writer, TAG_LICENSE_IDS, receipt->license_ids);
    result = sign_body(DRM_OBJECT_REMOVAL_RECEIPT, &writer, seed, chain, out);
    drm_buffer_free(&body);
    return result;
}

drm_result drm_removal_receipt_read(struct drm_span data, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE], int64_t now,
                                    struct drm_removal_receipt *out)
{
    struct drm_removal_receipt receipt = {0};
    struct drm_signed_object object;
    uint64_t time = 0;
    const struct drm_tlv_field fields[] = {
        {.tag = TAG_TRANSACTION, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_ID_SIZE,
         .out.fixed = receipt.transaction},
        {.tag = TAG_MACHINE_ID, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_ID_SIZE,
         .out.fixed = receipt.machine_id},
        {.tag = TAG_TIME, .kind = DRM_TLV_U64, .required = true, .out.u64 = &time},
        {.tag = TAG_LICENSE_IDS, .kind = DRM_TLV_BYTES, .required = true,
         .max_size = DRM_REMOVAL_MAX_LICENSES * DRM_ID_SIZE, .out.span = &receipt.license_ids},
    };
    drm_result result;

    if (DRM_FAILED(drm_signed_object_read(data, DRM_OBJECT_REMOVAL_RECEIPT, &object)) || !chain_fits(object.chain)
        || DRM_FAILED(drm_tlv_read(object.body, fields, sizeof(fields) / sizeof(fields[0]))) || time > DRM_TIME_MAX)
        return DRM_E_BAD_REQUEST;
    receipt.time = (int64_t)time;
    if (!receipt_makes_sense(&receipt))
        return DRM_E_BAD_REQUEST;
    result = verify_machine(&object, DRM_OBJECT_REMOVAL_RECEIPT, anchor, now, receipt.machine_id);
    if (DRM_FAILED(result))
        return result;
    *out = receipt;
    return DRM_S_OK;
}
