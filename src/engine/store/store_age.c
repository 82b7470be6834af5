/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The age of a store, in it and outside of it (store_age.h).
 */
#include "engine/store/store_age.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "engine/store/change.h"
#include "engine/store/store_internal.h"

#define COUNT_SUFFIX "-set-backs"
#define TIME_SUFFIX "-set-back-at"

/* --- inside ----------------------------------------------------------------------------------------------- */

static drm_result read_age(struct drm_database *database, uint64_t *out)
{
    struct drm_statement statement;
    uint64_t age = 0;
    drm_result result;

    drm_statement_prepare(&statement, database, "SELECT value FROM setting WHERE name = 'age'");
    if (drm_statement_step(&statement))
    {
        struct drm_span value = drm_statement_blob(&statement, 0);

        if (value.size == sizeof(age)) /* what somebody edited is no age, and no reason to refuse anything */
            age = drm_get_u64(value.data);
    }
    if (DRM_SUCCEEDED(result = drm_statement_finish(&statement)))
        *out = age;
    return result;
}

static drm_result write_age(struct drm_database *database, uint64_t age)
{
    struct drm_statement statement;
    uint8_t bytes[8];

    drm_put_u64(bytes, age);
    drm_statement_prepare(&statement, database, "INSERT OR REPLACE INTO setting(name, value) VALUES('age', ?1)");
    drm_statement_bind_blob(&statement, 1, bytes, sizeof(bytes));
    return drm_statement_run(&statement);
}

static bool is_witnessed(const struct drm_store *store)
{
    const struct drm_protector *protector = &store->host->protector;

    return protector->recall && protector->remember;
}

drm_result drm_store_age_raise_locked(struct drm_store *store)
{
    uint64_t age;
    drm_result result;

    if (!is_witnessed(store))
        return DRM_S_OK;
    result = read_age(store->database, &age);
    return DRM_SUCCEEDED(result) ? write_age(store->database, age + 1) : result;
}

/* --- outside ---------------------------------------------------------------------------------------------- */

static uint64_t recall(const struct drm_store *store, const char *suffix)
{
    const struct drm_protector *protector = &store->host->protector;
    char name[sizeof(store->age.name)];
    uint64_t number = 0;

    snprintf(name, sizeof(name), "%s%s", store->age.name, suffix);
    return DRM_SUCCEEDED(protector->recall(protector->context, name, &number)) ? number : 0;
}

static bool remember(const struct drm_store *store, const char *suffix, uint64_t number)
{
    const struct drm_protector *protector = &store->host->protector;
    char name[sizeof(store->age.name)];
    drm_result result;

    snprintf(name, sizeof(name), "%s%s", store->age.name, suffix);
    if (DRM_FAILED(result = protector->remember(protector->context, name, number)))
        drm_log_write(&store->host->log, "store: its age could not be noted outside: 0x%08x", (unsigned int)result);
    return DRM_SUCCEEDED(result);
}

void drm_store_age_witness(struct drm_store *store, struct drm_database *database)
{
    uint64_t age;

    if (!is_witnessed(store) || DRM_FAILED(read_age(database, &age))
        || age <= store->age.witnessed)
        return;
    if (remember(store, "", age))
        store->age.witnessed = age;
}

/* --- an older copy ---------------------------------------------------------------------------------------- */

static void note_set_back(struct drm_store *store)
{
    const struct drm_clock *clock = &store->host->clock;

    (void)remember(store, COUNT_SUFFIX, recall(store, COUNT_SUFFIX) + 1);
    (void)remember(store, TIME_SUFFIX, (uint64_t)clock->now(clock->context));
}

/* Another process may have done it since: the age is looked at again. Counted before the commit: rather twice than
 * never. */
static void catch_up(struct drm_store *store, uint64_t outside)
{
    uint64_t age;
    drm_result result = drm_store_begin_change(store);

    if (DRM_FAILED(result))
        return;
    if (DRM_SUCCEEDED(result = read_age(store->database, &age)) && age < outside
        && DRM_SUCCEEDED(result = write_age(store->database, outside)))
    {
        note_set_back(store);
        result = drm_store_commit_change(store);
    }
    drm_store_end_change(store, result);
}

void drm_store_age_name(struct drm_store *store, const uint8_t *store_id, size_t size)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < size; i++)
    {
        store->age.name[2 * i] = digits[store_id[i] >> 4];
        store->age.name[2 * i + 1] = digits[store_id[i] & 15];
    }
}

void drm_store_age_compare(struct drm_store *store)
{
    uint64_t age;

    if (!is_witnessed(store))
        return;
    /* In this order: what another process commits in between makes the store older, never younger. */
    store->age.witnessed = recall(store, "");
    if (!store->age.witnessed || DRM_FAILED(read_age(store->database, &age)) || age >= store->age.witnessed)
        return;
    drm_log_write(&store->host->log,
                  "store: an older copy of it was put in its place: %" PRIu64 " uses or removals are missing",
                  store->age.witnessed - age);
    catch_up(store, store->age.witnessed);
}

void drm_store_get_set_backs(struct drm_store *store, struct drm_set_backs *out)
{
    *out = (struct drm_set_backs){.count = 0};
    if (!is_witnessed(store))
        return;
    out->count = recall(store, COUNT_SUFFIX);
    out->last = (int64_t)recall(store, TIME_SUFFIX);
}
