/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Proximity over a host's datagrams. */
#include "engine/device/proximity_run.h"

#define WAIT_MS 40 /* how late a cancel may be seen */

drm_result drm_proximity_run(const struct drm_device_session *session, const struct drm_device_address *transmitter,
                             const struct drm_datagrams *datagrams, const struct drm_task *task)
{
    const struct drm_device_address local = {.is_v6 = transmitter->is_v6, .scope = transmitter->scope};
    uint8_t in[DRM_DATAGRAM_MAX_SIZE], out[DRM_DATAGRAM_MAX_SIZE];
    struct drm_proximity_receiver receiver;
    struct drm_datagram_socket *socket;
    struct drm_device_address from;
    size_t size, answer;
    drm_result result = datagrams->open(datagrams->context, &local, &socket);

    if (DRM_FAILED(result))
        return result;
    drm_proximity_receiver_begin(&receiver, session, datagrams->now(datagrams->context));
    while (!receiver.done)
    {
        if (task->cancelled(task->context))
        {
            receiver.result = DRM_E_OPERATION_CANCELED;
            break;
        }
        answer = drm_proximity_receiver_tick(&receiver, datagrams->now(datagrams->context), out);
        if (answer)
            datagrams->send(datagrams->context, socket, transmitter, 0, out, answer);
        if (receiver.done || !datagrams->receive(datagrams->context, socket, WAIT_MS, in, sizeof(in), &size, &from)
            || !drm_device_address_equal(&from, transmitter))
            continue;
        answer = drm_proximity_receiver_take(&receiver, drm_span(in, size), datagrams->now(datagrams->context), out);
        if (answer)
            datagrams->send(datagrams->context, socket, transmitter, 0, out, answer);
    }
    datagrams->close(datagrams->context, socket);
    result = receiver.result;
    drm_wipe(&receiver, sizeof(receiver));
    return result;
}

drm_result drm_listener_open(const struct drm_datagrams *datagrams, const struct drm_device_address *local,
                             const uint16_t *ports, size_t count, struct drm_datagram_socket **out, uint16_t *port)
{
    struct drm_device_address address = *local;
    drm_result result = DRM_E_UNABLE_TO_OPEN_PORT;

    for (size_t i = 0; i < count && DRM_FAILED(result); i++)
    {
        address.port = ports[i];
        result = datagrams->open(datagrams->context, &address, out);
    }
    if (DRM_SUCCEEDED(result))
        *port = datagrams->port(datagrams->context, *out);
    return result;
}

void drm_listener_run(struct drm_registrar *registrar, const struct drm_datagrams *datagrams,
                      struct drm_datagram_socket *socket, const struct drm_task *task)
{
    const uint64_t begun = datagrams->now(datagrams->context);
    uint8_t in[DRM_DATAGRAM_MAX_SIZE], out[DRM_DATAGRAM_MAX_SIZE];
    struct drm_device_address from;
    size_t size, answer;

    while (!task->cancelled(task->context)
           && datagrams->now(datagrams->context) - begun < DRM_LISTENER_LIFETIME_US)
    {
        if (!datagrams->receive(datagrams->context, socket, WAIT_MS, in, sizeof(in), &size, &from))
            continue;
        answer = drm_registrar_take(registrar, drm_span(in, size), &from, datagrams->now(datagrams->context), out);
        if (answer)
            datagrams->send(datagrams->context, socket, &from, DRM_PROXIMITY_HOP_LIMIT, out, answer);
    }
    datagrams->close(datagrams->context, socket);
}
