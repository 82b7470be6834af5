/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "frames.h"

#include <stdlib.h>
#include <string.h>

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

HRESULT frame_send(struct connection *connection, enum frame_kind kind, const void *data, DWORD size)
{
    BYTE head[FRAME_HEAD_SIZE] = {(BYTE)kind, (BYTE)size, (BYTE)(size >> 8), (BYTE)(size >> 16), (BYTE)(size >> 24)};

    return connection_send(connection, head, sizeof(head), data, size);
}

/* Where frames follow each other closely, the next one's head comes along: one call for each frame instead of two. */
static HRESULT receive_any(struct connection *connection, struct frame *frame)
{
    BYTE *head = frame->head;
    DWORD more = 0;
    HRESULT hr = connection_receive(connection, head + frame->head_size, FRAME_HEAD_SIZE - frame->head_size, NULL, 0,
                                    &more);

    if (FAILED(hr))
        return hr;
    frame->head_size = 0;
    frame->kind = (enum frame_kind)head[0];
    frame->size = head[1] | (DWORD)head[2] << 8 | (DWORD)head[3] << 16 | (DWORD)head[4] << 24;
    if (frame->size > FRAME_MAX_SIZE)
        return HRESULT_FROM_WIN32(ERROR_INVALID_DATA);
    hr = connection_receive(connection, frame->data, frame->size, head, FRAME_HEAD_SIZE, &frame->head_size);
    if (FAILED(hr) || frame->kind != FRAME_FAILED)
        return hr;
    if (frame->size != sizeof(hr))
        return HRESULT_FROM_WIN32(ERROR_INVALID_DATA);
    memcpy(&hr, frame->data, sizeof(hr));
    return FAILED(hr) ? hr : HRESULT_FROM_WIN32(ERROR_INVALID_DATA);
}

HRESULT frame_receive(struct connection *connection, enum frame_kind kind, struct frame *frame)
{
    HRESULT hr = receive_any(connection, frame);

    return SUCCEEDED(hr) && frame->kind != kind ? HRESULT_FROM_WIN32(ERROR_INVALID_DATA) : hr;
}

HRESULT frame_receive_first(struct connection *connection, struct frame *frame)
{
    HRESULT hr = receive_any(connection, frame);

    if (SUCCEEDED(hr) && frame->kind != FRAME_REGISTRATION_CHALLENGE && frame->kind != FRAME_LICENSE_CHALLENGE)
        hr = HRESULT_FROM_WIN32(ERROR_INVALID_DATA);
    return hr;
}

HRESULT frame_receive_content(struct connection *connection, struct frame *frame)
{
    HRESULT hr = receive_any(connection, frame);

    if (FAILED(hr))
        return hr;
    if (frame->kind == FRAME_CONTENT ? frame->size < sizeof(ULONGLONG) : frame->kind != FRAME_END || frame->size)
        return HRESULT_FROM_WIN32(ERROR_INVALID_DATA);
    return S_OK;
}

HRESULT frame_fail(struct connection *connection, HRESULT hr)
{
    (void)frame_send(connection, FRAME_FAILED, &hr, sizeof(hr));
    return hr;
}
