/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The free-threaded marshaler, which lets an object be called from any apartment without a proxy.
 */
#ifndef WMDRM_SHELL_FREE_THREADED_H
#define WMDRM_SHELL_FREE_THREADED_H

#include <windows.h>
#include <objbase.h>

/* Embedded in an object. A zeroed struct is ready; the marshaler comes into being when somebody asks for it. */
struct free_threaded
{
    IUnknown *marshaler;
};

/* Answers IID_IMarshal on behalf of outer. Returns E_OUTOFMEMORY, with *out NULL. */
HRESULT free_threaded_query(struct free_threaded *free_threaded, IUnknown *outer, REFIID iid, void **out);
void free_threaded_cleanup(struct free_threaded *free_threaded);

#endif
