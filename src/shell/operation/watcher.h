/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Operations that only wait for what another thread or process does. They are no job for an object's worker: any number
 * of them wait at once, on one thread of the process, which asks each of them again and again.
 */
#ifndef WMDRM_SHELL_WATCHER_H
#define WMDRM_SHELL_WATCHER_H

#include <windows.h>

#include "shell/operation/operation.h"

/* Asks the operation's one step until it returns anything but E_PENDING, which completes it. Takes an inner reference.
 * Returns S_OK or E_OUTOFMEMORY. The object's lock may be held. */
HRESULT watcher_add(struct operation *operation);

/* Completes a watched operation, unless it has been: at once, on this thread, whatever its step is doing. */
void watcher_complete(struct operation *operation, HRESULT hr);

/* Cancels every watched operation of an object. */
void watcher_cancel_object(const struct async_object *object);

/* Cancels all that is watched in the process, and waits until the thread has let go of it. For the last
 * WMDRMShutdown. */
void watcher_stop(void);

#endif
