/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The signed heads of responses with licences, and the key that each response carries. */
#include "engine/format/license_response.h"

#include <string.h>

#include "engine/base/tlv.h"

#define RESPONSE_KEY_INFO "wmdrmsdk response key 1"

enum license_head_tag
{
    TAG_RESPONSE_ID = DRM_TLV_CRITICAL | 1,
    TAG_MACHINE_ID = DRM_TLV_CRITICAL | 2,
    TAG_ENCRYPT_KEY = DRM_TLV_CRITICAL | 3,
    TAG_NONCE = DRM_TLV_CRITICAL | 4,
    TAG_TIME = DRM_TLV_CRITICAL | 5,
    TAG_VERSION = DRM_TLV_CRITICAL | 6,
    TAG_LIST_VERSIONS = DRM_TLV_CRITICAL | 7,
    TAG_COUNT = DRM_TLV_CRITICAL | 8,
    TAG_ROOT = DRM_TLV_CRITICAL | 9,
    TAG_SEALED_KEY = DRM_TLV_CRITICAL | 10,
    /* Of a transmitter's head only: */
    TAG_MIN_APP_LIST = DRM_TLV_CRITICAL | 11,
    TAG_MIN_DEVICE_LIST = DRM_TLV_CRITICAL | 12,
};
#define DEVICE_TAGS 2

static bool makes_sense(const struct drm_license_head *head)
{
    if (drm_id_is_zero(head->response_id) || drm_id_is_zero(head->machine_id))
        return false;
    /* A time of 0 would mean to the verifier of chains that validity does not count. */
    if (head->time <= 0 || head->time > DRM_TIME_MAX || !drm_version_is_valid(head->version)
        || !drm_revocation_versions_are_valid(head->list_versions))
        return false;
    if (head->of_device ? head->count != 1 : head->min_app_list || head->min_device_list)
        return false;
    return head->count && head->count <= DRM_RESPONSE_MAX_LICENSES
        && head->sealed_key.size == DRM_SEALED_RESPONSE_KEY_SIZE;
}

/* --- reading ---------------------------------------------------------------------------------------------- */

static drm_result read_body(struct drm_span body, bool of_device, struct drm_license_head *out)
{
    uint8_t versions[DRM_REVOCATION_VERSIONS_SIZE];
    struct drm_license_head head = {.of_device = of_device};
    uint64_t time = 0, version = 0;
    const struct drm_tlv_field fields[] = {
        {.tag = TAG_RESPONSE_ID, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_ID_SIZE,
         .out.fixed = head.response_id},
        {.tag = TAG_MACHINE_ID, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_ID_SIZE,
         .out.fixed = head.machine_id},
        {.tag = TAG_ENCRYPT_KEY, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_X25519_SIZE,
         .out.fixed = head.encrypt_key},
        {.tag = TAG_NONCE, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_NONCE_SIZE,
         .out.fixed = head.nonce},
        {.tag = TAG_TIME, .kind = DRM_TLV_U64, .required = true, .out.u64 = &time},
        {.tag = TAG_VERSION, .kind = DRM_TLV_U64, .required = true, .out.u64 = &version},
        {.tag = TAG_LIST_VERSIONS, .kind = DRM_TLV_FIXED, .required = true, .max_size = sizeof(versions),
         .out.fixed = versions},
        {.tag = TAG_COUNT, .kind = DRM_TLV_U32, .required = true, .out.u32 = &head.count},
        {.tag = TAG_ROOT, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_SHA256_SIZE,
         .out.fixed = head.root},
        {.tag = TAG_SEALED_KEY, .kind = DRM_TLV_BYTES, .required = true, .min_size = DRM_SEALED_RESPONSE_KEY_SIZE,
         .max_size = DRM_SEALED_RESPONSE_KEY_SIZE, .out.span = &head.sealed_key},
        {.tag = TAG_MIN_APP_LIST, .kind = DRM_TLV_U32, .required = true, .out.u32 = &head.min_app_list},
        {.tag = TAG_MIN_DEVICE_LIST, .kind = DRM_TLV_U32, .required = true, .out.u32 = &head.min_device_list},
    };
    const size_t count = sizeof(fields) / sizeof(fields[0]) - (of_device ? 0 : DEVICE_TAGS);

    if (DRM_FAILED(drm_tlv_read(body, fields, count)) || time > DRM_TIME_MAX)
        return DRM_E_INVALID_LICENSE;
    head.time = (int64_t)time;
    head.version = drm_version_unpack(version);
    drm_revocation_versions_get(versions, head.list_versions);
    if (!makes_sense(&head))
        return DRM_E_INVALID_LICENSE;
    *out = head;
    return DRM_S_OK;
}

/* Verifies nothing. */
static drm_result read_head(struct drm_span data, enum drm_object_type type, struct drm_signed_object *object,
                            struct drm_chain *chain, struct drm_license_head *out)
{
    struct drm_license_head head;
    drm_result result;

    if (data.size > DRM_RESPONSE_HEAD_MAX_SIZE || DRM_FAILED(drm_signed_object_read(data, type, object))
        || !object->chain.size)
        return DRM_E_INVALID_LICENSE;
    if (DRM_FAILED(result = read_body(object->body, type == DRM_OBJECT_DEVICE_RESPONSE, &head))
        || DRM_FAILED(result = drm_chain_read(object->chain, chain)))
        return result;
    head.signer = chain->certificates[0];
    *out = head;
    return DRM_S_OK;
}

drm_result drm_license_head_read(struct drm_span data, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                 struct drm_license_head *out)
{
    struct drm_signed_object object;
    struct drm_license_head head;
    struct drm_chain chain;
    drm_result result;

    result = read_head(data, DRM_OBJECT_LICENSE_RESPONSE, &object, &chain, &head);
    if (DRM_FAILED(result))
        return result;
    result = drm_chain_verify(&chain, anchor, drm_license_head_is_issuers(&head) ? DRM_ROLE_ISSUER
                                                                                 : DRM_ROLE_ISSUE_LICENSES, head.time);
    if (DRM_SUCCEEDED(result))
        result = drm_signed_object_verify(&object, DRM_OBJECT_LICENSE_RESPONSE, head.signer.sign_key);
    if (DRM_FAILED(result))
        return result;
    *out = head;
    return DRM_S_OK;
}

drm_result drm_license_head_read_trusted(struct drm_span data, struct drm_license_head *out)
{
    struct drm_signed_object object;
    struct drm_chain chain;

    if (DRM_SUCCEEDED(read_head(data, DRM_OBJECT_DEVICE_RESPONSE, &object, &chain, out)))
        return DRM_S_OK;
    return read_head(data, DRM_OBJECT_LICENSE_RESPONSE, &object, &chain, out);
}

drm_result drm_device_head_read(struct drm_span data, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE], int64_t now,
                                struct drm_license_head *out, struct drm_chain *chain)
{
    struct drm_signed_object object;
    struct drm_license_head head;
    struct drm_chain signer;
    drm_result result;

    result = read_head(data, DRM_OBJECT_DEVICE_RESPONSE, &object, &signer, &head);
    if (DRM_FAILED(result))
        return result;
    result = drm_chain_verify(&signer, anchor, DRM_ROLE_MACHINE, head.time);
    if (DRM_SUCCEEDED(result) && now)
        result = drm_chain_verify(&signer, anchor, DRM_ROLE_MACHINE, now);
    if (DRM_SUCCEEDED(result))
        result = drm_signed_object_verify(&object, DRM_OBJECT_DEVICE_RESPONSE, signer.certificates[0].sign_key);
    if (DRM_FAILED(result))
        return result;
    *out = head;
    if (chain)
        *chain = signer;
    return DRM_S_OK;
}

/* --- writing ---------------------------------------------------------------------------------------------- */

static drm_result write_body(const struct drm_license_head *head, struct drm_buffer *out)
{
    uint8_t versions[DRM_REVOCATION_VERSIONS_SIZE];
    struct drm_tlv_writer writer;

    drm_revocation_versions_put(head->list_versions, versions);
    drm_tlv_begin(&writer, out);
    drm_tlv_put(&writer, TAG_RESPONSE_ID, drm_span(head->response_id, DRM_ID_SIZE));
    drm_tlv_put(&writer, TAG_MACHINE_ID, drm_span(head->machine_id, DRM_ID_SIZE));
    drm_tlv_put(&writer, TAG_ENCRYPT_KEY, drm_span(head->encrypt_key, DRM_X25519_SIZE));
    drm_tlv_put(&writer, TAG_NONCE, drm_span(head->nonce, DRM_NONCE_SIZE));
    drm_tlv_put_u64(&writer, TAG_TIME, (uint64_t)head->time);
    drm_tlv_put_u64(&writer, TAG_VERSION, drm_version_pack(head->version));
    drm_tlv_put(&writer, TAG_LIST_VERSIONS, drm_span(versions, sizeof(versions)));
    drm_tlv_put_u32(&writer, TAG_COUNT, head->count);
    drm_tlv_put(&writer, TAG_ROOT, drm_span(head->root, DRM_SHA256_SIZE));
    drm_tlv_put(&writer, TAG_SEALED_KEY, head->sealed_key);
    if (head->of_device)
    {
        drm_tlv_put_u32(&writer, TAG_MIN_APP_LIST, head->min_app_list);
        drm_tlv_put_u32(&writer, TAG_MIN_DEVICE_LIST, head->min_device_list);
    }
    return drm_tlv_finish(&writer);
}

static drm_result write_head(const struct drm_license_head *head, enum drm_object_type type, const uint8_t *seed,
                             struct drm_span chain, struct drm_buffer *out)
{
    struct drm_buffer body = {0};
    drm_result result;

    if (head->of_device != (type == DRM_OBJECT_DEVICE_RESPONSE) || !makes_sense(head) || !chain.size
        || chain.size > DRM_CHAIN_MAX_SIZE)
        return DRM_E_INVALID_ARGUMENT;
    result = write_body(head, &body);
    if (DRM_SUCCEEDED(result))
        result = drm_signed_object_write(type, drm_buffer_span(&body), seed, chain, out);
    drm_buffer_free(&body);
    return result;
}

drm_result drm_license_head_write(const struct drm_license_head *head, const uint8_t seed[DRM_SIGN_SEED_SIZE],
                                  struct drm_span chain, struct drm_buffer *out)
{
    return write_head(head, DRM_OBJECT_LICENSE_RESPONSE, seed, chain, out);
}

drm_result drm_device_head_write(const struct drm_license_head *head, const uint8_t seed[DRM_SIGN_SEED_SIZE],
                                 struct drm_span chain, struct drm_buffer *out)
{
    return write_head(head, DRM_OBJECT_DEVICE_RESPONSE, seed, chain, out);
}

/* --- the response's key ----------------------------------------------------------------------------------- */

static void bind(const uint8_t response_id[DRM_ID_SIZE], const uint8_t machine_id[DRM_ID_SIZE],
                 uint8_t out[2 * DRM_ID_SIZE])
{
    memcpy(out, response_id, DRM_ID_SIZE);
    memcpy(out + DRM_ID_SIZE, machine_id, DRM_ID_SIZE);
}

drm_result drm_response_key_seal(const uint8_t response_id[DRM_ID_SIZE], const uint8_t machine_id[DRM_ID_SIZE],
                                 const uint8_t recipient[DRM_X25519_SIZE], const uint8_t key[DRM_AEAD_KEY_SIZE],
                                 struct drm_buffer *out)
{
    uint8_t binding[2 * DRM_ID_SIZE];

    bind(response_id, machine_id, binding);
    return drm_hpke_seal(recipient, drm_span(RESPONSE_KEY_INFO, sizeof(RESPONSE_KEY_INFO) - 1),
                         drm_span(binding, sizeof(binding)), drm_span(key, DRM_AEAD_KEY_SIZE), out);
}

drm_result drm_response_key_open(const struct drm_license_head *head, const uint8_t private_key[DRM_X25519_SIZE],
                                 uint8_t out[DRM_AEAD_KEY_SIZE])
{
    uint8_t binding[2 * DRM_ID_SIZE];
    struct drm_buffer key = {0};
    drm_result result;

    if (head->sealed_key.size != DRM_SEALED_RESPONSE_KEY_SIZE)
        return DRM_E_DECRYPT_ERROR;
    bind(head->response_id, head->machine_id, binding);
    result = drm_hpke_open(private_key, drm_span(RESPONSE_KEY_INFO, sizeof(RESPONSE_KEY_INFO) - 1),
                           drm_span(binding, sizeof(binding)), head->sealed_key, &key);
    if (DRM_SUCCEEDED(result))
        memcpy(out, key.data, DRM_AEAD_KEY_SIZE);
    drm_buffer_free(&key);
    return result;
}
