/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A handler and a task that write everything down. */
#include "platform/transport_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "shell/platform/winhttp_transport.h"

uint32_t transport_sum(uint32_t sum, const uint8_t *data, size_t size)
{
    size_t i;

    for (i = 0; i < size; ++i)
        sum = sum * 31 + data[i];
    return sum;
}

static void cancel_now(struct transport_run *run)
{
    run->cancelled = true;
    run->cancelled_at = GetTickCount64();
}

static bool task_cancelled(void *context)
{
    struct transport_run *run = context;

    if (!run->cancelled && run->cancel && WaitForSingleObject(run->cancel, 0) == WAIT_OBJECT_0)
        run->cancelled = true;
    return run->cancelled;
}

static void note_thread(struct transport_run *run)
{
    if (GetCurrentThreadId() != run->thread)
        run->on_caller = false;
}

static void handler_phase(void *context, enum drm_http_phase phase)
{
    struct transport_run *run = context;

    note_thread(run);
    if (run->begins || run->phases >= ARRAYSIZE(run->phase))
        run->in_order = false;
    else
        run->phase[run->phases++] = phase;
    if (run->cancel_phase && phase == run->cancel_phase)
        cancel_now(run);
}

static drm_result handler_begin(void *context, const struct drm_http_head *head)
{
    struct transport_run *run = context;

    note_thread(run);
    if (run->begins++)
        run->in_order = false;
    run->head = *head;
    run->head.location = NULL;
    if (head->location)
        snprintf(run->location, sizeof(run->location), "%s", head->location);
    if (run->cancel_at_begin)
        cancel_now(run);
    return run->begin_result;
}

static drm_result handler_data(void *context, const uint8_t *data, size_t size)
{
    struct transport_run *run = context;

    note_thread(run);
    if (run->begins != 1 || !size)
        run->in_order = false;
    if (run->received < sizeof(run->body) - 1)
    {
        const size_t room = sizeof(run->body) - 1 - (size_t)run->received;

        memcpy(run->body + run->received, data, size < room ? size : room);
    }
    run->received += size;
    run->sum = transport_sum(run->sum, data, size);
    ++run->pieces;
    if (size > run->largest)
        run->largest = size;
    if (run->handler_pause_ms)
        Sleep(run->handler_pause_ms);
    if (run->on_data)
        run->on_data(run);
    if (run->cancel_at_data)
        cancel_now(run);
    return run->data_result;
}

void transport_prepare_url(struct transport_run *run, const char *url)
{
    memset(run, 0, sizeof(*run));
    snprintf(run->url, sizeof(run->url), "%s", url);
    run->request = (struct drm_http_request){.url = run->url, .timeout_ms = PATIENCE_MS, .stall_ms = PATIENCE_MS,
                                             .stall_bytes = 1};
}

void transport_prepare(struct transport_run *run, const struct http_server *server, const char *path)
{
    char url[2200];

    snprintf(url, sizeof(url), "%s%s", server->url, path);
    transport_prepare_url(run, url);
}

void transport_perform_only(struct transport_run *run)
{
    const struct drm_task task = {.context = run, .cancelled = task_cancelled};
    const struct drm_http_handler handler = {.context = run, .phase = handler_phase, .begin = handler_begin,
                                             .data = handler_data};
    struct drm_transport transport;

    winhttp_transport_init(&transport);
    run->in_order = run->on_caller = true;
    run->thread = GetCurrentThreadId();
    run->cancelled = run->cancel_at_start;
    run->result = transport.perform(transport.context, &task, &run->request, &handler);
    run->ended_at = GetTickCount64();
}

void transport_check(const struct transport_run *run)
{
    assert_true(run->in_order);
    assert_true(run->on_caller);
    if (run->phases)
        assert_int_equal(run->phase[0], DRM_HTTP_CONNECTING);
    if (run->phases > 1)
        assert_int_equal(run->phase[1], DRM_HTTP_REQUESTING);
    assert_true(run->phases <= 2);
}

drm_result transport_run(struct transport_run *run)
{
    transport_perform_only(run);
    transport_check(run);
    return run->result;
}
