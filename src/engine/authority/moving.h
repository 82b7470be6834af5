/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What export and import take of the rest of the authority. */
#ifndef WMDRM_ENGINE_MOVING_H
#define WMDRM_ENGINE_MOVING_H

#include "engine/authority/authority_internal.h"

#define DRM_AUTHORITY_DATABASE "authority.db"
extern const struct drm_database_schema drm_authority_schema;

/* The key that the authority's keys rest under, for the caller to wipe (keys.c). */
DRM_MUST_CHECK drm_result drm_authority_open_secret_locked(struct drm_authority *authority,
                                                           uint8_t secret[DRM_AEAD_KEY_SIZE]);
/* The same key comes under this host's protector, in a database that no authority has open. */
DRM_MUST_CHECK drm_result drm_authority_reseal_secret(struct drm_database *database, const struct drm_host *host,
                                                      const uint8_t secret[DRM_AEAD_KEY_SIZE]);

/* Looks for damage: tables, lists, component (authority.c). DRM_E_STORE_CORRUPT. */
DRM_MUST_CHECK drm_result drm_authority_prove(struct drm_authority *authority);

#endif
