/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A number that changes with every commit, in a small mapped file beside the database, so that a process can tell
 * without a lock that nothing changed: a lock pair of SQLite's costs 190 us under Wine, a look at this number
 * nothing.
 *
 * It is odd from before a commit until after it; a process killed in between leaves it odd. Odd means: ask the
 * database. The file is never truncated or deleted.
 */
#ifndef WMDRM_ENGINE_GENERATION_H
#define WMDRM_ENGINE_GENERATION_H

#include "engine/database/file.h"

struct drm_generation
{
    void *handle;                  /* sqlite3_file, or NULL: no generation can be kept, always ask */
    char *path;                    /* which the file layer keeps pointing to */
    volatile const uint64_t *map;
    bool writable;
};

/* Opens the file at path and makes it where there is none. Never fails: where it cannot be, reads always say "ask". */
void drm_generation_open(struct drm_generation *generation, const char *path);
void drm_generation_close(struct drm_generation *generation);

/* The number now; 0 (never a settled one) where it is odd or there is none. */
uint64_t drm_generation_read(const struct drm_generation *generation);

/* Around a commit, inside its write transaction, which is what keeps other writers away. end_change alone, in one
 * that changes nothing, settles what a killed process left. */
void drm_generation_begin_change(struct drm_generation *generation);
void drm_generation_end_change(struct drm_generation *generation);

#endif
