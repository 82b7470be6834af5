/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Paths: UTF-8 on every system. Only what SQLite's file layer lacks.
 */
#ifndef WMDRM_ENGINE_PATH_H
#define WMDRM_ENGINE_PATH_H

#include <stdbool.h>

#include "engine/base/result.h"

/* directory, a separator, name, on the heap; NULL where memory ends. Free with free. */
char *drm_path_join(const char *directory, const char *name);

/* path with something behind it, on the heap. */
char *drm_path_append(const char *path, const char *suffix);

/* Makes a folder and those above it; one that is there is fine, and so is a file of that very name: whoever opens
 * something in it is told. Returns DRM_E_WRITE_PROTECTED, DRM_E_ACCESS_DENIED, DRM_E_PATH_NOT_FOUND (something above
 * is no folder), DRM_E_DISK_FULL, DRM_E_OUT_OF_MEMORY, DRM_E_IO. */
drm_result drm_path_make_directory(const char *directory);

/* Is there a file or a folder, an empty file included? */
bool drm_path_exists(const char *path);

/* Is there the folder that a file of this path is, or would be, in? */
bool drm_path_has_folder(const char *path);

/* Deletes a file; one that is not there counts as deleted. DRM_E_BUSY where somebody has it open and the system
 * minds. */
drm_result drm_path_delete(const char *path);

/* Deletes a folder that is empty; any other stays. */
void drm_path_remove_directory(const char *directory);

/* Renames a file; the new name must be free. DRM_E_NOT_FOUND where there is none, DRM_E_BUSY where somebody has it
 * open. */
drm_result drm_path_rename(const char *from, const char *to);

/* The same where the new name may be taken: what has it is replaced in one step. A failure leaves both as they were. */
drm_result drm_path_replace(const char *from, const char *to);

/* The result of a system error number: errno, or on Windows the last error. */
drm_result drm_result_from_system(int error, drm_result otherwise);

#endif
