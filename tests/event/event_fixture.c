/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of the event room have in common. */
#include "event/event_fixture.h"

#include "shell/event/event.h"

void end_at_first_failure(void)
{
    _putenv("CMOCKA_TEST_ABORT=1");
}

/* --- an object with a generator --------------------------------------------------------------------------- */

static struct source *source_from_IMFMediaEventGenerator(IMFMediaEventGenerator *iface)
{
    return CONTAINING_RECORD(iface, struct source, IMFMediaEventGenerator_iface);
}

static HRESULT STDMETHODCALLTYPE source_QueryInterface(IMFMediaEventGenerator *iface, REFIID iid, void **out)
{
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IMFMediaEventGenerator))
    {
        *out = NULL;
        return E_NOINTERFACE;
    }
    *out = iface;
    IMFMediaEventGenerator_AddRef(iface);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE source_AddRef(IMFMediaEventGenerator *iface)
{
    return InterlockedIncrement(&source_from_IMFMediaEventGenerator(iface)->refcount);
}

static ULONG STDMETHODCALLTYPE source_Release(IMFMediaEventGenerator *iface)
{
    struct source *source = source_from_IMFMediaEventGenerator(iface);
    ULONG refcount = InterlockedDecrement(&source->refcount);

    if (!refcount)
    {
        event_generator_cleanup(&source->events);
        /* Whoever still uses it shall notice. */
        memset(source, 0xdd, sizeof(*source));
        free(source);
    }
    return refcount;
}

EVENT_GENERATOR_FORWARDERS(source, IMFMediaEventGenerator)

static const IMFMediaEventGeneratorVtbl source_vtbl =
{
    .QueryInterface = source_QueryInterface,
    .AddRef = source_AddRef,
    .Release = source_Release,
    EVENT_GENERATOR_SLOTS(source),
};

struct source *source_create(void)
{
    struct source *source = calloc(1, sizeof(*source));

    assert_non_null(source);
    source->IMFMediaEventGenerator_iface.lpVtbl = &source_vtbl;
    source->refcount = 1;
    assert_hr(event_generator_init(&source->events), S_OK);
    return source;
}

void source_release(struct source *source)
{
    IMFMediaEventGenerator_Release(&source->IMFMediaEventGenerator_iface);
}

void source_shutdown(struct source *source)
{
    assert_hr(event_generator_shutdown(&source->events), S_OK);
}

void source_queue(struct source *source, MediaEventType type)
{
    assert_hr(IMFMediaEventGenerator_QueueEvent(&source->IMFMediaEventGenerator_iface, type, &GUID_NULL, S_OK, NULL),
              S_OK);
}

HRESULT source_queue_unknown(struct source *source, MediaEventType type, HRESULT status, IUnknown *value)
{
    IMFMediaEvent *event;
    HRESULT hr = media_event_create_unknown(type, status, value, &event);

    return FAILED(hr) ? hr : event_generator_queue_new(&source->events, event);
}

void source_expect(struct source *source, MediaEventType type)
{
    IMFMediaEvent *event;

    assert_hr(source_get(source, MF_EVENT_FLAG_NO_WAIT, &event), S_OK);
    assert_int_equal(event_type_and_release(event), type);
}

void source_expect_none(struct source *source)
{
    IMFMediaEvent *event = (IMFMediaEvent *)(uintptr_t)1;

    assert_hr(source_get(source, MF_EVENT_FLAG_NO_WAIT, &event), MF_E_NO_EVENTS_AVAILABLE);
    assert_null(event);
}

HRESULT source_get(struct source *source, DWORD flags, IMFMediaEvent **out)
{
    return IMFMediaEventGenerator_GetEvent(&source->IMFMediaEventGenerator_iface, flags, out);
}

HRESULT source_begin(struct source *source, struct test_callback *callback, struct counted *state)
{
    return IMFMediaEventGenerator_BeginGetEvent(&source->IMFMediaEventGenerator_iface,
                                                callback ? &callback->IMFAsyncCallback_iface : NULL,
                                                state ? &state->IUnknown_iface : NULL);
}

HRESULT source_end(struct source *source, IMFAsyncResult *result, IMFMediaEvent **out)
{
    return IMFMediaEventGenerator_EndGetEvent(&source->IMFMediaEventGenerator_iface, result, out);
}

MediaEventType event_type_and_release(IMFMediaEvent *event)
{
    MediaEventType type = 0;

    if (event)
    {
        IMFMediaEvent_GetType(event, &type);
        IMFMediaEvent_Release(event);
    }
    return type;
}

/* --- an interface that counts ----------------------------------------------------------------------------- */

static struct counted *counted_from_IUnknown(IUnknown *iface)
{
    return CONTAINING_RECORD(iface, struct counted, IUnknown_iface);
}

static HRESULT STDMETHODCALLTYPE counted_QueryInterface(IUnknown *iface, REFIID iid, void **out)
{
    if (!IsEqualIID(iid, &IID_IUnknown))
    {
        *out = NULL;
        return E_NOINTERFACE;
    }
    *out = iface;
    IUnknown_AddRef(iface);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE counted_AddRef(IUnknown *iface)
{
    struct counted *counted = counted_from_IUnknown(iface);

    if (counted->on_add_ref)
        counted->on_add_ref(counted->context);
    return InterlockedIncrement(&counted->refcount);
}

static ULONG STDMETHODCALLTYPE counted_Release(IUnknown *iface)
{
    struct counted *counted = counted_from_IUnknown(iface);
    HANDLE alone = counted->alone; /* the test may go on, and the struct with it, once the count has fallen */
    ULONG refcount;

    if (counted->on_release)
        counted->on_release(counted->context);
    refcount = InterlockedDecrement(&counted->refcount);
    if (refcount == 1)
        SetEvent(alone);
    return refcount;
}

static const IUnknownVtbl counted_vtbl = { counted_QueryInterface, counted_AddRef, counted_Release };

void counted_init(struct counted *counted)
{
    *counted = (struct counted){ .IUnknown_iface = { &counted_vtbl }, .refcount = 1 };
    counted->alone = CreateEventW(NULL, FALSE, FALSE, NULL);
    assert_non_null(counted->alone);
}

void counted_expect_alone(struct counted *counted)
{
    while (InterlockedCompareExchange(&counted->refcount, 0, 0) != 1)
        assert_signalled(counted->alone);
}

void counted_cleanup(struct counted *counted)
{
    assert_int_equal(counted->refcount, 1);
    /* The handle is left open on purpose: a Release that has let the test go on may be about to signal it. */
}

/* --- a callback ------------------------------------------------------------------------------------------- */

static struct test_callback *callback_from_IMFAsyncCallback(IMFAsyncCallback *iface)
{
    return CONTAINING_RECORD(iface, struct test_callback, IMFAsyncCallback_iface);
}

static HRESULT STDMETHODCALLTYPE callback_QueryInterface(IMFAsyncCallback *iface, REFIID iid, void **out)
{
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IMFAsyncCallback))
    {
        *out = NULL;
        return E_NOINTERFACE;
    }
    *out = iface;
    IMFAsyncCallback_AddRef(iface);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE callback_AddRef(IMFAsyncCallback *iface)
{
    return IUnknown_AddRef(&callback_from_IMFAsyncCallback(iface)->references.IUnknown_iface);
}

static ULONG STDMETHODCALLTYPE callback_Release(IMFAsyncCallback *iface)
{
    return IUnknown_Release(&callback_from_IMFAsyncCallback(iface)->references.IUnknown_iface);
}

static HRESULT STDMETHODCALLTYPE callback_GetParameters(IMFAsyncCallback *iface, DWORD *flags, DWORD *queue)
{
    struct test_callback *callback = callback_from_IMFAsyncCallback(iface);

    if (callback->on_get_parameters)
        callback->on_get_parameters(callback->context);
    *flags = callback->flags;
    *queue = callback->queue;
    return callback->parameters_result;
}

static HRESULT STDMETHODCALLTYPE callback_Invoke(IMFAsyncCallback *iface, IMFAsyncResult *result)
{
    struct test_callback *callback = callback_from_IMFAsyncCallback(iface);
    IMFAsyncResult *previous;

    InterlockedIncrement(&callback->invoked);
    callback->thread = GetCurrentThreadId();
    previous = callback->result;
    callback->result = result;
    if (!callback->borrows_result)
    {
        IMFAsyncResult_AddRef(result);
        if (previous)
            IMFAsyncResult_Release(previous);
    }
    if (callback->on_invoke)
        callback->on_invoke(callback, result);
    ReleaseSemaphore(callback->invocations, 1, NULL);
    return S_OK;
}

static const IMFAsyncCallbackVtbl callback_vtbl =
{
    callback_QueryInterface,
    callback_AddRef,
    callback_Release,
    callback_GetParameters,
    callback_Invoke,
};

void callback_init(struct test_callback *callback)
{
    *callback = (struct test_callback){ .IMFAsyncCallback_iface = { &callback_vtbl } };
    counted_init(&callback->references);
    callback->parameters_result = S_OK;
    callback->queue = MFASYNC_CALLBACK_QUEUE_STANDARD;
    callback->invocations = CreateSemaphoreW(NULL, 0, MAXLONG, NULL);
    assert_non_null(callback->invocations);
}

void callback_expect_invoked(struct test_callback *callback)
{
    assert_signalled(callback->invocations);
}

void callback_expect_alone(struct test_callback *callback)
{
    if (callback->result && !callback->borrows_result)
        IMFAsyncResult_Release(callback->result);
    callback->result = NULL;
    counted_expect_alone(&callback->references);
}

void callback_cleanup(struct test_callback *callback)
{
    callback_expect_alone(callback);
    counted_cleanup(&callback->references);
    /* Nothing was invoked that the test has not waited for. */
    assert_int_equal(WaitForSingleObject(callback->invocations, 0), WAIT_TIMEOUT);
    CloseHandle(callback->invocations);
}

void callback_expect_event(struct test_callback *callback, struct source *source, MediaEventType type)
{
    IMFMediaEvent *event = NULL;

    assert_non_null(callback->result);
    assert_hr(source_end(source, callback->result, &event), S_OK);
    assert_int_equal(event_type_and_release(event), type);
}

void callback_expect_end(struct test_callback *callback, struct source *source, HRESULT expected)
{
    IMFMediaEvent *event = (IMFMediaEvent *)(uintptr_t)1;

    assert_non_null(callback->result);
    assert_hr(source_end(source, callback->result, &event), expected);
    assert_null(event);
}

/* --- other threads ---------------------------------------------------------------------------------------- */

static DWORD WINAPI reader_run(void *context)
{
    struct reader *reader = context;
    IMFMediaEvent *event;

    thread_probe_attach(&reader->probe);
    reader->hr = source_get(reader->source, 0, &event);
    reader->type = event_type_and_release(event);
    return 0;
}

static void reader_start_with(struct reader *reader, struct source *source, HANDLE wake)
{
    *reader = (struct reader){ .source = source, .probe = { .wake = wake }, .hr = E_UNEXPECTED };
    reader->probe.asleep = CreateEventW(NULL, FALSE, FALSE, NULL);
    reader->thread = CreateThread(NULL, 0, reader_run, reader, 0, NULL);
    assert_non_null(reader->thread);
    assert_signalled(reader->probe.asleep);
}

void reader_start(struct reader *reader, struct source *source)
{
    reader_start_with(reader, source, NULL);
}

void reader_start_led(struct reader *reader, struct source *source)
{
    reader_start_with(reader, source, CreateEventW(NULL, FALSE, FALSE, NULL));
}

void reader_join(struct reader *reader)
{
    assert_signalled(reader->thread);
    CloseHandle(reader->thread);
    CloseHandle(reader->probe.asleep);
    if (reader->probe.wake)
        CloseHandle(reader->probe.wake);
}

struct errand
{
    void (*function)(void *context);
    void *context;
    LONG references;
};

static void errand_release(struct errand *errand)
{
    if (!InterlockedDecrement(&errand->references))
        free(errand);
}

static DWORD WINAPI errand_run(void *context)
{
    struct errand *errand = context;

    errand->function(errand->context);
    errand_release(errand);
    return 0;
}

bool run_elsewhere(void (*function)(void *context), void *context)
{
    struct errand *errand = malloc(sizeof(*errand));
    HANDLE thread;
    bool done;

    if (!errand)
        return false;
    *errand = (struct errand){ function, context, 2 };
    thread = CreateThread(NULL, 0, errand_run, errand, 0, NULL);
    done = thread && WaitForSingleObject(thread, PATIENCE_MS) == WAIT_OBJECT_0;
    if (thread)
        CloseHandle(thread);
    errand_release(errand);
    return done;
}
