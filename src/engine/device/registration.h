/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The two messages of a registration (docs/devices.md, "Registration").
 *
 *   request    version 2, type 1, serial (16), certificate size (2), certificates
 *   response   version 2, type 2, signature offset (2), serial (16), session (16), address size (2), address,
 *              seed encryption (1), seed size (2), sealed seed, certificate size (2), certificates of the transmitter,
 *              signature type (1), signature size (2), signature
 */
#ifndef WMDRM_ENGINE_REGISTRATION_H
#define WMDRM_ENGINE_REGISTRATION_H

#include "engine/device/datagrams.h"
#include "engine/device/session.h"
#include "engine/format/chain.h"

/* Whose key a chain certifies: a machine, or a network device without an identity of a machine. */
#define DRM_DEVICE_ROLES (DRM_ROLE_MACHINE | DRM_ROLE_NETWORK_DEVICE)

#define DRM_DEVICE_ADDRESS_MAX_SIZE 18
/* 6 bytes of IPv4, 18 of IPv6. read: DRM_E_BAD_REQUEST, also where host or port is 0. */
size_t drm_device_address_write(const struct drm_device_address *address, uint8_t out[DRM_DEVICE_ADDRESS_MAX_SIZE]);
DRM_MUST_CHECK drm_result drm_device_address_read(struct drm_span data, struct drm_device_address *out);

/* --- requests --------------------------------------------------------------------------------------------- */

struct drm_registration_request
{
    uint8_t serial[DRM_DEVICE_ID_SIZE]; /* random, of this request: the response must repeat it. Not zero */
    struct drm_span chain;              /* of the device; points into what was read */
};

DRM_MUST_CHECK drm_result drm_registration_request_write(const struct drm_registration_request *request,
                                                         struct drm_buffer *out);
/* Verifies nothing. DRM_E_UNSUPPORTED_PROTOCOL_VERSION, DRM_E_BAD_REQUEST. */
DRM_MUST_CHECK drm_result drm_registration_request_read(struct drm_span data, struct drm_registration_request *out);

/*
 * The chain of a device or of a transmitter: read, led to anchor at now, its leaf with one of roles (a set of enum
 * drm_role), an encryption key and a subject. DRM_E_INVALID_CERTIFICATE, DRM_E_SIGNATURE_FAILURE.
 */
DRM_MUST_CHECK drm_result drm_device_chain_read(struct drm_span data, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                                uint32_t roles, int64_t now, struct drm_chain *out);

/* --- responses -------------------------------------------------------------------------------------------- */

struct drm_registration_response
{
    uint8_t serial[DRM_DEVICE_ID_SIZE];  /* of the request */
    uint8_t session[DRM_DEVICE_ID_SIZE]; /* random, not zero */
    struct drm_device_address address;   /* where the transmitter listens for datagrams */
    struct drm_span sealed_seed;         /* of one that was read; so are what follows */
    struct drm_span chain;               /* the transmitter's */
    struct drm_span seed_binding;        /* what the seed is bound to, beside the chain */
    struct drm_span signed_part;
    uint8_t signature[DRM_SIGNATURE_SIZE];
};

/* Seals seed to recipient, signs with the transmitter's key, appends. chain is the transmitter's. */
DRM_MUST_CHECK drm_result drm_registration_response_write(const struct drm_registration_response *response,
                                                          const uint8_t seed[DRM_DEVICE_SEED_SIZE],
                                                          const uint8_t recipient[DRM_X25519_SIZE],
                                                          const uint8_t sign_seed[DRM_SIGN_SEED_SIZE],
                                                          struct drm_buffer *out);
/* Splits; verifies nothing. DRM_E_UNSUPPORTED_PROTOCOL_VERSION, DRM_E_BAD_REQUEST. */
DRM_MUST_CHECK drm_result drm_registration_response_read(struct drm_span data, struct drm_registration_response *out);
/* Is it signed by the leaf of this chain, which was verified? DRM_E_SIGNATURE_FAILURE. */
DRM_MUST_CHECK drm_result drm_registration_response_verify(const struct drm_registration_response *response,
                                                           const struct drm_chain *chain);
/* DRM_E_DECRYPT_ERROR for one that was sealed to another key. */
DRM_MUST_CHECK drm_result drm_registration_response_open(const struct drm_registration_response *response,
                                                         const uint8_t private_key[DRM_X25519_SIZE],
                                                         uint8_t seed[DRM_DEVICE_SEED_SIZE]);

#endif
