/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the protector remembers beside the store: numbers in the user's registry, HKEY_CURRENT_USER\Software\wmdrmsdk\
 * Stores, which is not copied with a folder.
 */
#ifndef WMDRM_SHELL_REGISTRY_MEMORY_H
#define WMDRM_SHELL_REGISTRY_MEMORY_H

#include "engine/host.h"

/* Fills in recall and remember of a protector, which need no context. Nothing is flushed: the system writes it
 * within seconds. Failures: DRM_E_ACCESS_DENIED, DRM_E_OUT_OF_MEMORY, DRM_E_INVALID_ARGUMENT for a name too long. */
void registry_memory_init(struct drm_protector *out);

#endif
