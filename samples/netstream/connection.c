/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sending and receiving are overlapped, and waited for only where they are not done at once: asking first whether there
 * is something to do would cost as much as doing it.
 */
#include "connection.h"

#include <stdio.h>
#include <nserror.h>
#include <ws2tcpip.h>

#include "common/cancel.h"

#define LOOK_MS 100 /* how late Ctrl+C is seen */

static HRESULT from_error(int error)
{
    return HRESULT_FROM_WIN32(error ? error : WSAECONNRESET);
}

static HRESULT last_error(void)
{
    return from_error(WSAGetLastError());
}

/* Until the socket accepts, or is connected (writing) or failed. */
static HRESULT wait_for(SOCKET socket, bool writing, DWORD patience)
{
    const ULONGLONG start = GetTickCount64();

    for (;;)
    {
        struct timeval timeout = {.tv_usec = LOOK_MS * 1000};
        fd_set set = {.fd_count = 1, .fd_array = {socket}}, failed = set;
        int ready;

        if (cancel_is_requested())
            return NS_E_DRM_OPERATION_CANCELED;
        if ((ready = select(0, writing ? NULL : &set, writing ? &set : NULL, &failed, &timeout)))
            return ready > 0 ? S_OK : last_error();
        if (GetTickCount64() - start >= patience)
            return HRESULT_FROM_WIN32(WSAETIMEDOUT);
    }
}

/* --- beginning and end -------------------------------------------------------------------------------------- */

HRESULT connection_listen(WORD *port, SOCKET *out)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(*port)};
    int size = sizeof(address);
    SOCKET listener = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    HRESULT hr;

    if (listener == INVALID_SOCKET)
        return last_error();
    if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 1)
        || getsockname(listener, (struct sockaddr *)&address, &size))
    {
        hr = last_error();
        closesocket(listener);
        return hr;
    }
    *port = ntohs(address.sin_port);
    *out = listener;
    return S_OK;
}

HRESULT connection_accept(SOCKET listener, struct connection *connection)
{
    HRESULT hr;

    while ((hr = wait_for(listener, false, INFINITE)) == HRESULT_FROM_WIN32(WSAETIMEDOUT))
        ;
    if (FAILED(hr))
        return hr;
    if ((connection->socket = accept(listener, NULL, NULL)) == INVALID_SOCKET)
        return last_error();
    return (connection->done = WSACreateEvent()) ? S_OK : last_error();
}

static HRESULT connect_socket(SOCKET socket, const struct sockaddr_in *address, DWORD patience)
{
    int error = 0, size = sizeof(error);
    u_long unblocking = 1;
    HRESULT hr;

    if (ioctlsocket(socket, FIONBIO, &unblocking))
        return last_error();
    if (connect(socket, (const struct sockaddr *)address, sizeof(*address)))
    {
        if (WSAGetLastError() != WSAEWOULDBLOCK)
            return last_error();
        if (FAILED(hr = wait_for(socket, true, patience)))
            return hr;
        if (getsockopt(socket, SOL_SOCKET, SO_ERROR, (char *)&error, &size))
            return last_error();
    }
    unblocking = 0;
    if (!error && ioctlsocket(socket, FIONBIO, &unblocking))
        return last_error();
    return error ? from_error(error) : S_OK;
}

HRESULT connection_open(struct connection *connection, const wchar_t *host, WORD port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    int size = sizeof(address);
    wchar_t text[64];

    if (wcslen(host) >= ARRAYSIZE(text))
        return E_INVALIDARG;
    wcscpy(text, host); /* the call wants to write */
    if (WSAStringToAddressW(text, AF_INET, NULL, (struct sockaddr *)&address, &size))
        return last_error();
    address.sin_port = htons(port);
    if ((connection->socket = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP)) == INVALID_SOCKET)
        return last_error();
    if (!(connection->done = WSACreateEvent()))
        return last_error();
    return connect_socket(connection->socket, &address, connection->patience);
}

void connection_close(struct connection *connection)
{
    if (connection->socket != INVALID_SOCKET)
        closesocket(connection->socket);
    if (connection->done)
        WSACloseEvent(connection->done);
    connection->socket = INVALID_SOCKET;
    connection->done = NULL;
}

HRESULT connection_own_address(const struct connection *connection, wchar_t text[16])
{
    struct sockaddr_in address;
    int size = sizeof(address);

    if (getsockname(connection->socket, (struct sockaddr *)&address, &size))
        return last_error();
    swprintf(text, 16, L"%u.%u.%u.%u", address.sin_addr.S_un.S_un_b.s_b1, address.sin_addr.S_un.S_un_b.s_b2,
             address.sin_addr.S_un.S_un_b.s_b3, address.sin_addr.S_un.S_un_b.s_b4);
    return S_OK;
}

/* --- bytes -------------------------------------------------------------------------------------------------- */

/* Goes on after so many bytes of both. */
static void advance(WSABUF parts[2], DWORD count)
{
    const DWORD first = count < parts[0].len ? count : parts[0].len;

    parts[0].buf += first;
    parts[0].len -= first;
    parts[1].buf += count - first;
    parts[1].len -= count - first;
}

/* Waits for what was begun; where that is given up, it has ended all the same, and the buffers are the caller's. */
static HRESULT finish(struct connection *connection, OVERLAPPED *operation, DWORD *count)
{
    const ULONGLONG start = GetTickCount64();
    HRESULT hr = S_OK;
    DWORD flags;

    while (SUCCEEDED(hr) && WaitForSingleObject(connection->done, LOOK_MS) == WAIT_TIMEOUT)
    {
        if (cancel_is_requested())
            hr = NS_E_DRM_OPERATION_CANCELED;
        else if (GetTickCount64() - start >= connection->patience)
            hr = HRESULT_FROM_WIN32(WSAETIMEDOUT);
    }
    if (FAILED(hr))
        CancelIoEx((HANDLE)connection->socket, operation);
    if (!WSAGetOverlappedResult(connection->socket, operation, count, TRUE, &flags) && SUCCEEDED(hr))
        hr = last_error();
    return hr;
}

HRESULT connection_send(struct connection *connection, const void *first, DWORD first_size, const void *second,
                        DWORD second_size)
{
    WSABUF parts[2] = {{first_size, (char *)(ULONG_PTR)first}, {second_size, (char *)(ULONG_PTR)second}};
    HRESULT hr;
    DWORD sent;

    while (parts[0].len || parts[1].len)
    {
        OVERLAPPED operation = {.hEvent = connection->done};

        if (WSASend(connection->socket, parts, 2, &sent, 0, &operation, NULL))
        {
            if (WSAGetLastError() != WSA_IO_PENDING)
                return last_error();
            if (FAILED(hr = finish(connection, &operation, &sent)))
                return hr;
        }
        advance(parts, sent);
    }
    return cancel_is_requested() ? NS_E_DRM_OPERATION_CANCELED : S_OK;
}

HRESULT connection_receive(struct connection *connection, void *data, DWORD size, void *ahead, DWORD ahead_size,
                           DWORD *ahead_got)
{
    WSABUF parts[2] = {{size, data}, {ahead_size, ahead}};
    DWORD received, flags;
    HRESULT hr;

    while (parts[0].len)
    {
        OVERLAPPED operation = {.hEvent = connection->done};

        flags = 0;
        if (WSARecv(connection->socket, parts, ahead_size ? 2 : 1, &received, &flags, &operation, NULL))
        {
            if (WSAGetLastError() != WSA_IO_PENDING)
                return last_error();
            if (FAILED(hr = finish(connection, &operation, &received)))
                return hr;
        }
        if (!received)
            return HRESULT_FROM_WIN32(WSAECONNRESET); /* they have closed it */
        advance(parts, received);
    }
    *ahead_got = ahead_size - parts[1].len;
    return cancel_is_requested() ? NS_E_DRM_OPERATION_CANCELED : S_OK;
}
