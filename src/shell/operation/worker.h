/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The thread that runs an object's operations, one after the other.
 */
#ifndef WMDRM_SHELL_WORKER_H
#define WMDRM_SHELL_WORKER_H

#include "shell/operation/async_object.h"

/*
 * Starts a worker for an object that has none; the object's lock is held. The thread ends when nothing is left to
 * run. Returns E_OUTOFMEMORY where there is no thread to be had.
 */
HRESULT worker_start(struct async_object *object);

#endif
