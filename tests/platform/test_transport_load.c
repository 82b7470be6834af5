/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The transport under load: a gigabyte in constant memory, a slow handler, many exchanges, many at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "platform/transport_run.h"

#include <psapi.h>
#include <tlhelp32.h>

#define OK "HTTP/1.1 200 OK\r\n"
#define GIGABYTE UINT64_C(1073741824)
#define PIECE (1024 * 1024)

static void answer_hello(struct http_connection *connection)
{
    http_send_text(connection, OK "Content-Length: 5\r\n\r\nhello");
}

static void answer_silence(struct http_connection *connection)
{
    http_hang(connection);
}

/* As many bytes as the context says. */
static void answer_bytes(struct http_connection *connection)
{
    static const char piece[PIECE];
    uint64_t left = *(const uint64_t *)connection->server->context;
    char head[96];
    bool good;

    snprintf(head, sizeof(head), OK "Content-Length: %llu\r\n\r\n", (unsigned long long)left);
    good = http_send_text(connection, head);
    while (good && left)
    {
        const size_t size = left < PIECE ? (size_t)left : PIECE;

        good = http_send(connection, piece, size);
        left -= size;
    }
}

static size_t private_bytes(void)
{
    PROCESS_MEMORY_COUNTERS counters = {.cb = sizeof(counters)};

    assert_true(K32GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof(counters)));
    return counters.PagefileUsage;
}

/* Counted one by one: Wine's GetProcessHandleCount says 0 (measured). */
static unsigned int handle_count(void)
{
    unsigned int count = 0;
    ULONG_PTR value;
    DWORD flags;

    for (value = 4; value <= 4 * 8192; value += 4)
        count += GetHandleInformation((HANDLE)value, &flags) != 0;
    return count;
}

static unsigned int thread_count(void)
{
    HANDLE snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    THREADENTRY32 entry = {.dwSize = sizeof(entry)};
    unsigned int count = 0;
    BOOL more;

    assert_true(snapshot != INVALID_HANDLE_VALUE);
    for (more = Thread32First(snapshot, &entry); more; more = Thread32Next(snapshot, &entry))
        count += entry.th32OwnerProcessID == GetCurrentProcessId();
    CloseHandle(snapshot);
    return count;
}

/* The most memory that is seen in use at any piece, beyond what was at the first one. */
static size_t memory_at_begin, memory_peak;
static uint64_t memory_seen_at;

static void watch_memory(struct transport_run *run)
{
    size_t used;

    if (run->received - memory_seen_at < 8 * PIECE)
        return;
    memory_seen_at = run->received;
    used = private_bytes();
    if (!memory_at_begin)
        memory_at_begin = used;
    else if (used > memory_at_begin && used - memory_at_begin > memory_peak)
        memory_peak = used - memory_at_begin;
}

static void perform__gigabyte_streams_in_constant_memory(void **state)
{
    static const uint64_t size = GIGABYTE;
    struct http_server server;
    struct transport_run run;
    ULONGLONG begin;

    (void)state;
    http_server_start(&server, "127.0.0.1", answer_bytes, &size);
    transport_prepare(&run, &server, "/");
    run.on_data = watch_memory;
    begin = GetTickCount64();
    assert_result(transport_run(&run), DRM_S_OK);
    print_message("1 GiB: %u ms, %u pieces of up to %u bytes, memory grew by %u KiB at most\n",
                  (unsigned int)(run.ended_at - begin), run.pieces, (unsigned int)run.largest,
                  (unsigned int)(memory_peak / 1024));
    assert_true(run.received == GIGABYTE);
    assert_true(memory_at_begin > 0);
    assert_true(memory_peak < 4 * PIECE);
    http_server_stop(&server);
}

static uint64_t sent_at_first_piece;
static volatile LONG64 sent;

static void answer_counting(struct http_connection *connection)
{
    static const char piece[PIECE];

    if (!http_send_text(connection, OK "\r\n"))
        return;
    while (http_send(connection, piece, sizeof(piece)))
        InterlockedExchangeAdd64(&sent, sizeof(piece));
}

/* Stays inside the handler until the server has been stuck for a while: its socket is full and nobody reads. */
static void wait_until_server_is_stuck(struct transport_run *run)
{
    LONG64 before;

    do
    {
        before = InterlockedExchangeAdd64(&sent, 0);
        Sleep(500);
    } while (InterlockedExchangeAdd64(&sent, 0) != before);
    sent_at_first_piece = (uint64_t)before;
    run->cancelled = true;
}

/* Nothing is read ahead of the handler but what the ring and the sockets hold. */
static void perform__slow_handler_holds_the_server_back(void **state)
{
    struct http_server server;
    struct transport_run run;

    (void)state;
    http_server_start(&server, "127.0.0.1", answer_counting, NULL);
    transport_prepare(&run, &server, "/");
    run.on_data = wait_until_server_is_stuck;
    assert_result(transport_run(&run), DRM_E_OPERATION_CANCELED);
    assert_int_equal(run.pieces, 1);
    print_message("a handler that does not return: the server could send %u KiB\n",
                  (unsigned int)(sent_at_first_piece / 1024));
    assert_true(sent_at_first_piece < 64 * PIECE);
    http_server_stop(&server);
}

/* What the process holds. */
struct holdings
{
    unsigned int handles, threads;
};

#define HOLDINGS_SLACK 10 /* pools grow and shrink as they like; what leaks here leaks once an exchange */

/* Drivers and pools end their work after perform has returned: counts until there is no more than limit allows. */
static struct holdings settled_holdings(const struct holdings *limit)
{
    const ULONGLONG patience = GetTickCount64() + 2 * PATIENCE_MS;
    struct holdings now;

    for (;;)
    {
        now = (struct holdings){.handles = handle_count(), .threads = thread_count()};
        if ((now.handles <= limit->handles + HOLDINGS_SLACK && now.threads <= limit->threads + HOLDINGS_SLACK) ||
            GetTickCount64() >= patience)
            return now;
        Sleep(100);
    }
}

static void assert_nothing_left(const struct holdings *before)
{
    struct holdings after = settled_holdings(before);

    print_message("handles: %u before, %u after; threads: %u before, %u after\n", before->handles, after.handles,
                  before->threads, after.threads);
    assert_true(before->handles > 0 && before->threads > 0);
    assert_true(after.handles <= before->handles + HOLDINGS_SLACK);
    assert_true(after.threads <= before->threads + HOLDINGS_SLACK);
}

static void run_many(unsigned int count, http_behaviour behaviour, bool cancel)
{
    struct http_server server;
    struct transport_run run;
    unsigned int i;

    http_server_start(&server, "127.0.0.1", behaviour, NULL);
    for (i = 0; i < count; ++i)
    {
        transport_prepare(&run, &server, "/");
        if (cancel)
            run.cancel_phase = DRM_HTTP_REQUESTING;
        assert_result(transport_run(&run), cancel ? DRM_E_OPERATION_CANCELED : DRM_S_OK);
    }
    http_server_stop(&server);
}

static void perform__many_exchanges_leave_nothing(void **state)
{
    struct holdings before;
    ULONGLONG begin;

    (void)state;
    run_many(20, answer_hello, false); /* threads of pools, caches of resolvers */
    before = (struct holdings){.handles = handle_count(), .threads = thread_count()};
    begin = GetTickCount64();
    run_many(300, answer_hello, false);
    print_message("300 exchanges: %u ms\n", (unsigned int)(GetTickCount64() - begin));
    assert_nothing_left(&before);
}

/* Abandoned ones are gone soon after the server has let go of them. */
static void perform__abandoned_exchanges_leave_nothing(void **state)
{
    struct holdings before;

    (void)state;
    run_many(20, answer_hello, false);
    before = (struct holdings){.handles = handle_count(), .threads = thread_count()};
    run_many(60, answer_silence, true);
    assert_nothing_left(&before);
}

/* And they are gone in the end where the server never lets go: WinHTTP's own time-outs see to that. */
static void perform__abandoned_exchange_gives_up_by_itself(void **state)
{
    struct http_server server;
    struct transport_run run;

    (void)state;
    http_server_start(&server, "127.0.0.1", answer_silence, NULL);
    transport_prepare(&run, &server, "/");
    run.request.timeout_ms = 4 * IMPATIENCE_MS;
    run.cancel = server.asked;
    assert_result(transport_run(&run), DRM_E_OPERATION_CANCELED);
    assert_int_equal(WaitForSingleObject(server.idle, PATIENCE_MS), WAIT_OBJECT_0);
    http_server_stop(&server);
}

#define AT_ONCE 16

static DWORD WINAPI run_one(void *argument)
{
    struct transport_run *run = argument;

    transport_perform_only(run);
    return 0;
}

static void perform__many_at_once_are_apart(void **state)
{
    static const uint64_t size = 3 * PIECE + 1;
    static struct transport_run runs[AT_ONCE];
    struct http_server server;
    HANDLE threads[AT_ONCE];
    size_t i;

    (void)state;
    http_server_start(&server, "127.0.0.1", answer_bytes, &size);
    for (i = 0; i < AT_ONCE; ++i)
    {
        transport_prepare(&runs[i], &server, "/");
        runs[i].cancel_at_data = i % 4 == 3;
        threads[i] = CreateThread(NULL, 0, run_one, &runs[i], 0, NULL);
        assert_non_null(threads[i]);
    }
    assert_int_equal(WaitForMultipleObjects(AT_ONCE, threads, TRUE, 2 * PATIENCE_MS), WAIT_OBJECT_0);
    for (i = 0; i < AT_ONCE; ++i)
    {
        CloseHandle(threads[i]);
        transport_check(&runs[i]);
        if (i % 4 == 3)
        {
            assert_result(runs[i].result, DRM_E_OPERATION_CANCELED);
            continue;
        }
        assert_result(runs[i].result, DRM_S_OK);
        assert_true(runs[i].received == size);
    }
    http_server_stop(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] =
    {
        cmocka_unit_test(perform__gigabyte_streams_in_constant_memory),
        cmocka_unit_test(perform__slow_handler_holds_the_server_back),
        cmocka_unit_test(perform__many_exchanges_leave_nothing),
        cmocka_unit_test(perform__abandoned_exchanges_leave_nothing),
        cmocka_unit_test(perform__abandoned_exchange_gives_up_by_itself),
        cmocka_unit_test(perform__many_at_once_are_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
