/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A first-in-first-out list of events, in blocks. */
#include <stdlib.h>
#include <windows.h>

#include "shell/event/event_fifo.h"

enum { BLOCK_EVENTS = 63 }; /* with the link, 512 bytes in 64-bit programs */

struct event_fifo_block
{
    struct event_fifo_block *next;
    IMFMediaEvent *events[BLOCK_EVENTS];
};

HRESULT event_fifo_push(struct event_fifo *fifo, IMFMediaEvent *event)
{
    struct event_fifo_block *block;

    if (!fifo->head || fifo->tail_index == BLOCK_EVENTS)
    {
        block = fifo->spare ? fifo->spare : malloc(sizeof(*block));
        if (!block)
            return E_OUTOFMEMORY;
        fifo->spare = NULL;
        block->next = NULL;
        if (fifo->head)
            fifo->tail->next = block;
        else
        {
            fifo->head = block;
            fifo->head_index = 0;
        }
        fifo->tail = block;
        fifo->tail_index = 0;
    }
    fifo->tail->events[fifo->tail_index++] = event;
    return S_OK;
}

IMFMediaEvent *event_fifo_pop(struct event_fifo *fifo)
{
    struct event_fifo_block *block = fifo->head;
    IMFMediaEvent *event;

    if (event_fifo_is_empty(fifo))
        return NULL;

    event = block->events[fifo->head_index++];
    if (event_fifo_is_empty(fifo))
    {
        /* Start the block over: a list that is drained as fast as it fills never needs a second one. */
        fifo->head_index = 0;
        fifo->tail_index = 0;
    }
    else if (fifo->head_index == BLOCK_EVENTS)
    {
        fifo->head = block->next;
        fifo->head_index = 0;
        if (fifo->spare)
            free(block);
        else
            fifo->spare = block;
    }
    return event;
}

bool event_fifo_is_empty(const struct event_fifo *fifo)
{
    return fifo->head == fifo->tail && fifo->head_index == fifo->tail_index;
}

void event_fifo_release(struct event_fifo *fifo)
{
    IMFMediaEvent *event;

    while ((event = event_fifo_pop(fifo)))
        IMFMediaEvent_Release(event);
    free(fifo->head);
    free(fifo->spare);
    *fifo = (struct event_fifo){ 0 };
}
