/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "new_file.h"

#include <stdlib.h>
#include <string.h>

static const wchar_t suffix[] = L".part";

static HRESULT last_error(void)
{
    return HRESULT_FROM_WIN32(GetLastError());
}

HRESULT new_file_open(struct new_file *file, const wchar_t *path, bool overwrite)
{
    const size_t length = wcslen(path);
    HRESULT hr;

    memset(file, 0, sizeof(*file));
    if (!overwrite && GetFileAttributesW(path) != INVALID_FILE_ATTRIBUTES)
        return HRESULT_FROM_WIN32(ERROR_FILE_EXISTS);
    if (!(file->part = malloc(length * sizeof(*path) + sizeof(suffix))))
        return E_OUTOFMEMORY;
    memcpy(file->part, path, length * sizeof(*path));
    memcpy(file->part + length, suffix, sizeof(suffix));
    /* One that is there was left by a program that was killed; that of one that runs cannot be opened. */
    file->handle = CreateFileW(file->part, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    if (file->handle == INVALID_HANDLE_VALUE)
    {
        hr = last_error();
        free(file->part);
        memset(file, 0, sizeof(*file));
        return hr;
    }
    file->path = path;
    file->overwrite = overwrite;
    return S_OK;
}

HRESULT new_file_write(struct new_file *file, const void *data, DWORD size)
{
    DWORD written;

    if (!WriteFile(file->handle, data, size, &written, NULL))
        return last_error();
    return written == size ? S_OK : HRESULT_FROM_WIN32(ERROR_DISK_FULL);
}

HRESULT new_file_close(struct new_file *file, bool keep)
{
    HRESULT hr = S_OK;

    if (!file->handle)
        return S_OK;
    if (!CloseHandle(file->handle))
        hr = last_error();
    if (keep && SUCCEEDED(hr)
        && !MoveFileExW(file->part, file->path, file->overwrite ? MOVEFILE_REPLACE_EXISTING : 0))
        hr = last_error();
    if (!keep || FAILED(hr))
        DeleteFileW(file->part);
    free(file->part);
    memset(file, 0, sizeof(*file));
    return hr;
}
