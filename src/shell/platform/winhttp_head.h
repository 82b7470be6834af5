/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The head of an answer, out of WinHTTP.
 */
#ifndef WMDRM_SHELL_WINHTTP_HEAD_H
#define WMDRM_SHELL_WINHTTP_HEAD_H

#include <windows.h>
#include <winhttp.h>

#include "engine/host.h"

/* How the end of the body is known. With neither, it ends with the connection. */
struct winhttp_body
{
    bool has_length; /* length is 0 also where the status allows no body */
    bool chunked;
    uint64_t length;
};

/*
 * Reads the head that request has received. out->location is on the heap; free with free.
 * DRM_E_HTTP_EMPTY_RESPONSE where the head is none that HTTP allows (a status or length out of bounds, two lengths that
 * differ, a transfer coding that nobody asked for).
 */
drm_result winhttp_head_read(HINTERNET request, struct drm_http_head *out, struct winhttp_body *body);

#endif
