/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Times as text, UTC.
 */
#ifndef WMDRM_ENGINE_TIME_TEXT_H
#define WMDRM_ENGINE_TIME_TEXT_H

#include <stdbool.h>
#include <stdint.h>

/* "20261121-052112": for file names. ms: milliseconds since 1970-01-01 UTC; years 1970 to 9999. */
#define DRM_TIME_COMPACT_SIZE 16
void drm_time_compact(int64_t ms, char out[DRM_TIME_COMPACT_SIZE]);

/* "2026-11-21T05:21:12Z" (ISO 8601). */
#define DRM_TIME_ISO_SIZE 21
void drm_time_iso(int64_t ms, char out[DRM_TIME_ISO_SIZE]);

/* Reads "2026-11-21", and with a time "2026-11-21T05:21Z", "...T05:21:12Z" or "...T05:21:12.345Z"; years 1970 to 9999.
 * False for anything else, also for a day that its month does not have. */
bool drm_time_parse(const char *text, int64_t *ms);

/* The shortest of these forms that says all of ms. */
#define DRM_TIME_SHORT_SIZE 25
void drm_time_short(int64_t ms, char out[DRM_TIME_SHORT_SIZE]);

#endif
