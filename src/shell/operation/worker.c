/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The worker (worker.h), and waiting for all of them.
 */
#include "shell/operation/worker.h"

#include <stdlib.h>

#include "shell/com/module.h"
#include "shell/operation/watcher.h"

struct worker
{
    struct async_object *object; /* an inner reference */
    struct worker *previous, *next;
};

/* All workers of the process, for async_objects_wait. An object's lock may be held when this one is taken, never the
 * other way round. */
static SRWLOCK workers_lock = SRWLOCK_INIT; /* guards: workers, workers_leaving */
static CONDITION_VARIABLE workers_changed = CONDITION_VARIABLE_INIT;
static struct worker *workers;
static size_t workers_leaving; /* out of the list, but about to let go of their objects, and of stores with them */

static void workers_add(struct worker *worker)
{
    AcquireSRWLockExclusive(&workers_lock);
    worker->previous = NULL;
    worker->next = workers;
    if (workers)
        workers->previous = worker;
    workers = worker;
    ReleaseSRWLockExclusive(&workers_lock);
}

static void workers_remove(struct worker *worker)
{
    AcquireSRWLockExclusive(&workers_lock);
    if (worker->previous)
        worker->previous->next = worker->next;
    else
        workers = worker->next;
    if (worker->next)
        worker->next->previous = worker->previous;
    workers_leaving++;
    ReleaseSRWLockExclusive(&workers_lock);
}

static void workers_left(void)
{
    AcquireSRWLockExclusive(&workers_lock);
    workers_leaving--;
    ReleaseSRWLockExclusive(&workers_lock);
    WakeAllConditionVariable(&workers_changed);
}

/* workers_lock is held, and given up meanwhile. */
static void cancel_every_worker_locked(void)
{
    struct async_object *objects[64];
    size_t count = 0;

    /* A worker in the list holds its object; 64 at a time will do, since the caller comes back until none is left. */
    for (struct worker *worker = workers; worker && count < ARRAYSIZE(objects); worker = worker->next)
    {
        objects[count] = worker->object;
        async_object_add_inner(objects[count++]);
    }
    ReleaseSRWLockExclusive(&workers_lock);
    for (size_t i = 0; i < count; i++)
    {
        async_object_cancel_all(objects[i]);
        async_object_release_inner(objects[i]);
    }
    AcquireSRWLockExclusive(&workers_lock);
}

void async_objects_wait(DWORD grace_ms)
{
    ULONGLONG end = GetTickCount64() + grace_ms;

    watcher_stop();
    AcquireSRWLockExclusive(&workers_lock);
    while (workers || workers_leaving)
    {
        ULONGLONG now = GetTickCount64();

        if (now < end)
            SleepConditionVariableSRW(&workers_changed, &workers_lock, (DWORD)(end - now), 0);
        else
        {
            cancel_every_worker_locked();
            if (workers || workers_leaving)
                SleepConditionVariableSRW(&workers_changed, &workers_lock, 100, 0);
        }
    }
    ReleaseSRWLockExclusive(&workers_lock);
}

/* The next operation, which becomes the running one; NULL where the worker is to end, which nobody can undo. */
static struct operation *take_next(struct async_object *object)
{
    struct operation *operation;

    AcquireSRWLockExclusive(&object->lock);
    operation = object->first;
    if (operation)
        object->first = operation->next;
    else
        object->worker_runs = false;
    object->running = operation;
    ReleaseSRWLockExclusive(&object->lock);
    return operation;
}

static void forget_running(struct async_object *object)
{
    AcquireSRWLockExclusive(&object->lock);
    object->running = NULL;
    ReleaseSRWLockExclusive(&object->lock);
}

static DWORD WINAPI worker_run(void *parameter)
{
    struct worker *worker = parameter;
    struct async_object *object = worker->object;
    struct operation *operation;

    while ((operation = take_next(object)))
    {
        for (size_t i = 0; i < operation->step_count; i++)
            operation_complete(operation, i, operation->steps[i].run(operation));
        forget_running(object);
        operation_release_inner(operation);
    }
    workers_remove(worker);
    free(worker);
    async_object_release_inner(object);
    workers_left();
    return 0;
}

HRESULT worker_start(struct async_object *object)
{
    struct worker *worker = malloc(sizeof(*worker));
    HANDLE thread;

    if (!worker)
        return E_OUTOFMEMORY;
    module_pin();
    async_object_add_inner(object);
    worker->object = object;
    workers_add(worker);
    thread = CreateThread(NULL, 0, worker_run, worker, 0, NULL);
    if (!thread)
    {
        workers_remove(worker);
        free(worker);
        async_object_release_inner(object); /* not the last one: the caller has one of its own */
        workers_left();
        return E_OUTOFMEMORY;
    }
    CloseHandle(thread);
    return S_OK;
}
