/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The embedded authority of a store, opened beside the DLL, so that a test can revoke and sign.
 */
#ifndef WMDRM_TESTS_EMBEDDED_AUTHORITY_H
#define WMDRM_TESTS_EMBEDDED_AUTHORITY_H

#include <windows.h>

#include "engine/authority/authority.h"

/* Opens the authority of a folder, or makes one there. */
struct drm_authority *embedded_authority_open(const WCHAR *directory);

/* A certificate for an application under it, and its id. */
void embedded_authority_certify(struct drm_authority *authority, struct drm_buffer *chain,
                                uint8_t id[DRM_SHA256_SIZE]);

/* The list after count revocations of random ids and of these; appended to out, in its next version. */
void embedded_authority_revoke(struct drm_authority *authority, enum drm_revocation_type type,
                               const uint8_t *ids, size_t count, struct drm_buffer *out);

#endif
