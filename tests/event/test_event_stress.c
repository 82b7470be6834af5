/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The event generator under many threads at once: producers, readers that block, readers that poll, a chain of
 * requests, and Shutdown in the middle. Every event that was accepted comes out once and in order, or is released.
 */
#include "event/event_fixture.h"

enum
{
    PRODUCERS = 4,
    BLOCKED_READERS = 2,
    POLLING_READERS = 1,
    THREADS = PRODUCERS + BLOCKED_READERS + POLLING_READERS,
    EVENTS = 2000, /* of each producer, at most */
};

struct party
{
    struct source *source;
    struct counted object; /* the value of every event */
    HANDLE gate;
    HANDLE ended; /* set when nobody will queue any more, and all that is to come has come */
    LONG target;  /* of consumed */
    LONG consumed;
    LONG accepted;
    LONG begun;
    LONG failures;
    LONG next_producer;
    LONG seen[PRODUCERS][EVENTS];
    struct test_callback callback;
    LONG callback_newest[PRODUCERS]; /* what the chain of requests has seen last */
};

static void party_fail(struct party *party)
{
    InterlockedIncrement(&party->failures);
}

/* An event's type says whose it is and its number there. Each consumer sees those of one producer in order. */
static void party_consume(struct party *party, IMFMediaEvent *event, LONG *newest)
{
    MediaEventType type = event_type_and_release(event);
    LONG producer = type >> 16, number = type & 0xffff;

    if (producer >= PRODUCERS || number < newest[producer] || number >= EVENTS)
    {
        party_fail(party);
        return;
    }
    newest[producer] = number + 1;
    if (InterlockedIncrement(&party->seen[producer][number]) != 1)
        party_fail(party);
    if (InterlockedIncrement(&party->consumed) == party->target)
        SetEvent(party->ended);
}

static DWORD WINAPI produce(void *context)
{
    struct party *party = context;
    LONG producer = InterlockedIncrement(&party->next_producer) - 1;
    LONG i;

    WaitForSingleObject(party->gate, INFINITE);
    for (i = 0; i < EVENTS; ++i)
    {
        HRESULT hr = source_queue_unknown(party->source, producer << 16 | i, S_OK,
                                          &party->object.IUnknown_iface);

        if (hr == MF_E_SHUTDOWN)
            break;
        if (FAILED(hr))
            party_fail(party);
        InterlockedIncrement(&party->accepted);
    }
    source_release(party->source);
    return 0;
}

static DWORD read_until_shutdown(struct party *party, DWORD flags)
{
    LONG newest[PRODUCERS] = { 0 };
    HRESULT hr;

    WaitForSingleObject(party->gate, INFINITE);
    do
    {
        IMFMediaEvent *event;

        hr = source_get(party->source, flags, &event);
        if (SUCCEEDED(hr))
            party_consume(party, event, newest);
        else if (hr == MF_E_MULTIPLE_SUBSCRIBERS || (flags && hr == MF_E_NO_EVENTS_AVAILABLE))
            SwitchToThread();
    } while (hr != MF_E_SHUTDOWN);
    source_release(party->source);
    return 0;
}

static DWORD WINAPI read_blocking(void *context)
{
    return read_until_shutdown(context, 0);
}

static DWORD WINAPI read_polling(void *context)
{
    return read_until_shutdown(context, MF_EVENT_FLAG_NO_WAIT);
}

static void begin_again(struct party *party)
{
    HRESULT hr = source_begin(party->source, &party->callback, NULL);

    if (hr == S_OK)
        InterlockedIncrement(&party->begun);
    else if (hr != MF_E_SHUTDOWN)
        party_fail(party);
}

static void end_consume_begin(struct test_callback *callback, IMFAsyncResult *result)
{
    struct party *party = callback->context;
    IMFMediaEvent *event;
    HRESULT hr = source_end(party->source, result, &event);

    if (SUCCEEDED(hr))
        party_consume(party, event, party->callback_newest);
    else if (hr != MF_E_SHUTDOWN)
        party_fail(party);
    begin_again(party);
}

static void party_run(struct party *party, bool shut_down_early)
{
    DWORD(WINAPI *const roles[])(void *) = { produce, read_blocking, read_polling };
    const int crowd[] = { PRODUCERS, BLOCKED_READERS, POLLING_READERS };
    HANDLE threads[THREADS];
    int role, i, count = 0;

    memset(party, 0, sizeof(*party));
    counted_init(&party->object);
    callback_init(&party->callback);
    party->callback.on_invoke = end_consume_begin;
    party->callback.context = party;
    party->gate = CreateEventW(NULL, TRUE, FALSE, NULL);
    party->ended = CreateEventW(NULL, TRUE, FALSE, NULL);
    party->target = shut_down_early ? 100 : PRODUCERS * EVENTS;
    party->source = source_create();

    for (role = 0; role < 3; ++role)
    {
        for (i = 0; i < crowd[role]; ++i)
        {
            IMFMediaEventGenerator_AddRef(&party->source->IMFMediaEventGenerator_iface);
            threads[count] = CreateThread(NULL, 0, roles[role], party, 0, NULL);
            assert_non_null(threads[count++]);
        }
    }
    begin_again(party);
    SetEvent(party->gate);

    assert_signalled(party->ended);
    source_shutdown(party->source);
    assert_int_equal(WaitForMultipleObjects(count, threads, TRUE, PATIENCE_MS), WAIT_OBJECT_0);
    for (i = 0; i < count; ++i)
        CloseHandle(threads[i]);

    /* Each request that was begun was invoked, the last one by Shutdown. */
    for (i = 0; i < party->begun; ++i)
        callback_expect_invoked(&party->callback);
    source_release(party->source);
    callback_cleanup(&party->callback);
    assert_int_equal(party->callback.invoked, party->begun);
    counted_cleanup(&party->object);
    assert_int_equal(party->failures, 0);
    assert_true(party->consumed <= party->accepted);
    CloseHandle(party->gate);
    CloseHandle(party->ended);
}

static void stress__all_events_come_out_once_and_in_order(void **state)
{
    static struct party party;
    int round;

    (void)state;
    for (round = 0; round < 10; ++round)
    {
        party_run(&party, false);
        assert_int_equal(party.accepted, PRODUCERS * EVENTS);
        assert_int_equal(party.consumed, PRODUCERS * EVENTS);
    }
}

static void stress__shutdown_in_the_middle_leaves_nothing(void **state)
{
    static struct party party;
    int round;

    (void)state;
    for (round = 0; round < 100; ++round)
        party_run(&party, true);
}

/* --- one event at a time ---------------------------------------------------------------------------------- */

enum { PINGS = 20000 };

struct ping_pong
{
    struct source *sources[2];
    LONG failures;
};

static DWORD WINAPI answer(void *context)
{
    struct ping_pong *game = context;
    int i;

    for (i = 0; i < PINGS; ++i)
    {
        IMFMediaEvent *event;

        if (FAILED(source_get(game->sources[0], 0, &event)))
            break;
        event_type_and_release(event);
        if (FAILED(source_queue_unknown(game->sources[1], 1 + i, S_OK, NULL)))
            InterlockedIncrement(&game->failures);
    }
    return 0;
}

/* A wake-up that gets lost would stop the game for good. */
static void stress__no_wake_up_is_lost(void **state)
{
    struct ping_pong game = { { source_create(), source_create() }, 0 };
    HANDLE thread = CreateThread(NULL, 0, answer, &game, 0, NULL);
    int i;

    (void)state;
    assert_non_null(thread);
    for (i = 0; i < PINGS; ++i)
    {
        IMFMediaEvent *event;

        source_queue(game.sources[0], 1 + i);
        assert_hr(source_get(game.sources[1], 0, &event), S_OK);
        assert_int_equal(event_type_and_release(event), 1 + i);
    }
    assert_signalled(thread);
    CloseHandle(thread);
    assert_int_equal(game.failures, 0);
    source_release(game.sources[0]);
    source_release(game.sources[1]);
}

/* --- requests from many threads ---------------------------------------------------------------------------- */

enum { RIVALS = 3, ATTEMPTS = 300 };

struct rival
{
    struct source *source;
    struct test_callback callback;
    LONG begun;
    LONG failures;
};

static void end_only(struct test_callback *callback, IMFAsyncResult *result)
{
    struct rival *rival = callback->context;
    IMFMediaEvent *event;
    HRESULT hr = source_end(rival->source, result, &event);

    if (FAILED(hr) && hr != MF_E_SHUTDOWN)
        InterlockedIncrement(&rival->failures);
    event_type_and_release(event);
}

static DWORD WINAPI begin_against_others(void *context)
{
    struct rival *rival = context;
    int i;

    for (i = 0; i < ATTEMPTS; ++i)
    {
        HRESULT hr = source_begin(rival->source, &rival->callback, NULL);

        if (hr == S_OK)
            rival->begun++;
        else if (hr == MF_E_SHUTDOWN)
            break;
        else if (hr != MF_E_MULTIPLE_SUBSCRIBERS && hr != MF_S_MULTIPLE_BEGIN)
            InterlockedIncrement(&rival->failures);
        if (FAILED(source_queue_unknown(rival->source, 1, S_OK, NULL)))
            break;
    }
    source_release(rival->source);
    return 0;
}

static void stress__each_request_begun_is_invoked_once(void **state)
{
    static struct rival rivals[RIVALS];
    int round, i, k;

    (void)state;
    for (round = 0; round < 20; ++round)
    {
        struct source *source = source_create();
        HANDLE threads[RIVALS];

        for (i = 0; i < RIVALS; ++i)
        {
            memset(&rivals[i], 0, sizeof(rivals[i]));
            rivals[i].source = source;
            callback_init(&rivals[i].callback);
            rivals[i].callback.on_invoke = end_only;
            rivals[i].callback.context = &rivals[i];
            IMFMediaEventGenerator_AddRef(&source->IMFMediaEventGenerator_iface);
            assert_non_null((threads[i] = CreateThread(NULL, 0, begin_against_others, &rivals[i], 0, NULL)));
        }
        if (round & 1)
            assert_int_equal(WaitForSingleObject(threads[0], PATIENCE_MS), WAIT_OBJECT_0);
        source_shutdown(source);
        assert_int_equal(WaitForMultipleObjects(RIVALS, threads, TRUE, PATIENCE_MS), WAIT_OBJECT_0);
        for (i = 0; i < RIVALS; ++i)
        {
            CloseHandle(threads[i]);
            for (k = 0; k < rivals[i].begun; ++k)
                callback_expect_invoked(&rivals[i].callback);
            callback_cleanup(&rivals[i].callback);
            assert_int_equal(rivals[i].callback.invoked, rivals[i].begun);
            assert_int_equal(rivals[i].failures, 0);
        }
        source_release(source);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] =
    {
        cmocka_unit_test(stress__all_events_come_out_once_and_in_order),
        cmocka_unit_test(stress__shutdown_in_the_middle_leaves_nothing),
        cmocka_unit_test(stress__no_wake_up_is_lost),
        cmocka_unit_test(stress__each_request_begun_is_invoked_once),
    };

    end_at_first_failure();
    return cmocka_run_group_tests_name("stress", tests, NULL, NULL);
}
