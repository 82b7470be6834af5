/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where events are dropped without a lock: a stack that is emptied as a whole, so nothing can be pushed and popped
 * behind somebody's back and an address never means two things. */
#include "shell/event/event_inbox.h"

static struct event_link watched_marker; /* empty, and the next push is to knock */
static struct event_link closed_marker;

void event_inbox_init(struct event_inbox *inbox)
{
    atomic_init(&inbox->newest, NULL);
}

enum event_inbox_answer event_inbox_push(struct event_inbox *inbox, struct event_link *link)
{
    struct event_link *newest = atomic_load(&inbox->newest);

    do
    {
        if (newest == &closed_marker)
            return EVENT_INBOX_CLOSED;
        link->next = newest == &watched_marker ? NULL : newest;
    } while (!atomic_compare_exchange_weak(&inbox->newest, &newest, link));

    return newest == &watched_marker ? EVENT_INBOX_KNOCK : EVENT_INBOX_TAKEN;
}

/* Turns a stack into a chain. */
static struct event_chain event_chain_from_stack(struct event_link *link)
{
    struct event_chain chain = { NULL, link };

    while (link)
    {
        struct event_link *older = link->next;

        link->next = chain.oldest;
        chain.oldest = link;
        link = older;
    }
    return chain;
}

struct event_chain event_inbox_collect(struct event_inbox *inbox)
{
    struct event_link *newest = atomic_load(&inbox->newest);

    /* Only a push can change what the caller, alone in here, has seen: from one event to more. */
    if (!newest || newest == &watched_marker || newest == &closed_marker)
        return (struct event_chain){ NULL, NULL };
    return event_chain_from_stack(atomic_exchange(&inbox->newest, NULL));
}

bool event_inbox_watch(struct event_inbox *inbox)
{
    struct event_link *newest = NULL;

    return atomic_compare_exchange_strong(&inbox->newest, &newest, &watched_marker) || newest == &watched_marker;
}

struct event_chain event_inbox_close(struct event_inbox *inbox)
{
    struct event_link *newest = atomic_exchange(&inbox->newest, &closed_marker);

    if (newest == &watched_marker || newest == &closed_marker)
        newest = NULL;
    return event_chain_from_stack(newest);
}
