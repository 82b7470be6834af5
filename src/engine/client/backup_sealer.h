/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The sealed records of a section on their way into the file of a backup: sealed, hashed and written beside the thread
 * that reads the store.
 */
#ifndef WMDRM_ENGINE_BACKUP_SEALER_H
#define WMDRM_ENGINE_BACKUP_SEALER_H

#include "engine/client/backup_file.h"

struct drm_backup_sealer;

/* Of the section with this head, under its key. Nobody else puts anything into the writer until the sealer is finished
 * or freed. What it is given lives longer than it. */
DRM_MUST_CHECK drm_result drm_backup_sealer_create(struct drm_backup_writer *writer, const struct drm_backup_head *head,
                                                   const uint8_t key[DRM_AEAD_KEY_SIZE],
                                                   struct drm_backup_sealer **out);
/* The next record. Takes the bytes, and leaves a buffer with none. What failed before may be told only now. */
DRM_MUST_CHECK drm_result drm_backup_sealer_put(struct drm_backup_sealer *sealer, enum drm_backup_record type,
                                                struct drm_buffer *content);
/* Waits until all of them are written, and tells how many they are. Nothing can be put after it. */
DRM_MUST_CHECK drm_result drm_backup_sealer_finish(struct drm_backup_sealer *sealer, uint32_t *records);
/* NULL is fine. */
void drm_backup_sealer_free(struct drm_backup_sealer *sealer);

#endif
