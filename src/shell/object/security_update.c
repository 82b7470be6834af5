/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * PerformSecurityUpdate: individualization and the refresh of revocation lists, as operations.
 */
#include <stdlib.h>

#include "shell/event/event.h"
#include "shell/object/individualization_status.h"
#include "shell/object/security.h"
#include "shell/platform/trace.h"

#define INDIVIDUALIZATION_FLAGS (WMDRM_SECURITY_PERFORM_INDIV | WMDRM_SECURITY_PERFORM_FORCE_INDIV)
#define LAST_STATES                                                                                                  \
    (DRM_INDIVIDUALIZATION_SUCCEED | DRM_INDIVIDUALIZATION_FAIL | DRM_INDIVIDUALIZATION_CANCEL)
#define ALL_FLAGS (INDIVIDUALIZATION_FLAGS | WMDRM_SECURITY_PERFORM_REVOCATION_REFRESH)

/* The engine that was in force when the operation started. */
struct update_arguments
{
    struct engine *engine;
    bool forced;
    /* The event of the last state and its value, made ahead: known clients wait for it for ever. */
    IMFMediaEvent *last_event;
    IUnknown *last_status;
};

/* What was made ahead is the event's alone: what the application gets of it has no references but its own. */
static void forget_last(struct update_arguments *arguments)
{
    if (arguments->last_status)
        IUnknown_Release(arguments->last_status);
    arguments->last_status = NULL;
    arguments->last_event = NULL;
}

static void update_arguments_free(void *context)
{
    struct update_arguments *arguments = context;

    if (arguments->last_event)
        IMFMediaEvent_Release(arguments->last_event);
    forget_last(arguments);
    engine_release(arguments->engine);
    free(arguments);
}

/* Each event gets a status object of its own, and a success status: known clients abort on any failing event. */
static void queue_progress(void *context, const struct drm_progress *progress)
{
    struct operation *operation = context;
    struct update_arguments *arguments = operation->arguments;
    IMFMediaEvent *event;
    IUnknown *status;
    HRESULT hr;

    trace_line("object %p: individualization 0x%02x, HTTP %u, %lu round trips, %llu of %llu bytes, 0x%08lx",
               (void *)operation->object, (unsigned int)progress->state, (unsigned int)progress->http,
               (unsigned long)progress->round_trips, (unsigned long long)progress->received,
               (unsigned long long)progress->total, (unsigned long)progress->result);
    if (progress->state & LAST_STATES)
    {
        individualization_status_fill(arguments->last_status, progress);
        event = arguments->last_event;
        forget_last(arguments);
        event_generator_queue_new(operation->object->events, event);
        return;
    }
    if (FAILED(individualization_status_create(progress, &status)))
        return;
    hr = media_event_create_unknown(MEWMDRMIndividualizationProgress, S_OK, status, &event);
    IUnknown_Release(status); /* before anybody sees the event: who takes the value from it has the last reference */
    if (SUCCEEDED(hr))
        event_generator_queue_new(operation->object->events, event);
}

/* A last state comes even where there is nothing to run: clients wait for it. */
static HRESULT fail_before_it_began(struct operation *operation, HRESULT hr)
{
    struct drm_progress progress = {.state = DRM_INDIVIDUALIZATION_BEGIN};

    queue_progress(operation, &progress);
    progress.state = DRM_INDIVIDUALIZATION_FAIL;
    progress.result = hr;
    queue_progress(operation, &progress);
    return hr;
}

static HRESULT run_individualization(struct operation *operation)
{
    const struct update_arguments *arguments = operation->arguments;
    struct drm_task task = operation_task(operation);
    struct drm_client *client;
    HRESULT hr = engine_get_client(arguments->engine, &client);

    if (FAILED(hr))
        return fail_before_it_began(operation, hr);
    task.progress = queue_progress;
    return drm_client_individualize(client, arguments->forced, &task);
}

static HRESULT run_refresh(struct operation *operation)
{
    const struct update_arguments *arguments = operation->arguments;
    const struct drm_task task = operation_task(operation);
    struct drm_client *client;
    HRESULT hr = engine_get_client(arguments->engine, &client);

    return FAILED(hr) ? hr : drm_client_refresh_revocation(client, &task);
}

static const struct operation_step individualization_step = {
    .kind = OPERATION_INDIVIDUALIZATION,
    .completed = MEWMDRMIndividualizationCompleted,
    .run = run_individualization,
};

static const struct operation_step refresh_step = {
    .kind = OPERATION_REVOCATION_REFRESH,
    .completed = MEWMDRMRevocationDownloadCompleted,
    .run = run_refresh,
};

static HRESULT make_arguments(struct security *security, DWORD flags, struct update_arguments **out)
{
    struct update_arguments *arguments = calloc(1, sizeof(*arguments));
    HRESULT hr = S_OK;

    if (!arguments)
        return E_OUTOFMEMORY;
    arguments->engine = security->engine;
    arguments->forced = flags & WMDRM_SECURITY_PERFORM_FORCE_INDIV;
    engine_add_ref(security->engine);
    if (flags & INDIVIDUALIZATION_FLAGS
        && SUCCEEDED(hr = individualization_status_reserve(&arguments->last_status)))
        hr = media_event_create_unknown(MEWMDRMIndividualizationProgress, S_OK, arguments->last_status,
                                        &arguments->last_event);
    if (FAILED(hr))
    {
        update_arguments_free(arguments);
        return hr;
    }
    *out = arguments;
    return S_OK;
}

HRESULT STDMETHODCALLTYPE security_PerformSecurityUpdate(IWMDRMSecurity *iface, DWORD flags, IUnknown **cookie)
{
    struct security *security = security_from_IWMDRMSecurity(iface);
    struct operation_step steps[OPERATION_MAX_STEPS];
    struct update_arguments *arguments;
    size_t count = 0;
    HRESULT hr;

    trace_line("%p: PerformSecurityUpdate, flags 0x%lx", (void *)iface, flags);
    if (!cookie)
        return E_POINTER;
    *cookie = NULL;
    if (!flags || flags & ~(DWORD)ALL_FLAGS)
        return E_INVALIDARG;

    hr = make_arguments(security, flags, &arguments);
    if (FAILED(hr))
        return trace_failure("PerformSecurityUpdate", hr);
    if (flags & INDIVIDUALIZATION_FLAGS)
        steps[count++] = individualization_step;
    if (flags & WMDRM_SECURITY_PERFORM_REVOCATION_REFRESH)
        steps[count++] = refresh_step;
    hr = async_object_start(&security->async, steps, count, arguments, update_arguments_free, cookie);
    return FAILED(hr) ? trace_failure("PerformSecurityUpdate", hr) : S_OK;
}
