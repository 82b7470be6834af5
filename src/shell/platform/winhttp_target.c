/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* URLs, split for WinHTTP. The engine has judged the characters; here it is only a matter of where to cut. */
#include "shell/platform/winhttp_target.h"

#include <string.h>

#include "engine/net/url.h"

/* Widens ASCII, which is all that a valid URL holds. */
static void widen(const char *text, size_t size, WCHAR *out)
{
    size_t i;

    for (i = 0; i < size; ++i)
        out[i] = (unsigned char)text[i];
    out[size] = 0;
}

/* 127.0.0.0/8, ::1 and the names that RFC 6761 reserves for them. */
static bool is_loopback(const WCHAR *host)
{
    static const WCHAR suffix[] = L".localhost";
    const size_t size = wcslen(host), suffix_size = ARRAYSIZE(suffix) - 1;

    if (!_wcsicmp(host, L"localhost") || !wcscmp(host, L"[::1]"))
        return true;
    if (size > suffix_size && !_wcsicmp(host + size - suffix_size, suffix))
        return true;
    return !wcsncmp(host, L"127.", 4) && wcsspn(host, L"0123456789.") == size;
}

drm_result winhttp_target_parse(const char *url, struct winhttp_target *out)
{
    const size_t size = strnlen(url, WINHTTP_TARGET_MAX_URL + 1);
    const char *host, *path, *port, *bracket;
    size_t authority_size, host_size;
    unsigned int number = 0;

    if (size > WINHTTP_TARGET_MAX_URL || !drm_url_is_valid(url))
        return DRM_E_HTTP_INVALID_URL;

    host = strstr(url, "://") + 3;
    authority_size = strcspn(host, "/?");
    path = host + authority_size;
    bracket = memchr(host, ']', authority_size);
    port = bracket ? bracket : host;
    port = memchr(port, ':', authority_size - (size_t)(port - host));
    host_size = port ? (size_t)(port - host) : authority_size;
    if (host_size > WINHTTP_TARGET_MAX_HOST)
        return DRM_E_HTTP_INVALID_URL;

    out->secure = drm_url_is_secure(url);
    if (port)
    {
        for (++port; port < path; ++port)
            number = number * 10 + (unsigned int)(*port - '0');
        out->port = (INTERNET_PORT)number;
    }
    else
    {
        out->port = out->secure ? INTERNET_DEFAULT_HTTPS_PORT : INTERNET_DEFAULT_HTTP_PORT;
    }
    widen(host, host_size, out->host);
    widen(url, size, out->url);
    /* "http://host?query" has an empty path, which no request line can say. */
    out->path[0] = '/';
    out->path[1] = 0;
    if (*path == '/')
        widen(path, strlen(path), out->path);
    else
        widen(path, strlen(path), out->path + 1);
    out->loopback = is_loopback(out->host);
    return DRM_S_OK;
}
