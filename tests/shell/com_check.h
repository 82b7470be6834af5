/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Checks of COM objects, in one line each.
 */
#ifndef WMDRM_TESTS_COM_CHECK_H
#define WMDRM_TESTS_COM_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <windows.h>
#include <objbase.h>

#define assert_hr(expression, expected) com_check_hr((expression), (expected), #expression, __FILE__, __LINE__)
void com_check_hr(HRESULT hr, HRESULT expected, const char *what, const char *file, int line);

/* Whether an object answers an interface, and that it keeps COM's rules when it does: same identity, references given
 * back. */
#define check_interface(object, iid, expected) \
    com_check_interface((IUnknown *)(object), &(iid), (expected), #iid, __FILE__, __LINE__)
void com_check_interface(IUnknown *object, REFIID iid, BOOL expected, const char *name, const char *file, int line);

/* The object goes to any other apartment as it is: free-threaded. */
#define check_free_threaded(object, iid) com_check_free_threaded((IUnknown *)(object), &(iid), __FILE__, __LINE__)
void com_check_free_threaded(IUnknown *object, REFIID iid, const char *file, int line);

/* The number of references, without changing it. */
#define check_references(object, expected) \
    com_check_references((IUnknown *)(object), (expected), __FILE__, __LINE__)
void com_check_references(IUnknown *object, ULONG expected, const char *file, int line);

#endif
