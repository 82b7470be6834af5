/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Memory for the length of one question (scratch.h).
 */
#include "engine/client/scratch.h"

#include <stdlib.h>

#define ALIGNMENT 16

struct drm_scratch_block
{
    struct drm_scratch_block *next;
    _Alignas(ALIGNMENT) uint8_t bytes[];
};

void drm_scratch_init(struct drm_scratch *scratch)
{
    scratch->used = (size_t)(-(uintptr_t)scratch->own.bytes % ALIGNMENT);
    scratch->blocks = NULL;
}

void *drm_scratch_take(struct drm_scratch *scratch, size_t count, size_t size)
{
    struct drm_scratch_block *block;
    size_t wanted;
    void *taken;

    if (size && count > (SIZE_MAX - sizeof(*block) - ALIGNMENT) / size)
        return NULL;
    wanted = (count * size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (wanted <= DRM_SCRATCH_SIZE - scratch->used)
    {
        taken = scratch->own.bytes + scratch->used;
        scratch->used += wanted;
        return taken;
    }
    if (!(block = malloc(sizeof(*block) + wanted)))
        return NULL;
    block->next = scratch->blocks;
    scratch->blocks = block;
    return block->bytes;
}

void drm_scratch_free(struct drm_scratch *scratch)
{
    struct drm_scratch_block *block, *next;

    for (block = scratch->blocks; block; block = next)
    {
        next = block->next;
        free(block);
    }
    scratch->blocks = NULL;
}
