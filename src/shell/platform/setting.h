/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One setting, wherever it is: the environment, the user's registry, the machine's.
 */
#ifndef WMDRM_SHELL_SETTING_H
#define WMDRM_SHELL_SETTING_H

#include <windows.h>

#include "engine/base/result.h"

struct setting
{
    const WCHAR *variable; /* of the environment */
    const WCHAR *value;    /* of the registry key */
};

/*
 * The text of the first place that has the setting, UTF-8 on the heap; NULL where none has, or where the first one that
 * has it holds an empty text. A number in the registry becomes its decimal digits where number_allowed, and variables
 * in a REG_EXPAND_SZ are expanded. DRM_E_NOT_CONFIGURED where that place holds what cannot be meant, with a line of the
 * trace.
 */
drm_result setting_read(const struct setting *setting, BOOL number_allowed, char **out);

#endif
