/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "passphrase.h"

#include <stdlib.h>
#include <wchar.h>

#include "common/exit_code.h"
#include "common/output.h"
#include "common/text_file.h"

static bool read_file(const wchar_t *path, wchar_t out[PASSPHRASE_SIZE])
{
    wchar_t *text;
    HRESULT hr;
    size_t length;

    if (FAILED(hr = text_file_read(path, &text)))
    {
        exit_failure(path, hr);
        return false;
    }
    length = wcscspn(text, L"\r\n"); /* the first line, with its spaces */
    if (length && length < PASSPHRASE_SIZE)
    {
        wmemcpy(out, text, length);
        out[length] = 0;
    }
    SecureZeroMemory(text, wcslen(text) * sizeof(*text));
    free(text);
    if (length && length < PASSPHRASE_SIZE)
        return true;
    output_error(length ? L"%ls: the passphrase is too long" : L"%ls: there is no passphrase on its first line", path);
    return false;
}

static bool ask(HANDLE input, const wchar_t *question, wchar_t out[PASSPHRASE_SIZE])
{
    DWORD mode, length = 0;
    bool read;

    output_text(question);
    GetConsoleMode(input, &mode);
    SetConsoleMode(input, (mode | ENABLE_LINE_INPUT | ENABLE_PROCESSED_INPUT) & ~(DWORD)ENABLE_ECHO_INPUT);
    read = ReadConsoleW(input, out, PASSPHRASE_SIZE - 1, &length, NULL);
    SetConsoleMode(input, mode);
    output_text(L"\r\n");
    out[read ? length : 0] = 0;
    out[wcscspn(out, L"\r\n")] = 0;
    return *out;
}

bool passphrase_get(const wchar_t *path, bool is_new, wchar_t out[PASSPHRASE_SIZE])
{
    const HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
    wchar_t again[PASSPHRASE_SIZE];
    bool same = true;
    DWORD mode;

    if (path)
        return read_file(path, out);
    if (!GetConsoleMode(input, &mode))
    {
        output_error(L"there is no terminal to ask for a passphrase; --passphrase-file names a file with one");
        return false;
    }
    if (!ask(input, L"Passphrase: ", out))
    {
        output_error(L"no passphrase");
        return false;
    }
    if (is_new)
    {
        same = ask(input, L"Again: ", again) && !wcscmp(out, again);
        passphrase_wipe(again);
    }
    if (!same)
    {
        passphrase_wipe(out);
        output_error(L"these were two different ones");
    }
    return same;
}

void passphrase_wipe(wchar_t text[PASSPHRASE_SIZE])
{
    SecureZeroMemory(text, PASSPHRASE_SIZE * sizeof(*text));
}
