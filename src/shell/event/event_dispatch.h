/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Getting a callback onto a thread of somebody else's. Either function has callback->Invoke called once, soon, never
 * from inside the call, and holds a reference until then.
 */
#ifndef WMDRM_SHELL_EVENT_DISPATCH_H
#define WMDRM_SHELL_EVENT_DISPATCH_H

#include <windows.h>
#include <mfobjects.h>

/*
 * On a work queue of Media Foundation.
 *
 * Returns S_OK; or why the queue does not take it, with no reference kept: MF_E_INVALID_WORKQUEUE (there is no such
 * queue, or the flags of GetParameters clash with it), MF_E_SHUTDOWN, E_OUTOFMEMORY.
 */
HRESULT event_dispatch_to_queue(DWORD queue, IMFAsyncCallback *callback);

/*
 * On the process's thread pool, in the multithreaded apartment as on a work queue; Invoke gets NULL for its result.
 *
 * Returns S_OK; or a failure, with no reference kept, when memory is out.
 */
HRESULT event_dispatch_to_thread_pool(IMFAsyncCallback *callback);

#endif
