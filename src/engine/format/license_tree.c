/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The hash tree of a response (RFC 6962, 2.1). Built level by level: two neighbours make a node, and the last one of an
 * odd level moves up as it is. That is the same tree as the RFC's, which splits at the largest power of two.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/format/license_envelope.h"

struct drm_license_tree
{
    size_t height;                                      /* levels above the leaves */
    size_t counts[DRM_TREE_MAX_HEIGHT + 1];             /* of each level; 1 of the last */
    uint8_t (*levels[DRM_TREE_MAX_HEIGHT + 1])[DRM_SHA256_SIZE];
    uint8_t hashes[][DRM_SHA256_SIZE];                  /* all of them, the leaves first */
};

static void join(const uint8_t left[DRM_SHA256_SIZE], const uint8_t right[DRM_SHA256_SIZE],
                 uint8_t out[DRM_SHA256_SIZE])
{
    uint8_t node[1 + 2 * DRM_SHA256_SIZE];

    node[0] = DRM_TREE_NODE;
    memcpy(node + 1, left, DRM_SHA256_SIZE);
    memcpy(node + 1 + DRM_SHA256_SIZE, right, DRM_SHA256_SIZE);
    drm_sha256(node, sizeof(node), out);
}

static void build_level(struct drm_license_tree *tree, size_t level)
{
    uint8_t (*below)[DRM_SHA256_SIZE] = tree->levels[level - 1], (*here)[DRM_SHA256_SIZE] = tree->levels[level];
    const size_t pairs = tree->counts[level - 1] / 2;

    for (size_t i = 0; i < pairs; i++)
        join(below[2 * i], below[2 * i + 1], here[i]);
    if (tree->counts[level] > pairs)
        memcpy(here[pairs], below[2 * pairs], DRM_SHA256_SIZE);
}

drm_result drm_license_tree_create(const uint8_t (*leaves)[DRM_SHA256_SIZE], size_t count,
                                   struct drm_license_tree **out)
{
    struct drm_license_tree *tree;
    size_t total = count;

    if (!count || count > DRM_RESPONSE_MAX_LICENSES)
        return DRM_E_INVALID_ARGUMENT;
    for (size_t n = count; n > 1; total += n)
        n = (n + 1) / 2;
    tree = malloc(sizeof(*tree) + total * DRM_SHA256_SIZE);
    if (!tree)
        return DRM_E_OUT_OF_MEMORY;
    tree->height = 0;
    tree->counts[0] = count;
    tree->levels[0] = tree->hashes;
    memcpy(tree->hashes, leaves, count * DRM_SHA256_SIZE);
    while (tree->counts[tree->height] > 1)
    {
        const size_t level = ++tree->height;

        tree->counts[level] = (tree->counts[level - 1] + 1) / 2;
        tree->levels[level] = tree->levels[level - 1] + tree->counts[level - 1];
        build_level(tree, level);
    }
    *out = tree;
    return DRM_S_OK;
}

void drm_license_tree_free(struct drm_license_tree *tree)
{
    free(tree);
}

void drm_license_tree_root(const struct drm_license_tree *tree, uint8_t out[DRM_SHA256_SIZE])
{
    memcpy(out, tree->levels[tree->height][0], DRM_SHA256_SIZE);
}

size_t drm_license_tree_count(const struct drm_license_tree *tree)
{
    return tree->counts[0];
}

const uint8_t *drm_license_tree_leaf(const struct drm_license_tree *tree, size_t index)
{
    return tree->levels[0][index];
}

size_t drm_license_tree_proof(const struct drm_license_tree *tree, size_t index, uint8_t out[DRM_PROOF_MAX_SIZE])
{
    size_t size = DRM_PROOF_INDEX_SIZE;

    drm_put_u32(out, (uint32_t)index);
    for (size_t level = 0; level < tree->height; level++, index /= 2)
    {
        const size_t beside = index ^ 1;

        if (beside < tree->counts[level])
        {
            memcpy(out + size, tree->levels[level][beside], DRM_SHA256_SIZE);
            size += DRM_SHA256_SIZE;
        }
    }
    return size;
}

drm_result drm_license_prove(const struct drm_license_object *object, uint32_t count,
                             const uint8_t root[DRM_SHA256_SIZE], uint32_t *index)
{
    uint32_t place, width = count;
    uint8_t hash[DRM_SHA256_SIZE];
    const uint8_t *beside;
    drm_result result;
    size_t left;

    if (!count || count > DRM_RESPONSE_MAX_LICENSES || object->proof.size < DRM_PROOF_INDEX_SIZE
        || object->proof.size > DRM_PROOF_MAX_SIZE)
        return DRM_E_INVALID_LICENSE;
    place = drm_get_u32(object->proof.data);
    beside = object->proof.data + DRM_PROOF_INDEX_SIZE;
    left = object->proof.size - DRM_PROOF_INDEX_SIZE;
    if (place >= count || left % DRM_SHA256_SIZE)
        return DRM_E_INVALID_LICENSE;
    result = drm_license_leaf(object->body, object->wrapped_key, hash);
    if (DRM_FAILED(result))
        return result;
    /* Index and count say how many hashes there are and on which side each stands: the proof has no choice. */
    for (; width > 1; place /= 2, width = (width + 1) / 2)
    {
        if ((place ^ 1) >= width)
            continue;
        if (!left)
            return DRM_E_INVALID_LICENSE;
        if (place & 1)
            join(beside, hash, hash);
        else
            join(hash, beside, hash);
        beside += DRM_SHA256_SIZE;
        left -= DRM_SHA256_SIZE;
    }
    if (left)
        return DRM_E_INVALID_LICENSE;
    if (memcmp(hash, root, DRM_SHA256_SIZE) != 0)
        return DRM_E_SIGNATURE_FAILURE;
    *index = drm_get_u32(object->proof.data);
    return DRM_S_OK;
}
