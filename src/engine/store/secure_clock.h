/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The secure clock inside of changes (docs/rights.md, "Time").
 */
#ifndef WMDRM_ENGINE_SECURE_CLOCK_H
#define WMDRM_ENGINE_SECURE_CLOCK_H

#include "engine/store/store.h"

/* What an anchor said of the time. */
struct drm_told_time
{
    int64_t time;  /* 0: nothing */
    bool is_now;   /* the time it is; else it was that late at least. Never of the embedded authority, whose clock is
                      the user's */
    bool forced;   /* the user said so: counts of whatever anchor */
};

/* How much later it has to be for a write: in a transaction that writes something else, and in one that would not. */
#define DRM_TIME_STEP_WITH_OTHERS (60 * 1000)
#define DRM_TIME_STEP_ALONE (60 * 60 * 1000)

/* Part of a change: raises or replaces the latest time seen. What nobody told is written in steps. *changed is set
 * where something was written; told->is_now is cleared where it does not count. */
DRM_MUST_CHECK drm_result drm_store_note_time_locked(struct drm_store *store, int64_t anchor,
                                                     struct drm_told_time *told, int64_t step, bool *changed);
/* After the commit: this process knows the time now. */
void drm_store_believe_time(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                            const struct drm_told_time *told);

#endif
