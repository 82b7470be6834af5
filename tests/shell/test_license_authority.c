/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* IWMDRMAuthority: the embedded authority's contents, its state, moving it, and the clock. */
#include "shell/license_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wmdrmsdkext.h>

#define PATIENCE_MS 60000
#define OTHER_PROCESS_ARGUMENT "--query"

static const WCHAR lone_surrogate[] = {L'x', 0xD800, L'y', 0};

static BSTR text(const WCHAR *literal)
{
    return (BSTR)(LONG_PTR)literal;
}

/* Its reference is one of the management object's. */
static IWMDRMAuthority *authority_of(struct license_fixture *fixture)
{
    IWMDRMAuthority *authority = NULL;

    assert_hr(IWMDRMLicenseManagement_QueryInterface(fixture->management, &IID_IWMDRMAuthority, (void **)&authority),
              S_OK);
    assert_int_equal(IWMDRMAuthority_Release(authority), 1);
    return authority;
}

static void add(struct license_fixture *fixture, unsigned int number, const WCHAR *rights, DWORD flags)
{
    const WMDRM_CONTENT content = {
        .bstrKID = license_key(number), .bstrName = text(L"a film"), .bstrRights = text(rights), .dwFlags = flags};
    BSTR key_id = NULL;

    assert_hr(IWMDRMAuthority_AddContent(authority_of(fixture), &content, NULL, 0, &key_id), S_OK);
    assert_int_equal(wcscmp(key_id, license_key(number)), 0);
    SysFreeString(key_id);
}

static void authority__is_one_with_its_object(void **state)
{
    struct license_fixture *fixture = *state;

    check_interface(fixture->management, IID_IWMDRMAuthority, TRUE);
    check_interface(authority_of(fixture), IID_IWMDRMLicenseManagement, TRUE);
    check_interface(authority_of(fixture), IID_IWMDRMSecurity, FALSE);
}

static void contents__are_added_changed_and_listed(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMAuthority *authority = authority_of(fixture);
    WMDRM_CONTENT *contents = (WMDRM_CONTENT *)(LONG_PTR)1;
    DWORD count = 77;

    assert_hr(IWMDRMAuthority_GetContents(authority, NULL, &contents), E_POINTER);
    assert_hr(IWMDRMAuthority_GetContents(authority, &count, NULL), E_POINTER);
    assert_hr(IWMDRMAuthority_GetContents(authority, &count, &contents), S_OK);
    assert_int_equal(count, 0);
    assert_null(contents);
    for (unsigned int i = 1; i <= 20; i++)
        add(fixture, i, L"Play; Copy(count=2)", 0);
    add(fixture, 7, L"Play", WMDRM_CONTENT_INTERACTIVE);
    assert_hr(IWMDRMAuthority_WithdrawContent(authority, license_key(9)), S_OK);
    assert_hr(license_acquire(fixture->management, 3), NS_S_DRM_LICENSE_ACQUIRED);
    assert_hr(IWMDRMAuthority_GetContents(authority, &count, &contents), S_OK);
    assert_int_equal(count, 20);
    for (DWORD i = 0; i < count; i++)
    {
        assert_int_equal(wcscmp(contents[i].bstrKID, license_key(i + 1)), 0);
        assert_int_equal(wcscmp(contents[i].bstrName, L"a film"), 0);
        assert_int_equal(wcscmp(contents[i].bstrRights, i == 6 ? L"Play; Backup" : L"Play; Copy(count=2)"), 0);
        assert_int_equal(contents[i].dwFlags, i == 6   ? WMDRM_CONTENT_INTERACTIVE
                                              : i == 8 ? WMDRM_CONTENT_WITHDRAWN
                                                       : 0);
        assert_true(contents[i].cLicenses == (i == 2) && contents[i].cMachines == (i == 2));
        assert_true(contents[i].ftAdded.dwHighDateTime > 0);
        SysFreeString(contents[i].bstrKID);
        SysFreeString(contents[i].bstrName);
        SysFreeString(contents[i].bstrRights);
    }
    CoTaskMemFree(contents);
    /* What it says is what it does. */
    assert_hr(license_acquire(fixture->management, 7), NS_E_DRM_LICENSE_NOTACQUIRED);
    assert_hr(license_acquire(fixture->management, 9), NS_E_DRM_UNABLE_TO_ACQUIRE_LICENSE);
    add(fixture, 9, L"Play", 0);
    assert_hr(license_acquire(fixture->management, 9), NS_S_DRM_LICENSE_ACQUIRED);
}

static void contents__that_are_none_are_refused(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMAuthority *authority = authority_of(fixture);
    BYTE key[17] = {1, 2, 3};
    const struct
    {
        WMDRM_CONTENT content;
        HRESULT expected;
    } rows[] = {
        {{.bstrKID = text(L"no key id"), .bstrRights = text(L"Play")}, NS_E_DRM_INVALID_KID},
        {{.bstrKID = license_key(1)}, E_INVALIDARG},
        {{.bstrKID = license_key(1), .bstrRights = text(L"")}, E_INVALIDARG},
        {{.bstrKID = license_key(1), .bstrRights = text(L"Pray")}, E_INVALIDARG},
        {{.bstrKID = license_key(1), .bstrRights = text(lone_surrogate)}, E_INVALIDARG},
        {{.bstrKID = license_key(1), .bstrRights = text(L"Play"), .bstrName = text(lone_surrogate)}, E_INVALIDARG},
        {{.bstrKID = license_key(1), .bstrRights = text(L"Play"), .dwFlags = 4}, E_INVALIDARG},
        {{.bstrKID = license_key(1), .bstrRights = text(L"Play; uplink=AAECAwQFBgcICQoLDA0ODw==")},
         NS_E_DRM_NO_UPLINK_LICENSE},
    };
    const WMDRM_CONTENT good = {.bstrKID = license_key(1), .bstrRights = text(L"Play")};
    WMDRM_CONTENT long_name = good;
    static WCHAR name[200];
    BSTR key_id = (BSTR)(LONG_PTR)1;
    WMDRM_CONTENT *contents;
    DWORD count;

    assert_hr(IWMDRMAuthority_AddContent(authority, NULL, NULL, 0, &key_id), E_POINTER);
    assert_null(key_id);
    assert_hr(IWMDRMAuthority_AddContent(authority, &good, NULL, 0, NULL), E_POINTER);
    assert_hr(IWMDRMAuthority_AddContent(authority, &good, NULL, 16, &key_id), E_POINTER);
    assert_hr(IWMDRMAuthority_AddContent(authority, &good, key, 0, &key_id), E_INVALIDARG);
    assert_hr(IWMDRMAuthority_AddContent(authority, &good, key, 17, &key_id), E_INVALIDARG);
    assert_hr(IWMDRMAuthority_AddContent(authority, &good, key, 0xFFFFFFFF, &key_id), E_INVALIDARG);
    wmemset(name, L'n', ARRAYSIZE(name) - 1);
    long_name.bstrName = name;
    assert_hr(IWMDRMAuthority_AddContent(authority, &long_name, NULL, 0, &key_id), E_INVALIDARG);
    for (size_t i = 0; i < ARRAYSIZE(rows); i++)
    {
        HRESULT hr = IWMDRMAuthority_AddContent(authority, &rows[i].content, NULL, 0, &key_id);

        if (hr != rows[i].expected || key_id)
            fail_msg("row %u: 0x%08lx, expected 0x%08lx", (unsigned int)i, (unsigned long)hr,
                     (unsigned long)rows[i].expected);
    }
    assert_hr(IWMDRMAuthority_WithdrawContent(authority, NULL), E_POINTER);
    assert_hr(IWMDRMAuthority_WithdrawContent(authority, text(L"x")), NS_E_DRM_INVALID_KID);
    assert_hr(IWMDRMAuthority_WithdrawContent(authority, license_key(1)), HRESULT_FROM_WIN32(ERROR_NOT_FOUND));
    assert_hr(IWMDRMAuthority_GetContents(authority, &count, &contents), S_OK);
    assert_int_equal(count, 0);
}

static void contents__are_imported_as_a_table(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMAuthority *authority = authority_of(fixture);
    WMDRM_CONTENT defaults = {.bstrRights = text(L"Play; Copy"), .dwPerMachine = 2};
    WMDRM_CONTENT bad_flags = {.dwFlags = 0x80};
    BSTR wrong = (BSTR)(LONG_PTR)1;
    WCHAR table[512];
    DWORD count = 1;

    assert_hr(IWMDRMAuthority_ImportContents(authority, NULL, &defaults, &count, &wrong), E_POINTER);
    assert_int_equal(count, 0);
    assert_null(wrong);
    assert_hr(IWMDRMAuthority_ImportContents(authority, table, &defaults, NULL, &wrong), E_POINTER);
    assert_hr(IWMDRMAuthority_ImportContents(authority, table, &defaults, &count, NULL), E_POINTER);
    assert_hr(IWMDRMAuthority_ImportContents(authority, text(lone_surrogate), NULL, &count, &wrong),
              E_INVALIDARG);
    assert_null(wrong);
    assert_hr(IWMDRMAuthority_ImportContents(authority, text(L"x"), &bad_flags, &count, &wrong),
              E_INVALIDARG);
    assert_null(wrong);
    assert_hr(IWMDRMAuthority_ImportContents(authority, text(L""), NULL, &count, &wrong), E_INVALIDARG);
    assert_int_equal(wcscmp(wrong, L"there is no content in it"), 0);
    SysFreeString(wrong);

    swprintf(table, ARRAYSIZE(table), L"%ls,,Play(count=3),film\nnothing\n%ls,,Fly", license_key(1), license_key(2));
    assert_hr(IWMDRMAuthority_ImportContents(authority, table, NULL, &count, &wrong), E_INVALIDARG);
    assert_non_null(wrong);
    assert_int_equal(wcsncmp(wrong, L"line 2: its first field is no key id", 36), 0);
    assert_non_null(wcsstr(wrong, L"\nline 3: its rights are wrong at character 1, \"Fly\""));
    SysFreeString(wrong);
    assert_int_equal(count, 0);
    assert_hr(license_acquire(fixture->management, 1), NS_E_DRM_UNABLE_TO_ACQUIRE_LICENSE);

    swprintf(table, ARRAYSIZE(table), L"%ls,,Play(count=3),film\n%ls", license_key(1), license_key(2));
    assert_hr(IWMDRMAuthority_ImportContents(authority, table, &defaults, &count, &wrong), S_OK);
    assert_int_equal(count, 2);
    assert_null(wrong);
    assert_hr(license_acquire(fixture->management, 1), NS_S_DRM_LICENSE_ACQUIRED);
    assert_hr(license_acquire(fixture->management, 2), NS_S_DRM_LICENSE_ACQUIRED);
    assert_int_equal(license_query(fixture, 2, L"ActionAllowed.Copy"), 0);
    assert_int_equal(license_plays_left(fixture, 1), 3);
}

static void content_key__is_made_or_brought_and_stays(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMAuthority *authority = authority_of(fixture);
    BYTE brought[16] = {9, 8, 7}, other[16] = {1}, found[16], zero[16] = {0};
    WMDRM_CONTENT content = {.bstrRights = text(L"Play")};
    BSTR made = NULL, again = NULL;

    assert_hr(IWMDRMAuthority_GetContentKey(authority, NULL, found), E_POINTER);
    assert_hr(IWMDRMAuthority_GetContentKey(authority, license_key(1), NULL), E_POINTER);
    memset(found, 0xCC, sizeof(found));
    assert_hr(IWMDRMAuthority_GetContentKey(authority, license_key(1), found), HRESULT_FROM_WIN32(ERROR_NOT_FOUND));
    assert_memory_equal(found, zero, sizeof(zero));

    /* A key id of its own, and a key of its own. */
    assert_hr(IWMDRMAuthority_AddContent(authority, &content, NULL, 0, &made), S_OK);
    assert_int_equal(SysStringLen(made), 24);
    assert_hr(IWMDRMAuthority_GetContentKey(authority, made, found), S_OK);
    assert_memory_not_equal(found, zero, sizeof(zero));
    SysFreeString(made);

    content.bstrKID = license_key(1);
    assert_hr(IWMDRMAuthority_AddContent(authority, &content, brought, sizeof(brought), &made), S_OK);
    SysFreeString(made);
    assert_hr(IWMDRMAuthority_AddContent(authority, &content, other, sizeof(other), &again), E_INVALIDARG);
    assert_hr(IWMDRMAuthority_AddContent(authority, &content, NULL, 0, &again), S_OK);
    SysFreeString(again);
    assert_hr(IWMDRMAuthority_GetContentKey(authority, license_key(1), found), S_OK);
    assert_memory_equal(found, brought, sizeof(found));
}

static void header__is_one_for_acquire_license(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMAuthority *authority = authority_of(fixture);
    struct license_event event;
    BSTR header = NULL;
    IUnknown *cookie;

    add(fixture, 1, L"Play", 0);
    assert_hr(IWMDRMAuthority_MakeContentHeader(authority, NULL, NULL, NULL, &header), E_POINTER);
    assert_hr(IWMDRMAuthority_MakeContentHeader(authority, license_key(1), NULL, NULL, NULL), E_POINTER);
    assert_hr(IWMDRMAuthority_MakeContentHeader(authority, text(L"x"), NULL, NULL, &header), NS_E_DRM_INVALID_KID);
    assert_hr(IWMDRMAuthority_MakeContentHeader(authority, license_key(1), NULL, text(L"x"), &header), E_INVALIDARG);
    assert_hr(IWMDRMAuthority_MakeContentHeader(authority, license_key(1), text(lone_surrogate), NULL, &header),
              E_INVALIDARG);
    assert_null(header);
    assert_hr(IWMDRMAuthority_MakeContentHeader(authority, license_key(1), text(L"local:"), text(L"2.10"), &header),
              S_OK);
    assert_non_null(wcsstr(header, L"<WRMHEADER"));
    assert_non_null(wcsstr(header, license_key(1)));
    assert_hr(IWMDRMLicenseManagement_AcquireLicense(fixture->management, NULL, header, NULL,
                                                     WMDRM_ACQUIRE_LICENSE_SILENT, &cookie),
              S_OK);
    IUnknown_Release(cookie);
    license_next_event(fixture->management, &event);
    assert_hr(event.status, NS_S_DRM_LICENSE_ACQUIRED);
    SysFreeString(header);
}

static void status__counts_what_was_issued(void **state)
{
    struct license_fixture *fixture = *state;
    WMDRM_AUTHORITY_STATUS status;

    assert_hr(IWMDRMAuthority_GetStatus(authority_of(fixture), NULL), E_POINTER);
    add(fixture, 1, L"Play", 0);
    add(fixture, 2, L"Play", 0);
    assert_hr(license_acquire(fixture->management, 1), NS_S_DRM_LICENSE_ACQUIRED);
    assert_hr(license_acquire(fixture->management, 1), NS_S_DRM_LICENSE_ACQUIRED);
    assert_hr(license_acquire(fixture->management, 2), NS_S_DRM_LICENSE_ACQUIRED);
    assert_hr(IWMDRMAuthority_GetStatus(authority_of(fixture), &status), S_OK);
    assert_true(status.fEmbedded);
    assert_int_equal(wcscmp(status.bstrService, L"local:"), 0);
    assert_int_equal(wcsspn(status.bstrAnchor, L"0123456789abcdef"), 64);
    assert_true(status.cMachines == 1 && status.cContents == 2 && status.cLicenses == 3);
    SysFreeString(status.bstrService);
    SysFreeString(status.bstrAnchor);
}

/* Nobody has the store open after it; license_fixture_renew begins again. */
static void close_everything(struct license_fixture *fixture)
{
    license_fixture_drop(fixture);
    drm_authority_close(fixture->authority);
    fixture->authority = NULL;
    assert_int_equal(IWMDRMSecurity_Release(fixture->shell->security), 0);
    assert_int_equal(IWMDRMProvider_Release(fixture->shell->provider), 0);
    fixture->shell->security = NULL;
    fixture->shell->provider = NULL;
    assert_hr(WMDRMStartup(), S_OK);
    assert_hr(WMDRMShutdown(), S_OK); /* waits for the threads */
}

/* An older copy of the store in its place is seen: the registry, which was not copied, knows better. */
static void status__tells_of_an_older_copy_of_the_store(void **state)
{
    struct license_fixture *fixture = *state;
    WMDRM_AUTHORITY_STATUS status;
    WCHAR store[MAX_PATH], copy[MAX_PATH];
    FILETIME before;

    swprintf(store, ARRAYSIZE(store), L"%ls\\store.db", fixture->shell->directory);
    swprintf(copy, ARRAYSIZE(copy), L"%ls-copy.db", fixture->shell->directory);
    license_get(fixture, 1, "Play");
    close_everything(fixture);
    assert_true(CopyFileW(store, copy, TRUE));
    license_fixture_renew(fixture);
    assert_hr(IWMDRMLicenseManagement_DeleteLicense(fixture->management, license_key(1),
                                                    WMDRM_DELETE_LICENSE_IMMEDIATELY), S_OK);
    assert_hr(IWMDRMAuthority_GetStatus(authority_of(fixture), &status), S_OK);
    SysFreeString(status.bstrService);
    SysFreeString(status.bstrAnchor);
    assert_true(status.cSetBacks == 0 && !status.ftSetBack.dwHighDateTime && !status.ftSetBack.dwLowDateTime);

    GetSystemTimeAsFileTime(&before);
    close_everything(fixture);
    assert_true(CopyFileW(copy, store, FALSE));
    license_fixture_renew(fixture);
    assert_hr(IWMDRMAuthority_GetStatus(authority_of(fixture), &status), S_OK);
    SysFreeString(status.bstrService);
    SysFreeString(status.bstrAnchor);
    assert_true(status.cSetBacks == 1);
    assert_true(status.ftSetBack.dwHighDateTime >= before.dwHighDateTime);
    assert_int_equal(license_count(fixture, license_key(1)), 1); /* seen, not forbidden */
    DeleteFileW(copy);
}

/* Where a service is configured nothing here may issue. */
static void authority__is_the_embedded_one_alone(void **state)
{
    static const WCHAR anchor[] = L"0101010101010101010101010101010101010101010101010101010101010101";
    const WMDRM_CONTENT content = {.bstrKID = license_key(1), .bstrRights = text(L"Play")};
    struct license_fixture *fixture = *state;
    WMDRM_AUTHORITY_STATUS status;
    IWMDRMAuthority *authority;
    WMDRM_CONTENT *contents;
    FILETIME time;
    DWORD count, imported;
    BYTE key[16];
    BSTR made;
    BOOL known;

    shell_configure(L"WMDRM_SERVICE_URL", L"http://127.0.0.1:9/");
    shell_configure(L"WMDRM_TRUST_ANCHOR", anchor);
    license_fixture_renew(fixture);
    authority = authority_of(fixture);
    assert_hr(IWMDRMAuthority_GetStatus(authority, &status), S_OK);
    assert_false(status.fEmbedded);
    assert_int_equal(wcscmp(status.bstrService, L"http://127.0.0.1:9/"), 0);
    assert_int_equal(wcscmp(status.bstrAnchor, anchor), 0);
    SysFreeString(status.bstrService);
    SysFreeString(status.bstrAnchor);
    assert_hr(IWMDRMAuthority_GetClock(authority, &time, &known), S_OK);
    assert_hr(IWMDRMAuthority_MakeContentHeader(authority, license_key(1), NULL, NULL, &made), S_OK);
    SysFreeString(made);

    assert_hr(IWMDRMAuthority_AddContent(authority, &content, NULL, 0, &made), NS_E_DRM_STORE_NOTALLOWED);
    assert_hr(IWMDRMAuthority_ImportContents(authority, text(L"x"), NULL, &imported, &made),
              NS_E_DRM_STORE_NOTALLOWED);
    assert_hr(IWMDRMAuthority_WithdrawContent(authority, license_key(1)), NS_E_DRM_STORE_NOTALLOWED);
    assert_hr(IWMDRMAuthority_GetContents(authority, &count, &contents), NS_E_DRM_STORE_NOTALLOWED);
    assert_hr(IWMDRMAuthority_GetContentKey(authority, license_key(1), key), NS_E_DRM_STORE_NOTALLOWED);
    assert_hr(IWMDRMAuthority_ExportAuthority(authority, L"C:\\nowhere.wm", L"secret"), NS_E_DRM_STORE_NOTALLOWED);
    assert_hr(IWMDRMAuthority_ImportAuthority(authority, L"C:\\nowhere.wm", L"secret", 0), NS_E_DRM_STORE_NOTALLOWED);
    assert_hr(IWMDRMAuthority_SetClock(authority, &time), NS_E_DRM_STORE_NOTALLOWED);
    shell_configure(L"WMDRM_SERVICE_URL", L"");
    shell_configure(L"WMDRM_TRUST_ANCHOR", L"");
}

/* --- moving ------------------------------------------------------------------------------------------------- */

static void authority__moves_under_a_passphrase(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMAuthority *authority = authority_of(fixture);
    WMDRM_AUTHORITY_STATUS before, after;
    WCHAR path[MAX_PATH], directory[MAX_PATH];

    swprintf(path, ARRAYSIZE(path), L"%ls-authority.wm", fixture->shell->directory);
    swprintf(directory, ARRAYSIZE(directory), L"%ls-other", fixture->shell->directory);
    add(fixture, 1, L"Play", 0);
    assert_hr(IWMDRMAuthority_GetStatus(authority, &before), S_OK);
    assert_hr(IWMDRMAuthority_ExportAuthority(authority, NULL, L"secret"), E_POINTER);
    assert_hr(IWMDRMAuthority_ExportAuthority(authority, path, NULL), E_POINTER);
    assert_hr(IWMDRMAuthority_ExportAuthority(authority, path, L""), E_INVALIDARG);
    assert_hr(IWMDRMAuthority_ExportAuthority(authority, L"", L"secret"), E_INVALIDARG);
    assert_hr(IWMDRMAuthority_ExportAuthority(authority, lone_surrogate, L"secret"), E_INVALIDARG);
    assert_hr(IWMDRMAuthority_ExportAuthority(authority, path, L"secret"), S_OK);
    assert_hr(IWMDRMAuthority_ExportAuthority(authority, path, L"secret"), NS_E_DRM_BACKUP_EXISTS);

    shell_configure(L"WMDRM_STORE_DIRECTORY", directory);
    license_fixture_renew(fixture);
    authority = authority_of(fixture);
    assert_hr(IWMDRMAuthority_ImportAuthority(authority, NULL, L"secret", 0), E_POINTER);
    assert_hr(IWMDRMAuthority_ImportAuthority(authority, path, NULL, 0), E_POINTER);
    assert_hr(IWMDRMAuthority_ImportAuthority(authority, path, L"secret", 2), E_INVALIDARG);
    assert_hr(IWMDRMAuthority_ImportAuthority(authority, path, L"wrong", 0), DRM_E_INVALID_PASSPHRASE);
    assert_hr(IWMDRMAuthority_ImportAuthority(authority, directory, L"secret", 0),
              HRESULT_FROM_WIN32(ERROR_PATH_NOT_FOUND));
    assert_hr(IWMDRMAuthority_ImportAuthority(authority, path, L"secret", 0), S_OK);
    assert_hr(IWMDRMAuthority_GetStatus(authority, &after), S_OK);
    assert_int_equal(wcscmp(before.bstrAnchor, after.bstrAnchor), 0);
    assert_true(after.cContents == 1);
    SysFreeString(before.bstrService);
    SysFreeString(before.bstrAnchor);
    SysFreeString(after.bstrService);
    SysFreeString(after.bstrAnchor);
    license_individualize(fixture);
    license_fixture_renew(fixture);
    assert_hr(license_acquire(fixture->management, 1), NS_S_DRM_LICENSE_ACQUIRED);

    shell_configure(L"WMDRM_STORE_DIRECTORY", fixture->shell->directory);
    license_fixture_renew(fixture);
    shell_remove_directory(directory);
    DeleteFileW(path);
}

/* --- the clock ---------------------------------------------------------------------------------------------- */

static FILETIME day(WORD year)
{
    const SYSTEMTIME system = {.wYear = year, .wMonth = 6, .wDay = 1};
    FILETIME time;

    assert_true(SystemTimeToFileTime(&system, &time));
    return time;
}

static ULONGLONG seconds(FILETIME time)
{
    return ((ULONGLONG)time.dwHighDateTime << 32 | time.dwLowDateTime) / 10000000;
}

/* What another process says of playing content 1: it knows the time only by what the store remembers. */
static int query_as_other_process(void)
{
    BSTR names[] = {text(L"ActionAllowed.Play")};
    IWMDRMLicenseQuery *query = NULL;
    IWMDRMProvider *provider = NULL;
    DWORD result = 0x80000000;

    if (SUCCEEDED(WMDRMCreateProvider(&provider))
        && SUCCEEDED(IWMDRMProvider_CreateObject(provider, &IID_IWMDRMLicenseQuery, (void **)&query)))
        IWMDRMLicenseQuery_QueryActionAllowed(query, license_key(1), NULL, 1, names, &result);
    if (query)
        IWMDRMLicenseQuery_Release(query);
    if (provider)
        IWMDRMProvider_Release(provider);
    return (int)result;
}

static DWORD query_in_other_process(void)
{
    WCHAR program[MAX_PATH], command[MAX_PATH + 40];
    STARTUPINFOW startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION process;
    DWORD code = 0x80000000;

    assert_int_not_equal(GetModuleFileNameW(NULL, program, ARRAYSIZE(program)), 0);
    swprintf(command, ARRAYSIZE(command), L"\"%ls\" %hs", program, OTHER_PROCESS_ARGUMENT);
    assert_true(CreateProcessW(program, command, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &process));
    assert_int_equal(WaitForSingleObject(process.hProcess, PATIENCE_MS), WAIT_OBJECT_0);
    assert_true(GetExitCodeProcess(process.hProcess, &code));
    CloseHandle(process.hThread);
    CloseHandle(process.hProcess);
    return code;
}

static void clock__is_what_the_user_says(void **state)
{
    struct license_fixture *fixture = *state;
    IWMDRMAuthority *authority = authority_of(fixture);
    FILETIME now, found, later = day(2100), before_1970 = {0, 1};
    BOOL known = FALSE;

    assert_hr(IWMDRMAuthority_GetClock(authority, NULL, &known), E_POINTER);
    assert_hr(IWMDRMAuthority_GetClock(authority, &found, NULL), E_POINTER);
    assert_hr(IWMDRMAuthority_SetClock(authority, NULL), E_POINTER);
    assert_hr(IWMDRMAuthority_SetClock(authority, &before_1970), E_INVALIDARG);
    assert_hr(IWMDRMAuthority_GetClock(authority, &found, &known), S_OK);
    GetSystemTimeAsFileTime(&now);
    assert_true(known);
    assert_true(seconds(now) - seconds(found) < 600);

    license_get(fixture, 1, "Play(until=2090-01-01)");
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Play"), 0);
    assert_int_equal(query_in_other_process(), 0);
    assert_hr(IWMDRMAuthority_SetClock(authority, &later), S_OK);
    assert_hr(IWMDRMAuthority_GetClock(authority, &found, &known), S_OK);
    assert_true(known);
    assert_true(seconds(found) - seconds(later) < 600);
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Play"),
                     DRM_ACTION_ALLOWED_QUERY_NOT_ENABLED | DRM_ACTION_ALLOWED_QUERY_NOT_ENABLED_EXPIRED);
    /* The other process has the system's clock, which runs behind what was seen. */
    assert_int_equal(query_in_other_process(),
                     DRM_ACTION_ALLOWED_QUERY_NOT_ENABLED | DRM_ACTION_ALLOWED_QUERY_NOT_ENABLED_NO_CLOCK_SUPPORT);
    GetSystemTimeAsFileTime(&now);
    assert_hr(IWMDRMAuthority_SetClock(authority, &now), S_OK);
    assert_int_equal(license_query(fixture, 1, L"ActionAllowed.Play"), 0);
    assert_int_equal(query_in_other_process(), 0);
}

#define LICENSE_TEST(name) cmocka_unit_test_setup_teardown(name, license_fixture_set_up, license_fixture_tear_down)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        LICENSE_TEST(authority__is_one_with_its_object),
        LICENSE_TEST(contents__are_added_changed_and_listed),
        LICENSE_TEST(contents__that_are_none_are_refused),
        LICENSE_TEST(contents__are_imported_as_a_table),
        LICENSE_TEST(content_key__is_made_or_brought_and_stays),
        LICENSE_TEST(header__is_one_for_acquire_license),
        LICENSE_TEST(status__counts_what_was_issued),
        LICENSE_TEST(status__tells_of_an_older_copy_of_the_store),
        LICENSE_TEST(authority__is_the_embedded_one_alone),
        LICENSE_TEST(authority__moves_under_a_passphrase),
        LICENSE_TEST(clock__is_what_the_user_says),
    };

    if (argc == 2 && !strcmp(argv[1], OTHER_PROCESS_ARGUMENT))
        return query_as_other_process();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
