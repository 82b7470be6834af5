/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The file of a backup: records on their way out and in (engine/format/backup.h).
 */
#ifndef WMDRM_ENGINE_BACKUP_FILE_H
#define WMDRM_ENGINE_BACKUP_FILE_H

#include "engine/database/file.h"
#include "engine/format/backup.h"

#define DRM_BACKUP_NAME "licenses.wmbackup"
#define DRM_BACKUP_PART_NAME "licenses.wmbackup.part" /* until it is whole */

/* --- writing ---------------------------------------------------------------------------------------------- */

struct drm_backup_writer;

/*
 * Begins a file beside the backup of this folder. DRM_E_BACKUP_EXISTS where there is one and overwrite is not set,
 * DRM_E_PATH_NOT_FOUND where there is no such folder, DRM_E_BACKUPRESTORE_BUSY where another backup is being written
 * there, and the failures of drm_file_create. What a process that died left there goes.
 */
DRM_MUST_CHECK drm_result drm_backup_writer_create(const char *directory, bool overwrite, const struct drm_log *log,
                                                   struct drm_backup_writer **out);
/* Drops what is not finished, and frees. NULL is fine. */
void drm_backup_writer_free(struct drm_backup_writer *writer);
/* Appends whole records. */
DRM_MUST_CHECK drm_result drm_backup_writer_put(struct drm_backup_writer *writer, struct drm_span records);
/* The same for a head or an end, whose header it makes. */
DRM_MUST_CHECK drm_result drm_backup_writer_put_signed(struct drm_backup_writer *writer, enum drm_backup_record type,
                                                       struct drm_span object);
/* The hash of everything since the last call or the beginning. */
DRM_MUST_CHECK drm_result drm_backup_writer_hash(struct drm_backup_writer *writer, uint8_t out[DRM_SHA256_SIZE]);
/* Flushes it and moves it into place in one step. */
DRM_MUST_CHECK drm_result drm_backup_writer_finish(struct drm_backup_writer *writer);

/* --- reading ---------------------------------------------------------------------------------------------- */

struct drm_backup_reader
{
    struct drm_file *file;
    uint64_t offset;                /* of the next record */
    struct drm_buffer bytes;        /* a part of the file, with the current one */
    uint64_t begin;                 /* of that part in the file */
    struct drm_span record;         /* the current one, its header too; points into bytes, as does content */
    enum drm_backup_record type;
    struct drm_span content;
};

/* DRM_E_PATH_NOT_FOUND where there is no such folder, DRM_E_BACKUP_CORRUPT where there is no backup in it. */
DRM_MUST_CHECK drm_result drm_backup_reader_open(const char *directory, const struct drm_log *log,
                                                 struct drm_backup_reader *out);
void drm_backup_reader_close(struct drm_backup_reader *reader);
/* Moves on; *end at the file's end. DRM_E_BACKUP_CORRUPT for what is no record. */
DRM_MUST_CHECK drm_result drm_backup_reader_next(struct drm_backup_reader *reader, bool *end);

#endif
