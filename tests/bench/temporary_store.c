/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A store of the benchmark's own (temporary_store.h).
 */
#include "bench/temporary_store.h"

#include <stdio.h>

WCHAR temporary_store[MAX_PATH];

void temporary_store_configure(void)
{
    WCHAR temp[MAX_PATH - 40];

    GetTempPathW(ARRAYSIZE(temp), temp);
    swprintf(temporary_store, ARRAYSIZE(temporary_store), L"%lswmdrm-bench-%lu", temp, GetCurrentProcessId());
    SetEnvironmentVariableW(L"WMDRM_STORE_DIRECTORY", temporary_store);
    SetEnvironmentVariableW(L"WMDRM_SERVICE_URL", L"");
    SetEnvironmentVariableW(L"WMDRM_TRUST_ANCHOR", L"");
}

void temporary_store_delete(void)
{
    WCHAR path[MAX_PATH * 2];
    WIN32_FIND_DATAW found;
    HANDLE search;

    swprintf(path, ARRAYSIZE(path), L"%ls\\*", temporary_store);
    search = FindFirstFileW(path, &found);
    if (search == INVALID_HANDLE_VALUE)
        return;
    do
    {
        swprintf(path, ARRAYSIZE(path), L"%ls\\%ls", temporary_store, found.cFileName);
        DeleteFileW(path);
    } while (FindNextFileW(search, &found));
    FindClose(search);
    RemoveDirectoryW(temporary_store);
}
