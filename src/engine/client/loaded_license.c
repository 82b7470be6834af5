/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading a licence of the store whole (loaded_license.h).
 */
#include "engine/client/loaded_license.h"

#include <stdlib.h>
#include <string.h>

void drm_loaded_license_begin(struct drm_loaded_license *loaded)
{
    drm_buffer_truncate(&loaded->raw, 0);
    drm_buffer_truncate(&loaded->head, 0);
}

/* The head's signature, unless it is the one that was verified last. */
static drm_result verify_head(struct drm_loaded_license *loaded, const uint8_t *anchor, bool temporary)
{
    struct drm_span head = drm_buffer_span(&loaded->head);
    drm_result result;

    if (loaded->proved_head.size && !memcmp(loaded->proved_anchor, anchor, DRM_SIGN_PUBLIC_SIZE)
        && drm_span_equal(head, drm_buffer_span(&loaded->proved_head)))
    {
        if (DRM_FAILED(result = drm_license_head_read_trusted(head, &loaded->response)))
            return result;
        return loaded->response.of_device && !temporary ? DRM_E_STORE_CORRUPT : DRM_S_OK;
    }
    drm_buffer_truncate(&loaded->proved_head, 0);
    result = drm_license_head_read(head, anchor, &loaded->response);
    if (result == DRM_E_INVALID_LICENSE && temporary)
        result = drm_device_head_read(head, anchor, 0, &loaded->response, NULL);
    if (DRM_FAILED(result))
        return result;
    memcpy(loaded->proved_anchor, anchor, DRM_SIGN_PUBLIC_SIZE);
    return drm_buffer_append(&loaded->proved_head, head.data, head.size);
}

static drm_result verify(struct drm_loaded_license *loaded, const struct drm_license_name *name)
{
    uint32_t index;
    drm_result result;

    if (DRM_FAILED(result = drm_license_read(drm_buffer_span(&loaded->raw), &loaded->object, loaded->license))
        || DRM_FAILED(result = verify_head(loaded, name->anchor, name->temporary)))
        return result;
    if (memcmp(loaded->license->license_id, name->license_id, DRM_ID_SIZE)
        || memcmp(loaded->license->key_id, name->key_id, DRM_KEY_ID_SIZE))
        return DRM_E_STORE_CORRUPT;
    return drm_license_prove(&loaded->object, loaded->response.count, loaded->response.root, &index);
}

drm_result drm_loaded_license_finish(struct drm_loaded_license *loaded, const struct drm_license_name *name)
{
    drm_result result;

    if (!loaded->license && !(loaded->license = malloc(sizeof(*loaded->license))))
        return DRM_E_OUT_OF_MEMORY;
    result = verify(loaded, name);
    /* It was right when it was stored: whatever is wrong now was made so in the store. */
    return DRM_FAILED(result) && result != DRM_E_OUT_OF_MEMORY ? DRM_E_STORE_CORRUPT : result;
}

drm_result drm_loaded_license_read(struct drm_loaded_license *loaded, struct drm_store *store, int64_t number,
                                   const struct drm_license_name *name)
{
    drm_result result;

    drm_loaded_license_begin(loaded);
    if (DRM_FAILED(result = drm_store_read_license(store, number, &loaded->raw, &loaded->head)))
        return result;
    return drm_loaded_license_finish(loaded, name);
}

void drm_loaded_license_free(struct drm_loaded_license *loaded)
{
    drm_buffer_free(&loaded->raw);
    drm_buffer_free(&loaded->head);
    drm_buffer_free(&loaded->proved_head);
    free(loaded->license);
    memset(loaded, 0, sizeof(*loaded));
}
