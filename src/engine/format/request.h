/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a machine asks its authority (docs/protocol.md, "Requests"): it proves possession of the new signature key, and,
 * where there is an old identity, is signed by that one too.
 *
 *   TYPE       4 bytes, DRM_OBJECT_REQUEST
 *   BODY       the request's fields; names the identity that signs it, so that nobody can take its signature off
 *   PROOF      64 bytes: BODY signed by its own sign_key; of an individualization
 *   SIGNATURE  64 bytes: BODY signed by the identity that it names
 *   CHAIN      the identity's certificates
 */
#ifndef WMDRM_ENGINE_REQUEST_H
#define WMDRM_ENGINE_REQUEST_H

#include "engine/format/chain.h"
#include "engine/format/revocation_list.h"

#define DRM_NONCE_SIZE 32
#define DRM_REQUEST_MAX_SIZE 65536

enum drm_request_kind
{
    DRM_REQUEST_INDIVIDUALIZE = 1,
    DRM_REQUEST_REVOCATION = 2,
};

struct drm_request
{
    enum drm_request_kind kind;
    uint8_t nonce[DRM_NONCE_SIZE];
    uint8_t machine_id[DRM_ID_SIZE];               /* zero in a refresh that nobody signs, and only there */
    struct drm_version installed;                  /* 0.0 where nothing is installed */
    bool forced;                                   /* a new identity even where installed is current */
    uint64_t list_versions[DRM_REVOCATION_TYPES];  /* what the machine has; 0 where it has none. Index: type - 1 */
    /* Individualize only: */
    uint8_t sign_key[DRM_SIGN_PUBLIC_SIZE];
    uint8_t encrypt_key[DRM_X25519_SIZE];
    uint8_t component_hash[DRM_SHA256_SIZE];       /* of the component that is installed; zero where none is */
};

/* The old identity's signature keys. */
struct drm_request_signer
{
    const uint8_t *seed;    /* DRM_SIGN_SEED_SIZE */
    struct drm_span chain;
};

/*
 * Appends the request to out. An individualization is signed with seed, the private half of sign_key, and also by old
 * where it is not NULL. A refresh is signed by the identity (seed NULL, old set) or by nobody (both NULL). Returns
 * DRM_E_INVALID_ARGUMENT for what drm_request_read would refuse, DRM_E_INVALID_CERTIFICATE for an unreadable chain of
 * old or one of another machine id.
 */
drm_result drm_request_write(const struct drm_request *request, const uint8_t *seed,
                             const struct drm_request_signer *old, struct drm_buffer *out);

/* What the reader of a request knows of its signer. */
struct drm_request_identity
{
    bool signed_by_identity;             /* the old identity signed it, and its chain was verified under the anchor */
    struct drm_certificate certificate;  /* of that identity; zero where there is none */
};

/*
 * Reads and verifies a request. An old identity's chain is verified under anchor without regard to its validity in
 * time: an expired identity may ask for a new one. Returns DRM_E_BAD_REQUEST for what cannot be read,
 * DRM_E_SIGNATURE_FAILURE, and DRM_E_INVALID_CERTIFICATE for an identity that cannot be read, is none of a machine, is
 * another authority's, or has another machine id than the request.
 */
drm_result drm_request_read(struct drm_span data, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                            struct drm_request *out, struct drm_request_identity *identity);

#endif
