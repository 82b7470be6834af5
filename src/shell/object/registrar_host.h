/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A configuration's registrar of network devices, and the thread that listens for them. All transmitters with one
 * engine share it. Once it was used it stays until the last WMDRMShutdown, also while there is no transmitter: to
 * forget who is registered would open the door to all.
 */
#ifndef WMDRM_SHELL_REGISTRAR_HOST_H
#define WMDRM_SHELL_REGISTRAR_HOST_H

#include <windows.h>

#include "engine/device/proximity_run.h"
#include "shell/object/engine.h"

struct registrar_host;

/* That of an engine, which it holds. Fails as engine_get_client does, and with E_OUTOFMEMORY. */
HRESULT registrar_host_acquire(struct engine *engine, struct registrar_host **out);
void registrar_host_release(struct registrar_host *host); /* NULL is fine */

struct drm_registrar *registrar_host_registrar(struct registrar_host *host);

/* Starts listening, in place of what was started before. ports may be none. */
HRESULT registrar_host_listen(struct registrar_host *host, const struct drm_device_address *local,
                              const uint16_t *ports, size_t count, uint16_t *port);
void registrar_host_stop(struct registrar_host *host);
/* The port of the listener that runs; 0 where none does. */
uint16_t registrar_host_port(struct registrar_host *host);

/* Stops every listener of the process, and forgets registrars without a transmitter; for the last WMDRMShutdown. */
void registrar_hosts_shut_down(void);

#endif
