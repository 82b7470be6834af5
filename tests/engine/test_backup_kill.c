/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Backups and restores that are ended, or whose disk is full or broken, at every write: a backup is the old one or the
 * new one and never missing, a store has all of the licences or none, and what comes next works. Linux only.
 */
#include "engine/check.h"

#include <stdio.h>
#include <unistd.h>

#include "engine/authority/contents.h"
#include "engine/base/path.h"
#include "engine/client/licenses.h"
#include "kill_fixture.h"
#include "store_folder.h"

#define LICENSES 20
#define BACKUP "licenses.wmbackup"

/* --- the parts -------------------------------------------------------------------------------------------------- */

static void ignore_status(void *context, enum drm_backup_status status, const char *text)
{
    (void)context;
    (void)status;
    (void)text;
}

static struct drm_client *open_client(const char *directory, struct plain_host *host)
{
    const struct drm_client_options options = {.directory = directory, .host = &host->host};
    struct drm_client *client;

    return drm_client_create(&options, &client) == DRM_S_OK ? client : NULL;
}

/* The backup lies beside the store. */
static drm_result run_backup(const char *directory, struct plain_host *host)
{
    const struct drm_backup_task task = {.task = plain_task, .report = ignore_status};
    struct drm_client *client = open_client(directory, host);
    const drm_result result = client ? drm_client_backup(client, directory, true, &task) : DRM_E_OUT_OF_MEMORY;

    drm_client_free(client);
    return result;
}

static drm_result run_restore(const char *directory, struct plain_host *host)
{
    const struct drm_backup_task task = {.task = plain_task, .report = ignore_status};
    struct drm_client *client = open_client(directory, host);
    const drm_result result = client ? drm_client_restore(client, directory, false, &task) : DRM_E_OUT_OF_MEMORY;

    drm_client_free(client);
    return result;
}

static void fill(struct drm_client *client)
{
    const struct drm_acquisition acquisition = {.mode = DRM_ACQUIRE_SILENT, .url = DRM_LOCAL_URL};
    struct drm_content_item *item = calloc(1, sizeof(*item));
    struct drm_authority *authority;

    assert_non_null(item);
    assert_int_equal(drm_client_administer(client, &authority), DRM_S_OK);
    for (uint32_t i = 1; i <= LICENSES; i++)
    {
        drm_put_u32(item->key_id, i);
        snprintf(item->rights, sizeof(item->rights), "Play; Backup");
        assert_int_equal(drm_authority_add_content(authority, item, NULL), DRM_S_OK);
    }
    drm_authority_close(authority);
    free(item);
    assert_int_equal(drm_client_acquire(client, &acquisition, &plain_task), DRM_S_LICENSE_ACQUIRED);
}

/* A machine with licences and a backup of them. */
static void prepare(const char *directory, struct plain_host *host)
{
    struct drm_client *client;

    assert_int_equal(kill_individualize(directory, host, false), DRM_S_OK);
    assert_non_null(client = open_client(directory, host));
    fill(client);
    drm_client_free(client);
    assert_int_equal(run_backup(directory, host), DRM_S_OK);
}

static void execute(const char *directory, const char *sql)
{
    char *path = drm_path_join(directory, "store.db");
    sqlite3 *database;

    assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
    assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(database);
    free(path);
}

static void prepare_without_licenses(const char *directory, struct plain_host *host)
{
    prepare(directory, host);
    execute(directory, "DELETE FROM license_body; DELETE FROM license; DELETE FROM response;");
}

/* Another machine of the same authority, with the first one's backup. */
static void prepare_other_machine(const char *directory, struct plain_host *host)
{
    static const char *const names[] = {"store.db", "store.db-wal", "store.db-shm", "generation"};

    prepare(directory, host);
    for (size_t i = 0; i < COUNT(names); i++)
    {
        char *path = drm_path_join(directory, names[i]);

        (void)remove(path);
        free(path);
    }
    assert_int_equal(kill_individualize(directory, host, false), DRM_S_OK);
}

static const struct kill_scenario backup = {.name = "backup", .prepare = prepare, .run = run_backup};
static const struct kill_scenario restore = {
    .name = "restore", .prepare = prepare_without_licenses, .run = run_restore};
static const struct kill_scenario restore_elsewhere = {
    .name = "restore on another machine", .prepare = prepare_other_machine, .run = run_restore};

/* --- what must hold --------------------------------------------------------------------------------------------- */

struct attempt
{
    const struct kill_scenario *scenario;
    struct plain_host host;
    char *begin, *work;
};

static size_t count_licenses(struct attempt *attempt)
{
    struct drm_client *client = open_client(attempt->work, &attempt->host);
    struct drm_enumeration *enumeration = NULL;
    size_t count = 0;
    drm_result result = drm_client_enumerate(client, NULL, &enumeration);

    while (DRM_SUCCEEDED(result))
    {
        count++;
        result = drm_enumeration_next(enumeration);
    }
    assert_true(result == DRM_E_NO_MORE_ITEMS || result == DRM_E_LICENSE_NOT_FOUND);
    drm_enumeration_free(enumeration);
    drm_client_free(client);
    return count;
}

static bool exists(const struct attempt *attempt, const char *name)
{
    char *path = drm_path_join(attempt->work, name);
    const bool there = drm_path_exists(path);

    free(path);
    return there;
}

/* Whole, and with all licences in it: it brings them back. */
static void check_backup(struct attempt *attempt)
{
    assert_true(exists(attempt, BACKUP));
    execute(attempt->work, "DELETE FROM license_body; DELETE FROM license; DELETE FROM response;");
    assert_int_equal(count_licenses(attempt), 0);
    assert_int_equal(run_restore(attempt->work, &attempt->host), DRM_S_OK);
    assert_int_equal(count_licenses(attempt), LICENSES);
}

static void check(struct attempt *attempt, const struct kill_outcome *outcome)
{
    const bool done = outcome->end == KILL_ENDED_BY_ITSELF && DRM_SUCCEEDED(outcome->result);
    size_t count;

    if (attempt->scenario == &backup)
    {
        check_backup(attempt);
        assert_int_equal(run_backup(attempt->work, &attempt->host), DRM_S_OK);
    }
    else
    {
        count = count_licenses(attempt);
        assert_true(count == LICENSES || (!done && count == 0));
        assert_int_equal(run_restore(attempt->work, &attempt->host), DRM_S_OK);
        assert_int_equal(count_licenses(attempt), LICENSES);
    }
    assert_false(exists(attempt, BACKUP ".part"));
    assert_false(exists(attempt, "restore.part"));
}

static void set_up(struct attempt *attempt, const struct kill_scenario *scenario)
{
    memset(attempt, 0, sizeof(*attempt));
    attempt->scenario = scenario;
    plain_host_init(&attempt->host);
    attempt->begin = store_folder_create();
    attempt->work = store_folder_create();
    scenario->prepare(attempt->begin, &attempt->host);
}

static void tear_down(struct attempt *attempt)
{
    store_folder_remove(attempt->begin);
    store_folder_remove(attempt->work);
}

static struct kill_outcome try_plan(struct attempt *attempt, enum kill_vfs_mode mode, enum kill_vfs_cause cause,
                                    uint64_t call)
{
    const struct kill_vfs_plan plan = {.mode = mode, .cause = cause, .call = call};

    store_folder_copy(attempt->begin, attempt->work);
    return kill_attempt(attempt->scenario, attempt->work, &attempt->host, &plan);
}

/* --- tests ------------------------------------------------------------------------------------------------------ */

static void kill_everywhere(const struct kill_scenario *scenario)
{
    static const enum kill_vfs_mode modes[] = {KILL_VFS_BEFORE, KILL_VFS_HALFWAY};
    struct kill_outcome outcome;
    struct attempt attempt;
    uint64_t calls;

    set_up(&attempt, scenario);
    outcome = try_plan(&attempt, KILL_VFS_COUNT, KILL_VFS_DISK_FULL, 0);
    assert_int_equal(outcome.result, DRM_S_OK);
    calls = outcome.calls;
    assert_true(calls > 3);
    for (uint64_t call = 1; call <= calls; call += KILL_STRIDE)
    {
        for (size_t i = 0; i < COUNT(modes); i++)
        {
            outcome = try_plan(&attempt, modes[i], KILL_VFS_DISK_FULL, call);
            if (outcome.end != KILL_ENDED_BETWEEN_CALLS)
                check(&attempt, &outcome);
        }
    }
    tear_down(&attempt);
}

static void fail_everywhere(const struct kill_scenario *scenario)
{
    static const enum kill_vfs_mode modes[] = {KILL_VFS_FAIL_ONCE, KILL_VFS_FAIL_ON};
    static const enum kill_vfs_cause causes[] = {KILL_VFS_DISK_FULL, KILL_VFS_BROKEN};
    struct kill_outcome outcome;
    struct attempt attempt;
    uint64_t calls, refused = 0;

    set_up(&attempt, scenario);
    outcome = try_plan(&attempt, KILL_VFS_COUNT, KILL_VFS_DISK_FULL, 0);
    calls = outcome.calls;
    for (uint64_t call = 1; call <= calls; call += KILL_STRIDE)
    {
        for (size_t i = 0; i < COUNT(modes) * COUNT(causes); i++)
        {
            const enum kill_vfs_cause cause = causes[i / 2];

            outcome = try_plan(&attempt, modes[i % 2], cause, call);
            assert_int_equal(outcome.end, KILL_ENDED_BY_ITSELF);
            refused += DRM_FAILED(outcome.result);
            if (DRM_FAILED(outcome.result) && cause == KILL_VFS_DISK_FULL)
                assert_int_equal(outcome.result, DRM_E_DISK_FULL);
            check(&attempt, &outcome);
        }
    }
    assert_true(refused > 3);
    tear_down(&attempt);
}

static void backup__killed_anywhere_leaves_a_backup(void **state)
{
    (void)state;
    kill_everywhere(&backup);
}

static void backup__with_a_full_or_broken_disk_leaves_a_backup(void **state)
{
    (void)state;
    fail_everywhere(&backup);
}

static void restore__killed_anywhere_is_all_or_nothing(void **state)
{
    (void)state;
    kill_everywhere(&restore);
}

static void restore__with_a_full_or_broken_disk_is_all_or_nothing(void **state)
{
    (void)state;
    fail_everywhere(&restore);
}

static void restore_elsewhere__killed_anywhere_is_all_or_nothing(void **state)
{
    (void)state;
    kill_everywhere(&restore_elsewhere);
}

static void restore_elsewhere__with_a_full_or_broken_disk_is_all_or_nothing(void **state)
{
    (void)state;
    fail_everywhere(&restore_elsewhere);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(backup__killed_anywhere_leaves_a_backup),
        cmocka_unit_test(backup__with_a_full_or_broken_disk_leaves_a_backup),
        cmocka_unit_test(restore__killed_anywhere_is_all_or_nothing),
        cmocka_unit_test(restore__with_a_full_or_broken_disk_is_all_or_nothing),
        cmocka_unit_test(restore_elsewhere__killed_anywhere_is_all_or_nothing),
        cmocka_unit_test(restore_elsewhere__with_a_full_or_broken_disk_is_all_or_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
