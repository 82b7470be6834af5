/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Decrypt through the interface, beside libgcrypt's own counter mode on the same buffers and beside counter mode made
 * of CNG's AES in blocks; small samples; two threads on one object.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>
#include <bcrypt.h>
#include <gcrypt.h>
#include "bench/licensed_content.h"
#include "bench/measure.h"

enum
{
    LARGE = 64 * 1024,
    SAMPLE = 1316,
    ROUNDS = 40,
    LARGE_CALLS = 400,   /* of a round */
    SAMPLE_CALLS = 20000,
    CNG_CALLS = 20,
    LARGE_THREAD_CALLS = 40000, /* so many that the start of the threads does not count */
    SAMPLE_THREAD_CALLS = 1200000,
    THREAD_ROUNDS = 9,
};

static BYTE key[16] = "a content's key";

/* --- three ways to the same bytes ------------------------------------------------------------------------ */

struct ways
{
    IWMDRMDecrypt *decryptor;
    gcry_cipher_hd_t gcrypt;
    BCRYPT_KEY_HANDLE cng;
};

static void put_counter(BYTE out[16], UINT64 counter_id, UINT64 offset)
{
    for (int i = 7; i >= 0; i--, counter_id >>= 8, offset >>= 8)
    {
        out[i] = (BYTE)counter_id;
        out[8 + i] = (BYTE)offset;
    }
}

static void by_interface(const struct ways *ways, UINT64 counter_id, BYTE *data, DWORD size)
{
    WMDRMCryptoData where = {CRYPTO_TYPE_MCE, counter_id, 0};

    measure_check(IWMDRMDecrypt_Decrypt(ways->decryptor, data, size, &where), "Decrypt");
}

static void by_gcrypt(const struct ways *ways, UINT64 counter_id, BYTE *data, DWORD size)
{
    BYTE counter[16];

    put_counter(counter, counter_id, 0);
    gcry_cipher_setctr(ways->gcrypt, counter, sizeof(counter));
    measure_check((long)gcry_cipher_encrypt(ways->gcrypt, data, size, NULL, 0), "gcry_cipher_encrypt");
}

/* As kindly as it goes: all counters in one call. */
static void by_cng(const struct ways *ways, UINT64 counter_id, BYTE *data, DWORD size)
{
    static BYTE stream[LARGE];
    ULONG done;

    for (DWORD i = 0; i < size; i += 16)
        put_counter(stream + i, counter_id, i / 16);
    measure_check(BCryptEncrypt(ways->cng, stream, (size + 15) & ~15u, NULL, NULL, 0, stream, sizeof(stream), &done, 0),
                  "BCryptEncrypt");
    for (DWORD i = 0; i < size; i++)
        data[i] ^= stream[i];
}

static gcry_cipher_hd_t open_gcrypt(void)
{
    gcry_cipher_hd_t handle;

    measure_check((long)gcry_cipher_open(&handle, GCRY_CIPHER_AES128, GCRY_CIPHER_MODE_CTR, 0), "gcrypt");
    measure_check((long)gcry_cipher_setkey(handle, key, sizeof(key)), "gcrypt");
    return handle;
}

static void open_ways(struct ways *ways)
{
    BCRYPT_ALG_HANDLE algorithm;

    gcry_check_version(NULL);
    gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
    ways->gcrypt = open_gcrypt();
    measure_check(BCryptOpenAlgorithmProvider(&algorithm, BCRYPT_AES_ALGORITHM, NULL, 0), "CNG");
    measure_check(BCryptSetProperty(algorithm, BCRYPT_CHAINING_MODE, (PUCHAR)(ULONG_PTR)BCRYPT_CHAIN_MODE_ECB,
                                    sizeof(BCRYPT_CHAIN_MODE_ECB), 0), "CNG");
    measure_check(BCryptGenerateSymmetricKey(algorithm, &ways->cng, NULL, 0, key, sizeof(key), 0), "CNG");
}

/* What is compared does the same. */
static void check_ways(const struct ways *ways)
{
    static BYTE first[LARGE], second[LARGE], third[LARGE];

    by_interface(ways, 7, first, LARGE);
    by_gcrypt(ways, 7, second, LARGE);
    by_cng(ways, 7, third, LARGE);
    measure_check(memcmp(first, second, LARGE) || memcmp(first, third, LARGE) ? E_FAIL : S_OK, "the same bytes");
}

/* --- measuring ------------------------------------------------------------------------------------------- */

/* Nanoseconds of one call. */
static double measure(const struct ways *ways, void (*way)(const struct ways *, UINT64, BYTE *, DWORD), DWORD size,
                      unsigned int calls)
{
    static BYTE data[LARGE];
    const double start = measure_now_us();

    for (unsigned int i = 0; i < calls; i++)
        way(ways, i, data, size);
    return (measure_now_us() - start) * 1000 / calls;
}

static double least(struct series *series)
{
    return series_quantile(series, 0);
}

static void compare(const struct ways *ways)
{
    static struct series large[2], small[2], cng;
    double gigabytes;

    for (unsigned int round = 0; round < ROUNDS; round++) /* in turn, so that all see the same machine */
    {
        series_add(&large[0], measure(ways, by_interface, LARGE, LARGE_CALLS));
        series_add(&large[1], measure(ways, by_gcrypt, LARGE, LARGE_CALLS));
        series_add(&small[0], measure(ways, by_interface, SAMPLE, SAMPLE_CALLS));
        series_add(&small[1], measure(ways, by_gcrypt, SAMPLE, SAMPLE_CALLS));
        series_add(&cng, measure(ways, by_cng, LARGE, CNG_CALLS));
    }
    gigabytes = LARGE / least(&large[0]);
    printf("64 KiB: Decrypt %.0f ns (%.2f GB/s), libgcrypt %.0f ns, CNG's blocks %.0f ns\n", least(&large[0]),
           gigabytes, least(&large[1]), least(&cng));
    printf("  speed of libgcrypt's: %.1f %% (medians %.1f %%); of CNG's: %.0f times\n",
           100 * least(&large[1]) / least(&large[0]), 100 * series_median(&large[1]) / series_median(&large[0]),
           least(&cng) / least(&large[0]));
    printf("1316 bytes: Decrypt %.0f ns, libgcrypt %.0f ns: %.0f ns more (medians %.0f ns more)\n", least(&small[0]),
           least(&small[1]), least(&small[0]) - least(&small[1]),
           series_median(&small[0]) - series_median(&small[1]));
}

/* --- threads --------------------------------------------------------------------------------------------- */

struct worker
{
    struct ways ways;
    void (*way)(const struct ways *, UINT64, BYTE *, DWORD);
    DWORD size;
    HANDLE ready, go;
};

static unsigned int thread_calls(DWORD size)
{
    return size == LARGE ? LARGE_THREAD_CALLS : SAMPLE_THREAD_CALLS;
}

static DWORD WINAPI decrypt_much(void *context)
{
    const struct worker *worker = context;
    BYTE *data = calloc(1, LARGE);

    measure_check(data ? S_OK : E_OUTOFMEMORY, "memory");
    SetEvent(worker->ready);
    WaitForSingleObject(worker->go, INFINITE);
    for (unsigned int i = 0; i < thread_calls(worker->size); i++)
        worker->way(&worker->ways, i, data, worker->size);
    free(data);
    return 0;
}

/* Bytes a microsecond of so many threads, from when all of them are there: on one object, or each with a handle of
 * libgcrypt's own. */
static double measure_threads(const struct ways *ways, unsigned int count, bool is_ours, DWORD size)
{
    struct worker workers[2];
    HANDLE threads[2], go = CreateEventW(NULL, TRUE, FALSE, NULL);
    double start;

    for (unsigned int i = 0; i < count; i++)
    {
        workers[i] = (struct worker){*ways, is_ours ? by_interface : by_gcrypt, size,
                                     CreateEventW(NULL, TRUE, FALSE, NULL), go};
        workers[i].ways.gcrypt = open_gcrypt();
        threads[i] = CreateThread(NULL, 0, decrypt_much, &workers[i], 0, NULL);
        WaitForSingleObject(workers[i].ready, INFINITE);
    }
    start = measure_now_us();
    SetEvent(go);
    WaitForMultipleObjects(count, threads, TRUE, INFINITE);
    start = measure_now_us() - start;
    for (unsigned int i = 0; i < count; i++)
    {
        CloseHandle(threads[i]);
        CloseHandle(workers[i].ready);
        gcry_cipher_close(workers[i].ways.gcrypt);
    }
    CloseHandle(go);
    return (double)thread_calls(size) * size * count / start;
}

static void compare_threads(const struct ways *ways, DWORD size)
{
    static struct series gains[2];

    gains[0].count = gains[1].count = 0;
    for (unsigned int round = 0; round < THREAD_ROUNDS; round++)
    {
        for (unsigned int way = 0; way < 2; way++)
        {
            const double one = measure_threads(ways, 1, !way, size);

            series_add(&gains[way], measure_threads(ways, 2, !way, size) / one);
        }
    }
    printf("two threads, %lu bytes: on one object %.2f times the bytes of one thread (best %.2f), each with a handle "
           "of libgcrypt's %.2f (%.2f)\n", size, series_median(&gains[0]), series_quantile(&gains[0], 1),
           series_median(&gains[1]), series_quantile(&gains[1], 1));
}

int main(void)
{
    struct licensed_content content;
    struct ways ways;

    licensed_content_open(key, &content);
    ways.decryptor = content.decryptor;
    open_ways(&ways);
    check_ways(&ways);
    compare(&ways);
    compare_threads(&ways, LARGE);
    compare_threads(&ways, SAMPLE);
    licensed_content_close(&content);
    return 0;
}
