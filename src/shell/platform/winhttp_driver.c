/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The thread that makes an exchange's calls of WinHTTP, one after the other, and its callback.
 *
 * Where the caller has gone, the driver closes the request and ends at the next call that completes; a call that hangs
 * (Wine's may, see docs/transport.md) takes nobody but this thread with it.
 */
#include "shell/platform/winhttp_exchange.h"

#include <limits.h>
#include <stdlib.h>

#include "shell/platform/winhttp_error.h"
#include "shell/platform/winhttp_head.h"
#include "shell/platform/winhttp_session.h"

#define CALLBACK_FLAGS (WINHTTP_CALLBACK_FLAG_ALL_COMPLETIONS | WINHTTP_CALLBACK_FLAG_HANDLES | \
                        WINHTTP_CALLBACK_FLAG_SEND_REQUEST | WINHTTP_CALLBACK_FLAG_RECEIVE_RESPONSE)

/* Called on threads of WinHTTP's, and on the driver's own from inside its calls. */
static void CALLBACK status_changed(HINTERNET handle, DWORD_PTR context, DWORD status, void *information, DWORD size)
{
    struct winhttp_exchange *exchange = (struct winhttp_exchange *)context;

    (void)handle;
    if (!exchange)
        return;
    switch (status)
    {
        case WINHTTP_CALLBACK_STATUS_SENDING_REQUEST:
            winhttp_exchange_connected(exchange);
            break;
        case WINHTTP_CALLBACK_STATUS_RESPONSE_RECEIVED:
            if (information && size >= sizeof(DWORD) && !*(const DWORD *)information)
                winhttp_exchange_note_closed(exchange);
            break;
        case WINHTTP_CALLBACK_STATUS_SENDREQUEST_COMPLETE:
        case WINHTTP_CALLBACK_STATUS_HEADERS_AVAILABLE:
            winhttp_exchange_complete(exchange, status, ERROR_SUCCESS, 0);
            break;
        case WINHTTP_CALLBACK_STATUS_DATA_AVAILABLE:
            winhttp_exchange_complete(exchange, status, ERROR_SUCCESS, *(const DWORD *)information);
            break;
        case WINHTTP_CALLBACK_STATUS_READ_COMPLETE:
            winhttp_exchange_complete(exchange, status, ERROR_SUCCESS, size);
            break;
        case WINHTTP_CALLBACK_STATUS_REQUEST_ERROR:
            winhttp_exchange_complete(exchange, status, ((const WINHTTP_ASYNC_RESULT *)information)->dwError, 0);
            break;
        case WINHTTP_CALLBACK_STATUS_HANDLE_CLOSING:
            winhttp_exchange_release(exchange); /* the handle's reference; this is the last call for it */
            break;
        default:
            break;
    }
}

/* Gives the request its callback, and with it a reference of the exchange. */
static drm_result attach(struct winhttp_exchange *exchange, HINTERNET request)
{
    DWORD_PTR context = (DWORD_PTR)exchange;

    winhttp_exchange_acquire(exchange);
    if (WinHttpSetOption(request, WINHTTP_OPTION_CONTEXT_VALUE, &context, sizeof(context)) &&
        WinHttpSetStatusCallback(request, status_changed, CALLBACK_FLAGS, 0) != WINHTTP_INVALID_STATUS_CALLBACK)
        return DRM_S_OK;
    winhttp_exchange_release(exchange);
    return winhttp_error_result(GetLastError());
}

static void set_number(HINTERNET request, DWORD option, DWORD value)
{
    WinHttpSetOption(request, option, &value, sizeof(value));
}

/*
 * WinHTTP's own time-outs. The deadlines that the caller sees are its own; these are for what it leaves behind: a
 * silent server would hold an abandoned request, its socket and a thread for ever.
 */
static void limit_waiting(const struct winhttp_exchange *exchange, HINTERNET request)
{
    const int timeout = exchange->timeout_ms < INT_MAX ? (int)exchange->timeout_ms : INT_MAX;
    const int stall = exchange->stall_ms < INT_MAX ? (int)exchange->stall_ms : INT_MAX;

    WinHttpSetTimeouts(request, timeout, timeout, timeout, stall);
    /* The time-out for receiving does not cover the wait for the head (documented; under Wine measured). */
    if (timeout)
        set_number(request, WINHTTP_OPTION_RECEIVE_RESPONSE_TIMEOUT, (DWORD)timeout);
}

static drm_result open_request(struct winhttp_exchange *exchange, HINTERNET connection, HINTERNET *out)
{
    const struct winhttp_target *target = &exchange->target;
    DWORD flags = WINHTTP_FLAG_ESCAPE_DISABLE | WINHTTP_FLAG_ESCAPE_DISABLE_QUERY; /* the URL is escaped already */
    drm_result result;
    HINTERNET request;

    if (target->secure)
        flags |= WINHTTP_FLAG_SECURE;
    if (!(request = WinHttpOpenRequest(connection, exchange->post ? L"POST" : L"GET", target->path, NULL,
                                       WINHTTP_NO_REFERER, WINHTTP_DEFAULT_ACCEPT_TYPES, flags)))
        return winhttp_error_result(GetLastError());
    if (DRM_FAILED(result = attach(exchange, request)))
    {
        WinHttpCloseHandle(request);
        return result;
    }
    /* Each exchange has a connection of its own: what a server sends past its answer, or a connection that it closed
     * meanwhile, is nothing to the next one. */
    set_number(request, WINHTTP_OPTION_DISABLE_FEATURE, WINHTTP_DISABLE_REDIRECTS | WINHTTP_DISABLE_COOKIES |
               WINHTTP_DISABLE_AUTHENTICATION | WINHTTP_DISABLE_KEEP_ALIVE);
    set_number(request, WINHTTP_OPTION_AUTOLOGON_POLICY, WINHTTP_AUTOLOGON_SECURITY_LEVEL_HIGH);
    if (target->secure) /* else a server that would like a certificate of ours ends the exchange with an error */
        WinHttpSetOption(request, WINHTTP_OPTION_CLIENT_CERT_CONTEXT, WINHTTP_NO_CLIENT_CERT_CONTEXT, 0);
    limit_waiting(exchange, request);
    *out = request;
    return DRM_S_OK;
}

/* The outcome of a call: it failed at once, or completes as wanted later or has done so already. */
static drm_result finish_call(struct winhttp_exchange *exchange, BOOL accepted, DWORD wanted, DWORD *size)
{
    return accepted ? winhttp_exchange_await(exchange, wanted, size) : winhttp_error_result(GetLastError());
}

static drm_result ask(struct winhttp_exchange *exchange, HINTERNET request)
{
    const DWORD size = (DWORD)exchange->body.size;
    drm_result result;

    winhttp_exchange_expect(exchange);
    result = finish_call(exchange, WinHttpSendRequest(request, exchange->headers, exchange->headers ? (DWORD)-1 : 0,
                                                      size ? exchange->body.data : WINHTTP_NO_REQUEST_DATA, size, size,
                                                      (DWORD_PTR)exchange),
                         WINHTTP_CALLBACK_STATUS_SENDREQUEST_COMPLETE, NULL);
    if (DRM_FAILED(result))
        return result;
    winhttp_exchange_expect(exchange);
    return finish_call(exchange, WinHttpReceiveResponse(request, NULL),
                       WINHTTP_CALLBACK_STATUS_HEADERS_AVAILABLE, NULL);
}

/* Moves size bytes that WinHTTP has into the ring, as it has room. */
static drm_result receive_available(struct winhttp_exchange *exchange, HINTERNET request, DWORD size)
{
    drm_result result;
    uint8_t *place;
    DWORD piece;

    for (; size; size -= piece)
    {
        piece = size;
        if (DRM_FAILED(result = winhttp_exchange_reserve(exchange, &place, &piece)))
            return result;
        winhttp_exchange_expect(exchange);
        result = finish_call(exchange, WinHttpReadData(request, place, piece, NULL),
                             WINHTTP_CALLBACK_STATUS_READ_COMPLETE, &piece);
        if (DRM_FAILED(result))
            return result;
        if (!piece)
            return DRM_E_HTTP_CONNECTION_CUT;
        winhttp_exchange_deliver(exchange, piece);
    }
    return DRM_S_OK;
}

/*
 * Receives the body. Its end is judged here: WinHTTP under Wine calls it complete wherever the connection ended
 * (measured). Where the body is chunked, a receive that found the end of the connection tells the cut ones: after the
 * last chunk nobody receives any more.
 */
static drm_result receive_body(struct winhttp_exchange *exchange, HINTERNET request, const struct winhttp_body *body)
{
    uint64_t left = body->length;
    drm_result result;
    DWORD size;

    /* Nothing is asked for past Content-Length: Wine would wait for more, and hand it on (measured). */
    while (!body->has_length || left)
    {
        winhttp_exchange_expect(exchange);
        result = finish_call(exchange, WinHttpQueryDataAvailable(request, NULL),
                             WINHTTP_CALLBACK_STATUS_DATA_AVAILABLE, &size);
        if (DRM_FAILED(result))
            return result;
        if (!size)
        {
            if (body->has_length || (body->chunked && winhttp_exchange_was_closed(exchange)))
                return DRM_E_HTTP_CONNECTION_CUT;
            return DRM_S_OK;
        }
        if (body->has_length && size > left)
            size = (DWORD)left;
        if (DRM_FAILED(result = receive_available(exchange, request, size)))
            return result;
        if (body->has_length)
            left -= size;
    }
    return DRM_S_OK;
}

static drm_result perform(struct winhttp_exchange *exchange, HINTERNET request)
{
    struct winhttp_body body;
    struct drm_http_head head;
    drm_result result;

    if (DRM_FAILED(result = ask(exchange, request)))
        return result;
    if (DRM_FAILED(result = winhttp_head_read(request, &head, &body)))
        return result;
    winhttp_exchange_deliver_head(exchange, &head);
    return receive_body(exchange, request, &body);
}

DWORD WINAPI winhttp_driver_run(void *argument)
{
    struct winhttp_exchange *exchange = argument;
    HINTERNET session = NULL, connection = NULL, request = NULL;
    drm_result result;

    if (DRM_SUCCEEDED(result = winhttp_session_open(&exchange->target, &session)))
    {
        connection = WinHttpConnect(session, exchange->target.host, exchange->target.port, 0);
        if (!connection)
            result = winhttp_error_result(GetLastError());
        else if (DRM_SUCCEEDED(result = open_request(exchange, connection, &request)))
            result = perform(exchange, request);
    }

    winhttp_exchange_end(exchange, result);
    if (request)
        WinHttpCloseHandle(request);
    if (connection)
        WinHttpCloseHandle(connection);
    if (session)
        WinHttpCloseHandle(session);
    winhttp_exchange_release(exchange);
    return 0;
}
