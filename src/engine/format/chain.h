/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Certificate chains: a collection of certificates, the leaf first, each signed by the next, the last by the root.
 * The root's own certificate may stand at the end; what counts is the trust anchor that the reader already has.
 */
#ifndef WMDRM_ENGINE_CHAIN_H
#define WMDRM_ENGINE_CHAIN_H

#include "engine/format/certificate.h"
#include "engine/format/signed_object.h"

/* --- collections: certificates that stand together, in any order --------------------------------------------- */

#define DRM_COLLECTION_MAX_COUNT 16
#define DRM_COLLECTION_MAX_SIZE (DRM_COLLECTION_MAX_COUNT * (DRM_CERTIFICATE_MAX_SIZE + 6))

/* Splits a collection of at most max certificates; reads none of them. Returns DRM_E_INVALID_CERTIFICATE. */
drm_result drm_collection_read(struct drm_span data, struct drm_span *certificates, size_t max, size_t *count);

/* Appends the collection of 1 to DRM_COLLECTION_MAX_COUNT encoded certificates to out. */
drm_result drm_collection_write(const struct drm_span *certificates, size_t count, struct drm_buffer *out);

/* --- chains ----------------------------------------------------------------------------------------------- */

#define DRM_CHAIN_MAX_DEPTH 4
#define DRM_CHAIN_MAX_SIZE (DRM_CHAIN_MAX_DEPTH * (DRM_CERTIFICATE_MAX_SIZE + 6))

struct drm_chain
{
    size_t count;                                        /* 1 to DRM_CHAIN_MAX_DEPTH */
    struct drm_span encoded[DRM_CHAIN_MAX_DEPTH];        /* point into what was read */
    struct drm_certificate certificates[DRM_CHAIN_MAX_DEPTH];
};

/* Splits a collection and reads its certificates; verifies nothing. Returns DRM_E_INVALID_CERTIFICATE. */
drm_result drm_chain_read(struct drm_span data, struct drm_chain *out);

/* Appends the collection of these 1 to DRM_CHAIN_MAX_DEPTH encoded certificates to out. */
drm_result drm_chain_write(const struct drm_span *certificates, size_t count, struct drm_buffer *out);

/*
 * Verifies a chain that was read: every signature up to anchor (a root's public key), every issuer's right to sign
 * what it signed (enum drm_role), every validity at now (0: validity does not count), and that the leaf has all of
 * roles. Returns DRM_E_INVALID_CERTIFICATE where it does not end at the anchor, a role is missing or a time does not
 * fit; DRM_E_SIGNATURE_FAILURE where a signature is wrong.
 *
 * Who may sign what: the root the roles of an authority, issuers, and its own certificate; DRM_ROLE_CERTIFY the
 * roles of clients; nobody else anything. A chain that leaves its root out costs one signature less to verify.
 */
DRM_MUST_CHECK drm_result drm_chain_verify(const struct drm_chain *chain, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                           uint32_t roles, int64_t now);

/*
 * Verifies an object that brings its signer's chain: the chain as above, then the object's own signature by the
 * chain's leaf. signer may be NULL. Returns what drm_chain_read and drm_chain_verify return, and DRM_E_INVALID_DATA
 * for an object without a chain.
 */
DRM_MUST_CHECK drm_result drm_chain_verify_object(const struct drm_signed_object *object, enum drm_object_type type,
                                                  const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE], uint32_t roles,
                                                  int64_t now, struct drm_certificate *signer);

#endif
