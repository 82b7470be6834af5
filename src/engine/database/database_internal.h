/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of databases share. */
#ifndef WMDRM_ENGINE_DATABASE_INTERNAL_H
#define WMDRM_ENGINE_DATABASE_INTERNAL_H

#include "engine/database/database.h"

/* A busy handler (context: the database): waits for another process in small steps, to see a cancel at once. */
int drm_database_wait(void *context, int count);

/* The name of the file layer for sqlite3_open_v2; NULL: SQLite's default one. */
const char *drm_database_layer(void);

/* The first column of the first row; 0 where there is none. */
drm_result drm_database_query_number(struct drm_database *database, const char *sql, int64_t *out);

/* A file control of that layer: read ahead from now on. Past those of SQLite's and its public range. */
#define DRM_LAYER_READ_AHEAD 0x57444d00

/* Makes an empty database one of this schema's current version; part of a write transaction. */
drm_result drm_database_apply(struct drm_database *database, const struct drm_database_schema *schema, int64_t version);

/* Makes the database at path where there is none; one that is there meanwhile is fine. */
drm_result drm_database_create(const char *path, const struct drm_database_schema *schema, const struct drm_log *log,
                               const struct drm_task *task);

#endif
