/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An HTTP server on loopback, in the test's own process, that behaves as badly as a test wants.
 *
 * Each connection runs the server's behaviour on a thread of its own once the request has come. What happened is
 * written down here and judged by the test, on its thread.
 */
#ifndef WMDRM_TESTS_HTTP_SERVER_H
#define WMDRM_TESTS_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <winsock2.h>
#include <windows.h>

#define HTTP_SERVER_MAX_REQUEST 65536

struct http_server;

struct http_connection
{
    struct http_server *server;
    SOCKET socket;
};

typedef void (*http_behaviour)(struct http_connection *connection);

struct http_server
{
    http_behaviour behaviour;
    const void *context;    /* the behaviour's */
    unsigned short port;
    char url[64];           /* "http://127.0.0.1:port" */
    HANDLE asked;           /* set by the first request that has come whole */
    HANDLE stopping;
    volatile LONG accepted; /* connections */

    CRITICAL_SECTION lock;  /* guards: all below */
    char request[HTTP_SERVER_MAX_REQUEST]; /* the last one, with what came of its body */
    size_t request_size;
    ULONGLONG asked_at;     /* GetTickCount64 */

    SOCKET listener;
    HANDLE thread;
    volatile LONG running;  /* connection threads */
    HANDLE idle;            /* set while there are none */
};

/* Starts a server; fails the test where that does not work. address: "127.0.0.1", or "::1". */
void http_server_start(struct http_server *server, const char *address, http_behaviour behaviour, const void *context);

/* Ends all connections and waits for their threads. */
void http_server_stop(struct http_server *server);

/* For behaviours. Each returns false once the peer or the test has gone. */
bool http_send(struct http_connection *connection, const void *data, size_t size);
bool http_send_text(struct http_connection *connection, const char *text);

/* Sends nothing until the peer closes or the test stops the server. */
void http_hang(struct http_connection *connection);

/* Waits; false as soon as the test stops the server. */
bool http_pause(struct http_connection *connection, DWORD ms);

/* Ends the connection with a reset instead of a proper end. */
void http_reset(struct http_connection *connection);

#endif
