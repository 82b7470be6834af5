/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Attributes that are made at first use (attributes_forwarders.h).
 */
#include "shell/com/attributes_forwarders.h"

#include <mfapi.h>

HRESULT attributes_require(IMFAttributes **slot, IMFAttributes **out)
{
    void *volatile *shared = (void *volatile *)slot;
    IMFAttributes *attributes = InterlockedCompareExchangePointer(shared, NULL, NULL), *winner;
    HRESULT hr;

    if (!attributes)
    {
        hr = MFCreateAttributes(&attributes, 0);
        if (FAILED(hr))
            return hr;
        winner = InterlockedCompareExchangePointer(shared, attributes, NULL);
        if (winner)
        {
            IMFAttributes_Release(attributes);
            attributes = winner;
        }
    }
    *out = attributes;
    return S_OK;
}
