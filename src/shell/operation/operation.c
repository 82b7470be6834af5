/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Operations and their cookies (operation.h).
 */
#include "shell/operation/operation.h"

#include <stdlib.h>
#include <string.h>

#include "shell/event/event.h"
#include "shell/operation/async_object.h"
#include "shell/platform/trace.h"

static struct operation *operation_from_IUnknown(IUnknown *iface)
{
    return CONTAINING_RECORD(iface, struct operation, IUnknown_iface);
}

static HRESULT STDMETHODCALLTYPE operation_QueryInterface(IUnknown *iface, REFIID iid, void **out)
{
    if (!out)
        return E_POINTER;
    *out = NULL;
    if (IsEqualIID(iid, &IID_IMarshal))
        return free_threaded_query(&operation_from_IUnknown(iface)->free_threaded, iface, iid, out);
    if (!IsEqualIID(iid, &IID_IUnknown))
        return E_NOINTERFACE;
    *out = iface;
    IUnknown_AddRef(iface);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE operation_AddRef(IUnknown *iface)
{
    return InterlockedIncrement(&operation_from_IUnknown(iface)->references);
}

/* What the worker holds does not show: a cookie's last Release returns 0 whenever the worker lets go. */
static ULONG STDMETHODCALLTYPE operation_Release(IUnknown *iface)
{
    struct operation *operation = operation_from_IUnknown(iface);
    ULONG references = InterlockedDecrement(&operation->references);

    if (!references)
        operation_release_inner(operation);
    return references;
}

static const IUnknownVtbl operation_vtbl =
{
    operation_QueryInterface,
    operation_AddRef,
    operation_Release,
};

HRESULT operation_create(struct async_object *object, const struct operation_step *steps, size_t step_count,
                         void *arguments, void (*free_arguments)(void *arguments), struct operation **out)
{
    struct operation *operation = calloc(1, sizeof(*operation));

    if (!operation)
        return E_OUTOFMEMORY;
    operation->IUnknown_iface.lpVtbl = &operation_vtbl;
    operation->references = 1;
    operation->inner_references = 1;
    operation->object = object;
    operation->step_count = step_count;
    memcpy(operation->steps, steps, step_count * sizeof(*steps));
    operation->arguments = arguments;
    operation->free_arguments = free_arguments;
    async_object_add_inner(object);
    for (size_t i = 0; i < step_count; i++)
    {
        HRESULT hr = media_event_create_unknown(steps[i].completed, E_PENDING, NULL, &operation->completions[i]);

        if (FAILED(hr))
        {
            operation->free_arguments = NULL; /* still the caller's */
            operation_release_inner(operation);
            return hr;
        }
    }
    *out = operation;
    return S_OK;
}

void operation_add_inner(struct operation *operation)
{
    InterlockedIncrement(&operation->inner_references);
}

void operation_release_inner(struct operation *operation)
{
    if (InterlockedDecrement(&operation->inner_references))
        return;
    for (size_t i = 0; i < operation->step_count; i++)
        if (operation->completions[i])
            IMFMediaEvent_Release(operation->completions[i]);
    if (operation->value)
        IUnknown_Release(operation->value);
    if (operation->free_arguments)
        operation->free_arguments(operation->arguments);
    free_threaded_cleanup(&operation->free_threaded);
    async_object_release_inner(operation->object);
    free(operation);
}

void operation_cancel(struct operation *operation)
{
    InterlockedExchange(&operation->cancelled, 1);
}

bool operation_is_cancelled(const struct operation *operation)
{
    return operation->cancelled;
}

void operation_complete(struct operation *operation, size_t index, HRESULT hr)
{
    const struct operation_step *step = &operation->steps[index];
    struct async_object *object = operation->object;
    IMFMediaEvent *event = operation->completions[index];

    operation->completions[index] = NULL;
    media_event_set_status(event, hr);
    if (operation->value)
    {
        media_event_set_value(event, operation->value);
        IUnknown_Release(operation->value);
        operation->value = NULL;
    }
    AcquireSRWLockExclusive(&object->lock);
    object->busy[step->kind] = false;
    ReleaseSRWLockExclusive(&object->lock);
    trace_line("object %p: event %u, status 0x%08lx", (void *)object, (unsigned int)step->completed, hr);
    event_generator_queue_new(object->events, event);
}

static bool is_cancelled(void *context)
{
    return operation_is_cancelled(context);
}

static void no_progress(void *context, const struct drm_progress *progress)
{
    (void)context;
    (void)progress;
}

struct drm_task operation_task(struct operation *operation)
{
    return (struct drm_task){.context = operation, .cancelled = is_cancelled, .progress = no_progress};
}

struct operation *operation_from_cookie(const struct async_object *object, IUnknown *cookie)
{
    struct operation *operation;

    /* Somebody else's object shows itself by its vtable, without a call into it. */
    if (cookie->lpVtbl != &operation_vtbl)
        return NULL;
    operation = operation_from_IUnknown(cookie);
    return operation->object == object ? operation : NULL;
}
