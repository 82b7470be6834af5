/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One run of the transport with everything that it told its handler.
 */
#ifndef WMDRM_TESTS_TRANSPORT_RUN_H
#define WMDRM_TESTS_TRANSPORT_RUN_H

#include "engine/host.h"
#include "platform/http_server.h"

/* Generous: no test waits that long unless something is broken. */
#define PATIENCE_MS 30000
/* For tests in which a deadline is to pass. */
#define IMPATIENCE_MS 500

#define RUN_MAX_KEPT 1024

/* What to ask, when to cancel, and (after transport_run) what was heard. */
struct transport_run
{
    struct drm_http_request request;
    char url[2200];

    HANDLE cancel;                  /* cancelled once this is set; may be NULL */
    bool cancel_at_start;
    enum drm_http_phase cancel_phase; /* from this phase on; 0: never */
    bool cancel_at_begin, cancel_at_data;
    drm_result begin_result, data_result;
    DWORD handler_pause_ms;         /* how long data takes */
    void (*on_data)(struct transport_run *run);

    drm_result result;
    ULONGLONG ended_at;             /* GetTickCount64 */
    unsigned int phases, begins, pieces;
    enum drm_http_phase phase[4];
    bool in_order, on_caller;       /* phase* begin data*, all on the thread of perform */
    struct drm_http_head head;      /* without its location */
    char location[RUN_MAX_KEPT];    /* "" where there was none */
    uint64_t received;
    uint32_t sum;                   /* of the body, see transport_sum */
    size_t largest;                 /* piece */
    char body[RUN_MAX_KEPT];        /* its beginning, terminated */
    volatile bool cancelled;
    ULONGLONG cancelled_at;
    DWORD thread;
};

/* A GET of server's URL and path with generous deadlines. */
void transport_prepare(struct transport_run *run, const struct http_server *server, const char *path);
void transport_prepare_url(struct transport_run *run, const char *url);

/* Performs it, and checks what holds always: the order of the handler's calls, their thread, and that data belongs to
 * the answer. Returns the result. */
drm_result transport_run(struct transport_run *run);

/* Its two halves, for runs on other threads: only the second one asserts. */
void transport_perform_only(struct transport_run *run);
void transport_check(const struct transport_run *run);

/* The sum of transport_run.sum, to be continued piece by piece from 0. */
uint32_t transport_sum(uint32_t sum, const uint8_t *data, size_t size);

#define assert_result(actual, expected) \
    assert_int_equal((unsigned int)(actual), (unsigned int)(expected))

#endif
