/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The event generator when a callback cannot be put on any thread, or runs at once. Two functions of the system are
 * replaced here, for this program only, by ones that fail as often as they are told.
 */
#include "event/event_fixture.h"

#include "shell/event/event_callback.h"

static LONG queue_failures; /* of MFPutWorkItem, from now on */
static LONG pool_failures;  /* of TrySubmitThreadpoolCallback */
static bool runs_at_once;   /* MFPutWorkItem returns when the callback has run and nothing holds it any more */

static bool spend(LONG *failures)
{
    if (InterlockedDecrement(failures) >= 0)
        return true;
    InterlockedIncrement(failures);
    return false;
}

static FARPROC system_function(const WCHAR *module, const char *name)
{
    FARPROC function = GetProcAddress(GetModuleHandleW(module), name);

    if (!function)
        abort();
    return function;
}

static void run_item(void *context)
{
    IMFAsyncCallback_Invoke((IMFAsyncCallback *)context, NULL);
}

/* The linker finds this before the import library. */
HRESULT WINAPI MFPutWorkItem(DWORD queue, IMFAsyncCallback *callback, IUnknown *item_state)
{
    union { FARPROC found; HRESULT(WINAPI *put)(DWORD, IMFAsyncCallback *, IUnknown *); } original;

    if (spend(&queue_failures))
        return E_OUTOFMEMORY;
    if (runs_at_once)
        return run_elsewhere(run_item, callback) ? S_OK : E_UNEXPECTED;
    original.found = system_function(L"mfplat", "MFPutWorkItem");
    return original.put(queue, callback, item_state);
}

typedef BOOL(WINAPI *submit_function)(PTP_SIMPLE_CALLBACK, void *, PTP_CALLBACK_ENVIRON);

#ifdef _WIN64
#define IMPORT_OF_SUBMIT "__imp_TrySubmitThreadpoolCallback"
#else
#define IMPORT_OF_SUBMIT "__imp__TrySubmitThreadpoolCallback@12"
#endif
extern submit_function import_of_submit __asm__(IMPORT_OF_SUBMIT);

static BOOL WINAPI failing_submit(PTP_SIMPLE_CALLBACK callback, void *context, PTP_CALLBACK_ENVIRON environment)
{
    union { FARPROC found; submit_function submit; } original;

    if (spend(&pool_failures))
    {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
        return FALSE;
    }
    original.found = system_function(L"kernel32", "TrySubmitThreadpoolCallback");
    return original.submit(callback, context, environment);
}

submit_function import_of_submit = failing_submit;

/* The next attempts to get a callback onto a thread fail: each tries the callback's queue, the standard queue, and the
 * pool. */
static void fail_dispatches(LONG count)
{
    queue_failures = 2 * count;
    pool_failures = count;
}

static void expect_all_failed(void)
{
    assert_int_equal(queue_failures, 0);
    assert_int_equal(pool_failures, 0);
}

/* --- the tests -------------------------------------------------------------------------------------------- */

struct apartment
{
    APTTYPE type;
    HRESULT hr;
};

static void remember_apartment(struct test_callback *callback, IMFAsyncResult *result)
{
    struct apartment *apartment = callback->context;
    APTTYPEQUALIFIER qualifier;

    (void)result;
    apartment->hr = CoGetApartmentType(&apartment->type, &qualifier);
}

static void dispatch__no_queue_takes_it_uses_the_thread_pool(void **state)
{
    struct source *source = source_create();
    struct test_callback callback;
    struct counted tag;
    struct apartment apartment = { APTTYPE_NA, E_UNEXPECTED };

    (void)state;
    callback_init(&callback);
    counted_init(&tag);
    callback.on_invoke = remember_apartment;
    callback.context = &apartment;
    queue_failures = 2;
    assert_hr(source_begin(source, &callback, &tag), S_OK);
    source_queue(source, 1);
    callback_expect_invoked(&callback);
    assert_int_equal(queue_failures, 0);
    assert_int_not_equal(callback.thread, GetCurrentThreadId());
    assert_hr(apartment.hr, S_OK);
    assert_int_equal(apartment.type, APTTYPE_MTA); /* as on a work queue */
    callback_expect_event(&callback, source, 1);
    callback_cleanup(&callback);
    assert_int_equal(callback.invoked, 1);
    counted_expect_alone(&tag);
    counted_cleanup(&tag);
    source_release(source);
}

static void begin__dispatch_fails_fails_and_keeps_nothing(void **state)
{
    struct source *source = source_create();
    struct test_callback callback;
    struct counted tag;

    (void)state;
    callback_init(&callback);
    counted_init(&tag);
    source_queue(source, 1);
    source_queue(source, 2);
    fail_dispatches(1);
    assert_hr(source_begin(source, &callback, &tag), HRESULT_FROM_WIN32(ERROR_NOT_ENOUGH_MEMORY));
    expect_all_failed();
    assert_int_equal(callback.references.refcount, 1);
    assert_int_equal(tag.refcount, 1);
    /* The event is the first again. */
    source_expect(source, 1);
    source_queue(source, 3);
    assert_hr(source_begin(source, &callback, &tag), S_OK);
    callback_expect_invoked(&callback);
    callback_expect_event(&callback, source, 2);
    source_expect(source, 3);
    callback_cleanup(&callback);
    assert_int_equal(callback.invoked, 1);
    counted_expect_alone(&tag);
    counted_cleanup(&tag);
    source_release(source);
}

static void begin__dispatch_of_the_only_event_fails_gives_it_back(void **state)
{
    struct source *source = source_create();
    struct test_callback callback;

    (void)state;
    callback_init(&callback);
    source_queue(source, 1);
    fail_dispatches(1);
    assert_true(FAILED(source_begin(source, &callback, NULL)));
    source_queue(source, 2);
    source_expect(source, 1);
    source_expect(source, 2);
    source_expect_none(source);
    callback_cleanup(&callback);
    source_release(source);
}

static void queue__dispatch_fails_the_next_event_tries_again(void **state)
{
    struct source *source = source_create();
    struct test_callback callback;
    IMFMediaEvent *event;

    (void)state;
    callback_init(&callback);
    assert_hr(source_begin(source, &callback, NULL), S_OK);
    fail_dispatches(2);
    source_queue(source, 1);
    source_queue(source, 2);
    expect_all_failed();
    /* The request is still there, and nobody else's business. */
    assert_hr(source_get(source, MF_EVENT_FLAG_NO_WAIT, &event), MF_E_MULTIPLE_SUBSCRIBERS);
    assert_hr(source_begin(source, &callback, NULL), MF_S_MULTIPLE_BEGIN);
    source_queue(source, 3);
    callback_expect_invoked(&callback);
    callback_expect_event(&callback, source, 1);
    source_expect(source, 2);
    source_expect(source, 3);
    callback_cleanup(&callback);
    assert_int_equal(callback.invoked, 1);
    source_release(source);
}

static void queue__dispatch_fails_a_blocked_reader_gets_the_second_event(void **state)
{
    struct source *source = source_create();
    struct test_callback callback;
    struct reader reader;

    (void)state;
    callback_init(&callback);
    reader_start(&reader, source);
    assert_hr(source_begin(source, &callback, NULL), S_OK);
    fail_dispatches(2);
    source_queue(source, 1);
    source_queue(source, 2);
    reader_join(&reader);
    assert_hr(reader.hr, S_OK);
    assert_int_equal(reader.type, 2);
    source_queue(source, 3);
    callback_expect_invoked(&callback);
    callback_expect_event(&callback, source, 1);
    source_expect(source, 3);
    callback_cleanup(&callback);
    source_release(source);
}

static void shutdown__after_a_failed_dispatch_invokes(void **state)
{
    struct source *source = source_create();
    struct test_callback callback;

    (void)state;
    callback_init(&callback);
    assert_hr(source_begin(source, &callback, NULL), S_OK);
    fail_dispatches(1);
    source_queue(source, 1);
    expect_all_failed();
    source_shutdown(source);
    callback_expect_invoked(&callback);
    callback_expect_end(&callback, source, MF_E_SHUTDOWN);
    callback_cleanup(&callback);
    assert_int_equal(callback.invoked, 1);
    source_release(source);
}

static void shutdown__dispatch_fails_lets_the_request_go(void **state)
{
    struct source *source = source_create();
    struct test_callback callback;
    struct counted tag;

    (void)state;
    callback_init(&callback);
    counted_init(&tag);
    assert_hr(source_begin(source, &callback, &tag), S_OK);
    fail_dispatches(1);
    source_shutdown(source);
    expect_all_failed();
    assert_int_equal(callback.references.refcount, 1);
    assert_int_equal(tag.refcount, 1);
    callback_cleanup(&callback);
    assert_int_equal(callback.invoked, 0);
    counted_cleanup(&tag);
    source_release(source);
}

static void release__after_a_failed_dispatch_lets_all_go(void **state)
{
    struct source *source = source_create();
    struct test_callback callback;
    struct counted object;

    (void)state;
    callback_init(&callback);
    counted_init(&object);
    assert_hr(source_begin(source, &callback, NULL), S_OK);
    fail_dispatches(1);
    assert_hr(source_queue_unknown(source, 1, S_OK, &object.IUnknown_iface), S_OK);
    expect_all_failed();
    assert_int_equal(object.refcount, 2);
    source_release(source);
    assert_int_equal(callback.references.refcount, 1);
    callback_cleanup(&callback);
    assert_int_equal(callback.invoked, 0);
    counted_cleanup(&object);
}

struct witness
{
    DWORD thread;
    LONG marked, unmarked; /* how often a callback was let go on that thread, as a callback and not */
};

static void witness_release(void *context)
{
    struct witness *witness = context;

    if (GetCurrentThreadId() != witness->thread)
        return;
    InterlockedIncrement(event_callback_is_running() ? &witness->marked : &witness->unmarked);
}

static void end_at_once(struct test_callback *callback, IMFAsyncResult *result)
{
    IMFMediaEvent *event = NULL;

    source_end(callback->context, result, &event);
    event_type_and_release(event);
}

/* Whoever queues an event may be the last to hold a callback whose Invoke is over. Its destructor may call WMDRMShutdown
 * (on a worker: which would wait for that worker), so it has to count as running in a callback. */
static void queue__invoke_is_over_before_the_call_lets_the_callback_go_as_one(void **state)
{
    struct source *source = source_create();
    struct test_callback callback;
    struct witness witness = { .thread = GetCurrentThreadId() };

    (void)state;
    callback_init(&callback);
    callback.on_invoke = end_at_once;
    callback.context = source;
    callback.borrows_result = true;
    assert_hr(source_begin(source, &callback, NULL), S_OK);
    callback.references.on_release = witness_release;
    callback.references.context = &witness;
    runs_at_once = true;
    source_queue(source, 1);
    runs_at_once = false;
    callback_expect_invoked(&callback);
    callback.references.on_release = NULL;
    assert_int_equal(callback.invoked, 1);
    assert_int_equal(callback.references.refcount, 1);
    assert_int_equal(witness.marked, 1);
    assert_int_equal(witness.unmarked, 0);
    assert_false(event_callback_is_running());
    callback_cleanup(&callback);
    source_release(source);
}

int main(void)
{
    const struct CMUnitTest tests[] =
    {
        cmocka_unit_test(dispatch__no_queue_takes_it_uses_the_thread_pool),
        cmocka_unit_test(begin__dispatch_fails_fails_and_keeps_nothing),
        cmocka_unit_test(begin__dispatch_of_the_only_event_fails_gives_it_back),
        cmocka_unit_test(queue__dispatch_fails_the_next_event_tries_again),
        cmocka_unit_test(queue__dispatch_fails_a_blocked_reader_gets_the_second_event),
        cmocka_unit_test(shutdown__after_a_failed_dispatch_invokes),
        cmocka_unit_test(shutdown__dispatch_fails_lets_the_request_go),
        cmocka_unit_test(release__after_a_failed_dispatch_lets_all_go),
        cmocka_unit_test(queue__invoke_is_over_before_the_call_lets_the_callback_go_as_one),
    };

    end_at_first_failure();
    return cmocka_run_group_tests_name("dispatch fails", tests, NULL, NULL);
}
