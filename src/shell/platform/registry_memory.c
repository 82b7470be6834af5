/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers in the registry, as REG_QWORD. */
#include "shell/platform/registry_memory.h"

#include <windows.h>

#define MEMORY_KEY L"Software\\wmdrmsdk\\Stores"
#define MAX_NAME 63

/* Letters, digits and "-" alone. */
static drm_result widen(const char *name, WCHAR out[MAX_NAME + 1])
{
    size_t i;

    for (i = 0; name[i]; i++)
    {
        if (i == MAX_NAME)
            return DRM_E_INVALID_ARGUMENT;
        out[i] = (unsigned char)name[i];
    }
    out[i] = 0;
    return DRM_S_OK;
}

static drm_result from_error(LONG error)
{
    switch (error)
    {
    case ERROR_SUCCESS:
        return DRM_S_OK;
    case ERROR_NOT_ENOUGH_MEMORY:
    case ERROR_OUTOFMEMORY:
    case ERROR_NO_SYSTEM_RESOURCES:
        return DRM_E_OUT_OF_MEMORY;
    default:
        return DRM_E_ACCESS_DENIED;
    }
}

/* The 64-bit view: 32- and 64-bit programs share a store. */
static drm_result recall(void *context, const char *name, uint64_t *number)
{
    DWORD type, size = sizeof(uint64_t);
    WCHAR wide[MAX_NAME + 1];
    uint64_t value = 0;
    drm_result result;
    LONG error;
    HKEY key;

    (void)context;
    if (DRM_FAILED(result = widen(name, wide)))
        return result;
    if (!(error = RegOpenKeyExW(HKEY_CURRENT_USER, MEMORY_KEY, 0, KEY_QUERY_VALUE | KEY_WOW64_64KEY, &key)))
    {
        error = RegQueryValueExW(key, wide, NULL, &type, (BYTE *)&value, &size);
        RegCloseKey(key);
        if (error == ERROR_MORE_DATA || (!error && (type != REG_QWORD || size != sizeof(value))))
            error = ERROR_FILE_NOT_FOUND; /* somebody else's value: none of ours */
    }
    if (error == ERROR_FILE_NOT_FOUND || error == ERROR_PATH_NOT_FOUND)
    {
        *number = 0;
        return DRM_S_OK;
    }
    if (!error)
        *number = value;
    return from_error(error);
}

static drm_result remember(void *context, const char *name, uint64_t number)
{
    WCHAR wide[MAX_NAME + 1];
    drm_result result;
    LONG error;
    HKEY key;

    (void)context;
    if (DRM_FAILED(result = widen(name, wide)))
        return result;
    error = RegCreateKeyExW(HKEY_CURRENT_USER, MEMORY_KEY, 0, NULL, 0, KEY_SET_VALUE | KEY_WOW64_64KEY, NULL, &key,
                            NULL);
    if (!error)
    {
        error = RegSetValueExW(key, wide, 0, REG_QWORD, (const BYTE *)&number, sizeof(number));
        RegCloseKey(key);
    }
    return from_error(error);
}

void registry_memory_init(struct drm_protector *out)
{
    out->recall = recall;
    out->remember = remember;
}
