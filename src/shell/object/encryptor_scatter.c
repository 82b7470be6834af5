/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * IWMDRMEncryptScatter of an encryptor (encryptor.h): a sample whose bytes lie in several blocks, gathered in the order
 * of the blocks into one piece of output, and encrypted as one piece of data there (decided: the documents say no more
 * than "unscrambles and encrypts").
 *
 * Blocks come as they are: the one version of sample protection that is known here is 0, none. Everything that can be
 * wrong is found before the first byte is written.
 */
#include <string.h>

#include "shell/object/crypto_data.h"
#include "shell/object/encryptor.h"
#include "shell/platform/trace.h"

static struct encryptor *encryptor_from_IWMDRMEncryptScatter(IWMDRMEncryptScatter *iface)
{
    return CONTAINING_RECORD(iface, struct encryptor, IWMDRMEncryptScatter_iface);
}

static HRESULT STDMETHODCALLTYPE encryptor_scatter_QueryInterface(IWMDRMEncryptScatter *iface, REFIID iid, void **out)
{
    return IWMDRMEncrypt_QueryInterface(&encryptor_from_IWMDRMEncryptScatter(iface)->IWMDRMEncrypt_iface, iid, out);
}

static ULONG STDMETHODCALLTYPE encryptor_scatter_AddRef(IWMDRMEncryptScatter *iface)
{
    return IWMDRMEncrypt_AddRef(&encryptor_from_IWMDRMEncryptScatter(iface)->IWMDRMEncrypt_iface);
}

static ULONG STDMETHODCALLTYPE encryptor_scatter_Release(IWMDRMEncryptScatter *iface)
{
    return IWMDRMEncrypt_Release(&encryptor_from_IWMDRMEncryptScatter(iface)->IWMDRMEncrypt_iface);
}

static bool has_stream(const DWORD *streams, DWORD count, DWORD stream)
{
    for (DWORD i = 0; i < count; i++)
        if (streams[i] == stream)
            return true;
    return false;
}

static HRESULT check_streams(DWORD count, const WMDRM_ENCRYPT_SCATTER_INFO *infos, DWORD *streams)
{
    for (DWORD i = 0; i < count; i++)
    {
        if (infos[i].cbProtectionInfo && !infos[i].pbProtectionInfo)
            return E_POINTER;
        /* Unprotected data has nothing to tell about its protection; what is protected cannot be opened here. */
        if (infos[i].dwSampleProtectionVersion)
            return DRM_E_UNSUPPORTED_ALGORITHM;
        if (infos[i].cbProtectionInfo || has_stream(streams, i, infos[i].dwStreamID))
            return E_INVALIDARG;
        streams[i] = infos[i].dwStreamID;
    }
    return S_OK;
}

/* Again: the new streams in place of the old ones, where it succeeds. */
static HRESULT STDMETHODCALLTYPE encryptor_scatter_InitEncryptScatter(IWMDRMEncryptScatter *iface, DWORD count,
                                                                      WMDRM_ENCRYPT_SCATTER_INFO *infos)
{
    struct encryptor *encryptor = encryptor_from_IWMDRMEncryptScatter(iface);
    DWORD streams[ENCRYPTOR_MAX_STREAMS];
    HRESULT hr;

    trace_line("%p: InitEncryptScatter, %lu streams", (void *)iface, count);
    if (!infos)
        return E_POINTER;
    if (!count || count > ENCRYPTOR_MAX_STREAMS)
        return trace_failure("InitEncryptScatter", E_INVALIDARG);
    if (FAILED(hr = check_streams(count, infos, streams)))
        return trace_failure("InitEncryptScatter", hr);
    AcquireSRWLockExclusive(&encryptor->lock);
    memcpy(encryptor->streams, streams, count * sizeof(*streams));
    encryptor->stream_count = count;
    ReleaseSRWLockExclusive(&encryptor->lock);
    return S_OK;
}

/* --- blocks ----------------------------------------------------------------------------------------------- */

/* Do the blocks belong to known streams, and how many bytes are they? */
static HRESULT check_blocks(struct encryptor *encryptor, DWORD count, const WMDRM_ENCRYPT_SCATTER_BLOCK *blocks,
                            DWORD *size)
{
    HRESULT hr = S_OK;
    DWORD sum = 0;

    AcquireSRWLockShared(&encryptor->lock);
    if (!encryptor->stream_count)
        hr = DRM_E_NOT_CONFIGURED;
    for (DWORD i = 0; SUCCEEDED(hr) && i < count; i++)
    {
        if (blocks[i].cbBlock && !blocks[i].pbBlock)
            hr = E_POINTER;
        else if (!has_stream(encryptor->streams, encryptor->stream_count, blocks[i].dwStreamID)
                 || blocks[i].cbBlock > MAXDWORD - sum)
            hr = E_INVALIDARG;
        else
            sum += blocks[i].cbBlock;
    }
    ReleaseSRWLockShared(&encryptor->lock);
    *size = sum;
    return hr;
}

/* A block that lies in the output would be written over before it is read, unless it is at its own place already. */
static bool overlaps(const WMDRM_ENCRYPT_SCATTER_BLOCK *block, const BYTE *output, DWORD size, const BYTE *place)
{
    const UINT_PTR begin = (UINT_PTR)block->pbBlock, target = (UINT_PTR)output;

    return block->cbBlock && block->pbBlock != place && begin < target + size && target < begin + block->cbBlock;
}

static HRESULT check_output(DWORD count, const WMDRM_ENCRYPT_SCATTER_BLOCK *blocks, const BYTE *output, DWORD size)
{
    const BYTE *place = output;

    for (DWORD i = 0; i < count; i++)
    {
        if (overlaps(&blocks[i], output, size, place))
            return E_INVALIDARG;
        place += blocks[i].cbBlock;
    }
    return S_OK;
}

static HRESULT encrypt_blocks(struct encryptor *encryptor, DWORD count, const WMDRM_ENCRYPT_SCATTER_BLOCK *blocks,
                              const WMDRMCryptoData *crypto_data, DWORD output_size, BYTE *output)
{
    BYTE *place = output;
    DWORD size;
    HRESULT hr;

    if (FAILED(hr = check_blocks(encryptor, count, blocks, &size))
        || FAILED(hr = crypto_data_check(crypto_data, size)))
        return hr;
    if (output_size < size)
        return DRM_E_BUFFER_TOO_SMALL;
    if (!size)
        return S_OK;
    if (!output)
        return E_POINTER;
    if (FAILED(hr = check_output(count, blocks, output, size)))
        return hr;
    if (InterlockedExchange(&encryptor->used, TRUE) && !crypto_data)
        return DRM_E_ENCRYPT_ERROR;
    for (DWORD i = 0; i < count; place += blocks[i++].cbBlock)
        if (blocks[i].cbBlock && blocks[i].pbBlock != place)
            memcpy(place, blocks[i].pbBlock, blocks[i].cbBlock);
    hr = crypto_data_apply(encryptor->ctr, crypto_data, output, size);
    if (FAILED(hr)) /* no memory for a cipher of this thread's own: nobody sends what stands there for encrypted data */
        drm_wipe(output, size);
    return hr;
}

static HRESULT STDMETHODCALLTYPE encryptor_scatter_EncryptScatter(IWMDRMEncryptScatter *iface, DWORD count,
                                                                  WMDRM_ENCRYPT_SCATTER_BLOCK *blocks,
                                                                  WMDRMCryptoData *crypto_data, DWORD output_size,
                                                                  BYTE *output)
{
    HRESULT hr;

    if (!blocks && count)
        return E_POINTER;
    hr = encrypt_blocks(encryptor_from_IWMDRMEncryptScatter(iface), count, blocks, crypto_data, output_size, output);
    return FAILED(hr) ? trace_failure("EncryptScatter", hr) : S_OK;
}

const IWMDRMEncryptScatterVtbl encryptor_scatter_vtbl =
{
    /* IUnknown methods */
    encryptor_scatter_QueryInterface,
    encryptor_scatter_AddRef,
    encryptor_scatter_Release,
    /* IWMDRMEncryptScatter methods */
    encryptor_scatter_InitEncryptScatter,
    encryptor_scatter_EncryptScatter,
};
