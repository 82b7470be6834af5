/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "explain.h"

#include <stdio.h>
#include <wchar.h>

#define NUMBER_SIZE 16

const wchar_t *explain(HRESULT hr, wchar_t text[EXPLANATION_SIZE])
{
    /* The DLL's own table first: it knows these codes; the system knows the rest. */
    const DWORD flags = FORMAT_MESSAGE_FROM_HMODULE | FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS
        | FORMAT_MESSAGE_MAX_WIDTH_MASK; /* no line breaks */
    DWORD length = FormatMessageW(flags, GetModuleHandleW(L"wmdrmsdk.dll"), (DWORD)hr, 0, text,
                                  EXPLANATION_SIZE - NUMBER_SIZE, NULL);

    if (!length)
        length = (DWORD)swprintf(text, EXPLANATION_SIZE, L"Nobody has an explanation for this code.");
    while (length && (text[length - 1] == L' ' || text[length - 1] == L'\n' || text[length - 1] == L'\r'))
        --length;
    swprintf(text + length, EXPLANATION_SIZE - length, L" (0x%08lX)", (unsigned long)hr);
    return text;
}
