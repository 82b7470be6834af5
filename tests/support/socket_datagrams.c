/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Datagrams over the sockets of a Unix system: IPv4 alone. */
#define _GNU_SOURCE
#include "support/socket_datagrams.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct drm_datagram_socket
{
    int handle;
};

static struct sockaddr_in to_system(const struct drm_device_address *address)
{
    struct sockaddr_in out = {.sin_family = AF_INET, .sin_port = htons(address->port)};

    memcpy(&out.sin_addr, address->host, sizeof(out.sin_addr));
    return out;
}

static struct drm_device_address from_system(const struct sockaddr_in *address)
{
    struct drm_device_address out = {.port = ntohs(address->sin_port)};

    memcpy(out.host, &address->sin_addr, sizeof(address->sin_addr));
    return out;
}

static drm_result socket_open(void *context, const struct drm_device_address *local, struct drm_datagram_socket **out)
{
    struct sockaddr_in address = to_system(local);
    int handle = socket(AF_INET, SOCK_DGRAM, 0);
    (void)context;

    if (handle < 0 || bind(handle, (struct sockaddr *)&address, sizeof(address)) || !(*out = malloc(sizeof(**out))))
    {
        if (handle >= 0)
            close(handle);
        return DRM_E_UNABLE_TO_OPEN_PORT;
    }
    (*out)->handle = handle;
    return DRM_S_OK;
}

static void socket_close(void *context, struct drm_datagram_socket *socket_of)
{
    (void)context;
    if (socket_of)
        close(socket_of->handle);
    free(socket_of);
}

static uint16_t socket_port(void *context, struct drm_datagram_socket *socket_of)
{
    struct sockaddr_in address;
    socklen_t size = sizeof(address);
    (void)context;

    return getsockname(socket_of->handle, (struct sockaddr *)&address, &size) ? 0 : ntohs(address.sin_port);
}

static void socket_send(void *context, struct drm_datagram_socket *socket_of, const struct drm_device_address *to,
                        uint8_t hop_limit, const uint8_t *data, size_t size)
{
    struct sockaddr_in address = to_system(to);
    int hops = hop_limit;
    (void)context;

    if (hop_limit && setsockopt(socket_of->handle, IPPROTO_IP, IP_TTL, &hops, sizeof(hops)))
        return;
    (void)!sendto(socket_of->handle, data, size, 0, (struct sockaddr *)&address, sizeof(address));
}

static bool socket_receive(void *context, struct drm_datagram_socket *socket_of, uint32_t timeout_ms, uint8_t *data,
                           size_t capacity, size_t *size, struct drm_device_address *from)
{
    struct pollfd wanted = {.fd = socket_of->handle, .events = POLLIN};
    struct sockaddr_in address;
    socklen_t address_size = sizeof(address);
    ssize_t received;
    (void)context;

    if (poll(&wanted, 1, (int)timeout_ms) != 1)
        return false;
    received = recvfrom(socket_of->handle, data, capacity, 0, (struct sockaddr *)&address, &address_size);
    if (received < 0)
        return false;
    *size = (size_t)received;
    *from = from_system(&address);
    return true;
}

static uint64_t clock_now(void *context)
{
    struct timespec now;
    (void)context;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

struct drm_datagrams socket_datagrams(void)
{
    return (struct drm_datagrams){
        .open = socket_open,
        .close = socket_close,
        .port = socket_port,
        .send = socket_send,
        .receive = socket_receive,
        .now = clock_now,
    };
}
