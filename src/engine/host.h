/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the engine asks of the program around it.
 *
 * The engine reaches the outside through four small tables of functions: transport, protector, clock and log.
 * The DLL hands it WinHTTP, DPAPI, the system clock and a trace file; the service and the tests hand it others.
 * Every function may be called from any thread, and none may call back into the engine except through the
 * handler or task that it was given.
 */
#ifndef WMDRM_ENGINE_HOST_H
#define WMDRM_ENGINE_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/bytes.h"
#include "engine/base/result.h"

/* --- tasks ------------------------------------------------------------------------------------------------ */

/* Values of DRM_INDIVIDUALIZATION_STATUS (wmdrmsdk.h), each a bit of its own. */
enum drm_individualization_state
{
    DRM_INDIVIDUALIZATION_BEGIN = 0x01,
    DRM_INDIVIDUALIZATION_SUCCEED = 0x02,
    DRM_INDIVIDUALIZATION_FAIL = 0x04,
    DRM_INDIVIDUALIZATION_CANCEL = 0x08,
    DRM_INDIVIDUALIZATION_DOWNLOAD = 0x10,
    DRM_INDIVIDUALIZATION_INSTALL = 0x20,
};

/* Values of DRM_HTTP_STATUS (wmdrmsdk.h). */
enum drm_http_phase
{
    DRM_HTTP_NOT_INITIATED = 0,
    DRM_HTTP_CONNECTING = 1,
    DRM_HTTP_REQUESTING = 2,
    DRM_HTTP_RECEIVING = 3,
    DRM_HTTP_COMPLETED = 4,
};

/* A snapshot of an individualization. It and its url are valid during the call that delivers it. */
struct drm_progress
{
    enum drm_individualization_state state;
    enum drm_http_phase http;
    drm_result result;
    uint32_t round_trips; /* completed ones */
    uint64_t received;    /* bytes of the answer so far; never falls */
    uint64_t total;       /* bytes expected, 0 where unknown */
    const char *url;      /* the URL that answers, UTF-8; NULL before there is one */
};

/*
 * An operation as the engine sees it: a way to ask whether somebody cancelled it, and one to report.
 * cancelled is cheap and never blocks; progress is called on the thread that runs the operation.
 */
struct drm_task
{
    void *context;
    bool (*cancelled)(void *context);
    void (*progress)(void *context, const struct drm_progress *progress);
};

/* --- transport -------------------------------------------------------------------------------------------- */

struct drm_http_request
{
    const char *url;          /* absolute, http: or https:, ASCII */
    const char *content_type; /* of the body */
    const uint8_t *body;      /* the request is a POST of these bytes; a GET where body is NULL */
    size_t body_size;
    uint32_t timeout_ms;      /* to connect, and then for the head of the answer to come */
    uint32_t stall_ms;        /* in each such span of the body at least stall_bytes must come */
    uint32_t stall_bytes;
};

/* The head of an answer. Valid during the call of begin. */
struct drm_http_head
{
    unsigned int status;     /* 100 to 599 */
    bool has_length;
    uint64_t length;         /* Content-Length, where has_length */
    const char *location;    /* of a redirect, as sent; NULL where there is none */
};

/* Receives one answer, on the thread that called perform, in the order phase* begin data*. A failing result of
 * begin or data ends the exchange at once, and perform returns it. */
struct drm_http_handler
{
    void *context;
    void (*phase)(void *context, enum drm_http_phase phase); /* CONNECTING, then REQUESTING */
    drm_result (*begin)(void *context, const struct drm_http_head *head);
    drm_result (*data)(void *context, const uint8_t *data, size_t size);
};

/*
 * One exchange: sends the request and hands its answer to the handler. Follows no redirect and judges no status:
 * both are the engine's (engine/net/exchange.h).
 *
 * Returns DRM_S_OK once the whole body came; DRM_E_OPERATION_CANCELED within 100 ms after task says so, whatever
 * the network does; what the handler returned; or one of the DRM_E_HTTP_ codes: DRM_E_HTTP_CONNECTION_CUT also
 * where the connection ends before Content-Length or the last chunk.
 */
struct drm_transport
{
    void *context;
    drm_result (*perform)(void *context, const struct drm_task *task, const struct drm_http_request *request,
                          const struct drm_http_handler *handler);
};

/* --- protector, clock, log -------------------------------------------------------------------------------- */

/*
 * Seals a small secret (at most 64 KiB) to this machine and user, and opens it again. label says what the secret is and
 * must be the same both times. out is initialized by the caller and appended to; it holds nothing on failure.
 * Returns DRM_E_SECURE_STORE_ERROR where sealing fails, DRM_E_SECURE_STORE_UNLOCK_ERROR where opening does.
 *
 * It also remembers numbers for the user, in a place that is not copied with the folders that the engine writes to, so
 * that an old folder that was copied back is noticed (docs/security.md). A name has at most 63 characters: letters,
 * digits, "-". recall gives 0 for what was never remembered. What remember wrote may be lost in a power cut. Both may
 * be NULL: nothing is remembered then.
 */
struct drm_protector
{
    void *context;
    drm_result (*seal)(void *context, const char *label, const uint8_t *secret, size_t size, struct drm_buffer *out);
    drm_result (*unseal)(void *context, const char *label, const uint8_t *sealed, size_t size, struct drm_buffer *out);
    drm_result (*recall)(void *context, const char *name, uint64_t *number);
    drm_result (*remember)(void *context, const char *name, uint64_t number);
};

struct drm_clock
{
    void *context;
    int64_t (*now)(void *context);        /* UTC, milliseconds since 1970-01-01 */
    uint64_t (*monotonic)(void *context); /* milliseconds since any moment; never falls */
};

/* Takes one line, without its end of line, in UTF-8. Never holds a key, a secret or a licence body. May be called by
 * two threads at once: a backup has a second one. */
struct drm_log
{
    void *context;
    void (*write)(void *context, const char *line);
};

struct drm_host
{
    struct drm_transport transport;
    struct drm_protector protector;
    struct drm_clock clock;
    struct drm_log log;
};

/* printf into the log; does nothing where the host keeps none. */
#if defined(__MINGW32__)
#define DRM_PRINTF(string, first) __attribute__((format(gnu_printf, string, first)))
#else
#define DRM_PRINTF(string, first) __attribute__((format(printf, string, first)))
#endif
void drm_log_write(const struct drm_log *log, const char *format, ...) DRM_PRINTF(2, 3);

#endif
