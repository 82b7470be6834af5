/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * This machine as a network device: its identity, what it knows of revocations, and what time it is.
 */
#ifndef WMDRM_ENGINE_DEVICE_IDENTITY_H
#define WMDRM_ENGINE_DEVICE_IDENTITY_H

#include "engine/client/client_internal.h"
#include "engine/format/chain.h"

struct drm_device_identity
{
    const uint8_t *anchor;         /* the question's */
    struct drm_identity identity;
    struct drm_identity_keys keys;
    uint64_t list_versions[DRM_REVOCATION_TYPES];
    int64_t now;                   /* of the secure clock; where that does not know, the latest time seen */
};

/* The identity in force. DRM_E_NEEDS_INDIVIDUALIZATION, and the failures of the store. */
DRM_MUST_CHECK drm_result drm_device_identity_load(const struct drm_question *question,
                                                   struct drm_device_identity *out);
void drm_device_identity_free(struct drm_device_identity *identity); /* wipes; one that is zeroed is fine */

/* Is any certificate of a chain on a list of network devices, of portable ones, or of machines?
 * DRM_E_CERTIFICATE_REVOKED. */
DRM_MUST_CHECK drm_result drm_device_check_revoked(const struct drm_question *question,
                                                   const uint8_t (*ids)[DRM_SHA256_SIZE], size_t count);
DRM_MUST_CHECK drm_result drm_device_check_chain_revoked(const struct drm_question *question,
                                                         const struct drm_chain *chain);

#endif
