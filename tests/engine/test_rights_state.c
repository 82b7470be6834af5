/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * States of licences: the beginning, use, the worse of two, and the layout in the store.
 */
#include "engine/rights_fixture.h"
#include "engine/rights_tests.h"

static void state_begin__has_the_counts_of_the_terms(void **test_state)
{
    static struct rights_fixture fixture;
    struct drm_license_state state;

    (void)test_state;
    memset(&state, 0xa5, sizeof(state));
    rights_fixture_read(&fixture, "Play*5 Copy Backup*1");
    drm_license_state_begin(&fixture.licenses[0].terms, &state);
    assert_int_equal(state.flags, 0);
    assert_int_equal(state.first_use, 0);
    assert_int_equal(state.count, 3);
    assert_int_equal(state.remaining[0], 5);
    assert_int_equal(state.remaining[1], DRM_COUNT_UNLIMITED);
    assert_int_equal(state.remaining[2], 1);
}

static void state_use__lowers_the_count_and_notes_the_first_use(void **test_state)
{
    struct drm_license_state state = {.count = 2, .remaining = {2, DRM_COUNT_UNLIMITED}};

    (void)test_state;
    /* The time was never known: no first use yet. */
    drm_license_state_use(&state, 1, 0);
    assert_int_equal(state.first_use, 0);
    drm_license_state_use(&state, 1, 77);
    assert_int_equal(state.first_use, 77);
    assert_int_equal(state.remaining[1], DRM_COUNT_UNLIMITED);
    drm_license_state_use(&state, 0, 99);
    assert_int_equal(state.first_use, 77);
    assert_int_equal(state.remaining[0], 1);
    drm_license_state_use(&state, 0, 99);
    drm_license_state_use(&state, 0, 99);
    assert_int_equal(state.remaining[0], 0);
    drm_license_state_use(&state, 2, 99);
    assert_int_equal(state.count, 2);
}

static void state_lower__takes_the_worse_of_both(void **test_state)
{
    struct drm_license_state state = {
        .flags = DRM_LICENSE_MARKED, .first_use = 50, .count = 3, .remaining = {2, DRM_COUNT_UNLIMITED, 9}};
    const struct drm_license_state never = {.count = 3, .remaining = {5, 4, 9}};
    const struct drm_license_state earlier = {
        .flags = DRM_LICENSE_DELETED, .first_use = 40, .count = 4, .remaining = {1, 5, 10, 6}};
    const struct drm_license_state shorter = {.first_use = 60, .count = 1, .remaining = {0}};

    (void)test_state;
    drm_license_state_lower(&state, &never);
    assert_int_equal(state.flags, DRM_LICENSE_MARKED);
    assert_int_equal(state.first_use, 50);
    assert_int_equal(state.remaining[0], 2);
    assert_int_equal(state.remaining[1], 4);
    assert_int_equal(state.remaining[2], 9);

    drm_license_state_lower(&state, &earlier);
    assert_int_equal(state.flags, DRM_LICENSE_MARKED | DRM_LICENSE_DELETED);
    assert_int_equal(state.first_use, 40);
    assert_int_equal(state.count, 4);
    assert_int_equal(state.remaining[0], 1);
    assert_int_equal(state.remaining[1], 4);
    assert_int_equal(state.remaining[2], 9);
    assert_int_equal(state.remaining[3], 6);

    drm_license_state_lower(&state, &shorter);
    assert_int_equal(state.first_use, 40);
    assert_int_equal(state.count, 4);
    assert_int_equal(state.remaining[0], 0);
    assert_int_equal(state.remaining[3], 6);
}

static void state_write__has_the_documented_bytes(void **test_state)
{
    const struct drm_license_state state = {
        .flags = DRM_LICENSE_MARKED | DRM_LICENSE_ROLLED_BACK, .first_use = 0x0102030405,
        .count = 2, .remaining = {7, DRM_COUNT_UNLIMITED}};
    uint8_t bytes[DRM_LICENSE_STATE_MAX_SIZE];
    struct drm_license_state read;
    uint8_t *copy;
    size_t size, i;

    (void)test_state;
    size = drm_license_state_write(&state, bytes);
    assert_hex(bytes, size, "000000090000000102030405" "02" "00000007ffffffff");

    copy = exact_copy(bytes, size);
    assert_int_equal(drm_license_state_read(drm_span(copy, size), &read), DRM_S_OK);
    assert_int_equal(read.flags, state.flags);
    assert_int_equal(read.first_use, state.first_use);
    assert_int_equal(read.count, 2);
    assert_int_equal(read.remaining[0], 7);
    assert_int_equal(read.remaining[1], DRM_COUNT_UNLIMITED);
    free(copy);

    /* Every other length is damage. */
    for (i = 0; i < size; i++)
    {
        copy = exact_copy(bytes, i);
        assert_int_equal(drm_license_state_read(drm_span(copy, i), &read), DRM_E_STORE_CORRUPT);
        free(copy);
    }
    assert_int_equal(drm_license_state_read(drm_span(bytes, size + 1), &read), DRM_E_STORE_CORRUPT);
}

static void state_read__refuses_what_cannot_be(void **test_state)
{
    static const char *const damaged[] = {
        "000000100000000000000000" "00",           /* an unknown flag */
        "800000000000000000000000" "00",
        "000000000000e677d21fdc00" "00",           /* after the year 9999 */
        "00000000ffffffffffffffff" "00",           /* before 1970 */
        "000000000000000000000000" "01",           /* counts are missing */
        "000000000000000000000000" "ff",
    };
    struct drm_license_state read;
    size_t i;

    (void)test_state;
    for (i = 0; i < COUNT(damaged); i++)
    {
        struct drm_buffer bytes = {0};

        append_hex(&bytes, damaged[i]);
        assert_int_equal(drm_license_state_read(drm_buffer_span(&bytes), &read), DRM_E_STORE_CORRUPT);
        drm_buffer_free(&bytes);
    }
}

static void state_read__greatest_state_and_one_more(void **test_state)
{
    struct drm_license_state state = {.count = DRM_TERMS_MAX_GRANTS}, read;
    uint8_t bytes[DRM_LICENSE_STATE_MAX_SIZE + 4] = {0};

    (void)test_state;
    assert_int_equal(drm_license_state_write(&state, bytes), DRM_LICENSE_STATE_MAX_SIZE);
    assert_int_equal(drm_license_state_read(drm_span(bytes, DRM_LICENSE_STATE_MAX_SIZE), &read), DRM_S_OK);
    assert_int_equal(read.count, DRM_TERMS_MAX_GRANTS);
    bytes[12]++;
    assert_int_equal(drm_license_state_read(drm_span(bytes, sizeof(bytes)), &read), DRM_E_STORE_CORRUPT);
}

int run_rights_state_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(state_begin__has_the_counts_of_the_terms),
        cmocka_unit_test(state_use__lowers_the_count_and_notes_the_first_use),
        cmocka_unit_test(state_lower__takes_the_worse_of_both),
        cmocka_unit_test(state_write__has_the_documented_bytes),
        cmocka_unit_test(state_read__refuses_what_cannot_be),
        cmocka_unit_test(state_read__greatest_state_and_one_more),
    };

    return cmocka_run_group_tests_name("rights: states", tests, NULL, NULL);
}
