/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Datagrams through Winsock. */
#include "shell/platform/datagrams_winsock.h"

#include <stdlib.h>
#include <string.h>
#include <winsock2.h>
#include <ws2tcpip.h>

struct drm_datagram_socket
{
    SOCKET handle;
    bool is_v6;
    uint8_t hop_limit; /* that was set; 0: the system's */
};

/* --- addresses ---------------------------------------------------------------------------------------------- */

union any_address
{
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static int to_system(const struct drm_device_address *address, union any_address *out)
{
    memset(out, 0, sizeof(*out));
    if (address->is_v6)
    {
        out->v6.sin6_family = AF_INET6;
        out->v6.sin6_port = htons(address->port);
        out->v6.sin6_scope_id = address->scope;
        memcpy(&out->v6.sin6_addr, address->host, sizeof(out->v6.sin6_addr));
        return sizeof(out->v6);
    }
    out->v4.sin_family = AF_INET;
    out->v4.sin_port = htons(address->port);
    memcpy(&out->v4.sin_addr, address->host, sizeof(out->v4.sin_addr));
    return sizeof(out->v4);
}

static bool from_system(const union any_address *address, struct drm_device_address *out)
{
    *out = (struct drm_device_address){.is_v6 = address->any.sa_family == AF_INET6};
    if (out->is_v6)
    {
        out->port = ntohs(address->v6.sin6_port);
        out->scope = address->v6.sin6_scope_id;
        memcpy(out->host, &address->v6.sin6_addr, sizeof(address->v6.sin6_addr));
        return true;
    }
    out->port = ntohs(address->v4.sin_port);
    memcpy(out->host, &address->v4.sin_addr, sizeof(address->v4.sin_addr));
    return address->any.sa_family == AF_INET;
}

static HRESULT start_winsock(void)
{
    static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
    static int error;
    BOOL pending;

    InitOnceBeginInitialize(&once, 0, &pending, NULL);
    if (pending)
    {
        WSADATA data;

        error = WSAStartup(MAKEWORD(2, 2), &data);
        InitOnceComplete(&once, 0, NULL);
    }
    return error ? HRESULT_FROM_WIN32(error) : S_OK;
}

HRESULT datagrams_winsock_parse(const WCHAR *text, struct drm_device_address *out)
{
    static const int families[] = {AF_INET, AF_INET6};
    WCHAR copy[80]; /* the function's argument is not const */
    union any_address address;
    HRESULT hr;

    if (FAILED(hr = start_winsock()))
        return hr;
    if (wcslen(text) >= ARRAYSIZE(copy))
        return E_INVALIDARG;
    wcscpy(copy, text);
    for (size_t i = 0; i < ARRAYSIZE(families); i++)
    {
        INT size = sizeof(address);

        memset(&address, 0, sizeof(address));
        if (!WSAStringToAddressW(copy, families[i], NULL, &address.any, &size) && from_system(&address, out))
            return S_OK;
    }
    return E_INVALIDARG;
}

/* --- sockets ------------------------------------------------------------------------------------------------ */

static drm_result socket_open(void *context, const struct drm_device_address *local,
                              struct drm_datagram_socket **out)
{
    struct drm_datagram_socket *socket_of = calloc(1, sizeof(*socket_of));
    union any_address address;
    int size = to_system(local, &address);

    (void)context;
    if (!socket_of)
        return DRM_E_OUT_OF_MEMORY;
    socket_of->is_v6 = local->is_v6;
    socket_of->handle = socket(local->is_v6 ? AF_INET6 : AF_INET, SOCK_DGRAM, IPPROTO_UDP);
    if (socket_of->handle == INVALID_SOCKET || bind(socket_of->handle, &address.any, size))
    {
        if (socket_of->handle != INVALID_SOCKET)
            closesocket(socket_of->handle);
        free(socket_of);
        return DRM_E_UNABLE_TO_OPEN_PORT;
    }
    *out = socket_of;
    return DRM_S_OK;
}

static void socket_close(void *context, struct drm_datagram_socket *socket_of)
{
    (void)context;
    if (!socket_of)
        return;
    closesocket(socket_of->handle);
    free(socket_of);
}

static uint16_t socket_port(void *context, struct drm_datagram_socket *socket_of)
{
    struct drm_device_address local;
    union any_address address;
    int size = sizeof(address);

    (void)context;
    if (getsockname(socket_of->handle, &address.any, &size) || !from_system(&address, &local))
        return 0;
    return local.port;
}

static void socket_send(void *context, struct drm_datagram_socket *socket_of, const struct drm_device_address *to,
                        uint8_t hop_limit, const uint8_t *data, size_t size)
{
    union any_address address;
    int address_size = to_system(to, &address);
    DWORD hops = hop_limit;

    (void)context;
    if (hop_limit && hop_limit != socket_of->hop_limit)
    {
        /* A datagram that could travel farther than it may is not sent at all. */
        if (socket_of->is_v6
                ? setsockopt(socket_of->handle, IPPROTO_IPV6, IPV6_UNICAST_HOPS, (const char *)&hops, sizeof(hops))
                : setsockopt(socket_of->handle, IPPROTO_IP, IP_TTL, (const char *)&hops, sizeof(hops)))
            return;
        socket_of->hop_limit = hop_limit;
    }
    (void)sendto(socket_of->handle, (const char *)data, (int)size, 0, &address.any, address_size);
}

static bool socket_receive(void *context, struct drm_datagram_socket *socket_of, uint32_t timeout_ms, uint8_t *data,
                           size_t capacity, size_t *size, struct drm_device_address *from)
{
    struct timeval timeout = {.tv_sec = (long)(timeout_ms / 1000), .tv_usec = (long)(timeout_ms % 1000 * 1000)};
    union any_address address;
    int address_size = sizeof(address), received;
    fd_set set = {.fd_count = 1, .fd_array = {socket_of->handle}};

    (void)context;
    if (select(0, &set, NULL, NULL, &timeout) != 1)
        return false;
    received = recvfrom(socket_of->handle, (char *)data, (int)capacity, 0, &address.any, &address_size);
    if (received == SOCKET_ERROR)
        return false; /* also: a datagram that was too long, or nobody at the other end of one that was sent */
    *size = (size_t)received;
    return from_system(&address, from);
}

static uint64_t clock_now(void *context)
{
    LARGE_INTEGER count, frequency;

    (void)context;
    QueryPerformanceCounter(&count);
    QueryPerformanceFrequency(&frequency);
    /* Seconds first: the product of all ticks and a million does not fit. */
    return (uint64_t)(count.QuadPart / frequency.QuadPart) * 1000000
           + (uint64_t)(count.QuadPart % frequency.QuadPart) * 1000000 / (uint64_t)frequency.QuadPart;
}

HRESULT datagrams_winsock_init(struct drm_datagrams *out)
{
    HRESULT hr = start_winsock();

    if (FAILED(hr))
        return hr;
    *out = (struct drm_datagrams){
        .open = socket_open,
        .close = socket_close,
        .port = socket_port,
        .send = socket_send,
        .receive = socket_receive,
        .now = clock_now,
    };
    return S_OK;
}
