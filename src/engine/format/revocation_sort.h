/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sorting the entries of a revocation list. */
#ifndef WMDRM_ENGINE_REVOCATION_SORT_H
#define WMDRM_ENGINE_REVOCATION_SORT_H

#include <stddef.h>
#include <stdint.h>

#define DRM_REVOCATION_SORT_MAX_SIZE 32

/* Sorts count entries of size bytes each (at most DRM_REVOCATION_SORT_MAX_SIZE) as memcmp orders them, in place. */
void drm_revocation_sort(uint8_t *entries, size_t count, size_t size);

#endif
