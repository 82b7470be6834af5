/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * LICENSERESPONSE: the wrapper around a head and its licences (docs/protocol.md, "License responses").
 *
 *   <LICENSERESPONSE><HEAD>base64</HEAD><LICENSE version="3.0.0.0">base64</LICENSE>...</LICENSERESPONSE>
 */
#ifndef WMDRM_ENGINE_LICENSE_RESPONSE_XML_H
#define WMDRM_ENGINE_LICENSE_RESPONSE_XML_H

#include "engine/base/bytes.h"

#define DRM_LICENSE_RESPONSE_MAX_SIZE (256 * 1024 * 1024) /* of text */

/* What was read. All licences lie one after the other in bytes. */
struct drm_license_response_xml
{
    struct drm_buffer head;
    struct drm_buffer bytes;
    struct drm_span *licenses;   /* count of them, in the order of the text */
    size_t count;
};

/*
 * HEAD comes first and once, then at least one LICENSE; other elements are passed over. Also reads the base64 form of
 * the whole text. A LICENSE of another version than 3.0.0.0 is DRM_E_UNSUPPORTED_ALGORITHM (such licences were
 * Microsoft's); what is no LICENSERESPONSE is DRM_E_LICENSE_INVALID_XML; base64 that is none is DRM_E_INVALID_LICENSE;
 * more text than the limit is DRM_E_RESPONSE_TOO_LARGE. Memory: about the size of the text. The caller frees with
 * drm_license_response_xml_free, also after a failure.
 */
DRM_MUST_CHECK drm_result drm_license_response_xml_read(struct drm_span text, struct drm_license_response_xml *out);
void drm_license_response_xml_free(struct drm_license_response_xml *response);

/* Writing: begin, licences one by one, end; each appends to out. */
DRM_MUST_CHECK drm_result drm_license_response_xml_begin(struct drm_span head, struct drm_buffer *out);
DRM_MUST_CHECK drm_result drm_license_response_xml_license(struct drm_span license, struct drm_buffer *out);
DRM_MUST_CHECK drm_result drm_license_response_xml_end(struct drm_buffer *out);

#endif
