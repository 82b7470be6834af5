/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "content.h"

#include <string.h>

#define OFFSET_SIZE sizeof(ULONGLONG)
#define CIPHER_BLOCK_SIZE 16

/* The counter of each block follows from where it is in the file. */
static WMDRMCryptoData counter_of(ULONGLONG place)
{
    return (WMDRMCryptoData){CRYPTO_TYPE_MCE, 1, place / CIPHER_BLOCK_SIZE};
}

BYTE *content_block(struct frame *frame)
{
    return frame->data + OFFSET_SIZE;
}

HRESULT content_send(struct connection *connection, struct frame *frame, IWMDRMEncrypt *encryptor, ULONGLONG place,
                     DWORD size)
{
    WMDRMCryptoData counter = counter_of(place);
    HRESULT hr;

    memcpy(frame->data, &counter.qwOffset, OFFSET_SIZE);
    if (FAILED(hr = IWMDRMEncrypt_Encrypt(encryptor, content_block(frame), size, &counter)))
        return frame_fail(connection, hr);
    return frame_send(connection, FRAME_CONTENT, frame->data, OFFSET_SIZE + size);
}

HRESULT content_send_end(struct connection *connection)
{
    return frame_send(connection, FRAME_END, NULL, 0);
}

HRESULT content_receive(struct connection *connection, struct frame *frame, IWMDRMDecrypt *decryptor, ULONGLONG place,
                        BYTE **data, DWORD *size)
{
    WMDRMCryptoData counter = counter_of(place);
    HRESULT hr;

    *data = NULL;
    *size = 0;
    if (FAILED(hr = frame_receive_content(connection, frame)) || frame->kind == FRAME_END)
        return hr;
    if (place % CIPHER_BLOCK_SIZE || memcmp(frame->data, &counter.qwOffset, OFFSET_SIZE))
        return HRESULT_FROM_WIN32(ERROR_INVALID_DATA);
    hr = IWMDRMDecrypt_Decrypt(decryptor, content_block(frame), frame->size - OFFSET_SIZE, &counter);
    if (FAILED(hr))
        return hr;
    *data = content_block(frame);
    *size = frame->size - OFFSET_SIZE;
    return S_OK;
}
