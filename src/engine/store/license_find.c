/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Asking by key id (license_query.h).
 *
 * A set that was made stays true until the generation moves, of the database's or of the temporary licences'. Then the
 * read transaction is renewed: inside an open one a question takes no lock.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/store/license_query.h"
#include "engine/store/license_set.h"
#include "engine/store/store_internal.h"
#include "engine/store/temporary.h"

#define FLOORS 8 /* anchors whose latest time is remembered; a program has one or two */

struct known_floor
{
    uint64_t generation; /* 0: unused */
    uint8_t anchor[DRM_SIGN_PUBLIC_SIZE];
    int64_t floor;
};

struct drm_license_queries
{
    struct drm_store *store;
    sqlite3_mutex *lock; /* guards: all below. Before the store's where both are taken */
    struct drm_database *database;
    struct drm_license_rows rows;
    struct drm_statement select;
    bool is_open;        /* a read transaction */
    uint64_t generation; /* that it was begun at; 0: not known, renew it */
    struct drm_set_cache cache;
    struct known_floor floors[FLOORS];
    size_t next_floor;
};

drm_result drm_license_queries_create(struct drm_store *store, struct drm_license_queries **out)
{
    struct drm_license_queries *queries = calloc(1, sizeof(*queries));

    if (!queries || !(queries->lock = sqlite3_mutex_alloc(SQLITE_MUTEX_FAST)))
    {
        free(queries);
        return DRM_E_OUT_OF_MEMORY;
    }
    queries->store = store;
    *out = queries;
    return DRM_S_OK;
}

void drm_license_queries_free(struct drm_license_queries *queries)
{
    if (!queries)
        return;
    drm_set_cache_clear(&queries->cache);
    drm_license_rows_forget(&queries->rows);
    (void)drm_statement_finish(&queries->select);
    drm_database_close(queries->database);
    sqlite3_mutex_free(queries->lock);
    free(queries);
}

/* --- the read transaction --------------------------------------------------------------------------------- */

static void end_reading(struct drm_license_queries *queries)
{
    if (queries->is_open)
        drm_database_rollback(queries->database);
    queries->is_open = false;
}

void drm_license_queries_let_go(struct drm_license_queries *queries)
{
    if (sqlite3_mutex_try(queries->lock) != SQLITE_OK)
        return;
    if (queries->is_open && queries->generation != drm_generation_read(&queries->store->generation))
        end_reading(queries);
    sqlite3_mutex_leave(queries->lock);
}

void drm_license_queries_rest(struct drm_license_queries *queries)
{
    sqlite3_mutex_enter(queries->lock);
    end_reading(queries);
    sqlite3_mutex_leave(queries->lock);
}

void drm_store_rest(struct drm_store *store)
{
    drm_license_queries_rest(store->queries);
}

static drm_result connect(struct drm_license_queries *queries)
{
    drm_result result;

    if (queries->database)
        return DRM_S_OK;
    if (DRM_FAILED(result = drm_store_connect(queries->store, queries->store->database->task,
                                             &queries->database)))
        return result;
    drm_license_rows_init(&queries->rows, queries->store, queries->database, false);
    drm_statement_prepare(&queries->select, queries->database,
                          "SELECT " DRM_LICENSE_COLUMNS " FROM license WHERE key_id = ?1 ORDER BY id");
    if (DRM_SUCCEEDED(result = queries->select.result))
        return DRM_S_OK;
    (void)drm_statement_finish(&queries->select);
    drm_database_close(queries->database);
    queries->database = NULL;
    return result;
}

/* The generation is read before the state: what is seen then is of that one, or newer and asked for again. */
static drm_result begin_reading(struct drm_license_queries *queries)
{
    uint64_t generation = drm_generation_read(&queries->store->generation);
    drm_result result = connect(queries);

    if (DRM_FAILED(result))
        return result;
    if (queries->is_open && generation && generation == queries->generation)
        return DRM_S_OK;
    end_reading(queries);
    drm_license_rows_retry(&queries->rows);
    if (!generation)
        generation = drm_store_settle_generation(queries->store, queries->database);
    drm_database_trim_log(queries->database);
    if (DRM_FAILED(result = drm_database_execute(queries->database, "BEGIN")))
        return result;
    queries->is_open = true;
    queries->generation = generation;
    return DRM_S_OK;
}

/* Nobody may be kept from writing the log back by a state that is asked for once. */
static void finish_reading(struct drm_license_queries *queries, drm_result result)
{
    if (DRM_FAILED(result) || !queries->generation)
        end_reading(queries);
}

/* --- sets ------------------------------------------------------------------------------------------------- */

static drm_result add_row(struct drm_license_queries *queries, struct drm_held_set *set,
                          const struct drm_license_row *row)
{
    struct drm_known_license *known;
    const uint8_t *root;
    drm_result result;

    if (DRM_FAILED(result = drm_held_set_extend(set, &known))
        || DRM_FAILED(result = drm_license_rows_root(&queries->rows, row->anchor, &root))
        || DRM_FAILED(result = drm_license_state_read(row->state, &known->state)))
        return result;
    if (DRM_FAILED(drm_terms_read(row->terms, &known->terms)) || known->terms.priority != row->priority)
        return DRM_E_STORE_CORRUPT;
    known->number = row->number;
    memcpy(known->anchor, root, sizeof(known->anchor));
    memcpy(known->license_id, row->license_id, sizeof(known->license_id));
    set->set.count++;
    return DRM_S_OK;
}

static drm_result add_temporary(struct drm_held_set *set, const struct drm_temporary_license *license)
{
    struct drm_known_license *known;
    drm_result result;

    if (DRM_FAILED(result = drm_held_set_extend(set, &known))
        || DRM_FAILED(result = drm_terms_read(license->terms, &known->terms)))
        return result;
    known->number = license->number;
    memcpy(known->anchor, license->anchor, sizeof(known->anchor));
    memcpy(known->license_id, license->license_id, sizeof(known->license_id));
    known->state = license->state;
    set->set.count++;
    return DRM_S_OK;
}

/* A row that is remembered may be a temporary licence's, used by another process too: the lower state counts. */
static drm_result lower_temporary(struct drm_license_queries *queries, struct drm_held_set *set,
                                  const struct drm_license_row *row)
{
    struct drm_license_state state;
    const uint8_t *root;
    drm_result result = drm_license_rows_root(&queries->rows, row->anchor, &root);

    for (size_t i = 0; DRM_SUCCEEDED(result) && i < set->set.count; i++)
    {
        struct drm_known_license *known = &set->licenses[i];

        if (memcmp(known->license_id, row->license_id, DRM_ID_SIZE)
            || memcmp(known->anchor, root, sizeof(known->anchor)))
            continue;
        result = drm_license_row_prove(&queries->rows, row);
        if (result == DRM_E_SECURE_STORE_UNLOCK_ERROR)
            result = DRM_S_OK; /* it only lowers */
        if (DRM_FAILED(result) || DRM_FAILED(result = drm_license_state_read(row->state, &state)))
            return result;
        drm_license_state_lower(&known->state, &state);
        /* Gone elsewhere, or moved into the permanent store: then its row speaks for it. */
        if (row->status != DRM_LICENSE_REMEMBERED || state.flags & (DRM_LICENSE_DELETED | DRM_LICENSE_REVOKED))
            set->licenses[i--] = set->licenses[--set->set.count];
    }
    return result;
}

static drm_result fill_set(struct drm_license_queries *queries, struct drm_held_set *set,
                           const struct drm_temporary_list *temporary)
{
    struct drm_statement *select = &queries->select;
    struct drm_license_row row;
    drm_result result = DRM_S_OK, lost = DRM_S_OK;

    /* Temporary ones first, for their rows to find them; sorting is by priority anyway. */
    for (size_t i = 0; i < temporary->count && DRM_SUCCEEDED(result); i++)
        result = add_temporary(set, temporary->licenses[i]);
    drm_statement_bind_blob(select, 1, set->key_id, sizeof(set->key_id));
    while (DRM_SUCCEEDED(result) && drm_statement_step(select))
    {
        if (!drm_license_row_read(select, &row))
            break;
        if (temporary->count)
            result = lower_temporary(queries, set, &row);
        if (DRM_FAILED(result) || row.status == DRM_LICENSE_REMEMBERED)
            continue;
        result = drm_license_row_prove(&queries->rows, &row);
        if (DRM_SUCCEEDED(result))
            result = add_row(queries, set, &row);
        else if (result == DRM_E_SECURE_STORE_UNLOCK_ERROR)
        {
            lost = result;
            result = DRM_S_OK;
        }
    }
    if (DRM_SUCCEEDED(result))
        result = select->result;
    drm_statement_reset(select);
    select->result = DRM_S_OK;
    /* Licences under a key that is lost are lost with it; those that came since are not. */
    return DRM_SUCCEEDED(result) && !set->set.count ? lost : result;
}

static drm_result make_set(struct drm_license_queries *queries, const uint8_t key_id[DRM_KEY_ID_SIZE],
                           uint64_t temporary_generation, struct drm_held_set **out)
{
    struct drm_temporary_list temporary = {0};
    struct drm_held_set *set = NULL;
    drm_result result;

    if (DRM_SUCCEEDED(result = drm_held_set_create(key_id, &set))
        && DRM_SUCCEEDED(result = drm_temporary_list(queries->store->process, key_id, &temporary))
        && DRM_SUCCEEDED(result = fill_set(queries, set, &temporary)))
        result = drm_held_set_sort(set);
    drm_temporary_list_free(&temporary);
    if (DRM_FAILED(result))
    {
        drm_held_set_release(set);
        return result;
    }
    set->stamp = (struct drm_set_stamp){.generation = queries->generation, .temporary = temporary_generation};
    *out = set;
    return DRM_S_OK;
}

static drm_result find(struct drm_license_queries *queries, const uint8_t key_id[DRM_KEY_ID_SIZE],
                       struct drm_held_set **out)
{
    uint64_t temporary = drm_temporary_generation(queries->store->process);
    struct drm_held_set *set = drm_set_cache_find(&queries->cache, key_id);
    drm_result result;

    if (set && set->stamp.generation == drm_generation_read(&queries->store->generation)
        && set->stamp.temporary == temporary)
    {
        (void)__atomic_add_fetch(&set->references, 1, __ATOMIC_RELAXED);
        *out = set;
        return DRM_S_OK;
    }
    if (set)
        drm_set_cache_remove(&queries->cache, set);
    if (DRM_SUCCEEDED(result = begin_reading(queries)))
    {
        result = make_set(queries, key_id, temporary, out);
        finish_reading(queries, result);
    }
    if (DRM_SUCCEEDED(result) && (*out)->stamp.generation)
        drm_set_cache_put(&queries->cache, *out);
    return result;
}

drm_result drm_store_find_licenses(struct drm_store *store, const uint8_t key_id[DRM_KEY_ID_SIZE],
                                   const struct drm_license_set **out)
{
    struct drm_license_queries *queries = store->queries;
    struct drm_held_set *set;
    drm_result result;

    sqlite3_mutex_enter(queries->lock);
    result = find(queries, key_id, &set);
    sqlite3_mutex_leave(queries->lock);
    if (DRM_SUCCEEDED(result))
        *out = &set->set;
    return result;
}

void drm_license_set_release(struct drm_store *store, const struct drm_license_set *set)
{
    (void)store;
    drm_held_set_release((struct drm_held_set *)(uintptr_t)set);
}

/* --- the latest time seen --------------------------------------------------------------------------------- */

static drm_result read_floor(struct drm_license_queries *queries, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                             int64_t *out)
{
    struct drm_statement statement;

    *out = 0;
    drm_statement_prepare(&statement, queries->database, "SELECT floor FROM anchor WHERE root = ?1");
    drm_statement_bind_blob(&statement, 1, anchor, DRM_SIGN_PUBLIC_SIZE);
    if (drm_statement_step(&statement))
        *out = drm_statement_int(&statement, 0);
    return drm_statement_finish(&statement);
}

static drm_result find_floor(struct drm_license_queries *queries, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                             int64_t *out)
{
    uint64_t generation = drm_generation_read(&queries->store->generation);
    struct known_floor *known;
    drm_result result;

    for (size_t i = 0; i < FLOORS; i++)
    {
        known = &queries->floors[i];
        if (!memcmp(known->anchor, anchor, sizeof(known->anchor)) && known->generation)
        {
            if (known->generation == generation)
            {
                *out = known->floor;
                return DRM_S_OK;
            }
            known->generation = 0;
        }
    }
    if (DRM_FAILED(result = begin_reading(queries)))
        return result;
    result = read_floor(queries, anchor, out);
    if (DRM_SUCCEEDED(result) && queries->generation)
    {
        known = &queries->floors[queries->next_floor++ % FLOORS];
        known->generation = queries->generation;
        known->floor = *out;
        memcpy(known->anchor, anchor, sizeof(known->anchor));
    }
    finish_reading(queries, result);
    return result;
}

drm_result drm_license_queries_floor(struct drm_license_queries *queries, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                     int64_t *out)
{
    drm_result result;

    sqlite3_mutex_enter(queries->lock);
    result = find_floor(queries, anchor, out);
    sqlite3_mutex_leave(queries->lock);
    return result;
}
