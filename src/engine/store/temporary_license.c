/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Temporary licences and their responses (temporary.h): shared, and never changed but for a response's key.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/store/temporary.h"

#define PLACE_SIZE 64 /* what a licence takes in the set, about */

/* What a licence and all its later states share: its terms, then the licence. */
struct drm_temporary_bytes
{
    int references;
    uint8_t data[];
};

static void refer(int *references)
{
    (void)__atomic_add_fetch(references, 1, __ATOMIC_RELAXED);
}

static bool is_last(int *references)
{
    return !__atomic_sub_fetch(references, 1, __ATOMIC_ACQ_REL);
}

drm_result drm_temporary_response_create(const struct drm_new_response *response, struct drm_temporary_response **out)
{
    static int64_t last_number;
    struct drm_temporary_response *made = calloc(1, sizeof(*made));
    drm_result result;

    if (!made)
        return DRM_E_OUT_OF_MEMORY;
    made->references = 1;
    made->number = __atomic_sub_fetch(&last_number, 1, __ATOMIC_RELAXED);
    memcpy(made->anchor, response->anchor, sizeof(made->anchor));
    memcpy(made->response_id, response->response_id, sizeof(made->response_id));
    made->identity = response->identity;
    if (DRM_FAILED(result = drm_buffer_append(&made->head, response->head.data, response->head.size)))
    {
        free(made);
        return result;
    }
    *out = made;
    return DRM_S_OK;
}

void drm_temporary_response_release(struct drm_temporary_response *response)
{
    if (!response || !is_last(&response->references))
        return;
    drm_buffer_free(&response->head);
    drm_wipe(response->key, sizeof(response->key));
    free(response);
}

drm_result drm_temporary_license_create(const struct drm_new_license *license, struct drm_temporary_response *response,
                                        struct drm_temporary_license **out)
{
    size_t size = license->terms.size + license->license.size;
    struct drm_temporary_license *made = calloc(1, sizeof(*made));
    struct drm_temporary_bytes *bytes = malloc(sizeof(*bytes) + size);

    if (!made || !bytes)
    {
        free(made);
        free(bytes);
        return DRM_E_OUT_OF_MEMORY;
    }
    bytes->references = 1;
    memcpy(bytes->data, license->terms.data, license->terms.size);
    if (license->license.size > 0)
        memcpy(bytes->data + license->terms.size, license->license.data, license->license.size);
    made->references = 1;
    memcpy(made->anchor, response->anchor, sizeof(made->anchor));
    memcpy(made->license_id, license->license_id, sizeof(made->license_id));
    memcpy(made->key_id, license->key_id, sizeof(made->key_id));
    made->priority = license->priority;
    made->state = license->state;
    made->bytes = bytes;
    made->terms = drm_span(bytes->data, license->terms.size);
    made->license = drm_span(bytes->data + license->terms.size, license->license.size);
    made->response = response;
    refer(&response->references);
    *out = made;
    return DRM_S_OK;
}

void drm_temporary_license_refer(struct drm_temporary_license *license)
{
    refer(&license->references);
}

void drm_temporary_license_release(struct drm_temporary_license *license)
{
    if (!license || !is_last(&license->references))
        return;
    if (is_last(&license->bytes->references))
        free(license->bytes);
    drm_temporary_response_release(license->response);
    free(license);
}

drm_result drm_temporary_with_state(const struct drm_temporary_license *license, const struct drm_license_state *state,
                                    struct drm_temporary_license **out)
{
    struct drm_temporary_license *copy = malloc(sizeof(*copy));

    if (!copy)
        return DRM_E_OUT_OF_MEMORY;
    *copy = *license;
    copy->references = 1;
    copy->state = *state;
    refer(&copy->bytes->references);
    refer(&copy->response->references);
    *out = copy;
    return DRM_S_OK;
}

size_t drm_temporary_license_size(const struct drm_temporary_license *license)
{
    return PLACE_SIZE + sizeof(*license) + license->terms.size + license->license.size;
}

void drm_temporary_list_free(struct drm_temporary_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        drm_temporary_license_release(list->licenses[i]);
    free(list->licenses);
    memset(list, 0, sizeof(*list));
}
