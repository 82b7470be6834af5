/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "frames.h"

#include <stdlib.h>
#include <string.h>
#include <nserror.h>

#include "common/cancel.h"

#define HEAD_SIZE 5
#define LOOK_MS 100 /* how late Ctrl+C is seen */

HRESULT frame_last_error(void)
{
    int error = WSAGetLastError();

    return error ? HRESULT_FROM_WIN32(error) : HRESULT_FROM_WIN32(WSAECONNRESET);
}

HRESULT frame_create(struct frame *frame)
{
    *frame = (struct frame){.data = malloc(FRAME_MAX_SIZE)};
    return frame->data ? S_OK : E_OUTOFMEMORY;
}

void frame_free(struct frame *frame)
{
    free(frame->data);
    frame->data = NULL;
}

HRESULT frame_wait(SOCKET socket)
{
    for (;;)
    {
        struct timeval timeout = {.tv_usec = LOOK_MS * 1000};
        fd_set set = {.fd_count = 1, .fd_array = {socket}};
        int ready = select(0, &set, NULL, NULL, &timeout);

        if (ready)
            return ready > 0 ? S_OK : frame_last_error();
        if (cancel_is_requested())
            return NS_E_DRM_OPERATION_CANCELED;
    }
}

static HRESULT send_all(SOCKET connection, const void *data, DWORD size)
{
    const char *rest = data;

    while (size)
    {
        int sent = send(connection, rest, (int)size, 0);

        if (sent <= 0)
            return frame_last_error();
        rest += sent;
        size -= (DWORD)sent;
    }
    return cancel_is_requested() ? NS_E_DRM_OPERATION_CANCELED : S_OK;
}

HRESULT frame_send(SOCKET connection, enum frame_kind kind, const void *data, DWORD size)
{
    BYTE head[HEAD_SIZE] = {(BYTE)kind, (BYTE)size, (BYTE)(size >> 8), (BYTE)(size >> 16), (BYTE)(size >> 24)};
    HRESULT hr = send_all(connection, head, sizeof(head));

    return FAILED(hr) ? hr : send_all(connection, data, size);
}

static HRESULT receive_all(SOCKET connection, void *data, DWORD size)
{
    char *rest = data;

    while (size)
    {
        HRESULT hr = frame_wait(connection);
        int received;

        if (FAILED(hr))
            return hr;
        received = recv(connection, rest, (int)size, 0);
        if (received <= 0)
            return received ? frame_last_error() : HRESULT_FROM_WIN32(WSAECONNRESET);
        rest += received;
        size -= (DWORD)received;
    }
    return S_OK;
}

static HRESULT receive_any(SOCKET connection, struct frame *frame)
{
    BYTE head[HEAD_SIZE];
    HRESULT hr = receive_all(connection, head, sizeof(head));

    if (FAILED(hr))
        return hr;
    frame->kind = (enum frame_kind)head[0];
    frame->size = head[1] | (DWORD)head[2] << 8 | (DWORD)head[3] << 16 | (DWORD)head[4] << 24;
    if (frame->size > FRAME_MAX_SIZE)
        return HRESULT_FROM_WIN32(ERROR_INVALID_DATA);
    if (FAILED(hr = receive_all(connection, frame->data, frame->size)))
        return hr;
    if (frame->kind != FRAME_FAILED)
        return S_OK;
    if (frame->size != sizeof(hr))
        return HRESULT_FROM_WIN32(ERROR_INVALID_DATA);
    memcpy(&hr, frame->data, sizeof(hr));
    return FAILED(hr) ? hr : HRESULT_FROM_WIN32(ERROR_INVALID_DATA);
}

HRESULT frame_receive(SOCKET connection, enum frame_kind kind, struct frame *frame)
{
    HRESULT hr = receive_any(connection, frame);

    return SUCCEEDED(hr) && frame->kind != kind ? HRESULT_FROM_WIN32(ERROR_INVALID_DATA) : hr;
}

HRESULT frame_receive_first(SOCKET connection, struct frame *frame)
{
    HRESULT hr = receive_any(connection, frame);

    if (SUCCEEDED(hr) && frame->kind != FRAME_REGISTRATION_CHALLENGE && frame->kind != FRAME_LICENSE_CHALLENGE)
        hr = HRESULT_FROM_WIN32(ERROR_INVALID_DATA);
    return hr;
}

HRESULT frame_receive_content(SOCKET connection, struct frame *frame)
{
    HRESULT hr = receive_any(connection, frame);

    if (FAILED(hr))
        return hr;
    if (frame->kind == FRAME_CONTENT ? frame->size < sizeof(ULONGLONG) : frame->kind != FRAME_END || frame->size)
        return HRESULT_FROM_WIN32(ERROR_INVALID_DATA);
    return S_OK;
}

HRESULT frame_fail(SOCKET connection, HRESULT hr)
{
    (void)frame_send(connection, FRAME_FAILED, &hr, sizeof(hr));
    return hr;
}
