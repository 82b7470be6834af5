/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Addresses of datagrams, and their form in a registration response: host and port as they stand in packets. */
#include <string.h>

#include "engine/device/registration.h"

#define V4_SIZE 4
#define V6_SIZE 16
#define PORT_SIZE 2

/* fe80::/10: such an address means nothing without its interface, any other nothing more with one. */
static bool is_link_local(const struct drm_device_address *address)
{
    return address->is_v6 && address->host[0] == 0xfe && (address->host[1] & 0xc0) == 0x80;
}

bool drm_device_address_equal(const struct drm_device_address *a, const struct drm_device_address *b)
{
    return a->is_v6 == b->is_v6 && a->port == b->port && (!is_link_local(a) || a->scope == b->scope)
        && !memcmp(a->host, b->host, a->is_v6 ? V6_SIZE : V4_SIZE);
}

size_t drm_device_address_write(const struct drm_device_address *address, uint8_t out[DRM_DEVICE_ADDRESS_MAX_SIZE])
{
    size_t size = address->is_v6 ? V6_SIZE : V4_SIZE;

    memcpy(out, address->host, size);
    drm_put_u16(out + size, address->port);
    return size + PORT_SIZE;
}

drm_result drm_device_address_read(struct drm_span data, struct drm_device_address *out)
{
    static const uint8_t nowhere[V6_SIZE];
    struct drm_device_address address = {.is_v6 = data.size == V6_SIZE + PORT_SIZE};
    size_t size = address.is_v6 ? V6_SIZE : V4_SIZE;

    if (data.size != size + PORT_SIZE)
        return DRM_E_BAD_REQUEST;
    memcpy(address.host, data.data, size);
    address.port = drm_get_u16(data.data + size);
    if (!address.port || !memcmp(address.host, nowhere, size))
        return DRM_E_BAD_REQUEST;
    *out = address;
    return DRM_S_OK;
}
