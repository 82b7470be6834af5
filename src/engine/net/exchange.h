/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One question to the service and its answer, over whatever transport the host has: redirects, status codes, limits.
 */
#ifndef WMDRM_ENGINE_EXCHANGE_H
#define WMDRM_ENGINE_EXCHANGE_H

#include "engine/host.h"

#define DRM_EXCHANGE_MAX_REDIRECTS 5
#define DRM_EXCHANGE_CONTENT_TYPE "application/vnd.wmdrmsdk"
#define DRM_EXCHANGE_MAX_URL 2048 /* with terminator */
/* An answer that brings less than this in any span of timeout_ms has stalled: a byte a second is no service. */
#define DRM_EXCHANGE_STALL_BYTES 1024

/* Takes the answer of the last hop. Everything is called on the thread that called drm_exchange. */
struct drm_exchange_sink
{
    void *context;
    /* CONNECTING and REQUESTING for each hop (url: where to), then RECEIVING once an answer with status 200 began.
     * url is valid during the call. */
    void (*phase)(void *context, enum drm_http_phase phase, const char *url);
    /* total: bytes that will come, 0 where unknown. */
    drm_result (*begin)(void *context, uint64_t total);
    drm_result (*data)(void *context, const uint8_t *data, size_t size);
};

struct drm_exchange
{
    const char *url;            /* the service's, as configured */
    const char *path;           /* appended to it with one slash between, e.g. "v1/individualize"; NULL: url is all */
    const char *content_type;   /* of body; NULL: DRM_EXCHANGE_CONTENT_TYPE */
    const uint8_t *body;        /* posted */
    size_t body_size;
    uint64_t max_answer;        /* bytes; a longer answer ends with DRM_E_RESPONSE_TOO_LARGE, before any of it is read
                                   where Content-Length says so */
    bool for_package;           /* what 404 means: DRM_E_INDIV_NO_PACKAGE; else it is a status as any other */
    drm_result (*result_of_status)(unsigned int status); /* what else a status that is neither 200 nor a redirect means
                                                            to this caller; DRM_S_OK: what it means to everybody. May
                                                            be NULL */
    uint32_t timeout_ms;        /* to connect; for each head to come; for each DRM_EXCHANGE_STALL_BYTES of a body */
};

/*
 * Posts and follows redirects (301, 302, 307, 308: the same post again; anything else that redirects is refused). Of an
 * answer that is not 200 only the head is read.
 *
 * *round_trips is raised for each hop that was answered: when the whole body came of a 200, at the head of any other.
 * A failing result of the sink ends the exchange and is returned. A cancel of the task, looked for before each hop and
 * at each piece of an answer, ends it with DRM_E_OPERATION_CANCELED; once the last byte has come it has no effect here.
 *
 * Returns also what drm_transport.perform returns, and
 *   DRM_E_HTTP_INVALID_URL           the configured URL, or a Location, is none (user names and fragments are refused)
 *   DRM_E_HTTP_REDIRECT_LOOP         more than DRM_EXCHANGE_MAX_REDIRECTS, or no Location
 *   DRM_E_HTTP_REDIRECT_DOWNGRADE    from https: to http:
 *   DRM_E_HTTP_EMPTY_RESPONSE        status 200 without a body
 *   DRM_E_HTTP_CONNECTION_CUT        another number of bytes than Content-Length said
 *   DRM_E_RESPONSE_TOO_LARGE
 *   DRM_E_BAD_REQUEST (400), DRM_E_INDIV_NO_PACKAGE (404 for a package), DRM_E_CERTIFICATE_REVOKED (410),
 *   DRM_E_INDIV_LIMIT (429), DRM_E_INDIV_UNAVAILABLE (503),
 *   DRM_RESULT_FROM_HTTP(status) for every other status that is not 200.
 */
drm_result drm_exchange(const struct drm_host *host, const struct drm_task *task, const struct drm_exchange *exchange,
                        const struct drm_exchange_sink *sink, uint32_t *round_trips);

#endif
