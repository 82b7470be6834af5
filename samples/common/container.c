/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/container.h"

#include <string.h>

#define MAGIC "WMDRMPK"
#define VERSION '1'
#define MAC_COUNTER_ID 0xffffffffffffffffULL
#define MAX_FIRST_COUNTER_ID 0x7fffffffffffffffULL /* so that no block ever comes near that one */
#define MAX_SIZE (1ULL << 56)

/* --- head ------------------------------------------------------------------------------------------------- */

static void put(BYTE *out, ULONGLONG value, int size)
{
    while (size--)
    {
        out[size] = (BYTE)value;
        value >>= 8;
    }
}

static ULONGLONG get(const BYTE *data, int size)
{
    ULONGLONG value = 0;

    while (size--)
        value = value << 8 | *data++;
    return value;
}

ULONGLONG container_block_count(const struct container_head *head)
{
    return head->size / head->block_size + (head->size % head->block_size > 0);
}

ULONGLONG container_file_size(const struct container_head *head)
{
    return CONTAINER_HEAD_SIZE + head->header_size + CONTAINER_HEAD_TAG_SIZE + head->size
        + container_block_count(head) * CONTAINER_TAG_SIZE;
}

void container_head_write(const struct container_head *head, BYTE out[CONTAINER_HEAD_SIZE])
{
    memcpy(out, MAGIC, 7);
    out[7] = VERSION;
    put(out + 8, head->block_size, 4);
    put(out + 12, head->header_size, 4);
    put(out + 16, head->size, 8);
    put(out + 24, head->first_counter_id, 8);
}

bool container_head_read(const BYTE data[CONTAINER_HEAD_SIZE], struct container_head *out, bool *is_ours)
{
    *is_ours = !memcmp(data, MAGIC, 7);
    if (!*is_ours || data[7] != VERSION)
        return false;
    out->block_size = (DWORD)get(data + 8, 4);
    out->header_size = (DWORD)get(data + 12, 4);
    out->size = get(data + 16, 8);
    out->first_counter_id = get(data + 24, 8);
    return out->block_size && out->block_size <= CONTAINER_MAX_BLOCK_SIZE && out->header_size
        && out->header_size <= CONTAINER_MAX_HEADER_SIZE && out->size <= MAX_SIZE
        && out->first_counter_id <= MAX_FIRST_COUNTER_ID;
}

/* --- tags ------------------------------------------------------------------------------------------------- */

HRESULT container_mac_open(struct container_mac *mac, IWMDRMEncrypt *encryptor, IWMDRMDecrypt *decryptor)
{
    WMDRMCryptoData where = {CRYPTO_TYPE_MCE, MAC_COUNTER_ID, 0};
    HRESULT hr;

    memset(mac, 0, sizeof(*mac));
    /* Zeros become the cipher's stream, whichever way. */
    hr = encryptor ? IWMDRMEncrypt_Encrypt(encryptor, mac->key, sizeof(mac->key), &where)
                   : IWMDRMDecrypt_Decrypt(decryptor, mac->key, sizeof(mac->key), &where);
    if (FAILED(hr))
        return hr;
    if (BCryptOpenAlgorithmProvider(&mac->algorithm, BCRYPT_SHA256_ALGORITHM, NULL, BCRYPT_ALG_HANDLE_HMAC_FLAG) < 0)
        mac->algorithm = NULL;
    return mac->algorithm ? S_OK : E_FAIL;
}

void container_mac_close(struct container_mac *mac)
{
    if (mac->algorithm)
        BCryptCloseAlgorithmProvider(mac->algorithm, 0);
    SecureZeroMemory(mac, sizeof(*mac));
}

static HRESULT make_tag(const struct container_mac *mac, const BYTE *first, DWORD first_size, const BYTE *second,
                        DWORD second_size, BYTE out[CONTAINER_HEAD_TAG_SIZE])
{
    BCRYPT_HASH_HANDLE hash;
    bool done;

    if (BCryptCreateHash(mac->algorithm, &hash, NULL, 0, (BYTE *)(ULONG_PTR)mac->key, sizeof(mac->key), 0) < 0)
        return E_OUTOFMEMORY;
    done = BCryptHashData(hash, (BYTE *)(ULONG_PTR)first, first_size, 0) >= 0
        && BCryptHashData(hash, (BYTE *)(ULONG_PTR)second, second_size, 0) >= 0
        && BCryptFinishHash(hash, out, CONTAINER_HEAD_TAG_SIZE, 0) >= 0;
    BCryptDestroyHash(hash);
    return done ? S_OK : E_FAIL;
}

HRESULT container_head_tag(const struct container_mac *mac, const BYTE *data, DWORD size,
                           BYTE out[CONTAINER_HEAD_TAG_SIZE])
{
    return make_tag(mac, (const BYTE *)"head", 4, data, size, out);
}

HRESULT container_block_tag(const struct container_mac *mac, ULONGLONG counter_id, const BYTE *data, DWORD size,
                            BYTE out[CONTAINER_TAG_SIZE])
{
    BYTE place[8], tag[CONTAINER_HEAD_TAG_SIZE];
    HRESULT hr;

    put(place, counter_id, sizeof(place));
    if (SUCCEEDED(hr = make_tag(mac, place, sizeof(place), data, size, tag)))
        memcpy(out, tag, CONTAINER_TAG_SIZE);
    return hr;
}

bool container_tag_equal(const BYTE *a, const BYTE *b, size_t size)
{
    BYTE difference = 0;

    while (size--)
        difference |= *a++ ^ *b++;
    return !difference;
}
