/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The message table of wmdrmsdk.dll: FormatMessage explains every code of Windows Media DRM and every result of the
 * engine, by cause and remedy.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>
#include <windows.h>
#include <mferror.h>
#include <nserror.h>
#include <cmocka.h>

#include "result_rows.h" /* made of engine/base/result.h */

static HMODULE library;

static DWORD explain(DWORD flags, HRESULT hr, WCHAR *text, DWORD size)
{
    text[0] = 0;
    return FormatMessageW(flags | FORMAT_MESSAGE_IGNORE_INSERTS, library, (DWORD)hr, 0, text, size, NULL);
}

/* The only shape of our messages: "Cause; remedy.\r\n". */
static int is_cause_and_remedy(const WCHAR *text, size_t length)
{
    const WCHAR *remedy = wcsstr(text, L"; ");

    return length > 25 && length < 160 && remedy && remedy > text + 8 && remedy < text + length - 8
        && !wcscmp(text + length - 3, L".\r\n") && wcscspn(text, L"\r\n") == length - 2;
}

static void test_messages__every_drm_code_has_cause_and_remedy(void **state)
{
    static const HRESULT codes[] = {
#define NAMED(value, name) (HRESULT)value,
#define OTHER(value) (HRESULT)value,
#include "expect_messages.h"
    };
    int failures = 0;
    WCHAR text[512];

    (void)state;
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); ++i)
    {
        const DWORD length = explain(FORMAT_MESSAGE_FROM_HMODULE, codes[i], text, 512);

        if (!is_cause_and_remedy(text, length))
        {
            print_error("0x%08lx: \"%ls\"\n", (unsigned long)codes[i], text);
            ++failures;
        }
    }
    assert_true(sizeof(codes) / sizeof(codes[0]) > 240);
    assert_int_equal(failures, 0);
}

/* The values come from public lists; the names are those of the system's headers. */
static void test_messages__the_codes_are_those_of_the_system_headers(void **state)
{
    static const struct
    {
        const char *name;
        HRESULT expected, actual;
    } rows[] = {
#define NAMED(value, name) {#value " is " #name, (HRESULT)value, (HRESULT)name},
#define OTHER(value)
#include "expect_messages.h"
    };
    int failures = 0;

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); ++i)
    {
        if (rows[i].expected != rows[i].actual)
        {
            print_error("%s: no, 0x%08lx\n", rows[i].name, (unsigned long)rows[i].actual);
            ++failures;
        }
    }
    assert_int_equal(failures, 0);
}

/* Also those of the system's: its own message cannot know that a path is the store's. */
static void test_messages__every_result_of_the_engine_is_explained(void **state)
{
    static const HRESULT codes[] = {RESULT_ROWS};
    int failures = 0;
    WCHAR text[512];

    (void)state;
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); ++i)
    {
        const DWORD length = explain(FORMAT_MESSAGE_FROM_HMODULE, codes[i], text, 512);

        if (!is_cause_and_remedy(text, length))
        {
            print_error("0x%08lx of result.h: \"%ls\"\n", (unsigned long)codes[i], text);
            ++failures;
        }
    }
    assert_true(sizeof(codes) / sizeof(codes[0]) > 50);
    assert_int_equal(failures, 0);
}

/* As applications ask: a code that is none of ours still comes from the system. */
static void test_messages__the_systems_messages_stay_reachable(void **state)
{
    const HRESULT not_ours = HRESULT_FROM_WIN32(ERROR_FILE_NOT_FOUND);
    WCHAR text[512];

    (void)state;
    assert_int_equal(explain(FORMAT_MESSAGE_FROM_HMODULE, not_ours, text, 512), 0);
    assert_true(explain(FORMAT_MESSAGE_FROM_HMODULE | FORMAT_MESSAGE_FROM_SYSTEM, not_ours, text, 512) > 0);
    assert_true(explain(FORMAT_MESSAGE_FROM_HMODULE | FORMAT_MESSAGE_FROM_SYSTEM, MF_E_SHUTDOWN, text, 512) > 0);
    assert_non_null(wcsstr(text, L"shut down"));
}

static void test_messages__http_errors_are_explained(void **state)
{
    static const unsigned int statuses[] = {400, 401, 403, 404, 407, 408, 410, 413, 429, 500, 501, 502, 503, 504};
    int failures = 0;
    WCHAR text[512], number[8];

    (void)state;
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); ++i)
    {
        const DWORD length = explain(FORMAT_MESSAGE_FROM_HMODULE, (HRESULT)(0x80190000 | statuses[i]), text, 512);

        swprintf(number, 8, L"%u", statuses[i]);
        if (!is_cause_and_remedy(text, length) || !wcsstr(text, number))
        {
            print_error("HTTP %u: \"%ls\"\n", statuses[i], text);
            ++failures;
        }
    }
    assert_int_equal(failures, 0);
}

static void test_messages__an_unknown_code_has_none(void **state)
{
    WCHAR text[512];

    (void)state;
    assert_int_equal(explain(FORMAT_MESSAGE_FROM_HMODULE, (HRESULT)0xC00D271A, text, 512), 0);
    assert_int_equal(GetLastError(), ERROR_MR_MID_NOT_FOUND);
}

static int load(void **state)
{
    (void)state;
    library = LoadLibraryW(L"wmdrmsdk.dll");
    return library ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    return FreeLibrary(library) ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages__every_drm_code_has_cause_and_remedy),
        cmocka_unit_test(test_messages__the_codes_are_those_of_the_system_headers),
        cmocka_unit_test(test_messages__every_result_of_the_engine_is_explained),
        cmocka_unit_test(test_messages__the_systems_messages_stay_reachable),
        cmocka_unit_test(test_messages__http_errors_are_explained),
        cmocka_unit_test(test_messages__an_unknown_code_has_none),
    };

    return cmocka_run_group_tests_name("messages", tests, load, unload);
}
