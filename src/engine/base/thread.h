/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A thread for work beside the caller's. */
#ifndef WMDRM_ENGINE_THREAD_H
#define WMDRM_ENGINE_THREAD_H

struct drm_thread;

/* Runs function(context) on a new thread. NULL where the system has none to give: who asks does the work itself. */
struct drm_thread *drm_thread_start(void (*function)(void *context), void *context);
/* Waits until it has ended. NULL is fine. */
void drm_thread_join(struct drm_thread *thread);

#endif
