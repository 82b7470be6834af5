/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "hex.h"

static const wchar_t digits[] = L"0123456789abcdef";

void hex_format(const BYTE *data, size_t size, wchar_t *out)
{
    for (size_t i = 0; i < size; ++i)
    {
        *out++ = digits[data[i] >> 4];
        *out++ = digits[data[i] & 15];
    }
    *out = 0;
}

static int digit_value(wchar_t character)
{
    if (character >= L'0' && character <= L'9')
        return character - L'0';
    if (character >= L'a' && character <= L'f')
        return character - L'a' + 10;
    if (character >= L'A' && character <= L'F')
        return character - L'A' + 10;
    return -1;
}

bool hex_parse(const wchar_t *text, BYTE *out, size_t size)
{
    for (size_t i = 0; i < size; ++i)
    {
        const int high = digit_value(text[2 * i]), low = high < 0 ? -1 : digit_value(text[2 * i + 1]);

        if (low < 0)
            return false;
        out[i] = (BYTE)(high << 4 | low);
    }
    return !text[2 * size];
}
