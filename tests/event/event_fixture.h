/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the tests of the event room have in common: an object with a generator, and stand-ins for what applications hand
 * in, which count and remember. Nothing here asserts on a thread that is not the test's.
 */
#ifndef WMDRM_TESTS_EVENT_FIXTURE_H
#define WMDRM_TESTS_EVENT_FIXTURE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
#include <windows.h>
#include <mfapi.h>
#include <mferror.h>
#include <mfidl.h>

#include "event/thread_probe.h"
#include "shell/event/event_generator.h"

#define assert_hr(actual, expected) assert_int_equal((uint32_t)(actual), (uint32_t)(expected))

/* The longest that anything may take: an upper bound for a machine under load, never a time that is waited out. */
enum { PATIENCE_MS = 30000 };

#define assert_signalled(handle) assert_int_equal(WaitForSingleObject((handle), PATIENCE_MS), WAIT_OBJECT_0)

struct counted;
struct test_callback;

/*
 * Has the first failure end the program, with a code that is not 0: threads of Media Foundation may still hold what the
 * failed test had on its stack, so nothing after it could be believed. For the beginning of main.
 */
void end_at_first_failure(void);

/* --- an object with a generator --------------------------------------------------------------------------- */

/* The shape that objects of the shell have: four forwarded slots over an embedded generator. */
struct source
{
    IMFMediaEventGenerator IMFMediaEventGenerator_iface;
    LONG refcount;
    struct event_generator events;
};

struct source *source_create(void);
void source_release(struct source *source);
void source_shutdown(struct source *source);

/* As an application, with VT_EMPTY and GUID_NULL. Asserts. */
void source_queue(struct source *source, MediaEventType type);

/* As the object itself: an event with an interface for its value, or without any where that is NULL. */
HRESULT source_queue_unknown(struct source *source, MediaEventType type, HRESULT status, IUnknown *value);

/* Asserts that the next event is there and has this type. */
void source_expect(struct source *source, MediaEventType type);
void source_expect_none(struct source *source);

HRESULT source_get(struct source *source, DWORD flags, IMFMediaEvent **out);
HRESULT source_begin(struct source *source, struct test_callback *callback, struct counted *state);
HRESULT source_end(struct source *source, IMFAsyncResult *result, IMFMediaEvent **out);

/* The type of an event, which is released; 0 for NULL. */
MediaEventType event_type_and_release(IMFMediaEvent *event);

/* --- an interface that counts ----------------------------------------------------------------------------- */

/* A value or a state. It lives on the stack of the test, which holds one reference. */
struct counted
{
    IUnknown IUnknown_iface;
    LONG refcount;
    void (*on_add_ref)(void *context);
    void (*on_release)(void *context); /* before the count falls */
    void *context;
    HANDLE alone; /* signalled by each Release that leaves the test's reference alone */
};

void counted_init(struct counted *counted);
/* Waits until only the test's reference is left. */
void counted_expect_alone(struct counted *counted);
void counted_cleanup(struct counted *counted);

/* --- a callback ------------------------------------------------------------------------------------------- */

struct test_callback
{
    IMFAsyncCallback IMFAsyncCallback_iface;
    struct counted references;

    HRESULT parameters_result; /* what GetParameters writes is written in any case */
    DWORD flags;
    DWORD queue;
    void (*on_get_parameters)(void *context);

    void (*on_invoke)(struct test_callback *callback, IMFAsyncResult *result);
    void *context;

    LONG invoked;        /* how often */
    HANDLE invocations;  /* a semaphore: one for each Invoke that has returned from on_invoke */
    DWORD thread;        /* of the last Invoke */
    IMFAsyncResult *result; /* of the last Invoke, with a reference unless borrows_result */
    bool borrows_result;
};

void callback_init(struct test_callback *callback);
/* Waits for one Invoke. */
void callback_expect_invoked(struct test_callback *callback);
/* Gives up the result, and waits until nobody holds the callback any more. */
void callback_expect_alone(struct test_callback *callback);
void callback_cleanup(struct test_callback *callback);

/* EndGetEvent with the callback's last result; asserts. */
void callback_expect_event(struct test_callback *callback, struct source *source, MediaEventType type);
void callback_expect_end(struct test_callback *callback, struct source *source, HRESULT expected);

/* --- a reader on a thread of its own ---------------------------------------------------------------------- */

struct reader
{
    struct source *source;
    HANDLE thread;
    struct thread_probe probe;
    HRESULT hr;
    MediaEventType type;
};

/* One GetEvent(0) of a source that has no event; the reader waits in it when this returns. */
void reader_start(struct reader *reader, struct source *source);
/* The same, with a reader that wakes up when the test sets reader->probe.wake, and only then. */
void reader_start_led(struct reader *reader, struct source *source);
void reader_join(struct reader *reader);

/* Runs a function on another thread and waits for it; false when it does not return. For calls into a generator that
 * would wait for ever, were its lock held. */
bool run_elsewhere(void (*function)(void *context), void *context);

#endif
