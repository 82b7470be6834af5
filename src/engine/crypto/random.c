/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Random bytes for keys and nonces, from the operating system's generator.
 */
#if defined(_WIN32)
#define _CRT_RAND_S /* has stdlib.h declare rand_s */
#endif

#include "engine/crypto/crypto.h"

#include <gcrypt.h>
#include <stdlib.h>
#include <string.h>

#if defined(_WIN32)

/*
 * Not libgcrypt's on Windows. Its "system" generator (1.10.1, measured) returns 64 bytes of the system's a call, then
 * plain counters and handles, and takes 38 ms; its default one reads performance counters for 100 ms first.
 * The C library's rand_s is documented to be the system's generator, four bytes a call.
 */
void drm_random(void *data, size_t size)
{
    uint8_t *place = data;
    unsigned int word;
    size_t part;

    while (size > 0)
    {
        if (rand_s(&word) != 0)
            abort();
        part = size < sizeof(word) ? size : sizeof(word);
        memcpy(place, &word, part);
        place += part;
        size -= part;
    }
    drm_wipe(&word, sizeof(word));
}

#else

void drm_random(void *data, size_t size)
{
    if (size > 0)
        gcry_randomize(data, size, GCRY_STRONG_RANDOM);
}

#endif
