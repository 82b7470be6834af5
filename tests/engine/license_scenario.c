/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Scenarios and dumps (license_scenario.h). */
#include "license_scenario.h"

#include <sqlite3.h>
#include <stdio.h>

#include "check.h"
#include "engine/base/path.h"
#include "engine/store_fixture.h"
#include "store_state.h"

#define TIME INT64_C(1700000000000)

/* --- the parts -------------------------------------------------------------------------------------------- */

static struct drm_store *open_at(const char *directory, struct plain_host *host)
{
    const struct drm_store_options options = {.directory = directory, .host = &host->host};
    struct drm_store *store;

    return drm_store_open(&options, NULL, &store) == DRM_S_OK ? store : NULL;
}

static drm_result give(struct drm_store *store, uint32_t response, const struct spec *specs, size_t count)
{
    const struct order order = {.anchor = 1, .response = response, .specs = specs, .count = count};
    struct drm_stored stored;

    return try_order(store, &order, &stored);
}

/* A result that says why: opening fails for the same causes. */
static drm_result try_open(const char *directory, struct plain_host *host, struct drm_store **out)
{
    const struct drm_store_options options = {.directory = directory, .host = &host->host};

    return drm_store_open(&options, NULL, out);
}

/* Asserts nothing: it runs in processes that are killed. */
static drm_result find_number(struct drm_store *store, uint32_t key, int64_t *out)
{
    const struct drm_license_set *set;
    drm_result result = drm_store_find_licenses(store, a_key_id(key), &set);

    if (DRM_FAILED(result))
        return result;
    *out = set->count ? set->licenses[0].number : 0;
    drm_license_set_release(store, set);
    return *out ? DRM_S_OK : DRM_E_LICENSE_NOT_FOUND;
}

/* --- what they begin with --------------------------------------------------------------------------------- */

static const struct spec stored_specs[] = {{.license = 1, .key = 1, .plays = 5}, {.license = 2, .key = 2, .plays = 5},
                                           {.license = 3, .key = 3},             {.license = 4, .key = 4}};

static void prepare_some(const char *directory, struct plain_host *host)
{
    struct drm_store *store = open_at(directory, host);
    int64_t number;

    assert_non_null(store);
    assert_int_equal(give(store, 1, stored_specs, COUNT(stored_specs)), DRM_S_OK);
    number = number_of(store, 4);
    assert_int_equal(drm_store_remove(store, &number, 1, DRM_LICENSE_DELETED, NULL), DRM_S_OK);
    drm_store_close(store);
}

/* Some are marked, and much of the file is free: cleaning compacts it. */
static void prepare_marked(const char *directory, struct plain_host *host)
{
    enum { MANY = 1000, MARKED = 100, STAY = 20 };
    struct drm_store *store = open_at(directory, host);
    struct spec *specs = calloc(MANY, sizeof(*specs));
    int64_t *numbers = calloc(MANY, sizeof(*numbers));

    assert_true(store && specs && numbers);
    for (uint32_t i = 0; i < MANY; i++)
        specs[i] = (struct spec){.license = 100 + i, .key = i};
    assert_int_equal(give(store, 2, specs, MANY), DRM_S_OK);
    for (uint32_t i = 0; i < MANY - STAY; i++)
        numbers[i] = number_of(store, i);
    assert_int_equal(drm_store_remove(store, numbers, MARKED, DRM_LICENSE_MARKED, NULL), DRM_S_OK);
    assert_int_equal(drm_store_remove(store, numbers + MARKED, MANY - STAY - MARKED, DRM_LICENSE_DELETED, NULL),
                     DRM_S_OK);
    drm_store_close(store);
    free(specs);
    free(numbers);
}

static const uint8_t transaction[DRM_ID_SIZE] = {5}, response_hash[DRM_SHA256_SIZE] = {6};
/* With its receipt, which is there if and only if the licences are gone. */
static const struct drm_used_challenge answered = {
    .transaction = transaction, .response = response_hash, .receipt = {.data = response_hash, .size = 6}};

static void prepare_challenge(const char *directory, struct plain_host *host)
{
    struct drm_store *store;

    prepare_some(directory, host);
    assert_non_null(store = open_at(directory, host));
    assert_int_equal(drm_store_add_removal_challenge(store, an_anchor(1), transaction), DRM_S_OK);
    drm_store_close(store);
}

static void prepare_receipt(const char *directory, struct plain_host *host)
{
    struct drm_store *store;

    prepare_challenge(directory, host);
    assert_non_null(store = open_at(directory, host));
    assert_int_equal(drm_store_remove(store, NULL, 0, DRM_LICENSE_REVOKED, &answered), DRM_S_OK);
    drm_store_close(store);
}

/* --- the operations --------------------------------------------------------------------------------------- */

/* New ones, one that is known, one that was deleted. */
static drm_result run_store(const char *directory, struct plain_host *host)
{
    static const struct spec specs[] = {{.license = 5, .key = 5, .plays = 2},
                                        {.license = 1, .key = 1, .plays = 5},
                                        {.license = 4, .key = 4},
                                        {.license = 6, .key = 6, .priority = 3}};
    struct drm_store *store;
    drm_result result = try_open(directory, host, &store);

    if (DRM_FAILED(result))
        return result;
    result = give(store, 7, specs, COUNT(specs));
    drm_store_close(store);
    return result;
}

/* So many that pages leave the cache before the commit would not be worth a test's time; these fill several hundred. */
static drm_result run_store_many(const char *directory, struct plain_host *host)
{
    static struct spec specs[1200];
    struct drm_store *store;
    drm_result result = try_open(directory, host, &store);

    if (DRM_FAILED(result))
        return result;
    for (uint32_t i = 0; i < COUNT(specs); i++)
        specs[i] = (struct spec){.license = 1000 + i, .key = 1000 + i};
    result = give(store, 9, specs, COUNT(specs));
    drm_store_close(store);
    return result;
}

static drm_result lower_both(void *context, const struct drm_known_license *licenses, struct drm_license_state *states)
{
    (void)context;
    (void)licenses;
    for (size_t i = 0; i < 2; i++)
    {
        states[i].remaining[0]--;
        states[i].first_use = TIME;
    }
    return DRM_S_OK;
}

/* A leaf and its root: both counts go down, or none. */
static drm_result run_use(const char *directory, struct plain_host *host)
{
    struct drm_store *store;
    int64_t numbers[2];
    drm_result result = try_open(directory, host, &store);

    if (DRM_FAILED(result))
        return result;
    if (DRM_SUCCEEDED(result = find_number(store, 1, &numbers[0]))
        && DRM_SUCCEEDED(result = find_number(store, 2, &numbers[1])))
        result = drm_store_change_states(store, numbers, 2, lower_both, NULL);
    drm_store_close(store);
    return result;
}

static const struct spec temporary_spec = {.license = 20, .key = 20, .plays = 4, .temporary = true};

/* Of a temporary licence what was used is remembered. */
static drm_result run_use_temporary(const char *directory, struct plain_host *host)
{
    struct drm_store *store;
    int64_t number;
    drm_result result = try_open(directory, host, &store);

    if (DRM_FAILED(result))
        return result;
    if (DRM_SUCCEEDED(result = give(store, 20, &temporary_spec, 1))
        && DRM_SUCCEEDED(result = find_number(store, 20, &number)))
        result = use(store, number, TIME);
    drm_store_close(store);
    return result;
}

static drm_result run_persist(const char *directory, struct plain_host *host)
{
    struct drm_store *store;
    int64_t number;
    drm_result result = try_open(directory, host, &store);

    if (DRM_FAILED(result))
        return result;
    if (DRM_SUCCEEDED(result = give(store, 20, &temporary_spec, 1))
        && DRM_SUCCEEDED(result = find_number(store, 20, &number)) && number < 0)
        result = drm_store_persist(store, number, &number);
    drm_store_close(store);
    return result;
}

static drm_result run_remove(const char *directory, struct plain_host *host)
{
    const struct drm_license_filter filter = {.only_backup = true};
    const struct drm_license_entry *entry;
    struct drm_license_cursor *cursor;
    struct drm_store *store;
    int64_t numbers[8];
    size_t count = 0;
    drm_result result = try_open(directory, host, &store);

    if (DRM_FAILED(result))
        return result;
    if (DRM_SUCCEEDED(result = drm_license_cursor_open(store, &filter, NULL, &cursor)))
    {
        while (DRM_SUCCEEDED(result = drm_license_cursor_next(cursor, &entry)) && entry && count < COUNT(numbers))
            numbers[count++] = entry->number;
        drm_license_cursor_close(cursor);
    }
    if (DRM_SUCCEEDED(result))
    {
        result = drm_store_remove(store, numbers, count, DRM_LICENSE_REVOKED, &answered);
        if (result == DRM_E_PARAMETERS_MISMATCHED && !count)
            result = DRM_S_OK; /* it was done */
    }
    drm_store_close(store);
    return result;
}

static drm_result run_drop_receipt(const char *directory, struct plain_host *host)
{
    struct drm_store *store;
    drm_result result = try_open(directory, host, &store);

    if (DRM_FAILED(result))
        return result;
    result = drm_store_drop_receipt(store, response_hash);
    drm_store_close(store);
    return result;
}

static drm_result run_mark(const char *directory, struct plain_host *host)
{
    struct drm_store *store;
    int64_t number;
    drm_result result = try_open(directory, host, &store);

    if (DRM_FAILED(result))
        return result;
    if (DRM_SUCCEEDED(result = find_number(store, 1, &number)))
        result = drm_store_remove(store, &number, 1, DRM_LICENSE_MARKED, NULL);
    drm_store_close(store);
    return result;
}

static drm_result run_clean(const char *directory, struct plain_host *host)
{
    struct drm_store *store;
    size_t purged;
    drm_result result = try_open(directory, host, &store);

    if (DRM_FAILED(result))
        return result;
    result = drm_store_clean(store, NULL, &purged);
    drm_store_close(store);
    return result;
}

static drm_result run_keep_key(const char *directory, struct plain_host *host)
{
    static const uint8_t key[DRM_AEAD_KEY_SIZE] = {9};
    struct drm_store *store;
    int64_t number;
    drm_result result = try_open(directory, host, &store);

    if (DRM_FAILED(result))
        return result;
    if (DRM_SUCCEEDED(result = find_number(store, 1, &number)))
        result = drm_store_keep_response_key(store, number, key);
    drm_store_close(store);
    return result;
}

const struct kill_scenario license_scenarios[] = {
    {.name = "store", .prepare = prepare_some, .run = run_store},
    {.name = "store_first", .run = run_store},
    {.name = "store_many", .prepare = prepare_some, .run = run_store_many},
    {.name = "use", .prepare = prepare_some, .run = run_use},
    {.name = "use_temporary", .prepare = prepare_some, .run = run_use_temporary},
    {.name = "persist", .prepare = prepare_some, .run = run_persist},
    {.name = "remove", .prepare = prepare_challenge, .run = run_remove},
    {.name = "drop_receipt", .prepare = prepare_receipt, .run = run_drop_receipt},
    {.name = "mark", .prepare = prepare_some, .run = run_mark},
    {.name = "clean", .prepare = prepare_marked, .run = run_clean},
    {.name = "keep_key", .prepare = prepare_some, .run = run_keep_key},
};
const size_t license_scenario_count = COUNT(license_scenarios);

/* --- dumps ------------------------------------------------------------------------------------------------ */

/* Every row is one that the store wrote, and every licence that is there can be read with its response. */
static bool rows_are_whole(struct drm_store *store)
{
    const struct drm_license_filter all = {0};
    const struct drm_license_entry *entry;
    struct drm_license_cursor *cursor;
    struct drm_buffer license = {0}, head = {0};
    bool whole = EXPECT(drm_license_cursor_open(store, &all, NULL, &cursor) == DRM_S_OK);

    while (whole)
    {
        whole = EXPECT(drm_license_cursor_next(cursor, &entry) == DRM_S_OK);
        if (!whole || !entry)
            break;
        whole = EXPECT(entry->state_known)
                && EXPECT(drm_license_cursor_read(cursor, &license, &head) == DRM_S_OK) && EXPECT(license.size)
                && EXPECT(head.size);
        drm_buffer_free(&license);
        drm_buffer_free(&head);
    }
    drm_license_cursor_close(cursor);
    return whole;
}

/* Tags are left out: whether they fit was asked, and they hang on a key that is random. */
static const char dump_sql[] =
    "SELECT hex(key_id) || hex(license_id) || ' priority ' || priority || ' status ' || status || ' state '"
    " || hex(state) || ' terms ' || hex(terms) || ' body ' || ifnull(hex(license), 'none') || ' response '"
    " || ifnull(hex(response_id) || hex(head) || (sealed_key IS NOT NULL), 'none')"
    " FROM license LEFT JOIN license_body USING(id) LEFT JOIN response ON response.id = license.response"
    " UNION ALL SELECT 'body without licence' FROM license_body WHERE id NOT IN (SELECT id FROM license)"
    " UNION ALL SELECT 'response ' || hex(response_id) FROM response"
    " UNION ALL SELECT 'challenge ' || hex(transaction_id) FROM removal_challenge"
    " UNION ALL SELECT 'receipt ' || hex(response) || hex(receipt) FROM removal_receipt ORDER BY 1";

static bool dump_rows(const char *directory, struct drm_buffer *out)
{
    char *path = drm_path_join(directory, "store.db");
    sqlite3 *database = NULL;
    sqlite3_stmt *statement = NULL;
    bool whole = EXPECT(sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK)
                 && EXPECT(sqlite3_prepare_v2(database, dump_sql, -1, &statement, NULL) == SQLITE_OK);
    int code = SQLITE_DONE;

    while (whole && (code = sqlite3_step(statement)) == SQLITE_ROW)
        whole = drm_buffer_append(out, sqlite3_column_text(statement, 0), (size_t)sqlite3_column_bytes(statement, 0))
                    == DRM_S_OK
                && drm_buffer_append(out, "\n", 1) == DRM_S_OK;
    whole = whole && EXPECT(code == SQLITE_DONE);
    sqlite3_finalize(statement);
    sqlite3_close(database);
    free(path);
    return whole;
}

bool license_dump(const char *directory, struct plain_host *host, struct drm_buffer *out)
{
    struct drm_store *store = open_at(directory, host);
    bool whole = EXPECT(store != NULL) && EXPECT(drm_store_check(store) == DRM_S_OK) && rows_are_whole(store);

    drm_store_close(store);
    return whole && dump_rows(directory, out);
}
