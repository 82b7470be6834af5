/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The security version, "major.minor.0.individualized".
 *
 * Versions compare number by number: 2.10 is newer than 2.9.
 */
#ifndef WMDRM_ENGINE_VERSION_H
#define WMDRM_ENGINE_VERSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/base/result.h"

struct drm_version
{
    uint32_t major;
    uint32_t minor;
};

/* What this code is before any individualization. */
#define DRM_VERSION_BASE ((struct drm_version){.major = 2, .minor = 2})
/* What the embedded authority gives, and a service where its operator says nothing else. */
#define DRM_VERSION_CURRENT ((struct drm_version){.major = 2, .minor = 10})

/* Less than, equal to, or greater than 0. */
int drm_version_compare(struct drm_version a, struct drm_version b);

/* No number above 65535: such a version has a text, and its packed form fits a signed integer of the store. */
#define DRM_VERSION_NUMBER_MAX 65535
bool drm_version_is_valid(struct drm_version version);

/* Both numbers in one: the form in objects and in the store. */
uint64_t drm_version_pack(struct drm_version version);
struct drm_version drm_version_unpack(uint64_t packed);

/* Reads "2.10" or "2.10.0.1" (the last two numbers are ignored). Digits and dots only, each number at most 65535 and
 * without leading zeros. Returns DRM_E_INVALID_ARGUMENT for anything else. */
drm_result drm_version_parse(const char *text, struct drm_version *out);

/* Writes "2.10.0.1" with its terminator. */
#define DRM_VERSION_TEXT_SIZE 32
void drm_version_format(struct drm_version version, bool individualized, char out[DRM_VERSION_TEXT_SIZE]);

#endif
