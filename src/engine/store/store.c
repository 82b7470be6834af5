/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Opening and closing the store, its schema, and its small shared parts.
 */
#include "engine/store/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/path.h"
#include "engine/crypto/crypto.h"
#include "engine/database/set_aside.h"
#include "engine/store/license_query.h"
#include "engine/store/store_internal.h"
#include "engine/store/temporary.h"

#define STORE_APPLICATION_ID 0x574d4453 /* "WMDS" */

/* secret: keys of the store, each sealed by the protector. anchor: one row for each trust anchor that ever answered,
 * with what it said. identity: all that were ever in force; anchor.identity names the one that is. */
static const char schema_1[] =
    DRM_CONTENT_SCHEMA
    "CREATE TABLE secret(id INTEGER PRIMARY KEY AUTOINCREMENT, sealed BLOB NOT NULL, created INTEGER NOT NULL) STRICT;"
    "CREATE TABLE anchor(id INTEGER PRIMARY KEY, root BLOB NOT NULL UNIQUE,"
    " embedded INTEGER NOT NULL DEFAULT 0, identity INTEGER REFERENCES identity(id),"
    " version INTEGER NOT NULL DEFAULT 0, issuers BLOB NOT NULL DEFAULT x'',"
    " signed_time INTEGER NOT NULL DEFAULT 0, observed_time INTEGER NOT NULL DEFAULT 0,"
    " daily_limit INTEGER NOT NULL DEFAULT 0, renewal_url TEXT NOT NULL DEFAULT '',"
    " license_url TEXT NOT NULL DEFAULT '', component INTEGER REFERENCES content(id),"
    " component_name TEXT NOT NULL DEFAULT '', component_hash BLOB NOT NULL DEFAULT x'') STRICT;"
    "CREATE TABLE identity(id INTEGER PRIMARY KEY AUTOINCREMENT, anchor INTEGER NOT NULL REFERENCES anchor(id),"
    " machine_id BLOB NOT NULL, sign_key BLOB NOT NULL, encrypt_key BLOB NOT NULL, version INTEGER NOT NULL,"
    " chain BLOB NOT NULL, secret INTEGER NOT NULL REFERENCES secret(id), sealed BLOB NOT NULL,"
    " created INTEGER NOT NULL) STRICT;"
    "CREATE TABLE revocation_list(anchor INTEGER NOT NULL REFERENCES anchor(id), type INTEGER NOT NULL,"
    " version INTEGER NOT NULL, issued INTEGER NOT NULL, entry_size INTEGER NOT NULL, entry_count INTEGER NOT NULL,"
    " entries_hash BLOB NOT NULL, entries_offset INTEGER NOT NULL, content INTEGER NOT NULL REFERENCES content(id),"
    " PRIMARY KEY(anchor, type)) STRICT, WITHOUT ROWID;";

/* removal_receipt: receipts of removals that the program has not got yet; response is the hash of the issuer's. */
static const char schema_3[] =
    "CREATE TABLE removal_receipt(id INTEGER PRIMARY KEY AUTOINCREMENT, response BLOB NOT NULL UNIQUE,"
    " anchor INTEGER NOT NULL, receipt BLOB NOT NULL) STRICT;";

static const char *const store_scripts[] = {schema_1, drm_license_schema, schema_3};
static const struct drm_database_schema store_schema = {
    .application_id = STORE_APPLICATION_ID,
    .scripts = store_scripts,
    .version = sizeof(store_scripts) / sizeof(store_scripts[0]),
    .gives_room_back = true,
};

/* Of pages; taken as they are needed, and given back after a change of many licences. */
#define CACHE_KIB 16384
/*
 * Pages that are mapped need no call of the system's to be read: 166 instead of 363 us for a question under Wine. Not
 * much of 2 GiB is free in a 32-bit program.
 */
#define MAP_SIZE (sizeof(void *) > 4 ? INT64_C(0x7fff0000) : INT64_C(0x8000000))

void drm_store_lock(struct drm_store *store)
{
    sqlite3_mutex_enter(store->lock);
}

void drm_store_unlock(struct drm_store *store)
{
    sqlite3_mutex_leave(store->lock);
}

uint64_t drm_store_generation(struct drm_store *store)
{
    return drm_generation_read(&store->generation);
}

/* --- opening ---------------------------------------------------------------------------------------------- */

static drm_result tune(struct drm_database *database)
{
    char sql[120];

    snprintf(sql, sizeof(sql), "PRAGMA cache_size=-%d; PRAGMA mmap_size=%lld; PRAGMA journal_size_limit=%d", CACHE_KIB,
             (long long)MAP_SIZE, DRM_DATABASE_LOG_LIMIT);
    return drm_database_execute(database, sql);
}

drm_result drm_store_connect(struct drm_store *store, const struct drm_task *task, struct drm_database **out)
{
    char *path = drm_path_join(store->directory, "store.db");
    struct drm_database *database;
    drm_result result = path ? drm_database_open(path, &store_schema, DRM_DATABASE_OPEN, &store->host->log, task,
                                                 &database)
                             : DRM_E_OUT_OF_MEMORY;

    free(path);
    if (DRM_FAILED(result))
        return result;
    if (DRM_FAILED(result = tune(database)))
    {
        drm_database_close(database);
        return result;
    }
    *out = database;
    return DRM_S_OK;
}

/* What this process keeps of the store beside its database. */
static drm_result find_process_store(struct drm_store *store)
{
    uint8_t id[DRM_STORE_ID_SIZE];
    struct drm_statement statement;
    bool found = false;
    drm_result result;

    drm_statement_prepare(&statement, store->database, "SELECT value FROM setting WHERE name = 'store id'");
    if (drm_statement_step(&statement))
        found = drm_statement_fixed(&statement, 0, id, sizeof(id));
    if (DRM_FAILED(result = drm_statement_finish(&statement)))
        return result;
    if (!found)
        return DRM_E_STORE_CORRUPT;
    drm_store_age_name(store, id, sizeof(id));
    return drm_process_store_get(id, &store->process);
}

static drm_result open_store(const struct drm_store_options *options, enum drm_database_mode mode,
                             const struct drm_task *task, struct drm_store **out)
{
    struct drm_store *store = calloc(1, sizeof(*store));
    char *path = drm_path_join(options->directory, "store.db");
    char *generation = drm_path_join(options->directory, "generation");
    drm_result result;

    if (!store || !path || !generation)
    {
        result = DRM_E_OUT_OF_MEMORY;
        goto done;
    }
    store->host = options->host;
    store->directory = drm_path_join(options->directory, "");
    store->lock = sqlite3_initialize() == SQLITE_OK ? sqlite3_mutex_alloc(SQLITE_MUTEX_FAST) : NULL;
    if (!store->directory || !store->lock)
    {
        result = DRM_E_OUT_OF_MEMORY;
        goto done;
    }
    /* A folder that is there but cannot be written makes this fail too; opening tells then what is wrong with it. */
    result = drm_path_make_directory(options->directory);
    if (DRM_FAILED(result) && !drm_path_exists(path))
        goto done;
    if (DRM_FAILED(result = drm_database_open(path, &store_schema, mode, &options->host->log, task,
                                             &store->database))
        || DRM_FAILED(result = tune(store->database)) || DRM_FAILED(result = find_process_store(store))
        || DRM_FAILED(result = drm_license_queries_create(store, &store->queries)))
        goto done;
    drm_license_rows_init(&store->rows, store, store->database, true);
    if (DRM_FAILED(result = drm_generation_open(&store->generation, generation)))
        goto done;
    store->contents = (struct drm_content_table){
        .database = store->database,
        .lock = store->lock,
        .host = store->host,
        .directory = store->directory,
        .prefix = "store",
    };
    drm_store_age_compare(store);
    *out = store;
    store = NULL;

done:
    drm_store_close(store);
    free(path);
    free(generation);
    return result;
}

drm_result drm_store_open(const struct drm_store_options *options, const struct drm_task *task, struct drm_store **out)
{
    return open_store(options, DRM_DATABASE_OPEN_OR_CREATE, task, out);
}

void drm_store_close(struct drm_store *store)
{
    if (!store)
        return;
    drm_license_queries_free(store->queries);
    drm_license_rows_forget(&store->rows);
    drm_process_store_release(store->process);
    drm_store_close_lists_locked(store);
    drm_generation_close(&store->generation);
    drm_database_close(store->database);
    sqlite3_mutex_free(store->lock);
    drm_wipe(store->secret, sizeof(store->secret));
    free(store->directory);
    free(store);
}

drm_result drm_store_check(struct drm_store *store)
{
    static const char *const tables[] = {
        "secret",  "anchor",       "identity", "content",           "revocation_list", "setting",
        "license", "license_body", "response", "removal_challenge", "removal_receipt",
    };
    drm_result result;

    drm_store_lock(store);
    result = drm_database_check(store->database, tables, sizeof(tables) / sizeof(tables[0]));
    drm_store_unlock(store);
    return result;
}

drm_result drm_store_stage(struct drm_store *store, struct drm_staged_content **out)
{
    return drm_content_stage(&store->contents, out);
}

drm_result drm_store_anchor_locked(struct drm_store *store, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE], bool create,
                                   int64_t *out)
{
    struct drm_statement statement;
    int64_t number = 0;
    drm_result result;

    if (create)
    {
        drm_statement_prepare(&statement, store->database,
                              "INSERT INTO anchor(root) VALUES(?1) ON CONFLICT DO NOTHING");
        drm_statement_bind_blob(&statement, 1, anchor, DRM_SIGN_PUBLIC_SIZE);
        if (DRM_FAILED(result = drm_statement_run(&statement)))
            return result;
    }
    drm_statement_prepare(&statement, store->database, "SELECT id FROM anchor WHERE root = ?1");
    drm_statement_bind_blob(&statement, 1, anchor, DRM_SIGN_PUBLIC_SIZE);
    if (drm_statement_step(&statement))
        number = drm_statement_int(&statement, 0);
    result = drm_statement_finish(&statement);
    if (DRM_SUCCEEDED(result))
        *out = number;
    return result;
}

struct proof
{
    const struct drm_store_options *options;
    const struct drm_task *task;
};

static drm_result prove_whole(void *context)
{
    const struct proof *proof = context;
    struct drm_store *store;
    drm_result result = open_store(proof->options, DRM_DATABASE_OPEN, proof->task, &store);

    if (result == DRM_E_NOT_FOUND)
        return DRM_S_OK; /* another process was faster */
    if (DRM_FAILED(result))
        return result;
    result = drm_store_check(store);
    drm_store_close(store);
    return result;
}

drm_result drm_store_set_aside(const struct drm_store_options *options, const struct drm_task *task)
{
    struct proof proof = {.options = options, .task = task};

    return drm_set_aside(options->directory, "store", options->host, task, prove_whole, &proof);
}
