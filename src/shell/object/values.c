/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Values of the interface and of the engine (values.h).
 */
#include "shell/object/values.h"

#include <stdlib.h>
#include <string.h>
#include <objbase.h>
#include <oleauto.h>

#include "engine/xml/base64.h"
#include "shell/platform/utf8.h"

HRESULT value_text(const WCHAR *text, char **out)
{
    *out = NULL;
    return text && *text ? utf8_from_wide(text, out) : S_OK;
}

/* Whole ASCII texts only; false for a longer one or any other character. */
static bool narrow(const WCHAR *text, char *out, size_t size)
{
    for (size_t i = 0; i < size; i++)
    {
        if (text[i] > 0x7F)
            return false;
        if (!(out[i] = (char)text[i]))
            return true;
    }
    return false;
}

HRESULT value_key_id(const WCHAR *text, uint8_t out[DRM_KEY_ID_SIZE])
{
    char ascii[4 * DRM_KEY_ID_TEXT_SIZE]; /* white space may stand between the characters */

    return narrow(text, ascii, sizeof(ascii)) ? drm_key_id_parse(ascii, out) : DRM_E_INVALID_KID;
}

int value_right(const WCHAR *name, const char *prefix)
{
    const size_t length = strlen(prefix);
    char ascii[64];

    if (!narrow(name, ascii, sizeof(ascii)) || strncmp(ascii, prefix, length))
        return -1;
    return drm_right_from_name(ascii + length);
}

HRESULT value_give_text(const char *text, BSTR *out)
{
    WCHAR *wide;
    HRESULT hr = utf8_to_wide(text, &wide);

    *out = NULL;
    if (FAILED(hr))
        return hr;
    *out = SysAllocString(wide);
    free(wide);
    return *out ? S_OK : E_OUTOFMEMORY;
}

HRESULT value_give_bytes(struct drm_span bytes, BYTE **out, DWORD *size)
{
    BYTE *copy = NULL;

    *out = NULL;
    *size = 0;
    if (bytes.size > MAXDWORD || (bytes.size && !(copy = CoTaskMemAlloc(bytes.size))))
        return E_OUTOFMEMORY;
    if (copy)
        memcpy(copy, bytes.data, bytes.size);
    *out = copy;
    *size = (DWORD)bytes.size;
    return S_OK;
}

GUID value_guid(const uint8_t bytes[16])
{
    GUID guid = {.Data1 = drm_get_u32(bytes), .Data2 = drm_get_u16(bytes + 4), .Data3 = drm_get_u16(bytes + 6)};

    memcpy(guid.Data4, bytes + 8, sizeof(guid.Data4));
    return guid;
}

#define MS_FROM_1601_TO_1970 INT64_C(11644473600000)
#define TICKS_OF_MS 10000

FILETIME value_file_time(int64_t time)
{
    uint64_t ticks = time ? (uint64_t)(time + MS_FROM_1601_TO_1970) * TICKS_OF_MS : 0;

    return (FILETIME){.dwLowDateTime = (DWORD)ticks, .dwHighDateTime = (DWORD)(ticks >> 32)};
}

int64_t value_time(FILETIME time)
{
    const uint64_t ticks = (uint64_t)time.dwHighDateTime << 32 | time.dwLowDateTime;

    return (int64_t)(ticks / TICKS_OF_MS) - MS_FROM_1601_TO_1970;
}
