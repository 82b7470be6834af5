/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Changing licences: a write transaction and the generation around its commit.
 *
 *     begin; ...; commit; end
 *
 * begin takes the store's lock where it succeeds, end gives it back and undoes what was not committed.
 */
#ifndef WMDRM_ENGINE_CHANGE_H
#define WMDRM_ENGINE_CHANGE_H

#include "engine/store/store.h"

DRM_MUST_CHECK drm_result drm_store_begin_change(struct drm_store *store);
DRM_MUST_CHECK drm_result drm_store_commit_change(struct drm_store *store);
/* result: what became of the change. */
void drm_store_end_change(struct drm_store *store, drm_result result);

#endif
