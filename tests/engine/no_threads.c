/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A system that has no thread to give: linked with --wrap=drm_thread_start. */
#include "engine/base/thread.h"

#include <stddef.h>

struct drm_thread *__wrap_drm_thread_start(void (*function)(void *context), void *context);

struct drm_thread *__wrap_drm_thread_start(void (*function)(void *context), void *context)
{
    (void)function;
    (void)context;
    return NULL;
}
