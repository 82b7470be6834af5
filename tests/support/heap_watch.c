/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Watching the heap (heap_watch.h).
 */
#include "support/heap_watch.h"

#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>

#ifdef _WIN32
#define usable_size(block) _msize(block)
#else
#define usable_size(block) malloc_usable_size(block)
#endif

/* Names that the linker gives them (--wrap). */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void __real_free(void *block);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);
void __wrap_free(void *block);

static atomic_llong held, base, peak;

static void count(long long change)
{
    long long now = atomic_fetch_add(&held, change) + change, most = atomic_load(&peak);

    while (now > most && !atomic_compare_exchange_weak(&peak, &most, now))
        ;
}

static long long size_of(void *block)
{
    return block ? (long long)usable_size(block) : 0;
}

void *__wrap_malloc(size_t size)
{
    void *block = __real_malloc(size);

    count(size_of(block));
    return block;
}

void *__wrap_calloc(size_t number, size_t size)
{
    void *block = __real_calloc(number, size);

    count(size_of(block));
    return block;
}

void *__wrap_realloc(void *block, size_t size)
{
    long long before = size_of(block);
    void *moved = __real_realloc(block, size);

    if (moved)
        count(size_of(moved) - before);
    return moved;
}

void __wrap_free(void *block)
{
    count(-size_of(block));
    __real_free(block);
}

void heap_watch_begin(void)
{
    atomic_store(&base, atomic_load(&held));
    atomic_store(&peak, atomic_load(&held));
}

size_t heap_watch_peak(void)
{
    return (size_t)(atomic_load(&peak) - atomic_load(&base));
}
