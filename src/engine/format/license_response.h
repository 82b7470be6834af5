/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Responses with licences (docs/formats.md, "License responses"): a signed head, and licences that a hash tree ties to
 * it, so that ten thousand licences cost one signature and one public-key operation, and each stays provably the
 * issuer's by itself.
 *
 * The head is a signed object of the type DRM_OBJECT_LICENSE_RESPONSE with its signer's chain, whose role is
 * DRM_ROLE_ISSUE_LICENSES, the authority's own, or DRM_ROLE_ISSUER. In XML it is LICENSERESPONSE/HEAD, the licences are
 * LICENSERESPONSE/LICENSE (engine/xml/license_response_xml.h).
 */
#ifndef WMDRM_ENGINE_LICENSE_RESPONSE_H
#define WMDRM_ENGINE_LICENSE_RESPONSE_H

#include "engine/format/license.h"
#include "engine/format/request.h"

#define DRM_RESPONSE_MAX_LICENSES 65536
#define DRM_SEALED_RESPONSE_KEY_SIZE (DRM_AEAD_KEY_SIZE + DRM_HPKE_OVERHEAD)
#define DRM_RESPONSE_HEAD_MAX_SIZE (DRM_CHAIN_MAX_SIZE + 2048)

struct drm_license_head
{
    uint8_t response_id[DRM_ID_SIZE];      /* random */
    uint8_t machine_id[DRM_ID_SIZE];       /* for whom */
    uint8_t encrypt_key[DRM_X25519_SIZE];  /* to which of the machine's keys sealed_key is sealed */
    uint8_t nonce[DRM_NONCE_SIZE];         /* of the request; zero where nobody asked */
    int64_t time;                          /* the issuer's clock */
    struct drm_version version;            /* current security version */
    uint64_t list_versions[DRM_REVOCATION_TYPES];
    uint32_t count;                        /* licences: 1 to DRM_RESPONSE_MAX_LICENSES */
    uint8_t root[DRM_SHA256_SIZE];         /* of the tree */
    struct drm_span sealed_key;            /* the response's key, by HPKE; bound to response id and machine id */
    struct drm_certificate signer;         /* the chain's leaf, of a head that was read; ignored by write */
    bool of_device;                        /* a transmitter's; what follows is 0 in an issuer's */
    uint32_t min_app_list;                 /* versions of lists that the receiver must have: applications, */
    uint32_t min_device_list;              /* network devices */
};

/* Signs and appends a head. Returns DRM_E_INVALID_ARGUMENT for what read would refuse. */
DRM_MUST_CHECK drm_result drm_license_head_write(const struct drm_license_head *head,
                                                 const uint8_t seed[DRM_SIGN_SEED_SIZE], struct drm_span chain,
                                                 struct drm_buffer *out);
/* Reads and verifies a head: signed by a key with DRM_ROLE_ISSUE_LICENSES or DRM_ROLE_ISSUER under anchor, valid at the
 * head's own time. Of an issuer's, drm_license_check_issuer has to be asked about each licence.
 * Returns DRM_E_INVALID_LICENSE for what is none, DRM_E_SIGNATURE_FAILURE, DRM_E_INVALID_CERTIFICATE. */
DRM_MUST_CHECK drm_result drm_license_head_read(struct drm_span data, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                                struct drm_license_head *out);
/* The same of either kind (see below) without any verification, for one that was verified when it was stored. */
DRM_MUST_CHECK drm_result drm_license_head_read_trusted(struct drm_span data, struct drm_license_head *out);

/*
 * An issuer (DRM_ROLE_ISSUER) speaks for itself alone: its licences have its certificate's name as their issuer, and
 * ids that follow from its key and the response (drm_issuer_license_id), since the use of a licence is remembered under
 * its id. Is this licence at this place of the response such a one? DRM_E_INVALID_LICENSE_ACQUIRED where it names
 * somebody else, DRM_E_INVALID_LICENSE for an id of its own choice. The authority's own may say what they like.
 */
bool drm_license_head_is_issuers(const struct drm_license_head *head);
/* What a head says of the machine's clock: its time; 0 of an issuer's, since the clock is the authority's to set. */
int64_t drm_license_head_signed_time(const struct drm_license_head *head);
DRM_MUST_CHECK drm_result drm_license_check_issuer(const struct drm_license_head *head,
                                                   const struct drm_license *license, uint32_t index);
void drm_issuer_license_id(const uint8_t sign_key[DRM_SIGN_PUBLIC_SIZE], const uint8_t response_id[DRM_ID_SIZE],
                           uint32_t index, uint8_t out[DRM_ID_SIZE]);

/*
 * The heads of transmitters (docs/devices.md): signed by a machine, of an object type of their own, so that no licence
 * that a machine made for a network device passes for an issuer's. They carry one licence. of_device must be set to
 * write one. read: the signer has DRM_ROLE_MACHINE, and its chain is valid both at the head's time and at now (0: only
 * the former). chain (may be NULL): the signer's, pointing into data. Results as of drm_license_head_read.
 */
DRM_MUST_CHECK drm_result drm_device_head_write(const struct drm_license_head *head,
                                                const uint8_t seed[DRM_SIGN_SEED_SIZE], struct drm_span chain,
                                                struct drm_buffer *out);
DRM_MUST_CHECK drm_result drm_device_head_read(struct drm_span data, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                               int64_t now, struct drm_license_head *out, struct drm_chain *chain);

/* The response's key: sealed to a machine, and opened there. seal appends. DRM_E_DECRYPT_ERROR. */
DRM_MUST_CHECK drm_result drm_response_key_seal(const uint8_t response_id[DRM_ID_SIZE],
                                                const uint8_t machine_id[DRM_ID_SIZE],
                                                const uint8_t recipient[DRM_X25519_SIZE],
                                                const uint8_t key[DRM_AEAD_KEY_SIZE], struct drm_buffer *out);
DRM_MUST_CHECK drm_result drm_response_key_open(const struct drm_license_head *head,
                                                const uint8_t private_key[DRM_X25519_SIZE],
                                                uint8_t out[DRM_AEAD_KEY_SIZE]);

/* --- the tree (engine/format/license_tree.c) -------------------------------------------------------------- */

/*
 * A tree over count leaves, as in RFC 6962: a leaf is SHA-256(0x00, licence without proof), a node
 * SHA-256(0x01, left, right). Appends nothing; makes the root and, on demand, paths.
 */
struct drm_license_tree;
DRM_MUST_CHECK drm_result drm_license_tree_create(const uint8_t (*leaves)[DRM_SHA256_SIZE], size_t count,
                                                  struct drm_license_tree **out);
void drm_license_tree_free(struct drm_license_tree *tree); /* NULL is fine */
void drm_license_tree_root(const struct drm_license_tree *tree, uint8_t out[DRM_SHA256_SIZE]);

/* The leaf of a licence with this body and wrapped key. */
DRM_MUST_CHECK drm_result drm_license_leaf(struct drm_span body, struct drm_span wrapped_key,
                                           uint8_t out[DRM_SHA256_SIZE]);

/* Appends the whole licence: TYPE, BODY, KEY, and the PROOF of leaf index. Returns DRM_E_INVALID_ARGUMENT where they
 * are not that leaf. */
DRM_MUST_CHECK drm_result drm_license_write(struct drm_span body, struct drm_span wrapped_key,
                                            const struct drm_license_tree *tree, size_t index,
                                            struct drm_buffer *out);

/* Does this licence's proof lead to the root of a tree of count licences? *index is its place. Returns
 * DRM_E_INVALID_LICENSE for a proof that cannot be, DRM_E_SIGNATURE_FAILURE for one that leads elsewhere. */
DRM_MUST_CHECK drm_result drm_license_prove(const struct drm_license_object *object, uint32_t count,
                                            const uint8_t root[DRM_SHA256_SIZE], uint32_t *index);

#endif
