/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Finding entries of a verified revocation list. */
#include <string.h>

#include "engine/format/revocation_list.h"

/* The entry that begins with these size bytes, or NULL. */
static const uint8_t *find(const uint8_t *entries, const struct drm_revocation_head *head, const uint8_t *key,
                           size_t size)
{
    uint32_t low = 0, high = head->entry_count;

    while (low < high)
    {
        const uint32_t middle = low + (high - low) / 2;
        const uint8_t *entry = entries + (size_t)middle * head->entry_size;
        const int order = memcmp(entry, key, size);

        if (order == 0)
            return entry;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

bool drm_revocation_entries_contain(const uint8_t *entries, const struct drm_revocation_head *head,
                                    const uint8_t *entry)
{
    return find(entries, head, entry, head->entry_size) != NULL;
}

void drm_revinfo_entry_put(enum drm_revocation_type type, uint64_t version, uint8_t out[DRM_REVINFO_ENTRY_SIZE])
{
    memcpy(out, drm_revocation_type_guid(type), DRM_ID_SIZE);
    drm_put_u64(out + DRM_ID_SIZE, version);
}

uint64_t drm_revinfo_entries_find(const uint8_t *entries, const struct drm_revocation_head *head,
                                  enum drm_revocation_type type)
{
    const uint8_t *entry = find(entries, head, drm_revocation_type_guid(type), DRM_ID_SIZE);

    return entry ? drm_get_u64(entry + DRM_ID_SIZE) : 0;
}
