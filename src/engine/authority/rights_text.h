/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the reader and the writer of rights as text share: the words of the language (docs/authority.md, "Rights as
 * text"), and GUIDs as text.
 */
#ifndef WMDRM_ENGINE_RIGHTS_TEXT_H
#define WMDRM_ENGINE_RIGHTS_TEXT_H

#include "engine/authority/contents.h"

#define DRM_GUID_TEXT_SIZE 39 /* "{00112233-4455-6677-8899-AABBCCDDEEFF}", with terminator */

bool drm_guid_parse(const char *text, uint8_t out[16]);
void drm_guid_format(const uint8_t guid[16], char out[DRM_GUID_TEXT_SIZE]);

/* The levels of "opl(...)", in the order in which they are written. */
#define DRM_RIGHTS_LEVELS 6
extern const char *const drm_rights_level_names[DRM_RIGHTS_LEVELS];
/* The place of one of them. */
uint16_t *drm_rights_level(struct drm_output_levels *levels, size_t index);

/* By value. */
#define DRM_RIGHTS_ROLLBACKS 3
extern const char *const drm_rights_rollback_names[DRM_RIGHTS_ROLLBACKS];

/* Backup is granted without being named where no right has a count and the licence may be persisted: a copy of a
 * licence with a count is for its issuer to allow. grant_count is that of the others. */
bool drm_rights_imply_backup(const struct drm_license *license);

#endif
