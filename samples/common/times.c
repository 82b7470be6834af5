/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "times.h"

#include <stdio.h>
#include <wchar.h>

const wchar_t *time_format(const FILETIME *time, wchar_t text[TIME_TEXT_SIZE])
{
    SYSTEMTIME parts;

    if (!FileTimeToSystemTime(time, &parts))
        swprintf(text, TIME_TEXT_SIZE, L"at no time");
    else
        swprintf(text, TIME_TEXT_SIZE, L"%04u-%02u-%02uT%02u:%02u:%02uZ", parts.wYear, parts.wMonth, parts.wDay,
                 parts.wHour, parts.wMinute, parts.wSecond);
    return text;
}

/* A number of exactly so many digits. */
static bool take_digits(const wchar_t **text, int digits, WORD *out)
{
    *out = 0;
    for (; digits > 0; --digits, ++*text)
    {
        if (**text < L'0' || **text > L'9')
            return false;
        *out = (WORD)(*out * 10 + (**text - L'0'));
    }
    return true;
}

static bool take_character(const wchar_t **text, wchar_t character)
{
    if (**text != character)
        return false;
    ++*text;
    return true;
}

bool time_parse(const wchar_t *text, FILETIME *out)
{
    SYSTEMTIME parts = {0};

    if (!take_digits(&text, 4, &parts.wYear) || !take_character(&text, L'-') || !take_digits(&text, 2, &parts.wMonth)
        || !take_character(&text, L'-') || !take_digits(&text, 2, &parts.wDay))
        return false;
    if (take_character(&text, L'T'))
    {
        if (!take_digits(&text, 2, &parts.wHour) || !take_character(&text, L':')
            || !take_digits(&text, 2, &parts.wMinute))
            return false;
        if (take_character(&text, L':') && !take_digits(&text, 2, &parts.wSecond))
            return false;
    }
    take_character(&text, L'Z');
    return !*text && SystemTimeToFileTime(&parts, out);
}
