/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Operations: what an asynchronous method starts. docs/operations.md has the rules.
 *
 * An operation has one or two steps, run one after the other, each with a kind and a completion event of its own. Its
 * cookie, which the application may cancel it with, is the operation's IUnknown.
 */
#ifndef WMDRM_SHELL_OPERATION_H
#define WMDRM_SHELL_OPERATION_H

#include <stdbool.h>
#include <windows.h>
#include <mfobjects.h>

#include "engine/host.h"
#include "shell/com/free_threaded.h"

struct async_object;
struct operation;

/* An object runs one operation of a kind at a time. */
enum operation_kind
{
    OPERATION_INDIVIDUALIZATION,
    OPERATION_REVOCATION_REFRESH,
    OPERATION_ENABLE,
    OPERATION_ACQUISITION,
    OPERATION_MONITOR,        /* any number of them: only for async_object_watch */
    OPERATION_BACKUP_RESTORE, /* one kind for both */
    OPERATION_CLEAN,
    OPERATION_PROXIMITY,
    OPERATION_KINDS
};

struct operation_step
{
    enum operation_kind kind;
    MediaEventType completed; /* the event that ends it */
    /* Runs on the object's worker, without any lock; also for an operation that was cancelled before, which it is to
     * say. */
    HRESULT (*run)(struct operation *operation);
};

#define OPERATION_MAX_STEPS 2

struct operation
{
    IUnknown IUnknown_iface;
    LONG references;             /* the application's, to the cookie */
    LONG inner_references;       /* one for all of the application's together, one of the queue and worker */
    struct async_object *object; /* an inner reference */
    struct free_threaded free_threaded; /* a proxy of a cookie would be nobody's cookie */
    struct operation *next;      /* guarded by the object's lock; of a watched one, by the watcher's */
    volatile LONG cancelled;
    bool watched;                /* waits beside the worker (watcher.h) */
    volatile LONG completed;     /* of a watched one: whoever sets it first completes it */
    IUnknown *value;             /* a step's run may leave one for its completion event: a reference */
    size_t step_count;
    struct operation_step steps[OPERATION_MAX_STEPS];
    IMFMediaEvent *completions[OPERATION_MAX_STEPS]; /* made ahead, so that no lack of memory can lose one; NULL once
                                                        queued */
    /* What the steps need, at most this much; made by the method that starts the operation. */
    void *arguments;
    void (*free_arguments)(void *arguments);
};

/* The new operation has one reference of the application's, the cookie's. arguments becomes its own, and is freed
 * with it, from the moment that this returns S_OK. free_arguments may be NULL. */
HRESULT operation_create(struct async_object *object, const struct operation_step *steps, size_t step_count,
                         void *arguments, void (*free_arguments)(void *arguments), struct operation **out);
void operation_add_inner(struct operation *operation);
void operation_release_inner(struct operation *operation);

void operation_cancel(struct operation *operation);
bool operation_is_cancelled(const struct operation *operation);

/* The operation as the engine sees it: it can be cancelled, and reports nothing. */
struct drm_task operation_task(struct operation *operation);

/* Queues a step's completion event, with this status and the value that the step left. Before it can be seen, the kind
 * is free again: whoever sees it may start the next operation at once. */
void operation_complete(struct operation *operation, size_t index, HRESULT hr);

/* The operation behind a cookie, where it is one of this object's; else NULL. No reference is taken. */
struct operation *operation_from_cookie(const struct async_object *object, IUnknown *cookie);

#endif
