/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Backups of a machine with several issuers: a section for each, and each is restored by itself. */
#include "engine/licenses_fixture.h"

#include <stdio.h>

#define OTHER_KEY_ID 77

static bool never(void *context)
{
    (void)context;
    return false;
}

static void ignore_progress(void *context, const struct drm_progress *progress)
{
    (void)context;
    (void)progress;
}

static void ignore_status(void *context, enum drm_backup_status status, const char *text)
{
    (void)context;
    (void)status;
    (void)text;
}

static const struct drm_backup_task task = {
    .task = {.cancelled = never, .progress = ignore_progress}, .report = ignore_status};

/* One licence of each issuer, and a backup of both. */
static void back_up_both(struct issued *issued, struct test_host *place)
{
    struct drm_license *license = malloc(sizeof(*license));
    const struct response_order order = {.licenses = license, .count = 1, .signer = &issued->other};

    assert_non_null(license);
    issued_install(issued, &issued->other);
    issued_reopen(issued, 2);
    give(issued, 1, "Play; Backup");
    issue_license(license, OTHER_KEY_ID, OTHER_KEY_ID, "Play; Backup");
    assert_int_equal(store_order(issued->client, &order), DRM_S_OK);
    assert_int_equal(drm_client_backup(issued->client, place->directory, false, &task), DRM_S_OK);
    free(license);
}

static void lose_licenses(struct issued *issued, size_t anchors)
{
    drm_client_free(issued->client);
    test_database_execute(test_host_path(&issued->host, "store.db"),
                          "DELETE FROM license_body; DELETE FROM license; DELETE FROM response;");
    issued->client = NULL;
    issued_reopen(issued, anchors);
}

static void backup_of_two_issuers__restores_both(void **state)
{
    struct issued *issued = *state;
    struct test_host place;

    test_host_init(&place);
    back_up_both(issued, &place);
    lose_licenses(issued, 2);
    assert_int_equal(refusal(issued->client, 1, DRM_RIGHT_PLAY), DRM_REFUSED_NOT_ENABLED | DRM_REFUSED_NO_LICENSE);
    assert_int_equal(drm_client_restore(issued->client, place.directory, false, &task), DRM_S_OK);
    assert_int_equal(refusal(issued->client, 1, DRM_RIGHT_PLAY), DRM_ALLOWED);
    assert_int_equal(refusal(issued->client, OTHER_KEY_ID, DRM_RIGHT_PLAY), DRM_ALLOWED);
    test_host_free(&place);
}

/* A section cut off is a damaged backup, whoever's it is. */
static void backup_of_two_issuers__is_whole_or_nothing(void **state)
{
    struct issued *issued = *state;
    struct test_host place;
    size_t size, at = 0;
    uint8_t *data;

    test_host_init(&place);
    back_up_both(issued, &place);
    data = test_file_read(test_host_path(&place, "licenses.wmbackup"), &size);
    do /* to the end of the first section */
        at += 5 + drm_get_u32(data + at + 1);
    while (data[at] != 1);
    lose_licenses(issued, 2);
    test_file_write(test_host_path(&place, "licenses.wmbackup"), data, at);
    assert_int_equal(drm_client_restore(issued->client, place.directory, false, &task), DRM_E_BACKUP_CORRUPT);
    test_file_write(test_host_path(&place, "licenses.wmbackup"), data + at, size - at);
    assert_int_equal(drm_client_restore(issued->client, place.directory, false, &task), DRM_E_BACKUP_CORRUPT);
    assert_int_equal(count_licenses(issued->client, 0), 0);
    free(data);
    test_host_free(&place);
}

/* A bit turned in any record of either section, of which only the first was made by an identity that is still there. */
static void check_damage(struct issued *issued, struct test_host *place)
{
    size_t size;
    uint8_t *data = test_file_read(test_host_path(place, "licenses.wmbackup"), &size);

    for (size_t at = 0; at < size;)
    {
        const size_t record_size = 5 + drm_get_u32(data + at + 1);

        data[at + record_size / 2] ^= 1;
        test_file_write(test_host_path(place, "licenses.wmbackup"), data, size);
        assert_int_equal(drm_client_restore(issued->client, place->directory, false, &task), DRM_E_BACKUP_CORRUPT);
        assert_int_equal(count_licenses(issued->client, 0), 0);
        data[at + record_size / 2] ^= 1;
        at += record_size;
    }
    test_file_write(test_host_path(place, "licenses.wmbackup"), data, size);
    free(data);
}

/* The second issuer's identity is gone: the service cannot speak for it, and the first one's licences come back. */
static void backup_of_two_issuers__restores_what_it_can(void **state)
{
    struct issued *issued = *state;
    struct test_host place;
    char sql[200], hex[2 * DRM_X25519_SIZE + 1];

    test_host_init(&place);
    back_up_both(issued, &place);
    for (size_t i = 0; i < DRM_X25519_SIZE; i++)
        snprintf(hex + 2 * i, 3, "%02x", issued->other.machine.certificate.encrypt_key[i]);
    lose_licenses(issued, 2);
    drm_client_free(issued->client);
    snprintf(sql, sizeof(sql), "PRAGMA foreign_keys=OFF; DELETE FROM identity WHERE encrypt_key = x'%s'", hex);
    test_database_execute(test_host_path(&issued->host, "store.db"), sql);
    issued->client = NULL;
    issued_reopen(issued, 2);
    check_damage(issued, &place);
    assert_int_equal(drm_client_restore(issued->client, place.directory, false, &task), DRM_E_STORE_NOT_ALL_STORED);
    assert_int_equal(refusal(issued->client, 1, DRM_RIGHT_PLAY), DRM_ALLOWED);
    assert_int_equal(refusal(issued->client, OTHER_KEY_ID, DRM_RIGHT_PLAY),
                     DRM_REFUSED_NOT_ENABLED | DRM_REFUSED_NO_LICENSE);
    test_host_free(&place);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(backup_of_two_issuers__restores_both, issued_setup, issued_teardown),
        cmocka_unit_test_setup_teardown(backup_of_two_issuers__is_whole_or_nothing, issued_setup, issued_teardown),
        cmocka_unit_test_setup_teardown(backup_of_two_issuers__restores_what_it_can, issued_setup, issued_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
