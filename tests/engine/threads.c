/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Threads that start at the same moment.
 */
#include "engine/threads.h"

#include <stdatomic.h>

#ifdef _WIN32
#include <process.h>
#include <windows.h>
typedef HANDLE thread_handle;
#define THREAD_RESULT unsigned int __stdcall
#define yield_thread() SwitchToThread()
#else
#include <pthread.h>
#include <sched.h>
typedef pthread_t thread_handle;
#define THREAD_RESULT void *
#define yield_thread() sched_yield()
#endif

struct crew
{
    void (*function)(void *context, size_t index);
    void *context;
    atomic_size_t waiting; /* threads that have arrived at the start */
    atomic_int start;      /* 1: run; -1: end at once */
};

struct member
{
    struct crew *crew;
    size_t index;
    thread_handle handle;
};

static THREAD_RESULT run_member(void *parameter)
{
    struct member *member = parameter;
    struct crew *crew = member->crew;

    atomic_fetch_add(&crew->waiting, 1);
    while (atomic_load(&crew->start) == 0)
        yield_thread();
    if (atomic_load(&crew->start) > 0)
        crew->function(crew->context, member->index);
    return 0;
}

static bool start_member(struct member *member)
{
#ifdef _WIN32
    member->handle = (HANDLE)_beginthreadex(NULL, 0, run_member, member, 0, NULL);
    return member->handle != NULL;
#else
    return pthread_create(&member->handle, NULL, run_member, member) == 0;
#endif
}

static void join_member(struct member *member)
{
#ifdef _WIN32
    WaitForSingleObject(member->handle, INFINITE);
    CloseHandle(member->handle);
#else
    pthread_join(member->handle, NULL);
#endif
}

bool run_threads(size_t count, void (*function)(void *context, size_t index), void *context)
{
    struct crew crew = {.function = function, .context = context};
    struct member members[MAX_THREADS];
    size_t started, i;

    if (count > MAX_THREADS)
        return false;
    for (started = 0; started < count; started++)
    {
        members[started].crew = &crew;
        members[started].index = started;
        if (!start_member(&members[started]))
            break;
    }
    while (atomic_load(&crew.waiting) < started)
        yield_thread();
    atomic_store(&crew.start, started == count ? 1 : -1);
    for (i = 0; i < started; i++)
        join_member(&members[i]);
    return started == count;
}
