/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads one setting from the environment or the registry. */
#include "shell/platform/setting.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "shell/platform/trace.h"
#include "shell/platform/utf8.h"

#define SETTING_KEY L"Software\\wmdrmsdk"
#define SETTING_MAX_SIZE (64 * 1024) /* bytes of UTF-16; the system's own limit of an environment variable */

/* A text in hand: empty and present are two things. */
struct found
{
    bool present;
    WCHAR *text; /* on the heap, terminated */
};

/* Win32's copy of the environment, which SetEnvironmentVariable changes; the C library's may be another. */
static drm_result read_environment(const WCHAR *name, struct found *out)
{
    DWORD size, length;
    WCHAR *text;

    SetLastError(ERROR_SUCCESS);
    size = GetEnvironmentVariableW(name, NULL, 0);
    if (!size)
    {
        /* An empty variable and none give the same number. */
        out->present = GetLastError() != ERROR_ENVVAR_NOT_FOUND;
        return DRM_S_OK;
    }
    for (;;)
    {
        if (!(text = malloc(size * sizeof(*text))))
            return DRM_E_OUT_OF_MEMORY;
        text[0] = 0;
        length = GetEnvironmentVariableW(name, text, size);
        if (length < size)
            break;
        free(text); /* somebody has just made it longer */
        size = length;
    }
    out->present = true;
    out->text = text;
    return DRM_S_OK;
}

static drm_result expand(struct found *found)
{
    const DWORD size = ExpandEnvironmentStringsW(found->text, NULL, 0);
    WCHAR *text;
    DWORD got;

    if (!size || size > SETTING_MAX_SIZE / sizeof(*text))
        return DRM_E_NOT_CONFIGURED;
    if (!(text = malloc(size * sizeof(*text))))
        return DRM_E_OUT_OF_MEMORY;
    got = ExpandEnvironmentStringsW(found->text, text, size);
    if (!got || got > size)
    {
        free(text);
        return DRM_E_NOT_CONFIGURED;
    }
    free(found->text);
    found->text = text;
    return DRM_S_OK;
}

/* data: size bytes of a value as it is stored, with room for a terminator, which it may lack. */
static drm_result use_value(DWORD type, BYTE *data, DWORD size, bool number_allowed, struct found *out)
{
    WCHAR *text = (WCHAR *)data;

    if (type == REG_DWORD && number_allowed && size == sizeof(DWORD))
    {
        const unsigned long number = *(const DWORD *)data;

        free(data);
        if (!(out->text = malloc(16 * sizeof(*out->text))))
            return DRM_E_OUT_OF_MEMORY;
        _snwprintf(out->text, 16, L"%lu", number);
        out->present = true;
        return DRM_S_OK;
    }
    out->present = true;
    out->text = text;
    if ((type != REG_SZ && type != REG_EXPAND_SZ) || size % sizeof(WCHAR))
        return DRM_E_NOT_CONFIGURED;
    text[size / sizeof(WCHAR)] = 0;
    return type == REG_EXPAND_SZ ? expand(out) : DRM_S_OK;
}

/* The 64-bit view, so that programs of both kinds read the same settings. */
static drm_result read_registry(HKEY root, const WCHAR *name, bool number_allowed, struct found *out)
{
    DWORD type, size = 0, capacity;
    drm_result result;
    BYTE *data;
    LONG error;
    HKEY key;

    error = RegOpenKeyExW(root, SETTING_KEY, 0, KEY_QUERY_VALUE | KEY_WOW64_64KEY, &key);
    if (error)
        return error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND ? DRM_S_OK : DRM_E_ACCESS_DENIED;

    if ((error = RegQueryValueExW(key, name, NULL, &type, NULL, &size)))
    {
        result = error == ERROR_FILE_NOT_FOUND ? DRM_S_OK : DRM_E_NOT_CONFIGURED;
    }
    else if (size > SETTING_MAX_SIZE)
    {
        result = DRM_E_NOT_CONFIGURED;
    }
    else if (!(data = malloc(size + sizeof(WCHAR) + sizeof(DWORD))))
    {
        result = DRM_E_OUT_OF_MEMORY;
    }
    else
    {
        capacity = size;
        if (RegQueryValueExW(key, name, NULL, &type, data, &capacity))
        {
            free(data); /* deleted or made longer since: whoever changes it reads it again */
            result = DRM_E_NOT_CONFIGURED;
        }
        else
        {
            result = use_value(type, data, capacity, number_allowed, out);
        }
    }
    RegCloseKey(key);
    return result;
}

drm_result setting_read(const struct setting *setting, BOOL number_allowed, char **out)
{
    static const HKEY roots[] = {HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE};
    const char *place = "environment";
    struct found found = {0};
    drm_result result;
    size_t i;

    result = read_environment(setting->variable, &found);
    for (i = 0; DRM_SUCCEEDED(result) && !found.present && i < ARRAYSIZE(roots); ++i)
    {
        place = i ? "HKEY_LOCAL_MACHINE" : "HKEY_CURRENT_USER";
        result = read_registry(roots[i], setting->value, number_allowed, &found);
    }
    if (DRM_SUCCEEDED(result))
    {
        if (found.text && found.text[0])
            result = utf8_from_wide(found.text, out);
        else
            *out = NULL;
        if (result == DRM_E_INVALID_ARGUMENT)
            result = DRM_E_NOT_CONFIGURED;
    }
    free(found.text);
    if (DRM_FAILED(result))
        trace_line("configuration: %ls (%s) cannot be read: 0x%08x", setting->value, place, (unsigned int)result);
    return result;
}
