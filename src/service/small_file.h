/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whole files in and out of memory.
 */
#ifndef WMDRM_SERVICE_SMALL_FILE_H
#define WMDRM_SERVICE_SMALL_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "engine/base/bytes.h"

/* Appends a file, of at most limit bytes, to out; "-" is the standard input. 0, or an errno: EFBIG where it is
 * longer. */
int small_file_read(const char *path, size_t limit, struct drm_buffer *out);

/*
 * Writes a file beside its place and moves it there, so that a reader sees the old or the new one, and the new one is
 * on the disk; "-" is the standard output. Where replace is false an existing file is EEXIST. 0, or an errno.
 */
int small_file_write(const char *path, struct drm_span data, mode_t mode, bool replace);

#endif
