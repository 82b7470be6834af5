/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Cleaning: purges what is marked and what has ended, then gives the room back.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/store/license_query.h"
#include "engine/store/license_store.h"
#include "engine/store/store_internal.h"
#include "engine/store/temporary.h"

#define BATCH 256                 /* licences that are purged in one transaction */
#define HOUR_MS (INT64_C(60) * 60 * 1000)
#define WORTH_COMPACTING 8        /* a part of so much of the file is free */
#define COMPACT_MIN_PAGES 8
#define SLICE 512                 /* pages that are given back in one transaction */
#define SLICE_PAUSE_MS 15
#define DROP_ATTEMPTS 4

static bool cancelled(const struct drm_task *task)
{
    return task && task->cancelled(task->context);
}

/* --- what is marked --------------------------------------------------------------------------------------- */

static drm_result list_marked(struct drm_store *store, int64_t numbers[BATCH], size_t *count)
{
    struct drm_statement statement;
    drm_result result;

    *count = 0;
    drm_store_lock(store);
    drm_statement_prepare(&statement, store->database,
                          "SELECT id FROM license INDEXED BY license_to_purge WHERE status = 2 LIMIT ?1");
    drm_statement_bind_int(&statement, 1, BATCH);
    while (*count < BATCH && drm_statement_step(&statement))
        numbers[(*count)++] = drm_statement_int(&statement, 0);
    result = drm_statement_finish(&statement);
    drm_store_unlock(store);
    return result;
}

static drm_result purge_marked(struct drm_store *store, const struct drm_task *task, size_t *purged)
{
    int64_t numbers[BATCH];
    size_t count;
    drm_result result;

    do
    {
        if (cancelled(task))
            return DRM_E_OPERATION_CANCELED;
        if (DRM_FAILED(result = list_marked(store, numbers, &count)) || !count)
            return result;
        if (DRM_FAILED(result = drm_store_remove(store, numbers, count, DRM_LICENSE_DELETED, NULL)))
            return result;
        *purged += count;
    } while (count == BATCH);
    return DRM_S_OK;
}

/* --- what has ended --------------------------------------------------------------------------------------- */

static bool grant_has_ended(const struct drm_grant *grant, uint32_t remaining, const struct drm_license_state *state,
                            const struct drm_store_now *now)
{
    if (!remaining)
        return true;
    if (!now->known)
        return false;
    return (grant->until && now->time >= grant->until)
           || (grant->hours && state->first_use && now->time >= state->first_use + grant->hours * HOUR_MS);
}

static bool has_ended(const struct drm_terms *terms, const struct drm_license_state *state,
                      const struct drm_store_now *now)
{
    if (now->known && terms->not_after && now->time >= terms->not_after)
        return true;
    for (size_t i = 0; i < terms->grant_count; i++)
    {
        uint32_t remaining = i < state->count ? state->remaining[i] : DRM_COUNT_UNLIMITED;

        if (!grant_has_ended(&terms->grants[i], remaining, state, now))
            return false;
    }
    return true;
}

/* Those that are marked are remembered as deleted; what has ended is remembered by its counts. */
static drm_result purge_temporary_one(struct drm_store *store, const struct drm_temporary_license *license,
                                      size_t *purged)
{
    struct drm_store_now now;
    struct drm_terms terms;
    drm_result result;

    if (license->state.flags & DRM_LICENSE_MARKED)
    {
        if (DRM_FAILED(result = drm_store_remove(store, &license->number, 1, DRM_LICENSE_DELETED, NULL)))
            return result;
        ++*purged;
        return DRM_S_OK;
    }
    if (DRM_FAILED(result = drm_store_now(store, license->anchor, &now))
        || DRM_FAILED(result = drm_terms_read(license->terms, &terms)))
        return result;
    if (has_ended(&terms, &license->state, &now))
    {
        drm_temporary_remove(store->process, license->number);
        ++*purged;
    }
    return DRM_S_OK;
}

static drm_result purge_temporary(struct drm_store *store, const struct drm_task *task, size_t *purged)
{
    struct drm_temporary_list list;
    drm_result result = drm_temporary_list(store->process, NULL, &list);

    for (size_t i = 0; i < list.count && DRM_SUCCEEDED(result); i++)
        result = cancelled(task) ? DRM_E_OPERATION_CANCELED
                                 : purge_temporary_one(store, list.licenses[i], purged);
    drm_temporary_list_free(&list);
    return result;
}

/* --- room ------------------------------------------------------------------------------------------------- */

static drm_result read_pragma(struct drm_store *store, const char *sql, int64_t *out)
{
    struct drm_statement statement;

    *out = 0;
    drm_statement_prepare(&statement, store->database, sql);
    if (drm_statement_step(&statement))
        *out = drm_statement_int(&statement, 0);
    return drm_statement_finish(&statement);
}

/* Numbers of responses. */
struct numbers
{
    int64_t *all;
    size_t count, room;
};

static drm_result add_number(struct numbers *numbers, int64_t number)
{
    if (numbers->count == numbers->room)
    {
        size_t room = numbers->room ? 2 * numbers->room : BATCH;
        int64_t *all = realloc(numbers->all, room * sizeof(*all));

        if (!all)
            return DRM_E_OUT_OF_MEMORY;
        numbers->all = all;
        numbers->room = room;
    }
    numbers->all[numbers->count++] = number;
    return DRM_S_OK;
}

/* Looks at every licence, which takes a while where there are many: others may write meanwhile. */
static drm_result list_unused_responses(struct drm_store *store, struct numbers *numbers)
{
    struct drm_statement statement;
    drm_result result = DRM_S_OK, finished;

    numbers->count = 0;
    drm_statement_prepare(&statement, store->database,
                          "SELECT id FROM response WHERE id NOT IN (SELECT response FROM license WHERE status <> 0)");
    while (DRM_SUCCEEDED(result) && drm_statement_step(&statement))
        result = add_number(numbers, drm_statement_int(&statement, 0));
    finished = drm_statement_finish(&statement);
    return DRM_FAILED(finished) ? finished : result;
}

/* *current is false, and nothing was done, where somebody else wrote since version was read. */
static drm_result drop_some_responses(struct drm_store *store, const int64_t *numbers, size_t count, int64_t version,
                                      bool *current)
{
    struct drm_statement statement;
    int64_t now;
    drm_result result = drm_database_begin(store->database);

    if (DRM_FAILED(result))
        return result;
    if (DRM_FAILED(result = read_pragma(store, "PRAGMA data_version", &now)) || !(*current = now == version))
        goto done;
    drm_statement_prepare(&statement, store->database, "DELETE FROM response WHERE id = ?1");
    for (size_t i = 0; i < count && DRM_SUCCEEDED(statement.result); i++)
    {
        drm_statement_bind_int(&statement, 1, numbers[i]);
        (void)drm_statement_step(&statement);
        drm_statement_reset(&statement);
    }
    if (DRM_SUCCEEDED(result = drm_statement_finish(&statement)))
        result = drm_database_commit(store->database);

done:
    drm_database_rollback(store->database);
    return result;
}

/*
 * Heads of responses of which no licence is left. One that is not in use may be used again by who stores it a second
 * time, so that all is looked at anew where somebody wrote in between. What is left after a few attempts goes with the
 * next cleaning.
 */
static drm_result drop_responses(struct drm_store *store)
{
    struct numbers numbers = {0};
    drm_result result = DRM_S_OK;
    bool current = false;
    int64_t version;

    for (unsigned int attempt = 0; attempt < DROP_ATTEMPTS && !current && DRM_SUCCEEDED(result); attempt++)
    {
        current = true;
        if (DRM_SUCCEEDED(result = read_pragma(store, "PRAGMA data_version", &version)))
            result = list_unused_responses(store, &numbers);
        for (size_t i = 0; i < numbers.count && current && DRM_SUCCEEDED(result); i += BATCH)
            result = drop_some_responses(store, numbers.all + i,
                                         numbers.count - i < BATCH ? numbers.count - i : BATCH, version, &current);
    }
    free(numbers.all);
    return result;
}

static bool is_worth_it(int64_t free_pages, int64_t pages)
{
    return free_pages >= COMPACT_MIN_PAGES && free_pages >= pages / WORTH_COMPACTING;
}

/* Between two slices whoever waits for the database gets it: other connections look every ten milliseconds. */
static drm_result give_room_back(struct drm_store *store, const struct drm_task *task)
{
    int64_t free_pages, before, pages;
    drm_result result;

    if (DRM_FAILED(result = read_pragma(store, "PRAGMA freelist_count", &free_pages))
        || DRM_FAILED(result = read_pragma(store, "PRAGMA page_count", &pages)) || !is_worth_it(free_pages, pages))
        return result;
    do
    {
        before = free_pages;
        if (DRM_FAILED(result = drm_database_give_room_back(store->database, SLICE, &free_pages)) || !free_pages)
            return result;
        sqlite3_sleep(SLICE_PAUSE_MS);
        if (cancelled(task))
            return DRM_E_OPERATION_CANCELED;
    } while (free_pages < before);
    return DRM_S_OK; /* somebody frees as fast as this gives back */
}

static drm_result compact(struct drm_store *store, const struct drm_task *task)
{
    const struct drm_task *others;
    drm_result result;

    drm_license_queries_rest(store->queries);
    drm_store_lock(store);
    others = store->database->task;
    drm_database_set_task(store->database, task);
    drm_database_begin_long_work(store->database);
    if (DRM_SUCCEEDED(result = drop_responses(store)))
        result = give_room_back(store, task);
    drm_database_end_long_work(store->database);
    drm_database_shorten_log(store->database);
    drm_database_set_task(store->database, others);
    (void)sqlite3_db_release_memory(store->database->handle);
    drm_store_unlock(store);
    return result;
}

drm_result drm_store_clean(struct drm_store *store, const struct drm_task *task, size_t *purged)
{
    size_t count = 0;
    drm_result result = purge_marked(store, task, &count);

    if (DRM_SUCCEEDED(result))
        result = purge_temporary(store, task, &count);
    if (DRM_SUCCEEDED(result))
        result = compact(store, task);
    *purged = count;
    return result;
}

size_t drm_store_count_temporary(struct drm_store *store)
{
    return drm_temporary_count(store->process);
}
