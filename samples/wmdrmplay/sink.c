/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sink.h"

#include <string.h>

enum exit_code sink_open(struct sink *sink, const wchar_t *path, bool overwrite)
{
    HRESULT hr;

    memset(sink, 0, sizeof(*sink));
    if (!path)
        return EXIT_DONE;
    if (!wcscmp(path, L"-"))
    {
        sink->stream = GetStdHandle(STD_OUTPUT_HANDLE); /* as bytes: nobody translates line ends on this way */
        return EXIT_DONE;
    }
    hr = new_file_open(&sink->file, path, overwrite);
    return FAILED(hr) ? exit_failure(L"cannot make the output", hr) : EXIT_DONE;
}

static HRESULT write_stream(HANDLE stream, const BYTE *data, DWORD size)
{
    DWORD written;

    while (size)
    {
        if (!WriteFile(stream, data, size, &written, NULL))
            return HRESULT_FROM_WIN32(GetLastError());
        if (!written)
            return HRESULT_FROM_WIN32(ERROR_DISK_FULL);
        data += written; /* a pipe takes what it has room for */
        size -= written;
    }
    return S_OK;
}

enum exit_code sink_write(struct sink *sink, const BYTE *data, DWORD size)
{
    HRESULT hr = S_OK;

    if (sink->stream)
        hr = write_stream(sink->stream, data, size);
    else if (sink->file.handle)
        hr = new_file_write(&sink->file, data, size);
    return FAILED(hr) ? exit_failure(L"cannot write the output", hr) : EXIT_DONE;
}

enum exit_code sink_close(struct sink *sink, enum exit_code code)
{
    HRESULT hr = new_file_close(&sink->file, code == EXIT_DONE);

    return code == EXIT_DONE && FAILED(hr) ? exit_failure(L"cannot write the output", hr) : code;
}
