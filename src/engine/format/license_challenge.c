/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a machine asks an issuer. */
#include "engine/format/license_challenge.h"

#include <string.h>

#include "engine/base/tlv.h"
#include "engine/rights/right.h"

#define ALL_RIGHTS (DRM_RIGHT_BIT(DRM_RIGHTS) - 1)

enum license_challenge_tag
{
    TAG_NONCE = DRM_TLV_CRITICAL | 1,
    TAG_MACHINE_ID = DRM_TLV_CRITICAL | 2,
    TAG_INSTALLED = DRM_TLV_CRITICAL | 3,
    TAG_LIST_VERSIONS = DRM_TLV_CRITICAL | 4,
    TAG_TIME = DRM_TLV_CRITICAL | 5,
    TAG_RIGHTS = DRM_TLV_CRITICAL | 6,
    TAG_HEADER_HASH = DRM_TLV_CRITICAL | 7,
};

static bool makes_sense(const struct drm_license_challenge *challenge)
{
    static const uint8_t no_nonce[DRM_NONCE_SIZE];

    return !drm_id_is_zero(challenge->machine_id) && memcmp(challenge->nonce, no_nonce, DRM_NONCE_SIZE) != 0
        && challenge->time >= 0 && challenge->time <= DRM_TIME_MAX && drm_version_is_valid(challenge->installed)
        && drm_revocation_versions_are_valid(challenge->list_versions) && !(challenge->rights & ~ALL_RIGHTS);
}

drm_result drm_license_challenge_write(const struct drm_license_challenge *challenge,
                                       const uint8_t seed[DRM_SIGN_SEED_SIZE], struct drm_buffer *out)
{
    uint8_t versions[DRM_REVOCATION_VERSIONS_SIZE];
    struct drm_tlv_writer writer;
    struct drm_buffer body = {0};
    drm_result result;

    if (!makes_sense(challenge))
        return DRM_E_INVALID_ARGUMENT;
    drm_revocation_versions_put(challenge->list_versions, versions);
    drm_tlv_begin(&writer, &body);
    drm_tlv_put(&writer, TAG_NONCE, drm_span(challenge->nonce, DRM_NONCE_SIZE));
    drm_tlv_put(&writer, TAG_MACHINE_ID, drm_span(challenge->machine_id, DRM_ID_SIZE));
    drm_tlv_put_u64(&writer, TAG_INSTALLED, drm_version_pack(challenge->installed));
    drm_tlv_put(&writer, TAG_LIST_VERSIONS, drm_span(versions, sizeof(versions)));
    drm_tlv_put_u64(&writer, TAG_TIME, (uint64_t)challenge->time);
    drm_tlv_put_u32(&writer, TAG_RIGHTS, challenge->rights);
    drm_tlv_put(&writer, TAG_HEADER_HASH, drm_span(challenge->header_hash, DRM_SHA256_SIZE));
    result = drm_tlv_finish(&writer);
    if (DRM_SUCCEEDED(result))
        result = drm_signed_object_write(DRM_OBJECT_LICENSE_CHALLENGE, drm_buffer_span(&body), seed,
                                         drm_span(NULL, 0), out);
    drm_buffer_free(&body);
    return result;
}

static drm_result read_body(struct drm_span body, struct drm_license_challenge *out)
{
    uint8_t versions[DRM_REVOCATION_VERSIONS_SIZE];
    uint64_t installed = 0, time = 0;
    const struct drm_tlv_field fields[] = {
        {.tag = TAG_NONCE, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_NONCE_SIZE,
         .out.fixed = out->nonce},
        {.tag = TAG_MACHINE_ID, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_ID_SIZE,
         .out.fixed = out->machine_id},
        {.tag = TAG_INSTALLED, .kind = DRM_TLV_U64, .required = true, .out.u64 = &installed},
        {.tag = TAG_LIST_VERSIONS, .kind = DRM_TLV_FIXED, .required = true, .max_size = sizeof(versions),
         .out.fixed = versions},
        {.tag = TAG_TIME, .kind = DRM_TLV_U64, .required = true, .out.u64 = &time},
        {.tag = TAG_RIGHTS, .kind = DRM_TLV_U32, .required = true, .out.u32 = &out->rights},
        {.tag = TAG_HEADER_HASH, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_SHA256_SIZE,
         .out.fixed = out->header_hash},
    };

    if (DRM_FAILED(drm_tlv_read(body, fields, sizeof(fields) / sizeof(fields[0]))) || time > DRM_TIME_MAX)
        return DRM_E_BAD_REQUEST;
    out->installed = drm_version_unpack(installed);
    drm_revocation_versions_get(versions, out->list_versions);
    out->time = (int64_t)time;
    return makes_sense(out) ? DRM_S_OK : DRM_E_BAD_REQUEST;
}

drm_result drm_license_challenge_read(struct drm_span data, struct drm_span chain,
                                      const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE], int64_t now,
                                      struct drm_license_challenge *out, struct drm_certificate *machine)
{
    struct drm_license_challenge challenge = {0};
    struct drm_signed_object object;
    struct drm_chain certificates;
    const struct drm_certificate *leaf = &certificates.certificates[0];
    drm_result result;

    if (data.size > DRM_REQUEST_MAX_SIZE
        || DRM_FAILED(drm_signed_object_read(data, DRM_OBJECT_LICENSE_CHALLENGE, &object)) || object.chain.size)
        return DRM_E_BAD_REQUEST;
    result = read_body(object.body, &challenge);
    if (DRM_FAILED(result))
        return result;
    result = drm_chain_read(chain, &certificates);
    if (DRM_FAILED(result))
        return result;
    if (memcmp(leaf->subject, challenge.machine_id, DRM_ID_SIZE) != 0)
        return DRM_E_INVALID_CERTIFICATE;
    result = drm_chain_verify(&certificates, anchor, DRM_ROLE_MACHINE, now);
    if (DRM_FAILED(result))
        return result;
    result = drm_signed_object_verify(&object, DRM_OBJECT_LICENSE_CHALLENGE, leaf->sign_key);
    if (DRM_FAILED(result))
        return result;
    *out = challenge;
    *machine = *leaf;
    return DRM_S_OK;
}
