/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The licences of a response that was received (received_response.h). */
#include "engine/client/received_response.h"

#include <stdlib.h>
#include <string.h>

static drm_result read_license(struct drm_span data, const struct drm_license_head *head, size_t place,
                               struct drm_license *license, struct drm_new_license *out)
{
    struct drm_license_object object;
    uint32_t index;
    drm_result result;

    if (DRM_FAILED(result = drm_license_read(data, &object, license))
        || DRM_FAILED(result = drm_license_prove(&object, head->count, head->root, &index)))
        return result;
    if (index != place)
        return DRM_E_INVALID_LICENSE;
    if (DRM_FAILED(result = drm_license_check_issuer(head, license, index)))
        return result;
    memcpy(out->license_id, license->license_id, sizeof(out->license_id));
    memcpy(out->key_id, license->key_id, sizeof(out->key_id));
    out->priority = license->terms.priority;
    out->temporary = license->options & (DRM_LICENSE_NOT_PERSISTABLE | DRM_LICENSE_BEGINS_TEMPORARY);
    out->terms = license->encoded_terms;
    out->license = data;
    drm_license_state_begin(&license->terms, &out->state);
    return DRM_S_OK;
}

/* Every leaf of the tree must be there, in its order: a response that lost one on its way was altered. */
drm_result drm_received_licenses_read(const struct drm_license_response_xml *xml, const struct drm_license_head *head,
                                      struct drm_new_license **out)
{
    struct drm_new_license *licenses;
    struct drm_license *license;
    drm_result result = DRM_S_OK;

    if (xml->count != head->count)
        return DRM_E_INVALID_LICENSE;
    license = malloc(sizeof(*license));
    licenses = calloc(xml->count, sizeof(*licenses));
    if (!license || !licenses)
        result = DRM_E_OUT_OF_MEMORY;
    for (size_t i = 0; i < xml->count && DRM_SUCCEEDED(result); i++)
        result = read_license(xml->licenses[i], head, i, license, &licenses[i]);
    free(license);
    if (DRM_SUCCEEDED(result))
        *out = licenses;
    else
        free(licenses);
    return result;
}
