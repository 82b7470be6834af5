/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The two messages about licences (docs/devices.md, "Licences").
 *
 *   request    version 2, type 7, certificate size (2), certificates, serial (16), session (16), rights id (16),
 *              action size (2), action, list versions (6 of 8), code type (1), code size (2), code,
 *              signature type (1), signature size (2), signature
 *   response   version 2, type 8, head size (2), head, licence size (2), licence
 *
 * Head and licence are objects as everywhere (engine/format/license_response.h); the head's nonce is the SHA-256 of the
 * whole request.
 */
#ifndef WMDRM_ENGINE_LICENSE_MESSAGE_H
#define WMDRM_ENGINE_LICENSE_MESSAGE_H

#include "engine/device/session.h"
#include "engine/format/license_response.h"

#define DRM_DEVICE_ACTION "Play" /* the only one */
#define DRM_DEVICE_ACTION_MAX_SIZE 128

struct drm_device_license_request
{
    struct drm_span chain;                    /* spans of one that was read point into it */
    uint8_t serial[DRM_DEVICE_ID_SIZE];       /* of the registration; both zero without one */
    uint8_t session[DRM_DEVICE_ID_SIZE];
    uint8_t rights_id[DRM_DEVICE_ID_SIZE];    /* random */
    struct drm_span action;
    uint64_t list_versions[DRM_REVOCATION_TYPES];
    struct drm_span coded_part;               /* of one that was read; so are what follows */
    struct drm_span code;                     /* empty without a registration */
    struct drm_span signed_part;
    uint8_t signature[DRM_SIGNATURE_SIZE];
    uint8_t hash[DRM_NONCE_SIZE];             /* of all of it */
};

/* Signs and appends. session: whose keys give the code; NULL without a registration. */
DRM_MUST_CHECK drm_result drm_device_license_request_write(const struct drm_device_license_request *request,
                                                           const struct drm_device_session *session,
                                                           const uint8_t sign_seed[DRM_SIGN_SEED_SIZE],
                                                           struct drm_buffer *out);
/* Splits; verifies nothing. DRM_E_UNSUPPORTED_PROTOCOL_VERSION, DRM_E_BAD_REQUEST, DRM_E_ATTRIBUTE_TOO_LONG (the
 * action). */
DRM_MUST_CHECK drm_result drm_device_license_request_read(struct drm_span data, struct drm_device_license_request *out);
/* Is it signed by the leaf of its chain, which was verified? DRM_E_SIGNATURE_FAILURE. */
DRM_MUST_CHECK drm_result drm_device_license_request_verify(const struct drm_device_license_request *request,
                                                            const struct drm_chain *chain);

struct drm_device_license_response
{
    struct drm_span head;
    struct drm_span license;
};
DRM_MUST_CHECK drm_result drm_device_license_response_write(const struct drm_device_license_response *response,
                                                            struct drm_buffer *out);
DRM_MUST_CHECK drm_result drm_device_license_response_read(struct drm_span data,
                                                           struct drm_device_license_response *out);

/* The licence id that a transmitter's licence must have: it follows from who made it and from its response, so that
 * nobody can choose the id of a licence that an issuer gave, whose use is remembered under it. */
void drm_device_license_id(const uint8_t transmitter[DRM_ID_SIZE], const uint8_t response_id[DRM_ID_SIZE],
                           uint8_t out[DRM_ID_SIZE]);

#endif
