/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An acquisition as it was asked for: its arguments read, its URL chosen, its challenge made.
 */
#ifndef WMDRM_ENGINE_ACQUISITION_H
#define WMDRM_ENGINE_ACQUISITION_H

#include "engine/client/client_internal.h"
#include "engine/client/licenses.h"
#include "engine/xml/content_header.h"

struct drm_acquisition_plan
{
    enum drm_acquire_mode mode;
    bool has_header;
    struct drm_content_header header; /* its element points into the acquisition's text */
    bool has_key_id;                  /* of the legacy form */
    uint8_t key_id[DRM_KEY_ID_SIZE];
    uint32_t rights;                  /* ACTIONLIST; 0: whatever is offered */
    char url[DRM_EXCHANGE_MAX_URL];   /* DRM_LOCAL_URL: the embedded authority; empty: nobody named one */
};

/* Reads the arguments alone. The results are those of drm_client_check_acquisition. */
DRM_MUST_CHECK drm_result drm_acquisition_read(const struct drm_client *client,
                                               const struct drm_acquisition *acquisition,
                                               struct drm_acquisition_plan *out);

/* Where nobody named a URL: the one of the operator's policy, else the service's own. */
DRM_MUST_CHECK drm_result drm_acquisition_choose_url(const struct drm_question *question,
                                                     struct drm_acquisition_plan *plan);
bool drm_acquisition_is_local(const struct drm_acquisition_plan *plan);

/*
 * Appends the LICENSEREQUEST, signed by the machine's identity; nonce is what the answer has to bring back.
 * DRM_E_NEEDS_INDIVIDUALIZATION without an identity, or where the content's header wants a higher security version.
 */
DRM_MUST_CHECK drm_result drm_acquisition_make_request(const struct drm_question *question,
                                                       const struct drm_acquisition_plan *plan,
                                                       uint8_t nonce[DRM_NONCE_SIZE], struct drm_buffer *out);

#endif
