/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sets of licences and their cache (license_set.h).
 */
#include "engine/store/license_set.h"

#include <stdlib.h>
#include <string.h>

#define CACHE_MAX_COUNT 8192
#define CACHE_MAX_BYTES (16u * 1024 * 1024)

/* --- a set ------------------------------------------------------------------------------------------------ */

drm_result drm_held_set_create(const uint8_t key_id[DRM_KEY_ID_SIZE], struct drm_held_set **out)
{
    struct drm_held_set *set = calloc(1, sizeof(*set));

    if (!set)
        return DRM_E_OUT_OF_MEMORY;
    set->references = 1;
    memcpy(set->key_id, key_id, sizeof(set->key_id));
    *out = set;
    return DRM_S_OK;
}

void drm_held_set_release(struct drm_held_set *set)
{
    if (!set || __atomic_sub_fetch(&set->references, 1, __ATOMIC_ACQ_REL))
        return;
    free(set->licenses);
    free(set);
}

drm_result drm_held_set_extend(struct drm_held_set *set, struct drm_known_license **out)
{
    if (set->set.count == set->capacity)
    {
        size_t capacity = set->capacity ? 2 * set->capacity : 1; /* most key ids have one licence */
        struct drm_known_license *licenses = realloc(set->licenses, capacity * sizeof(*licenses));

        if (!licenses)
            return DRM_E_OUT_OF_MEMORY;
        set->capacity = capacity;
        set->licenses = licenses;
        set->set.licenses = licenses;
    }
    *out = &set->licenses[set->set.count];
    return DRM_S_OK;
}

static int compare_places(const void *a, const void *b)
{
    const struct drm_known_license *const *first = a, *const *second = b;

    if ((*first)->terms.priority != (*second)->terms.priority)
        return (*first)->terms.priority < (*second)->terms.priority ? 1 : -1;
    return *first < *second ? -1 : *first > *second;
}

drm_result drm_held_set_sort(struct drm_held_set *set)
{
    size_t count = set->set.count;
    struct drm_known_license *sorted;
    const struct drm_known_license **order;

    if (count < 2)
        return DRM_S_OK;
    sorted = malloc(count * sizeof(*sorted));
    order = malloc(count * sizeof(*order));
    if (!sorted || !order)
    {
        free(sorted);
        free(order);
        return DRM_E_OUT_OF_MEMORY;
    }
    for (size_t i = 0; i < count; i++)
        order[i] = &set->licenses[i];
    qsort(order, count, sizeof(*order), compare_places);
    for (size_t i = 0; i < count; i++)
        sorted[i] = *order[i];
    free(order);
    free(set->licenses);
    set->set.licenses = set->licenses = sorted;
    set->capacity = count;
    return DRM_S_OK;
}

/* --- the cache -------------------------------------------------------------------------------------------- */

static size_t size_of(const struct drm_held_set *set)
{
    return sizeof(*set) + set->capacity * sizeof(*set->licenses);
}

static struct drm_held_set **bucket_of(struct drm_set_cache *cache, const uint8_t key_id[DRM_KEY_ID_SIZE])
{
    /* Key ids that a service counts up differ at their end, random ones everywhere. */
    return &cache->buckets[(drm_get_u32(key_id) ^ drm_get_u32(key_id + DRM_KEY_ID_SIZE - 4)) % DRM_SET_BUCKETS];
}

static void unlink_age(struct drm_set_cache *cache, struct drm_held_set *set)
{
    *(set->newer ? &set->newer->older : &cache->newest) = set->older;
    *(set->older ? &set->older->newer : &cache->oldest) = set->newer;
}

static void link_newest(struct drm_set_cache *cache, struct drm_held_set *set)
{
    set->newer = NULL;
    set->older = cache->newest;
    *(cache->newest ? &cache->newest->newer : &cache->oldest) = set;
    cache->newest = set;
}

struct drm_held_set *drm_set_cache_find(struct drm_set_cache *cache, const uint8_t key_id[DRM_KEY_ID_SIZE])
{
    struct drm_held_set *set;

    for (set = *bucket_of(cache, key_id); set; set = set->next_in_bucket)
        if (!memcmp(set->key_id, key_id, DRM_KEY_ID_SIZE))
            break;
    if (set && set != cache->newest)
    {
        unlink_age(cache, set);
        link_newest(cache, set);
    }
    return set;
}

void drm_set_cache_remove(struct drm_set_cache *cache, struct drm_held_set *set)
{
    struct drm_held_set **link = bucket_of(cache, set->key_id);

    while (*link != set)
        link = &(*link)->next_in_bucket;
    *link = set->next_in_bucket;
    unlink_age(cache, set);
    cache->count--;
    cache->bytes -= size_of(set);
    drm_held_set_release(set);
}

void drm_set_cache_put(struct drm_set_cache *cache, struct drm_held_set *set)
{
    struct drm_held_set **bucket = bucket_of(cache, set->key_id);

    if (size_of(set) > CACHE_MAX_BYTES / 2)
        return;
    while (cache->oldest && (cache->count >= CACHE_MAX_COUNT || cache->bytes + size_of(set) > CACHE_MAX_BYTES))
        drm_set_cache_remove(cache, cache->oldest);
    (void)__atomic_add_fetch(&set->references, 1, __ATOMIC_RELAXED);
    set->next_in_bucket = *bucket;
    *bucket = set;
    link_newest(cache, set);
    cache->count++;
    cache->bytes += size_of(set);
}

void drm_set_cache_clear(struct drm_set_cache *cache)
{
    while (cache->oldest)
        drm_set_cache_remove(cache, cache->oldest);
}
