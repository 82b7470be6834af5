/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A TCP connection that Ctrl+C ends soon, and on which nobody waits for ever: what waits returns
 * NS_E_DRM_OPERATION_CANCELED, or HRESULT_FROM_WIN32(WSAETIMEDOUT) when the other end neither sends nor takes a byte
 * for so many seconds.
 */
#ifndef NETSTREAM_CONNECTION_H
#define NETSTREAM_CONNECTION_H

#include <winsock2.h>
#include <windows.h>

struct connection
{
    SOCKET socket;  /* INVALID_SOCKET: none yet */
    DWORD patience; /* milliseconds */
    WSAEVENT done;
};

/* A socket that waits for connections to this port; 0: any free one, and *port tells which. */
HRESULT connection_listen(WORD *port, SOCKET *out);
/* Waits for the first one, however long. */
HRESULT connection_accept(SOCKET listener, struct connection *connection);
/* host is an IPv4 address in dots. */
HRESULT connection_open(struct connection *connection, const wchar_t *host, WORD port);
void connection_close(struct connection *connection);

/* Both parts, one after the other; neither is copied. */
HRESULT connection_send(struct connection *connection, const void *first, DWORD first_size, const void *second,
                        DWORD second_size);
/* All of data, and of what follows as much as came with it, up to ahead_size: *ahead_got. */
HRESULT connection_receive(struct connection *connection, void *data, DWORD size, void *ahead, DWORD ahead_size,
                           DWORD *ahead_got);

/* The IPv4 address of this end. */
HRESULT connection_own_address(const struct connection *connection, wchar_t text[16]);

#endif
