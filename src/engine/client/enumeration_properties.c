/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a program asks about the current licence of an enumeration.
 */
#include <string.h>

#include "engine/client/enumeration_internal.h"

drm_result drm_enumeration_get(struct drm_enumeration *enumeration, const struct drm_license **out)
{
    drm_result result = drm_enumeration_load(enumeration);

    if (DRM_SUCCEEDED(result))
        *out = enumeration->loaded.license;
    return result;
}

drm_result drm_enumeration_get_raw(struct drm_enumeration *enumeration, struct drm_span *out)
{
    drm_result result = drm_enumeration_load(enumeration);

    if (DRM_SUCCEEDED(result))
        *out = drm_buffer_span(&enumeration->loaded.raw);
    return result;
}

/* --- inclusion list ----------------------------------------------------------------------------------------- */

static bool includes(const struct drm_license *license, const uint8_t id[16])
{
    for (size_t i = 0; i < license->inclusion_count; i++)
        if (!memcmp(license->inclusions[i], id, sizeof(license->inclusions[i])))
            return true;
    return false;
}

/* The leaf's root of the highest priority, whole; DRM_E_NO_UPLINK_LICENSE where there is none. */
static drm_result load_root(struct drm_enumeration *enumeration, struct drm_loaded_license *root)
{
    const struct drm_license_entry *entry = &enumeration->entry;
    struct drm_store *store = enumeration->question.store;
    const struct drm_license_set *set;
    drm_result result = drm_store_find_licenses(store, entry->terms.uplink, &set);

    if (DRM_FAILED(result))
        return result;
    result = DRM_E_NO_UPLINK_LICENSE;
    for (size_t i = 0; i < set->count; i++)
    {
        const struct drm_known_license *license = &set->licenses[i];
        struct drm_license_name name = {
            .anchor = license->anchor, .license_id = license->license_id, .key_id = entry->terms.uplink,
            .temporary = license->number < 0};

        if (memcmp(license->anchor, entry->anchor, sizeof(license->anchor)))
            continue;
        result = drm_loaded_license_read(root, store, license->number, &name);
        break;
    }
    drm_license_set_release(store, set);
    return result;
}

drm_result drm_enumeration_get_inclusions(struct drm_enumeration *enumeration, uint8_t (*out)[16], size_t *count)
{
    struct drm_loaded_license root = {0};
    const struct drm_license *license;
    size_t found = 0;
    bool is_leaf, has_root = false;
    drm_result result = drm_enumeration_load(enumeration);

    if (DRM_FAILED(result))
        return result;
    license = enumeration->loaded.license;
    is_leaf = license->terms.has_uplink;
    if (is_leaf && license->inclusion_count)
    {
        result = load_root(enumeration, &root);
        has_root = DRM_SUCCEEDED(result);
        if (result == DRM_E_NO_UPLINK_LICENSE)
            result = DRM_S_OK; /* without its root a leaf allows nothing, no export either */
    }
    if (DRM_SUCCEEDED(result))
    {
        for (size_t i = 0; i < license->inclusion_count; i++)
            if (!is_leaf || (has_root && includes(root.license, license->inclusions[i])))
                memcpy(out[found++], license->inclusions[i], sizeof(out[0]));
        *count = found;
    }
    drm_loaded_license_free(&root);
    return result;
}

/* --- persisting --------------------------------------------------------------------------------------------- */

bool drm_enumeration_is_temporary(const struct drm_enumeration *enumeration)
{
    return enumeration->entry.temporary;
}

drm_result drm_enumeration_can_persist(struct drm_enumeration *enumeration, bool *out)
{
    drm_result result;

    if (!enumeration->entry.temporary)
    {
        *out = false;
        return DRM_S_OK;
    }
    if (DRM_SUCCEEDED(result = drm_enumeration_load(enumeration)))
        *out = !(enumeration->loaded.license->options & DRM_LICENSE_NOT_PERSISTABLE);
    return result;
}

drm_result drm_enumeration_persist(struct drm_enumeration *enumeration)
{
    int64_t number;
    bool allowed;
    drm_result result;

    if (!enumeration->entry.temporary)
        return DRM_E_LICENSE_NOT_FOUND;
    if (DRM_FAILED(result = drm_enumeration_can_persist(enumeration, &allowed)))
        return result;
    if (!allowed)
        return DRM_E_STORE_NOT_ALLOWED;
    if (DRM_FAILED(result = drm_store_persist(enumeration->question.store, enumeration->entry.number, &number)))
        return result;
    enumeration->entry.number = number;
    enumeration->entry.temporary = false;
    return DRM_S_OK;
}
