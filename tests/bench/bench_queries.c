/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Asking a store of many licences, beside one prepared query of plain SQLite on the same rows (docs/benchmarks.md).
 *
 *     bench_queries FOLDER LICENCES make     makes the store and plain.db in FOLDER
 *     bench_queries FOLDER LICENCES          measures
 *
 * Two calls, so that what measures has the memory of a program that only asks. As a Windows program it asks through
 * the COM interface of the DLL, natively the engine. Under Wine, to be told the memory too:
 *
 *     sh -c 'UNIX_PID=$$ exec bash tests/run-windows.sh x86 build/x86/bin/bench_queries.exe FOLDER LICENCES'
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/asker.h"
#include "bench/many_licenses.h"
#include "bench/measure.h"
#include "engine/base/path.h"
#include "engine/crypto/crypto.h"

enum
{
    WARM = 64,       /* key ids that are asked again and again */
    ROUNDS = 400,    /* over all of them */
    COLD = 2000,     /* key ids that are asked once */
    OPENINGS = 11,
    CHANGES = 2000,  /* licences that are stored one by one while somebody may ask */
};

#define TARGET_WARM_US 3.0
#define TARGET_COLD_US 200.0
#define TARGET_OPEN_MS 50.0
#define TARGET_LIST_MS 2000.0 /* a million */
#define TARGET_MEMORY_MIB 64.0
#define TARGET_LOG_MIB 32.0
#define MIB (1024.0 * 1024.0)

static const char *folder;
static uint32_t stored;
static int missed;

static void tell(const char *what, double value, const char *unit, bool good)
{
    printf("%-56s %10.2f %-4s%s\n", what, value, unit, good ? "" : "  MISSED");
    missed |= !good;
    fflush(stdout);
}

static void tell_series(const char *what, struct series *series, double target)
{
    const double median = series_median(series);

    printf("%-56s %10.2f us     99 of 100 within %.2f us%s\n", what, median, series_quantile(series, 0.99),
           median <= target ? "" : "  MISSED");
    missed |= median > target;
    fflush(stdout);
}

/*
 * Memory that is this process's alone, in MiB. Wine's own numbers do not tell it, and a file of /proc/self that a
 * Windows program opens there is that of Wine's server, so UNIX_PID has to name the process: 0 without it.
 */
static double private_memory(void)
{
#ifdef _WIN32
    const char *process = getenv("UNIX_PID");
#else
    const char *process = "self";
#endif
    unsigned long anonymous = 0, shared = 0;
    char line[200];
    FILE *file;

    if (!process)
        return 0;
    snprintf(line, sizeof(line), "/proc/%s/status", process);
    file = fopen(line, "r");
    measure_check(file ? 0 : -1, line);
    while (fgets(line, sizeof(line), file))
    {
        sscanf(line, "RssAnon: %lu", &anonymous);
        sscanf(line, "RssShmem: %lu", &shared);
    }
    fclose(file);
    return (double)(anonymous + shared) / 1024;
}

static double log_size(void)
{
    char *path = drm_path_join(folder, "store.db-wal");
    FILE *file = fopen(path, "rb");
    long size = 0;

    if (file)
    {
        fseek(file, 0, SEEK_END);
        size = ftell(file);
        fclose(file);
    }
    free(path);
    return (double)size / MIB;
}

/* Stored ones in an order of no order, each once: 2654435761 is prime, so no licence comes twice. */
static uint32_t scattered(uint32_t number)
{
    return (uint32_t)((uint64_t)number * UINT64_C(2654435761) % stored);
}

static struct asker_question *question_about(uint32_t number)
{
    uint8_t key_id[DRM_KEY_ID_SIZE];

    many_licenses_key_id(number, key_id);
    return asker_prepare(key_id);
}

static void must_be_allowed(uint32_t reasons)
{
    if (reasons == DRM_ALLOWED)
        return;
    fprintf(stderr, "a licence that is there may not be used: 0x%x\n", (unsigned int)reasons);
    exit(2);
}

/* --- questions -------------------------------------------------------------------------------------------- */

/* Asked before: rounds over the same key ids, both sides in turn, so that a round's mean is one value. */
static void measure_warm(struct plain_licenses *plain)
{
    static struct series actions, states, theirs, theirs_inside;
    struct asker_question *questions[WARM];
    uint8_t key_ids[WARM][DRM_KEY_ID_SIZE];

    for (uint32_t i = 0; i < WARM; i++)
    {
        many_licenses_key_id(scattered(i), key_ids[i]);
        questions[i] = asker_prepare(key_ids[i]);
        must_be_allowed(asker_may_play(questions[i]));
    }
    for (int round = 0; round < ROUNDS; round++)
    {
        double times[5];

        times[0] = measure_now_us();
        for (size_t i = 0; i < WARM; i++)
            must_be_allowed(asker_may_play(questions[i]));
        times[1] = measure_now_us();
        for (size_t i = 0; i < WARM; i++)
            (void)asker_play_state(questions[i]);
        times[2] = measure_now_us();
        for (size_t i = 0; i < WARM; i++)
            measure_check(plain_licenses_ask(plain, key_ids[i]) == 1 ? 0 : -1, "a row of plain SQLite");
        times[3] = measure_now_us();
        sqlite3_exec(plain->database, "BEGIN", NULL, NULL, NULL);
        for (size_t i = 0; i < WARM; i++)
            measure_check(plain_licenses_ask(plain, key_ids[i]) == 1 ? 0 : -1, "a row of plain SQLite");
        sqlite3_exec(plain->database, "COMMIT", NULL, NULL, NULL);
        times[4] = measure_now_us();
        series_add(&actions, (times[1] - times[0]) / WARM);
        series_add(&states, (times[2] - times[1]) / WARM);
        series_add(&theirs, (times[3] - times[2]) / WARM);
        series_add(&theirs_inside, (times[4] - times[3]) / WARM);
    }
    for (size_t i = 0; i < WARM; i++)
        asker_free(questions[i]);
    tell_series("QueryActionAllowed, asked before", &actions, TARGET_WARM_US);
    tell_series("QueryLicenseState, asked before", &states, TARGET_WARM_US);
    tell_series("plain SQLite, asked before", &theirs, 1e9);
    tell_series("plain SQLite inside of one transaction, asked before", &theirs_inside, 1e9);
    tell("plain SQLite to QueryActionAllowed, asked before", series_median(&theirs) / series_median(&actions), "",
         true);
}

static void measure_cold(struct plain_licenses *plain)
{
    static struct series ours, theirs, absent;

    for (uint32_t i = 0; i < COLD; i++)
    {
        struct asker_question *question = question_about(scattered(WARM + i));
        struct asker_question *nothing = question_about(UINT32_MAX - i);
        uint8_t key_id[DRM_KEY_ID_SIZE];
        double start = measure_now_us();

        must_be_allowed(asker_may_play(question));
        series_add(&ours, measure_now_us() - start);
        start = measure_now_us();
        measure_check(asker_may_play(nothing) & DRM_REFUSED_NO_LICENSE ? 0 : -1, "a licence that is not there");
        series_add(&absent, measure_now_us() - start);
        many_licenses_key_id(scattered(WARM + i), key_id);
        start = measure_now_us();
        measure_check(plain_licenses_ask(plain, key_id) == 1 ? 0 : -1, "a row of plain SQLite");
        series_add(&theirs, measure_now_us() - start);
        asker_free(question);
        asker_free(nothing);
    }
    tell_series("QueryActionAllowed, a new key id", &ours, TARGET_COLD_US);
    tell_series("QueryActionAllowed, a key id without a licence", &absent, TARGET_COLD_US);
    tell_series("plain SQLite, a new key id", &theirs, 1e9);
}

/* --- opening, listing -------------------------------------------------------------------------------------- */

/* From nothing to the first answer. */
static void measure_opening(void)
{
    static struct series series;
    struct asker_question *question = question_about(scattered(7));

    for (int i = 0; i < OPENINGS; i++)
    {
        double start = measure_now_us();

        asker_open();
        must_be_allowed(asker_may_play(question));
        series_add(&series, (measure_now_us() - start) / 1000);
        asker_close();
    }
    asker_free(question);
    tell("the process's first opening, until an answer", series.values[0], "ms", true);
    tell("opening, until an answer", series_median(&series), "ms", series_median(&series) <= TARGET_OPEN_MS);
}

static double memory_in_the_middle;

static void note_memory(void)
{
    memory_in_the_middle = private_memory();
}

static void measure_listing(void)
{
    double start = measure_now_us(), ms;
    size_t count = asker_enumerate(stored, note_memory);

    ms = (measure_now_us() - start) / 1000;
    measure_check(count >= stored ? 0 : -1, "listing all of them");
    tell("enumerating, all of it", ms, "ms", ms * 1e6 / (double)count <= TARGET_LIST_MS);
    tell("private memory in its middle", memory_in_the_middle, "MiB", memory_in_the_middle <= TARGET_MEMORY_MIB);
}

/* --- the log ------------------------------------------------------------------------------------------------ */

/* Somebody asked once, and asks again after each change, or never. */
static void measure_log(const struct drm_host *host, bool asks)
{
    static uint32_t next; /* far above the stored ones, and elsewhere in each run */
    struct drm_store *store = many_licenses_open(folder, host);
    struct asker_question *question = question_about(scattered(3));
    double largest = 0;

    if (!next)
    {
        drm_random(&next, sizeof(next));
        next |= 0x80000000;
        next &= 0xbfffffff;
    }
    must_be_allowed(asker_may_play(question));
    if (!asks)
        asker_rest();
    for (int i = 0; i < CHANGES; i++)
    {
        many_licenses_add(store, next++);
        if (asks)
            must_be_allowed(asker_may_play(question));
        if (i % 100 == 99 && log_size() > largest)
            largest = log_size();
    }
    asker_free(question);
    drm_store_close(store);
    tell(asks ? "the log after 2000 changes, with questions in between"
              : "the log after 2000 changes, nobody asks meanwhile",
         largest, "MiB", largest <= TARGET_LOG_MIB);
}

int main(int argc, char **argv)
{
    const struct drm_host *host;
    struct plain_licenses plain;
    double start;

    if (argc < 3 || (argc > 3 && strcmp(argv[3], "make") != 0) || strtoul(argv[2], NULL, 10) < 2 * COLD)
    {
        fprintf(stderr, "usage: bench_queries FOLDER LICENCES [make]\n");
        return 2;
    }
    folder = argv[1];
    stored = (uint32_t)strtoul(argv[2], NULL, 10);
    host = asker_begin(folder);
    printf("%d-bit, %s, %u licences\n", (int)sizeof(void *) * 8, asker_name, (unsigned int)stored);
    if (argc > 3)
    {
        asker_individualize();
        start = measure_now_us();
        many_licenses_make(folder, host, stored);
        tell("made, with plain SQLite beside it", (measure_now_us() - start) / 1e6, "s", true);
        return 0;
    }
    measure_opening();
    asker_open();
    plain_licenses_open(folder, &plain);
    measure_warm(&plain);
    measure_cold(&plain);
    plain_licenses_close(&plain);
    tell("private memory", private_memory(), "MiB", private_memory() <= TARGET_MEMORY_MIB);
    measure_listing();
    measure_log(host, true);
    measure_log(host, false);
    asker_close();
    return missed;
}
