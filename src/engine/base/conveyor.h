/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A row of places in which one thread hands things to another: one (the giver) fills them, the other (the taker)
 * empties them, in order and round and round. What a place is for is theirs to say; it belongs to one of them at any
 * time.
 */
#ifndef WMDRM_ENGINE_CONVEYOR_H
#define WMDRM_ENGINE_CONVEYOR_H

#include <stdbool.h>
#include <stddef.h>

struct drm_conveyor;

/* With so many places, at least 1. NULL: out of memory. */
struct drm_conveyor *drm_conveyor_create(size_t places);
/* When the other thread has ended. NULL is fine. */
void drm_conveyor_free(struct drm_conveyor *conveyor);

/* Waits for a place to fill. False where the taker wants no more. */
bool drm_conveyor_claim(struct drm_conveyor *conveyor, size_t *place);
/* The place claimed last is full. */
void drm_conveyor_give(struct drm_conveyor *conveyor);
/* Nothing comes after what was given. */
void drm_conveyor_end(struct drm_conveyor *conveyor);

/* Waits for a full place. False where all that was given is taken and nothing comes after it. */
bool drm_conveyor_take(struct drm_conveyor *conveyor, size_t *place);
/* The place taken last is empty again. */
void drm_conveyor_return(struct drm_conveyor *conveyor);
/* The taker wants no more. */
void drm_conveyor_stop(struct drm_conveyor *conveyor);

#endif
