/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What goes over the connection: frames of a kind (1 byte), a size (4, little-endian) and so many bytes. How messages
 * travel is an application's own affair; in a home they would be UPnP and HTTP.
 */
#ifndef NETSTREAM_FRAMES_H
#define NETSTREAM_FRAMES_H

#include "connection.h"

#define FRAME_HEAD_SIZE 5
#define FRAME_MAX_SIZE (1024 * 1024)

enum frame_kind
{
    FRAME_REGISTRATION_CHALLENGE = 1,
    FRAME_REGISTRATION_RESPONSE,
    FRAME_NEAR,               /* proximity is shown */
    FRAME_ADMITTED,
    FRAME_LICENSE_CHALLENGE,
    FRAME_ROOT_LICENSE,
    FRAME_LEAF_LICENSE,
    FRAME_CONTENT,            /* offset in 16-byte blocks (8 bytes), then encrypted bytes */
    FRAME_END,
    FRAME_FAILED,             /* an HRESULT (4 bytes) */
};

struct frame
{
    enum frame_kind kind;
    DWORD size;
    BYTE *data;       /* room for FRAME_MAX_SIZE; the same for every frame */
    BYTE head[FRAME_HEAD_SIZE];
    DWORD head_size;  /* what came of the next frame's head, with the last frame */
};

HRESULT frame_create(struct frame *frame);
void frame_free(struct frame *frame);

/* What these four wait for, and how long: connection.h. */
HRESULT frame_send(struct connection *connection, enum frame_kind kind, const void *data, DWORD size);
/* Waits for a frame of this kind. What the other end says that failed there is the result here; what is no frame is
 * HRESULT_FROM_WIN32(ERROR_INVALID_DATA). */
HRESULT frame_receive(struct connection *connection, enum frame_kind kind, struct frame *frame);
/* The first frame of a receiver: a registration challenge, or a licence challenge. */
HRESULT frame_receive_first(struct connection *connection, struct frame *frame);
/* Content, or the end of it. */
HRESULT frame_receive_content(struct connection *connection, struct frame *frame);

/* Tells the other end, and returns hr. */
HRESULT frame_fail(struct connection *connection, HRESULT hr);

#endif
