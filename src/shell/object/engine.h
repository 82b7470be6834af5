/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The engine as the DLL's objects use it: the host tables filled with Windows, and one client for each configuration,
 * which the objects of a process share.
 */
#ifndef WMDRM_SHELL_ENGINE_H
#define WMDRM_SHELL_ENGINE_H

#include <windows.h>

#include "engine/client/client.h"

struct engine;

/* Reads the configuration as it is now, and gives the engine for it. Returns S_OK or E_OUTOFMEMORY: what is wrong
 * with a configuration shows when the client is asked for. */
HRESULT engine_acquire(struct engine **out);
void engine_add_ref(struct engine *engine);
void engine_release(struct engine *engine); /* NULL is fine */

/* The client. Fails where the configuration forbids one: DRM_E_STORE_ON_NETWORK, DRM_E_NOT_CONFIGURED. */
HRESULT engine_get_client(struct engine *engine, struct drm_client **out);

/* After a question about licences: what it left open is closed when no others follow soon. */
void engine_rest_soon(struct engine *engine);

/* The configured service; empty for the embedded authority. */
const char *engine_service_url(const struct engine *engine);
/* The configured trust anchors as they are written; empty where there are none. */
const char *engine_trust_anchors(const struct engine *engine);

#endif
