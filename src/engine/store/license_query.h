/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Asking the store what a decision takes: licences of a key id, and the latest time seen. One connection with a read
 * transaction that stays open between questions, since opening one costs 200 us under Wine.
 */
#ifndef WMDRM_ENGINE_LICENSE_QUERY_H
#define WMDRM_ENGINE_LICENSE_QUERY_H

#include "engine/store/license_store.h"

struct drm_license_queries;

/* The connection is made at the first question. */
DRM_MUST_CHECK drm_result drm_license_queries_create(struct drm_store *store, struct drm_license_queries **out);
void drm_license_queries_free(struct drm_license_queries *queries); /* NULL is fine; no set may be in use any more */

/* Ends an open read transaction whose state is no longer the newest, so that the log can be written back; does nothing
 * while somebody asks. */
void drm_license_queries_let_go(struct drm_license_queries *queries);
/* Ends it whatever its state; the next question begins another. */
void drm_license_queries_rest(struct drm_license_queries *queries);

/* The latest time seen under an anchor; 0 where it is not known. No lock of the database while nothing changed. */
DRM_MUST_CHECK drm_result drm_license_queries_floor(struct drm_license_queries *queries,
                                                    const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE], int64_t *out);

#endif
