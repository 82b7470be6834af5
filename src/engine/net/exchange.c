/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One question to the service and its answer: hop by hop over the host's transport, until one hop gives the answer.
 */
#include "engine/net/exchange.h"

#include <string.h>

#include "engine/net/url.h"

/* What begin returns to end the transport's work at the head of a redirect. The bit for customers is set, so that it is
 * nobody's code; it never leaves this file. */
#define HOP_REDIRECTS DRM_RESULT(0xA0000001)

/* One hop, as the transport's handler sees it. */
struct hop
{
    const struct drm_exchange *exchange;
    const struct drm_exchange_sink *sink;
    const struct drm_task *task;
    uint32_t *round_trips;
    const char *url;
    char *next;               /* where a redirect leads, DRM_EXCHANGE_MAX_URL bytes */
    bool has_length;
    uint64_t length;
    uint64_t received;
};

static bool is_redirect(unsigned int status)
{
    /* 303 asks for a GET, 300 for a choice: neither is how a service moves. */
    return status == 301 || status == 302 || status == 307 || status == 308;
}

/* The meaning of a status that is neither 200 nor a redirect. */
static drm_result result_of_status(const struct drm_exchange *exchange, unsigned int status)
{
    drm_result result = exchange->result_of_status ? exchange->result_of_status(status) : DRM_S_OK;

    if (DRM_FAILED(result))
        return result;
    switch (status)
    {
        case 400: return DRM_E_BAD_REQUEST;
        case 404: return exchange->for_package ? DRM_E_INDIV_NO_PACKAGE : DRM_RESULT_FROM_HTTP(status);
        case 410: return DRM_E_CERTIFICATE_REVOKED; /* the identity is gone; 403 has many causes, and many senders */
        case 429: return DRM_E_INDIV_LIMIT;
        case 503: return DRM_E_INDIV_UNAVAILABLE;
        default: return DRM_RESULT_FROM_HTTP(status);
    }
}

static drm_result hop_redirect(struct hop *hop, const char *location)
{
    drm_result result;

    if (!location)
        return DRM_E_HTTP_REDIRECT_LOOP;
    result = drm_url_resolve(hop->url, location, hop->next, DRM_EXCHANGE_MAX_URL);
    if (DRM_FAILED(result))
        return result;
    if (drm_url_is_secure(hop->url) && !drm_url_is_secure(hop->next))
        return DRM_E_HTTP_REDIRECT_DOWNGRADE;
    return HOP_REDIRECTS;
}

static void hop_phase(void *context, enum drm_http_phase phase)
{
    struct hop *hop = context;

    hop->sink->phase(hop->sink->context, phase, hop->url);
}

static drm_result hop_begin(void *context, const struct drm_http_head *head)
{
    struct hop *hop = context;

    if (hop->task->cancelled(hop->task->context))
        return DRM_E_OPERATION_CANCELED;
    if (head->status != 200)
    {
        ++*hop->round_trips;
        return is_redirect(head->status) ? hop_redirect(hop, head->location)
                                         : result_of_status(hop->exchange, head->status);
    }
    if (head->has_length && head->length > hop->exchange->max_answer)
        return DRM_E_RESPONSE_TOO_LARGE;
    if (head->has_length && !head->length)
        return DRM_E_HTTP_EMPTY_RESPONSE;
    hop->has_length = head->has_length;
    hop->length = head->has_length ? head->length : 0;
    hop->sink->phase(hop->sink->context, DRM_HTTP_RECEIVING, hop->url);
    return hop->sink->begin(hop->sink->context, hop->length);
}

static drm_result hop_data(void *context, const uint8_t *data, size_t size)
{
    struct hop *hop = context;

    if (hop->task->cancelled(hop->task->context))
        return DRM_E_OPERATION_CANCELED;
    /* Written so that no sum can wrap around: received never exceeds either limit. */
    if (hop->has_length && size > hop->length - hop->received)
        return DRM_E_HTTP_CONNECTION_CUT;
    if (size > hop->exchange->max_answer - hop->received)
        return DRM_E_RESPONSE_TOO_LARGE;
    hop->received += size;
    return size ? hop->sink->data(hop->sink->context, data, size) : DRM_S_OK;
}

/* HOP_REDIRECTS, or the end of the exchange. */
static drm_result hop_perform(struct hop *hop, const struct drm_host *host)
{
    const struct drm_exchange *exchange = hop->exchange;
    const struct drm_http_request request = {
        .url = hop->url,
        .content_type = exchange->content_type ? exchange->content_type : DRM_EXCHANGE_CONTENT_TYPE,
        .body = exchange->body,
        .body_size = exchange->body_size,
        .timeout_ms = exchange->timeout_ms,
        .stall_ms = exchange->timeout_ms,
        .stall_bytes = DRM_EXCHANGE_STALL_BYTES,
    };
    const struct drm_http_handler handler = {
        .context = hop,
        .phase = hop_phase,
        .begin = hop_begin,
        .data = hop_data,
    };
    drm_result result;

    if (hop->task->cancelled(hop->task->context))
        return DRM_E_OPERATION_CANCELED;
    result = host->transport.perform(host->transport.context, hop->task, &request, &handler);
    if (DRM_FAILED(result))
        return result;
    if (!hop->received)
        return DRM_E_HTTP_EMPTY_RESPONSE;
    if (hop->has_length && hop->received != hop->length)
        return DRM_E_HTTP_CONNECTION_CUT;
    ++*hop->round_trips;
    return result;
}

/* A redirect's query may be a ticket: the log gets the URL up to there. */
static int logged_size(const char *url)
{
    return (int)strcspn(url, "?");
}

static drm_result copy_url(const char *url, char *out, size_t size)
{
    size_t length = strlen(url);

    if (length >= size || !drm_url_is_valid(url))
        return DRM_E_HTTP_INVALID_URL;
    memcpy(out, url, length + 1);
    return DRM_S_OK;
}

drm_result drm_exchange(const struct drm_host *host, const struct drm_task *task, const struct drm_exchange *exchange,
                        const struct drm_exchange_sink *sink, uint32_t *round_trips)
{
    char urls[2][DRM_EXCHANGE_MAX_URL];
    drm_result result;
    unsigned int hops;

    result = exchange->path ? drm_url_append(exchange->url, exchange->path, urls[0], sizeof(urls[0]))
                            : copy_url(exchange->url, urls[0], sizeof(urls[0]));
    if (DRM_FAILED(result))
    {
        drm_log_write(&host->log, "exchange: the URL cannot be used: 0x%08x", (unsigned int)result);
        return result;
    }
    for (hops = 0; hops <= DRM_EXCHANGE_MAX_REDIRECTS; ++hops)
    {
        struct hop hop = {
            .exchange = exchange,
            .sink = sink,
            .task = task,
            .round_trips = round_trips,
            .url = urls[hops % 2],
            .next = urls[(hops + 1) % 2],
        };

        result = hop_perform(&hop, host);
        if (result != HOP_REDIRECTS)
        {
            drm_log_write(&host->log, "exchange: POST %.*s: 0x%08x, %llu bytes", logged_size(hop.url), hop.url,
                          (unsigned int)result, (unsigned long long)hop.received);
            return result;
        }
        drm_log_write(&host->log, "exchange: POST %.*s: redirected to %.*s", logged_size(hop.url), hop.url,
                      logged_size(hop.next), hop.next);
    }
    return DRM_E_HTTP_REDIRECT_LOOP;
}
