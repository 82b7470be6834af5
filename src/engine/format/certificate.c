/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Certificates: reading, writing, and what makes sense in one. */
#include "engine/format/certificate.h"

#include <string.h>

#include "engine/base/tlv.h"
#include "engine/crypto/memo.h"
#include "engine/format/signed_object.h"

enum certificate_tag
{
    TAG_SERIAL = DRM_TLV_CRITICAL | 1,
    TAG_ROLES = DRM_TLV_CRITICAL | 2,
    TAG_SUBJECT = DRM_TLV_CRITICAL | 3,
    TAG_NAME = DRM_TLV_CRITICAL | 4,
    TAG_SIGN_KEY = DRM_TLV_CRITICAL | 5,
    TAG_ENCRYPT_KEY = DRM_TLV_CRITICAL | 6,
    TAG_NOT_BEFORE = DRM_TLV_CRITICAL | 7,
    TAG_NOT_AFTER = DRM_TLV_CRITICAL | 8,
    TAG_ISSUER = DRM_TLV_CRITICAL | 9,
    TAG_SECURITY_LEVEL = DRM_TLV_CRITICAL | 10,
    TAG_SECURITY_VERSION = DRM_TLV_CRITICAL | 11,
    TAG_RSA_KEY = DRM_TLV_CRITICAL | 12,
};

static bool is_single_bit(uint32_t value)
{
    return value && !(value & (value - 1));
}

bool drm_id_is_zero(const uint8_t id[DRM_ID_SIZE])
{
    static const uint8_t zero[DRM_ID_SIZE];

    return memcmp(id, zero, DRM_ID_SIZE) == 0;
}

static bool roles_make_sense(uint32_t roles)
{
    const uint32_t alone = DRM_ROLE_ROOT | DRM_ROLE_ISSUER | DRM_ROLES_OF_CLIENTS;

    if (!roles || roles & ~(alone | DRM_ROLES_OF_AUTHORITY))
        return false;
    return !(roles & alone) || is_single_bit(roles);
}

static bool makes_sense(const struct drm_certificate *certificate)
{
    if (!roles_make_sense(certificate->roles) || !drm_version_is_valid(certificate->security_version))
        return false;
    if (certificate->roles == DRM_ROLE_MACHINE
        && (!certificate->has_encrypt_key || drm_id_is_zero(certificate->subject)))
    {
        return false;
    }
    /* An issuer's licences carry its name; nothing is ever sealed to it. */
    if (certificate->roles == DRM_ROLE_ISSUER && (!*certificate->name || certificate->has_encrypt_key))
        return false;
    if (certificate->has_rsa_key && certificate->roles != DRM_ROLE_APPLICATION)
        return false;
    if (certificate->not_before < 0 || certificate->not_before > DRM_TIME_MAX || certificate->not_after > DRM_TIME_MAX)
        return false;
    return certificate->not_after == 0 || certificate->not_after > certificate->not_before;
}

static drm_result read_body(struct drm_span body, struct drm_certificate *certificate)
{
    struct drm_span name = {0};
    uint64_t not_before = 0, not_after = 0, version = 0;
    const struct drm_tlv_field fields[] = {
        {.tag = TAG_SERIAL, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_ID_SIZE,
         .out.fixed = certificate->serial},
        {.tag = TAG_ROLES, .kind = DRM_TLV_U32, .required = true, .out.u32 = &certificate->roles},
        {.tag = TAG_SUBJECT, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_ID_SIZE,
         .out.fixed = certificate->subject},
        {.tag = TAG_NAME, .kind = DRM_TLV_TEXT, .required = true, .max_size = DRM_CERTIFICATE_NAME_SIZE,
         .out.span = &name},
        {.tag = TAG_SIGN_KEY, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_SIGN_PUBLIC_SIZE,
         .out.fixed = certificate->sign_key},
        {.tag = TAG_ENCRYPT_KEY, .kind = DRM_TLV_FIXED, .max_size = DRM_X25519_SIZE,
         .out.fixed = certificate->encrypt_key, .present = &certificate->has_encrypt_key},
        {.tag = TAG_NOT_BEFORE, .kind = DRM_TLV_U64, .required = true, .out.u64 = &not_before},
        {.tag = TAG_NOT_AFTER, .kind = DRM_TLV_U64, .required = true, .out.u64 = &not_after},
        {.tag = TAG_ISSUER, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_SHA256_SIZE,
         .out.fixed = certificate->issuer},
        {.tag = TAG_SECURITY_LEVEL, .kind = DRM_TLV_U32, .required = true, .out.u32 = &certificate->security_level},
        {.tag = TAG_SECURITY_VERSION, .kind = DRM_TLV_U64, .required = true, .out.u64 = &version},
        {.tag = TAG_RSA_KEY, .kind = DRM_TLV_FIXED, .max_size = DRM_SHA256_SIZE, .out.fixed = certificate->rsa_key,
         .present = &certificate->has_rsa_key},
    };
    drm_result result;

    result = drm_tlv_read(body, fields, sizeof(fields) / sizeof(fields[0]));
    if (DRM_FAILED(result))
        return result;
    if (not_before > DRM_TIME_MAX || not_after > DRM_TIME_MAX)
        return DRM_E_INVALID_DATA;
    if (name.size)
        memcpy(certificate->name, name.data, name.size);
    certificate->not_before = (int64_t)not_before;
    certificate->not_after = (int64_t)not_after;
    certificate->security_version = drm_version_unpack(version);
    return makes_sense(certificate) ? DRM_S_OK : DRM_E_INVALID_DATA;
}

drm_result drm_certificate_read(struct drm_span data, struct drm_certificate *out)
{
    struct drm_certificate certificate = {0};
    struct drm_signed_object object;

    if (data.size > DRM_CERTIFICATE_MAX_SIZE
        || DRM_FAILED(drm_signed_object_read(data, DRM_OBJECT_CERTIFICATE, &object))
        || object.chain.size
        || DRM_FAILED(read_body(object.body, &certificate)))
    {
        return DRM_E_INVALID_CERTIFICATE;
    }
    drm_sha256(object.body.data, object.body.size, certificate.id);
    *out = certificate;
    return DRM_S_OK;
}

static drm_result write_body(const struct drm_certificate *certificate, struct drm_buffer *out)
{
    struct drm_tlv_writer writer;

    drm_tlv_begin(&writer, out);
    drm_tlv_put(&writer, TAG_SERIAL, drm_span(certificate->serial, DRM_ID_SIZE));
    drm_tlv_put_u32(&writer, TAG_ROLES, certificate->roles);
    drm_tlv_put(&writer, TAG_SUBJECT, drm_span(certificate->subject, DRM_ID_SIZE));
    drm_tlv_put_text(&writer, TAG_NAME, certificate->name);
    drm_tlv_put(&writer, TAG_SIGN_KEY, drm_span(certificate->sign_key, DRM_SIGN_PUBLIC_SIZE));
    if (certificate->has_encrypt_key)
        drm_tlv_put(&writer, TAG_ENCRYPT_KEY, drm_span(certificate->encrypt_key, DRM_X25519_SIZE));
    drm_tlv_put_u64(&writer, TAG_NOT_BEFORE, (uint64_t)certificate->not_before);
    drm_tlv_put_u64(&writer, TAG_NOT_AFTER, (uint64_t)certificate->not_after);
    drm_tlv_put(&writer, TAG_ISSUER, drm_span(certificate->issuer, DRM_SHA256_SIZE));
    drm_tlv_put_u32(&writer, TAG_SECURITY_LEVEL, certificate->security_level);
    drm_tlv_put_u64(&writer, TAG_SECURITY_VERSION, drm_version_pack(certificate->security_version));
    if (certificate->has_rsa_key)
        drm_tlv_put(&writer, TAG_RSA_KEY, drm_span(certificate->rsa_key, DRM_SHA256_SIZE));
    return drm_tlv_finish(&writer);
}

drm_result drm_certificate_write(struct drm_certificate *certificate, const uint8_t issuer_seed[DRM_SIGN_SEED_SIZE],
                                 struct drm_buffer *out)
{
    struct drm_certificate full = *certificate, check = {0};
    struct drm_buffer body = {0};
    uint8_t issuer_key[DRM_SIGN_PUBLIC_SIZE];
    drm_result result;

    if (!memchr(full.name, 0, sizeof(full.name)) || !makes_sense(&full) || full.not_after < 0)
        return DRM_E_INVALID_ARGUMENT;
    result = drm_sign_public(issuer_seed, issuer_key);
    if (DRM_FAILED(result))
        return result;
    drm_sha256(issuer_key, sizeof(issuer_key), full.issuer);
    result = write_body(&full, &body);
    if (DRM_FAILED(result))
        goto done;
    /* What the reader refuses is never signed: a name that is no UTF-8, for one. */
    if (DRM_FAILED(read_body(drm_buffer_span(&body), &check)))
    {
        result = DRM_E_INVALID_ARGUMENT;
        goto done;
    }
    result = drm_signed_object_write(DRM_OBJECT_CERTIFICATE, drm_buffer_span(&body), issuer_seed, drm_span(NULL, 0),
                                     out);
    if (DRM_FAILED(result))
        goto done;
    drm_sha256(body.data, body.size, full.id);
    *certificate = full;

done:
    drm_buffer_free(&body);
    return result;
}

/* What certificate and key together are known by. */
static drm_result make_memo_key(struct drm_span data, const uint8_t issuer_key[DRM_SIGN_PUBLIC_SIZE],
                                uint8_t out[DRM_SHA256_SIZE])
{
    struct drm_hash *hash;
    drm_result result = drm_hash_create(&hash);

    if (DRM_FAILED(result))
        return result;
    drm_hash_update(hash, issuer_key, DRM_SIGN_PUBLIC_SIZE);
    drm_hash_update(hash, data.data, data.size);
    drm_hash_finish(hash, out);
    drm_hash_free(hash);
    return DRM_S_OK;
}

drm_result drm_certificate_verify(struct drm_span data, const uint8_t issuer_key[DRM_SIGN_PUBLIC_SIZE])
{
    static struct drm_memo verified = DRM_MEMO_INITIALIZER; /* those last found good: all lists bring the same one */
    uint8_t key[DRM_SHA256_SIZE], value[DRM_MEMO_VALUE_SIZE] = {0};
    struct drm_signed_object object;
    drm_result result;

    if (DRM_FAILED(drm_signed_object_read(data, DRM_OBJECT_CERTIFICATE, &object)))
        return DRM_E_INVALID_CERTIFICATE;
    if (DRM_FAILED(result = make_memo_key(data, issuer_key, key)))
        return result;
    if (drm_memo_find(&verified, key, value))
        return DRM_S_OK;
    if (DRM_SUCCEEDED(result = drm_signed_object_verify(&object, DRM_OBJECT_CERTIFICATE, issuer_key)))
        drm_memo_put(&verified, key, value);
    return result;
}
