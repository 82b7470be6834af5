/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads status, length, coding and location of an answer; judges what decides where the answer ends. */
#include "shell/platform/winhttp_head.h"

#include <stdlib.h>

#include "shell/platform/utf8.h"
#include "shell/platform/winhttp_error.h"

/* The value of a header (WINHTTP_QUERY_...), the one at *index where it may come several times (then *index moves on).
 * *out is on the heap, NULL where there is none. */
static drm_result query_text(HINTERNET request, DWORD header, DWORD *index, WCHAR **out)
{
    DWORD size = 0, error;
    WCHAR *text;

    *out = NULL;
    if (WinHttpQueryHeaders(request, header, WINHTTP_HEADER_NAME_BY_INDEX, NULL, &size, index))
        return DRM_S_OK;
    error = GetLastError();
    if (error == ERROR_WINHTTP_HEADER_NOT_FOUND)
        return DRM_S_OK;
    if (error != ERROR_INSUFFICIENT_BUFFER)
        return winhttp_error_result(error);
    if (!(text = malloc(size + sizeof(*text))))
        return DRM_E_OUT_OF_MEMORY;
    if (!WinHttpQueryHeaders(request, header, WINHTTP_HEADER_NAME_BY_INDEX, text, &size, index))
    {
        error = GetLastError();
        free(text);
        return winhttp_error_result(error);
    }
    text[size / sizeof(*text)] = 0;
    *out = text;
    return DRM_S_OK;
}

/* Digits alone, between blanks. WinHTTP's own reading ends at 32 bits. */
static bool parse_length(const WCHAR *text, uint64_t *out)
{
    uint64_t value = 0;
    bool any = false;

    text += wcsspn(text, L" \t");
    for (; *text >= '0' && *text <= '9'; ++text)
    {
        const unsigned int digit = *text - '0';

        if (value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
        any = true;
    }
    text += wcsspn(text, L" \t");
    *out = value;
    return any && !*text;
}

static drm_result read_length(HINTERNET request, struct drm_http_head *out)
{
    drm_result result;
    DWORD index = 0;
    uint64_t value;
    WCHAR *text;
    bool good;

    for (;;)
    {
        if (DRM_FAILED(result = query_text(request, WINHTTP_QUERY_CONTENT_LENGTH, &index, &text)) || !text)
            return result;
        good = parse_length(text, &value) && (!out->has_length || value == out->length);
        free(text);
        if (!good)
            return DRM_E_HTTP_EMPTY_RESPONSE;
        out->has_length = true;
        out->length = value;
    }
}

static drm_result read_coding(HINTERNET request, bool *chunked)
{
    drm_result result;
    WCHAR *text;

    result = query_text(request, WINHTTP_QUERY_TRANSFER_ENCODING, WINHTTP_NO_HEADER_INDEX, &text);
    if (DRM_FAILED(result) || !text)
        return result;
    *chunked = !_wcsicmp(text, L"chunked");
    result = *chunked || !_wcsicmp(text, L"identity") ? DRM_S_OK : DRM_E_HTTP_EMPTY_RESPONSE;
    free(text);
    return result;
}

static drm_result read_location(HINTERNET request, const char **out)
{
    drm_result result;
    WCHAR *text;
    char *copy;

    result = query_text(request, WINHTTP_QUERY_LOCATION, WINHTTP_NO_HEADER_INDEX, &text);
    if (DRM_FAILED(result) || !text)
        return result;
    if (DRM_SUCCEEDED(result = utf8_from_wide(text, &copy)))
        *out = copy;
    free(text);
    return result == DRM_E_INVALID_ARGUMENT ? DRM_E_HTTP_EMPTY_RESPONSE : result;
}

static bool status_has_body(unsigned int status)
{
    return status >= 200 && status != 204 && status != 304;
}

drm_result winhttp_head_read(HINTERNET request, struct drm_http_head *out, struct winhttp_body *body)
{
    struct drm_http_head head = {0};
    DWORD status, size = sizeof(status);
    bool chunked = false;
    drm_result result;

    if (!WinHttpQueryHeaders(request, WINHTTP_QUERY_STATUS_CODE | WINHTTP_QUERY_FLAG_NUMBER,
                             WINHTTP_HEADER_NAME_BY_INDEX, &status, &size, WINHTTP_NO_HEADER_INDEX))
        return winhttp_error_result(GetLastError());
    if (status < 100 || status > 599)
        return DRM_E_HTTP_EMPTY_RESPONSE;
    head.status = status;

    if (DRM_FAILED(result = read_coding(request, &chunked)))
        return result;
    /* Chunks end where they say so, whatever a length beside them claims (RFC 9112, 6.3). */
    if (!chunked && DRM_FAILED(result = read_length(request, &head)))
        return result;
    if (DRM_FAILED(result = read_location(request, &head.location)))
        return result;

    body->chunked = chunked;
    body->has_length = head.has_length || !status_has_body(status);
    body->length = status_has_body(status) ? head.length : 0;
    *out = head;
    return DRM_S_OK;
}
