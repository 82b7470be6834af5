/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The base of every object that has asynchronous methods: its two reference counts, its operations, its worker.
 *
 * The application's references count the object's life as it sees it; the first and last of them are one inner
 * reference. Operations, cookies and the worker hold inner references, so that the application's last Release returns
 * 0 and the memory stays until they are done. Lock order: an async_object's lock, then
 * the list of workers (worker.c).
 */
#ifndef WMDRM_SHELL_ASYNC_OBJECT_H
#define WMDRM_SHELL_ASYNC_OBJECT_H

#include "shell/event/event_generator.h"
#include "shell/operation/operation.h"

struct async_object
{
    LONG references;                /* the application's */
    LONG inner_references;
    struct event_generator *events; /* beside this struct, in the object */
    /* Frees the object, its generator included; called without any lock, on any thread. */
    void (*destroy)(struct async_object *object);

    SRWLOCK lock; /* guards: all below */
    bool shut_down;
    bool worker_runs;
    bool busy[OPERATION_KINDS];     /* an accepted step of the kind has not completed */
    struct operation *running;
    struct operation *first;        /* those that wait, in the order of the calls */
};

/* The object begins with one reference of the application's. events must be initialized. */
void async_object_init(struct async_object *object, struct event_generator *events,
                       void (*destroy)(struct async_object *object));

/* The application's AddRef and Release. The last Release cancels what runs and waits for nothing. */
ULONG async_object_add_ref(struct async_object *object);
ULONG async_object_release(struct async_object *object);

void async_object_add_inner(struct async_object *object);
void async_object_release_inner(struct async_object *object);

/*
 * Starts an operation. The reference of operation_create stays the caller's, for the cookie. On failure nothing was
 * queued: MF_E_SHUTDOWN; the busy code of a kind that is taken (docs/operations.md); E_OUTOFMEMORY where no thread is
 * to be had.
 */
HRESULT async_object_submit(struct async_object *object, struct operation *operation);

/* Would an operation of this kind be taken now? S_OK, MF_E_SHUTDOWN, or the busy code: for a method whose own
 * preparations can be made only once. */
HRESULT async_object_check(struct async_object *object, enum operation_kind kind);

/* creates, submits and gives out the cookie, or frees arguments: what every asynchronous method ends with. */
HRESULT async_object_start(struct async_object *object, const struct operation_step *steps, size_t step_count,
                           void *arguments, void (*free_arguments)(void *arguments), IUnknown **cookie);

/*
 * The same for an operation that only waits for something, beside the worker, with any number of others: run is asked
 * until it returns something else than E_PENDING, on a thread that it must not hold up. Cancelling completes it at
 * once.
 */
HRESULT async_object_watch(struct async_object *object, const struct operation_step *step, void *arguments,
                           void (*free_arguments)(void *arguments), IUnknown **cookie);

/* IWMDRMEventGenerator's two own methods. */
HRESULT async_object_cancel(struct async_object *object, IUnknown *cookie);
HRESULT async_object_shutdown(struct async_object *object);

/* Cancels what runs and what waits for the worker; more may still be started. */
void async_object_cancel_all(struct async_object *object);

/*
 * Waits until no worker of any object runs; for the last WMDRMShutdown. What still runs after grace_ms is cancelled,
 * which ends every wait within 100 ms. Operations that are watched are cancelled without any grace: they do nothing
 * that could be finished.
 */
void async_objects_wait(DWORD grace_ms);

/* The two slots beside those of EVENT_GENERATOR_SLOTS, for an object whose member of this type is called async. */
#define ASYNC_OBJECT_FORWARDERS(object, interface_type)                                                              \
    static HRESULT STDMETHODCALLTYPE object##_CancelAsyncOperation(interface_type *iface, IUnknown *cookie)         \
    {                                                                                                                \
        return async_object_cancel(&object##_from_##interface_type(iface)->async, cookie);                          \
    }                                                                                                                \
                                                                                                                     \
    static HRESULT STDMETHODCALLTYPE object##_Shutdown(interface_type *iface)                                        \
    {                                                                                                                \
        return async_object_shutdown(&object##_from_##interface_type(iface)->async);                                \
    }

#define ASYNC_OBJECT_SLOTS(object)                         \
    .CancelAsyncOperation = object##_CancelAsyncOperation, \
    .Shutdown = object##_Shutdown

#endif
