/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Between the UTF-16 of Windows and the UTF-8 of the engine.
 */
#ifndef WMDRM_SHELL_UTF8_H
#define WMDRM_SHELL_UTF8_H

#include <windows.h>

#include "engine/base/result.h"

/* The text in the other encoding, on the heap. DRM_E_INVALID_ARGUMENT where it is no Unicode; DRM_E_OUT_OF_MEMORY. */
drm_result utf8_from_wide(const WCHAR *text, char **out);
drm_result utf8_to_wide(const char *text, WCHAR **out);

#endif
