/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sorts, hashes and signs a revocation list. */
#include <string.h>

#include "engine/base/tlv.h"
#include "engine/format/revocation_head.h"
#include "engine/format/revocation_sort.h"

static bool is_ascending(const uint8_t *entries, size_t count, size_t entry_size)
{
    for (size_t i = 1; i < count; i++)
    {
        if (memcmp(entries + (i - 1) * entry_size, entries + i * entry_size, entry_size) >= 0)
            return false;
    }
    return true;
}

/* Returns how many different entries there are; they stand first then. */
static size_t drop_duplicates(uint8_t *entries, size_t count, size_t entry_size)
{
    size_t kept = count ? 1 : 0;

    for (size_t i = 1; i < count; i++)
    {
        const uint8_t *entry = entries + i * entry_size;

        if (memcmp(entries + (kept - 1) * entry_size, entry, entry_size) == 0)
            continue;
        if (kept != i)
            memcpy(entries + kept * entry_size, entry, entry_size);
        kept++;
    }
    return kept;
}

/* In place; returns how many are left. A list that grew by nothing is in order already. */
static size_t sort_entries(uint8_t *entries, size_t count, size_t entry_size)
{
    if (is_ascending(entries, count, entry_size))
        return count;
    drm_revocation_sort(entries, count, entry_size);
    return drop_duplicates(entries, count, entry_size);
}

/* No list twice in the index, which the sorting puts side by side. */
static bool keys_are_unique(const uint8_t *entries, size_t count, const struct drm_revocation_head *head)
{
    const size_t key_size = drm_revocation_type_key_size(head->type);

    for (size_t i = 1; key_size < head->entry_size && i < count; i++)
    {
        if (memcmp(entries + (i - 1) * head->entry_size, entries + i * head->entry_size, key_size) == 0)
            return false;
    }
    return true;
}

/* Appends length and head. */
static drm_result write_head(const struct drm_revocation_head *head, const uint8_t seed[DRM_SIGN_SEED_SIZE],
                             struct drm_span chain, struct drm_buffer *out)
{
    const size_t start = out->size;
    struct drm_buffer body = {0};
    uint8_t *length;
    size_t head_size;
    drm_result result;

    result = drm_revocation_head_write_body(head, &body);
    if (DRM_FAILED(result))
        goto done;
    result = drm_buffer_extend(out, DRM_REVOCATION_LENGTH_SIZE, &length);
    if (DRM_FAILED(result))
        goto done;
    result = drm_signed_object_write(DRM_OBJECT_REVOCATION_LIST, drm_buffer_span(&body), seed, chain, out);
    if (DRM_FAILED(result))
        goto done;
    head_size = out->size - start - DRM_REVOCATION_LENGTH_SIZE;
    if (head_size > DRM_REVOCATION_HEAD_MAX_SIZE)
    {
        result = DRM_E_INVALID_ARGUMENT;
        goto done;
    }
    drm_put_u32(out->data + start, (uint32_t)head_size);

done:
    if (DRM_FAILED(result))
        drm_buffer_truncate(out, start);
    drm_buffer_free(&body);
    return result;
}

drm_result drm_revocation_list_write_head(struct drm_revocation_head *head, uint8_t *entries, size_t entry_count,
                                          const uint8_t seed[DRM_SIGN_SEED_SIZE], struct drm_span chain,
                                          struct drm_buffer *out)
{
    struct drm_revocation_head full = *head;
    drm_result result;

    if (full.type < DRM_REVOCATION_FIRST || full.type > DRM_REVOCATION_LAST || !chain.size)
        return DRM_E_INVALID_ARGUMENT;
    full.entry_size = drm_revocation_type_entry_size(full.type);
    entry_count = sort_entries(entries, entry_count, full.entry_size);
    if (entry_count > DRM_REVOCATION_MAX_ENTRIES || !keys_are_unique(entries, entry_count, &full))
        return DRM_E_INVALID_ARGUMENT;
    full.entry_count = (uint32_t)entry_count;
    if (!drm_revocation_head_is_valid(&full))
        return DRM_E_INVALID_ARGUMENT;
    drm_sha256(entries, entry_count * full.entry_size, full.entries_hash);
    result = write_head(&full, seed, chain, out);
    if (DRM_SUCCEEDED(result))
        *head = full;
    return result;
}

drm_result drm_revocation_list_write(struct drm_revocation_head *head, uint8_t *entries, size_t entry_count,
                                     const uint8_t seed[DRM_SIGN_SEED_SIZE], struct drm_span chain,
                                     struct drm_buffer *out)
{
    const size_t start = out->size;
    struct drm_revocation_head full = *head;
    drm_result result;

    result = drm_revocation_list_write_head(&full, entries, entry_count, seed, chain, out);
    if (DRM_SUCCEEDED(result))
        result = drm_buffer_append(out, entries, (size_t)full.entry_count * full.entry_size);
    if (DRM_FAILED(result))
        drm_buffer_truncate(out, start);
    else
        *head = full;
    return result;
}
