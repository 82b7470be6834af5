/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What goes over the connection: frames of a kind (1 byte), a size (4, little-endian) and so many bytes. How messages
 * travel is an application's own affair; in a home they would be UPnP and HTTP.
 */
#ifndef NETSTREAM_FRAMES_H
#define NETSTREAM_FRAMES_H

#include <winsock2.h>
#include <windows.h>

#define FRAME_MAX_SIZE (1024 * 1024)
#define FRAME_BLOCK_SIZE (64 * 1024) /* of content */

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
    BYTE *data; /* room for FRAME_MAX_SIZE; the same for every frame */
};

HRESULT frame_create(struct frame *frame);
void frame_free(struct frame *frame);

/* Both return NS_E_DRM_OPERATION_CANCELED soon after Ctrl+C. */
HRESULT frame_send(SOCKET connection, enum frame_kind kind, const void *data, DWORD size);
/* Waits for a frame of this kind. What the other end says that failed there is the result here. */
HRESULT frame_receive(SOCKET connection, enum frame_kind kind, struct frame *frame);
/* The first frame of a receiver: a registration challenge, or a licence challenge. */
HRESULT frame_receive_first(SOCKET connection, struct frame *frame);
/* Content, or the end of it. */
HRESULT frame_receive_content(SOCKET connection, struct frame *frame);

/* Tells the other end, and returns hr. */
HRESULT frame_fail(SOCKET connection, HRESULT hr);

/* Waits until there is something to read or, on a listening socket, to accept. */
HRESULT frame_wait(SOCKET socket);
HRESULT frame_last_error(void);

#endif
