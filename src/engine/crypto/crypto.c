/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Prepares libgcrypt for the process.
 */
#include "engine/crypto/crypto.h"

#include <gcrypt.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "engine/crypto/ed25519.h"

#if defined(_WIN32)
#define ALLOCATED_SIZE _msize
#else
#define ALLOCATED_SIZE malloc_usable_size
#endif

/* libgcrypt 1.10.0 is the first with gcry_ecc_mul_point's clean results and AES-GCM-SIV. */
#define GCRYPT_MIN_VERSION "1.10.0"

GPGRT_LOCK_DEFINE(init_lock);
static atomic_bool initialized; /* written under init_lock */

/*
 * libgcrypt wipes what it frees only where the memory is "secure", a small locked pool that we do without (it runs
 * dry, and is locked for each allocation). So all of its memory is wiped when freed: keys pass through its numbers and
 * expressions. The functions suit blocks that malloc gave to libgcrypt before they were set.
 */
static void wiping_free(void *block)
{
    if (!block)
        return;
    drm_wipe(block, ALLOCATED_SIZE(block));
    free(block);
}

static void *wiping_realloc(void *block, size_t size)
{
    size_t old_size;
    void *moved;

    if (!block)
        return malloc(size);
    old_size = ALLOCATED_SIZE(block);
    if (size <= old_size && size >= old_size / 2)
        return block;
    moved = malloc(size);
    if (!moved)
        return NULL;
    memcpy(moved, block, size < old_size ? size : old_size);
    wiping_free(block);
    return moved;
}

static drm_result initialize(void)
{
    /* Where the process has used libgcrypt before us, its choices stand; ours below need none of them. */
    if (gcry_control(GCRYCTL_INITIALIZATION_FINISHED_P))
        return gcry_check_version(GCRYPT_MIN_VERSION) ? drm_ed25519_prepare() : DRM_E_UNEXPECTED;
#if !defined(_WIN32)
    gcry_control(GCRYCTL_SET_PREFERRED_RNG_TYPE, GCRY_RNG_TYPE_SYSTEM);
#endif
    gcry_set_allocation_handler(malloc, malloc, NULL, wiping_realloc, wiping_free);
    if (!gcry_check_version(GCRYPT_MIN_VERSION))
        return DRM_E_UNEXPECTED;
    gcry_control(GCRYCTL_DISABLE_SECMEM, 0);
    gcry_control(GCRYCTL_INITIALIZATION_FINISHED, 0);
    return drm_ed25519_prepare();
}

drm_result drm_crypto_init(void)
{
    drm_result result = DRM_S_OK;

    if (atomic_load_explicit(&initialized, memory_order_acquire))
        return DRM_S_OK;
    gpgrt_lock_lock(&init_lock);
    if (!atomic_load_explicit(&initialized, memory_order_relaxed))
    {
        result = initialize();
        atomic_store_explicit(&initialized, DRM_SUCCEEDED(result), memory_order_release);
    }
    gpgrt_lock_unlock(&init_lock);
    return result;
}
