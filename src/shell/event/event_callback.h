/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether this thread runs an application's callback: its Invoke, or its destructor after that.
 */
#ifndef WMDRM_SHELL_EVENT_CALLBACK_H
#define WMDRM_SHELL_EVENT_CALLBACK_H

#include <stdbool.h>
#include <windows.h>
#include <mfobjects.h>

/* Around whatever may run it; leave gets what enter returned. They nest. */
bool event_callback_enter(void);
void event_callback_leave(bool entered);

/* callback->Invoke(result), in between. */
void event_callback_invoke(IMFAsyncCallback *callback, IMFAsyncResult *result);

bool event_callback_is_running(void);

#endif
