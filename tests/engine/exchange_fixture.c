/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the groups of the program test_exchange share (exchange_fixture.h). */
#include "engine/exchange_fixture.h"

#include <stdio.h>

struct scripted_transport script;
struct recorder seen;
uint32_t round_trips;
struct drm_exchange asked;
char logged[4096];

static void record_letter(struct recorder *recorder, char letter)
{
    size_t length = strlen(recorder->trace);

    if (length + 1 < sizeof(recorder->trace))
        recorder->trace[length] = letter;
}

static void sink_phase(void *context, enum drm_http_phase phase, const char *url)
{
    struct recorder *recorder = context;

    record_letter(recorder, phase == DRM_HTTP_CONNECTING   ? 'C'
                            : phase == DRM_HTTP_REQUESTING ? 'R'
                            : phase == DRM_HTTP_RECEIVING  ? 'V'
                                                           : '?');
    if (phase == DRM_HTTP_CONNECTING && recorder->url_count < COUNT(recorder->urls))
        snprintf(recorder->urls[recorder->url_count++], DRM_EXCHANGE_MAX_URL, "%s", url);
}

static drm_result sink_begin(void *context, uint64_t total)
{
    struct recorder *recorder = context;

    record_letter(recorder, 'B');
    recorder->total = total;
    return recorder->begin_result;
}

static drm_result sink_data(void *context, const uint8_t *data, size_t size)
{
    struct recorder *recorder = context;

    record_letter(recorder, 'D');
    if (size > sizeof(recorder->data) - recorder->size)
        return DRM_E_UNEXPECTED;
    memcpy(recorder->data + recorder->size, data, size);
    recorder->size += size;
    return recorder->data_result;
}

struct drm_exchange_sink recorder_sink(void)
{
    return (struct drm_exchange_sink){
        .context = &seen, .phase = sink_phase, .begin = sink_begin, .data = sink_data};
}

static void write_log(void *context, const char *line)
{
    (void)context;
    strncat(logged, line, sizeof(logged) - strlen(logged) - 1);
}

void exchange_prepare(const struct scripted_hop *hops, size_t count)
{
    scripted_transport_free(&script);
    scripted_transport_init(&script, hops, count);
    memset(&seen, 0, sizeof(seen));
    round_trips = 0;
}

drm_result exchange_run_prepared(const char *url)
{
    const struct drm_host host = {.transport = scripted_transport(&script), .log = {.write = write_log}};
    const struct drm_task task = scripted_transport_task(&script);
    const struct drm_exchange_sink sink = recorder_sink();

    asked.url = url;
    return drm_exchange(&host, &task, &asked, &sink, &round_trips);
}

drm_result exchange_run(const struct scripted_hop *hops, size_t count, const char *url)
{
    exchange_prepare(hops, count);
    return exchange_run_prepared(url);
}

int exchange_set_up(void **state)
{
    (void)state;
    asked = (struct drm_exchange){
        .path = "v1/individualize",
        .body = (const uint8_t *)"the request",
        .body_size = 11,
        .max_answer = MAX_ANSWER,
        .timeout_ms = 30000,
    };
    logged[0] = 0;
    return 0;
}

int exchange_tear_down(void **state)
{
    (void)state;
    scripted_transport_free(&script);
    return 0;
}
