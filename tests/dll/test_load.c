/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The DLL as a program has it that links nothing: LoadLibrary, GetProcAddress, FreeLibrary.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <windows.h>
#include <cmocka.h>

/* More than a process has slots of thread-local storage: 64 and 1024. */
#define LOADS 1200

static FARPROC look_up(HMODULE library, const char *name)
{
    FARPROC function = GetProcAddress(library, name);

    assert_non_null(function);
    return function;
}

static void test_load__as_often_as_a_program_likes(void **state)
{
    (void)state;
    for (unsigned int i = 0; i < LOADS; i++)
    {
        HMODULE library = LoadLibraryW(L"wmdrmsdk.dll");

        assert_non_null(library);
        assert_int_equal(look_up(library, "WMDRMStartup")(), S_OK);
        assert_int_equal(look_up(library, "WMDRMShutdown")(), S_OK);
        assert_true(FreeLibrary(library));
    }
}

/* Its threads, and those of Media Foundation and WinHTTP, may return into it at any time. */
static void test_load__stays_once_it_was_loaded(void **state)
{
    HMODULE library = LoadLibraryW(L"wmdrmsdk.dll");

    (void)state;
    assert_non_null(library);
    for (unsigned int i = 0; i < 10 && GetModuleHandleW(L"wmdrmsdk.dll"); i++)
        FreeLibrary(library); /* more often than it was loaded */
    assert_ptr_equal(GetModuleHandleW(L"wmdrmsdk.dll"), library);
    assert_int_equal(look_up(library, "DllCanUnloadNow")(), S_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load__stays_once_it_was_loaded),
        cmocka_unit_test(test_load__as_often_as_a_program_likes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
