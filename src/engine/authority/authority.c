/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Opening, making and setting aside an authority, and its schema.
 */
#include "engine/authority/authority.h"

#include <stdlib.h>
#include <string.h>

#include "engine/authority/authority_internal.h"
#include "engine/authority/moving.h"
#include "engine/base/path.h"
#include "engine/database/set_aside.h"

#define AUTHORITY_APPLICATION_ID 0x574d4441 /* "WMDA" */
/* Of pages, taken as they are needed: the record's indexes over random ids outgrow SQLite's two megabytes soon. */
#define SET_CACHE "PRAGMA cache_size=-8192"

/* secret: the key that the private keys rest under, sealed by the protector. key: one for each role, with its
 * certificate. state: what an operator sets. certificate: every one that was ever issued to a machine. */
static const char schema_1[] =
    DRM_CONTENT_SCHEMA
    "CREATE TABLE secret(id INTEGER PRIMARY KEY CHECK(id = 1), sealed BLOB NOT NULL) STRICT;"
    "CREATE TABLE key(role INTEGER PRIMARY KEY, public_key BLOB NOT NULL, certificate BLOB NOT NULL,"
    " sealed BLOB NOT NULL) STRICT;"
    "CREATE TABLE state(id INTEGER PRIMARY KEY CHECK(id = 1), version INTEGER NOT NULL,"
    " daily_limit INTEGER NOT NULL DEFAULT 0, renewal_url TEXT NOT NULL DEFAULT '',"
    " license_url TEXT NOT NULL DEFAULT '', component INTEGER REFERENCES content(id),"
    " component_size INTEGER NOT NULL DEFAULT 0, component_name TEXT NOT NULL DEFAULT '',"
    " component_hash BLOB NOT NULL DEFAULT x'') STRICT;"
    "CREATE TABLE revocation_list(type INTEGER PRIMARY KEY, version INTEGER NOT NULL, entry_count INTEGER NOT NULL,"
    " size INTEGER NOT NULL, hash BLOB NOT NULL, content INTEGER NOT NULL REFERENCES content(id)) STRICT;"
    "CREATE TABLE certificate(id INTEGER PRIMARY KEY AUTOINCREMENT, machine_id BLOB NOT NULL,"
    " certificate_id BLOB NOT NULL, serial BLOB NOT NULL, issued INTEGER NOT NULL, version INTEGER NOT NULL) STRICT;"
    "CREATE INDEX certificate_machine ON certificate(machine_id, issued);";

/*
 * offer: what licences are issued of; sealed is its content key. issued: every licence that was ever issued; lineage is
 * the licence that a restored one descends from, NULL of one that nobody restored. removal: what is to go, of the
 * licences up to number last; a NULL or empty column stands for any. removal_answer: what every challenge (id: its
 * transaction) was answered, so that none is answered twice.
 */
static const char schema_2[] =
    "CREATE TABLE offer(id INTEGER PRIMARY KEY AUTOINCREMENT, key_id BLOB NOT NULL UNIQUE, name TEXT NOT NULL,"
    " rights TEXT NOT NULL, uplink BLOB, sealed BLOB NOT NULL, added INTEGER NOT NULL,"
    " withdrawn INTEGER NOT NULL DEFAULT 0, interactive INTEGER NOT NULL, per_machine INTEGER NOT NULL) STRICT;"
    "CREATE INDEX offer_uplink ON offer(uplink) WHERE uplink IS NOT NULL;"
    "CREATE TABLE issued(id INTEGER PRIMARY KEY AUTOINCREMENT, license_id BLOB NOT NULL UNIQUE, key_id BLOB NOT NULL,"
    " machine_id BLOB NOT NULL, user_id TEXT NOT NULL, revocable INTEGER NOT NULL, issued INTEGER NOT NULL,"
    " removed INTEGER NOT NULL DEFAULT 0, lineage BLOB) STRICT;"
    "CREATE INDEX issued_key ON issued(key_id);"
    "CREATE INDEX issued_machine ON issued(machine_id, key_id);"
    "CREATE INDEX issued_lineage ON issued(lineage, machine_id) WHERE lineage IS NOT NULL;"
    "CREATE TABLE removal(id INTEGER PRIMARY KEY AUTOINCREMENT, machine_id BLOB, key_id BLOB, user_id TEXT NOT NULL,"
    " last INTEGER NOT NULL, planned INTEGER NOT NULL) STRICT;"
    "CREATE TABLE removal_answer(id BLOB PRIMARY KEY, machine_id BLOB NOT NULL, user_id TEXT NOT NULL,"
    " key_ids BLOB NOT NULL, last INTEGER NOT NULL, answered INTEGER NOT NULL, received INTEGER NOT NULL DEFAULT 0)"
    " STRICT, WITHOUT ROWID;";

static const char *const authority_scripts[] = {schema_1, schema_2};
const struct drm_database_schema drm_authority_schema = {
    .application_id = AUTHORITY_APPLICATION_ID,
    .scripts = authority_scripts,
    .version = sizeof(authority_scripts) / sizeof(authority_scripts[0]),
};

void drm_authority_lock(struct drm_authority *authority)
{
    sqlite3_mutex_enter(authority->lock);
}

void drm_authority_unlock(struct drm_authority *authority)
{
    sqlite3_mutex_leave(authority->lock);
}

int64_t drm_authority_now(const struct drm_authority *authority)
{
    int64_t now = authority->host->clock.now(authority->host->clock.context);

    /* What stands in signed objects is within these. */
    return now < 1 ? 1 : now > DRM_TIME_MAX ? DRM_TIME_MAX : now;
}

const uint8_t *drm_authority_root(const struct drm_authority *authority)
{
    return authority->keys[DRM_KEY_ROOT].public_key;
}

/* --- making ----------------------------------------------------------------------------------------------- */

static drm_result make_state(struct drm_authority *authority)
{
    struct drm_statement statement;

    drm_statement_prepare(&statement, authority->database, "INSERT INTO state(id, version) VALUES(1, ?1)");
    drm_statement_bind_int(&statement, 1, (int64_t)drm_version_pack(DRM_VERSION_CURRENT));
    return drm_statement_run(&statement);
}

struct making
{
    struct drm_authority *authority;
    const char *name;
};

/* Part of the transaction that makes the database: there is none without keys and lists. */
static drm_result fill(void *context, struct drm_database *database)
{
    const struct making *making = context;
    struct drm_authority *authority = making->authority;
    drm_result result;

    authority->database = authority->contents.database = database;
    drm_authority_forget_keys(authority);
    if (DRM_SUCCEEDED(result = drm_authority_make_keys_locked(authority, making->name))
        && DRM_SUCCEEDED(result = make_state(authority))
        && DRM_SUCCEEDED(result = drm_authority_make_lists_locked(authority)))
        drm_log_write(&authority->host->log, "authority: made a new one in %s", authority->directory);
    authority->database = authority->contents.database = NULL;
    return result;
}

/* Are the keys in memory, if there are any, those that the database has? What was made a moment ago may be set aside
 * already, and replaced by another process. */
static bool has_keys_of_database(struct drm_authority *authority)
{
    uint8_t root[DRM_SIGN_PUBLIC_SIZE];
    struct drm_statement statement;
    bool same = false;

    if (!authority->issuers.size)
        return false;
    drm_statement_prepare(&statement, authority->database, "SELECT public_key FROM key WHERE role = ?1");
    drm_statement_bind_int(&statement, 1, DRM_ROLE_ROOT);
    if (drm_statement_step(&statement) && drm_statement_fixed(&statement, 0, root, sizeof(root)))
        same = !memcmp(root, drm_authority_root(authority), sizeof(root));
    return DRM_SUCCEEDED(drm_statement_finish(&statement)) && same;
}

/* The protector is slow: a new authority's keys are not opened again. */
static drm_result load_keys(struct drm_authority *authority)
{
    if (has_keys_of_database(authority))
        return DRM_S_OK;
    drm_authority_forget_keys(authority);
    return drm_authority_load_keys_locked(authority);
}

/* Certificates end, and a clock that was wrong when they were made may be right now. */
static drm_result renew(struct drm_authority *authority)
{
    drm_result result;

    if (authority->database->read_only)
        return DRM_S_OK;
    if (DRM_FAILED(result = drm_database_begin(authority->database)))
        return result;
    drm_authority_forget_keys(authority);
    if (DRM_FAILED(result = drm_authority_load_keys_locked(authority)))
        goto done;
    if (drm_authority_keys_need_renewal(authority)
        && DRM_SUCCEEDED(result = drm_authority_renew_keys_locked(authority)))
        result = drm_database_commit(authority->database);

done:
    drm_database_rollback(authority->database);
    return result;
}

/* --- opening ---------------------------------------------------------------------------------------------- */

static drm_result open_database(struct drm_authority *authority, const struct drm_authority_options *options,
                                enum drm_authority_mode mode)
{
    char *path = drm_path_join(options->directory, DRM_AUTHORITY_DATABASE);
    enum drm_database_mode database_mode =
        mode == DRM_AUTHORITY_OPEN ? DRM_DATABASE_OPEN : DRM_DATABASE_OPEN_OR_CREATE;
    struct making making = {.authority = authority, .name = options->name};
    struct drm_database_schema schema = drm_authority_schema;
    drm_result result;

    if (!path)
        return DRM_E_OUT_OF_MEMORY;
    schema.fill = fill;
    schema.context = &making;
    result = drm_database_open(path, &schema, database_mode, &options->host->log, options->task,
                               &authority->database);
    if (DRM_SUCCEEDED(result))
        result = drm_database_execute(authority->database, SET_CACHE);
    authority->contents.database = authority->database;
    free(path);
    return result;
}

static drm_result create(const struct drm_authority_options *options, struct drm_authority **out)
{
    struct drm_authority *authority;
    drm_result result = drm_crypto_init();

    if (DRM_FAILED(result))
        return result;
    if (!(authority = calloc(1, sizeof(*authority))))
        return DRM_E_OUT_OF_MEMORY;
    authority->host = options->host;
    authority->directory = drm_path_join(options->directory, "");
    authority->lock = sqlite3_initialize() == SQLITE_OK ? sqlite3_mutex_alloc(SQLITE_MUTEX_FAST) : NULL;
    if (!authority->directory || !authority->lock)
    {
        drm_authority_close(authority);
        return DRM_E_OUT_OF_MEMORY;
    }
    authority->contents = (struct drm_content_table){
        .lock = authority->lock,
        .host = authority->host,
        .directory = authority->directory,
        .prefix = "authority",
    };
    *out = authority;
    return DRM_S_OK;
}

drm_result drm_authority_open(const struct drm_authority_options *options, enum drm_authority_mode mode,
                              struct drm_authority **out)
{
    struct drm_authority *authority;
    drm_result result = create(options, &authority);

    if (DRM_FAILED(result))
        return result;
    if (DRM_FAILED(result = open_database(authority, options, mode)))
        goto done;
    result = load_keys(authority);
    if (DRM_SUCCEEDED(result) && drm_authority_keys_need_renewal(authority))
        result = renew(authority);
    if (DRM_SUCCEEDED(result))
    {
        *out = authority;
        authority = NULL;
    }

done:
    drm_authority_close(authority);
    return result;
}

void drm_authority_close(struct drm_authority *authority)
{
    if (!authority)
        return;
    drm_authority_close_lists_locked(authority);
    drm_database_close(authority->database);
    drm_authority_forget_keys(authority);
    sqlite3_mutex_free(authority->lock);
    free(authority->directory);
    free(authority);
}

/* --- setting aside ---------------------------------------------------------------------------------------- */

/* Every list is what was signed, and the component is there. */
static drm_result check_contents(struct drm_authority *authority)
{
    struct drm_authority_state *state = calloc(1, sizeof(*state));
    struct drm_revocation_head head;
    struct drm_authority_list list;
    struct drm_content content = {0};
    const uint8_t *entries;
    drm_result result = state ? drm_authority_read_state_locked(authority, state) : DRM_E_OUT_OF_MEMORY;

    for (int type = DRM_REVOCATION_FIRST; DRM_SUCCEEDED(result) && type <= DRM_REVOCATION_LAST; type++)
    {
        if (DRM_SUCCEEDED(result = drm_authority_find_list_locked(authority, type, &list)))
            result = drm_authority_open_list_locked(authority, &list, &content, &head, &entries);
        drm_content_close(&content);
    }
    if (DRM_SUCCEEDED(result) && state->component)
        result = drm_content_open_locked(&authority->contents, state->component, &content);
    drm_content_close(&content);
    free(state);
    return result == DRM_E_NOT_FOUND ? DRM_E_STORE_CORRUPT : result;
}

drm_result drm_authority_prove(struct drm_authority *authority)
{
    static const char *const tables[] = {"secret", "key", "state", "revocation_list", "certificate", "content",
                                         "offer", "issued", "removal", "removal_answer"};
    drm_result result = drm_database_check(authority->database, tables, sizeof(tables) / sizeof(tables[0]));

    return DRM_FAILED(result) ? result : check_contents(authority);
}

static drm_result prove_usable(void *context)
{
    struct drm_authority *authority;
    drm_result result = drm_authority_open(context, DRM_AUTHORITY_OPEN, &authority);

    if (result == DRM_E_NOT_FOUND)
        return DRM_S_OK; /* another process was faster */
    if (result == DRM_E_SECURE_STORE_UNLOCK_ERROR)
        return DRM_E_STORE_CORRUPT; /* keys that nobody can open are as good as damaged */
    if (DRM_FAILED(result))
        return result;
    result = drm_authority_prove(authority);
    drm_authority_close(authority);
    return result;
}

drm_result drm_authority_set_aside(const struct drm_authority_options *options)
{
    struct drm_authority_options copy = *options;

    return drm_set_aside(options->directory, "authority", options->host, options->task, prove_usable, &copy);
}
