/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The decryptor that encrypts again (secure_decryptor.h). Its crypto data is that of any decryptor, and also the salt
 * (engine/crypto/reencrypt.h), which has to rise from call to call: so calls are one thread's at a time.
 */
#include "shell/object/secure_decryptor.h"

#include <stdlib.h>

#include "shell/com/free_threaded.h"
#include "shell/com/module.h"
#include "shell/object/crypto_data.h"
#include "shell/platform/trace.h"

struct secure_decryptor
{
    IWMDRMDecrypt IWMDRMDecrypt_iface;
    LONG references;
    struct free_threaded free_threaded;
    SRWLOCK lock; /* guards: reencrypt */
    struct drm_reencrypt *reencrypt;
};

static struct secure_decryptor *secure_decryptor_from_IWMDRMDecrypt(IWMDRMDecrypt *iface)
{
    return CONTAINING_RECORD(iface, struct secure_decryptor, IWMDRMDecrypt_iface);
}

static HRESULT STDMETHODCALLTYPE secure_decryptor_QueryInterface(IWMDRMDecrypt *iface, REFIID iid, void **out)
{
    struct secure_decryptor *decryptor = secure_decryptor_from_IWMDRMDecrypt(iface);

    if (!out)
        return E_POINTER;
    *out = NULL;
    if (IsEqualIID(iid, &IID_IMarshal))
        return free_threaded_query(&decryptor->free_threaded, (IUnknown *)iface, iid, out);
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IWMDRMDecrypt))
        return E_NOINTERFACE;
    *out = iface;
    IWMDRMDecrypt_AddRef(iface);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE secure_decryptor_AddRef(IWMDRMDecrypt *iface)
{
    return InterlockedIncrement(&secure_decryptor_from_IWMDRMDecrypt(iface)->references);
}

static ULONG STDMETHODCALLTYPE secure_decryptor_Release(IWMDRMDecrypt *iface)
{
    struct secure_decryptor *decryptor = secure_decryptor_from_IWMDRMDecrypt(iface);
    ULONG references = InterlockedDecrement(&decryptor->references);

    if (!references)
    {
        free_threaded_cleanup(&decryptor->free_threaded);
        drm_reencrypt_free(decryptor->reencrypt);
        free(decryptor);
        module_remove_object();
    }
    return references;
}

static HRESULT reencrypt(struct secure_decryptor *decryptor, BYTE *data, DWORD size, const WMDRMCryptoData *crypto_data)
{
    HRESULT hr = crypto_data_check(crypto_data, size);

    if (FAILED(hr))
        return hr;
    if (!data && size)
        return E_POINTER;
    AcquireSRWLockExclusive(&decryptor->lock);
    hr = drm_reencrypt_apply(decryptor->reencrypt, crypto_data ? crypto_data->qwCounterID : 0,
                             crypto_data ? crypto_data->qwOffset : 0, data, size);
    ReleaseSRWLockExclusive(&decryptor->lock);
    return hr;
}

static HRESULT STDMETHODCALLTYPE secure_decryptor_Decrypt(IWMDRMDecrypt *iface, BYTE *data, DWORD size,
                                                          WMDRMCryptoData *crypto_data)
{
    HRESULT hr = reencrypt(secure_decryptor_from_IWMDRMDecrypt(iface), data, size, crypto_data);

    return FAILED(hr) ? trace_failure("Decrypt", hr) : S_OK;
}

static const IWMDRMDecryptVtbl secure_decryptor_vtbl =
{
    /* IUnknown methods */
    secure_decryptor_QueryInterface,
    secure_decryptor_AddRef,
    secure_decryptor_Release,
    /* IWMDRMDecrypt methods */
    secure_decryptor_Decrypt,
};

HRESULT secure_decryptor_create(const uint8_t content_key[DRM_CTR_KEY_SIZE],
                                const uint8_t vector[DRM_REENCRYPT_VECTOR_SIZE], IWMDRMDecrypt **out)
{
    struct secure_decryptor *decryptor = calloc(1, sizeof(*decryptor));
    HRESULT hr;

    if (!decryptor)
        return E_OUTOFMEMORY;
    hr = drm_reencrypt_create(content_key, vector, &decryptor->reencrypt);
    if (FAILED(hr))
    {
        free(decryptor);
        return hr;
    }
    decryptor->IWMDRMDecrypt_iface.lpVtbl = &secure_decryptor_vtbl;
    decryptor->references = 1;
    InitializeSRWLock(&decryptor->lock);
    module_add_object();
    *out = &decryptor->IWMDRMDecrypt_iface;
    return S_OK;
}
