/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The life of the module: objects that live, and pinning. */
#include <windows.h>

#include "shell/com/module.h"

static LONG module_objects;
static volatile LONG module_pinned;

/* Any address inside the module names it; a variable's needs no cast between functions and data. */
static const char module_anchor;

void module_add_object(void)
{
    InterlockedIncrement(&module_objects);
}

void module_remove_object(void)
{
    InterlockedDecrement(&module_objects);
}

bool module_in_use(void)
{
    return InterlockedCompareExchange(&module_objects, 0, 0) > 0;
}

void module_pin(void)
{
    const DWORD flags = GET_MODULE_HANDLE_EX_FLAG_PIN | GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS;
    HMODULE module;

    if (module_pinned)
        return;
    if (GetModuleHandleExW(flags, (const WCHAR *)(const void *)&module_anchor, &module))
        InterlockedExchange(&module_pinned, 1);
}
