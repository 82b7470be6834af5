/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The badly behaved server of the transport's tests. */
#include "platform/http_server.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ws2tcpip.h>

#include <cmocka.h>

#define STOP_PATIENCE_MS 60000

static size_t body_length(const char *head)
{
    const char *header = strstr(head, "Content-Length: ");

    return header ? strtoul(header + strlen("Content-Length: "), NULL, 10) : 0;
}

/* Reads a head and its body; false where the peer goes before. */
static bool read_request(struct http_connection *connection)
{
    struct http_server *server = connection->server;
    char request[HTTP_SERVER_MAX_REQUEST];
    size_t size = 0, whole = 0;
    const char *end;
    int got;

    do
    {
        if (size + 1 >= sizeof(request))
            return false;
        got = recv(connection->socket, request + size, (int)(sizeof(request) - 1 - size), 0);
        if (got <= 0)
            return false;
        size += (size_t)got;
        request[size] = 0;
        if (!whole && (end = strstr(request, "\r\n\r\n")))
            whole = (size_t)(end + 4 - request) + body_length(request);
    } while (!whole || size < whole);

    EnterCriticalSection(&server->lock);
    memcpy(server->request, request, size + 1);
    server->request_size = size;
    server->asked_at = GetTickCount64();
    LeaveCriticalSection(&server->lock);
    SetEvent(server->asked);
    return true;
}

static DWORD WINAPI run_connection(void *argument)
{
    struct http_connection *connection = argument;
    struct http_server *server = connection->server;

    if (read_request(connection))
        server->behaviour(connection);
    shutdown(connection->socket, SD_SEND);
    closesocket(connection->socket);
    free(connection);

    EnterCriticalSection(&server->lock);
    if (!--server->running)
        SetEvent(server->idle);
    LeaveCriticalSection(&server->lock);
    return 0;
}

static void begin_connection(struct http_server *server, SOCKET socket)
{
    struct http_connection *connection = malloc(sizeof(*connection));
    HANDLE thread = NULL;

    EnterCriticalSection(&server->lock);
    ++server->running;
    ResetEvent(server->idle);
    LeaveCriticalSection(&server->lock);
    InterlockedIncrement(&server->accepted);

    if (connection)
    {
        *connection = (struct http_connection){.server = server, .socket = socket};
        thread = CreateThread(NULL, 0, run_connection, connection, 0, NULL);
    }
    if (thread)
        CloseHandle(thread);
    else
        abort(); /* no test can go on without its server */
}

static DWORD WINAPI run_server(void *argument)
{
    struct http_server *server = argument;
    SOCKET socket;

    while ((socket = accept(server->listener, NULL, NULL)) != INVALID_SOCKET)
        begin_connection(server, socket);
    return 0;
}

void http_server_start(struct http_server *server, const char *address, http_behaviour behaviour, const void *context)
{
    const bool six = strchr(address, ':') != NULL;
    union
    {
        struct sockaddr any;
        struct sockaddr_in four;
        struct sockaddr_in6 six;
    } name = {0};
    int size = six ? sizeof(name.six) : sizeof(name.four);
    WSADATA data;

    memset(server, 0, sizeof(*server));
    server->behaviour = behaviour;
    server->context = context;
    assert_int_equal(WSAStartup(MAKEWORD(2, 2), &data), 0);
    InitializeCriticalSection(&server->lock);
    server->asked = CreateEventW(NULL, TRUE, FALSE, NULL);
    server->stopping = CreateEventW(NULL, TRUE, FALSE, NULL);
    server->idle = CreateEventW(NULL, TRUE, TRUE, NULL);

    name.any.sa_family = six ? AF_INET6 : AF_INET;
    assert_int_equal(inet_pton(name.any.sa_family, address,
                               six ? (void *)&name.six.sin6_addr : (void *)&name.four.sin_addr), 1);
    server->listener = socket(name.any.sa_family, SOCK_STREAM, IPPROTO_TCP);
    assert_true(server->listener != INVALID_SOCKET);
    assert_int_equal(bind(server->listener, &name.any, size), 0);
    assert_int_equal(listen(server->listener, SOMAXCONN), 0);
    assert_int_equal(getsockname(server->listener, &name.any, &size), 0);
    server->port = ntohs(six ? name.six.sin6_port : name.four.sin_port);
    snprintf(server->url, sizeof(server->url), six ? "http://[%s]:%u" : "http://%s:%u", address, server->port);
    server->thread = CreateThread(NULL, 0, run_server, server, 0, NULL);
    assert_non_null(server->thread);
}

void http_server_stop(struct http_server *server)
{
    SetEvent(server->stopping);
    closesocket(server->listener);
    assert_int_equal(WaitForSingleObject(server->thread, STOP_PATIENCE_MS), WAIT_OBJECT_0);
    assert_int_equal(WaitForSingleObject(server->idle, STOP_PATIENCE_MS), WAIT_OBJECT_0);
    /* The last thread may still be inside its section. */
    EnterCriticalSection(&server->lock);
    LeaveCriticalSection(&server->lock);
    DeleteCriticalSection(&server->lock);
    CloseHandle(server->thread);
    CloseHandle(server->asked);
    CloseHandle(server->stopping);
    CloseHandle(server->idle);
    WSACleanup();
}

/* --- for behaviours --------------------------------------------------------------------------------------- */

static bool is_stopping(const struct http_server *server)
{
    return WaitForSingleObject(server->stopping, 0) == WAIT_OBJECT_0;
}

/* Waits for the socket in slices, so that a stop is seen. */
static bool wait_for(struct http_connection *connection, bool writable)
{
    while (!is_stopping(connection->server))
    {
        struct timeval slice = {.tv_usec = 50000};
        fd_set set;

        FD_ZERO(&set);
        FD_SET(connection->socket, &set);
        if (select(0, writable ? NULL : &set, writable ? &set : NULL, NULL, &slice) > 0)
            return true;
    }
    return false;
}

bool http_send(struct http_connection *connection, const void *data, size_t size)
{
    u_long on = 1;
    int sent;

    ioctlsocket(connection->socket, FIONBIO, &on);
    while (size)
    {
        sent = send(connection->socket, data, (int)size, 0);
        if (sent < 0 && WSAGetLastError() == WSAEWOULDBLOCK)
            sent = wait_for(connection, true) ? 0 : -1;
        if (sent < 0)
            return false;
        data = (const char *)data + sent;
        size -= (size_t)sent;
    }
    return true;
}

bool http_send_text(struct http_connection *connection, const char *text)
{
    return http_send(connection, text, strlen(text));
}

void http_hang(struct http_connection *connection)
{
    char byte;

    while (wait_for(connection, false) && recv(connection->socket, &byte, 1, 0) > 0)
        ;
}

bool http_pause(struct http_connection *connection, DWORD ms)
{
    return WaitForSingleObject(connection->server->stopping, ms) == WAIT_TIMEOUT;
}

void http_reset(struct http_connection *connection)
{
    struct linger now = {.l_onoff = 1};

    setsockopt(connection->socket, SOL_SOCKET, SO_LINGER, (const char *)&now, sizeof(now));
    closesocket(connection->socket);
    connection->socket = INVALID_SOCKET;
}
