/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The base of asynchronous objects (async_object.h): counts, submitting, cancelling.
 */
#include "shell/operation/async_object.h"

#include <string.h>
#include <mferror.h>
#include <nserror.h>

#include "shell/com/module.h"
#include "shell/operation/watcher.h"
#include "shell/operation/worker.h"

void async_object_init(struct async_object *object, struct event_generator *events,
                       void (*destroy)(struct async_object *object))
{
    memset(object, 0, sizeof(*object));
    object->references = 1;
    object->inner_references = 1;
    object->events = events;
    object->destroy = destroy;
    InitializeSRWLock(&object->lock);
    module_add_object();
}

ULONG async_object_add_ref(struct async_object *object)
{
    return InterlockedIncrement(&object->references);
}

void async_object_add_inner(struct async_object *object)
{
    InterlockedIncrement(&object->inner_references);
}

void async_object_release_inner(struct async_object *object)
{
    if (!InterlockedDecrement(&object->inner_references))
    {
        object->destroy(object);
        module_remove_object();
    }
}

static void cancel_all_locked(struct async_object *object)
{
    if (object->running)
        operation_cancel(object->running);
    for (struct operation *operation = object->first; operation; operation = operation->next)
        operation_cancel(operation);
}

void async_object_cancel_all(struct async_object *object)
{
    AcquireSRWLockExclusive(&object->lock);
    cancel_all_locked(object);
    ReleaseSRWLockExclusive(&object->lock);
}

/* Refuses what would start, and cancels what runs. */
static void stop(struct async_object *object)
{
    AcquireSRWLockExclusive(&object->lock);
    object->shut_down = true;
    cancel_all_locked(object);
    ReleaseSRWLockExclusive(&object->lock);
}

ULONG async_object_release(struct async_object *object)
{
    ULONG references = InterlockedDecrement(&object->references);

    if (!references)
    {
        stop(object);
        event_generator_abandon(object->events);
        watcher_cancel_object(object);
        async_object_release_inner(object);
    }
    return references;
}

HRESULT async_object_shutdown(struct async_object *object)
{
    HRESULT hr;

    /* The application may release the object in a callback that this lets run. */
    async_object_add_inner(object);
    stop(object);
    hr = event_generator_shutdown(object->events);
    watcher_cancel_object(object);
    async_object_release_inner(object);
    return hr;
}

HRESULT async_object_cancel(struct async_object *object, IUnknown *cookie)
{
    struct operation *operation;

    if (!cookie)
        return E_POINTER;
    operation = operation_from_cookie(object, cookie);
    if (!operation)
        return E_INVALIDARG;
    operation_cancel(operation);
    if (operation->watched)
        watcher_complete(operation, NS_E_DRM_OPERATION_CANCELED);
    return S_OK;
}

static HRESULT busy_code(enum operation_kind kind)
{
    switch (kind)
    {
    case OPERATION_INDIVIDUALIZATION:
        return NS_E_DRM_INDIVIDUALIZING;
    case OPERATION_ACQUISITION:
        return NS_E_DRM_ACQUIRING_LICENSE;
    case OPERATION_BACKUP_RESTORE:
        return NS_E_DRM_BACKUPRESTORE_BUSY;
    default:
        return NS_E_DRM_BUSY;
    }
}

HRESULT async_object_check(struct async_object *object, enum operation_kind kind)
{
    HRESULT hr;

    AcquireSRWLockShared(&object->lock);
    hr = object->shut_down ? MF_E_SHUTDOWN : object->busy[kind] ? busy_code(kind) : S_OK;
    ReleaseSRWLockShared(&object->lock);
    return hr;
}

/* A waiting operation makes no kind busy. */
static HRESULT watch(struct async_object *object, struct operation *operation)
{
    HRESULT hr;

    operation->watched = true;
    AcquireSRWLockExclusive(&object->lock);
    hr = object->shut_down ? MF_E_SHUTDOWN : watcher_add(operation);
    ReleaseSRWLockExclusive(&object->lock);
    return hr;
}

HRESULT async_object_submit(struct async_object *object, struct operation *operation)
{
    struct operation **end;
    HRESULT hr = S_OK;

    AcquireSRWLockExclusive(&object->lock);
    if (object->shut_down)
        hr = MF_E_SHUTDOWN;
    for (size_t i = 0; i < operation->step_count && SUCCEEDED(hr); i++)
        if (object->busy[operation->steps[i].kind])
            hr = busy_code(operation->steps[i].kind);
    if (SUCCEEDED(hr) && !object->worker_runs)
    {
        hr = worker_start(object);
        object->worker_runs = SUCCEEDED(hr);
    }
    if (SUCCEEDED(hr))
    {
        for (size_t i = 0; i < operation->step_count; i++)
            object->busy[operation->steps[i].kind] = true;
        for (end = &object->first; *end; end = &(*end)->next)
            ;
        operation_add_inner(operation);
        *end = operation;
    }
    ReleaseSRWLockExclusive(&object->lock);
    return hr;
}

static HRESULT start(struct async_object *object, const struct operation_step *steps, size_t step_count,
                     HRESULT (*begin)(struct async_object *object, struct operation *operation), void *arguments,
                     void (*free_arguments)(void *arguments), IUnknown **cookie)
{
    struct operation *operation;
    HRESULT hr = operation_create(object, steps, step_count, arguments, free_arguments, &operation);

    if (FAILED(hr))
    {
        if (free_arguments)
            free_arguments(arguments);
        return hr;
    }
    hr = begin(object, operation);
    if (FAILED(hr))
        IUnknown_Release(&operation->IUnknown_iface);
    else
        *cookie = &operation->IUnknown_iface;
    return hr;
}

HRESULT async_object_start(struct async_object *object, const struct operation_step *steps, size_t step_count,
                           void *arguments, void (*free_arguments)(void *arguments), IUnknown **cookie)
{
    return start(object, steps, step_count, async_object_submit, arguments, free_arguments, cookie);
}

HRESULT async_object_watch(struct async_object *object, const struct operation_step *step, void *arguments,
                           void (*free_arguments)(void *arguments), IUnknown **cookie)
{
    return start(object, step, 1, watch, arguments, free_arguments, cookie);
}
