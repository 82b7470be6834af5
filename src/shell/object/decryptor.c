/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * IWMDRMDecrypt (decryptor.h): AES-128 in counter mode, in place. The object owns its key: it goes on whatever becomes
 * of the licence, and wipes it at its end. Any number of threads may decrypt at once (engine/crypto/ctr.c).
 */
#include "shell/object/decryptor.h"

#include <stdlib.h>

#include "shell/com/free_threaded.h"
#include "shell/com/module.h"
#include "shell/object/crypto_data.h"
#include "shell/platform/trace.h"

struct decryptor
{
    IWMDRMDecrypt IWMDRMDecrypt_iface;
    LONG references;
    struct free_threaded free_threaded;
    struct drm_ctr *ctr;
};

static struct decryptor *decryptor_from_IWMDRMDecrypt(IWMDRMDecrypt *iface)
{
    return CONTAINING_RECORD(iface, struct decryptor, IWMDRMDecrypt_iface);
}

static HRESULT STDMETHODCALLTYPE decryptor_QueryInterface(IWMDRMDecrypt *iface, REFIID iid, void **out)
{
    if (!out)
        return E_POINTER;
    *out = NULL;
    if (IsEqualIID(iid, &IID_IMarshal))
        return free_threaded_query(&decryptor_from_IWMDRMDecrypt(iface)->free_threaded, (IUnknown *)iface, iid, out);
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IWMDRMDecrypt))
        return E_NOINTERFACE;
    *out = iface;
    IWMDRMDecrypt_AddRef(iface);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE decryptor_AddRef(IWMDRMDecrypt *iface)
{
    return InterlockedIncrement(&decryptor_from_IWMDRMDecrypt(iface)->references);
}

static ULONG STDMETHODCALLTYPE decryptor_Release(IWMDRMDecrypt *iface)
{
    struct decryptor *decryptor = decryptor_from_IWMDRMDecrypt(iface);
    ULONG references = InterlockedDecrement(&decryptor->references);

    if (!references)
    {
        free_threaded_cleanup(&decryptor->free_threaded);
        drm_ctr_free(decryptor->ctr);
        free(decryptor);
        module_remove_object();
    }
    return references;
}

/* No line of the trace for each: there is one for a packet. */
static HRESULT STDMETHODCALLTYPE decryptor_Decrypt(IWMDRMDecrypt *iface, BYTE *data, DWORD size,
                                                   WMDRMCryptoData *crypto_data)
{
    HRESULT hr = crypto_data_apply(decryptor_from_IWMDRMDecrypt(iface)->ctr, crypto_data, data, size);

    return FAILED(hr) ? trace_failure("Decrypt", hr) : S_OK;
}

static const IWMDRMDecryptVtbl decryptor_vtbl =
{
    /* IUnknown methods */
    decryptor_QueryInterface,
    decryptor_AddRef,
    decryptor_Release,
    /* IWMDRMDecrypt methods */
    decryptor_Decrypt,
};

HRESULT decryptor_create(const uint8_t content_key[DRM_CONTENT_KEY_SIZE], IWMDRMDecrypt **out)
{
    struct decryptor *decryptor = calloc(1, sizeof(*decryptor));
    HRESULT hr;

    if (!decryptor)
        return E_OUTOFMEMORY;
    hr = drm_ctr_create(content_key, &decryptor->ctr);
    if (FAILED(hr))
    {
        free(decryptor);
        return hr;
    }
    decryptor->IWMDRMDecrypt_iface.lpVtbl = &decryptor_vtbl;
    decryptor->references = 1;
    module_add_object();
    *out = &decryptor->IWMDRMDecrypt_iface;
    return S_OK;
}
