/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A receiver: the network device's side (docs/devices.md). Safe from any thread; its lock is never held while the store
 * is asked.
 */
#ifndef WMDRM_ENGINE_RECEIVER_H
#define WMDRM_ENGINE_RECEIVER_H

#include "engine/client/client.h"
#include "engine/device/license_message.h"
#include "engine/device/proximity.h"

struct drm_receiver;
/* The client must outlive it. */
DRM_MUST_CHECK drm_result drm_receiver_create(struct drm_client *client, struct drm_receiver **out);
void drm_receiver_free(struct drm_receiver *receiver); /* NULL is fine */

/* Appends a registration request; an answer to an earlier one counts no more. DRM_E_NEEDS_INDIVIDUALIZATION. */
DRM_MUST_CHECK drm_result drm_receiver_request_registration(struct drm_receiver *receiver, struct drm_buffer *out);

/* What a registration response asks for: to show proximity. Wipe it afterwards. */
struct drm_registration
{
    struct drm_device_session session;
    struct drm_device_address address;
    uint8_t transmitter[DRM_ID_SIZE];
};
/*
 * Takes the answer to the last request, once. Returns DRM_E_NOT_CONFIGURED without a request,
 * DRM_E_UNSUPPORTED_PROTOCOL_VERSION, DRM_E_BAD_REQUEST, DRM_E_PARAMETERS_MISMATCHED (of another request),
 * DRM_E_INVALID_CERTIFICATE, DRM_E_SIGNATURE_FAILURE, DRM_E_CERTIFICATE_REVOKED (the transmitter's),
 * DRM_E_INVALID_MACHINE (for another device).
 */
DRM_MUST_CHECK drm_result drm_receiver_take_registration(struct drm_receiver *receiver, struct drm_span response,
                                                         struct drm_registration *out);
/* The transmitter said that this machine is near: licences are asked for within this session from now on. */
void drm_receiver_keep_registration(struct drm_receiver *receiver, const struct drm_registration *registration);

/* Appends a licence request; answers to an earlier one count no more. DRM_E_UNSUPPORTED_ACTION for any action but
 * "Play", DRM_E_ATTRIBUTE_TOO_LONG, DRM_E_NEEDS_INDIVIDUALIZATION. */
DRM_MUST_CHECK drm_result drm_receiver_request_license(struct drm_receiver *receiver, const char *action,
                                                       struct drm_buffer *out);

/*
 * Takes an answer to the last licence request, any number of them, and puts its licence into the temporary store.
 * representation (may be NULL) gets the licence's bytes appended, key_id (may be NULL) its key id. Returns
 *   DRM_E_NOT_CONFIGURED             nothing was asked
 *   DRM_E_UNSUPPORTED_PROTOCOL_VERSION, DRM_E_BAD_REQUEST, DRM_E_INVALID_LICENSE, DRM_E_SIGNATURE_FAILURE,
 *   DRM_E_INVALID_CERTIFICATE        no transmitter's, or none under this machine's trust anchor
 *   DRM_E_PARAMETERS_MISMATCHED      an answer to another request
 *   DRM_E_INVALID_MACHINE            for another machine
 *   DRM_E_INVALID_SESSION            of another transmitter than the one of the registration
 *   DRM_E_CERTIFICATE_REVOKED        the transmitter's
 *   DRM_E_RIV_TOO_SMALL              newer lists are needed here
 *   DRM_E_STORE_NOT_ALLOWED          its key id is that of a licence which an issuer gave
 *   DRM_E_STORE_NOT_ALL_STORED       it was deleted here before
 */
DRM_MUST_CHECK drm_result drm_receiver_take_license(struct drm_receiver *receiver, struct drm_span response,
                                                    struct drm_buffer *representation,
                                                    uint8_t key_id[DRM_KEY_ID_SIZE]);

#endif
