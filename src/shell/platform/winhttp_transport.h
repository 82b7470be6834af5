/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The engine's transport over WinHTTP (docs/transport.md).
 */
#ifndef WMDRM_SHELL_WINHTTP_TRANSPORT_H
#define WMDRM_SHELL_WINHTTP_TRANSPORT_H

#include "engine/host.h"

/*
 * Fills out. The transport has no state of its own and is never freed. Its perform may be called on any thread, one
 * that must end too: it never waits for WinHTTP. In a request a timeout_ms, stall_ms or stall_bytes of 0 means that
 * there is no such limit. The time that a handler takes is not counted against the server. The module stays loaded from
 * the first perform on.
 */
void winhttp_transport_init(struct drm_transport *out);

#endif
