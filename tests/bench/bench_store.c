/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Storing, listing and opening a store of many licences, beside plain SQLite on the same bytes (docs/benchmarks.md).
 *
 *     bench_store FOLDER [licences [licences in a response]]
 *
 * FOLDER must not exist; it is made, and left. Each response goes into the store and into a table with an index over
 * key ids in turn, one transaction each, with the same settings.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/count_flushes.h"
#include "bench/measure.h"
#include "engine/base/path.h"
#include "engine/crypto/crypto.h"
#include "engine/store/license_store.h"
#include "support/plain_host.h"

#define HEAD_SIZE 700
#define LICENSE_SIZE 900 /* with ten thousand in a response: 250 of fields, the rest is the path in its tree */
#define SINGLES 200
#define TARGET_RATE 0.5
#define TARGET_LIST_MS 2000.0 /* a million */
#define TARGET_OPEN_MS 50.0

static struct plain_host host;
static int missed;

static void tell(const char *what, double value, const char *unit, bool good)
{
    printf("%-52s %10.2f %-14s%s\n", what, value, unit, good ? "" : "  MISSED");
    missed |= !good;
    fflush(stdout);
}

/* --- ours ------------------------------------------------------------------------------------------------- */

struct given
{
    const struct drm_new_response *response;
};

static drm_result next_response(void *context, const struct drm_new_response **response)
{
    struct given *given = context;

    *response = given->response;
    given->response = NULL;
    return DRM_S_OK;
}

static void store_response(struct drm_store *store, const struct drm_new_response *response)
{
    struct given given = {response};
    const struct drm_response_source source = {.context = &given, .next = next_response};
    struct drm_stored stored;

    measure_check(drm_store_add_responses(store, &source, &stored), "storing");
    if (stored.added != response->count)
        measure_check(-1, "storing all of them");
}

static struct drm_store *open_store(const char *folder)
{
    const struct drm_store_options options = {.directory = folder, .host = &host.host};
    struct drm_store *store;

    measure_check(drm_store_open(&options, NULL, &store), "opening the store");
    return store;
}

/* --- the peer --------------------------------------------------------------------------------------------- */

static sqlite3 *plain;
static sqlite3_stmt *plain_insert;

static void must(int code)
{
    if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW)
        return;
    fprintf(stderr, "SQLite: %s\n", sqlite3_errmsg(plain));
    exit(2);
}

static void plain_open(const char *folder)
{
    char *path = drm_path_join(folder, "plain.db");

    must(sqlite3_open(path, &plain));
    must(sqlite3_exec(plain,
                      "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                      "CREATE TABLE license(id INTEGER PRIMARY KEY, key_id BLOB NOT NULL, license BLOB NOT NULL);"
                      "CREATE INDEX license_key ON license(key_id)",
                      NULL, NULL, NULL));
    must(sqlite3_prepare_v2(plain, "INSERT INTO license(key_id, license) VALUES(?1, ?2)", -1, &plain_insert, NULL));
    free(path);
}

static void plain_store(const struct drm_new_response *response)
{
    must(sqlite3_exec(plain, "BEGIN IMMEDIATE", NULL, NULL, NULL));
    for (size_t i = 0; i < response->count; i++)
    {
        must(sqlite3_bind_blob(plain_insert, 1, response->licenses[i].key_id, DRM_KEY_ID_SIZE, SQLITE_STATIC));
        must(sqlite3_bind_blob(plain_insert, 2, response->licenses[i].license.data,
                               (int)response->licenses[i].license.size, SQLITE_STATIC));
        must(sqlite3_step(plain_insert));
        must(sqlite3_reset(plain_insert));
    }
    must(sqlite3_exec(plain, "COMMIT", NULL, NULL, NULL));
}

static void plain_close(void)
{
    sqlite3_finalize(plain_insert);
    sqlite3_close(plain);
}

/* --- licences --------------------------------------------------------------------------------------------- */

static uint8_t anchor[DRM_SIGN_PUBLIC_SIZE] = {1};
static struct drm_buffer terms;
static struct drm_license_state begin;

static void make_terms(void)
{
    struct drm_terms value = {.grant_count = 3};

    value.grants[0] = (struct drm_grant){.right = DRM_RIGHT_PLAY, .count = 20, .until = INT64_C(4000000000000)};
    value.grants[1] = (struct drm_grant){.right = DRM_RIGHT_COPY, .count = 3};
    value.grants[2] = (struct drm_grant){.right = DRM_RIGHT_PLAYLIST_BURN, .count = DRM_COUNT_UNLIMITED};
    measure_check(drm_terms_write(&value, &terms), "terms");
    drm_license_state_begin(&value, &begin);
}

static void fill(struct drm_new_response *response, struct drm_new_license *licenses, uint8_t *bytes, size_t count)
{
    drm_random(response->response_id, sizeof(response->response_id));
    drm_random(bytes, HEAD_SIZE + LICENSE_SIZE);
    response->anchor = anchor;
    response->identity = 1;
    response->head = drm_span(bytes, HEAD_SIZE);
    response->licenses = licenses;
    response->count = count;
    for (size_t i = 0; i < count; i++)
    {
        drm_random(licenses[i].license_id, sizeof(licenses[i].license_id));
        drm_random(licenses[i].key_id, sizeof(licenses[i].key_id));
        licenses[i].terms = drm_buffer_span(&terms);
        licenses[i].license = drm_span(bytes + HEAD_SIZE, LICENSE_SIZE);
        licenses[i].state = begin;
    }
}

/* --- what is measured ------------------------------------------------------------------------------------- */

static void measure_bulk(struct drm_store *store, size_t total, size_t size, struct drm_new_license *licenses,
                         uint8_t *bytes)
{
    double ours = 0, theirs = 0;

    for (size_t done = 0; done < total; done += size)
    {
        struct drm_new_response response = {0};
        double start, middle, end;

        fill(&response, licenses, bytes, size);
        start = measure_now_us();
        store_response(store, &response);
        middle = measure_now_us();
        plain_store(&response);
        end = measure_now_us();
        ours += middle - start;
        theirs += end - middle;
    }
    tell("stored, in responses of many", (double)total / ours * 1e6, "licences/s", true);
    tell("plain SQLite, the same bytes", (double)total / theirs * 1e6, "rows/s", true);
    tell("ratio", theirs / ours, "", theirs / ours >= TARGET_RATE);
}

static void measure_singles(struct drm_store *store, struct drm_new_license *licenses, uint8_t *bytes)
{
    static struct series ours, theirs, ours_flushes, their_flushes;

    for (size_t i = 0; i < SINGLES; i++)
    {
        struct drm_new_response response = {0};
        unsigned long flushes;
        double start;

        fill(&response, licenses, bytes, 1);
        flushes = count_flushes();
        start = measure_now_us();
        store_response(store, &response);
        series_add(&ours, measure_now_us() - start);
        series_add(&ours_flushes, (double)(count_flushes() - flushes));
        flushes = count_flushes();
        start = measure_now_us();
        plain_store(&response);
        series_add(&theirs, measure_now_us() - start);
        series_add(&their_flushes, (double)(count_flushes() - flushes));
    }
    tell("a response of one licence", series_median(&ours), "us", true);
    tell("plain SQLite, one row", series_median(&theirs), "us", true);
    tell("flushes of a response of one licence", series_median(&ours_flushes), "", series_median(&ours_flushes) <= 1);
    tell("flushes of one row of plain SQLite", series_median(&their_flushes), "", true);
}

static void measure_listing(struct drm_store *store, size_t total)
{
    const struct drm_license_filter filter = {0};
    const struct drm_license_entry *entry;
    struct drm_license_cursor *cursor;
    double start = measure_now_us(), opened, ms;
    size_t count = 0;

    measure_check(drm_license_cursor_open(store, &filter, NULL, &cursor), "a cursor");
    opened = measure_now_us();
    for (;; count++)
    {
        measure_check(drm_license_cursor_next(cursor, &entry), "moving on");
        if (!entry)
            break;
        if (!entry->state_known)
            measure_check(-1, "proving a row");
    }
    drm_license_cursor_close(cursor);
    ms = (measure_now_us() - start) / 1000;
    if (count < total)
        measure_check(-1, "listing all of them");
    tell("opening an enumeration", (opened - start) / 1000, "ms", true);
    tell("enumerating", ms, "ms", ms * 1e6 / (double)count <= TARGET_LIST_MS);
    tell("a licence of it", ms * 1e6 / (double)count, "ns", true);
}

/* Until it answered a question. */
static void measure_opening(const char *folder)
{
    static struct series series;

    for (int i = 0; i < 21; i++)
    {
        const uint8_t key_id[DRM_KEY_ID_SIZE] = {(uint8_t)i};
        const struct drm_license_set *set;
        double start = measure_now_us();
        struct drm_store *store = open_store(folder);

        measure_check(drm_store_find_licenses(store, key_id, &set), "asking");
        drm_license_set_release(store, set);
        series_add(&series, (measure_now_us() - start) / 1000);
        drm_store_close(store);
    }
    tell("opening the store, and a first question", series_median(&series), "ms",
         series_median(&series) <= TARGET_OPEN_MS);
}

int main(int argc, char **argv)
{
    size_t total = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000000;
    size_t size = argc > 3 ? strtoul(argv[3], NULL, 10) : 10000;
    struct drm_new_license *licenses = size ? calloc(size, sizeof(*licenses)) : NULL;
    uint8_t *bytes = malloc(HEAD_SIZE + LICENSE_SIZE);
    struct drm_store *store;

    if (argc < 2 || !total || !licenses || !bytes || !count_flushes_install())
    {
        fprintf(stderr, "bench_store FOLDER [licences [licences in a response]]\n");
        return 2;
    }
    measure_check(drm_crypto_init(), "cryptography");
    plain_host_init(&host);
    make_terms();
    printf("%zu licences, %zu in a response, %d bytes each\n", total, size, LICENSE_SIZE);
    store = open_store(argv[1]);
    plain_open(argv[1]);
    measure_bulk(store, total, size, licenses, bytes);
    measure_singles(store, licenses, bytes);
    plain_close();
    measure_listing(store, total);
    drm_store_close(store);
    measure_opening(argv[1]);
    drm_buffer_free(&terms);
    free(licenses);
    free(bytes);
    return missed;
}
