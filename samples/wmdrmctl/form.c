/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "form.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static int digit_value(char character)
{
    if (character >= '0' && character <= '9')
        return character - '0';
    if (character >= 'A' && character <= 'F')
        return character - 'A' + 10;
    if (character >= 'a' && character <= 'f')
        return character - 'a' + 10;
    return -1;
}

/* Undoes the escapes in place; false of a bad one. */
static bool unescape(char *text, size_t *size)
{
    size_t out = 0;

    for (size_t i = 0; i < *size; ++i)
    {
        char character = text[i];

        if (character == '%')
        {
            const int high = *size - i > 2 ? digit_value(text[i + 1]) : -1;
            const int low = high >= 0 ? digit_value(text[i + 2]) : -1;

            if (low < 0)
                return false;
            character = (char)(high << 4 | low);
            i += 2;
        }
        else if (character == '+')
            character = ' ';
        text[out++] = character;
    }
    *size = out;
    return true;
}

static HRESULT decode(const char *text, size_t size, wchar_t **out)
{
    char *copy = malloc(size + 1);
    HRESULT hr = HRESULT_FROM_WIN32(ERROR_INVALID_DATA);
    int length;

    if (!copy)
        return E_OUTOFMEMORY;
    memcpy(copy, text, size);
    if (unescape(copy, &size) && size > 0 && size < INT_MAX && !memchr(copy, 0, size)
        && (length = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, copy, (int)size, NULL, 0)) > 0)
    {
        hr = E_OUTOFMEMORY;
        if ((*out = malloc(((size_t)length + 1) * sizeof(wchar_t))))
        {
            MultiByteToWideChar(CP_UTF8, 0, copy, (int)size, *out, length);
            (*out)[length] = 0;
            hr = S_OK;
        }
    }
    free(copy);
    return hr;
}

HRESULT form_get(const char *form, size_t size, const char *name, wchar_t **out)
{
    const size_t name_size = strlen(name);
    const char *end = form + size;

    *out = NULL;
    while (form < end)
    {
        const char *next = memchr(form, '&', (size_t)(end - form));
        const char *field_end = next ? next : end;

        if ((size_t)(field_end - form) > name_size && !memcmp(form, name, name_size) && form[name_size] == '=')
            return decode(form + name_size + 1, (size_t)(field_end - form) - name_size - 1, out);
        form = next ? next + 1 : end;
    }
    return HRESULT_FROM_WIN32(ERROR_NOT_FOUND);
}

char *html_escape(const wchar_t *text)
{
    const int size = WideCharToMultiByte(CP_UTF8, 0, text, -1, NULL, 0, NULL, NULL);
    char *plain = size > 0 ? malloc((size_t)size) : NULL;
    char *escaped = size > 0 ? malloc((size_t)size * 6) : NULL;
    char *out = escaped;

    if (plain && escaped)
    {
        WideCharToMultiByte(CP_UTF8, 0, text, -1, plain, size, NULL, NULL);
        for (const char *next = plain; *next; ++next)
        {
            const char *entity = *next == '<' ? "&lt;" : *next == '>' ? "&gt;" : *next == '&' ? "&amp;"
                : *next == '"' ? "&quot;" : NULL;

            if (entity)
            {
                memcpy(out, entity, strlen(entity));
                out += strlen(entity);
            }
            else
                *out++ = *next;
        }
        *out = 0;
    }
    else
    {
        free(escaped);
        escaped = NULL;
    }
    free(plain);
    return escaped;
}
