/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A first-in-first-out list of events that grows without limit and without copying, in blocks; memory follows the
 * number of events in it. No locking, no reference counting: it carries references that are its user's.
 */
#ifndef WMDRM_SHELL_EVENT_FIFO_H
#define WMDRM_SHELL_EVENT_FIFO_H

#include <stdbool.h>
#include <mfobjects.h>

struct event_fifo_block;

struct event_fifo
{
    struct event_fifo_block *head; /* the block of the oldest event */
    struct event_fifo_block *tail; /* the block of the newest; where head is NULL there is none */
    unsigned int head_index;       /* of the oldest event in its block */
    unsigned int tail_index;       /* of the first free place in the last block */
    struct event_fifo_block *spare;
};

/* All zero is an empty list: there is no init. */

/* Returns S_OK, or E_OUTOFMEMORY with nothing changed. */
HRESULT event_fifo_push(struct event_fifo *fifo, IMFMediaEvent *event);

/* The oldest event, or NULL where there is none. */
IMFMediaEvent *event_fifo_pop(struct event_fifo *fifo);

bool event_fifo_is_empty(const struct event_fifo *fifo);

/* Releases every event and frees the memory; the list is empty and usable again. Calls application code (the Release of
 * what the events hold), so the list must be out of everybody else's reach. */
void event_fifo_release(struct event_fifo *fifo);

#endif
