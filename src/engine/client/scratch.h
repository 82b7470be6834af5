/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory for the length of one question: from the stack as long as that is enough, so that a query allocates nothing.
 */
#ifndef WMDRM_ENGINE_SCRATCH_H
#define WMDRM_ENGINE_SCRATCH_H

#include <stddef.h>
#include <stdint.h>

#define DRM_SCRATCH_SIZE 4096

struct drm_scratch_block;

struct drm_scratch
{
    size_t used;
    struct drm_scratch_block *blocks; /* on the heap, where it was not enough */
    union
    {
        uint64_t number;
        void *pointer;
        uint8_t bytes[DRM_SCRATCH_SIZE];
    } own;
};

void drm_scratch_init(struct drm_scratch *scratch); /* does not touch all of it */
/* count elements of size bytes, aligned for any of them, not set; NULL where there is no memory. */
void *drm_scratch_take(struct drm_scratch *scratch, size_t count, size_t size);
void drm_scratch_free(struct drm_scratch *scratch);

#endif
