/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The protector over DPAPI, what it remembers in the registry, and the system's clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <windows.h>

#include "shell/platform/dpapi_protector.h"
#include "shell/platform/registry_memory.h"
#include "shell/platform/system_clock.h"

#define assert_result(actual, expected) assert_int_equal((unsigned int)(actual), (unsigned int)(expected))

static struct drm_protector protector;

static drm_result seal(const char *label, const void *secret, size_t size, struct drm_buffer *out)
{
    return protector.seal(protector.context, label, secret, size, out);
}

static drm_result unseal(const char *label, const struct drm_buffer *sealed, struct drm_buffer *out)
{
    return protector.unseal(protector.context, label, sealed->data, sealed->size, out);
}

static bool contains(const struct drm_buffer *buffer, const void *data, size_t size)
{
    size_t i;

    for (i = 0; i + size <= buffer->size; ++i)
    {
        if (!memcmp(buffer->data + i, data, size))
            return true;
    }
    return false;
}

static void protector__round_trip_appends(void **state)
{
    static const char secret[] = "a secret with a zero \0 in it";
    struct drm_buffer sealed = {0}, opened = {0};

    (void)state;
    assert_result(seal("store key", secret, sizeof(secret), &sealed), DRM_S_OK);
    assert_false(contains(&sealed, secret, 8));
    assert_result(drm_buffer_append(&opened, "before", 6), DRM_S_OK);
    assert_result(unseal("store key", &sealed, &opened), DRM_S_OK);
    assert_int_equal(opened.size, 6 + sizeof(secret));
    assert_memory_equal(opened.data, "before", 6);
    assert_memory_equal(opened.data + 6, secret, sizeof(secret));
    drm_buffer_free(&opened);
    drm_buffer_free(&sealed);
}

static void protector__seals_differently_each_time(void **state)
{
    struct drm_buffer first = {0}, second = {0};

    (void)state;
    assert_result(seal("label", "secret", 6, &first), DRM_S_OK);
    assert_result(seal("label", "secret", 6, &second), DRM_S_OK);
    assert_false(first.size == second.size && !memcmp(first.data, second.data, first.size));
    drm_buffer_free(&first);
    drm_buffer_free(&second);
}

static void protector__largest_secret_round_trips(void **state)
{
    const size_t size = 64 * 1024;
    struct drm_buffer sealed = {0}, opened = {0};
    uint8_t *secret = test_malloc(size + 1);

    (void)state;
    memset(secret, 0xa5, size + 1);
    assert_result(seal("label", secret, size, &sealed), DRM_S_OK);
    assert_result(unseal("label", &sealed, &opened), DRM_S_OK);
    assert_int_equal(opened.size, size);
    assert_memory_equal(opened.data, secret, size);
    drm_buffer_free(&sealed);
    assert_result(seal("label", secret, size + 1, &sealed), DRM_E_INVALID_ARGUMENT);
    assert_result(seal("label", secret, 0, &sealed), DRM_E_INVALID_ARGUMENT);
    assert_result(seal("", secret, 1, &sealed), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(sealed.size, 0);
    drm_buffer_free(&opened);
    test_free(secret);
}

static void protector__other_label_does_not_open(void **state)
{
    static const char *const labels[] = {"label", "Label 1", "label 11", "label 2", "l\xc3\xa4" "bel 1"};
    struct drm_buffer sealed = {0}, opened = {0};
    size_t i;

    (void)state;
    assert_result(seal("label 1", "secret", 6, &sealed), DRM_S_OK);
    for (i = 0; i < ARRAYSIZE(labels); ++i)
    {
        assert_result(unseal(labels[i], &sealed, &opened), DRM_E_SECURE_STORE_UNLOCK_ERROR);
        assert_int_equal(opened.size, 0);
    }
    drm_buffer_free(&sealed);
    assert_result(seal("l\xc3\xa4" "bel", "secret", 6, &sealed), DRM_S_OK);
    assert_result(unseal("l\xc3\xa4" "bel", &sealed, &opened), DRM_S_OK);
    drm_buffer_free(&sealed);
    drm_buffer_free(&opened);
}

static void protector__garbage_does_not_open(void **state)
{
    struct drm_buffer sealed = {0}, opened = {0}, cut;
    size_t i;

    (void)state;
    cut = (struct drm_buffer){.data = (uint8_t *)"rubbish", .size = 7};
    assert_result(unseal("label", &cut, &opened), DRM_E_SECURE_STORE_UNLOCK_ERROR);
    cut.size = 0;
    assert_result(unseal("label", &cut, &opened), DRM_E_SECURE_STORE_UNLOCK_ERROR);

    assert_result(seal("label", "secret", 6, &sealed), DRM_S_OK);
    cut = sealed;
    for (cut.size = sealed.size - 1; cut.size > 0; cut.size -= cut.size > 16 ? 16 : 1)
        assert_result(unseal("label", &cut, &opened), DRM_E_SECURE_STORE_UNLOCK_ERROR);
    /* The last byte is part of the seal wherever DPAPI is somebody's. */
    for (i = 0; i < 8; ++i)
    {
        sealed.data[sealed.size - 1 - i] ^= 1;
        assert_result(unseal("label", &sealed, &opened), DRM_E_SECURE_STORE_UNLOCK_ERROR);
        sealed.data[sealed.size - 1 - i] ^= 1;
    }
    assert_int_equal(opened.size, 0);
    assert_result(unseal("label", &sealed, &opened), DRM_S_OK);
    drm_buffer_free(&sealed);
    drm_buffer_free(&opened);
}

/* --- numbers ---------------------------------------------------------------------------------------------- */

static void memory__keeps_numbers_by_name(void **state)
{
    static const char longest[] = "abcdefghijklmnopqrstuvwxyz0123456789-abcdefghijklmnopqrstuvwxyz";
    static const char too_long[] = "abcdefghijklmnopqrstuvwxyz0123456789-abcdefghijklmnopqrstuvwxyz0";
    const uint64_t large = UINT64_C(0xfedcba9876543210);
    struct drm_protector memory = {0}, other = {0};
    char name[40];
    uint64_t number = 5;
    HKEY key;

    (void)state;
    registry_memory_init(&memory);
    registry_memory_init(&other);
    snprintf(name, sizeof(name), "test-%lu-%lu", GetCurrentProcessId(), GetTickCount());
    assert_result(memory.recall(memory.context, name, &number), DRM_S_OK);
    assert_int_equal(number, 0);
    assert_result(memory.remember(memory.context, name, large), DRM_S_OK);
    assert_result(memory.remember(memory.context, longest, 7), DRM_S_OK);
    assert_result(other.recall(other.context, name, &number), DRM_S_OK);
    assert_true(number == large);
    assert_result(memory.remember(memory.context, name, 1), DRM_S_OK);
    assert_result(other.recall(other.context, name, &number), DRM_S_OK);
    assert_int_equal(number, 1);
    assert_result(other.recall(other.context, longest, &number), DRM_S_OK);
    assert_int_equal(number, 7);
    assert_result(memory.remember(memory.context, too_long, 1), DRM_E_INVALID_ARGUMENT);
    assert_result(memory.recall(memory.context, too_long, &number), DRM_E_INVALID_ARGUMENT);

    /* Where the documentation says; what somebody else wrote there is none of ours. */
    assert_int_equal(RegOpenKeyExW(HKEY_CURRENT_USER, L"Software\\wmdrmsdk\\Stores", 0,
                                   KEY_SET_VALUE | KEY_WOW64_64KEY, &key), ERROR_SUCCESS);
    assert_int_equal(RegSetValueExA(key, name, 0, REG_SZ, (const BYTE *)"a longer text", 14), ERROR_SUCCESS);
    assert_result(memory.recall(memory.context, name, &number), DRM_S_OK);
    assert_int_equal(number, 0);
    assert_int_equal(RegDeleteValueA(key, name), ERROR_SUCCESS);
    assert_int_equal(RegDeleteValueA(key, longest), ERROR_SUCCESS);
    RegCloseKey(key);
    assert_result(memory.recall(memory.context, name, &number), DRM_S_OK);
    assert_int_equal(number, 0);
}

/* --- the clock -------------------------------------------------------------------------------------------- */

static int64_t milliseconds_of(const SYSTEMTIME *time)
{
    ULARGE_INTEGER ticks;
    FILETIME file;

    assert_true(SystemTimeToFileTime(time, &file));
    ticks.LowPart = file.dwLowDateTime;
    ticks.HighPart = file.dwHighDateTime;
    return (int64_t)(ticks.QuadPart / 10000);
}

static void clock__counts_from_1970(void **state)
{
    const SYSTEMTIME epoch = {.wYear = 1970, .wMonth = 1, .wDay = 1};
    struct drm_clock clock;
    SYSTEMTIME before, after;
    int64_t now;

    (void)state;
    system_clock_init(&clock);
    GetSystemTime(&before);
    now = clock.now(clock.context);
    GetSystemTime(&after);
    assert_true(now >= milliseconds_of(&before) - milliseconds_of(&epoch));
    assert_true(now <= milliseconds_of(&after) - milliseconds_of(&epoch));
}

static void clock__monotonic_never_falls(void **state)
{
    struct drm_clock clock;
    uint64_t first, last, now;
    size_t i;

    (void)state;
    system_clock_init(&clock);
    first = last = clock.monotonic(clock.context);
    for (i = 0; i < 100000 || last == first; ++i)
    {
        now = clock.monotonic(clock.context);
        assert_true(now >= last);
        last = now;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] =
    {
        cmocka_unit_test(protector__round_trip_appends),
        cmocka_unit_test(protector__seals_differently_each_time),
        cmocka_unit_test(protector__largest_secret_round_trips),
        cmocka_unit_test(protector__other_label_does_not_open),
        cmocka_unit_test(protector__garbage_does_not_open),
        cmocka_unit_test(memory__keeps_numbers_by_name),
        cmocka_unit_test(clock__counts_from_1970),
        cmocka_unit_test(clock__monotonic_never_falls),
    };

    dpapi_protector_init(&protector);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
