/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One HTTP exchange, shared between the thread that wants it (the caller) and the thread that works for it (the
 * driver).
 *
 * WinHTTP may block any thread that calls it for as long as a server likes, and a request of its that hangs cannot be
 * ended. So the caller never calls WinHTTP: it waits here for news, for as long as it likes, and may walk away at any
 * moment. What it leaves behind belongs to the driver and to WinHTTP's last callback.
 *
 * References: one of the caller, one of the driver, one of WinHTTP's request handle. The last one frees the exchange.
 */
#ifndef WMDRM_SHELL_WINHTTP_EXCHANGE_H
#define WMDRM_SHELL_WINHTTP_EXCHANGE_H

#include "engine/host.h"
#include "shell/platform/winhttp_target.h"

#define WINHTTP_EXCHANGE_RING (64 * 1024) /* bytes of a body that have come and that the caller has not taken */

struct winhttp_exchange
{
    LONG references;

    /* What is asked; constant once the driver runs. */
    struct winhttp_target target;
    struct drm_buffer body;
    WCHAR *headers;      /* lines, or NULL */
    bool post;
    uint32_t timeout_ms;
    uint32_t stall_ms;

    SRWLOCK lock;        /* guards: all below, as far as no comment says otherwise */

    /* From WinHTTP's callback to the driver. */
    CONDITION_VARIABLE for_driver;
    bool abandoned;      /* the caller has gone */
    DWORD completion;    /* the status that ended the last call, 0 while there is none */
    DWORD completion_error;
    DWORD completion_size;
    bool server_closed;  /* a receive found the end of the connection */

    /* From the driver to the caller. */
    CONDITION_VARIABLE for_caller;
    bool requesting;     /* there is a connection */
    bool has_head;
    bool ended;
    bool told_requesting, told_head;
    drm_result result;   /* once ended */
    struct drm_http_head head;  /* constant once has_head; location is on the heap */
    size_t ring_start, ring_used;
    uint8_t ring[WINHTTP_EXCHANGE_RING]; /* used: the caller's; the rest: the driver's; both without the lock */
};

/* --- the caller's side ------------------------------------------------------------------------------------ */

/* Copies request and starts a driver for it. DRM_E_HTTP_INVALID_URL, DRM_E_INVALID_ARGUMENT, DRM_E_OUT_OF_MEMORY. */
drm_result winhttp_exchange_start(const struct drm_http_request *request, struct winhttp_exchange **out);

enum winhttp_news
{
    WINHTTP_NEWS_NONE,
    WINHTTP_NEWS_REQUESTING,
    WINHTTP_NEWS_HEAD,       /* exchange->head is there */
    WINHTTP_NEWS_DATA,
    WINHTTP_NEWS_END,        /* exchange->result is there */
};

/* The next news, in the order of the enumeration; waits for it at most wait_ms. With WINHTTP_NEWS_DATA, *data is a
 * piece that stays valid until winhttp_exchange_take gives it back. */
enum winhttp_news winhttp_exchange_wait(struct winhttp_exchange *exchange, DWORD wait_ms, struct drm_span *data);
void winhttp_exchange_take(struct winhttp_exchange *exchange, size_t size);

/* Ends the caller's part, finished or not, and its reference. Waits for nothing. */
void winhttp_exchange_leave(struct winhttp_exchange *exchange);

/* --- the driver's side ------------------------------------------------------------------------------------ */

/* The driver's thread (winhttp_driver.c). Takes over a reference of the exchange that it is given. */
DWORD WINAPI winhttp_driver_run(void *exchange);

void winhttp_exchange_acquire(struct winhttp_exchange *exchange);
void winhttp_exchange_release(struct winhttp_exchange *exchange);

/* Before a call that completes later: forgets the completion of the call before. */
void winhttp_exchange_expect(struct winhttp_exchange *exchange);

/* A call has completed with this status of WinHTTP; for its callback. */
void winhttp_exchange_complete(struct winhttp_exchange *exchange, DWORD status, DWORD error, DWORD size);

/* Waits until the expected call has completed. DRM_S_OK where it ended with wanted, then *size (may be NULL) is what
 * came with it; DRM_E_OPERATION_CANCELED once the caller has gone. */
drm_result winhttp_exchange_await(struct winhttp_exchange *exchange, DWORD wanted, DWORD *size);

/* News for the caller. */
void winhttp_exchange_connected(struct winhttp_exchange *exchange);
void winhttp_exchange_deliver_head(struct winhttp_exchange *exchange, const struct drm_http_head *head);
void winhttp_exchange_end(struct winhttp_exchange *exchange, drm_result result);

/* Room in the ring for at most *size bytes in one piece, waited for; *size becomes what there is.
 * DRM_E_OPERATION_CANCELED once the caller has gone. winhttp_exchange_deliver says how much of it has been filled. */
drm_result winhttp_exchange_reserve(struct winhttp_exchange *exchange, uint8_t **out, DWORD *size);
void winhttp_exchange_deliver(struct winhttp_exchange *exchange, DWORD size);

/* A receive found that the server has closed the connection; whether one did. */
void winhttp_exchange_note_closed(struct winhttp_exchange *exchange);
bool winhttp_exchange_was_closed(struct winhttp_exchange *exchange);

#endif
