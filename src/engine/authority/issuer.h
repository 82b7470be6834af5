/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Issuers that are not the authority (docs/authority.md, "Issuers"): somebody who makes content on the spot, such as a
 * program that rips a disc, and licences for it, with a key of its own that the authority certified. Needs nothing of
 * the authority but that certificate: no database, no network.
 */
#ifndef WMDRM_ENGINE_ISSUER_H
#define WMDRM_ENGINE_ISSUER_H

#include "engine/format/chain.h"
#include "engine/format/license.h"

struct drm_issuer
{
    const uint8_t *seed;   /* DRM_SIGN_SEED_SIZE bytes: the private key */
    struct drm_span chain; /* as drm_authority_certify gave it: the issuer's certificate first, the root's last */
};

struct drm_issuer_license
{
    uint8_t key_id[DRM_KEY_ID_SIZE];
    uint8_t content_key[DRM_CONTENT_KEY_SIZE];
    const char *rights;             /* "Rights as text"; without an uplink, and without another issuer's name */
    const char *url;                /* where it can be had again; NULL: nowhere, unless the rights say where */
};

/*
 * Makes licences for one machine and appends them as one LICENSERESPONSE. machine: its chain, the collection that
 * GetMachineCertificate gives (type V2); now: the time, for validity and the date of issue. Nobody can revoke these
 * licences, and removal asks its issuer's key, which has none. Returns
 *   DRM_E_INVALID_ARGUMENT     no licence or too many, rights that cannot be read, name another issuer or a root
 *   DRM_E_KEY_ERROR            the certificate is of another key
 *   DRM_E_INVALID_CERTIFICATE  the issuer's chain cannot be read, has no root, is no issuer's, or is not valid now
 *   DRM_E_INVALID_MACHINE      the machine's chain is none of a machine under the same root that is valid now
 *   DRM_E_SIGNATURE_FAILURE    of either chain
 */
DRM_MUST_CHECK drm_result drm_issuer_make_licenses(const struct drm_issuer *issuer, struct drm_span machine,
                                                   int64_t now, const struct drm_issuer_license *licenses,
                                                   size_t count, struct drm_buffer *out);

#endif
