/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Temporary licences (temporary.h): a list by age, with hash tables over key ids and numbers.
 */
#include "engine/store/temporary.h"

#include <stdlib.h>
#include <string.h>

#include "engine/crypto/crypto.h"

#define BUCKETS 1024

struct drm_temporary_place
{
    struct drm_temporary_place *next, *previous; /* by age */
    struct drm_temporary_place *next_in_bucket;  /* of its key id */
    struct drm_temporary_place *next_of_numbers; /* in the bucket of its number */
    struct drm_temporary_license *license;
};

struct told_time
{
    struct told_time *next;
    uint8_t anchor[DRM_SIGN_PUBLIC_SIZE];
    int64_t time;
    uint64_t monotonic;
};

struct drm_process_store
{
    struct drm_process_store *next;
    int references; /* guarded by the lock of all stores; the rest by this one's */
    uint8_t id[DRM_STORE_ID_SIZE];
    sqlite3_mutex *lock;
    uint64_t generation; /* atomic */
    size_t count, bytes;
    int64_t last_number;
    struct drm_temporary_place *first, *last;
    struct drm_temporary_place *buckets[BUCKETS], *numbers[BUCKETS];
    struct told_time *times;
};

/* --- the stores of a process ------------------------------------------------------------------------------ */

static struct drm_process_store *stores;

static sqlite3_mutex *stores_lock(void)
{
    return sqlite3_mutex_alloc(SQLITE_MUTEX_STATIC_APP2); /* one for the process; not to be freed */
}

static struct drm_process_store *create_process_store(const uint8_t id[DRM_STORE_ID_SIZE])
{
    struct drm_process_store *process = calloc(1, sizeof(*process));

    if (!process || !(process->lock = sqlite3_mutex_alloc(SQLITE_MUTEX_FAST)))
    {
        free(process);
        return NULL;
    }
    memcpy(process->id, id, sizeof(process->id));
    process->generation = 1;
    return process;
}

drm_result drm_process_store_get(const uint8_t id[DRM_STORE_ID_SIZE], struct drm_process_store **out)
{
    struct drm_process_store *process;

    sqlite3_mutex_enter(stores_lock());
    for (process = stores; process && memcmp(process->id, id, sizeof(process->id)); process = process->next)
        ;
    if (!process && (process = create_process_store(id)))
    {
        process->next = stores;
        stores = process;
    }
    if (process)
        process->references++;
    sqlite3_mutex_leave(stores_lock());
    if (!process)
        return DRM_E_OUT_OF_MEMORY;
    *out = process;
    return DRM_S_OK;
}

/* What is worth remembering stays until the process ends. */
void drm_process_store_release(struct drm_process_store *process)
{
    struct drm_process_store **link;

    if (!process)
        return;
    sqlite3_mutex_enter(stores_lock());
    if (!--process->references && !process->first && !process->times)
    {
        for (link = &stores; *link != process; link = &(*link)->next)
            ;
        *link = process->next;
        sqlite3_mutex_free(process->lock);
        free(process);
    }
    sqlite3_mutex_leave(stores_lock());
}

/* --- the set ---------------------------------------------------------------------------------------------- */

static struct drm_temporary_place **bucket_of(struct drm_process_store *process, const uint8_t key_id[DRM_KEY_ID_SIZE])
{
    return &process->buckets[drm_get_u32(key_id) % BUCKETS];
}

static struct drm_temporary_place **numbers_of(struct drm_process_store *process, int64_t number)
{
    return &process->numbers[(uint64_t)-number % BUCKETS];
}

static void changed(struct drm_process_store *process)
{
    (void)__atomic_add_fetch(&process->generation, 1, __ATOMIC_RELEASE);
}

uint64_t drm_temporary_generation(struct drm_process_store *process)
{
    return __atomic_load_n(&process->generation, __ATOMIC_ACQUIRE);
}

size_t drm_temporary_count(struct drm_process_store *process)
{
    size_t count;

    sqlite3_mutex_enter(process->lock);
    count = process->count;
    sqlite3_mutex_leave(process->lock);
    return count;
}

drm_result drm_temporary_reserve(struct drm_process_store *process, size_t count, size_t bytes)
{
    bool room;

    sqlite3_mutex_enter(process->lock);
    /* Two that reserve before either publishes may come to have more than that. */
    room = process->count <= DRM_TEMPORARY_MAX_COUNT && count <= DRM_TEMPORARY_MAX_COUNT - process->count
           && process->bytes <= DRM_TEMPORARY_MAX_BYTES && bytes <= DRM_TEMPORARY_MAX_BYTES - process->bytes;
    sqlite3_mutex_leave(process->lock);
    return room ? DRM_S_OK : DRM_E_OUT_OF_MEMORY;
}

drm_result drm_temporary_place_create(struct drm_temporary_license *license, struct drm_temporary_place *next,
                                      struct drm_temporary_place **out)
{
    struct drm_temporary_place *place = calloc(1, sizeof(*place));

    if (!place)
        return DRM_E_OUT_OF_MEMORY;
    place->license = license;
    place->next = next;
    drm_temporary_license_refer(license);
    *out = place;
    return DRM_S_OK;
}

static void free_place(struct drm_temporary_place *place)
{
    drm_temporary_license_release(place->license);
    free(place);
}

void drm_temporary_discard(struct drm_temporary_place *places)
{
    struct drm_temporary_place *place;

    while ((place = places))
    {
        places = place->next;
        free_place(place);
    }
}

static struct drm_temporary_place *find_place(struct drm_process_store *process, int64_t number)
{
    struct drm_temporary_place *place;

    for (place = *numbers_of(process, number); place && place->license->number != number;
         place = place->next_of_numbers)
        ;
    return place;
}

static struct drm_temporary_place *find_place_id(struct drm_process_store *process,
                                                 const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                                 const uint8_t key_id[DRM_KEY_ID_SIZE],
                                                 const uint8_t license_id[DRM_ID_SIZE])
{
    struct drm_temporary_place *place;

    for (place = *bucket_of(process, key_id); place; place = place->next_in_bucket)
        if (!memcmp(place->license->license_id, license_id, DRM_ID_SIZE)
            && !memcmp(place->license->key_id, key_id, DRM_KEY_ID_SIZE)
            && !memcmp(place->license->anchor, anchor, DRM_SIGN_PUBLIC_SIZE))
            break;
    return place;
}

static void link_place(struct drm_process_store *process, struct drm_temporary_place *place)
{
    struct drm_temporary_place **bucket = bucket_of(process, place->license->key_id);
    struct drm_temporary_place **numbers = numbers_of(process, place->license->number);

    place->next = NULL;
    place->previous = process->last;
    *(process->last ? &process->last->next : &process->first) = place;
    process->last = place;
    place->next_in_bucket = *bucket;
    *bucket = place;
    place->next_of_numbers = *numbers;
    *numbers = place;
    process->count++;
    process->bytes += drm_temporary_license_size(place->license);
}

static void unlink_place(struct drm_process_store *process, struct drm_temporary_place *place)
{
    struct drm_temporary_place **link = bucket_of(process, place->license->key_id);

    while (*link != place)
        link = &(*link)->next_in_bucket;
    *link = place->next_in_bucket;
    link = numbers_of(process, place->license->number);
    while (*link != place)
        link = &(*link)->next_of_numbers;
    *link = place->next_of_numbers;
    *(place->previous ? &place->previous->next : &process->first) = place->next;
    *(place->next ? &place->next->previous : &process->last) = place->previous;
    process->count--;
    process->bytes -= drm_temporary_license_size(place->license);
}

/* The chain was made from its end. */
static struct drm_temporary_place *reverse(struct drm_temporary_place *places)
{
    struct drm_temporary_place *place, *reversed = NULL;

    while ((place = places))
    {
        places = place->next;
        place->next = reversed;
        reversed = place;
    }
    return reversed;
}

void drm_temporary_publish(struct drm_process_store *process, struct drm_temporary_place *places)
{
    struct drm_temporary_place *place, *there, *rest = reverse(places), *unused = NULL;

    if (!places)
        return;
    sqlite3_mutex_enter(process->lock);
    while ((place = rest))
    {
        struct drm_temporary_license *license = place->license;

        rest = place->next;
        there = find_place_id(process, license->anchor, license->key_id, license->license_id);
        /* Until here the caller alone knew the licence: it may still be changed. */
        if (there)
        {
            drm_license_state_lower(&license->state, &there->license->state);
            license->number = there->license->number;
            process->bytes += drm_temporary_license_size(license);
            process->bytes -= drm_temporary_license_size(there->license);
            place->license = there->license;
            there->license = license;
            place->next = unused;
            unused = place;
        }
        else
        {
            license->number = --process->last_number;
            link_place(process, place);
        }
    }
    changed(process);
    sqlite3_mutex_leave(process->lock);
    drm_temporary_discard(unused);
}

static struct drm_temporary_license *refer_to(struct drm_temporary_place *place)
{
    if (!place)
        return NULL;
    drm_temporary_license_refer(place->license);
    return place->license;
}

struct drm_temporary_license *drm_temporary_find(struct drm_process_store *process, int64_t number)
{
    struct drm_temporary_license *license;

    sqlite3_mutex_enter(process->lock);
    license = refer_to(find_place(process, number));
    sqlite3_mutex_leave(process->lock);
    return license;
}

struct drm_temporary_license *drm_temporary_find_id(struct drm_process_store *process,
                                                    const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                                    const uint8_t key_id[DRM_KEY_ID_SIZE],
                                                    const uint8_t license_id[DRM_ID_SIZE])
{
    struct drm_temporary_license *license;

    sqlite3_mutex_enter(process->lock);
    license = refer_to(find_place_id(process, anchor, key_id, license_id));
    sqlite3_mutex_leave(process->lock);
    return license;
}

static bool is_of_key(const struct drm_temporary_place *place, const uint8_t *key_id)
{
    return !key_id || !memcmp(place->license->key_id, key_id, DRM_KEY_ID_SIZE);
}

static drm_result list_locked(struct drm_process_store *process, const uint8_t *key_id, struct drm_temporary_list *out)
{
    struct drm_temporary_place *place;
    size_t count = 0;

    if (key_id)
        for (place = *bucket_of(process, key_id); place; place = place->next_in_bucket)
            count += is_of_key(place, key_id);
    else
        count = process->count;
    if (!count)
        return DRM_S_OK;
    if (!(out->licenses = calloc(count, sizeof(struct drm_temporary_license *))))
        return DRM_E_OUT_OF_MEMORY;
    out->count = count;
    if (!key_id)
        for (place = process->first, count = 0; place; place = place->next)
            out->licenses[count++] = refer_to(place);
    else /* the newest comes first in its bucket */
        for (place = *bucket_of(process, key_id); place; place = place->next_in_bucket)
            if (is_of_key(place, key_id))
                out->licenses[--count] = refer_to(place);
    return DRM_S_OK;
}

drm_result drm_temporary_list(struct drm_process_store *process, const uint8_t *key_id, struct drm_temporary_list *out)
{
    drm_result result;

    memset(out, 0, sizeof(*out));
    sqlite3_mutex_enter(process->lock);
    result = list_locked(process, key_id, out);
    sqlite3_mutex_leave(process->lock);
    return result;
}

void drm_temporary_replace(struct drm_process_store *process, struct drm_temporary_license *license)
{
    struct drm_temporary_license *old = NULL;
    struct drm_temporary_place *place;

    sqlite3_mutex_enter(process->lock);
    if ((place = find_place(process, license->number)))
    {
        old = place->license;
        drm_temporary_license_refer(license);
        place->license = license;
        changed(process);
    }
    sqlite3_mutex_leave(process->lock);
    drm_temporary_license_release(old);
}

void drm_temporary_remove(struct drm_process_store *process, int64_t number)
{
    struct drm_temporary_place *place;

    sqlite3_mutex_enter(process->lock);
    if ((place = find_place(process, number)))
    {
        unlink_place(process, place);
        changed(process);
    }
    sqlite3_mutex_leave(process->lock);
    if (place)
        free_place(place);
}

bool drm_temporary_get_key(struct drm_process_store *process, const struct drm_temporary_response *response,
                           uint8_t out[DRM_AEAD_KEY_SIZE])
{
    bool found;

    sqlite3_mutex_enter(process->lock);
    if ((found = response->has_key))
        memcpy(out, response->key, DRM_AEAD_KEY_SIZE);
    sqlite3_mutex_leave(process->lock);
    return found;
}

void drm_temporary_keep_key(struct drm_process_store *process, struct drm_temporary_response *response,
                            const uint8_t key[DRM_AEAD_KEY_SIZE])
{
    sqlite3_mutex_enter(process->lock);
    memcpy(response->key, key, sizeof(response->key));
    response->has_key = true;
    sqlite3_mutex_leave(process->lock);
}

/* --- the time that was told ------------------------------------------------------------------------------- */

static struct told_time *find_time(struct drm_process_store *process, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE])
{
    struct told_time *told;

    for (told = process->times; told && memcmp(told->anchor, anchor, sizeof(told->anchor)); told = told->next)
        ;
    return told;
}

void drm_process_store_set_time(struct drm_process_store *process, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                int64_t time, uint64_t monotonic)
{
    struct told_time *told;

    sqlite3_mutex_enter(process->lock);
    told = find_time(process, anchor);
    if (!told && (told = calloc(1, sizeof(*told))))
    {
        memcpy(told->anchor, anchor, sizeof(told->anchor));
        told->next = process->times;
        process->times = told;
    }
    if (told)
    {
        told->time = time;
        told->monotonic = monotonic;
    }
    sqlite3_mutex_leave(process->lock);
}

bool drm_process_store_get_time(struct drm_process_store *process, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                uint64_t monotonic, int64_t *out)
{
    const struct told_time *told;

    sqlite3_mutex_enter(process->lock);
    if ((told = find_time(process, anchor)))
        *out = told->time + (int64_t)(monotonic - told->monotonic);
    sqlite3_mutex_leave(process->lock);
    return told != NULL;
}
