/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * IWMDRMEncrypt (encryptor.h): AES-128 in counter mode, in place, as the decryptor.
 *
 * The caller's WMDRMCryptoData says where data stands in the stream; keeping places apart is the caller's matter, since
 * only it can tell a decryptor about them. Without one, data stands at the beginning of counter id 0: a second time
 * would put two texts under the same stream, which tells their difference to everybody, so it is refused. The store
 * remembers which keys ever had an encryptor: only the first one of a key may do it.
 */
#include "shell/object/encryptor.h"

#include <stdlib.h>

#include "shell/com/module.h"
#include "shell/object/crypto_data.h"
#include "shell/platform/trace.h"

static struct encryptor *encryptor_from_IWMDRMEncrypt(IWMDRMEncrypt *iface)
{
    return CONTAINING_RECORD(iface, struct encryptor, IWMDRMEncrypt_iface);
}

static HRESULT STDMETHODCALLTYPE encryptor_QueryInterface(IWMDRMEncrypt *iface, REFIID iid, void **out)
{
    struct encryptor *encryptor = encryptor_from_IWMDRMEncrypt(iface);

    if (!out)
        return E_POINTER;
    *out = NULL;
    if (IsEqualIID(iid, &IID_IMarshal))
        return free_threaded_query(&encryptor->free_threaded, (IUnknown *)iface, iid, out);
    if (IsEqualIID(iid, &IID_IUnknown) || IsEqualIID(iid, &IID_IWMDRMEncrypt))
        *out = iface;
    else if (IsEqualIID(iid, &IID_IWMDRMEncryptScatter))
        *out = &encryptor->IWMDRMEncryptScatter_iface;
    else
        return E_NOINTERFACE;
    IWMDRMEncrypt_AddRef(iface);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE encryptor_AddRef(IWMDRMEncrypt *iface)
{
    return InterlockedIncrement(&encryptor_from_IWMDRMEncrypt(iface)->references);
}

static ULONG STDMETHODCALLTYPE encryptor_Release(IWMDRMEncrypt *iface)
{
    struct encryptor *encryptor = encryptor_from_IWMDRMEncrypt(iface);
    ULONG references = InterlockedDecrement(&encryptor->references);

    if (!references)
    {
        free_threaded_cleanup(&encryptor->free_threaded);
        drm_ctr_free(encryptor->ctr);
        free(encryptor);
        module_remove_object();
    }
    return references;
}

static HRESULT STDMETHODCALLTYPE encryptor_Encrypt(IWMDRMEncrypt *iface, BYTE *data, DWORD size,
                                                   WMDRMCryptoData *crypto_data)
{
    struct encryptor *encryptor = encryptor_from_IWMDRMEncrypt(iface);
    HRESULT hr;

    if (FAILED(hr = crypto_data_check(crypto_data, size))) /* such a call uses nothing */
        return trace_failure("Encrypt", hr);
    /* Of two threads that come at once, one is the first. */
    if (size && data && InterlockedExchange(&encryptor->used, TRUE) && !crypto_data)
        return trace_failure("Encrypt", DRM_E_ENCRYPT_ERROR);
    hr = crypto_data_apply(encryptor->ctr, crypto_data, data, size);
    return FAILED(hr) ? trace_failure("Encrypt", hr) : S_OK;
}

static const IWMDRMEncryptVtbl encryptor_vtbl =
{
    /* IUnknown methods */
    encryptor_QueryInterface,
    encryptor_AddRef,
    encryptor_Release,
    /* IWMDRMEncrypt methods */
    encryptor_Encrypt,
};

HRESULT encryptor_create(const uint8_t content_key[DRM_CONTENT_KEY_SIZE], bool first, IWMDRMEncrypt **out)
{
    struct encryptor *encryptor = calloc(1, sizeof(*encryptor));
    HRESULT hr;

    if (!encryptor)
        return E_OUTOFMEMORY;
    hr = drm_ctr_create(content_key, &encryptor->ctr);
    if (FAILED(hr))
    {
        free(encryptor);
        return hr;
    }
    encryptor->IWMDRMEncrypt_iface.lpVtbl = &encryptor_vtbl;
    encryptor->IWMDRMEncryptScatter_iface.lpVtbl = &encryptor_scatter_vtbl;
    encryptor->references = 1;
    encryptor->used = !first;
    InitializeSRWLock(&encryptor->lock);
    module_add_object();
    *out = &encryptor->IWMDRMEncrypt_iface;
    return S_OK;
}
