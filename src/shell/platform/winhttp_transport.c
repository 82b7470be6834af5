/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The caller's part of an exchange: phases, deadlines, cancel, and the handler's calls, all on the caller's thread. */
#include "shell/platform/winhttp_transport.h"

#include <string.h>

#include "shell/com/module.h"
#include "shell/platform/trace.h"
#include "shell/platform/winhttp_exchange.h"

/* How long a cancel may go unseen. News wake the caller at once whatever this is. */
#define SLICE_MS 25

/* A span of time, and what must come in it. */
struct deadline
{
    uint64_t start;
    uint32_t span_ms; /* 0: no deadline */
    uint32_t needed;  /* bytes; a span that brought them is followed by another. 0: one span, for the next news */
    uint64_t bytes;
};

/* Whether the server has failed; a span that was good starts again. */
static bool deadline_missed(struct deadline *deadline, uint64_t now)
{
    if (!deadline->span_ms || now - deadline->start < deadline->span_ms)
        return false;
    if (!deadline->needed || deadline->bytes < deadline->needed)
        return true;
    deadline->start = now;
    deadline->bytes = 0;
    return false;
}

static DWORD deadline_slice(const struct deadline *deadline, uint64_t now)
{
    const uint64_t end = deadline->start + deadline->span_ms;

    if (!deadline->span_ms || end >= now + SLICE_MS)
        return SLICE_MS;
    return end > now ? (DWORD)(end - now) : 0;
}

/* Hands data to the handler, whose time is its own. */
static drm_result give_data(struct winhttp_exchange *exchange, const struct drm_http_handler *handler,
                            struct drm_span data, struct deadline *deadline)
{
    const uint64_t before = GetTickCount64();
    drm_result result;

    result = handler->data(handler->context, data.data, data.size);
    winhttp_exchange_take(exchange, data.size);
    deadline->bytes += data.size;
    deadline->start += GetTickCount64() - before;
    return result;
}

static drm_result follow(struct winhttp_exchange *exchange, const struct drm_task *task,
                         const struct drm_http_request *request, const struct drm_http_handler *handler)
{
    struct deadline deadline = {.start = GetTickCount64(), .span_ms = request->timeout_ms};
    struct drm_span data = {0};
    drm_result result;

    for (;;)
    {
        if (task->cancelled(task->context))
            return DRM_E_OPERATION_CANCELED;

        switch (winhttp_exchange_wait(exchange, deadline_slice(&deadline, GetTickCount64()), &data))
        {
            case WINHTTP_NEWS_REQUESTING:
                handler->phase(handler->context, DRM_HTTP_REQUESTING);
                deadline.start = GetTickCount64();
                break;
            case WINHTTP_NEWS_HEAD:
                if (DRM_FAILED(result = handler->begin(handler->context, &exchange->head)))
                    return result;
                deadline = (struct deadline){.start = GetTickCount64(), .needed = request->stall_bytes,
                                             .span_ms = request->stall_bytes ? request->stall_ms : 0};
                break;
            case WINHTTP_NEWS_DATA:
                if (DRM_FAILED(result = give_data(exchange, handler, data, &deadline)))
                    return result;
                break;
            case WINHTTP_NEWS_END:
                return exchange->result;
            case WINHTTP_NEWS_NONE:
                break;
        }
        if (deadline_missed(&deadline, GetTickCount64()))
            return DRM_E_HTTP_TIMEOUT;
    }
}

/* Without the query, which is the application's. */
static void trace_outcome(const struct drm_http_request *request, uint64_t begin, drm_result result)
{
    trace_line("transport: %s %.*s: 0x%08x after %u ms", request->body ? "POST" : "GET",
               (int)strcspn(request->url, "?"), request->url, (unsigned int)result,
               (unsigned int)(GetTickCount64() - begin));
}

static drm_result transport_perform(void *context, const struct drm_task *task, const struct drm_http_request *request,
                                    const struct drm_http_handler *handler)
{
    const uint64_t begin = GetTickCount64();
    struct winhttp_exchange *exchange;
    drm_result result;

    (void)context;
    if (task->cancelled(task->context))
        return DRM_E_OPERATION_CANCELED;
    module_pin();
    if (DRM_SUCCEEDED(result = winhttp_exchange_start(request, &exchange)))
    {
        handler->phase(handler->context, DRM_HTTP_CONNECTING);
        result = follow(exchange, task, request, handler);
        winhttp_exchange_leave(exchange);
    }
    trace_outcome(request, begin, result);
    return result;
}

void winhttp_transport_init(struct drm_transport *out)
{
    *out = (struct drm_transport){.perform = transport_perform};
}
