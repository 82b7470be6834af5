/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The configuration: which place wins, and what happens to rubbish. The process gets a registry of its own, so that
 * neither the user's settings nor programs that run beside this one are touched.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <windows.h>
#include <knownfolders.h>
#include <shlobj.h>

#include "shell/platform/configuration.h"
#include "shell/platform/trace.h"

#define KEY L"Software\\wmdrmsdk"
#define KEY_A "a0b1c2d3e4f5061728394a5b6c7d8e9fa0b1c2d3e4f5061728394a5b6c7d8e9f"
#define KEY_B "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"

#define assert_result(actual, expected) assert_int_equal((unsigned int)(actual), (unsigned int)(expected))

static WCHAR sandbox_name[64];
static HKEY sandbox_user, sandbox_machine;

static HKEY make_key(const WCHAR *name)
{
    WCHAR path[160];
    HKEY key = NULL;

    swprintf(path, ARRAYSIZE(path), L"%ls\\%ls", sandbox_name, name);
    RegCreateKeyExW(HKEY_CURRENT_USER, path, 0, NULL, 0, KEY_ALL_ACCESS, NULL, &key, NULL);
    return key;
}

/* Where the system looks for the folder of local data: in the registry that this process is about to leave. */
static LSTATUS keep_local_folder(void)
{
    HKEY key = make_key(L"user\\Software\\Microsoft\\Windows\\CurrentVersion\\Explorer\\User Shell Folders");
    LSTATUS error = ERROR_PATH_NOT_FOUND;
    PWSTR folder = NULL;

    if (key && SUCCEEDED(SHGetKnownFolderPath(&FOLDERID_LocalAppData, KF_FLAG_DONT_VERIFY, NULL, &folder)))
        error = RegSetValueExW(key, L"Local AppData", 0, REG_SZ, (const BYTE *)folder,
                               (DWORD)((wcslen(folder) + 1) * sizeof(*folder)));
    CoTaskMemFree(folder);
    RegCloseKey(key);
    return error;
}

static int enter_sandbox(void **state)
{
    (void)state;
    swprintf(sandbox_name, ARRAYSIZE(sandbox_name), L"Software\\wmdrmsdk-test-%lu", GetCurrentProcessId());
    sandbox_user = make_key(L"user");
    sandbox_machine = make_key(L"machine");
    return !sandbox_user || !sandbox_machine || keep_local_folder() ||
           RegOverridePredefKey(HKEY_LOCAL_MACHINE, sandbox_machine) ||
           RegOverridePredefKey(HKEY_CURRENT_USER, sandbox_user);
}

static int leave_sandbox(void **state)
{
    (void)state;
    RegOverridePredefKey(HKEY_CURRENT_USER, NULL);
    RegOverridePredefKey(HKEY_LOCAL_MACHINE, NULL);
    RegCloseKey(sandbox_user);
    RegCloseKey(sandbox_machine);
    return (int)RegDeleteTreeW(HKEY_CURRENT_USER, sandbox_name);
}

/* Nothing configured anywhere. */
static int clear(void **state)
{
    static const WCHAR *const variables[] = {L"WMDRM_SERVICE_URL", L"WMDRM_TRUST_ANCHOR", L"WMDRM_STORE_DIRECTORY",
                                             L"WMDRM_LOG", L"WMDRM_TIMEOUT"};
    size_t i;

    (void)state;
    for (i = 0; i < ARRAYSIZE(variables); ++i)
        SetEnvironmentVariableW(variables[i], NULL);
    RegDeleteTreeW(HKEY_CURRENT_USER, KEY);
    RegDeleteTreeW(HKEY_LOCAL_MACHINE, KEY);
    trace_close();
    return 0;
}

static void set_value(HKEY root, const WCHAR *name, DWORD type, const void *data, size_t size)
{
    HKEY key;

    assert_int_equal(RegCreateKeyExW(root, KEY, 0, NULL, 0, KEY_SET_VALUE, NULL, &key, NULL), 0);
    assert_int_equal(RegSetValueExW(key, name, 0, type, data, (DWORD)size), 0);
    RegCloseKey(key);
}

static void set_text(HKEY root, const WCHAR *name, const WCHAR *text)
{
    set_value(root, name, REG_SZ, text, (wcslen(text) + 1) * sizeof(*text));
}

static void set_variable(const WCHAR *name, const WCHAR *value)
{
    assert_true(SetEnvironmentVariableW(name, value));
}

/* What the setting of the service's URL comes to; "(none)" for none. */
static const char *service_url(void)
{
    static char text[512];
    struct configuration configuration;

    assert_result(configuration_load(&configuration), DRM_S_OK);
    snprintf(text, sizeof(text), "%s", configuration.service_url ? configuration.service_url : "(none)");
    configuration_free(&configuration);
    return text;
}

static void load__nothing_set_gives_defaults(void **state)
{
    struct configuration configuration;
    WCHAR local[MAX_PATH];
    char expected[4 * MAX_PATH], *log;

    (void)state;
    assert_result(configuration_load(&configuration), DRM_S_OK);
    assert_null(configuration.service_url);
    assert_null(configuration.trust_anchor);
    assert_int_equal(configuration.timeout_ms, 30000);
    assert_true(GetEnvironmentVariableW(L"LOCALAPPDATA", local, MAX_PATH) > 0);
    assert_true(WideCharToMultiByte(CP_UTF8, 0, local, -1, expected, sizeof(expected) - 16, NULL, NULL) > 0);
    strcat(expected, "\\wmdrmsdk");
    assert_string_equal(configuration.store_directory, expected);
    configuration_free(&configuration);
    assert_null(configuration.store_directory);
    assert_result(configuration_load_log(&log), DRM_S_OK);
    assert_null(log);
}

static void load__environment_wins_then_user_then_machine(void **state)
{
    (void)state;
    assert_string_equal(service_url(), "(none)");
    set_text(HKEY_LOCAL_MACHINE, L"ServiceUrl", L"http://machine/");
    assert_string_equal(service_url(), "http://machine/");
    set_text(HKEY_CURRENT_USER, L"ServiceUrl", L"http://user/");
    assert_string_equal(service_url(), "http://user/");
    set_variable(L"WMDRM_SERVICE_URL", L"http://environment/");
    assert_string_equal(service_url(), "http://environment/");
}

static void load__empty_text_ends_the_search(void **state)
{
    (void)state;
    set_text(HKEY_LOCAL_MACHINE, L"ServiceUrl", L"http://machine/");
    set_text(HKEY_CURRENT_USER, L"ServiceUrl", L"");
    assert_string_equal(service_url(), "(none)");
    set_text(HKEY_CURRENT_USER, L"ServiceUrl", L"http://user/");
    set_variable(L"WMDRM_SERVICE_URL", L"");
    assert_string_equal(service_url(), "(none)");
    set_variable(L"WMDRM_SERVICE_URL", NULL);
    assert_string_equal(service_url(), "http://user/");
}

/* One setting in one place says nothing about the others. */
static void load__settings_are_looked_up_one_by_one(void **state)
{
    struct configuration configuration;
    char *log;

    (void)state;
    set_variable(L"WMDRM_SERVICE_URL", L"https://environment/");
    set_text(HKEY_CURRENT_USER, L"TrustAnchor", L"user's");
    set_text(HKEY_LOCAL_MACHINE, L"StoreDirectory", L"C:\\Gesch\x00e4" L"ft \x65e5\x672c");
    set_text(HKEY_LOCAL_MACHINE, L"TrustAnchor", L"machine's");
    set_text(HKEY_LOCAL_MACHINE, L"Log", L"-");
    set_variable(L"WMDRM_TIMEOUT", L"7");
    assert_result(configuration_load(&configuration), DRM_S_OK);
    assert_string_equal(configuration.service_url, "https://environment/");
    assert_string_equal(configuration.trust_anchor, "user's");
    assert_string_equal(configuration.store_directory, "C:\\Gesch\xc3\xa4" "ft \xe6\x97\xa5\xe6\x9c\xac");
    assert_int_equal(configuration.timeout_ms, 7000);
    configuration_free(&configuration);
    assert_result(configuration_load_log(&log), DRM_S_OK);
    assert_string_equal(log, "-");
    free(log);
}

static void load__every_variable_is_read(void **state)
{
    struct configuration configuration;
    char *log;

    (void)state;
    set_variable(L"WMDRM_TRUST_ANCHOR", L"anchor");
    set_variable(L"WMDRM_STORE_DIRECTORY", L"D:\\store");
    set_variable(L"WMDRM_LOG", L"C:\\log.txt");
    assert_result(configuration_load(&configuration), DRM_S_OK);
    assert_string_equal(configuration.trust_anchor, "anchor");
    assert_string_equal(configuration.store_directory, "D:\\store");
    configuration_free(&configuration);
    assert_result(configuration_load_log(&log), DRM_S_OK);
    assert_string_equal(log, "C:\\log.txt");
    free(log);
}

static void load__relative_store_directory_stays_where_it_was(void **state)
{
    struct configuration configuration;
    WCHAR before[MAX_PATH], windows[MAX_PATH], wanted[MAX_PATH + 8];
    char expected[3 * MAX_PATH];

    (void)state;
    assert_true(GetCurrentDirectoryW(ARRAYSIZE(before), before));
    assert_true(GetWindowsDirectoryW(windows, ARRAYSIZE(windows)));
    assert_true(SetCurrentDirectoryW(windows));
    set_variable(L"WMDRM_STORE_DIRECTORY", L"a\\..\\store");
    assert_result(configuration_load(&configuration), DRM_S_OK);
    assert_true(SetCurrentDirectoryW(before));

    swprintf(wanted, ARRAYSIZE(wanted), L"%ls\\store", windows);
    assert_true(WideCharToMultiByte(CP_UTF8, 0, wanted, -1, expected, sizeof(expected), NULL, NULL));
    assert_string_equal(configuration.store_directory, expected);
    configuration_free(&configuration);
}

/* There is always a store: none named, and explicitly none named, are the same. */
static void load__empty_store_directory_is_the_default(void **state)
{
    struct configuration configuration;

    (void)state;
    set_text(HKEY_LOCAL_MACHINE, L"StoreDirectory", L"C:\\machine");
    set_variable(L"WMDRM_STORE_DIRECTORY", L"");
    assert_result(configuration_load(&configuration), DRM_S_OK);
    assert_non_null(strstr(configuration.store_directory, "\\wmdrmsdk"));
    configuration_free(&configuration);
}

static void load__registry_text_is_expanded_where_it_says_so(void **state)
{
    static const WCHAR text[] = L"http://%WMDRM_TEST_HOST%/";

    (void)state;
    set_variable(L"WMDRM_TEST_HOST", L"expanded");
    set_text(HKEY_CURRENT_USER, L"ServiceUrl", text);
    assert_string_equal(service_url(), "http://%WMDRM_TEST_HOST%/");
    set_value(HKEY_CURRENT_USER, L"ServiceUrl", REG_EXPAND_SZ, text, sizeof(text));
    assert_string_equal(service_url(), "http://expanded/");
    set_variable(L"WMDRM_TEST_HOST", NULL);
}

/* The registry keeps what it is given: no terminator, or more than one. */
static void load__registry_text_ends_where_it_should(void **state)
{
    (void)state;
    set_value(HKEY_CURRENT_USER, L"ServiceUrl", REG_SZ, L"http://user/beyond", 12 * sizeof(WCHAR));
    assert_string_equal(service_url(), "http://user/");
    set_value(HKEY_CURRENT_USER, L"ServiceUrl", REG_SZ, L"http://user/\0beyond", 20 * sizeof(WCHAR));
    assert_string_equal(service_url(), "http://user/");
    set_value(HKEY_CURRENT_USER, L"ServiceUrl", REG_SZ, NULL, 0);
    assert_string_equal(service_url(), "(none)");
}

/* The first place that has a setting must mean something: rubbish there does not quietly make way for another place. */
static void load__rubbish_is_refused(void **state)
{
    static const WCHAR half[] = {'h', 0xd800, 'x', 0};
    struct configuration configuration = {.timeout_ms = 1234};
    const DWORD number = 5;
    char *log = NULL;
    WCHAR *longer;
    size_t i;

    (void)state;
    set_text(HKEY_LOCAL_MACHINE, L"ServiceUrl", L"http://machine/");
    set_value(HKEY_CURRENT_USER, L"ServiceUrl", REG_DWORD, &number, sizeof(number));
    assert_result(configuration_load(&configuration), DRM_E_NOT_CONFIGURED);
    set_value(HKEY_CURRENT_USER, L"ServiceUrl", REG_BINARY, L"http://user/", 26);
    assert_result(configuration_load(&configuration), DRM_E_NOT_CONFIGURED);
    set_value(HKEY_CURRENT_USER, L"ServiceUrl", REG_MULTI_SZ, L"http://user/\0", 28);
    assert_result(configuration_load(&configuration), DRM_E_NOT_CONFIGURED);
    set_value(HKEY_CURRENT_USER, L"ServiceUrl", REG_SZ, L"http://user/", 25); /* half a character too much */
    assert_result(configuration_load(&configuration), DRM_E_NOT_CONFIGURED);
    set_text(HKEY_CURRENT_USER, L"ServiceUrl", half);
    assert_result(configuration_load(&configuration), DRM_E_NOT_CONFIGURED);

    longer = test_malloc(100000 * sizeof(*longer));
    for (i = 0; i < 99999; ++i)
        longer[i] = 'x';
    longer[i] = 0;
    set_text(HKEY_CURRENT_USER, L"ServiceUrl", longer);
    assert_result(configuration_load(&configuration), DRM_E_NOT_CONFIGURED);
    test_free(longer);
    assert_null(configuration.service_url);
    assert_int_equal(configuration.timeout_ms, 1234);
    set_value(HKEY_CURRENT_USER, L"Log", REG_DWORD, &number, sizeof(number));
    assert_result(configuration_load_log(&log), DRM_E_NOT_CONFIGURED);
    assert_null(log);

    set_variable(L"WMDRM_SERVICE_URL", L"http://environment/");
    assert_string_equal(service_url(), "http://environment/");
}

static void load__longest_variable_is_read(void **state)
{
    const size_t size = 32000;
    struct configuration configuration;
    WCHAR *text = test_malloc((size + 1) * sizeof(*text));
    size_t i;

    (void)state;
    for (i = 0; i < size; ++i)
        text[i] = 0x20ac; /* three bytes each in UTF-8 */
    text[size] = 0;
    set_variable(L"WMDRM_TRUST_ANCHOR", text);
    assert_result(configuration_load(&configuration), DRM_S_OK);
    assert_int_equal(strlen(configuration.trust_anchor), 3 * size);
    configuration_free(&configuration);
    test_free(text);
}

static void load__timeout_is_whole_seconds(void **state)
{
    static const WCHAR *const wrong[] = {L"0", L"-1", L"3601", L"99999999999999999999", L"5s", L" 5", L"1.5", L"0x10"};
    struct configuration configuration;
    const DWORD good = 90, bad = 4000000000u;
    size_t i;

    (void)state;
    for (i = 0; i < ARRAYSIZE(wrong); ++i)
    {
        set_variable(L"WMDRM_TIMEOUT", wrong[i]);
        assert_result(configuration_load(&configuration), DRM_E_NOT_CONFIGURED);
    }
    set_variable(L"WMDRM_TIMEOUT", NULL);
    set_value(HKEY_LOCAL_MACHINE, L"Timeout", REG_DWORD, &good, sizeof(good));
    assert_result(configuration_load(&configuration), DRM_S_OK);
    assert_int_equal(configuration.timeout_ms, 90000);
    configuration_free(&configuration);
    set_text(HKEY_LOCAL_MACHINE, L"Timeout", L"3600");
    assert_result(configuration_load(&configuration), DRM_S_OK);
    assert_int_equal(configuration.timeout_ms, 3600000);
    configuration_free(&configuration);
    set_value(HKEY_LOCAL_MACHINE, L"Timeout", REG_DWORD, &bad, sizeof(bad));
    assert_result(configuration_load(&configuration), DRM_E_NOT_CONFIGURED);
    set_value(HKEY_LOCAL_MACHINE, L"Timeout", REG_DWORD, &good, 2);
    assert_result(configuration_load(&configuration), DRM_E_NOT_CONFIGURED);
    set_variable(L"WMDRM_TIMEOUT", L"");
    assert_result(configuration_load(&configuration), DRM_S_OK);
    assert_int_equal(configuration.timeout_ms, 30000);
    configuration_free(&configuration);
}

static void anchors__list_is_parsed(void **state)
{
    static const struct
    {
        const char *text;
        size_t count;
    } lists[] =
    {
        {NULL, 0}, {"", 0}, {" \t,, ", 0}, {KEY_A, 1}, {"  " KEY_A "\n", 1}, {KEY_A " " KEY_B, 2}, {KEY_B "," KEY_A, 2},
        {KEY_A ",  ," KEY_B, 2}, {KEY_A " " KEY_A, 1}, {KEY_A " " KEY_B "," KEY_A " " KEY_B, 2},
    };
    uint8_t (*keys)[CONFIGURATION_ANCHOR_SIZE];
    size_t i, count;

    (void)state;
    for (i = 0; i < ARRAYSIZE(lists); ++i)
    {
        assert_result(configuration_parse_anchors(lists[i].text, &keys, &count), DRM_S_OK);
        assert_int_equal(count, lists[i].count);
        assert_int_equal(keys != NULL, count != 0);
        free(keys);
    }
    assert_result(configuration_parse_anchors(KEY_A "," KEY_B, &keys, &count), DRM_S_OK);
    assert_int_equal(keys[0][0], 0xa0);
    assert_int_equal(keys[0][1], 0xb1);
    assert_int_equal(keys[0][31], 0x9f);
    assert_int_equal(keys[1][0], 0xff);
    free(keys);
}

static void anchors__anything_else_is_refused(void **state)
{
    static const char *const lists[] =
    {
        "none", "a", KEY_A "0", KEY_A KEY_B, KEY_A ";" KEY_B, KEY_A " x", "0x" KEY_A, KEY_A ", " KEY_A "g",
        "g0b1c2d3e4f5061728394a5b6c7d8e9fa0b1c2d3e4f5061728394a5b6c7d8e9f",
        "a0b1c2d3e4f5061728394a5b6c7d8e9fa0b1c2d3e4f5061728394a5b6c7d8e9",
        "a0 b1c2d3e4f5061728394a5b6c7d8e9fa0b1c2d3e4f5061728394a5b6c7d8e9f", "\"" KEY_A "\"",
    };
    uint8_t (*keys)[CONFIGURATION_ANCHOR_SIZE] = NULL;
    size_t i, count = 99;

    (void)state;
    for (i = 0; i < ARRAYSIZE(lists); ++i)
        assert_result(configuration_parse_anchors(lists[i], &keys, &count), DRM_E_NOT_CONFIGURED);
    assert_null(keys);
    assert_int_equal(count, 99);
}

#define configuration_test(test) cmocka_unit_test_setup_teardown(test, clear, clear)

int main(void)
{
    const struct CMUnitTest tests[] =
    {
        configuration_test(load__nothing_set_gives_defaults),
        configuration_test(load__environment_wins_then_user_then_machine),
        configuration_test(load__empty_text_ends_the_search),
        configuration_test(load__settings_are_looked_up_one_by_one),
        configuration_test(load__every_variable_is_read),
        configuration_test(load__relative_store_directory_stays_where_it_was),
        configuration_test(load__empty_store_directory_is_the_default),
        configuration_test(load__registry_text_is_expanded_where_it_says_so),
        configuration_test(load__registry_text_ends_where_it_should),
        configuration_test(load__rubbish_is_refused),
        configuration_test(load__longest_variable_is_read),
        configuration_test(load__timeout_is_whole_seconds),
        configuration_test(anchors__list_is_parsed),
        configuration_test(anchors__anything_else_is_refused),
    };

    return cmocka_run_group_tests(tests, enter_sandbox, leave_sandbox);
}
