/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Between UTF-16 and UTF-8 (utf8.h). */
#include "shell/platform/utf8.h"

#include <stdlib.h>

drm_result utf8_from_wide(const WCHAR *text, char **out)
{
    const int size = WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, text, -1, NULL, 0, NULL, NULL);
    char *utf8;

    if (!size)
        return DRM_E_INVALID_ARGUMENT;
    if (!(utf8 = malloc((size_t)size)))
        return DRM_E_OUT_OF_MEMORY;
    WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, text, -1, utf8, size, NULL, NULL);
    *out = utf8;
    return DRM_S_OK;
}

drm_result utf8_to_wide(const char *text, WCHAR **out)
{
    const int size = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, NULL, 0);
    WCHAR *wide;

    if (!size)
        return DRM_E_INVALID_ARGUMENT;
    if (!(wide = malloc((size_t)size * sizeof(*wide))))
        return DRM_E_OUT_OF_MEMORY;
    MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text, -1, wide, size);
    *out = wide;
    return DRM_S_OK;
}
