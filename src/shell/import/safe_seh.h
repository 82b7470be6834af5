/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Included by force into every member of the 32-bit import library: says, as Microsoft's compiler does, that the object
 * has no exception handler that is not registered. Linkers refuse to make a safe image (/safeseh, their default) with
 * an object that does not say so.
 */
#ifndef WMDRM_SHELL_IMPORT_SAFE_SEH_H
#define WMDRM_SHELL_IMPORT_SAFE_SEH_H

__asm__(".set \"@feat.00\", 1\n");

#endif
