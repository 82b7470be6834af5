/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The state of one exchange: what passes between its caller, its driver and WinHTTP's callback. */
#include "shell/platform/winhttp_exchange.h"

#include <stdlib.h>
#include <string.h>

#include "shell/platform/winhttp_error.h"

/* "Content-Type: ..." as WinHTTP wants it. The type may hold nothing that could make a header of its own. */
static drm_result make_headers(const char *content_type, WCHAR **out)
{
    static const WCHAR prefix[] = L"Content-Type: ";
    const size_t prefix_size = ARRAYSIZE(prefix) - 1, size = strlen(content_type);
    WCHAR *headers;
    size_t i;

    for (i = 0; i < size; ++i)
    {
        if (content_type[i] < 0x20 || content_type[i] > 0x7e)
            return DRM_E_INVALID_ARGUMENT;
    }
    if (!(headers = malloc((prefix_size + size + 1) * sizeof(*headers))))
        return DRM_E_OUT_OF_MEMORY;
    memcpy(headers, prefix, sizeof(prefix));
    for (i = 0; i <= size; ++i)
        headers[prefix_size + i] = (unsigned char)content_type[i];
    *out = headers;
    return DRM_S_OK;
}

static drm_result copy_request(struct winhttp_exchange *exchange, const struct drm_http_request *request)
{
    drm_result result;

    if (request->body_size > UINT32_MAX) /* WinHTTP counts it in a DWORD */
        return DRM_E_INVALID_ARGUMENT;
    if (DRM_FAILED(result = winhttp_target_parse(request->url, &exchange->target)))
        return result;
    if (request->body && request->content_type)
    {
        if (DRM_FAILED(result = make_headers(request->content_type, &exchange->headers)))
            return result;
    }
    exchange->post = request->body != NULL;
    exchange->timeout_ms = request->timeout_ms;
    exchange->stall_ms = request->stall_ms;
    return request->body ? drm_buffer_append(&exchange->body, request->body, request->body_size) : DRM_S_OK;
}

drm_result winhttp_exchange_start(const struct drm_http_request *request, struct winhttp_exchange **out)
{
    struct winhttp_exchange *exchange;
    drm_result result;
    HANDLE thread;

    if (!(exchange = calloc(1, sizeof(*exchange))))
        return DRM_E_OUT_OF_MEMORY;
    exchange->references = 1;
    InitializeSRWLock(&exchange->lock);
    InitializeConditionVariable(&exchange->for_driver);
    InitializeConditionVariable(&exchange->for_caller);

    if (DRM_SUCCEEDED(result = copy_request(exchange, request)))
    {
        winhttp_exchange_acquire(exchange);
        if ((thread = CreateThread(NULL, 0, winhttp_driver_run, exchange, 0, NULL)))
        {
            CloseHandle(thread); /* nobody waits for it */
            *out = exchange;
            return DRM_S_OK;
        }
        winhttp_exchange_release(exchange);
        result = DRM_E_OUT_OF_MEMORY;
    }
    winhttp_exchange_release(exchange);
    return result;
}

void winhttp_exchange_acquire(struct winhttp_exchange *exchange)
{
    InterlockedIncrement(&exchange->references);
}

void winhttp_exchange_release(struct winhttp_exchange *exchange)
{
    if (InterlockedDecrement(&exchange->references))
        return;
    drm_buffer_free(&exchange->body);
    free(exchange->headers);
    free((char *)exchange->head.location);
    free(exchange);
}

/* --- the caller's side ------------------------------------------------------------------------------------ */

static enum winhttp_news next_news_locked(struct winhttp_exchange *exchange, struct drm_span *data)
{
    if (exchange->requesting && !exchange->told_requesting)
    {
        exchange->told_requesting = true;
        return WINHTTP_NEWS_REQUESTING;
    }
    if (exchange->has_head && !exchange->told_head)
    {
        exchange->told_head = true;
        return WINHTTP_NEWS_HEAD;
    }
    if (exchange->ring_used)
    {
        const size_t to_end = WINHTTP_EXCHANGE_RING - exchange->ring_start;

        *data = drm_span(exchange->ring + exchange->ring_start,
                         exchange->ring_used < to_end ? exchange->ring_used : to_end);
        return WINHTTP_NEWS_DATA;
    }
    return exchange->ended ? WINHTTP_NEWS_END : WINHTTP_NEWS_NONE;
}

enum winhttp_news winhttp_exchange_wait(struct winhttp_exchange *exchange, DWORD wait_ms, struct drm_span *data)
{
    enum winhttp_news news;

    AcquireSRWLockExclusive(&exchange->lock);
    news = next_news_locked(exchange, data);
    if (news == WINHTTP_NEWS_NONE && wait_ms)
    {
        /* Woken for nothing it returns early; the caller comes again. */
        SleepConditionVariableSRW(&exchange->for_caller, &exchange->lock, wait_ms, 0);
        news = next_news_locked(exchange, data);
    }
    ReleaseSRWLockExclusive(&exchange->lock);
    return news;
}

void winhttp_exchange_take(struct winhttp_exchange *exchange, size_t size)
{
    AcquireSRWLockExclusive(&exchange->lock);
    exchange->ring_start = (exchange->ring_start + size) % WINHTTP_EXCHANGE_RING;
    exchange->ring_used -= size;
    ReleaseSRWLockExclusive(&exchange->lock);
    WakeConditionVariable(&exchange->for_driver);
}

void winhttp_exchange_leave(struct winhttp_exchange *exchange)
{
    AcquireSRWLockExclusive(&exchange->lock);
    exchange->abandoned = true;
    ReleaseSRWLockExclusive(&exchange->lock);
    WakeConditionVariable(&exchange->for_driver);
    winhttp_exchange_release(exchange);
}

/* --- the driver's side ------------------------------------------------------------------------------------ */

void winhttp_exchange_expect(struct winhttp_exchange *exchange)
{
    AcquireSRWLockExclusive(&exchange->lock);
    exchange->completion = 0;
    ReleaseSRWLockExclusive(&exchange->lock);
}

void winhttp_exchange_complete(struct winhttp_exchange *exchange, DWORD status, DWORD error, DWORD size)
{
    AcquireSRWLockExclusive(&exchange->lock);
    exchange->completion = status;
    exchange->completion_error = error;
    exchange->completion_size = size;
    ReleaseSRWLockExclusive(&exchange->lock);
    WakeConditionVariable(&exchange->for_driver);
}

drm_result winhttp_exchange_await(struct winhttp_exchange *exchange, DWORD wanted, DWORD *size)
{
    drm_result result;

    AcquireSRWLockExclusive(&exchange->lock);
    while (!exchange->completion && !exchange->abandoned)
        SleepConditionVariableSRW(&exchange->for_driver, &exchange->lock, INFINITE, 0);
    if (exchange->abandoned)
        result = DRM_E_OPERATION_CANCELED;
    else if (exchange->completion == WINHTTP_CALLBACK_STATUS_REQUEST_ERROR)
        result = winhttp_error_result(exchange->completion_error);
    else if (exchange->completion == wanted)
        result = DRM_S_OK;
    else
        result = DRM_E_UNEXPECTED;
    if (size && DRM_SUCCEEDED(result))
        *size = exchange->completion_size;
    ReleaseSRWLockExclusive(&exchange->lock);
    return result;
}

void winhttp_exchange_connected(struct winhttp_exchange *exchange)
{
    AcquireSRWLockExclusive(&exchange->lock);
    exchange->requesting = true;
    ReleaseSRWLockExclusive(&exchange->lock);
    WakeConditionVariable(&exchange->for_caller);
}

void winhttp_exchange_deliver_head(struct winhttp_exchange *exchange, const struct drm_http_head *head)
{
    AcquireSRWLockExclusive(&exchange->lock);
    exchange->requesting = true; /* in case that WinHTTP did not say so: the caller gets its phases in order */
    exchange->head = *head;
    exchange->has_head = true;
    ReleaseSRWLockExclusive(&exchange->lock);
    WakeConditionVariable(&exchange->for_caller);
}

void winhttp_exchange_end(struct winhttp_exchange *exchange, drm_result result)
{
    AcquireSRWLockExclusive(&exchange->lock);
    exchange->ended = true;
    exchange->result = result;
    ReleaseSRWLockExclusive(&exchange->lock);
    WakeConditionVariable(&exchange->for_caller);
}

drm_result winhttp_exchange_reserve(struct winhttp_exchange *exchange, uint8_t **out, DWORD *size)
{
    drm_result result = DRM_E_OPERATION_CANCELED;

    AcquireSRWLockExclusive(&exchange->lock);
    while (exchange->ring_used == WINHTTP_EXCHANGE_RING && !exchange->abandoned)
        SleepConditionVariableSRW(&exchange->for_driver, &exchange->lock, INFINITE, 0);
    if (!exchange->abandoned)
    {
        const size_t end = (exchange->ring_start + exchange->ring_used) % WINHTTP_EXCHANGE_RING;
        const size_t room = WINHTTP_EXCHANGE_RING - exchange->ring_used, to_end = WINHTTP_EXCHANGE_RING - end;
        const size_t piece = room < to_end ? room : to_end;

        *out = exchange->ring + end;
        if (*size > piece)
            *size = (DWORD)piece;
        result = DRM_S_OK;
    }
    ReleaseSRWLockExclusive(&exchange->lock);
    return result;
}

void winhttp_exchange_deliver(struct winhttp_exchange *exchange, DWORD size)
{
    AcquireSRWLockExclusive(&exchange->lock);
    exchange->ring_used += size;
    ReleaseSRWLockExclusive(&exchange->lock);
    WakeConditionVariable(&exchange->for_caller);
}

void winhttp_exchange_note_closed(struct winhttp_exchange *exchange)
{
    AcquireSRWLockExclusive(&exchange->lock);
    exchange->server_closed = true;
    ReleaseSRWLockExclusive(&exchange->lock);
}

bool winhttp_exchange_was_closed(struct winhttp_exchange *exchange)
{
    bool closed;

    AcquireSRWLockExclusive(&exchange->lock);
    closed = exchange->server_closed;
    ReleaseSRWLockExclusive(&exchange->lock);
    return closed;
}
