/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A number that changes with every commit, in a small mapped file beside the database, so that a process can tell
 * without a lock that nothing changed: a lock pair of SQLite's costs 190 us under Wine, a look at this number
 * nothing.
 *
 * It is odd from before a commit until after it; a process killed in between leaves it odd. Odd means: ask the
 * database. The file is never truncated or deleted.
 *
 * Both changes of the number belong into write transactions, of which there is one at a time: made odd in the one that
 * commits, made even in one after it. So it never goes back, and is even only while no commit can be under way. Were it
 * made even after the commit without a transaction, another process could be about to commit by then; and if that one
 * were killed, the number would stand for the older state until the next commit.
 */
#ifndef WMDRM_ENGINE_GENERATION_H
#define WMDRM_ENGINE_GENERATION_H

#include "engine/database/file.h"

struct drm_generation
{
    char *name;                    /* of the file, as it was asked for */
    void *handle;                  /* sqlite3_file, or NULL: it could not be opened yet, always ask */
    char *path;                    /* which the file layer keeps pointing to */
    volatile const uint64_t *map;  /* atomic; NULL where it cannot be mapped: always ask */
    bool writable;
};

/* Opens the file at path and makes it where there is none. Where that cannot be, reads always say "ask", and a change
 * tries again. DRM_E_OUT_OF_MEMORY alone. */
DRM_MUST_CHECK drm_result drm_generation_open(struct drm_generation *generation, const char *path);
void drm_generation_close(struct drm_generation *generation);

/* The number now; 0 (never a settled one) where it is odd or there is none. */
uint64_t drm_generation_read(const struct drm_generation *generation);

/* Inside a write transaction, before its commit: odd from here on. Where that cannot be written nothing may be
 * committed, of which others would not hear: DRM_E_WRITE_PROTECTED, DRM_E_DISK_FULL, DRM_E_IO,
 * DRM_E_UNABLE_TO_OPEN_STORE. */
drm_result drm_generation_begin_change(struct drm_generation *generation);

/* Inside a write transaction that commits nothing, so that all there is has been committed: even from here on. Where
 * that cannot be written it stays odd. */
void drm_generation_end_change(struct drm_generation *generation);

#endif
