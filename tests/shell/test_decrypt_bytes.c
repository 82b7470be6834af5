/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The bytes that IWMDRMDecrypt and IWMDRMEncrypt make, beside the system's own AES and NIST's vectors; and that making
 * them takes neither memory nor locks.
 */
#include "shell/decrypt_fixture.h"

#include <bcrypt.h>
#include <string.h>
#include <wmdrmsdkext.h>

#include "support/import_watch.h"

/* --- bytes -------------------------------------------------------------------------------------------------- */

static void decrypt__gives_what_the_system_makes_of_the_key(void **state)
{
    static const WMDRMCryptoData places[] = {
        {CRYPTO_TYPE_MCE, 0, 0},
        {CRYPTO_TYPE_MCE, 1, 0},
        {CRYPTO_TYPE_MCE, 0, 1},
        {CRYPTO_TYPE_MCE, 0x0123456789abcdef, 0xfedcba9876543210},
        {CRYPTO_TYPE_MCE, 5, 0xfffffffe},
        {CRYPTO_TYPE_MCE, 0xffffffffffffffff, 0xffffffffffffff00},
    };
    static const DWORD sizes[] = {1, 15, 16, 17, 188, 1316, 4000};
    struct license_fixture *fixture = *state;
    BYTE data[4000], expected[4000];
    IWMDRMDecrypt *decryptor;
    IWMDRMEncrypt *encryptor;

    license_get(fixture, 1, "Play");
    decryptor = create_decryptor(fixture, 1);
    encryptor = create_encryptor(fixture, 1);
    for (size_t i = 0; i < ARRAYSIZE(places); i++)
    {
        for (size_t j = 0; j < ARRAYSIZE(sizes); j++)
        {
            fill(data, sizes[j], (BYTE)i);
            memcpy(expected, data, sizes[j]);
            system_counter_mode(fixture, 1, &places[i], expected, sizes[j]);
            assert_hr(decrypt(decryptor, data, sizes[j], &places[i]), S_OK);
            assert_memory_equal(data, expected, sizes[j]);
            /* Encryption is the same, so it leads back. */
            assert_hr(encrypt(encryptor, data, sizes[j], &places[i]), S_OK);
            fill(expected, sizes[j], (BYTE)i);
            assert_memory_equal(data, expected, sizes[j]);
        }
    }
    IWMDRMDecrypt_Release(decryptor);
    IWMDRMEncrypt_Release(encryptor);
}

/* A different run of places, sizes and bytes each time; the message tells how to have it again. */
static UINT64 random_seed(void)
{
    UINT64 seed;

    assert_int_equal(BCryptGenRandom(NULL, (UCHAR *)&seed, sizeof(seed), BCRYPT_USE_SYSTEM_PREFERRED_RNG), 0);
    print_message("seed: 0x%08lx%08lx\n", (unsigned long)(seed >> 32), (unsigned long)seed | 1);
    return seed | 1;
}

static UINT64 next_random(UINT64 *seed)
{
    *seed ^= *seed << 13; /* Marsaglia's xorshift */
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static void decrypt__random_data_is_what_the_system_makes_of_it(void **state)
{
    enum { SIZE = 9000, ROUNDS = 150 };
    struct license_fixture *fixture = *state;
    static BYTE data[SIZE], expected[SIZE], plain[SIZE];
    UINT64 seed = random_seed();
    IWMDRMDecrypt *decryptor;
    IWMDRMEncrypt *encryptor;

    license_get(fixture, 1, "Play");
    decryptor = create_decryptor(fixture, 1);
    encryptor = create_encryptor(fixture, 1);
    for (int round = 0; round < ROUNDS; round++)
    {
        const DWORD size = (DWORD)(next_random(&seed) % SIZE) + 1;
        WMDRMCryptoData where = {CRYPTO_TYPE_MCE, next_random(&seed), next_random(&seed)};

        if (round % 3 == 0) /* close to the last counter */
            where.qwOffset = ~(UINT64)0 - (size - 1) / 16 - next_random(&seed) % 3;
        else if (round % 3 == 1) /* close to where 32 bits end */
            where.qwOffset = 0xffffffff - next_random(&seed) % 100;
        for (DWORD i = 0; i < size; i++)
            data[i] = plain[i] = expected[i] = (BYTE)(next_random(&seed) >> 32);
        system_counter_mode(fixture, 1, &where, expected, size);
        assert_hr(decrypt(decryptor, data, size, &where), S_OK);
        assert_memory_equal(data, expected, size);
        assert_hr(encrypt(encryptor, data, size, &where), S_OK);
        assert_memory_equal(data, plain, size);
    }
    IWMDRMDecrypt_Release(decryptor);
    IWMDRMEncrypt_Release(encryptor);
}

static void add_content_with_key(struct license_fixture *fixture, unsigned int number, const BYTE key[16])
{
    WMDRM_CONTENT content = {.bstrKID = license_key(number), .bstrName = SysAllocString(L"with a known key"),
                             .bstrRights = SysAllocString(L"Play")};
    IWMDRMAuthority *authority;
    BSTR key_id;

    assert_hr(IWMDRMLicenseManagement_QueryInterface(fixture->management, &IID_IWMDRMAuthority, (void **)&authority),
              S_OK);
    assert_hr(IWMDRMAuthority_AddContent(authority, &content, key, 16, &key_id), S_OK);
    IWMDRMAuthority_Release(authority);
    SysFreeString(key_id);
    SysFreeString(content.bstrName);
    SysFreeString(content.bstrRights);
}

/* SP 800-38A, F.5.1 and F.5.2. */
static void decrypt__gives_what_nist_says(void **state)
{
    static const BYTE key[16] = {0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6, 0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf,
                                 0x4f, 0x3c};
    static const BYTE plain[64] = {
        0x6b, 0xc1, 0xbe, 0xe2, 0x2e, 0x40, 0x9f, 0x96, 0xe9, 0x3d, 0x7e, 0x11, 0x73, 0x93, 0x17, 0x2a,
        0xae, 0x2d, 0x8a, 0x57, 0x1e, 0x03, 0xac, 0x9c, 0x9e, 0xb7, 0x6f, 0xac, 0x45, 0xaf, 0x8e, 0x51,
        0x30, 0xc8, 0x1c, 0x46, 0xa3, 0x5c, 0xe4, 0x11, 0xe5, 0xfb, 0xc1, 0x19, 0x1a, 0x0a, 0x52, 0xef,
        0xf6, 0x9f, 0x24, 0x45, 0xdf, 0x4f, 0x9b, 0x17, 0xad, 0x2b, 0x41, 0x7b, 0xe6, 0x6c, 0x37, 0x10};
    static const BYTE encrypted[64] = {
        0x87, 0x4d, 0x61, 0x91, 0xb6, 0x20, 0xe3, 0x26, 0x1b, 0xef, 0x68, 0x64, 0x99, 0x0d, 0xb6, 0xce,
        0x98, 0x06, 0xf6, 0x6b, 0x79, 0x70, 0xfd, 0xff, 0x86, 0x17, 0x18, 0x7b, 0xb9, 0xff, 0xfd, 0xff,
        0x5a, 0xe4, 0xdf, 0x3e, 0xdb, 0xd5, 0xd3, 0x5e, 0x5b, 0x4f, 0x09, 0x02, 0x0d, 0xb0, 0x3e, 0xab,
        0x1e, 0x03, 0x1d, 0xda, 0x2f, 0xbe, 0x03, 0xd1, 0x79, 0x21, 0x70, 0xa0, 0xf3, 0x00, 0x9c, 0xee};
    static const WMDRMCryptoData where = {CRYPTO_TYPE_MCE, 0xf0f1f2f3f4f5f6f7, 0xf8f9fafbfcfdfeff};
    struct license_fixture *fixture = *state;
    IWMDRMDecrypt *decryptor;
    IWMDRMEncrypt *encryptor;
    BYTE data[64];

    add_content_with_key(fixture, 1, key);
    assert_hr(license_acquire(fixture->management, 1), NS_S_DRM_LICENSE_ACQUIRED);
    decryptor = create_decryptor(fixture, 1);
    encryptor = create_encryptor(fixture, 1);
    memcpy(data, encrypted, sizeof(data));
    assert_hr(decrypt(decryptor, data, sizeof(data), &where), S_OK);
    assert_memory_equal(data, plain, sizeof(data));
    assert_hr(encrypt(encryptor, data, sizeof(data), &where), S_OK);
    assert_memory_equal(data, encrypted, sizeof(data));
    IWMDRMDecrypt_Release(decryptor);
    IWMDRMEncrypt_Release(encryptor);
}

/* --- memory and locks --------------------------------------------------------------------------------------- */

static void decrypt__neither_allocates_nor_locks(void **state)
{
    static const DWORD sizes[] = {1, 16, 188, 1316, 65536};
    struct license_fixture *fixture = *state;
    WMDRMCryptoData where = {CRYPTO_TYPE_MCE, 0, 0};
    struct import_watch_counts counts;
    static BYTE data[65536];
    IWMDRMDecrypt *decryptor;
    IWMDRMEncrypt *encryptor;

    license_get(fixture, 1, "Play");
    assert_true(import_watch_install(GetModuleHandleW(L"wmdrmsdk.dll")));
    import_watch_begin();
    decryptor = create_decryptor(fixture, 1);
    encryptor = create_encryptor(fixture, 1);
    counts = import_watch_end();
    assert_true(counts.allocations > 0); /* so it does see them */
    assert_true(counts.locks > 0);

    import_watch_begin();
    for (DWORD i = 0; i < 100; i++)
    {
        where.qwCounterID = i;
        IWMDRMDecrypt_Decrypt(decryptor, data, sizes[i % ARRAYSIZE(sizes)], &where);
        IWMDRMEncrypt_Encrypt(encryptor, data, sizes[i % ARRAYSIZE(sizes)], &where);
    }
    counts = import_watch_end();
    assert_int_equal(counts.allocations, 0);
    assert_int_equal(counts.locks, 0);
    for (DWORD i = 0; i < sizeof(data); i++)
        assert_int_equal(data[i], 0); /* each call did what it does: there and back */
    IWMDRMDecrypt_Release(decryptor);
    IWMDRMEncrypt_Release(encryptor);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, license_fixture_set_up, license_fixture_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(decrypt__gives_what_the_system_makes_of_the_key),
        TEST(decrypt__random_data_is_what_the_system_makes_of_it),
        TEST(decrypt__gives_what_nist_says),
        TEST(decrypt__neither_allocates_nor_locks),
    };

    return cmocka_run_group_tests_name("decrypt bytes", tests, NULL, NULL);
}
