/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a machine asks an issuer: the signed heart of a LICENSEREQUEST (docs/protocol.md, "License requests"). It stands
 * in CLIENTINFO/CLIENTID; the machine's chain stands beside it in CLIENTINFO/MACHINECERTIFICATE.
 */
#ifndef WMDRM_ENGINE_LICENSE_CHALLENGE_H
#define WMDRM_ENGINE_LICENSE_CHALLENGE_H

#include "engine/format/request.h"

struct drm_license_challenge
{
    uint8_t nonce[DRM_NONCE_SIZE];            /* not zero: that is of a response that nobody asked for */
    uint8_t machine_id[DRM_ID_SIZE];
    struct drm_version installed;
    uint64_t list_versions[DRM_REVOCATION_TYPES];
    int64_t time;                             /* the machine's own clock, for the issuer's log; 0: it has none */
    uint32_t rights;                          /* that are asked for: a set of DRM_RIGHT_BIT; 0: whatever is offered */
    uint8_t header_hash[DRM_SHA256_SIZE];     /* SHA-256 of the content header's UTF-8 text, or, of the legacy form, of
                                                 the key id's 16 bytes; zero of a pre-delivery */
};

/* Signs and appends. A signed object (DRM_OBJECT_LICENSE_CHALLENGE) without a chain. Returns DRM_E_INVALID_ARGUMENT for
 * what read would refuse. */
DRM_MUST_CHECK drm_result drm_license_challenge_write(const struct drm_license_challenge *challenge,
                                                      const uint8_t seed[DRM_SIGN_SEED_SIZE], struct drm_buffer *out);

/*
 * Reads and verifies: chain leads from a machine to anchor at now (0: validity does not count), its leaf signed the
 * challenge and has its machine id. Returns DRM_E_BAD_REQUEST, DRM_E_SIGNATURE_FAILURE, DRM_E_INVALID_CERTIFICATE.
 */
DRM_MUST_CHECK drm_result drm_license_challenge_read(struct drm_span data, struct drm_span chain,
                                                     const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE], int64_t now,
                                                     struct drm_license_challenge *out,
                                                     struct drm_certificate *machine);

#endif
