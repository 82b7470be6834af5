/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Moving a damaged database of ours aside, for the store and the authority.
 */
#ifndef WMDRM_ENGINE_SET_ASIDE_H
#define WMDRM_ENGINE_SET_ASIDE_H

#include "engine/host.h"

/*
 * Moves "<name>.db" of a folder, with what belongs to it, to "<name>-damaged-<UTC time>.db" where prove, which is
 * called while no other process can do the same nor make a new database, returns DRM_E_STORE_CORRUPT. Else returns
 * what prove returned. DRM_E_BUSY where somebody has the database open.
 */
drm_result drm_set_aside(const char *directory, const char *name, const struct drm_host *host,
                         const struct drm_task *task, drm_result (*prove)(void *context), void *context);

#endif
