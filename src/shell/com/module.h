/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The life of the module that this code is part of (wmdrmsdk.dll, or a test program).
 */
#ifndef WMDRM_SHELL_MODULE_H
#define WMDRM_SHELL_MODULE_H

#include <stdbool.h>

/* Counts the objects whose code is here and which the application can still call: one call each at birth and at death
 * of an object. Any thread may call them. */
void module_add_object(void);
void module_remove_object(void);

/* Whether an object lives; the answer to DllCanUnloadNow. */
bool module_in_use(void);

/*
 * Keeps the module loaded until the process ends. For everything that lets a thread we do not own (of Media Foundation,
 * WinHTTP, the thread pool) return into the module at a time that nobody waits for. Cheap after the first call.
 */
void module_pin(void);

#endif
