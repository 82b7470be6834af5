/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where events are dropped without a lock.
 *
 * Any thread pushes; one thread at a time (the one that holds its user's lock) does everything else. A push costs one
 * atomic exchange and never waits, so producers hold up neither each other nor the reader. Whoever finds the inbox
 * empty and wants to sleep watches it: then the next push is told to knock.
 *
 * Pushing through a lock instead was measured: where producers are faster than the lock can change hands they queue up
 * at it, and each event costs a switch of threads (20 us instead of 0.2).
 */
#ifndef WMDRM_SHELL_EVENT_INBOX_H
#define WMDRM_SHELL_EVENT_INBOX_H

#include <stdatomic.h>
#include <stdbool.h>

#include "shell/event/event.h"

struct event_inbox
{
    /* The newest event's link, from which the older ones hang; or NULL: empty; or one of the two markers. */
    _Atomic(struct event_link *) newest;
};

enum event_inbox_answer
{
    EVENT_INBOX_TAKEN,
    EVENT_INBOX_KNOCK,  /* taken, and somebody is to be told; only the first push since event_inbox_watch gets this */
    EVENT_INBOX_CLOSED, /* not taken */
};

void event_inbox_init(struct event_inbox *inbox);

/* The one function for any thread. The inbox has the link until it is collected. */
enum event_inbox_answer event_inbox_push(struct event_inbox *inbox, struct event_link *link);

/* Events that are linked by next. newest means nothing where oldest is NULL: there are none. */
struct event_chain
{
    struct event_link *oldest;
    struct event_link *newest;
};

/* Takes everything out. */
struct event_chain event_inbox_collect(struct event_inbox *inbox);

/* Has the next push knock. Returns false, with nothing changed, where the inbox is not empty. */
bool event_inbox_watch(struct event_inbox *inbox);

/* Has every push refused from now on, and returns what was inside, as event_inbox_collect does. */
struct event_chain event_inbox_close(struct event_inbox *inbox);

#endif
