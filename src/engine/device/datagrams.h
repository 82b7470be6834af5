/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the engine asks of the program around it to measure how near a network device is: datagrams and a fine clock.
 * The DLL hands it Winsock, the tests hand it sockets of the system or a network of their own.
 */
#ifndef WMDRM_ENGINE_DATAGRAMS_H
#define WMDRM_ENGINE_DATAGRAMS_H

#include "engine/base/bytes.h"

#define DRM_DATAGRAM_MAX_SIZE 256 /* of ours; what is longer is none */

struct drm_device_address
{
    bool is_v6;
    uint8_t host[16];   /* as on the wire; of IPv4 the first four, the rest is zero */
    uint16_t port;
    uint32_t scope;     /* of IPv6: the interface of a link-local address; stays on this machine */
};

bool drm_device_address_equal(const struct drm_device_address *a, const struct drm_device_address *b);

struct drm_datagram_socket; /* the host's */

/*
 * Every function may be called from any thread, one thread a socket at a time. A clock that never falls is part of it,
 * since the round trip is measured in its microseconds.
 */
struct drm_datagrams
{
    void *context;
    /* Opens a socket bound to local; host of zeros: every interface, port 0: any. DRM_E_UNABLE_TO_OPEN_PORT. */
    drm_result (*open)(void *context, const struct drm_device_address *local, struct drm_datagram_socket **out);
    void (*close)(void *context, struct drm_datagram_socket *socket); /* NULL is fine */
    /* The port that it is bound to. */
    uint16_t (*port)(void *context, struct drm_datagram_socket *socket);
    /* hop_limit: IPv4's TTL or IPv6's hop limit, 0: the system's. A datagram that cannot be sent is as good as lost. */
    void (*send)(void *context, struct drm_datagram_socket *socket, const struct drm_device_address *to,
                 uint8_t hop_limit, const uint8_t *data, size_t size);
    /* Waits so long at most for one; false where none came. One that is longer than capacity is cut. */
    bool (*receive)(void *context, struct drm_datagram_socket *socket, uint32_t timeout_ms, uint8_t *data,
                    size_t capacity, size_t *size, struct drm_device_address *from);
    uint64_t (*now)(void *context); /* microseconds since any moment */
};

#endif
