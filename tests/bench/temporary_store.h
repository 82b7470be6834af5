/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A store of the benchmark's own, with the embedded authority.
 */
#ifndef WMDRM_TESTS_TEMPORARY_STORE_H
#define WMDRM_TESTS_TEMPORARY_STORE_H

#include <windows.h>

extern WCHAR temporary_store[MAX_PATH]; /* its folder, once it is configured */

/* Objects that are made from now on use it. */
void temporary_store_configure(void);
/* Deletes the folder and all that is in it. */
void temporary_store_delete(void);

#endif
