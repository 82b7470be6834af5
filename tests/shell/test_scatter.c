/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * IWMDRMEncryptScatter: blocks gathered and encrypted in one step, beside what Encrypt makes of the same bytes; streams
 * and blocks that are none; what stands in the output where a call failed.
 */
#include "shell/license_fixture.h"

#include <string.h>

#define BLOCK(stream, size, data) {(stream), (size), (data)}

static const WMDRMCryptoData somewhere = {CRYPTO_TYPE_MCE, 0x0102030405060708, 99};

struct scatter
{
    IWMDRMEncrypt *encryptor;
    IWMDRMEncryptScatter *scatter;
    IWMDRMDecrypt *decryptor;
};

static void open_scatter(struct license_fixture *fixture, struct scatter *out)
{
    WMDRM_LICENSE_FILTER filter = {.bstrKID = license_key(1)};
    IWMDRMLicense *license = NULL;

    license_get(fixture, 1, "Play");
    assert_hr(IWMDRMLicenseManagement_CreateLicenseEnumeration(fixture->management, &filter, &license), S_OK);
    assert_hr(IWMDRMLicense_CreateEncryptor(license, &out->encryptor), S_OK);
    assert_hr(IWMDRMLicense_CreateDecryptor(license, &out->decryptor), S_OK);
    assert_hr(IWMDRMEncrypt_QueryInterface(out->encryptor, &IID_IWMDRMEncryptScatter, (void **)&out->scatter), S_OK);
    IWMDRMLicense_Release(license);
}

static void close_scatter(struct scatter *scatter)
{
    assert_int_equal(IWMDRMEncryptScatter_Release(scatter->scatter), 1);
    assert_int_equal(IWMDRMEncrypt_Release(scatter->encryptor), 0);
    assert_int_equal(IWMDRMDecrypt_Release(scatter->decryptor), 0);
}

static HRESULT init_streams(struct scatter *scatter, DWORD first, DWORD second)
{
    WMDRM_ENCRYPT_SCATTER_INFO infos[] = {{first, 0, 0, NULL}, {second, 0, 0, NULL}};

    return IWMDRMEncryptScatter_InitEncryptScatter(scatter->scatter, 2, infos);
}

static HRESULT scatter_blocks(struct scatter *scatter, DWORD count, WMDRM_ENCRYPT_SCATTER_BLOCK *blocks,
                              const WMDRMCryptoData *where, DWORD size, BYTE *output)
{
    WMDRMCryptoData copy = where ? *where : somewhere;

    return IWMDRMEncryptScatter_EncryptScatter(scatter->scatter, count, blocks, where ? &copy : NULL, size, output);
}

static void fill(BYTE *data, size_t size, BYTE seed)
{
    for (size_t i = 0; i < size; i++)
        data[i] = (BYTE)(seed + 31 * i + i / 256);
}

static void assert_untouched(const BYTE *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        assert_int_equal(data[i], 0xEE);
}

/* --- streams ------------------------------------------------------------------------------------------------ */

static void interface__is_the_encryptors(void **state)
{
    struct scatter scatter;
    IUnknown *first, *second;

    open_scatter(*state, &scatter);
    assert_hr(IWMDRMEncrypt_QueryInterface(scatter.encryptor, &IID_IUnknown, (void **)&first), S_OK);
    assert_hr(IWMDRMEncryptScatter_QueryInterface(scatter.scatter, &IID_IUnknown, (void **)&second), S_OK);
    assert_ptr_equal(first, second);
    IUnknown_Release(first);
    IUnknown_Release(second);
    check_interface(scatter.scatter, IID_IWMDRMEncrypt, TRUE);
    check_interface(scatter.scatter, IID_IMarshal, TRUE);
    check_interface(scatter.scatter, IID_IWMDRMDecrypt, FALSE);
    check_interface(scatter.decryptor, IID_IWMDRMEncryptScatter, FALSE);
    close_scatter(&scatter);
}

static void init__refuses_what_is_none(void **state)
{
    BYTE info = 1;
    WMDRM_ENCRYPT_SCATTER_INFO good = {1, 0, 0, NULL};
    WMDRM_ENCRYPT_SCATTER_INFO twice[] = {{7, 0, 0, NULL}, {7, 0, 0, NULL}};
    WMDRM_ENCRYPT_SCATTER_INFO later[] = {{7, 1, 0, NULL}};
    WMDRM_ENCRYPT_SCATTER_INFO told[] = {{7, 0, 1, &info}};
    WMDRM_ENCRYPT_SCATTER_INFO nowhere[] = {{7, 0, 1, NULL}};
    WMDRM_ENCRYPT_SCATTER_INFO many[128] = {0};
    BYTE data[16] = {0}, output[16];
    WMDRM_ENCRYPT_SCATTER_BLOCK block = BLOCK(1, sizeof(data), data);
    struct scatter scatter;

    open_scatter(*state, &scatter);
    for (DWORD i = 0; i < ARRAYSIZE(many); i++)
        many[i].dwStreamID = i;
    memset(output, 0xEE, sizeof(output));
    assert_hr(scatter_blocks(&scatter, 1, &block, &somewhere, sizeof(output), output), NS_E_DRM_NOT_CONFIGURED);
    assert_hr(scatter_blocks(&scatter, 0, NULL, &somewhere, 0, NULL), NS_E_DRM_NOT_CONFIGURED);
    assert_hr(IWMDRMEncryptScatter_InitEncryptScatter(scatter.scatter, 1, NULL), E_POINTER);
    assert_hr(IWMDRMEncryptScatter_InitEncryptScatter(scatter.scatter, 0, &good), E_INVALIDARG);
    assert_hr(IWMDRMEncryptScatter_InitEncryptScatter(scatter.scatter, 2, twice), E_INVALIDARG);
    assert_hr(IWMDRMEncryptScatter_InitEncryptScatter(scatter.scatter, 1, later), NS_E_DRM_UNSUPPORTED_ALGORITHM);
    assert_hr(IWMDRMEncryptScatter_InitEncryptScatter(scatter.scatter, 1, told), E_INVALIDARG);
    assert_hr(IWMDRMEncryptScatter_InitEncryptScatter(scatter.scatter, 1, nowhere), E_POINTER);
    assert_hr(IWMDRMEncryptScatter_InitEncryptScatter(scatter.scatter, 128, many), E_INVALIDARG);
    assert_hr(IWMDRMEncryptScatter_InitEncryptScatter(scatter.scatter, MAXDWORD, many), E_INVALIDARG);
    /* None of these has configured anything. */
    assert_hr(scatter_blocks(&scatter, 1, &block, &somewhere, sizeof(output), output), NS_E_DRM_NOT_CONFIGURED);
    assert_untouched(output, sizeof(output));

    assert_hr(IWMDRMEncryptScatter_InitEncryptScatter(scatter.scatter, 127, many), S_OK);
    assert_hr(scatter_blocks(&scatter, 1, &block, &somewhere, sizeof(output), output), S_OK);
    /* Once more: other streams; and a refused one leaves them. */
    assert_hr(init_streams(&scatter, 5, 6), S_OK);
    assert_hr(IWMDRMEncryptScatter_InitEncryptScatter(scatter.scatter, 1, later), NS_E_DRM_UNSUPPORTED_ALGORITHM);
    assert_hr(scatter_blocks(&scatter, 1, &block, &somewhere, sizeof(output), output), E_INVALIDARG);
    block.dwStreamID = 5;
    assert_hr(scatter_blocks(&scatter, 1, &block, &somewhere, sizeof(output), output), S_OK);
    close_scatter(&scatter);
}

/* --- blocks ------------------------------------------------------------------------------------------------- */

static void scatter__is_encrypt_of_the_blocks_in_a_row(void **state)
{
    BYTE data[1000], expected[1000], output[1010];
    WMDRM_ENCRYPT_SCATTER_BLOCK blocks[] = {
        BLOCK(2, 1, data + 600), BLOCK(1, 0, NULL), BLOCK(1, 333, data), BLOCK(2, 16, data + 700),
        BLOCK(2, 0, data), BLOCK(1, 400, data + 333), BLOCK(1, 16, data + 700), /* the same bytes again */
    };
    WMDRMCryptoData where = somewhere;
    struct scatter scatter;
    DWORD size = 0;

    open_scatter(*state, &scatter);
    assert_hr(init_streams(&scatter, 1, 2), S_OK);
    fill(data, sizeof(data), 5);
    for (size_t i = 0; i < ARRAYSIZE(blocks); i++)
    {
        if (blocks[i].cbBlock)
            memcpy(expected + size, blocks[i].pbBlock, blocks[i].cbBlock);
        size += blocks[i].cbBlock;
    }
    assert_hr(IWMDRMEncrypt_Encrypt(scatter.encryptor, expected, size, &where), S_OK);
    memset(output, 0xEE, sizeof(output));
    assert_hr(scatter_blocks(&scatter, ARRAYSIZE(blocks), blocks, &somewhere, size + 3, output), S_OK);
    assert_memory_equal(output, expected, size);
    assert_untouched(output + size, sizeof(output) - size);
    assert_hr(scatter_blocks(&scatter, 0, NULL, &somewhere, 0, NULL), S_OK);

    /* A decryptor leads back. */
    assert_hr(IWMDRMDecrypt_Decrypt(scatter.decryptor, output, size, &where), S_OK);
    assert_int_equal(output[0], data[600]);
    assert_memory_equal(output + 1, data, 333);
    close_scatter(&scatter);
}

static void scatter__failure_writes_nothing(void **state)
{
    static const WMDRMCryptoData other = {(DRM_CRYPTO_TYPE)1, 0, 0}, last = {CRYPTO_TYPE_MCE, 0, 0xffffffffffffffff};
    BYTE data[64], output[64];
    WMDRM_ENCRYPT_SCATTER_BLOCK good[] = {BLOCK(1, 20, data), BLOCK(2, 20, data + 20)};
    WMDRM_ENCRYPT_SCATTER_BLOCK foreign[] = {BLOCK(1, 20, data), BLOCK(3, 20, data + 20)};
    WMDRM_ENCRYPT_SCATTER_BLOCK nowhere[] = {BLOCK(1, 20, data), BLOCK(2, 20, NULL)};
    WMDRM_ENCRYPT_SCATTER_BLOCK huge[] = {BLOCK(1, 0x80000000, data), BLOCK(2, 0x80000000, data)};
    struct scatter scatter;

    open_scatter(*state, &scatter);
    assert_hr(init_streams(&scatter, 1, 2), S_OK);
    fill(data, sizeof(data), 1);
    memset(output, 0xEE, sizeof(output));
    assert_hr(scatter_blocks(&scatter, 2, NULL, &somewhere, sizeof(output), output), E_POINTER);
    assert_hr(scatter_blocks(&scatter, 2, good, &somewhere, 40, NULL), E_POINTER);
    assert_hr(scatter_blocks(&scatter, 2, good, &somewhere, 39, output), NS_E_DRM_BUFFER_TOO_SMALL);
    assert_hr(scatter_blocks(&scatter, 2, good, &somewhere, 0, NULL), NS_E_DRM_BUFFER_TOO_SMALL);
    assert_hr(scatter_blocks(&scatter, 2, good, &other, 40, output), NS_E_DRM_UNSUPPORTED_ALGORITHM);
    assert_hr(scatter_blocks(&scatter, 2, good, &last, 40, output), E_INVALIDARG);
    assert_hr(scatter_blocks(&scatter, 2, foreign, &somewhere, 40, output), E_INVALIDARG);
    assert_hr(scatter_blocks(&scatter, 2, nowhere, &somewhere, 40, output), E_POINTER);
    assert_hr(scatter_blocks(&scatter, 2, huge, &somewhere, MAXDWORD, output), E_INVALIDARG);
    assert_untouched(output, sizeof(output));
    close_scatter(&scatter);
}

static void scatter__output_over_a_block(void **state)
{
    BYTE data[96], before[96], expected[96];
    WMDRM_ENCRYPT_SCATTER_BLOCK inside[] = {BLOCK(1, 16, data + 32), BLOCK(1, 16, data + 8)};
    WMDRM_ENCRYPT_SCATTER_BLOCK shifted[] = {BLOCK(1, 16, data + 1)};
    WMDRM_ENCRYPT_SCATTER_BLOCK beside[] = {BLOCK(1, 16, data + 32), BLOCK(1, 16, data + 48)};
    WMDRM_ENCRYPT_SCATTER_BLOCK at_its_place[] = {BLOCK(1, 16, data), BLOCK(1, 16, data + 64)};
    WMDRMCryptoData where = somewhere;
    struct scatter scatter;

    open_scatter(*state, &scatter);
    assert_hr(init_streams(&scatter, 1, 2), S_OK);
    fill(data, sizeof(data), 77);
    memcpy(before, data, sizeof(data));
    assert_hr(scatter_blocks(&scatter, 2, inside, &somewhere, 32, data), E_INVALIDARG);
    assert_hr(scatter_blocks(&scatter, 1, shifted, &somewhere, 16, data), E_INVALIDARG);
    assert_memory_equal(data, before, sizeof(data));

    /* What only touches, or lies in the part of the output that is not used, is no overlap. */
    assert_hr(scatter_blocks(&scatter, 2, beside, &somewhere, 96, data), S_OK);
    memcpy(expected, before + 32, 32);
    assert_hr(IWMDRMEncrypt_Encrypt(scatter.encryptor, expected, 32, &where), S_OK);
    assert_memory_equal(data, expected, 32);
    assert_memory_equal(data + 32, before + 32, 64);

    memcpy(data, before, sizeof(data));
    memcpy(expected, before, 16);
    memcpy(expected + 16, before + 64, 16);
    assert_hr(IWMDRMEncrypt_Encrypt(scatter.encryptor, expected, 32, &where), S_OK);
    assert_hr(scatter_blocks(&scatter, 2, at_its_place, &somewhere, 32, data), S_OK);
    assert_memory_equal(data, expected, 32);
    close_scatter(&scatter);
}

/* As of Encrypt, and together with it: it is one key. */
static void scatter__without_crypto_data_works_once(void **state)
{
    static const WMDRMCryptoData beginning = {CRYPTO_TYPE_MCE, 0, 0};
    BYTE data[40], output[40], expected[40];
    WMDRM_ENCRYPT_SCATTER_BLOCK block = BLOCK(1, sizeof(data), data), empty = BLOCK(1, 0, NULL);
    struct scatter scatter;

    open_scatter(*state, &scatter);
    assert_hr(init_streams(&scatter, 1, 2), S_OK);
    fill(data, sizeof(data), 3);
    assert_hr(scatter_blocks(&scatter, 1, &empty, NULL, 0, NULL), S_OK); /* nothing: that was no use */
    assert_hr(scatter_blocks(&scatter, 1, &block, NULL, 39, output), NS_E_DRM_BUFFER_TOO_SMALL); /* nor this */
    assert_hr(scatter_blocks(&scatter, 1, &block, NULL, sizeof(output), output), S_OK);
    assert_hr(scatter_blocks(&scatter, 1, &block, &beginning, sizeof(expected), expected), S_OK);
    assert_memory_equal(output, expected, sizeof(output));
    memset(output, 0xEE, sizeof(output));
    assert_hr(scatter_blocks(&scatter, 1, &block, NULL, sizeof(output), output), NS_E_DRM_ENCRYPT_ERROR);
    assert_untouched(output, sizeof(output));
    memcpy(output, data, sizeof(data));
    assert_hr(IWMDRMEncrypt_Encrypt(scatter.encryptor, output, sizeof(output), NULL), NS_E_DRM_ENCRYPT_ERROR);
    assert_memory_equal(output, data, sizeof(data));
    close_scatter(&scatter);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, license_fixture_set_up, license_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(interface__is_the_encryptors),
        TEST(init__refuses_what_is_none),
        TEST(scatter__is_encrypt_of_the_blocks_in_a_row),
        TEST(scatter__failure_writes_nothing),
        TEST(scatter__output_over_a_block),
        TEST(scatter__without_crypto_data_works_once),
    };

    return cmocka_run_group_tests_name("scatter", tests, NULL, NULL);
}
