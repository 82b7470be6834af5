/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Taking a LICENSERESPONSE into the store, from wherever it came.
 */
#ifndef WMDRM_ENGINE_RECEIVED_RESPONSE_H
#define WMDRM_ENGINE_RECEIVED_RESPONSE_H

#include "engine/client/client_internal.h"
#include "engine/format/license_response.h"
#include "engine/store/license_store.h"
#include "engine/xml/license_response_xml.h"

/*
 * Verifies all of it and stores it in one transaction. nonce: it has to answer this challenge of ours, and its time is
 * now; NULL: somebody brings it. The results are those of drm_client_store_response, and DRM_E_PARAMETERS_MISMATCHED of
 * another nonce.
 */
DRM_MUST_CHECK drm_result drm_question_store_response(const struct drm_question *question, struct drm_span text,
                                                      const uint8_t *nonce);

/*
 * Reads the licences of a response and proves each of them by its head. *out has xml->count of them, points into xml,
 * and is the caller's to free. DRM_E_INVALID_LICENSE, also where one is missing or out of its place;
 * DRM_E_SIGNATURE_FAILURE; the codes of drm_license_check_issuer.
 */
DRM_MUST_CHECK drm_result drm_received_licenses_read(const struct drm_license_response_xml *xml,
                                                     const struct drm_license_head *head,
                                                     struct drm_new_license **out);

#endif
