/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sink.h"

#include <string.h>

enum exit_code sink_open(struct sink *sink, const wchar_t *path, bool overwrite)
{
    memset(sink, 0, sizeof(*sink));
    if (!path)
        return EXIT_DONE;
    if (!wcscmp(path, L"-"))
    {
        sink->handle = GetStdHandle(STD_OUTPUT_HANDLE); /* as bytes: nobody translates line ends on this way */
        return EXIT_DONE;
    }
    sink->handle = CreateFileW(path, GENERIC_WRITE | DELETE, 0, NULL, overwrite ? CREATE_ALWAYS : CREATE_NEW, 0, NULL);
    if (sink->handle == INVALID_HANDLE_VALUE)
    {
        sink->handle = NULL;
        return exit_failure(L"cannot make the output", HRESULT_FROM_WIN32(GetLastError()));
    }
    sink->path = path;
    return EXIT_DONE;
}

enum exit_code sink_write(struct sink *sink, const BYTE *data, DWORD size)
{
    DWORD written;

    while (sink->handle && size)
    {
        if (!WriteFile(sink->handle, data, size, &written, NULL))
            return exit_failure(L"cannot write the output", HRESULT_FROM_WIN32(GetLastError()));
        if (!written)
            return exit_failure(L"cannot write the output", HRESULT_FROM_WIN32(ERROR_DISK_FULL));
        data += written; /* a pipe takes what it has room for */
        size -= written;
    }
    return EXIT_DONE;
}

enum exit_code sink_close(struct sink *sink, enum exit_code code)
{
    if (!sink->path)
        return code;
    if (!CloseHandle(sink->handle) && code == EXIT_DONE)
        code = exit_failure(L"cannot write the output", HRESULT_FROM_WIN32(GetLastError()));
    if (code != EXIT_DONE)
        DeleteFileW(sink->path);
    return code;
}
