/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files beside a database, for what is large and never changes once written: revocation lists and components.
 *
 * All of it but deleting goes through SQLite's file layer (its default VFS): one portable layer for paths, flushing
 * and mapping, and the tests that fail or kill at every write of SQLite's reach these files too.
 */
#ifndef WMDRM_ENGINE_FILE_H
#define WMDRM_ENGINE_FILE_H

#include "engine/base/bytes.h"
#include "engine/host.h"

/* As much as one call of the file layer takes: that for Unix has the size modulo 128 KiB, and under Wine a call costs
 * as much as copying 100 KiB. */
#ifdef _WIN32
#define DRM_FILE_PIECE (512 * 1024)
#else
#define DRM_FILE_PIECE (64 * 1024)
#endif

struct drm_file;

/* Makes a new file (DRM_E_UNABLE_TO_OPEN_STORE where it exists), or opens an existing one for reading. Failures as in
 * drm_database_open. */
drm_result drm_file_create(const char *path, const struct drm_log *log, struct drm_file **out);
drm_result drm_file_open(const char *path, const struct drm_log *log, struct drm_file **out);
void drm_file_close(struct drm_file *file); /* NULL is fine */

/* Appends. */
drm_result drm_file_append(struct drm_file *file, const void *data, size_t size);
/* Until this returned, a power cut may take what was written. */
drm_result drm_file_flush(struct drm_file *file);

/* Is there room for size bytes beside the file at path? DRM_S_OK, or why not. Writes them to a file that it deletes. */
drm_result drm_file_try_room(const char *path, size_t size, const struct drm_log *log);

uint64_t drm_file_size(const struct drm_file *file);
/* Reads exactly size bytes; DRM_E_STORE_CORRUPT where the file ends before. */
drm_result drm_file_read(struct drm_file *file, uint64_t offset, void *out, size_t size);
/* The whole file mapped for reading, until it is closed. NULL where it cannot be mapped: read instead. */
const uint8_t *drm_file_map(struct drm_file *file);

/* A file that is not there counts as deleted. DRM_E_BUSY, at once, where somebody has it open and the system minds. */
drm_result drm_file_delete(const char *path, const struct drm_log *log);
/* To the file layer an empty file is none. */
bool drm_file_exists(const char *path);

#endif
