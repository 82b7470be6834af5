/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Marking the threads that run an application's callback (event_callback.h).
 */
#include "shell/event/event_callback.h"

#include "shell/com/thread_counter.h"

static struct thread_counter running;

bool event_callback_enter(void)
{
    return SUCCEEDED(thread_counter_add(&running, 1));
}

void event_callback_leave(bool entered)
{
    if (entered)
        thread_counter_add(&running, -1);
}

void event_callback_invoke(IMFAsyncCallback *callback, IMFAsyncResult *result)
{
    bool entered = event_callback_enter();

    IMFAsyncCallback_Invoke(callback, result);
    event_callback_leave(entered);
}

bool event_callback_is_running(void)
{
    return thread_counter_get(&running) > 0;
}
