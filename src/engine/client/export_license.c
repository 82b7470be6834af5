/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * May an application take the content of the current licence to another protection system?
 */
#include <stdlib.h>

#include "engine/client/enumeration_internal.h"
#include "engine/xml/application_certificate.h"

/* Under the licence's own anchor: only its issuer's side may say who exports what it issued. */
static drm_result check_certificate(struct drm_enumeration *enumeration, struct drm_span text,
                                    struct drm_application_certificate *certificate)
{
    const uint8_t *anchor = enumeration->entry.anchor;
    struct drm_environment environment = {0};
    bool revoked;
    drm_result result = drm_question_environment(&enumeration->question, anchor, &environment, NULL);

    if (DRM_FAILED(result)
        || DRM_FAILED(result = drm_application_certificate_read(text, certificate))
        || DRM_FAILED(result = drm_application_certificate_verify(certificate, anchor, environment.now.time))
        || DRM_FAILED(result = drm_client_is_revoked(enumeration->client, DRM_REVOCATION_APP,
                                                     drm_span(certificate->chain, certificate->chain_size),
                                                     &revoked)))
        return result;
    return revoked ? DRM_E_APPCERT_REVOKED : DRM_S_OK;
}

static drm_result check_inclusions(struct drm_enumeration *enumeration)
{
    uint8_t inclusions[DRM_LICENSE_MAX_INCLUSIONS][16];
    size_t count;
    drm_result result = drm_enumeration_get_inclusions(enumeration, inclusions, &count);

    if (DRM_FAILED(result))
        return result;
    return count ? DRM_S_OK : DRM_E_INCLUSION_LIST_REQUIRED;
}

drm_result drm_enumeration_check_application(struct drm_enumeration *enumeration, struct drm_span text,
                                             struct drm_rsa_key *out)
{
    struct drm_application_certificate *certificate = malloc(sizeof(*certificate));
    drm_result result;

    if (!certificate)
        return DRM_E_OUT_OF_MEMORY;
    if (DRM_SUCCEEDED(result = check_certificate(enumeration, text, certificate))
        && DRM_SUCCEEDED(result = check_inclusions(enumeration)))
        *out = certificate->key;
    free(certificate);
    return result;
}
