/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Heads and ends of a backup's sections, and the section's key. */
#include <string.h>

#include "engine/base/tlv.h"
#include "engine/format/backup.h"

#define MACHINE_KEY_INFO "wmdrmsdk backup key 1"
#define AUTHORITY_KEY_INFO "wmdrmsdk backup key for an authority 1"

/* Both are objects of one type: KIND keeps them apart. */
enum backup_kind
{
    KIND_HEAD = 1,
    KIND_END = 2,
};

enum backup_tag
{
    TAG_KIND = DRM_TLV_CRITICAL | 1,
    TAG_BACKUP_ID = DRM_TLV_CRITICAL | 2,
    TAG_SECTION = DRM_TLV_CRITICAL | 3,
    /* of a head */
    TAG_SECTIONS = DRM_TLV_CRITICAL | 4,
    TAG_MACHINE_ID = DRM_TLV_CRITICAL | 5,
    TAG_ANCHOR = DRM_TLV_CRITICAL | 6,
    TAG_TIME = DRM_TLV_CRITICAL | 7,
    TAG_ENCRYPT_KEY = DRM_TLV_CRITICAL | 8,
    TAG_MACHINE_KEY = DRM_TLV_CRITICAL | 9,
    TAG_AUTHORITY_ENCRYPT_KEY = DRM_TLV_CRITICAL | 10,
    TAG_AUTHORITY_KEY = DRM_TLV_CRITICAL | 11,
    /* of an end */
    TAG_RECORDS = DRM_TLV_CRITICAL | 4,
    TAG_LICENSES = DRM_TLV_CRITICAL | 5,
    TAG_HASH = DRM_TLV_CRITICAL | 6,
};

static bool head_makes_sense(const struct drm_backup_head *head)
{
    if (drm_id_is_zero(head->backup_id) || drm_id_is_zero(head->machine_id) || !head->sections
        || head->sections > DRM_BACKUP_MAX_SECTIONS || head->section >= head->sections)
        return false;
    return head->time >= 0 && head->time <= DRM_TIME_MAX && head->machine_key.size == DRM_BACKUP_SEALED_KEY_SIZE
        && head->authority_key.size == (head->has_authority_key ? DRM_BACKUP_SEALED_KEY_SIZE : 0);
}

/* --- heads ------------------------------------------------------------------------------------------------ */

drm_result drm_backup_head_write(const struct drm_backup_head *head, const uint8_t seed[DRM_SIGN_SEED_SIZE],
                                 struct drm_span chain, struct drm_buffer *out)
{
    struct drm_tlv_writer writer;
    struct drm_buffer body = {0};
    drm_result result;

    if (!head_makes_sense(head) || !chain.size || chain.size > DRM_CHAIN_MAX_SIZE)
        return DRM_E_INVALID_ARGUMENT;
    drm_tlv_begin(&writer, &body);
    drm_tlv_put_u32(&writer, TAG_KIND, KIND_HEAD);
    drm_tlv_put(&writer, TAG_BACKUP_ID, drm_span(head->backup_id, DRM_ID_SIZE));
    drm_tlv_put_u32(&writer, TAG_SECTION, head->section);
    drm_tlv_put_u32(&writer, TAG_SECTIONS, head->sections);
    drm_tlv_put(&writer, TAG_MACHINE_ID, drm_span(head->machine_id, DRM_ID_SIZE));
    drm_tlv_put(&writer, TAG_ANCHOR, drm_span(head->anchor, DRM_SIGN_PUBLIC_SIZE));
    drm_tlv_put_u64(&writer, TAG_TIME, (uint64_t)head->time);
    drm_tlv_put(&writer, TAG_ENCRYPT_KEY, drm_span(head->encrypt_key, DRM_X25519_SIZE));
    drm_tlv_put(&writer, TAG_MACHINE_KEY, head->machine_key);
    if (head->has_authority_key)
    {
        drm_tlv_put(&writer, TAG_AUTHORITY_ENCRYPT_KEY, drm_span(head->authority_encrypt_key, DRM_X25519_SIZE));
        drm_tlv_put(&writer, TAG_AUTHORITY_KEY, head->authority_key);
    }
    result = drm_tlv_finish(&writer);
    if (DRM_SUCCEEDED(result))
        result = drm_signed_object_write(DRM_OBJECT_BACKUP, drm_buffer_span(&body), seed, chain, out);
    drm_buffer_free(&body);
    return result;
}

static drm_result read_head(struct drm_span data, struct drm_signed_object *object, struct drm_backup_head *out)
{
    struct drm_backup_head head = {0};
    uint32_t kind = 0;
    uint64_t time = 0;
    const struct drm_tlv_field fields[] = {
        {.tag = TAG_KIND, .kind = DRM_TLV_U32, .required = true, .out.u32 = &kind},
        {.tag = TAG_BACKUP_ID, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_ID_SIZE,
         .out.fixed = head.backup_id},
        {.tag = TAG_SECTION, .kind = DRM_TLV_U32, .required = true, .out.u32 = &head.section},
        {.tag = TAG_SECTIONS, .kind = DRM_TLV_U32, .required = true, .out.u32 = &head.sections},
        {.tag = TAG_MACHINE_ID, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_ID_SIZE,
         .out.fixed = head.machine_id},
        {.tag = TAG_ANCHOR, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_SIGN_PUBLIC_SIZE,
         .out.fixed = head.anchor},
        {.tag = TAG_TIME, .kind = DRM_TLV_U64, .required = true, .out.u64 = &time},
        {.tag = TAG_ENCRYPT_KEY, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_X25519_SIZE,
         .out.fixed = head.encrypt_key},
        {.tag = TAG_MACHINE_KEY, .kind = DRM_TLV_BYTES, .required = true, .min_size = DRM_BACKUP_SEALED_KEY_SIZE,
         .max_size = DRM_BACKUP_SEALED_KEY_SIZE, .out.span = &head.machine_key},
        {.tag = TAG_AUTHORITY_ENCRYPT_KEY, .kind = DRM_TLV_FIXED, .max_size = DRM_X25519_SIZE,
         .out.fixed = head.authority_encrypt_key, .present = &head.has_authority_key},
        {.tag = TAG_AUTHORITY_KEY, .kind = DRM_TLV_BYTES, .min_size = DRM_BACKUP_SEALED_KEY_SIZE,
         .max_size = DRM_BACKUP_SEALED_KEY_SIZE, .out.span = &head.authority_key},
    };

    if (data.size > DRM_BACKUP_HEAD_MAX_SIZE
        || DRM_FAILED(drm_signed_object_read(data, DRM_OBJECT_BACKUP, object)) || !object->chain.size
        || DRM_FAILED(drm_tlv_read(object->body, fields, sizeof(fields) / sizeof(fields[0]))) || kind != KIND_HEAD
        || time > DRM_TIME_MAX)
        return DRM_E_BACKUP_CORRUPT;
    head.time = (int64_t)time;
    if (!head_makes_sense(&head))
        return DRM_E_BACKUP_CORRUPT;
    *out = head;
    return DRM_S_OK;
}

drm_result drm_backup_head_peek(struct drm_span data, uint8_t anchor[DRM_SIGN_PUBLIC_SIZE])
{
    struct drm_signed_object object;
    struct drm_backup_head head;
    drm_result result = read_head(data, &object, &head);

    if (DRM_SUCCEEDED(result))
        memcpy(anchor, head.anchor, DRM_SIGN_PUBLIC_SIZE);
    return result;
}

drm_result drm_backup_head_read(struct drm_span data, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                struct drm_backup_head *out, struct drm_certificate *machine)
{
    struct drm_signed_object object;
    struct drm_backup_head head;
    struct drm_certificate signer;
    drm_result result;

    result = read_head(data, &object, &head);
    if (DRM_FAILED(result))
        return result;
    if (memcmp(head.anchor, anchor, DRM_SIGN_PUBLIC_SIZE) != 0)
        return DRM_E_INVALID_CERTIFICATE;
    /* However old it is, and whatever became of the identity since: a backup stays one. */
    result = drm_chain_verify_object(&object, DRM_OBJECT_BACKUP, anchor, DRM_ROLE_MACHINE, 0, &signer);
    if (DRM_FAILED(result))
        return result;
    if (memcmp(signer.subject, head.machine_id, DRM_ID_SIZE) != 0
        || memcmp(signer.encrypt_key, head.encrypt_key, DRM_X25519_SIZE) != 0)
        return DRM_E_INVALID_CERTIFICATE;
    *machine = signer;
    *out = head;
    return DRM_S_OK;
}

/* --- ends ------------------------------------------------------------------------------------------------- */

drm_result drm_backup_end_write(const struct drm_backup_end *end, const uint8_t seed[DRM_SIGN_SEED_SIZE],
                                struct drm_buffer *out)
{
    struct drm_tlv_writer writer;
    struct drm_buffer body = {0};
    drm_result result;

    drm_tlv_begin(&writer, &body);
    drm_tlv_put_u32(&writer, TAG_KIND, KIND_END);
    drm_tlv_put(&writer, TAG_BACKUP_ID, drm_span(end->backup_id, DRM_ID_SIZE));
    drm_tlv_put_u32(&writer, TAG_SECTION, end->section);
    drm_tlv_put_u32(&writer, TAG_RECORDS, end->records);
    drm_tlv_put_u64(&writer, TAG_LICENSES, end->licenses);
    drm_tlv_put(&writer, TAG_HASH, drm_span(end->hash, DRM_SHA256_SIZE));
    result = drm_tlv_finish(&writer);
    if (DRM_SUCCEEDED(result))
        result = drm_signed_object_write(DRM_OBJECT_BACKUP, drm_buffer_span(&body), seed, drm_span(NULL, 0), out);
    drm_buffer_free(&body);
    return result;
}

drm_result drm_backup_end_read(struct drm_span data, const uint8_t signer[DRM_SIGN_PUBLIC_SIZE],
                               struct drm_backup_end *out)
{
    struct drm_signed_object object;
    struct drm_backup_end end = {0};
    uint32_t kind = 0;
    const struct drm_tlv_field fields[] = {
        {.tag = TAG_KIND, .kind = DRM_TLV_U32, .required = true, .out.u32 = &kind},
        {.tag = TAG_BACKUP_ID, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_ID_SIZE,
         .out.fixed = end.backup_id},
        {.tag = TAG_SECTION, .kind = DRM_TLV_U32, .required = true, .out.u32 = &end.section},
        {.tag = TAG_RECORDS, .kind = DRM_TLV_U32, .required = true, .out.u32 = &end.records},
        {.tag = TAG_LICENSES, .kind = DRM_TLV_U64, .required = true, .out.u64 = &end.licenses},
        {.tag = TAG_HASH, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_SHA256_SIZE,
         .out.fixed = end.hash},
    };
    drm_result result;

    if (DRM_FAILED(drm_signed_object_read(data, DRM_OBJECT_BACKUP, &object)) || object.chain.size
        || DRM_FAILED(drm_tlv_read(object.body, fields, sizeof(fields) / sizeof(fields[0]))) || kind != KIND_END)
        return DRM_E_BACKUP_CORRUPT;
    result = drm_signed_object_verify(&object, DRM_OBJECT_BACKUP, signer);
    if (DRM_SUCCEEDED(result))
        *out = end;
    return result;
}

/* --- the section's key ------------------------------------------------------------------------------------ */

#define BINDING_SIZE (2 * DRM_ID_SIZE + 4)

static void bind(const struct drm_backup_head *head, uint8_t out[BINDING_SIZE])
{
    memcpy(out, head->backup_id, DRM_ID_SIZE);
    memcpy(out + DRM_ID_SIZE, head->machine_id, DRM_ID_SIZE);
    drm_put_u32(out + 2 * DRM_ID_SIZE, head->section);
}

static struct drm_span info_for(bool for_authority)
{
    return for_authority ? drm_span(AUTHORITY_KEY_INFO, sizeof(AUTHORITY_KEY_INFO) - 1)
                         : drm_span(MACHINE_KEY_INFO, sizeof(MACHINE_KEY_INFO) - 1);
}

drm_result drm_backup_key_seal(const struct drm_backup_head *head, bool for_authority,
                               const uint8_t recipient[DRM_X25519_SIZE], const uint8_t key[DRM_AEAD_KEY_SIZE],
                               struct drm_buffer *out)
{
    uint8_t binding[BINDING_SIZE];

    bind(head, binding);
    return drm_hpke_seal(recipient, info_for(for_authority), drm_span(binding, sizeof(binding)),
                         drm_span(key, DRM_AEAD_KEY_SIZE), out);
}

drm_result drm_backup_key_open(const struct drm_backup_head *head, bool for_authority,
                               const uint8_t private_key[DRM_X25519_SIZE], uint8_t out[DRM_AEAD_KEY_SIZE])
{
    const struct drm_span sealed = for_authority ? head->authority_key : head->machine_key;
    uint8_t binding[BINDING_SIZE];
    struct drm_buffer key = {0};
    drm_result result;

    if (sealed.size != DRM_BACKUP_SEALED_KEY_SIZE)
        return DRM_E_DECRYPT_ERROR;
    bind(head, binding);
    result = drm_hpke_open(private_key, info_for(for_authority), drm_span(binding, sizeof(binding)), sealed, &key);
    if (DRM_SUCCEEDED(result))
        memcpy(out, key.data, DRM_AEAD_KEY_SIZE);
    drm_buffer_free(&key);
    return result;
}
