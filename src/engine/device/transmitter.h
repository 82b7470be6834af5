/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A transmitter: the side that has the content (docs/devices.md). It makes licences for one receiver, whose request it
 * was given. Safe from any thread.
 */
#ifndef WMDRM_ENGINE_TRANSMITTER_H
#define WMDRM_ENGINE_TRANSMITTER_H

#include "engine/device/license_message.h"
#include "engine/device/registrar.h"

/* What a receiver must fulfil. */
struct drm_device_policy
{
    uint16_t min_app_level;
    uint32_t min_app_list;       /* versions of lists */
    uint32_t min_device_list;
    struct drm_output_levels outputs; /* copy is 0 */
    size_t restriction_count;    /* video output protections */
    struct drm_analog_restriction restrictions[DRM_LICENSE_MAX_RESTRICTIONS];
};
/*
 * The data of WMDRMNET_POLICY_TRANSCRYPTPLAY: level (2), list of applications (4), of devices (4), five output levels
 * (2 each), then any number of output protections, GUID (16, as Windows has it in memory) and value (4). All
 * little-endian. DRM_E_INVALID_ARGUMENT for anything else.
 */
DRM_MUST_CHECK drm_result drm_device_policy_read(struct drm_span data, struct drm_device_policy *out);

struct drm_transmitter;
/* The client and the registrar must outlive it. */
DRM_MUST_CHECK drm_result drm_transmitter_create(struct drm_client *client, struct drm_registrar *registrar,
                                                 struct drm_transmitter **out);
void drm_transmitter_free(struct drm_transmitter *transmitter); /* NULL is fine */

/*
 * Takes a receiver's licence request; what follows is for that one, and a root made before is forgotten. A failure
 * leaves the transmitter as it was. Returns DRM_E_UNSUPPORTED_PROTOCOL_VERSION, DRM_E_BAD_REQUEST,
 * DRM_E_ATTRIBUTE_TOO_LONG, DRM_E_UNSUPPORTED_ACTION, DRM_E_INVALID_CERTIFICATE, DRM_E_SIGNATURE_FAILURE,
 * DRM_E_CERTIFICATE_REVOKED, DRM_E_NEEDS_INDIVIDUALIZATION, and where the registrar is used the codes of
 * drm_registrar_check.
 */
DRM_MUST_CHECK drm_result drm_transmitter_take_request(struct drm_transmitter *transmitter, struct drm_span request);

/*
 * Append licence responses. A root has no policy and keeps its key here; leaves, any number of them, are bound to the
 * last root; a simple one stands alone. content_key is that of the leaf, for an encryptor. Return
 * DRM_E_NOT_CONFIGURED without a request, or of a leaf without a root; DRM_E_INVALID_KID for zeros, or a leaf with its
 * root's key id; DRM_E_RIV_TOO_SMALL where the receiver's lists, or the policy's, are newer than those here;
 * DRM_E_CERTIFICATE_REVOKED and the codes of drm_registrar_check, since all of that may change.
 */
DRM_MUST_CHECK drm_result drm_transmitter_make_root(struct drm_transmitter *transmitter,
                                                    const uint8_t key_id[DRM_KEY_ID_SIZE], struct drm_buffer *out);
DRM_MUST_CHECK drm_result drm_transmitter_make_leaf(struct drm_transmitter *transmitter,
                                                    const uint8_t key_id[DRM_KEY_ID_SIZE],
                                                    const struct drm_device_policy *policy,
                                                    uint8_t content_key[DRM_CONTENT_KEY_SIZE], struct drm_buffer *out);
DRM_MUST_CHECK drm_result drm_transmitter_make_simple(struct drm_transmitter *transmitter,
                                                      const uint8_t key_id[DRM_KEY_ID_SIZE],
                                                      const struct drm_device_policy *policy,
                                                      uint8_t content_key[DRM_CONTENT_KEY_SIZE],
                                                      struct drm_buffer *out);

#endif
