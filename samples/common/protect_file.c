/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "protect_file.h"

#include <stdlib.h>
#include <string.h>
#include <bcrypt.h>
#include <nserror.h>

#include "bar.h"
#include "cancel.h"
#include "container.h"
#include "new_file.h"

struct packing
{
    const struct protect_order *order;
    HANDLE input;
    struct new_file output;
    struct container_head head;
    struct container_mac mac;
    const wchar_t *what; /* of a failure */
};

static HRESULT last_error(void)
{
    return HRESULT_FROM_WIN32(GetLastError());
}

static HRESULT write_all(struct packing *packing, const void *data, DWORD size)
{
    packing->what = L"cannot write the output";
    return new_file_write(&packing->output, data, size);
}

static HRESULT random_counter_id(ULONGLONG *out)
{
    if (BCryptGenRandom(NULL, (BYTE *)out, sizeof(*out), BCRYPT_USE_SYSTEM_PREFERRED_RNG) < 0)
        return E_FAIL;
    *out >>= 2; /* far from the end, whatever the size */
    return S_OK;
}

/* The head, the content header, their tag. */
static HRESULT write_head(struct packing *packing)
{
    const wchar_t *header = packing->order->header;
    const int size = WideCharToMultiByte(CP_UTF8, 0, header, (int)wcslen(header), NULL, 0, NULL, NULL);
    BYTE tag[CONTAINER_HEAD_TAG_SIZE];
    BYTE *data;
    HRESULT hr;

    packing->what = L"cannot make the head";
    if (size <= 0 || size > CONTAINER_MAX_HEADER_SIZE)
        return E_INVALIDARG;
    packing->head.header_size = (DWORD)size;
    if (FAILED(hr = random_counter_id(&packing->head.first_counter_id)))
        return hr;
    if (!(data = malloc(CONTAINER_HEAD_SIZE + (size_t)size)))
        return E_OUTOFMEMORY;
    container_head_write(&packing->head, data);
    WideCharToMultiByte(CP_UTF8, 0, header, (int)wcslen(header), (char *)data + CONTAINER_HEAD_SIZE, size, NULL, NULL);
    if (SUCCEEDED(hr = container_head_tag(&packing->mac, data, CONTAINER_HEAD_SIZE + (DWORD)size, tag))
        && SUCCEEDED(hr = write_all(packing, data, CONTAINER_HEAD_SIZE + (DWORD)size)))
        hr = write_all(packing, tag, sizeof(tag));
    free(data);
    return hr;
}

static HRESULT read_block(struct packing *packing, BYTE *data, DWORD size)
{
    DWORD got;

    packing->what = L"cannot read the input";
    if (!ReadFile(packing->input, data, size, &got, NULL))
        return last_error();
    return got == size ? S_OK : HRESULT_FROM_WIN32(ERROR_HANDLE_EOF); /* somebody cut it meanwhile */
}

/* block has room for the tag too. */
static HRESULT write_block(struct packing *packing, ULONGLONG number, BYTE *block, DWORD size)
{
    WMDRMCryptoData where = {CRYPTO_TYPE_MCE, packing->head.first_counter_id + number, 0};
    HRESULT hr;

    packing->what = L"cannot encrypt";
    if (FAILED(hr = IWMDRMEncrypt_Encrypt(packing->order->encryptor, block, size, &where))
        || FAILED(hr = container_block_tag(&packing->mac, where.qwCounterID, block, size, block + size)))
        return hr;
    return write_all(packing, block, size + CONTAINER_TAG_SIZE);
}

static HRESULT write_blocks(struct packing *packing)
{
    BYTE *block = malloc(packing->head.block_size + CONTAINER_TAG_SIZE);
    ULONGLONG done = 0;
    HRESULT hr = S_OK;

    if (!block)
        return E_OUTOFMEMORY;
    for (ULONGLONG number = 0; SUCCEEDED(hr) && done < packing->head.size; number++)
    {
        const ULONGLONG rest = packing->head.size - done;
        const DWORD size = rest < packing->head.block_size ? (DWORD)rest : packing->head.block_size;

        if (cancel_is_requested())
            hr = NS_E_DRM_OPERATION_CANCELED;
        else if (SUCCEEDED(hr = read_block(packing, block, size)))
            hr = write_block(packing, number, block, size);
        done += size;
        bar_show(L"Protecting", done, packing->head.size, L"");
    }
    free(block);
    return hr;
}

static HRESULT open_files(struct packing *packing)
{
    LARGE_INTEGER size;

    packing->what = L"cannot open the input";
    packing->input = CreateFileW(packing->order->input, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING,
                                 FILE_FLAG_SEQUENTIAL_SCAN, NULL);
    if (packing->input == INVALID_HANDLE_VALUE || !GetFileSizeEx(packing->input, &size))
        return last_error();
    packing->head.size = (ULONGLONG)size.QuadPart;
    packing->head.block_size = packing->order->block_size;
    packing->what = L"cannot make the output";
    return new_file_open(&packing->output, packing->order->output, packing->order->overwrite);
}

enum exit_code protect_file(const struct protect_order *order)
{
    struct packing packing = {.order = order, .input = INVALID_HANDLE_VALUE};
    HRESULT hr = open_files(&packing), closed;

    if (SUCCEEDED(hr))
    {
        packing.what = L"cannot encrypt";
        if (SUCCEEDED(hr = container_mac_open(&packing.mac, order->encryptor, NULL))
            && SUCCEEDED(hr = write_head(&packing)))
            hr = write_blocks(&packing);
    }
    container_mac_close(&packing.mac);
    if (packing.input != INVALID_HANDLE_VALUE)
        CloseHandle(packing.input);
    closed = new_file_close(&packing.output, SUCCEEDED(hr));
    if (SUCCEEDED(hr) && FAILED(hr = closed))
        packing.what = L"cannot write the output";
    return FAILED(hr) ? exit_failure(packing.what, hr) : EXIT_DONE;
}
