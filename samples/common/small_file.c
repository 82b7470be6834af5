/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "small_file.h"

static HRESULT last_error(void)
{
    return HRESULT_FROM_WIN32(GetLastError());
}

HRESULT small_file_read(const wchar_t *path, BYTE *out, DWORD *size)
{
    HANDLE file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    LARGE_INTEGER length;
    HRESULT hr = S_OK;

    *size = 0;
    if (file == INVALID_HANDLE_VALUE)
        return last_error();
    if (!GetFileSizeEx(file, &length))
        hr = last_error();
    else if (length.QuadPart > SMALL_FILE_MAX_SIZE)
        hr = HRESULT_FROM_WIN32(ERROR_FILE_TOO_LARGE);
    else if (!ReadFile(file, out, (DWORD)length.QuadPart, size, NULL))
        hr = last_error();
    CloseHandle(file);
    return hr;
}

HRESULT small_file_write(const wchar_t *path, const void *data, DWORD size)
{
    HANDLE file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_NEW, 0, NULL);
    DWORD written;
    HRESULT hr = S_OK;

    if (file == INVALID_HANDLE_VALUE)
        return last_error();
    if (!WriteFile(file, data, size, &written, NULL))
        hr = last_error();
    else if (written != size)
        hr = HRESULT_FROM_WIN32(ERROR_DISK_FULL);
    if (!CloseHandle(file) && SUCCEEDED(hr))
        hr = last_error();
    if (FAILED(hr))
        DeleteFileW(path);
    return hr;
}
