/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Damaged backups: whatever is wrong, and wherever, it is DRM_E_BACKUP_CORRUPT and nothing changes, on the machine that
 * made it and on another one.
 */
#include "engine/backup_fixture.h"

#include <stdio.h>

#include "engine/format/backup.h"

#define LICENSES 40

/* A backup, and where its records begin. */
struct sample
{
    uint8_t *data;
    size_t size;
    size_t records[16], count; /* places; the last is the end of the file */
};

static void fill(struct backup_fixture *fixture)
{
    struct drm_acquisition acquisition = {.mode = DRM_ACQUIRE_SILENT, .url = DRM_LOCAL_URL};
    struct run quiet = {.cancel_at = NEVER};
    const struct drm_task task = run_task(&quiet);

    for (uint32_t i = 1; i <= LICENSES; i++)
        backup_add_content(fixture, i, "Play; Backup");
    assert_int_equal(drm_client_acquire(fixture->machine.client, &acquisition, &task), DRM_S_LICENSE_ACQUIRED);
}

static void read_sample(struct backup_fixture *fixture, struct sample *sample)
{
    size_t at = 0;

    memset(sample, 0, sizeof(*sample));
    assert_int_equal(backup_make(fixture, true, NEVER, NULL), DRM_S_OK);
    sample->data = test_file_read(backup_path(fixture), &sample->size);
    while (at < sample->size)
    {
        assert_true(sample->count < 15);
        sample->records[sample->count++] = at;
        at += DRM_BACKUP_RECORD_HEADER_SIZE + drm_get_u32(sample->data + at + 1);
    }
    assert_int_equal(at, sample->size);
    sample->records[sample->count] = at;
}

/* Forgets the licences without forgetting the machine. */
static void lose_licenses(struct backup_fixture *fixture)
{
    drm_client_free(fixture->machine.client);
    test_database_execute(test_host_path(&fixture->machine.host, "store.db"),
                          "DELETE FROM license_body; DELETE FROM license; DELETE FROM response;");
    fixture->machine.client = make_client(&fixture->machine);
}

static void check_refused(struct backup_fixture *fixture, const void *data, size_t size)
{
    test_file_write(backup_path(fixture), data, size);
    assert_int_equal(backup_restore(fixture, false, NEVER, NULL), DRM_E_BACKUP_CORRUPT);
}

/* Runs spoil for this machine and for another one, and then restores the good backup. */
static void on_both_machines(struct backup_fixture *fixture,
                             void (*spoil)(struct backup_fixture *fixture, struct sample *sample))
{
    struct sample sample;

    fill(fixture);
    read_sample(fixture, &sample);
    for (int other = 0; other < 2; other++)
    {
        if (other)
            backup_wipe(fixture, true);
        else
            lose_licenses(fixture);
        spoil(fixture, &sample);
        assert_int_equal(backup_count_licenses(fixture), 0);
        test_file_write(backup_path(fixture), sample.data, sample.size);
        assert_int_equal(backup_restore(fixture, false, NEVER, NULL), DRM_S_OK);
        assert_int_equal(backup_count_licenses(fixture), LICENSES);
    }
    free(sample.data);
}

static void spoil_ends(struct backup_fixture *fixture, struct sample *sample)
{
    for (size_t i = 0; i < sample->count; i++)
    {
        check_refused(fixture, sample->data, sample->records[i]);
        check_refused(fixture, sample->data, sample->records[i] + 1);
        check_refused(fixture, sample->data, sample->records[i] + 5);
        check_refused(fixture, sample->data, sample->records[i] + 6);
        check_refused(fixture, sample->data, sample->records[i + 1] - 1);
    }
}

static void damage__an_end_anywhere(void **state)
{
    on_both_machines(*state, spoil_ends);
}

/* Near the beginning of each record every byte counts, elsewhere some of many. */
static void spoil_bits(struct backup_fixture *fixture, struct sample *sample)
{
    for (size_t i = 0; i < sample->count; i++)
    {
        const size_t begin = sample->records[i], end = sample->records[i + 1];

        for (size_t at = begin; at < end; at += at < begin + 24 ? 1 : (end - begin) / 23 + 1)
        {
            sample->data[at] ^= (uint8_t)(1u << at % 8);
            check_refused(fixture, sample->data, sample->size);
            sample->data[at] ^= (uint8_t)(1u << at % 8);
        }
    }
}

static void damage__a_bit_anywhere(void **state)
{
    on_both_machines(*state, spoil_bits);
}

static void append(struct drm_buffer *out, const struct sample *from, size_t record)
{
    const size_t at = from->records[record];

    assert_int_equal(drm_buffer_append(out, from->data + at, from->records[record + 1] - at), DRM_S_OK);
}

/* Records left out, twice, in another order, of another backup; a second backup behind the first. */
static void spoil_order(struct backup_fixture *fixture, struct sample *sample)
{
    for (size_t i = 0; i < sample->count; i++)
    {
        struct drm_buffer without = {0}, twice = {0}, swapped = {0};

        for (size_t k = 0; k < sample->count; k++)
        {
            if (k != i)
                append(&without, sample, k);
            append(&twice, sample, k);
            if (k == i)
                append(&twice, sample, k);
            append(&swapped, sample, k == i ? (i + 1) % sample->count : k == (i + 1) % sample->count ? i : k);
        }
        check_refused(fixture, without.data, without.size);
        check_refused(fixture, twice.data, twice.size);
        check_refused(fixture, swapped.data, swapped.size);
        drm_buffer_free(&swapped);
        drm_buffer_free(&twice);
        drm_buffer_free(&without);
    }
}

static void damage__records_out_of_order(void **state)
{
    on_both_machines(*state, spoil_order);
}

static void spoil_kind(struct backup_fixture *fixture, struct sample *sample)
{
    static const uint8_t huge[] = {DRM_BACKUP_RECORD_HEAD, 0xff, 0xff, 0xff, 0xff, 0};
    struct drm_buffer twice = {0};

    check_refused(fixture, "", 0);
    check_refused(fixture, "<html>", 6);
    check_refused(fixture, huge, sizeof(huge));
    assert_int_equal(drm_buffer_append(&twice, sample->data, sample->size), DRM_S_OK);
    assert_int_equal(drm_buffer_append(&twice, sample->data, sample->size), DRM_S_OK);
    check_refused(fixture, twice.data, twice.size);
    drm_buffer_free(&twice);
}

static void damage__what_is_no_backup(void **state)
{
    on_both_machines(*state, spoil_kind);
}

/* Two backups of one machine: no record of one stands in the other. */
static void damage__a_record_of_another_backup(void **state)
{
    struct backup_fixture *fixture = *state;
    struct sample first, second;

    fill(fixture);
    read_sample(fixture, &first);
    read_sample(fixture, &second);
    assert_int_equal(first.count, second.count);
    lose_licenses(fixture);
    for (size_t i = 0; i < first.count; i++)
    {
        struct drm_buffer mixed = {0};

        for (size_t k = 0; k < first.count; k++)
            append(&mixed, k == i ? &second : &first, k);
        check_refused(fixture, mixed.data, mixed.size);
        drm_buffer_free(&mixed);
    }
    assert_int_equal(backup_count_licenses(fixture), 0);
    free(second.data);
    free(first.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define DAMAGE_TEST(name) cmocka_unit_test_setup_teardown(damage__##name, backup_setup, backup_teardown)
        DAMAGE_TEST(an_end_anywhere),
        DAMAGE_TEST(a_bit_anywhere),
        DAMAGE_TEST(records_out_of_order),
        DAMAGE_TEST(what_is_no_backup),
        DAMAGE_TEST(a_record_of_another_backup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
