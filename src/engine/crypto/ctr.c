/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * AES-128 in counter mode, over libgcrypt.
 *
 * A handle of libgcrypt serves one thread at a time and is dear to make (it expands the key). So a cipher keeps a few
 * idle ones: a call takes one out with an atomic exchange, or makes another where all are in use, and puts it back.
 * Neither a lock nor memory is needed while no more threads than places are at work at once.
 *
 * Each thread begins to look at a place of its own, and places are a cache line apart. Where all threads began at the
 * first one, two of them opened no more 1316-byte samples than one (measured), since its line went to and fro.
 */
#include "engine/crypto/crypto.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "engine/crypto/gcrypt_types.h"

#define BLOCK_SIZE 16
#define IDLE_HANDLES 8
#define CACHE_LINE_SIZE 64
#define STACK_BITS 20 /* stacks of threads are rarely closer */

struct place
{
    _Atomic(gcry_cipher_hd_t) handle; /* NULL: empty */
    uint8_t rest_of_line[CACHE_LINE_SIZE - sizeof(gcry_cipher_hd_t)];
};

struct drm_ctr
{
    uint8_t key[DRM_CTR_KEY_SIZE];
    struct place idle[IDLE_HANDLES];
};

static gcry_error_t open_handle(const uint8_t key[DRM_CTR_KEY_SIZE], gcry_cipher_hd_t *out)
{
    gcry_cipher_hd_t handle;
    gcry_error_t error = gcry_cipher_open(&handle, GCRY_CIPHER_AES128, GCRY_CIPHER_MODE_CTR, 0);

    if (error)
        return error;
    error = gcry_cipher_setkey(handle, key, DRM_CTR_KEY_SIZE);
    if (error)
        gcry_cipher_close(handle);
    else
        *out = handle;
    return error;
}

drm_result drm_ctr_create(const uint8_t key[DRM_CTR_KEY_SIZE], struct drm_ctr **out)
{
    struct drm_ctr *ctr = calloc(1, sizeof(*ctr));
    gcry_cipher_hd_t handle;
    gcry_error_t error;
    size_t i;

    if (!ctr)
        return DRM_E_OUT_OF_MEMORY;
    error = open_handle(key, &handle);
    if (error)
    {
        free(ctr);
        return drm_result_from_gcrypt(error, DRM_E_KEY_ERROR);
    }
    memcpy(ctr->key, key, DRM_CTR_KEY_SIZE);
    for (i = 0; i < IDLE_HANDLES; i++)
        atomic_init(&ctr->idle[i].handle, NULL);
    atomic_store_explicit(&ctr->idle[0].handle, handle, memory_order_release);
    *out = ctr;
    return DRM_S_OK;
}

void drm_ctr_free(struct drm_ctr *ctr)
{
    size_t i;

    if (!ctr)
        return;
    for (i = 0; i < IDLE_HANDLES; i++)
        gcry_cipher_close(atomic_load_explicit(&ctr->idle[i].handle, memory_order_acquire));
    drm_wipe(ctr, sizeof(*ctr));
    free(ctr);
}

/* The same for calls of one thread as a rule, another for other threads: where its stack is, mixed (Knuth's factor). */
static size_t first_place(void)
{
    const uint8_t on_the_stack = 0;
    const uint32_t stack = (uint32_t)((uintptr_t)&on_the_stack >> STACK_BITS);

    return (uint32_t)(stack * UINT32_C(2654435761)) >> 24 & (IDLE_HANDLES - 1);
}

static gcry_error_t take_handle(struct drm_ctr *ctr, size_t first, gcry_cipher_hd_t *out)
{
    size_t i;

    for (i = 0; i < IDLE_HANDLES; i++)
    {
        struct place *place = &ctr->idle[(first + i) % IDLE_HANDLES];

        /* A look first: an exchange makes the line this processor's own, for nothing where the place is empty. */
        if (!atomic_load_explicit(&place->handle, memory_order_relaxed))
            continue;
        *out = atomic_exchange_explicit(&place->handle, NULL, memory_order_acquire);
        if (*out)
            return 0;
    }
    return open_handle(ctr->key, out);
}

static void give_back(struct drm_ctr *ctr, size_t first, gcry_cipher_hd_t handle)
{
    gcry_cipher_hd_t none;
    size_t i;

    for (i = 0; i < IDLE_HANDLES; i++)
    {
        none = NULL;
        if (atomic_compare_exchange_strong_explicit(&ctr->idle[(first + i) % IDLE_HANDLES].handle, &none, handle,
                                                    memory_order_release, memory_order_relaxed))
            return;
    }
    gcry_cipher_close(handle);
}

drm_result drm_ctr_check(uint64_t offset, size_t size)
{
    /* A carry would go into the counter id, where another message's blocks are. */
    return size && (size - 1) / BLOCK_SIZE > UINT64_MAX - offset ? DRM_E_INVALID_ARGUMENT : DRM_S_OK;
}

drm_result drm_ctr_apply(struct drm_ctr *ctr, uint64_t counter_id, uint64_t offset, void *data, size_t size)
{
    const size_t first = first_place();
    uint8_t block[BLOCK_SIZE];
    gcry_cipher_hd_t handle;
    gcry_error_t error;

    if (size == 0)
        return DRM_S_OK;
    if (DRM_FAILED(drm_ctr_check(offset, size)))
        return DRM_E_INVALID_ARGUMENT;
    error = take_handle(ctr, first, &handle);
    if (error)
        return drm_result_from_gcrypt(error, DRM_E_KEY_ERROR);
    drm_put_u64(block, counter_id);
    drm_put_u64(block + 8, offset);
    error = gcry_cipher_setctr(handle, block, sizeof(block));
    if (!error)
        error = gcry_cipher_encrypt(handle, data, size, NULL, 0);
    give_back(ctr, first, handle);
    return drm_result_from_gcrypt(error, DRM_E_DECRYPT_ERROR);
}
