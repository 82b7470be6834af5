/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "text_file.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#define READ_SIZE 65536

struct bytes
{
    char *data;
    size_t size, capacity;
};

static HRESULT reserve(struct bytes *bytes, size_t size)
{
    size_t capacity = bytes->capacity ? bytes->capacity : READ_SIZE;
    char *data;

    while (capacity - bytes->size < size)
        capacity *= 2;
    if (capacity == bytes->capacity)
        return S_OK;
    if (!(data = realloc(bytes->data, capacity)))
        return E_OUTOFMEMORY;
    bytes->data = data;
    bytes->capacity = capacity;
    return S_OK;
}

static HRESULT read_all(HANDLE file, struct bytes *bytes)
{
    DWORD size;
    HRESULT hr;

    for (;;)
    {
        if (FAILED(hr = reserve(bytes, READ_SIZE)))
            return hr;
        if (!ReadFile(file, bytes->data + bytes->size, READ_SIZE, &size, NULL))
            return GetLastError() == ERROR_BROKEN_PIPE ? S_OK : HRESULT_FROM_WIN32(GetLastError());
        if (!size)
            return S_OK;
        bytes->size += size;
        if (bytes->size > TEXT_FILE_MAX_SIZE)
            return HRESULT_FROM_WIN32(ERROR_FILE_TOO_LARGE);
    }
}

static HRESULT decode_utf16(const struct bytes *bytes, wchar_t **out)
{
    const size_t length = bytes->size / sizeof(wchar_t) - 1;

    if (bytes->size % sizeof(wchar_t))
        return HRESULT_FROM_WIN32(ERROR_NO_UNICODE_TRANSLATION);
    if (!(*out = malloc((length + 1) * sizeof(wchar_t))))
        return E_OUTOFMEMORY;
    memcpy(*out, bytes->data + sizeof(wchar_t), length * sizeof(wchar_t));
    (*out)[length] = 0;
    return S_OK;
}

static HRESULT decode_utf8(const struct bytes *bytes, wchar_t **out)
{
    const size_t mark = bytes->size >= 3 && !memcmp(bytes->data, "\xef\xbb\xbf", 3) ? 3 : 0;
    const int size = (int)(bytes->size - mark);
    int length = 0;

    if (size && !(length = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, bytes->data + mark, size, NULL, 0)))
        return HRESULT_FROM_WIN32(GetLastError());
    if (!(*out = malloc(((size_t)length + 1) * sizeof(wchar_t))))
        return E_OUTOFMEMORY;
    if (size)
        MultiByteToWideChar(CP_UTF8, 0, bytes->data + mark, size, *out, length);
    (*out)[length] = 0;
    return S_OK;
}

HRESULT text_file_read(const wchar_t *path, wchar_t **out)
{
    const bool standard = !wcscmp(path, L"-");
    struct bytes bytes = {0};
    HANDLE file;
    HRESULT hr;

    *out = NULL;
    file = standard ? GetStdHandle(STD_INPUT_HANDLE)
                    : CreateFileW(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return HRESULT_FROM_WIN32(GetLastError());
    hr = read_all(file, &bytes);
    if (SUCCEEDED(hr))
        hr = bytes.size >= 2 && !memcmp(bytes.data, "\xff\xfe", 2) ? decode_utf16(&bytes, out)
                                                                   : decode_utf8(&bytes, out);
    if (SUCCEEDED(hr) && wcslen(*out) == 0 && bytes.size > 3)
        hr = HRESULT_FROM_WIN32(ERROR_NO_UNICODE_TRANSLATION); /* it begins with a zero */
    if (FAILED(hr))
    {
        free(*out);
        *out = NULL;
    }
    if (bytes.data)
        SecureZeroMemory(bytes.data, bytes.capacity); /* passphrases are read this way too */
    free(bytes.data);
    if (!standard)
        CloseHandle(file);
    return hr;
}

static bool is_space(wchar_t character)
{
    return character == L' ' || character == L'\t' || character == L'\r';
}

wchar_t *text_file_next_line(wchar_t **next)
{
    while (**next)
    {
        wchar_t *line = *next, *end = wcschr(line, L'\n');

        *next = end ? end + 1 : line + wcslen(line);
        if (!end)
            end = *next;
        while (is_space(*line))
            ++line;
        while (end > line && is_space(end[-1]))
            --end;
        *end = 0;
        if (*line && *line != L'#')
            return line;
    }
    return NULL;
}
