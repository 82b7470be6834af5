/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The content key of a licence, opened.
 */
#ifndef WMDRM_ENGINE_CONTENT_KEY_H
#define WMDRM_ENGINE_CONTENT_KEY_H

#include "engine/client/loaded_license.h"

/*
 * Opens the content key of licence number, which was read whole. Of a leaf, uplink_key is its root's content key; NULL
 * of any other. The public-key work of a response is done once: its key is kept in the store from then on.
 * DRM_E_DECRYPT_ERROR for a key that is not what the issuer wrapped, DRM_E_SECURE_STORE_UNLOCK_ERROR where the user's
 * secret is lost, and the failures of the store.
 */
DRM_MUST_CHECK drm_result drm_content_key_open(struct drm_store *store, int64_t number,
                                               const struct drm_loaded_license *loaded, const uint8_t *uplink_key,
                                               uint8_t out[DRM_CONTENT_KEY_SIZE]);

#endif
