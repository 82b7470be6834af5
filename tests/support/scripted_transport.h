/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A transport that plays a table of answers and writes down what it was asked. It keeps drm_transport's promises as a
 * good transport does, so that what a test sees is the code above it.
 *
 * It also brings the task of the operation under test, since cancelling at a chosen point is half of its use. Each run
 * passes numbered steps: for each hop one before connecting, one after the phase CONNECTING, one after REQUESTING, one
 * after the head, one after each piece of the body, and one at its end.
 */
#ifndef WMDRM_TESTS_SCRIPTED_TRANSPORT_H
#define WMDRM_TESTS_SCRIPTED_TRANSPORT_H

#include <limits.h>
#include <stdatomic.h>

#include "engine/host.h"

#define SCRIPTED_MAX_REQUESTS 16
#define SCRIPTED_NEVER UINT_MAX

/* Where in a hop its result comes, if it is a failure. */
enum scripted_point
{
    SCRIPTED_AT_END = 0,  /* after the whole body */
    SCRIPTED_AT_CONNECT,  /* before the phase REQUESTING */
    SCRIPTED_AT_HEAD,     /* instead of the head */
};

/* One hop's answer. */
struct scripted_hop
{
    unsigned int status;          /* 0: 200 */
    bool no_length;               /* the head has no Content-Length (chunked) */
    uint64_t length;              /* Content-Length, where not that of the body; 0: that of the body */
    bool length_is_zero;          /* ... and where it is to be 0 */
    const char *location;
    const uint8_t *body;          /* body_size bytes, sent repeat + 1 times */
    size_t body_size;
    uint64_t repeat;
    size_t piece;                 /* bytes at a time; 0: all of body */
    /* Instead of body: makes the answer from the request, e.g. with an authority. Called before the head. */
    drm_result (*answer)(void *context, const struct drm_http_request *request, struct drm_buffer *out);
    void *answer_context;
    bool silent;                  /* no head ever comes: ends only when the task is cancelled */
    drm_result result;            /* what the network does, if not DRM_S_OK */
    enum scripted_point at;
};

/* What was asked. */
struct scripted_request
{
    char *url;
    char *content_type;
    struct drm_buffer body;
    uint32_t timeout_ms;
    uint32_t stall_ms;
    uint32_t stall_bytes;
    uint64_t taken;               /* bytes of the answer that the handler took */
};

struct scripted_transport
{
    const struct scripted_hop *hops;
    size_t hop_count;
    bool repeat_last;             /* requests past the table get its last hop; else DRM_E_UNEXPECTED */
    unsigned int cancel_at_step;  /* the task is cancelled when this step is reached; SCRIPTED_NEVER */
    void (*on_step)(void *context, unsigned int step); /* may be NULL; may block, or cancel */
    void *on_step_context;

    /* Written by the transport. Read them when the operation has ended. */
    unsigned int steps;           /* passed so far */
    size_t request_count;
    struct scripted_request requests[SCRIPTED_MAX_REQUESTS];
    atomic_bool cancelled;
};

/* Ready to play this table, with nothing recorded. */
void scripted_transport_init(struct scripted_transport *script, const struct scripted_hop *hops, size_t hop_count);
/* Frees what was recorded. */
void scripted_transport_free(struct scripted_transport *script);

struct drm_transport scripted_transport(struct scripted_transport *script);

/* The task that cancel_at_step and scripted_transport_cancel cancel; its progress does nothing. */
struct drm_task scripted_transport_task(struct scripted_transport *script);
void scripted_transport_cancel(struct scripted_transport *script); /* from any thread */

#endif
