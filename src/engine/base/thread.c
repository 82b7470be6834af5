/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads, POSIX's or Windows'. */
#include "engine/base/thread.h"

#include <stdbool.h>
#include <stdlib.h>

#ifdef _WIN32
/* Declared here, since the engine takes no header of Windows. */
typedef void *system_thread;
__declspec(dllimport) void *__stdcall CreateThread(void *security, size_t stack,
                                                   unsigned long(__stdcall *function)(void *context), void *context,
                                                   unsigned long flags, unsigned long *id);
__declspec(dllimport) unsigned long __stdcall WaitForSingleObject(void *handle, unsigned long milliseconds);
__declspec(dllimport) int __stdcall CloseHandle(void *handle);
#define FOR_EVER 0xffffffffu
#else
#include <pthread.h>
typedef pthread_t system_thread;
#endif

struct drm_thread
{
    void (*function)(void *context);
    void *context;
    system_thread handle;
};

#ifdef _WIN32

static unsigned long __stdcall run_thread(void *parameter)
{
    const struct drm_thread *thread = parameter;

    thread->function(thread->context);
    return 0;
}

static bool start_thread(struct drm_thread *thread)
{
    thread->handle = CreateThread(NULL, 0, run_thread, thread, 0, NULL);
    return thread->handle;
}

static void wait_for_thread(struct drm_thread *thread)
{
    (void)WaitForSingleObject(thread->handle, FOR_EVER);
    (void)CloseHandle(thread->handle);
}

#else

static void *run_thread(void *parameter)
{
    const struct drm_thread *thread = parameter;

    thread->function(thread->context);
    return NULL;
}

static bool start_thread(struct drm_thread *thread)
{
    return !pthread_create(&thread->handle, NULL, run_thread, thread);
}

static void wait_for_thread(struct drm_thread *thread)
{
    (void)pthread_join(thread->handle, NULL);
}

#endif

struct drm_thread *drm_thread_start(void (*function)(void *context), void *context)
{
    struct drm_thread *thread = malloc(sizeof(*thread));

    if (!thread)
        return NULL;
    thread->function = function;
    thread->context = context;
    if (start_thread(thread))
        return thread;
    free(thread);
    return NULL;
}

void drm_thread_join(struct drm_thread *thread)
{
    if (!thread)
        return;
    wait_for_thread(thread);
    free(thread);
}
