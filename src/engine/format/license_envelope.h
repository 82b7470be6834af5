/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files that read and write licences share: the envelope, and the parts of the tree. */
#ifndef WMDRM_ENGINE_LICENSE_ENVELOPE_H
#define WMDRM_ENGINE_LICENSE_ENVELOPE_H

#include "engine/format/license_response.h"

/* First byte of what is hashed: a leaf never passes for a node (RFC 6962). */
#define DRM_TREE_LEAF 0x00
#define DRM_TREE_NODE 0x01

/* A proof is the leaf's index (4 bytes, big-endian), then the hashes beside its way up. */
#define DRM_TREE_MAX_HEIGHT 16
#define DRM_PROOF_INDEX_SIZE 4
#define DRM_PROOF_MAX_SIZE (DRM_PROOF_INDEX_SIZE + DRM_TREE_MAX_HEIGHT * DRM_SHA256_SIZE)
_Static_assert(DRM_RESPONSE_MAX_LICENSES == 1 << DRM_TREE_MAX_HEIGHT, "the highest tree holds the most licences");

/* Splits the envelope; reads nothing of the body. DRM_E_INVALID_LICENSE. */
DRM_MUST_CHECK drm_result drm_license_envelope_read(struct drm_span data, struct drm_license_object *out);

size_t drm_license_tree_count(const struct drm_license_tree *tree);
const uint8_t *drm_license_tree_leaf(const struct drm_license_tree *tree, size_t index);
/* Returns the size of the proof. */
size_t drm_license_tree_proof(const struct drm_license_tree *tree, size_t index, uint8_t out[DRM_PROOF_MAX_SIZE]);

#endif
