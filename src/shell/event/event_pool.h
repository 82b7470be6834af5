/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A few blocks of memory that dead events leave to new ones, so that an event that is soon taken costs the heap
 * nothing: producers and readers on threads of their own would else queue up at its lock.
 */
#ifndef WMDRM_SHELL_EVENT_POOL_H
#define WMDRM_SHELL_EVENT_POOL_H

#include <stddef.h>

/* Memory for one event, or NULL. All events have one size. */
void *event_pool_allocate(size_t size);
void event_pool_free(void *block);

#endif
