/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The thread that seals and writes a backup, where writing fails at any call and where it is abandoned. Linux only.
 */
#include "engine/client/backup_sealer.h"

#include "engine/check.h"
#include "store_folder.h"
#include "support/kill_vfs.h"
#include "support/plain_host.h"

#define RECORDS 100
#define RECORD_SIZE 60000 /* six megabytes: more than wait in memory */
#define LAST_CALL 16      /* all of it is written by then */

static const struct kill_vfs_plan no_plan = {.mode = KILL_VFS_COUNT};

/* What one backup shares. */
struct sealing
{
    struct plain_host host;
    struct drm_backup_writer *writer;
    struct drm_backup_sealer *sealer;
    struct drm_backup_head head;
    uint8_t key[DRM_AEAD_KEY_SIZE];
    struct drm_buffer content;
};

static void begin(struct sealing *sealing, const char *folder, const struct kill_vfs_plan *plan)
{
    memset(sealing, 0, sizeof(*sealing));
    plain_host_init(&sealing->host);
    store_folder_empty(folder);
    assert_true(kill_vfs_install(&no_plan));
    assert_int_equal(drm_backup_writer_create(folder, true, &sealing->host.host.log, &sealing->writer), DRM_S_OK);
    assert_true(kill_vfs_install(plan));
    assert_int_equal(drm_backup_sealer_create(sealing->writer, &sealing->head, sealing->key, &sealing->sealer),
                     DRM_S_OK);
}

static void end(struct sealing *sealing)
{
    drm_backup_sealer_free(sealing->sealer);
    drm_backup_writer_free(sealing->writer);
    drm_buffer_free(&sealing->content);
    assert_true(kill_vfs_install(&no_plan));
}

/* The result of the first that failed, or of the last. */
static drm_result put(struct sealing *sealing, unsigned int count)
{
    drm_result result = DRM_S_OK;
    uint8_t *bytes;

    for (unsigned int i = 0; i < count && DRM_SUCCEEDED(result); i++)
    {
        assert_int_equal(sealing->content.size, 0); /* it was taken */
        assert_int_equal(drm_buffer_extend(&sealing->content, RECORD_SIZE, &bytes), DRM_S_OK);
        memset(bytes, (int)i, RECORD_SIZE);
        result = drm_backup_sealer_put(sealing->sealer,
                                       i % 20 ? DRM_BACKUP_RECORD_LICENSES : DRM_BACKUP_RECORD_RESPONSE,
                                       &sealing->content);
    }
    return result;
}

static void records__are_all_written(void **state)
{
    struct sealing sealing;
    uint32_t records;

    begin(&sealing, *state, &no_plan);
    assert_int_equal(put(&sealing, RECORDS), DRM_S_OK);
    assert_int_equal(drm_backup_sealer_finish(sealing.sealer, &records), DRM_S_OK);
    assert_int_equal(records, RECORDS);
    end(&sealing);
}

static void failure__is_told_by_who_puts_or_finishes(void **state)
{
    unsigned int told_early = 0;

    for (uint64_t call = 1; call <= LAST_CALL; call++)
    {
        const struct kill_vfs_plan plan = {.mode = KILL_VFS_FAIL_ON, .cause = KILL_VFS_DISK_FULL, .call = call};
        struct sealing sealing;
        uint32_t records;
        drm_result result;

        begin(&sealing, *state, &plan);
        result = put(&sealing, RECORDS);
        told_early += DRM_FAILED(result);
        if (DRM_SUCCEEDED(result))
            result = drm_backup_sealer_finish(sealing.sealer, &records);
        assert_int_equal(result, kill_vfs_failures() ? DRM_E_DISK_FULL : DRM_S_OK);
        end(&sealing);
    }
    assert_in_range(told_early, 1, LAST_CALL); /* before it has taken all of them */
}

static void sealer__abandoned_anywhere_lets_go(void **state)
{
    for (unsigned int count = 0; count < RECORDS; count += 7)
    {
        const struct kill_vfs_plan plan = {
            .mode = count % 2 ? KILL_VFS_FAIL_ON : KILL_VFS_COUNT, .cause = KILL_VFS_BROKEN, .call = 2};
        struct sealing sealing;

        begin(&sealing, *state, &plan);
        (void)!put(&sealing, count);
        end(&sealing);
    }
}

static int set_up(void **state)
{
    *state = store_folder_create();
    return !kill_vfs_install(&no_plan);
}

static int tear_down(void **state)
{
    kill_vfs_remove();
    store_folder_remove(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(records__are_all_written, set_up, tear_down),
        cmocka_unit_test_setup_teardown(failure__is_told_by_who_puts_or_finishes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(sealer__abandoned_anywhere_lets_go, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("backup sealer", tests, NULL, NULL);
}
