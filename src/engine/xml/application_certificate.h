/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Certificates of applications in the form that CreateSecureDecryptor takes (docs/formats.md, "Application
 * certificates"): a chain, and the RSA key whose hash stands in the chain's first certificate.
 *
 *   <APPLICATIONCERTIFICATE version="1.0.0.0"><CHAIN>base64</CHAIN>
 *   <PublicKey><Modulus>base64</Modulus><Exponent>base64</Exponent></PublicKey></APPLICATIONCERTIFICATE>
 */
#ifndef WMDRM_ENGINE_APPLICATION_CERTIFICATE_H
#define WMDRM_ENGINE_APPLICATION_CERTIFICATE_H

#include "engine/crypto/rsa.h"
#include "engine/format/chain.h"

#define DRM_APPLICATION_CERTIFICATE_MAX_SIZE (64 * 1024) /* of text */

struct drm_application_certificate
{
    struct drm_rsa_key key;
    size_t chain_size;
    uint8_t chain[DRM_CHAIN_MAX_SIZE];
};

/* Reads one; verifies no signature, and does not look whether key and chain belong together. Other elements are passed
 * over. DRM_E_INVALID_APPCERT for what is none. */
DRM_MUST_CHECK drm_result drm_application_certificate_read(struct drm_span text,
                                                           struct drm_application_certificate *out);

/*
 * Verifies one that was read: the chain up to anchor, with the role of an application, valid at now (0: whenever), and
 * that its first certificate names this key. DRM_E_INVALID_APPCERT.
 */
DRM_MUST_CHECK drm_result drm_application_certificate_verify(const struct drm_application_certificate *certificate,
                                                             const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE], int64_t now);

/* Appends the text. chain is that of an application's certificate that names this key. */
DRM_MUST_CHECK drm_result drm_application_certificate_write(struct drm_span chain, const struct drm_rsa_key *key,
                                                            struct drm_buffer *out);

#endif
