/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The DLL as a program has it that links nothing: LoadLibrary, GetProcAddress, FreeLibrary.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <wchar.h>
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

/* --- as a COM server ---------------------------------------------------------------------------------------- */

#define SERVER_KEY L"Software\\Classes\\CLSID\\{82435bdf-f7c1-4df9-8103-eeabebf3d6e1}\\InprocServer32"
#define LONG_PATH 1024

static LONG read_server(WCHAR out[LONG_PATH])
{
    DWORD size = LONG_PATH * sizeof(*out);

    return RegGetValueW(HKEY_LOCAL_MACHINE, SERVER_KEY, NULL, RRF_RT_REG_SZ, NULL, out, &size);
}

static void register_and_expect(HMODULE library, const WCHAR *path)
{
    WCHAR server[LONG_PATH];

    assert_int_equal(look_up(library, "DllRegisterServer")(), S_OK);
    assert_int_equal(read_server(server), ERROR_SUCCESS);
    assert_true(!wcscmp(server, path));
    assert_int_equal(look_up(library, "DllUnregisterServer")(), S_OK);
    assert_int_equal(read_server(server), ERROR_FILE_NOT_FOUND);
    assert_int_equal(look_up(library, "DllUnregisterServer")(), S_OK);
}

static void test_register__names_the_path_of_the_library(void **state)
{
    HMODULE library = LoadLibraryW(L"wmdrmsdk.dll");
    WCHAR path[LONG_PATH];

    (void)state;
    assert_non_null(library);
    assert_in_range(GetModuleFileNameW(library, path, LONG_PATH), 1, LONG_PATH - 1);
    register_and_expect(library, path);
}

/* Three folders of 100 characters each. */
static void test_register__path_longer_than_max_path_is_not_cut(void **state)
{
    WCHAR source[LONG_PATH], temporary[MAX_PATH], path[LONG_PATH] = L"\\\\?\\", found[LONG_PATH];
    WCHAR name[110] = L"\\wmdrmsdk-test-";
    size_t ends[3];
    HMODULE library;

    (void)state;
    assert_in_range(GetModuleFileNameW(LoadLibraryW(L"wmdrmsdk.dll"), source, LONG_PATH), 1, LONG_PATH - 1);
    assert_in_range(GetTempPathW(ARRAYSIZE(temporary), temporary), 1, ARRAYSIZE(temporary) - 1);
    wcscat(path, temporary);
    path[wcslen(path) - 1] = 0;
    for (size_t i = wcslen(name); i < 100; i++)
        name[i] = 'x';
    for (size_t i = 0; i < ARRAYSIZE(ends); i++)
    {
        wcscat(path, name);
        ends[i] = wcslen(path);
        assert_true(CreateDirectoryW(path, NULL) || GetLastError() == ERROR_ALREADY_EXISTS);
    }
    wcscat(path, L"\\wmdrmsdk.dll");
    assert_true(CopyFileW(source, path, FALSE));
    assert_non_null(library = LoadLibraryW(path));
    assert_in_range(GetModuleFileNameW(library, found, LONG_PATH), MAX_PATH, LONG_PATH - 1);
    register_and_expect(library, found);

    /* It stays loaded, which keeps the file on Windows: then it goes with the next start of the system. */
    if (!DeleteFileW(path))
        MoveFileExW(path, NULL, MOVEFILE_DELAY_UNTIL_REBOOT);
    for (size_t i = ARRAYSIZE(ends); i--;)
    {
        path[ends[i]] = 0;
        if (!RemoveDirectoryW(path))
            MoveFileExW(path, NULL, MOVEFILE_DELAY_UNTIL_REBOOT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_load__stays_once_it_was_loaded),
        cmocka_unit_test(test_register__names_the_path_of_the_library),
        cmocka_unit_test(test_register__path_longer_than_max_path_is_not_cut),
        cmocka_unit_test(test_load__as_often_as_a_program_likes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
