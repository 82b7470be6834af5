/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a process keeps of a store beside its database, for all handles of it: temporary licences, and the time that it
 * was told.
 *
 * It lives until the process ends, whatever is closed; a store is known by the id in its database, so that a new one in
 * the same folder begins with nothing. What has to be remembered of a temporary licence is a row of the database.
 */
#ifndef WMDRM_ENGINE_TEMPORARY_H
#define WMDRM_ENGINE_TEMPORARY_H

#include <sqlite3.h>

#include "engine/store/license_store.h"

#define DRM_STORE_ID_SIZE 16

/* All temporary licences of a process and store: more are refused with DRM_E_OUT_OF_MEMORY. */
#define DRM_TEMPORARY_MAX_COUNT 65536
#define DRM_TEMPORARY_MAX_BYTES (32u * 1024 * 1024)

/* A response, shared by its licences. key is guarded by the owner's lock; the rest never changes. */
struct drm_temporary_response
{
    int references;
    int64_t number;                      /* below 0 */
    uint8_t anchor[DRM_SIGN_PUBLIC_SIZE];
    uint8_t response_id[DRM_ID_SIZE];
    int64_t identity;
    struct drm_buffer head;
    bool has_key;
    uint8_t key[DRM_AEAD_KEY_SIZE];
};

/* A licence as it was at one moment: never changes; a change of its state puts another one in its place. */
struct drm_temporary_license
{
    int references;
    int64_t number;                      /* below 0; 0 before it is published */
    uint8_t anchor[DRM_SIGN_PUBLIC_SIZE];
    uint8_t license_id[DRM_ID_SIZE];
    uint8_t key_id[DRM_KEY_ID_SIZE];
    uint32_t priority;
    struct drm_license_state state;
    struct drm_temporary_response *response;
    struct drm_temporary_bytes *bytes;   /* shared by all that it was */
    struct drm_span terms;               /* of bytes */
    struct drm_span license;
};

struct drm_process_store;

/* Those of the store with this id; one reference more. */
DRM_MUST_CHECK drm_result drm_process_store_get(const uint8_t id[DRM_STORE_ID_SIZE], struct drm_process_store **out);
void drm_process_store_release(struct drm_process_store *process); /* NULL is fine */

/* --- temporary licences ----------------------------------------------------------------------------------- */

DRM_MUST_CHECK drm_result drm_temporary_response_create(const struct drm_new_response *response,
                                                        struct drm_temporary_response **out);
void drm_temporary_response_release(struct drm_temporary_response *response); /* NULL is fine */
DRM_MUST_CHECK drm_result drm_temporary_license_create(const struct drm_new_license *license,
                                                       struct drm_temporary_response *response,
                                                       struct drm_temporary_license **out);
void drm_temporary_license_refer(struct drm_temporary_license *license);
void drm_temporary_license_release(struct drm_temporary_license *license); /* NULL is fine */
/* What it counts for in DRM_TEMPORARY_MAX_BYTES. */
size_t drm_temporary_license_size(const struct drm_temporary_license *license);

/* A number that is another one after each change of the set. */
uint64_t drm_temporary_generation(struct drm_process_store *process);
size_t drm_temporary_count(struct drm_process_store *process);

/* Is there room for so much more? DRM_E_OUT_OF_MEMORY. */
DRM_MUST_CHECK drm_result drm_temporary_reserve(struct drm_process_store *process, size_t count, size_t bytes);
/* A place for a licence, before those that were made already: it is made before the commit, so that publishing cannot
 * fail. */
struct drm_temporary_place;
DRM_MUST_CHECK drm_result drm_temporary_place_create(struct drm_temporary_license *license,
                                                     struct drm_temporary_place *next,
                                                     struct drm_temporary_place **out);
/* Puts all of the chain into the set, or frees it. A licence that is there already stays, its state lowered. */
void drm_temporary_publish(struct drm_process_store *process, struct drm_temporary_place *places);
void drm_temporary_discard(struct drm_temporary_place *places);

/* One of them, with a reference of the caller's; NULL where there is none. */
struct drm_temporary_license *drm_temporary_find(struct drm_process_store *process, int64_t number);
struct drm_temporary_license *drm_temporary_find_id(struct drm_process_store *process,
                                                    const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                                    const uint8_t key_id[DRM_KEY_ID_SIZE],
                                                    const uint8_t license_id[DRM_ID_SIZE]);

/* Those of a key id, or all of them (NULL), oldest first, each with a reference of the caller's. */
struct drm_temporary_list
{
    size_t count;
    struct drm_temporary_license **licenses;
};
DRM_MUST_CHECK drm_result drm_temporary_list(struct drm_process_store *process, const uint8_t *key_id,
                                             struct drm_temporary_list *out);
void drm_temporary_list_free(struct drm_temporary_list *list);

/* A copy with another state, to be put into its place; gone meanwhile is fine. */
DRM_MUST_CHECK drm_result drm_temporary_with_state(const struct drm_temporary_license *license,
                                                   const struct drm_license_state *state,
                                                   struct drm_temporary_license **out);
void drm_temporary_replace(struct drm_process_store *process, struct drm_temporary_license *license);
void drm_temporary_remove(struct drm_process_store *process, int64_t number);

/* The key of a temporary licence's response. */
bool drm_temporary_get_key(struct drm_process_store *process, const struct drm_temporary_response *response,
                           uint8_t out[DRM_AEAD_KEY_SIZE]);
void drm_temporary_keep_key(struct drm_process_store *process, struct drm_temporary_response *response,
                            const uint8_t key[DRM_AEAD_KEY_SIZE]);

/* --- the time that was told ------------------------------------------------------------------------------- */

/* It was time at a moment of the monotonic clock. Passed over where memory is short. */
void drm_process_store_set_time(struct drm_process_store *process, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                int64_t time, uint64_t monotonic);
/* False where nobody told. */
bool drm_process_store_get_time(struct drm_process_store *process, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                uint64_t monotonic, int64_t *out);

#endif
