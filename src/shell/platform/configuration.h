/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The configuration: environment, then the user's registry, then the machine's (docs/configuration.md).
 */
#ifndef WMDRM_SHELL_CONFIGURATION_H
#define WMDRM_SHELL_CONFIGURATION_H

#include <stddef.h>
#include <stdint.h>

#include "engine/base/result.h"

#define CONFIGURATION_DEFAULT_TIMEOUT_MS 30000
#define CONFIGURATION_ANCHOR_SIZE 32

/* Strings are UTF-8 on the heap, NULL where there is nothing. */
struct configuration
{
    char *service_url;     /* NULL: the embedded authority */
    char *trust_anchor;    /* for configuration_parse_anchors */
    char *store_directory; /* never NULL */
    uint32_t timeout_ms;
};

/*
 * Reads all settings but the log's as they are at this moment. DRM_E_NOT_CONFIGURED where one of them is there but
 * cannot be meant (a registry value of another type, text that is no Unicode, a time-out that is no number of seconds),
 * with a line of the trace that names it; DRM_E_PATH_NOT_FOUND where no store directory is set and the user has no
 * place for one; DRM_E_OUT_OF_MEMORY. out is set on success only.
 */
drm_result configuration_load(struct configuration *out);

/* The log's setting, for trace_open: apart, so that the trace is open when the others are read. *out is on the heap,
 * NULL for no log. Fails as configuration_load does. */
drm_result configuration_load_log(char **out);

/* Frees the strings and zeroes the rest. */
void configuration_free(struct configuration *configuration);

/*
 * Trust anchors: Ed25519 public keys of 64 hexadecimal digits each, separated by blanks or commas. *out is an array on
 * the heap (free it), one entry a key however often it is named; NULL where text is NULL or holds none.
 * DRM_E_NOT_CONFIGURED for anything else, DRM_E_OUT_OF_MEMORY. Whether the bytes are a point of the curve is the
 * engine's to judge.
 */
drm_result configuration_parse_anchors(const char *text, uint8_t (**out)[CONFIGURATION_ANCHOR_SIZE], size_t *count);

#endif
