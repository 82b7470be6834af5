/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Contents: bytes that never change once written, such as revocation lists and components, for the store and the
 * authority.
 *
 * Each is a row of the table "content". A small one lies in its row, so that it costs no file and no flush of its
 * own; a larger one lies in a file beside the database, whose row is committed before the file exists, so that no
 * file is ever forgotten.
 */
#ifndef WMDRM_ENGINE_CONTENT_H
#define WMDRM_ENGINE_CONTENT_H

#include "engine/database/database.h"
#include "engine/database/file.h"

#define DRM_CONTENT_INLINE_MAX 65536

/* Part of the schema of a database that has contents. bytes is NULL where they are in a file. */
#define DRM_CONTENT_SCHEMA                                                                                           \
    "CREATE TABLE content(id INTEGER PRIMARY KEY, state INTEGER NOT NULL, size INTEGER NOT NULL DEFAULT 0,"          \
    " created INTEGER NOT NULL, bytes BLOB) STRICT;"

/* The contents of one database. All of it is the owner's and must outlive every content and staged content. */
struct drm_content_table
{
    struct drm_database *database;
    sqlite3_mutex *lock;       /* guards: database. Functions named _locked need it held, the others take it */
    const struct drm_host *host;
    const char *directory;
    const char *prefix;        /* of the files' names */
};

/* --- on their way in -------------------------------------------------------------------------------------- */

/*
 * A content that is being written piece by piece. One that is never installed, because the operation failed or the
 * process died, is deleted: at once by discard, or by a sweep a day later.
 */
struct drm_staged_content;

drm_result drm_content_stage(struct drm_content_table *table, struct drm_staged_content **out);
drm_result drm_staged_content_append(struct drm_staged_content *content, const void *data, size_t size);
/* Flushes it. After that it may be installed. */
drm_result drm_staged_content_finish(struct drm_staged_content *content);
uint64_t drm_staged_content_size(const struct drm_staged_content *content);
/* Part of the caller's write transaction, which then may refer to *number. */
drm_result drm_staged_content_install_locked(struct drm_staged_content *content, int64_t *number);
/* After the commit: discard only frees it then. Without it, what was installed in a transaction that failed is
 * deleted, unless the transaction may yet be in force (drm_database.in_doubt): then a sweep does it. */
void drm_staged_content_keep(struct drm_staged_content *content);
void drm_staged_content_discard(struct drm_staged_content *content); /* takes the lock; NULL is fine */

/* --- in place --------------------------------------------------------------------------------------------- */

/* Part of a write transaction: nothing refers to it any more. */
drm_result drm_content_retire_locked(struct drm_content_table *table, int64_t number);

/*
 * Commits the caller's write transaction, and then deletes the files that are retired or were left by processes that
 * died, except those that somebody has open. Never before: until the commit the old state needs them. Failures to
 * delete are passed over.
 */
drm_result drm_content_commit_locked(struct drm_content_table *table);

/* An open content stays readable whatever becomes of its row. A zeroed struct is a closed one. */
struct drm_content
{
    uint64_t size;
    uint8_t *memory;
    struct drm_file *file; /* NULL: all of it is in memory */
};

/* DRM_E_NOT_FOUND where it is gone: outside of a write transaction somebody may have replaced it meanwhile. */
drm_result drm_content_open_locked(struct drm_content_table *table, int64_t number, struct drm_content *out);
void drm_content_close(struct drm_content *content);
/* Reads exactly size bytes; DRM_E_STORE_CORRUPT where it ends before. */
drm_result drm_content_read(struct drm_content *content, uint64_t offset, void *out, size_t size);
/* All of it at one place until it is closed: mapped, or in memory where that cannot be. */
drm_result drm_content_data(struct drm_content *content, const uint8_t **out);

#endif
