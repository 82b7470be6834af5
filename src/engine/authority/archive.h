/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An authority as one file under a passphrase (docs/authority.md, "Moving"): a header, then records that are sealed
 * under a key that scrypt makes of the passphrase, each bound to the header and to its place.
 *
 *   magic (8), cost (4, N of scrypt; r is 8 and p is 1), salt (16)
 *   type (1), length (4), sealed content; again and again
 */
#ifndef WMDRM_ENGINE_ARCHIVE_H
#define WMDRM_ENGINE_ARCHIVE_H

#include "engine/crypto/crypto.h"
#include "engine/database/file.h"

#define DRM_ARCHIVE_CHUNK_SIZE 65536

enum drm_archive_record
{
    DRM_ARCHIVE_SECRET = 1,   /* the key that the authority's keys rest under */
    DRM_ARCHIVE_DATABASE = 2, /* the next bytes of its database */
    DRM_ARCHIVE_END = 3,      /* how many those are */
};

struct drm_archive;

/* Makes a new file. DRM_E_INVALID_ARGUMENT for an empty passphrase, and the failures of drm_file_create. */
DRM_MUST_CHECK drm_result drm_archive_create(const char *path, const char *passphrase, const struct drm_log *log,
                                             struct drm_archive **out);
DRM_MUST_CHECK drm_result drm_archive_put(struct drm_archive *archive, enum drm_archive_record type,
                                          struct drm_span content);
DRM_MUST_CHECK drm_result drm_archive_flush(struct drm_archive *archive);

/* Opens one. DRM_E_PATH_NOT_FOUND, DRM_E_BACKUP_CORRUPT for what is none. */
DRM_MUST_CHECK drm_result drm_archive_open(const char *path, const char *passphrase, const struct drm_log *log,
                                           struct drm_archive **out);
/* The next record, appended to content. DRM_E_INVALID_PASSPHRASE where the first one does not open,
 * DRM_E_BACKUP_CORRUPT where another does not, or where none is there. */
DRM_MUST_CHECK drm_result drm_archive_next(struct drm_archive *archive, enum drm_archive_record *type,
                                           struct drm_buffer *content);
/* Is everything read? */
bool drm_archive_is_at_end(const struct drm_archive *archive);

void drm_archive_close(struct drm_archive *archive); /* NULL is fine */

#endif
