/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Choosing licences that are to go, by what stands in them.
 */
#ifndef WMDRM_ENGINE_SELECTION_H
#define WMDRM_ENGINE_SELECTION_H

#include "engine/client/client_internal.h"
#include "engine/client/loaded_license.h"
#include "engine/store/license_store.h"

/* What was chosen. A zeroed struct is empty; free with drm_selection_free. */
struct drm_selection
{
    size_t count;
    size_t capacity;
    int64_t *numbers;
    struct drm_buffer license_ids; /* DRM_ID_SIZE each, in the order of numbers */
};

/* Looks at one licence of the store. */
struct drm_selector
{
    void *context;
    /* Is it one of them? license is NULL unless loads. */
    bool (*chooses)(void *context, const struct drm_license_entry *entry, const struct drm_license *license);
    bool loads; /* the decision takes the whole licence, read and verified */
};

/* Adds what the selector chooses of the client's licences, of one key id (NULL: of all); those that were marked are
 * looked at too. Works without the store's key. */
DRM_MUST_CHECK drm_result drm_selection_add(struct drm_selection *selection, const struct drm_question *question,
                                            const uint8_t *key_id, const struct drm_selector *selector);
void drm_selection_free(struct drm_selection *selection);

#endif
