/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The registrar: a transmitter's book of network devices (docs/devices.md, "The registrar"). Who registers is in it; to
 * get a licence a device must also be approved by the user, have shown within the last 48 hours that it is near, and be
 * open.
 *
 * It lives in memory. Safe from any thread; its lock is never held while the store is asked.
 */
#ifndef WMDRM_ENGINE_REGISTRAR_H
#define WMDRM_ENGINE_REGISTRAR_H

#include "engine/client/client.h"
#include "engine/device/proximity.h"

#define DRM_REGISTRAR_MAX_DEVICES 256
#define DRM_REGISTRAR_MAX_OPEN 10
#define DRM_REGISTRAR_MAX_SESSIONS 32                            /* that have not passed yet, or not long ago */
#define DRM_REGISTRAR_VALIDITY_MS (UINT64_C(48) * 60 * 60 * 1000)
#define DRM_REGISTRAR_SESSION_MS (UINT64_C(2) * 60 * 1000)       /* from a registration to the end of its proximity */

struct drm_registrar;
/* The client must outlive it. */
DRM_MUST_CHECK drm_result drm_registrar_create(struct drm_client *client, struct drm_registrar **out);
void drm_registrar_free(struct drm_registrar *registrar); /* NULL is fine */

/* Has it ever been asked to register or to approve anybody? Where not, transmitters do without it. */
bool drm_registrar_is_used(struct drm_registrar *registrar);

/*
 * Takes a registration request, remembers the device and appends the response, which tells it to show at address that
 * it is near. A device that registers again keeps its approval, and its validity until the new proximity is settled.
 * DRM_E_UNSUPPORTED_PROTOCOL_VERSION, DRM_E_BAD_REQUEST, DRM_E_INVALID_CERTIFICATE, DRM_E_SIGNATURE_FAILURE,
 * DRM_E_CERTIFICATE_REVOKED, DRM_E_DEVICE_LIMIT_REACHED (the book is full), DRM_E_NEEDS_INDIVIDUALIZATION.
 */
DRM_MUST_CHECK drm_result drm_registrar_register(struct drm_registrar *registrar, struct drm_span request,
                                                 const struct drm_device_address *address,
                                                 struct drm_buffer *response);

/* A datagram came; out gets what goes back to from, with the hop limit of proximity; 0: nothing. now: microseconds of
 * the datagrams' clock. */
size_t drm_registrar_take(struct drm_registrar *registrar, struct drm_span datagram,
                          const struct drm_device_address *from, uint64_t now, uint8_t out[DRM_DATAGRAM_MAX_SIZE]);

/* --- the book --------------------------------------------------------------------------------------------- */

struct drm_registered_device
{
    uint8_t id[DRM_ID_SIZE];                  /* the subject of its certificate: a machine's id */
    char name[DRM_CERTIFICATE_NAME_SIZE + 1]; /* of its certificate; may be empty */
    bool approved;
    bool validated;                           /* now */
    bool open;
    uint64_t validity_ms;                     /* how long it still is; 0 where it is not */
    uint32_t round_trip_us;                   /* that passed; 0 where none did */
};
/* Up to capacity of them, the first that registered first; *count is how many there are. */
void drm_registrar_list(struct drm_registrar *registrar, struct drm_registered_device *out, size_t capacity,
                        size_t *count);

/* The user's word; taking it back closes the device. DRM_E_MUST_REGISTER for one that is not in the book. */
DRM_MUST_CHECK drm_result drm_registrar_approve(struct drm_registrar *registrar, const uint8_t id[DRM_ID_SIZE],
                                                bool approved);
/* DRM_E_MUST_REGISTER, DRM_E_MUST_APPROVE, DRM_E_MUST_REVALIDATE, DRM_E_CERTIFICATE_REVOKED,
 * DRM_E_DEVICE_LIMIT_REACHED: ten others are open. One that is open stays so. */
DRM_MUST_CHECK drm_result drm_registrar_open(struct drm_registrar *registrar, const uint8_t id[DRM_ID_SIZE]);
DRM_MUST_CHECK drm_result drm_registrar_close(struct drm_registrar *registrar, const uint8_t id[DRM_ID_SIZE]);
/* Takes it out of the book. */
DRM_MUST_CHECK drm_result drm_registrar_remove(struct drm_registrar *registrar, const uint8_t id[DRM_ID_SIZE]);

/* --- for transmitters ------------------------------------------------------------------------------------- */

/*
 * May this device be served now? The codes of open, and DRM_E_DEVICE_NOT_OPEN. code is the device's authentication code
 * over message under its session of this name; a wrong one, or another session, is DRM_E_INVALID_SESSION. An empty
 * message: the session was looked at before.
 */
DRM_MUST_CHECK drm_result drm_registrar_check(struct drm_registrar *registrar, const uint8_t id[DRM_ID_SIZE],
                                              const uint8_t session[DRM_DEVICE_ID_SIZE], struct drm_span message,
                                              struct drm_span code);

#endif
