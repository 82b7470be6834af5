/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The heads of revocation lists: fields, and who may sign them. */
#include "engine/format/revocation_head.h"

#include "engine/base/tlv.h"

enum revocation_head_tag
{
    TAG_LIST = DRM_TLV_CRITICAL | 1,
    TAG_VERSION = DRM_TLV_CRITICAL | 2,
    TAG_ISSUED = DRM_TLV_CRITICAL | 3,
    TAG_ENTRY_SIZE = DRM_TLV_CRITICAL | 4,
    TAG_ENTRY_COUNT = DRM_TLV_CRITICAL | 5,
    TAG_ENTRIES_HASH = DRM_TLV_CRITICAL | 6,
};

bool drm_revocation_head_is_valid(const struct drm_revocation_head *head)
{
    return head->type >= DRM_REVOCATION_FIRST && head->type <= DRM_REVOCATION_LAST
        && head->version > 0 && head->version <= DRM_REVOCATION_MAX_VERSION
        && head->issued >= 0 && head->issued <= DRM_TIME_MAX
        && head->entry_size == drm_revocation_type_entry_size(head->type)
        && head->entry_count <= DRM_REVOCATION_MAX_ENTRIES;
}

drm_result drm_revocation_head_write_body(const struct drm_revocation_head *head, struct drm_buffer *out)
{
    struct drm_tlv_writer writer;

    drm_tlv_begin(&writer, out);
    drm_tlv_put(&writer, TAG_LIST, drm_span(drm_revocation_type_guid(head->type), DRM_ID_SIZE));
    drm_tlv_put_u64(&writer, TAG_VERSION, head->version);
    drm_tlv_put_u64(&writer, TAG_ISSUED, (uint64_t)head->issued);
    drm_tlv_put_u32(&writer, TAG_ENTRY_SIZE, head->entry_size);
    drm_tlv_put_u32(&writer, TAG_ENTRY_COUNT, head->entry_count);
    drm_tlv_put(&writer, TAG_ENTRIES_HASH, drm_span(head->entries_hash, DRM_SHA256_SIZE));
    return drm_tlv_finish(&writer);
}

static drm_result read_body(struct drm_span body, struct drm_revocation_head *out)
{
    struct drm_revocation_head head = {0};
    uint8_t guid[DRM_ID_SIZE];
    uint64_t issued = 0;
    const struct drm_tlv_field fields[] = {
        {.tag = TAG_LIST, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_ID_SIZE, .out.fixed = guid},
        {.tag = TAG_VERSION, .kind = DRM_TLV_U64, .required = true, .out.u64 = &head.version},
        {.tag = TAG_ISSUED, .kind = DRM_TLV_U64, .required = true, .out.u64 = &issued},
        {.tag = TAG_ENTRY_SIZE, .kind = DRM_TLV_U32, .required = true, .out.u32 = &head.entry_size},
        {.tag = TAG_ENTRY_COUNT, .kind = DRM_TLV_U32, .required = true, .out.u32 = &head.entry_count},
        {.tag = TAG_ENTRIES_HASH, .kind = DRM_TLV_FIXED, .required = true, .max_size = DRM_SHA256_SIZE,
         .out.fixed = head.entries_hash},
    };
    int type;

    if (DRM_FAILED(drm_tlv_read(body, fields, sizeof(fields) / sizeof(fields[0]))) || issued > DRM_TIME_MAX)
        return DRM_E_INVALID_CRL;
    type = drm_revocation_type_from_guid(guid);
    if (!type)
        return DRM_E_INVALID_CRL;
    head.type = (enum drm_revocation_type)type;
    head.issued = (int64_t)issued;
    if (!drm_revocation_head_is_valid(&head))
        return DRM_E_INVALID_CRL;
    *out = head;
    return DRM_S_OK;
}

drm_result drm_revocation_head_read(struct drm_span head, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                    struct drm_revocation_head *out)
{
    struct drm_signed_object object;
    struct drm_revocation_head found;
    drm_result result;

    if (head.size > DRM_REVOCATION_HEAD_MAX_SIZE
        || DRM_FAILED(drm_signed_object_read(head, DRM_OBJECT_REVOCATION_LIST, &object)) || !object.chain.size)
        return DRM_E_INVALID_CRL;
    result = read_body(object.body, &found);
    if (DRM_FAILED(result))
        return result;
    result = drm_chain_verify_object(&object, DRM_OBJECT_REVOCATION_LIST, anchor, DRM_ROLE_SIGN_REVOCATION, 0, NULL);
    if (DRM_FAILED(result))
        return result;
    *out = found;
    return DRM_S_OK;
}

drm_result drm_revocation_head_read_any(struct drm_span head, const uint8_t (*anchors)[DRM_SIGN_PUBLIC_SIZE],
                                        size_t count, size_t *which, struct drm_revocation_head *out)
{
    drm_result result = DRM_E_INVALID_CERTIFICATE;

    /* A foreign anchor costs no signature: the chain names its issuer. */
    for (size_t i = 0; i < count && result == DRM_E_INVALID_CERTIFICATE; i++)
    {
        result = drm_revocation_head_read(head, anchors[i], out);
        if (DRM_SUCCEEDED(result))
            *which = i;
    }
    return result;
}
