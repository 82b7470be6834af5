/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * As much of URLs (RFC 3986) as talking to a service takes.
 */
#ifndef WMDRM_ENGINE_URL_H
#define WMDRM_ENGINE_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/result.h"

/* True for an absolute http: or https: URL of printable ASCII with a host, without user information or fragment. */
bool drm_url_is_valid(const char *url);
bool drm_url_is_secure(const char *url); /* https: */

/* base + one slash + path. out gets at most size bytes with terminator; DRM_E_HTTP_INVALID_URL where that is too little. */
drm_result drm_url_append(const char *base, const char *path, char *out, size_t size);

/* Resolves a reference (RFC 3986, 5.2) against an absolute URL. A fragment is dropped. DRM_E_HTTP_INVALID_URL where the
 * outcome is not valid as above. */
drm_result drm_url_resolve(const char *base, const char *reference, char *out, size_t size);

#endif
