/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Proximity over a host's datagrams: what keeps a thread busy on either side.
 */
#ifndef WMDRM_ENGINE_PROXIMITY_RUN_H
#define WMDRM_ENGINE_PROXIMITY_RUN_H

#include "engine/device/registrar.h"
#include "engine/host.h"

#define DRM_LISTENER_LIFETIME_US (UINT64_C(2) * 60 * 1000 * 1000)

/* The receiver's side, until there is a result. DRM_S_OK: the transmitter says that this machine is near;
 * DRM_E_OPERATION_CANCELED within 50 ms after task says so; DRM_E_UNABLE_TO_VERIFY_PROXIMITY, or what else it says. */
DRM_MUST_CHECK drm_result drm_proximity_run(const struct drm_device_session *session,
                                            const struct drm_device_address *transmitter,
                                            const struct drm_datagrams *datagrams, const struct drm_task *task);

/* The transmitter's side. Opens the first of ports that is free (0: any) on local's host; *port is which.
 * DRM_E_UNABLE_TO_OPEN_PORT where none is. */
DRM_MUST_CHECK drm_result drm_listener_open(const struct drm_datagrams *datagrams,
                                            const struct drm_device_address *local, const uint16_t *ports,
                                            size_t count, struct drm_datagram_socket **out, uint16_t *port);
/* Answers devices of the registrar for two minutes, or until task is cancelled, then closes the socket. */
void drm_listener_run(struct drm_registrar *registrar, const struct drm_datagrams *datagrams,
                      struct drm_datagram_socket *socket, const struct drm_task *task);

#endif
