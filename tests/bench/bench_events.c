/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Measures the event generator against mfplat's event queue, in one process and run: rounds of the two alternate, in
 * turns first, and medians and their ratio are printed. The exit code is 1 where a ratio misses its target.
 *
 *     bench_events [rounds [workload]]     workload: 0 to 3, all of them where there is none
 */
#include <stdio.h>
#include <stdlib.h>
#include <windows.h>
#include <mfapi.h>
#include <mferror.h>
#include <mfidl.h>

#include "shell/event/event_generator.h"

enum
{
    DEFAULT_ROUNDS = 15,
    MAX_ROUNDS = 1001,
    PAIRS = 200000,
    BURST = 100000,
    PRODUCERS = 4,
    PRODUCED = 50000, /* by each producer */
    WAKE_UPS = 2000,
    FALL_ASLEEP_NS = 50000,
    EVENT_TYPE = 513,
};

/* --- the two sides ---------------------------------------------------------------------------------------- */

/* A queue of either kind. */
struct side
{
    void *queue;
    HRESULT (*put)(void *queue, const PROPVARIANT *value);
    HRESULT (*get)(void *queue, DWORD flags, IMFMediaEvent **out);
};

static HRESULT ours_put(void *queue, const PROPVARIANT *value)
{
    return event_generator_queue_event(queue, EVENT_TYPE, &GUID_NULL, S_OK, value);
}

static HRESULT ours_get(void *queue, DWORD flags, IMFMediaEvent **out)
{
    return event_generator_get_event(queue, flags, out);
}

static HRESULT theirs_put(void *queue, const PROPVARIANT *value)
{
    return IMFMediaEventQueue_QueueEventParamVar((IMFMediaEventQueue *)queue, EVENT_TYPE, &GUID_NULL, S_OK, value);
}

static HRESULT theirs_get(void *queue, DWORD flags, IMFMediaEvent **out)
{
    return IMFMediaEventQueue_GetEvent((IMFMediaEventQueue *)queue, flags, out);
}

static void check(HRESULT hr, const char *what)
{
    if (SUCCEEDED(hr))
        return;
    fprintf(stderr, "%s failed: 0x%08lx\n", what, (unsigned long)hr);
    exit(2);
}

/* --- the workloads: each returns nanoseconds an event ------------------------------------------------------ */

static double now_ns(void)
{
    LARGE_INTEGER count, frequency;

    QueryPerformanceCounter(&count);
    QueryPerformanceFrequency(&frequency);
    return (double)count.QuadPart * 1e9 / (double)frequency.QuadPart;
}

static void get_and_release(const struct side *side, DWORD flags)
{
    IMFMediaEvent *event;

    check(side->get(side->queue, flags, &event), "GetEvent");
    IMFMediaEvent_Release(event);
}

static double measure_pairs(const struct side *side)
{
    double start = now_ns();
    int i;

    for (i = 0; i < PAIRS; ++i)
    {
        check(side->put(side->queue, NULL), "QueueEvent");
        get_and_release(side, MF_EVENT_FLAG_NO_WAIT);
    }
    return (now_ns() - start) / PAIRS;
}

static double measure_burst(const struct side *side)
{
    double start = now_ns();
    int i;

    for (i = 0; i < BURST; ++i)
        check(side->put(side->queue, NULL), "QueueEvent");
    for (i = 0; i < BURST; ++i)
        get_and_release(side, MF_EVENT_FLAG_NO_WAIT);
    return (now_ns() - start) / BURST;
}

/* A gate that lets the threads of a workload start together. */
struct producers
{
    const struct side *side;
    HANDLE gate;
};

static DWORD WINAPI produce(void *context)
{
    const struct producers *producers = context;
    int i;

    WaitForSingleObject(producers->gate, INFINITE);
    for (i = 0; i < PRODUCED; ++i)
        check(producers->side->put(producers->side->queue, NULL), "QueueEvent");
    return 0;
}

static double measure_producers(const struct side *side)
{
    struct producers producers = { side, CreateEventW(NULL, TRUE, FALSE, NULL) };
    HANDLE threads[PRODUCERS];
    double start;
    int i;

    for (i = 0; i < PRODUCERS; ++i)
        threads[i] = CreateThread(NULL, 0, produce, &producers, 0, NULL);
    start = now_ns();
    SetEvent(producers.gate);
    for (i = 0; i < PRODUCERS * PRODUCED; ++i)
        get_and_release(side, 0);
    start = now_ns() - start;
    WaitForMultipleObjects(PRODUCERS, threads, TRUE, INFINITE);
    for (i = 0; i < PRODUCERS; ++i)
        CloseHandle(threads[i]);
    CloseHandle(producers.gate);
    return start / (PRODUCERS * PRODUCED);
}

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

static double median(double *values, int count)
{
    qsort(values, count, sizeof(*values), compare_doubles);
    return values[count / 2];
}

/* A reader that is given one event at a time, each when it has had time to fall asleep. */
struct sleeper
{
    const struct side *side;
    volatile LONG received;
    volatile double queued_at;
    double latencies[WAKE_UPS];
};

static DWORD WINAPI sleep_and_wake(void *context)
{
    struct sleeper *sleeper = context;
    int i;

    for (i = 0; i < WAKE_UPS; ++i)
    {
        IMFMediaEvent *event;

        check(sleeper->side->get(sleeper->side->queue, 0, &event), "GetEvent");
        sleeper->latencies[i] = now_ns() - sleeper->queued_at;
        IMFMediaEvent_Release(event);
        InterlockedIncrement(&sleeper->received);
    }
    return 0;
}

static double measure_wake_ups(const struct side *side)
{
    static struct sleeper sleeper;
    HANDLE thread;
    int i;

    sleeper.side = side;
    sleeper.received = 0;
    thread = CreateThread(NULL, 0, sleep_and_wake, &sleeper, 0, NULL);
    for (i = 0; i < WAKE_UPS; ++i)
    {
        double ready;

        while (sleeper.received != i)
            YieldProcessor();
        for (ready = now_ns() + FALL_ASLEEP_NS; now_ns() < ready;)
            YieldProcessor();
        sleeper.queued_at = now_ns();
        check(side->put(side->queue, NULL), "QueueEvent");
    }
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
    return median(sleeper.latencies, WAKE_UPS);
}

/* --- the report ------------------------------------------------------------------------------------------- */

struct workload
{
    const char *name;
    double (*measure)(const struct side *side);
    double target; /* ours to theirs, at most */
};

static const struct workload workloads[] =
{
    { "queue and get, one thread", measure_pairs, 0.5 },
    { "burst of 100,000, then drain", measure_burst, 0.5 },
    { "four producers, one consumer", measure_producers, 0.7 },
    { "wake-up of a blocked reader", measure_wake_ups, 1.0 },
};

/* Returns whether the target is met. */
static BOOL run_workload(const struct workload *workload, const struct side *ours, const struct side *theirs,
                         int rounds)
{
    static double our_times[MAX_ROUNDS], their_times[MAX_ROUNDS];
    double our_median, their_median, ratio;
    int round;

    workload->measure(ours);
    workload->measure(theirs);
    for (round = 0; round < rounds; ++round)
    {
        if (round & 1)
            their_times[round] = workload->measure(theirs);
        our_times[round] = workload->measure(ours);
        if (!(round & 1))
            their_times[round] = workload->measure(theirs);
    }
    our_median = median(our_times, rounds);
    their_median = median(their_times, rounds);
    ratio = our_median / their_median;
    printf("%-30s ours %8.0f ns   mfplat %8.0f ns   ratio %.2f   target %.2f   %s\n", workload->name, our_median,
            their_median, ratio, workload->target, ratio <= workload->target ? "met" : "MISSED");
    fflush(stdout);
    return ratio <= workload->target;
}

int main(int argc, char **argv)
{
    int rounds = argc > 1 ? atoi(argv[1]) : DEFAULT_ROUNDS;
    struct event_generator generator;
    IMFMediaEventQueue *queue;
    struct side ours, theirs;
    int only = argc > 2 ? atoi(argv[2]) : -1;
    BOOL met = TRUE;
    int i;

    if (rounds < 1 || rounds > MAX_ROUNDS || only >= (int)ARRAYSIZE(workloads))
    {
        fprintf(stderr, "usage: bench_events [rounds [workload]], 1 to %d rounds\n", MAX_ROUNDS);
        return 2;
    }
    check(MFStartup(MF_VERSION, MFSTARTUP_LITE), "MFStartup");
    check(event_generator_init(&generator), "event_generator_init");
    check(MFCreateEventQueue(&queue), "MFCreateEventQueue");
    ours = (struct side){ &generator, ours_put, ours_get };
    theirs = (struct side){ queue, theirs_put, theirs_get };

    printf("%d-bit, %d rounds, medians, time an event\n", (int)sizeof(void *) * 8, rounds);
    for (i = 0; i < (int)ARRAYSIZE(workloads); ++i)
        if (only < 0 || only == i)
            met &= run_workload(&workloads[i], &ours, &theirs, rounds);

    event_generator_cleanup(&generator);
    IMFMediaEventQueue_Shutdown(queue);
    IMFMediaEventQueue_Release(queue);
    MFShutdown();
    return met ? 0 : 1;
}
