/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * LICENSEREQUEST: what is posted to an issuer (docs/protocol.md, "License requests"). The element names are those of
 * the public documents; the proof is ours (engine/format/license_challenge.h).
 */
#ifndef WMDRM_ENGINE_LICENSE_REQUEST_H
#define WMDRM_ENGINE_LICENSE_REQUEST_H

#include "engine/base/bytes.h"

#define DRM_LICENSE_REQUEST_MAX_SIZE (1024 * 1024)

struct drm_license_request
{
    uint32_t rights;               /* ACTIONLIST */
    struct drm_buffer challenge;   /* CLIENTINFO/CLIENTID: a signed drm_license_challenge */
    struct drm_buffer chain;       /* CLIENTINFO/MACHINECERTIFICATE */
    char client_version[32];       /* CLIENTINFO/CLIENTVERSION and SECURITYVERSION: "2.10.0.1" */
    char security_version[32];
    uint32_t app_security;         /* CLIENTINFO/APPSECURITY */
    bool has_header;
    struct drm_buffer header;      /* drm_content_header.element, byte for byte; its hash is in the challenge */
    bool has_key_id;               /* of the legacy form, which names a key id and no header: KID */
    uint8_t key_id[16];
};

/* Appends the text, UTF-8. DRM_E_INVALID_ARGUMENT for what read would refuse; DRM_E_MALFORMED_CONTENT_HEADER for a
 * header that is not exactly one element. */
DRM_MUST_CHECK drm_result drm_license_request_write(const struct drm_license_request *request, struct drm_buffer *out);
/* Reads the text, or its base64 form; header gets exactly the bytes that were given to write. DRM_E_BAD_REQUEST. The
 * caller frees with drm_license_request_free, also after a failure. */
DRM_MUST_CHECK drm_result drm_license_request_read(struct drm_span text, struct drm_license_request *out);
void drm_license_request_free(struct drm_license_request *request);

/* The text as it is posted, and as GetChallenge gives it: base64 in the DRM variant, which needs no escaping in a form.
 * Appends. */
DRM_MUST_CHECK drm_result drm_license_request_encode(struct drm_span request, struct drm_buffer *out);

/* The body of a POST, application/x-www-form-urlencoded: nonsilent=0|1 & challenge=the encoded text. Appends. */
DRM_MUST_CHECK drm_result drm_license_form_write(struct drm_span request, bool nonsilent, struct drm_buffer *out);
/* Finds challenge (appended as it is after the form's escapes: drm_license_request_read reads it) and nonsilent, false
 * where it is missing. DRM_E_BAD_REQUEST. */
DRM_MUST_CHECK drm_result drm_license_form_read(struct drm_span form, struct drm_buffer *challenge, bool *nonsilent);

/* Any other field of such a form, appended without a terminator. DRM_E_NOT_FOUND where the form does not have it,
 * DRM_E_BAD_REQUEST where it has it twice, or in a way that cannot be read. */
DRM_MUST_CHECK drm_result drm_license_form_field(struct drm_span form, const char *name, struct drm_buffer *out);

#endif
