/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The parts of a URL as WinHTTP wants them.
 */
#ifndef WMDRM_SHELL_WINHTTP_TARGET_H
#define WMDRM_SHELL_WINHTTP_TARGET_H

#include <stdbool.h>

#include <windows.h>
#include <winhttp.h>

#include "engine/base/result.h"

#define WINHTTP_TARGET_MAX_URL 2048 /* characters, without terminator */
#define WINHTTP_TARGET_MAX_HOST 255

struct winhttp_target
{
    bool secure;                             /* https: */
    bool loopback;                           /* the host is this machine: no proxy */
    INTERNET_PORT port;
    WCHAR host[WINHTTP_TARGET_MAX_HOST + 1]; /* an IPv6 address keeps its brackets */
    WCHAR path[WINHTTP_TARGET_MAX_URL + 2];  /* with the query; "/" where the URL has none */
    WCHAR url[WINHTTP_TARGET_MAX_URL + 1];
};

/* Splits url. DRM_E_HTTP_INVALID_URL for what drm_url_is_valid refuses (another scheme, a user name, a fragment ...)
 * and for what is too long. */
drm_result winhttp_target_parse(const char *url, struct winhttp_target *out);

#endif
