/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * As much of URLs (RFC 3986) as talking to a service takes.
 */
#ifndef WMDRM_ENGINE_URL_H
#define WMDRM_ENGINE_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/base/result.h"

/*
 * True for an absolute http: or https: URL, in the characters of RFC 3986 alone, with a host (a name, an IPv4 or a
 * bracketed IPv6 address), a port from 1 to 65535 or none, and without user information or fragment.
 */
bool drm_url_is_valid(const char *url);
bool drm_url_is_secure(const char *url); /* https: */

/* base + one slash + path. out gets at most size bytes with terminator. DRM_E_HTTP_INVALID_URL where that is too
 * little, base has a query (there is no place for a path then), or the outcome is not valid as above. */
drm_result drm_url_append(const char *base, const char *path, char *out, size_t size);

/*
 * Resolves a reference (RFC 3986, 5.2, strictly) against an absolute URL. A fragment is dropped. out may be neither
 * base nor reference. DRM_E_HTTP_INVALID_URL where base or the outcome is not valid as above, or where the outcome,
 * its dot segments still in it, is longer than size with its terminator.
 */
drm_result drm_url_resolve(const char *base, const char *reference, char *out, size_t size);

#endif
