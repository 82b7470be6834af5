/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What an issuer that is not the authority may put into its licences (license_response.h). */
#include "engine/format/license_response.h"

#include <string.h>

#define LICENSE_ID_LABEL "wmdrmsdk issuer license 1"

bool drm_license_head_is_issuers(const struct drm_license_head *head)
{
    return head->signer.roles == DRM_ROLE_ISSUER;
}

int64_t drm_license_head_signed_time(const struct drm_license_head *head)
{
    return drm_license_head_is_issuers(head) ? 0 : head->time;
}

void drm_issuer_license_id(const uint8_t sign_key[DRM_SIGN_PUBLIC_SIZE], const uint8_t response_id[DRM_ID_SIZE],
                           uint32_t index, uint8_t out[DRM_ID_SIZE])
{
    uint8_t named[sizeof(LICENSE_ID_LABEL) + DRM_SIGN_PUBLIC_SIZE + DRM_ID_SIZE + 4], hash[DRM_SHA256_SIZE];
    uint8_t *place = named + sizeof(LICENSE_ID_LABEL);

    memcpy(named, LICENSE_ID_LABEL, sizeof(LICENSE_ID_LABEL)); /* with its zero byte */
    memcpy(place, sign_key, DRM_SIGN_PUBLIC_SIZE);
    memcpy(place + DRM_SIGN_PUBLIC_SIZE, response_id, DRM_ID_SIZE);
    drm_put_u32(place + DRM_SIGN_PUBLIC_SIZE + DRM_ID_SIZE, index);
    drm_sha256(named, sizeof(named), hash);
    memcpy(out, hash, DRM_ID_SIZE);
}

drm_result drm_license_check_issuer(const struct drm_license_head *head, const struct drm_license *license,
                                    uint32_t index)
{
    uint8_t id[DRM_ID_SIZE];

    if (!drm_license_head_is_issuers(head))
        return DRM_S_OK;
    if (strcmp(license->issuer, head->signer.name))
        return DRM_E_INVALID_LICENSE_ACQUIRED;
    drm_issuer_license_id(head->signer.sign_key, head->response_id, index, id);
    return memcmp(license->license_id, id, sizeof(id)) ? DRM_E_INVALID_LICENSE : DRM_S_OK;
}
