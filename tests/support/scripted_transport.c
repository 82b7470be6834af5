/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The scripted transport: one table row an exchange.
 */
#include "support/scripted_transport.h"

#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#include <windows.h>
#else
#include <time.h>
#endif

static void pause_shortly(void)
{
#ifdef _WIN32
    Sleep(1);
#else
    const struct timespec millisecond = {.tv_nsec = 1000000};

    nanosleep(&millisecond, NULL);
#endif
}

static char *copy_text(const char *text)
{
    size_t size = text ? strlen(text) + 1 : 0;
    char *copy = size ? malloc(size) : NULL;

    if (copy)
        memcpy(copy, text, size);
    return copy;
}

void scripted_transport_init(struct scripted_transport *script, const struct scripted_hop *hops, size_t hop_count)
{
    memset(script, 0, sizeof(*script));
    script->hops = hops;
    script->hop_count = hop_count;
    script->cancel_at_step = SCRIPTED_NEVER;
    atomic_init(&script->cancelled, false);
}

void scripted_transport_free(struct scripted_transport *script)
{
    size_t i;

    for (i = 0; i < script->request_count; ++i)
    {
        free(script->requests[i].url);
        free(script->requests[i].content_type);
        drm_buffer_free(&script->requests[i].body);
    }
    script->request_count = 0;
}

void scripted_transport_cancel(struct scripted_transport *script)
{
    atomic_store(&script->cancelled, true);
}

static bool task_cancelled(void *context)
{
    struct scripted_transport *script = context;

    return atomic_load(&script->cancelled);
}

static void task_progress(void *context, const struct drm_progress *progress)
{
    (void)context;
    (void)progress;
}

struct drm_task scripted_transport_task(struct scripted_transport *script)
{
    return (struct drm_task){.context = script, .cancelled = task_cancelled, .progress = task_progress};
}

/* One numbered point of the run. The task asked is the operation's, which need not be the script's own. */
static drm_result step(struct scripted_transport *script, const struct drm_task *task)
{
    if (script->on_step)
        script->on_step(script->on_step_context, script->steps);
    if (script->steps++ == script->cancel_at_step)
        scripted_transport_cancel(script);
    return task->cancelled(task->context) ? DRM_E_OPERATION_CANCELED : DRM_S_OK;
}

static drm_result record(struct scripted_transport *script, const struct drm_http_request *request,
                         struct scripted_request **out)
{
    struct scripted_request *entry;

    if (script->request_count == SCRIPTED_MAX_REQUESTS)
        return DRM_E_UNEXPECTED;
    entry = &script->requests[script->request_count++];
    memset(entry, 0, sizeof(*entry));
    entry->url = copy_text(request->url);
    entry->content_type = copy_text(request->content_type);
    entry->timeout_ms = request->timeout_ms;
    entry->stall_ms = request->stall_ms;
    entry->stall_bytes = request->stall_bytes;
    *out = entry;
    return request->body ? drm_buffer_append(&entry->body, request->body, request->body_size) : DRM_S_OK;
}

static drm_result send_body(struct scripted_transport *script, const struct scripted_hop *hop, struct drm_span body,
                            const struct drm_task *task, const struct drm_http_handler *handler,
                            struct scripted_request *entry)
{
    size_t piece = hop->piece ? hop->piece : body.size;
    drm_result result;
    uint64_t round;
    size_t at, size;

    for (round = 0; round <= hop->repeat; ++round)
    {
        for (at = 0; at < body.size; at += size)
        {
            size = body.size - at < piece ? body.size - at : piece;
            result = handler->data(handler->context, body.data + at, size);
            if (DRM_FAILED(result))
                return result;
            entry->taken += size;
            result = step(script, task);
            if (DRM_FAILED(result))
                return result;
        }
    }
    return DRM_S_OK;
}

static drm_result play(struct scripted_transport *script, const struct scripted_hop *hop,
                       const struct drm_http_request *request, const struct drm_task *task,
                       const struct drm_http_handler *handler, struct scripted_request *entry)
{
    struct drm_buffer answer = {0};
    struct drm_span body = drm_span(hop->body, hop->body_size);
    struct drm_http_head head;
    drm_result result;

    if (DRM_FAILED(result = step(script, task)))
        return result;
    handler->phase(handler->context, DRM_HTTP_CONNECTING);
    if (DRM_FAILED(result = step(script, task)))
        return result;
    if (DRM_FAILED(hop->result) && hop->at == SCRIPTED_AT_CONNECT)
        return hop->result;
    handler->phase(handler->context, DRM_HTTP_REQUESTING);
    if (DRM_FAILED(result = step(script, task)))
        return result;
    while (hop->silent && !task->cancelled(task->context))
        pause_shortly();
    if (hop->silent)
        return DRM_E_OPERATION_CANCELED;
    if (DRM_FAILED(hop->result) && hop->at == SCRIPTED_AT_HEAD)
        return hop->result;

    if (hop->answer)
    {
        if (DRM_FAILED(result = hop->answer(hop->answer_context, request, &answer)))
            goto done;
        body = drm_buffer_span(&answer);
    }
    head = (struct drm_http_head){
        .status = hop->status ? hop->status : 200,
        .has_length = !hop->no_length,
        .length = hop->length || hop->length_is_zero ? hop->length : body.size * (hop->repeat + 1),
        .location = hop->location,
    };
    if (DRM_FAILED(result = handler->begin(handler->context, &head)))
        goto done;
    if (DRM_FAILED(result = step(script, task)))
        goto done;
    if (DRM_FAILED(result = send_body(script, hop, body, task, handler, entry)))
        goto done;
    result = hop->result;
    if (DRM_SUCCEEDED(result))
        result = step(script, task);

done:
    drm_buffer_free(&answer);
    return result;
}

static drm_result perform(void *context, const struct drm_task *task, const struct drm_http_request *request,
                          const struct drm_http_handler *handler)
{
    struct scripted_transport *script = context;
    size_t index = script->request_count;
    struct scripted_request *entry;
    drm_result result;

    if (DRM_FAILED(result = record(script, request, &entry)))
        return result;
    if (index >= script->hop_count)
    {
        if (!script->repeat_last || !script->hop_count)
            return DRM_E_UNEXPECTED;
        index = script->hop_count - 1;
    }
    return play(script, &script->hops[index], request, task, handler, entry);
}

struct drm_transport scripted_transport(struct scripted_transport *script)
{
    return (struct drm_transport){.context = script, .perform = perform};
}
