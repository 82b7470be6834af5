/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A host for tests (plain_host.h). */
#include "support/plain_host.h"

#include <stdio.h>
#include <string.h>
#ifdef _WIN32
#include <windows.h>
#else
#include <time.h>
#endif

#include "engine/crypto/crypto.h"

static const uint8_t protector_key[DRM_AEAD_KEY_SIZE] = "the same in every test process";

static drm_result seal(void *context, const char *label, const uint8_t *secret, size_t size, struct drm_buffer *out)
{
    (void)context;
    return drm_seal(protector_key, drm_span(label, strlen(label)), drm_span(secret, size), out);
}

static drm_result unseal(void *context, const char *label, const uint8_t *sealed, size_t size, struct drm_buffer *out)
{
    drm_result result = drm_unseal(protector_key, drm_span(label, strlen(label)), drm_span(sealed, size), out);

    (void)context;
    return result == DRM_E_OUT_OF_MEMORY || DRM_SUCCEEDED(result) ? result : DRM_E_SECURE_STORE_UNLOCK_ERROR;
}

/* Milliseconds: since 1970, and since the system started. */
#ifdef _WIN32
#define TICKS_TO_1970 INT64_C(116444736000000000) /* of 100 ns, since 1601 */

static int64_t system_ms(void)
{
    FILETIME time;

    GetSystemTimeAsFileTime(&time);
    return ((int64_t)((uint64_t)time.dwHighDateTime << 32 | time.dwLowDateTime) - TICKS_TO_1970) / 10000;
}

static uint64_t uptime_ms(void)
{
    return GetTickCount64();
}
#else
static int64_t system_ms(void)
{
    struct timespec time;

    clock_gettime(CLOCK_REALTIME, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static uint64_t uptime_ms(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}
#endif

static int64_t now(void *context)
{
    const struct plain_host *host = context;

    return system_ms() + host->offset_ms;
}

static uint64_t monotonic(void *context)
{
    (void)context;
    return uptime_ms();
}

static void write_line(void *context, const char *line)
{
    const struct plain_host *host = context;

    if (host->verbose)
        fprintf(stderr, "%s\n", line);
}

void plain_host_init(struct plain_host *host)
{
    *host = (struct plain_host){
        .host =
            {
                .protector = {.context = host, .seal = seal, .unseal = unseal},
                .clock = {.context = host, .now = now, .monotonic = monotonic},
                .log = {.context = host, .write = write_line},
            },
    };
}

static bool never_cancelled(void *context)
{
    (void)context;
    return false;
}

static void ignore_progress(void *context, const struct drm_progress *progress)
{
    (void)context;
    (void)progress;
}

const struct drm_task plain_task = {.cancelled = never_cancelled, .progress = ignore_progress};
