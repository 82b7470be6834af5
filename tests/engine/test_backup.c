/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Backing up and restoring with the embedded authority: the same machine, others within and over the limit, counts,
 * what is left out, cancels.
 */
#include "engine/backup_fixture.h"
#include "engine/held_store.h"

#include <stdio.h>

#include "engine/xml/base64.h"

#define PLAY DRM_RIGHT_PLAY
#define GONE (DRM_REFUSED_NOT_ENABLED | DRM_REFUSED_NO_LICENSE)

static struct backup_run *new_run(void)
{
    struct backup_run *run = malloc(sizeof(*run));

    assert_non_null(run);
    return run;
}

/* Contents 1 to count, each with a licence that may be backed up. */
static void fill(struct backup_fixture *fixture, uint32_t count)
{
    for (uint32_t i = 1; i <= count; i++)
    {
        backup_add_content(fixture, i, "Play; Backup");
        backup_acquire(fixture, i);
    }
}

/* --- the same machine --------------------------------------------------------------------------------------------- */

static void backup__of_this_machine_restores_without_the_authority(void **state)
{
    struct backup_fixture *fixture = *state;
    struct backup_run *run = new_run();

    fill(fixture, 3);
    assert_int_equal(backup_make(fixture, false, NEVER, run), DRM_S_OK);
    assert_int_equal(run->event_count, 2);
    /* Nobody is there to be asked, and the licences are there already. */
    assert_int_equal(remove(test_host_path(&fixture->machine.host, "authority.db")), 0);
    client_reopen(&fixture->machine);
    assert_int_equal(backup_restore(fixture, false, NEVER, run), DRM_S_OK);
    assert_int_equal(run->event_count, 2);
    assert_int_equal(backup_count_licenses(fixture), 3);
    assert_int_equal(backup_refusal(fixture, 2, PLAY), DRM_ALLOWED);
    free(run);
}

/* What the store lost comes back by itself, with the keys. */
static void backup__brings_back_what_the_store_lost(void **state)
{
    struct backup_fixture *fixture = *state;
    struct test_host *host = &fixture->machine.host;
    struct backup_run *run = new_run();

    fill(fixture, 3);
    assert_int_equal(backup_make(fixture, false, NEVER, NULL), DRM_S_OK);
    drm_client_free(fixture->machine.client);
    test_database_execute(test_host_path(host, "store.db"),
                          "DELETE FROM license_body; DELETE FROM license; DELETE FROM response;");
    fixture->machine.client = make_client(&fixture->machine);
    assert_int_equal(backup_count_licenses(fixture), 0);
    assert_int_equal(backup_restore(fixture, false, NEVER, run), DRM_S_OK);
    assert_int_equal(backup_count_events(run, DRM_BACKUP_CONNECTING), 0);
    assert_int_equal(backup_count_licenses(fixture), 3);
    for (uint32_t i = 1; i <= 3; i++)
        assert_int_equal(backup_play(fixture, i), DRM_S_OK);
    free(run);
}

static void backup__after_another_individualization_is_still_this_machines(void **state)
{
    struct backup_fixture *fixture = *state;
    struct backup_run *run = new_run();

    fill(fixture, 2);
    assert_int_equal(backup_make(fixture, false, NEVER, NULL), DRM_S_OK);
    assert_int_equal(individualize(fixture->machine.client, true, NEVER, NULL), DRM_S_OK);
    assert_int_equal(backup_restore(fixture, false, NEVER, run), DRM_S_OK);
    assert_int_equal(backup_count_events(run, DRM_BACKUP_CONNECTING), 0);
    assert_int_equal(backup_play(fixture, 1), DRM_S_OK);
    /* And one that is made now has responses for both identities in it. */
    backup_add_content(fixture, 3, "Play; Backup");
    backup_acquire(fixture, 3);
    assert_int_equal(backup_make(fixture, true, NEVER, NULL), DRM_S_OK);
    backup_wipe(fixture, true);
    assert_int_equal(backup_restore(fixture, false, NEVER, NULL), DRM_S_OK);
    for (uint32_t i = 1; i <= 3; i++)
        assert_int_equal(backup_play(fixture, i), DRM_S_OK);
    free(run);
}

/* --- counts ------------------------------------------------------------------------------------------------------- */

static void backup__raises_no_count(void **state)
{
    struct backup_fixture *fixture = *state;

    backup_add_content(fixture, 1, "Play(count=3); Backup");
    backup_acquire(fixture, 1);
    assert_int_equal(backup_play(fixture, 1), DRM_S_OK);
    assert_int_equal(backup_make(fixture, false, NEVER, NULL), DRM_S_OK);
    assert_int_equal(backup_play(fixture, 1), DRM_S_OK);
    assert_int_equal(backup_restore(fixture, false, NEVER, NULL), DRM_S_OK);
    assert_int_equal(backup_play(fixture, 1), DRM_S_OK);
    assert_true(DRM_FAILED(backup_play(fixture, 1)));
    assert_int_equal(backup_restore(fixture, false, NEVER, NULL), DRM_S_OK);
    assert_true(backup_refusal(fixture, 1, PLAY) & DRM_REFUSED_EXHAUSTED);
}

/* Is the only licence a temporary one? */
static bool is_temporary(struct backup_fixture *fixture, bool persist)
{
    struct drm_enumeration *enumeration;
    bool temporary;

    assert_int_equal(drm_client_enumerate(fixture->machine.client, NULL, &enumeration), DRM_S_OK);
    if (persist)
        assert_int_equal(drm_enumeration_persist(enumeration), DRM_S_OK);
    temporary = drm_enumeration_is_temporary(enumeration);
    assert_int_equal(drm_enumeration_next(enumeration), DRM_E_NO_MORE_ITEMS);
    drm_enumeration_free(enumeration);
    return temporary;
}

/* What was persisted is backed up, and comes back to stay, here and on another machine. */
static void backup__keeps_what_was_persisted(void **state)
{
    struct backup_fixture *fixture = *state;

    backup_add_content(fixture, 1, "Play; persist=later");
    backup_acquire(fixture, 1);
    assert_true(is_temporary(fixture, false));
    assert_false(is_temporary(fixture, true));
    assert_int_equal(backup_make(fixture, false, NEVER, NULL), DRM_S_OK);
    assert_int_equal(backup_restore(fixture, false, NEVER, NULL), DRM_S_OK);
    assert_false(is_temporary(fixture, false));
    backup_wipe(fixture, true);
    assert_int_equal(backup_restore(fixture, false, NEVER, NULL), DRM_S_OK);
    assert_false(is_temporary(fixture, false));
    assert_int_equal(backup_play(fixture, 1), DRM_S_OK);
}

/* Another machine gets what was left when the backup was made, once. */
static void backup__carries_what_is_left_to_another_machine(void **state)
{
    struct backup_fixture *fixture = *state;

    backup_add_content(fixture, 1, "Play(count=3); Backup");
    backup_add_content(fixture, 2, "Play(count=1); Backup");
    backup_acquire(fixture, 1);
    backup_acquire(fixture, 2);
    assert_int_equal(backup_play(fixture, 1), DRM_S_OK);
    assert_int_equal(backup_play(fixture, 2), DRM_S_OK);
    assert_int_equal(backup_make(fixture, false, NEVER, NULL), DRM_S_OK);
    backup_wipe(fixture, true);
    assert_int_equal(backup_refusal(fixture, 1, PLAY), GONE);
    for (int i = 0; i < 2; i++) /* the second time gives nothing more */
    {
        assert_int_equal(backup_restore(fixture, false, NEVER, NULL), DRM_S_OK);
        assert_int_equal(backup_count_licenses(fixture), 1); /* the used-up one does not come back */
        assert_int_equal(backup_refusal(fixture, 2, PLAY), GONE);
        assert_int_equal(backup_play(fixture, 1), DRM_S_OK);
    }
    assert_true(DRM_FAILED(backup_play(fixture, 1)));
    assert_int_equal(backup_restore(fixture, false, NEVER, NULL), DRM_S_OK);
    assert_true(DRM_FAILED(backup_play(fixture, 1)));
}

/* What was taken to another machine and comes back in its backup is the first machine's own licence, not a second. */
static void backup__that_comes_home_gives_nothing_more(void **state)
{
    struct backup_fixture *fixture = *state;
    struct test_host *host = &fixture->machine.host;
    size_t size;
    uint8_t *first_machine;

    backup_add_content(fixture, 1, "Play(count=2); Backup");
    backup_acquire(fixture, 1);
    assert_int_equal(backup_make(fixture, false, NEVER, NULL), DRM_S_OK);
    drm_client_free(fixture->machine.client); /* its log is in the database now */
    first_machine = test_file_read(test_host_path(host, "store.db"), &size);
    fixture->machine.client = make_client(&fixture->machine);
    backup_wipe(fixture, true);
    assert_int_equal(backup_restore(fixture, false, NEVER, NULL), DRM_S_OK);
    assert_int_equal(backup_make(fixture, true, NEVER, NULL), DRM_S_OK);
    backup_wipe(fixture, false);
    drm_client_free(fixture->machine.client);
    test_file_write(test_host_path(host, "store.db"), first_machine, size);
    fixture->machine.client = make_client(&fixture->machine);
    assert_int_equal(backup_play(fixture, 1), DRM_S_OK);
    assert_int_equal(backup_restore(fixture, false, NEVER, NULL), DRM_S_OK);
    assert_int_equal(backup_count_licenses(fixture), 1);
    assert_int_equal(backup_play(fixture, 1), DRM_S_OK);
    assert_true(DRM_FAILED(backup_play(fixture, 1)));
    free(first_machine);
}

static void backup__hours_go_on_where_they_began(void **state)
{
    struct backup_fixture *fixture = *state;

    backup_add_content(fixture, 1, "Play(hours=48); Backup");
    backup_acquire(fixture, 1);
    assert_int_equal(backup_play(fixture, 1), DRM_S_OK);
    assert_int_equal(backup_make(fixture, false, NEVER, NULL), DRM_S_OK);
    fixture->machine.host.now += 47 * INT64_C(3600000);
    fixture->machine.host.monotonic += 47 * UINT64_C(3600000);
    backup_wipe(fixture, true);
    assert_int_equal(backup_restore(fixture, false, NEVER, NULL), DRM_S_OK);
    assert_int_equal(backup_play(fixture, 1), DRM_S_OK);
    fixture->machine.host.now += 2 * INT64_C(3600000);
    fixture->machine.host.monotonic += 2 * UINT64_C(3600000);
    assert_true(backup_refusal(fixture, 1, PLAY) & DRM_REFUSED_EXPIRED);
}

/* --- other machines ----------------------------------------------------------------------------------------------- */

static void backup__restores_on_four_machines(void **state)
{
    struct backup_fixture *fixture = *state;
    struct backup_run *run = new_run();

    fill(fixture, 3);
    assert_int_equal(backup_make(fixture, false, NEVER, NULL), DRM_S_OK);
    for (int machine = 2; machine <= DRM_RESTORE_MACHINES; machine++)
    {
        backup_wipe(fixture, true);
        for (int again = 0; again < 2; again++)
        {
            assert_int_equal(backup_restore(fixture, false, NEVER, run), DRM_S_OK);
            assert_int_equal(run->event_count, 4);
            assert_int_equal(run->events[1], DRM_BACKUP_CONNECTING);
            assert_int_equal(run->events[2], DRM_BACKUP_DISCONNECTING);
            assert_int_equal(backup_count_licenses(fixture), 3);
            /* The same machine with another identity counts once. */
            assert_int_equal(individualize(fixture->machine.client, true, NEVER, NULL), DRM_S_OK);
        }
        for (uint32_t i = 1; i <= 3; i++)
            assert_int_equal(backup_play(fixture, i), DRM_S_OK);
        /* A backup of a restored licence carries its lineage on. */
        if (machine == 2)
            assert_int_equal(backup_make(fixture, true, NEVER, NULL), DRM_S_OK);
    }
    backup_wipe(fixture, true);
    assert_int_equal(backup_restore(fixture, false, NEVER, run), DRM_E_RESTORE_FRAUD);
    assert_int_equal(run->event_count, 5);
    assert_int_equal(run->events[2], DRM_BACKUP_ERROR_WITH_URL);
    assert_string_equal(run->texts[2], DRM_LOCAL_URL);
    assert_int_equal(backup_count_licenses(fixture), 0);
    free(run);
}

/* The machine that a licence was issued for counts also where no record tells of it. */
static void backup__restores_on_four_machines_without_records(void **state)
{
    struct backup_fixture *fixture = *state;

    fill(fixture, 1);
    assert_int_equal(backup_make(fixture, false, NEVER, NULL), DRM_S_OK);
    client_reopen(&fixture->machine);
    test_database_execute(test_host_path(&fixture->machine.host, "authority.db"), "DELETE FROM issued;");
    for (int machine = 2; machine <= DRM_RESTORE_MACHINES; machine++)
    {
        backup_wipe(fixture, true);
        assert_int_equal(backup_restore(fixture, false, NEVER, NULL), DRM_S_OK);
        assert_int_equal(backup_play(fixture, 1), DRM_S_OK);
        if (machine == 2)
            assert_int_equal(backup_make(fixture, true, NEVER, NULL), DRM_S_OK);
    }
    backup_wipe(fixture, true);
    assert_int_equal(backup_restore(fixture, false, NEVER, NULL), DRM_E_RESTORE_FRAUD);
}

static void backup__leaves_out_what_a_revoked_issuer_made(void **state)
{
    struct backup_fixture *fixture = *state;
    struct drm_authority *authority;
    uint8_t id[DRM_SHA256_SIZE];

    fill(fixture, 1);
    authority = open_authority(&fixture->machine);
    backup_add_issuers_license(fixture, authority, id);
    assert_int_equal(backup_make(fixture, false, NEVER, NULL), DRM_S_OK);
    backup_wipe(fixture, true);
    assert_int_equal(backup_restore(fixture, false, NEVER, NULL), DRM_S_OK);
    assert_int_equal(backup_count_licenses(fixture), 2);
    assert_int_equal(drm_authority_revoke(authority, DRM_REVOCATION_GRL, id, 1), DRM_S_OK);
    drm_authority_close(authority);
    backup_wipe(fixture, true);
    assert_int_equal(backup_restore(fixture, false, NEVER, NULL), DRM_S_OK);
    assert_int_equal(backup_count_licenses(fixture), 1);
}

static void backup__needs_an_identity_or_leave_to_make_one(void **state)
{
    struct backup_fixture *fixture = *state;
    struct backup_run *run = new_run();

    fill(fixture, 1);
    assert_int_equal(backup_make(fixture, false, NEVER, NULL), DRM_S_OK);
    backup_wipe(fixture, false);
    assert_int_equal(backup_restore(fixture, false, NEVER, run), DRM_E_NEEDS_INDIVIDUALIZATION);
    assert_int_equal(run->event_count, 3);
    assert_int_equal(run->events[1], DRM_BACKUP_NEEDS_INDIVIDUALIZATION);
    assert_int_equal(backup_make(fixture, true, NEVER, run), DRM_E_NEEDS_INDIVIDUALIZATION);
    assert_int_equal(run->event_count, 1);
    assert_int_equal(run->events[0], DRM_BACKUP_NEEDS_INDIVIDUALIZATION);
    assert_int_equal(backup_restore(fixture, true, NEVER, run), DRM_S_OK);
    assert_int_equal(backup_play(fixture, 1), DRM_S_OK);
    free(run);
}

static void backup__leaves_come_with_their_roots(void **state)
{
    struct backup_fixture *fixture = *state;

    backup_add_content(fixture, 1, "Play; Backup");
    backup_add_leaf(fixture, 2, 1, "Play; Backup");
    backup_acquire(fixture, 2);
    assert_int_equal(backup_count_licenses(fixture), 2);
    assert_int_equal(backup_make(fixture, false, NEVER, NULL), DRM_S_OK);
    backup_wipe(fixture, true);
    assert_int_equal(backup_restore(fixture, false, NEVER, NULL), DRM_S_OK);
    assert_int_equal(backup_count_licenses(fixture), 2);
    assert_int_equal(backup_play(fixture, 2), DRM_S_OK);
}

static void backup__of_a_revoked_machine_is_refused(void **state)
{
    struct backup_fixture *fixture = *state;
    struct identity identity = identity_of(fixture->machine.client);
    struct drm_authority *authority;

    fill(fixture, 1);
    assert_int_equal(backup_make(fixture, false, NEVER, NULL), DRM_S_OK);
    backup_wipe(fixture, true);
    authority = open_authority(&fixture->machine);
    assert_int_equal(drm_authority_revoke(authority, DRM_REVOCATION_GRL, identity.certificate.id, 1), DRM_S_OK);
    drm_authority_close(authority);
    assert_int_equal(backup_restore(fixture, false, NEVER, NULL), DRM_E_CERTIFICATE_REVOKED);
    assert_int_equal(backup_count_licenses(fixture), 0);
}

/* Another user's: made under another authority, whose anchor is unknown here. */
static void backup__of_another_authority_is_refused(void **state)
{
    struct backup_fixture *fixture = *state;

    fill(fixture, 1);
    assert_int_equal(backup_make(fixture, false, NEVER, NULL), DRM_S_OK);
    drm_client_free(fixture->machine.client);
    assert_int_equal(remove(test_host_path(&fixture->machine.host, "authority.db")), 0);
    fixture->machine.client = make_client(&fixture->machine);
    backup_wipe(fixture, true);
    assert_int_equal(backup_restore(fixture, false, NEVER, NULL), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(backup_count_licenses(fixture), 0);
}

/* The user's secret is lost: to the backup this is another machine, and the authority's keys are lost too. */
static void backup__with_a_lost_secret(void **state)
{
    struct backup_fixture *fixture = *state;

    fill(fixture, 1);
    assert_int_equal(backup_make(fixture, false, NEVER, NULL), DRM_S_OK);
    test_host_lose_secret(&fixture->machine.host);
    client_reopen(&fixture->machine);
    assert_int_equal(backup_make(fixture, true, NEVER, NULL), DRM_E_SECURE_STORE_UNLOCK_ERROR);
    assert_int_equal(backup_restore(fixture, false, NEVER, NULL), DRM_E_SECURE_STORE_UNLOCK_ERROR);
    assert_true(test_file_exists(backup_path(fixture)));
}

/* A backup only reads; a restore ends, has stored nothing, and can be tried again. */
static void backup__of_a_store_that_another_program_holds(void **state)
{
    struct backup_fixture *fixture = *state;
    const char *path = test_host_path(&fixture->machine.host, "store.db");
    drm_result result;

    fill(fixture, 2);
    held_store_begin(path, false);
    result = backup_make(fixture, false, NEVER, NULL);
    assert_int_equal(held_store_end(), 0);
    assert_int_equal(result, DRM_S_OK);
    backup_wipe(fixture, true);
    held_store_begin(path, false);
    result = backup_restore(fixture, false, NEVER, NULL);
    assert_true(held_store_end() > HELD_STORE_MANY);
    assert_int_equal(result, DRM_E_BUSY);
    assert_int_equal(backup_count_licenses(fixture), 0);
    assert_int_equal(backup_restore(fixture, false, NEVER, NULL), DRM_S_OK);
    assert_int_equal(backup_count_licenses(fixture), 2);
}

/* --- what is left out --------------------------------------------------------------------------------------------- */

static void backup__leaves_out_what_does_not_grant_it(void **state)
{
    struct backup_fixture *fixture = *state;
    struct backup_run *run = new_run();
    uint8_t key_id[DRM_KEY_ID_SIZE];

    fill(fixture, 2);
    backup_add_content(fixture, 7, "Play; backup=no");
    backup_acquire(fixture, 7);
    assert_int_equal(backup_make(fixture, false, NEVER, run), DRM_S_OK);
    assert_int_equal(run->event_count, 3);
    assert_int_equal(run->events[1], DRM_BACKUP_RESTRICTED);
    assert_int_equal(drm_key_id_parse(run->texts[1], key_id), DRM_S_OK);
    assert_int_equal(drm_get_u32(key_id), 7);
    backup_wipe(fixture, true);
    assert_int_equal(backup_restore(fixture, false, NEVER, NULL), DRM_S_OK);
    assert_int_equal(backup_count_licenses(fixture), 2);
    assert_int_equal(backup_refusal(fixture, 7, PLAY), GONE);
    free(run);
}

static void backup__reports_a_thousand_one_by_one(void **state)
{
    struct backup_fixture *fixture = *state;
    struct drm_acquisition acquisition = {.mode = DRM_ACQUIRE_SILENT, .url = DRM_LOCAL_URL};
    struct run quiet = {.cancel_at = NEVER};
    const struct drm_task task = run_task(&quiet);
    struct backup_run *run = new_run();

    for (uint32_t i = 1; i <= 1010; i++)
        backup_add_content(fixture, i, "Play(count=7)"); /* which excludes it */
    assert_int_equal(drm_client_acquire(fixture->machine.client, &acquisition, &task), DRM_S_LICENSE_ACQUIRED);
    assert_int_equal(backup_count_licenses(fixture), 1010);
    assert_int_equal(backup_make(fixture, false, NEVER, run), DRM_S_OK);
    assert_int_equal(run->event_count, 1003);
    assert_int_equal(backup_count_events(run, DRM_BACKUP_RESTRICTED), 1000);
    assert_int_equal(run->events[1001], DRM_BACKUP_INFORMATION);
    assert_string_equal(run->texts[1001], "10");
    free(run);
}

static void backup__does_not_bring_back_what_was_deleted_here(void **state)
{
    struct backup_fixture *fixture = *state;

    fill(fixture, 2);
    assert_int_equal(backup_make(fixture, false, NEVER, NULL), DRM_S_OK);
    backup_delete_license(fixture, 1);
    assert_int_equal(backup_restore(fixture, false, NEVER, NULL), DRM_E_STORE_NOT_ALL_STORED);
    assert_int_equal(backup_refusal(fixture, 1, PLAY), GONE);
    assert_int_equal(backup_refusal(fixture, 2, PLAY), DRM_ALLOWED);
}

/* A row that was edited by hand is left out: a backup would bless it. */
static void backup__leaves_out_an_edited_row(void **state)
{
    struct backup_fixture *fixture = *state;
    struct backup_run *run = new_run();

    fill(fixture, 2);
    drm_client_free(fixture->machine.client);
    test_database_execute(test_host_path(&fixture->machine.host, "store.db"),
                          "UPDATE license SET terms = zeroblob(length(terms)) WHERE id = 1");
    fixture->machine.client = make_client(&fixture->machine);
    assert_int_equal(backup_make(fixture, false, NEVER, run), DRM_S_OK);
    assert_int_equal(backup_count_events(run, DRM_BACKUP_ERROR), 1);
    backup_wipe(fixture, true);
    assert_int_equal(backup_restore(fixture, false, NEVER, NULL), DRM_S_OK);
    assert_int_equal(backup_count_licenses(fixture), 1);
    free(run);
}

/* --- files -------------------------------------------------------------------------------------------------------- */

static void backup__overwrites_only_if_told_so(void **state)
{
    struct backup_fixture *fixture = *state;
    size_t first_size, size;
    uint8_t *first, *second;

    test_file_write(test_host_path(&fixture->place, "other.txt"), "other", 5);
    fill(fixture, 1);
    assert_int_equal(backup_make(fixture, false, NEVER, NULL), DRM_S_OK);
    first = test_file_read(backup_path(fixture), &first_size);
    assert_int_equal(backup_make(fixture, false, NEVER, NULL), DRM_E_BACKUP_EXISTS);
    second = test_file_read(backup_path(fixture), &size);
    assert_int_equal(size, first_size);
    assert_memory_equal(first, second, size);
    free(second);
    /* What a process that died left is in nobody's way. */
    test_file_write(test_host_path(&fixture->place, "licenses.wmbackup.part"), "half", 4);
    assert_int_equal(backup_make(fixture, true, NEVER, NULL), DRM_S_OK);
    second = test_file_read(backup_path(fixture), &size);
    assert_int_equal(size, first_size);
    assert_memory_not_equal(first, second, size);
    assert_int_equal(test_host_count(&fixture->place, "", "", NULL), 2 + 2); /* with . and .. */
    free(second);
    free(first);
}

static void backup__where_there_is_none(void **state)
{
    struct backup_fixture *fixture = *state;
    struct backup_run *run = new_run();

    fill(fixture, 1);
    assert_int_equal(backup_restore(fixture, false, NEVER, run), DRM_E_BACKUP_CORRUPT);
    assert_int_equal(run->event_count, 0);
    assert_int_equal(backup_make_in(fixture, test_host_path(&fixture->place, "no folder"), run), DRM_E_PATH_NOT_FOUND);
    assert_int_equal(run->event_count, 0);
    assert_int_equal(backup_restore_from(fixture, test_host_path(&fixture->place, "no folder"), run),
                     DRM_E_PATH_NOT_FOUND);
    assert_int_equal(run->event_count, 0);
    free(run);
}

/* --- cancel ------------------------------------------------------------------------------------------------------- */

/* Cancels at the first question, the second and so on until the operation is done before. */
static void backup__can_be_cancelled_everywhere(void **state)
{
    struct backup_fixture *fixture = *state;
    unsigned int polls = 0;
    drm_result result;

    fill(fixture, 5);
    do
    {
        result = backup_make(fixture, false, ++polls, NULL);
        if (DRM_FAILED(result))
        {
            assert_int_equal(result, DRM_E_OPERATION_CANCELED);
            assert_false(test_file_exists(backup_path(fixture)));
        }
    } while (DRM_FAILED(result));
    assert_true(polls > 3);
    for (int other = 0; other < 2; other++)
    {
        polls = 0;
        if (other)
            backup_wipe(fixture, true);
        do
        {
            result = backup_restore(fixture, false, ++polls, NULL);
            if (DRM_FAILED(result))
                assert_int_equal(result, DRM_E_OPERATION_CANCELED);
            if (other)
                assert_int_equal(backup_count_licenses(fixture), DRM_FAILED(result) ? 0 : 5);
        } while (DRM_FAILED(result));
        assert_true(polls > 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define BACKUP_TEST(name) cmocka_unit_test_setup_teardown(backup__##name, backup_setup, backup_teardown)
        BACKUP_TEST(of_this_machine_restores_without_the_authority),
        BACKUP_TEST(brings_back_what_the_store_lost),
        BACKUP_TEST(after_another_individualization_is_still_this_machines),
        BACKUP_TEST(raises_no_count),
        BACKUP_TEST(keeps_what_was_persisted),
        BACKUP_TEST(carries_what_is_left_to_another_machine),
        BACKUP_TEST(that_comes_home_gives_nothing_more),
        BACKUP_TEST(hours_go_on_where_they_began),
        BACKUP_TEST(restores_on_four_machines),
        BACKUP_TEST(restores_on_four_machines_without_records),
        BACKUP_TEST(leaves_out_what_a_revoked_issuer_made),
        BACKUP_TEST(needs_an_identity_or_leave_to_make_one),
        BACKUP_TEST(leaves_come_with_their_roots),
        BACKUP_TEST(of_a_revoked_machine_is_refused),
        BACKUP_TEST(of_another_authority_is_refused),
        BACKUP_TEST(with_a_lost_secret),
        BACKUP_TEST(of_a_store_that_another_program_holds),
        BACKUP_TEST(leaves_out_what_does_not_grant_it),
        BACKUP_TEST(reports_a_thousand_one_by_one),
        BACKUP_TEST(does_not_bring_back_what_was_deleted_here),
        BACKUP_TEST(leaves_out_an_edited_row),
        BACKUP_TEST(overwrites_only_if_told_so),
        BACKUP_TEST(where_there_is_none),
        BACKUP_TEST(can_be_cancelled_everywhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
