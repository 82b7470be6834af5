/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Licences of a key id, as a query holds them, and a bounded number of such sets by key id, the last used ones.
 */
#ifndef WMDRM_ENGINE_LICENSE_SET_H
#define WMDRM_ENGINE_LICENSE_SET_H

#include "engine/store/license_store.h"

/* What a set was true of. */
struct drm_set_stamp
{
    uint64_t generation; /* of the database; 0: never again */
    uint64_t temporary;  /* of the temporary licences */
};

struct drm_held_set
{
    struct drm_license_set set; /* first: what callers have */
    int references;
    uint8_t key_id[DRM_KEY_ID_SIZE];
    struct drm_set_stamp stamp;
    size_t capacity;
    struct drm_known_license *licenses;
    struct drm_held_set *next_in_bucket;         /* of the cache, as are the next two */
    struct drm_held_set *newer, *older;
};

DRM_MUST_CHECK drm_result drm_held_set_create(const uint8_t key_id[DRM_KEY_ID_SIZE], struct drm_held_set **out);
void drm_held_set_release(struct drm_held_set *set); /* NULL is fine */
/* Room for one licence more; it counts once the caller has filled it and adds to set->set.count. */
DRM_MUST_CHECK drm_result drm_held_set_extend(struct drm_held_set *set, struct drm_known_license **out);
/* Highest priority first; those of one priority stay as they are. */
DRM_MUST_CHECK drm_result drm_held_set_sort(struct drm_held_set *set);

#define DRM_SET_BUCKETS 4096
struct drm_set_cache
{
    size_t count, bytes;
    struct drm_held_set *newest, *oldest;
    struct drm_held_set *buckets[DRM_SET_BUCKETS];
};

/* That of a key id, marked as just used, without a reference for the caller; NULL where there is none. */
struct drm_held_set *drm_set_cache_find(struct drm_set_cache *cache, const uint8_t key_id[DRM_KEY_ID_SIZE]);
/* Takes a reference of its own. Sets that were not used for long give way; one that is too large is not kept. */
void drm_set_cache_put(struct drm_set_cache *cache, struct drm_held_set *set);
void drm_set_cache_remove(struct drm_set_cache *cache, struct drm_held_set *set);
void drm_set_cache_clear(struct drm_set_cache *cache);

#endif
