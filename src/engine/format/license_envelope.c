/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The envelope of a licence: splitting it, the leaf that it is in its response's tree, and writing it. */
#include "engine/format/license_envelope.h"

#include <string.h>

#include "engine/base/tlv.h"

enum license_tag
{
    TAG_TYPE = DRM_TLV_CRITICAL | 1,
    TAG_BODY = DRM_TLV_CRITICAL | 2,
    TAG_KEY = DRM_TLV_CRITICAL | 3,
    TAG_PROOF = DRM_TLV_CRITICAL | 4,
};

drm_result drm_license_envelope_read(struct drm_span data, struct drm_license_object *out)
{
    struct drm_license_object object = {0};
    uint32_t type = 0;
    const struct drm_tlv_field fields[] = {
        {.tag = TAG_TYPE, .kind = DRM_TLV_U32, .required = true, .out.u32 = &type},
        {.tag = TAG_BODY, .kind = DRM_TLV_BYTES, .required = true, .min_size = 1, .max_size = DRM_LICENSE_MAX_SIZE,
         .out.span = &object.body},
        {.tag = TAG_KEY, .kind = DRM_TLV_BYTES, .required = true, .min_size = DRM_WRAPPED_KEY_SIZE,
         .max_size = DRM_WRAPPED_LEAF_KEY_SIZE, .out.span = &object.wrapped_key},
        {.tag = TAG_PROOF, .kind = DRM_TLV_BYTES, .required = true, .min_size = DRM_PROOF_INDEX_SIZE,
         .max_size = DRM_PROOF_MAX_SIZE, .out.span = &object.proof},
    };
    size_t expected;

    if (data.size > DRM_LICENSE_MAX_SIZE
        || DRM_FAILED(drm_tlv_read(data, fields, sizeof(fields) / sizeof(fields[0]))) || type != DRM_OBJECT_LICENSE)
        return DRM_E_INVALID_LICENSE;
    /* As in every envelope: what the tree does not cover has no room. */
    expected = 4 * DRM_TLV_HEADER_SIZE + sizeof(type) + object.body.size + object.wrapped_key.size + object.proof.size;
    if (data.size != expected)
        return DRM_E_INVALID_LICENSE;
    if (object.wrapped_key.size != DRM_WRAPPED_KEY_SIZE && object.wrapped_key.size != DRM_WRAPPED_LEAF_KEY_SIZE)
        return DRM_E_INVALID_LICENSE;
    if ((object.proof.size - DRM_PROOF_INDEX_SIZE) % DRM_SHA256_SIZE)
        return DRM_E_INVALID_LICENSE;
    *out = object;
    return DRM_S_OK;
}

/* TYPE, BODY and KEY: what the tree covers. */
static void put_covered(struct drm_tlv_writer *writer, struct drm_span body, struct drm_span wrapped_key)
{
    drm_tlv_put_u32(writer, TAG_TYPE, DRM_OBJECT_LICENSE);
    drm_tlv_put(writer, TAG_BODY, body);
    drm_tlv_put(writer, TAG_KEY, wrapped_key);
}

drm_result drm_license_leaf(struct drm_span body, struct drm_span wrapped_key, uint8_t out[DRM_SHA256_SIZE])
{
    static const uint8_t prefix = DRM_TREE_LEAF;
    struct drm_buffer covered = {0};
    struct drm_tlv_writer writer;
    drm_result result;

    result = drm_buffer_append(&covered, &prefix, sizeof(prefix));
    if (DRM_FAILED(result))
        return result;
    drm_tlv_begin(&writer, &covered);
    put_covered(&writer, body, wrapped_key);
    result = drm_tlv_finish(&writer);
    if (DRM_SUCCEEDED(result))
        drm_sha256(covered.data, covered.size, out);
    drm_buffer_free(&covered);
    return result;
}

/* A licence whose leaf is not the tree's would be refused wherever it comes. */
static drm_result is_leaf_of(const struct drm_license_tree *tree, size_t index, struct drm_span body,
                             struct drm_span wrapped_key)
{
    uint8_t leaf[DRM_SHA256_SIZE];
    drm_result result;

    if (index >= drm_license_tree_count(tree) || !body.size)
        return DRM_E_INVALID_ARGUMENT;
    if (wrapped_key.size != DRM_WRAPPED_KEY_SIZE && wrapped_key.size != DRM_WRAPPED_LEAF_KEY_SIZE)
        return DRM_E_INVALID_ARGUMENT;
    result = drm_license_leaf(body, wrapped_key, leaf);
    if (DRM_FAILED(result))
        return result;
    return memcmp(leaf, drm_license_tree_leaf(tree, index), DRM_SHA256_SIZE) ? DRM_E_INVALID_ARGUMENT : DRM_S_OK;
}

drm_result drm_license_write(struct drm_span body, struct drm_span wrapped_key, const struct drm_license_tree *tree,
                             size_t index, struct drm_buffer *out)
{
    const size_t start = out->size;
    uint8_t proof[DRM_PROOF_MAX_SIZE];
    struct drm_tlv_writer writer;
    drm_result result;
    size_t size;

    result = is_leaf_of(tree, index, body, wrapped_key);
    if (DRM_FAILED(result))
        return result;
    size = drm_license_tree_proof(tree, index, proof);
    drm_tlv_begin(&writer, out);
    put_covered(&writer, body, wrapped_key);
    drm_tlv_put(&writer, TAG_PROOF, drm_span(proof, size));
    result = drm_tlv_finish(&writer);
    if (DRM_SUCCEEDED(result) && out->size - start > DRM_LICENSE_MAX_SIZE)
        result = DRM_E_INVALID_ARGUMENT;
    if (DRM_FAILED(result))
        drm_buffer_truncate(out, start);
    return result;
}
