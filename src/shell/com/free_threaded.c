/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The free-threaded marshaler (free_threaded.h).
 */
#include "shell/com/free_threaded.h"

HRESULT free_threaded_query(struct free_threaded *free_threaded, IUnknown *outer, REFIID iid, void **out)
{
    IUnknown *marshaler = InterlockedCompareExchangePointer((void **)&free_threaded->marshaler, NULL, NULL);
    HRESULT hr;

    *out = NULL;
    if (!marshaler)
    {
        IUnknown *other;

        hr = CoCreateFreeThreadedMarshaler(outer, &marshaler);
        if (FAILED(hr))
            return hr;
        other = InterlockedCompareExchangePointer((void **)&free_threaded->marshaler, marshaler, NULL);
        if (other)
        {
            IUnknown_Release(marshaler);
            marshaler = other;
        }
    }
    return IUnknown_QueryInterface(marshaler, iid, out);
}

void free_threaded_cleanup(struct free_threaded *free_threaded)
{
    if (free_threaded->marshaler)
        IUnknown_Release(free_threaded->marshaler);
    free_threaded->marshaler = NULL;
}
