/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An authority that is taken to another machine: under a passphrase, whole, and in place of another only if told so.
 */
#include "engine/backup_fixture.h"

#include <stdio.h>

#include "engine/database/content.h"

#define PASSPHRASE "correct horse battery staple"
#define ENTRIES 4000 /* a list that does not fit into a row */

struct moving
{
    struct backup_fixture *from; /* has an authority with everything in it, and licences of it */
    struct backup_fixture *to;   /* another machine of another user */
};

static const char *archive_path(struct moving *moving)
{
    return test_host_path(&moving->from->place, "authority.wmauth");
}

static drm_result export(struct moving *moving, const char *passphrase)
{
    struct drm_authority *authority = open_authority(&moving->from->machine);
    const drm_result result = drm_authority_export(authority, passphrase, archive_path(moving));

    drm_authority_close(authority);
    assert_int_equal(test_host_count(&moving->from->place, "", ".part", NULL), 0);
    return result;
}

static drm_result import(struct moving *moving, const char *passphrase, bool replace)
{
    const struct drm_authority_options options = {.directory = moving->to->machine.host.directory, .name = "test",
                                                  .host = &moving->to->machine.host.host};
    const drm_result result = drm_authority_import(&options, passphrase, archive_path(moving), replace);

    assert_int_equal(test_host_count(&moving->to->machine.host, "authority-import", "", NULL), 0);
    return result;
}

static void root_of(struct backup_fixture *fixture, uint8_t out[DRM_SIGN_PUBLIC_SIZE])
{
    struct drm_authority *authority = open_authority(&fixture->machine);

    memcpy(out, drm_authority_root(authority), DRM_SIGN_PUBLIC_SIZE);
    drm_authority_close(authority);
}

static int set_up(void **state)
{
    struct moving *moving = calloc(1, sizeof(*moving));
    struct drm_authority *authority;
    uint8_t *entries = make_entries(1, ENTRIES);
    void *machine;

    assert_non_null(moving);
    assert_int_equal(backup_setup(&machine), 0);
    moving->from = machine;
    assert_int_equal(backup_setup(&machine), 0);
    moving->to = machine;
    /* The other user's machine has nothing yet. */
    atomic_store(&moving->to->machine.host.user, 1000);
    assert_int_equal(remove(test_host_path(&moving->to->machine.host, "authority.db")), 0);
    backup_wipe(moving->to, false);
    publish_component(&moving->from->machine, 100000);
    backup_add_content(moving->from, 1, "Play(count=3); Backup");
    backup_add_content(moving->from, 2, "Play");
    authority = open_authority(&moving->from->machine);
    assert_int_equal(drm_authority_revoke(authority, DRM_REVOCATION_APP, entries, ENTRIES), DRM_S_OK);
    drm_authority_close(authority);
    backup_acquire(moving->from, 1);
    free(entries);
    *state = moving;
    return 0;
}

static int tear_down(void **state)
{
    struct moving *moving = *state;

    void *machine = moving->from;

    backup_teardown(&machine);
    machine = moving->to;
    backup_teardown(&machine);
    free(moving);
    return 0;
}

/* --- scrypt ------------------------------------------------------------------------------------------------------- */

/* RFC 7914, section 12. The first 32 bytes do not depend on how many are asked for. */
static void scrypt__published_vector(void **state)
{
    uint8_t key[DRM_AEAD_KEY_SIZE];
    (void)state;

    assert_int_equal(drm_crypto_init(), DRM_S_OK);
    assert_int_equal(drm_scrypt(drm_span("pleaseletmein", 13), drm_span("SodiumChloride", 14), 16384, key), DRM_S_OK);
    assert_hex(key, sizeof(key), "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2");
    assert_int_equal(drm_scrypt(drm_span("", 0), drm_span("salt", 4), 16384, key), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(drm_scrypt(drm_span("a", 1), drm_span("salt", 4), 16383, key), DRM_E_INVALID_ARGUMENT);
}

/* --- moving ------------------------------------------------------------------------------------------------------- */

static void moving__takes_everything_along(void **state)
{
    struct moving *moving = *state;
    struct drm_authority_status *before = calloc(1, sizeof(*before)), *after = calloc(1, sizeof(*after));
    struct drm_buffer list = {0}, moved = {0};
    struct drm_authority *authority;
    uint8_t from[DRM_SIGN_PUBLIC_SIZE], to[DRM_SIGN_PUBLIC_SIZE];

    assert_true(before && after);
    assert_int_equal(export(moving, PASSPHRASE), DRM_S_OK);
    /* A fresh authority, which has issued nothing, is in nobody's way. */
    assert_int_equal(import(moving, PASSPHRASE, false), DRM_S_OK);
    root_of(moving->from, from);
    root_of(moving->to, to);
    assert_memory_equal(from, to, sizeof(from));
    authority = open_authority(&moving->from->machine);
    assert_int_equal(drm_authority_get_status(authority, before), DRM_S_OK);
    assert_int_equal(drm_authority_read_list(authority, DRM_REVOCATION_APP, &list), DRM_S_OK);
    drm_authority_close(authority);
    authority = open_authority(&moving->to->machine);
    assert_int_equal(drm_authority_get_status(authority, after), DRM_S_OK);
    assert_int_equal(drm_authority_read_list(authority, DRM_REVOCATION_APP, &moved), DRM_S_OK);
    drm_authority_close(authority);
    assert_memory_equal(before, after, sizeof(*before));
    assert_true(list.size > DRM_CONTENT_INLINE_MAX);
    assert_true(drm_span_equal(drm_buffer_span(&list), drm_buffer_span(&moved)));
    drm_buffer_free(&moved);
    drm_buffer_free(&list);
    free(after);
    free(before);
}

/* What it is for: a machine that was installed anew restores its backups. */
static void moving__lets_another_machine_restore(void **state)
{
    struct moving *moving = *state;
    size_t size;
    uint8_t *backup;

    assert_int_equal(backup_play(moving->from, 1), DRM_S_OK);
    assert_int_equal(backup_make(moving->from, false, NEVER, NULL), DRM_S_OK);
    backup = test_file_read(backup_path(moving->from), &size);
    test_file_write(backup_path(moving->to), backup, size);
    free(backup);
    assert_int_equal(backup_restore(moving->to, true, NEVER, NULL), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(export(moving, PASSPHRASE), DRM_S_OK);
    assert_int_equal(import(moving, PASSPHRASE, false), DRM_S_OK);
    client_reopen(&moving->to->machine);
    /* It has an identity of the authority that was here before, which does not count any more. */
    assert_int_equal(backup_restore(moving->to, false, NEVER, NULL), DRM_E_NEEDS_INDIVIDUALIZATION);
    assert_int_equal(backup_restore(moving->to, true, NEVER, NULL), DRM_S_OK);
    assert_int_equal(backup_play(moving->to, 1), DRM_S_OK);
    assert_int_equal(backup_play(moving->to, 1), DRM_S_OK);
    assert_true(DRM_FAILED(backup_play(moving->to, 1)));
    /* The authority goes on issuing there, with the same content keys. */
    backup_acquire(moving->to, 2);
    assert_int_equal(backup_play(moving->to, 2), DRM_S_OK);
}

static void moving__replaces_one_that_issued_only_if_told_so(void **state)
{
    struct moving *moving = *state;
    uint8_t before[DRM_SIGN_PUBLIC_SIZE], after[DRM_SIGN_PUBLIC_SIZE];
    char name[TEST_HOST_PATH_SIZE];

    assert_int_equal(export(moving, PASSPHRASE), DRM_S_OK);
    backup_wipe(moving->to, true);
    backup_add_content(moving->to, 1, "Play");
    backup_acquire(moving->to, 1);
    root_of(moving->to, before);
    assert_int_equal(import(moving, PASSPHRASE, false), DRM_E_STORE_NOT_ALLOWED);
    root_of(moving->to, after);
    assert_memory_equal(before, after, sizeof(after));
    assert_int_equal(backup_play(moving->to, 1), DRM_S_OK);
    assert_int_equal(test_host_count(&moving->to->machine.host, "authority-replaced-", ".db", NULL), 0);
    client_reopen(&moving->to->machine);
    assert_int_equal(import(moving, PASSPHRASE, true), DRM_S_OK);
    root_of(moving->to, after);
    assert_memory_not_equal(before, after, sizeof(after));
    assert_int_equal(test_host_count(&moving->to->machine.host, "authority-replaced-", ".db", name), 1);
}

static void moving__replaces_one_whose_keys_are_lost(void **state)
{
    struct moving *moving = *state;
    uint8_t from[DRM_SIGN_PUBLIC_SIZE], to[DRM_SIGN_PUBLIC_SIZE];

    assert_int_equal(export(moving, PASSPHRASE), DRM_S_OK);
    root_of(moving->to, to); /* there is one */
    test_host_lose_secret(&moving->to->machine.host);
    client_reopen(&moving->to->machine);
    assert_int_equal(import(moving, PASSPHRASE, false), DRM_E_SECURE_STORE_UNLOCK_ERROR);
    assert_int_equal(import(moving, PASSPHRASE, true), DRM_S_OK);
    root_of(moving->from, from);
    root_of(moving->to, to);
    assert_memory_equal(from, to, sizeof(from));
    assert_int_equal(test_host_count(&moving->to->machine.host, "authority-damaged-", ".db", NULL), 1);
}

/* Who has it open would go on with a file that nobody else sees, and its log would be taken for the new one's. */
static void moving__waits_for_whoever_has_the_old_one_open(void **state)
{
    struct moving *moving = *state;
    struct drm_authority *open = open_authority(&moving->to->machine);
    struct drm_authority_status status;
    uint8_t before[DRM_SIGN_PUBLIC_SIZE], from[DRM_SIGN_PUBLIC_SIZE], after[DRM_SIGN_PUBLIC_SIZE];

    memcpy(before, drm_authority_root(open), sizeof(before));
    assert_int_equal(export(moving, PASSPHRASE), DRM_S_OK);
    assert_int_equal(import(moving, PASSPHRASE, true), DRM_E_BUSY);
    assert_int_equal(drm_authority_revoke(open, DRM_REVOCATION_APP, NULL, 0), DRM_S_OK);
    assert_int_equal(drm_authority_get_status(open, &status), DRM_S_OK);
    drm_authority_close(open);
    root_of(moving->to, after);
    assert_memory_equal(before, after, sizeof(after));
    assert_int_equal(import(moving, PASSPHRASE, true), DRM_S_OK);
    root_of(moving->from, from);
    root_of(moving->to, after);
    assert_memory_equal(from, after, sizeof(after));
}

/* Of a database that somebody deleted, the log may still be there. */
static void moving__is_not_mixed_with_what_is_left_of_another(void **state)
{
    struct moving *moving = *state;
    const char *database, *log;
    struct drm_authority *open = open_authority(&moving->to->machine);
    uint8_t from[DRM_SIGN_PUBLIC_SIZE], after[DRM_SIGN_PUBLIC_SIZE], *bytes;
    size_t size;

    assert_int_equal(export(moving, PASSPHRASE), DRM_S_OK);
    assert_int_equal(drm_authority_revoke(open, DRM_REVOCATION_APP, NULL, 0), DRM_S_OK);
    log = test_host_path(&moving->to->machine.host, "authority.db-wal");
    bytes = test_file_read(log, &size);
    assert_true(size > 4096);
    drm_authority_close(open);
    database = test_host_path(&moving->to->machine.host, "authority.db");
    assert_int_equal(remove(database), 0);
    test_file_write(log, bytes, size);
    free(bytes);
    assert_int_equal(import(moving, PASSPHRASE, false), DRM_S_OK);
    root_of(moving->from, from);
    root_of(moving->to, after);
    assert_memory_equal(from, after, sizeof(after));
}

/* --- bad files ---------------------------------------------------------------------------------------------------- */

static void moving__passphrases_count(void **state)
{
    struct moving *moving = *state;

    assert_int_equal(export(moving, ""), DRM_E_INVALID_ARGUMENT);
    assert_false(test_file_exists(archive_path(moving)));
    assert_int_equal(export(moving, PASSPHRASE), DRM_S_OK);
    assert_int_equal(export(moving, PASSPHRASE), DRM_E_BACKUP_EXISTS);
    assert_int_equal(import(moving, "", false), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(import(moving, "correct horse battery stapl", false), DRM_E_INVALID_PASSPHRASE);
    assert_int_equal(import(moving, "Correct horse battery staple", false), DRM_E_INVALID_PASSPHRASE);
    assert_int_equal(remove(archive_path(moving)), 0);
    assert_int_equal(import(moving, PASSPHRASE, false), DRM_E_PATH_NOT_FOUND);
}

/* A bit turned anywhere, an end anywhere: nothing comes of it. */
static void moving__damaged_files_change_nothing(void **state)
{
    struct moving *moving = *state;
    uint8_t before[DRM_SIGN_PUBLIC_SIZE], after[DRM_SIGN_PUBLIC_SIZE], *archive;
    size_t size, step;

    assert_int_equal(export(moving, PASSPHRASE), DRM_S_OK);
    archive = test_file_read(archive_path(moving), &size);
    root_of(moving->to, before);
    step = size / 12;
    for (size_t at = 3; at < size; at += at < 90 ? 9 : step)
    {
        const uint8_t kept = archive[at];
        drm_result result;

        archive[at] ^= 0x40;
        test_file_write(archive_path(moving), archive, size);
        archive[at] = kept;
        result = import(moving, PASSPHRASE, true);
        assert_true(result == DRM_E_BACKUP_CORRUPT || result == DRM_E_INVALID_PASSPHRASE);
    }
    for (size_t at = 0; at < size; at += at < 90 ? 15 : step)
    {
        test_file_write(archive_path(moving), archive, at);
        assert_int_equal(import(moving, PASSPHRASE, true), DRM_E_BACKUP_CORRUPT);
    }
    root_of(moving->to, after);
    assert_memory_equal(before, after, sizeof(after));
    free(archive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scrypt__published_vector),
#define MOVING_TEST(name) cmocka_unit_test_setup_teardown(moving__##name, set_up, tear_down)
        MOVING_TEST(takes_everything_along),
        MOVING_TEST(lets_another_machine_restore),
        MOVING_TEST(replaces_one_that_issued_only_if_told_so),
        MOVING_TEST(replaces_one_whose_keys_are_lost),
        MOVING_TEST(waits_for_whoever_has_the_old_one_open),
        MOVING_TEST(is_not_mixed_with_what_is_left_of_another),
        MOVING_TEST(passphrases_count),
        MOVING_TEST(damaged_files_change_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
