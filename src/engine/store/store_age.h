/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The age of a store: a number that grows with each change that takes something away: a count or first use, a
 * licence that is deleted, marked or revoked, a challenge that is used up. It stands in the store and, after the
 * commit, outside of it, with the host's protector. A store that is younger than what stands outside is an older copy
 * that somebody put in its place.
 *
 * The store's own number is committed first. Whoever is killed in between leaves a smaller number outside, which says
 * nothing and is brought up by the next question or change; the other order would accuse a store that is the newest.
 */
#ifndef WMDRM_ENGINE_STORE_AGE_H
#define WMDRM_ENGINE_STORE_AGE_H

#include "engine/database/database.h"

struct drm_store;

struct drm_store_age
{
    char name[64];      /* outside: the store's random id */
    uint64_t witnessed; /* at least this number stands outside, as far as this process knows. Guarded by the write
                           transaction: several connections use it, one at a time */
};

/* At the opening: under which name its age stands outside. */
void drm_store_age_name(struct drm_store *store, const uint8_t *store_id, size_t size);
/* At the end of it: is the store younger than what stands outside? Then this is logged, counted outside, and the store
 * takes that age, so that it is said once. Nothing here is a reason not to open. */
void drm_store_age_compare(struct drm_store *store);

/* Part of a write transaction that takes something away. */
DRM_MUST_CHECK drm_result drm_store_age_raise_locked(struct drm_store *store);

/* Inside a write transaction that commits nothing, so that all there is has been committed: makes known outside how old
 * the store is. database: any connection to it. */
void drm_store_age_witness(struct drm_store *store, struct drm_database *database);

#endif
