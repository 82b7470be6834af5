/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether this thread is inside an application's callback.
 */
#ifndef WMDRM_SHELL_EVENT_CALLBACK_H
#define WMDRM_SHELL_EVENT_CALLBACK_H

#include <stdbool.h>
#include <windows.h>
#include <mfobjects.h>

/* callback->Invoke(result), marked. */
void event_callback_invoke(IMFAsyncCallback *callback, IMFAsyncResult *result);

bool event_callback_is_running(void);

#endif
