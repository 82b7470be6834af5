/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Security versions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/base/version.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void version__numbers_compare_as_numbers(void **state)
{
    static const struct drm_version ascending[] = {{0, 0}, {0, 1},  {1, 65535}, {2, 0},     {2, 2},
                                                   {2, 9}, {2, 10}, {2, 65535}, {10, 0}, {65535, 65535}};
    (void)state;

    for (size_t i = 0; i < COUNT(ascending); i++)
    {
        for (size_t k = 0; k < COUNT(ascending); k++)
        {
            const int order = drm_version_compare(ascending[i], ascending[k]);

            assert_int_equal(order < 0, i < k);
            assert_int_equal(order == 0, i == k);
            assert_int_equal(order > 0, i > k);
        }
        /* The packed form sorts the same way: the store compares it. */
        if (i)
            assert_true(drm_version_pack(ascending[i - 1]) < drm_version_pack(ascending[i]));
    }
}

static void version__pack_and_unpack_are_inverse(void **state)
{
    const struct drm_version version = {.major = 0x0102, .minor = 0xfffe};
    struct drm_version back;
    (void)state;

    assert_true(drm_version_pack(version) == UINT64_C(0x000001020000fffe));
    back = drm_version_unpack(drm_version_pack(version));
    assert_int_equal(drm_version_compare(version, back), 0);
    assert_true(drm_version_is_valid(version));
    assert_false(drm_version_is_valid((struct drm_version){.major = 65536}));
    assert_false(drm_version_is_valid((struct drm_version){.minor = 65536}));
}

static void version__parse_takes_two_or_four_numbers(void **state)
{
    static const struct
    {
        const char *text;
        struct drm_version version;
    } good[] = {
        {"0.0", {0, 0}},
        {"2.10", {2, 10}},
        {"2.10.0.1", {2, 10}},
        {"2.2.0.0", {2, 2}},
        {"65535.65535.65535.65535", {65535, 65535}},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(good); i++)
    {
        struct drm_version version = {1, 1};

        assert_int_equal(drm_version_parse(good[i].text, &version), DRM_S_OK);
        assert_int_equal(drm_version_compare(version, good[i].version), 0);
    }
}

static void version__parse_refuses_everything_else(void **state)
{
    static const char *const bad[] = {
        "",        "2",        "2.",        ".2",        "2..10",      "2.10.",     "2.10.0",        "2.10.0.",
        "2.10.0.1.", "2.10.0.1.5", "2.10 ",  " 2.10",     "+2.10",      "-2.10",     "2.-1",          "2,10",
        "2.65536", "65536.2",  "2.10.0.65536", "2.99999999999999999999", "4294967298.10", "02.10", "2.010", "2.00",
        "2.10\n",  "0x2.10",   "two.ten",   "2.1e1",     "2.1\xc3\xa9", "2.10.0.1 beta",
    };
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++)
    {
        struct drm_version version = {7, 8};

        assert_int_equal(drm_version_parse(bad[i], &version), DRM_E_INVALID_ARGUMENT);
        assert_int_equal(version.major, 7);
        assert_int_equal(version.minor, 8);
    }
}

static void version__format_is_the_text_of_the_interface(void **state)
{
    char text[DRM_VERSION_TEXT_SIZE];
    (void)state;

    drm_version_format(DRM_VERSION_BASE, false, text);
    assert_string_equal(text, "2.2.0.0");
    drm_version_format(DRM_VERSION_CURRENT, true, text);
    assert_string_equal(text, "2.10.0.1");
    drm_version_format((struct drm_version){UINT32_MAX, UINT32_MAX}, true, text);
    assert_string_equal(text, "4294967295.4294967295.0.1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(version__numbers_compare_as_numbers),
        cmocka_unit_test(version__pack_and_unpack_are_inverse),
        cmocka_unit_test(version__parse_takes_two_or_four_numbers),
        cmocka_unit_test(version__parse_refuses_everything_else),
        cmocka_unit_test(version__format_is_the_text_of_the_interface),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
