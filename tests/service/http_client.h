/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * As much of an HTTP client as the tests of the service need, over plain sockets, so that they may also send what no
 * client would.
 */
#ifndef WMDRM_TESTS_HTTP_CLIENT_H
#define WMDRM_TESTS_HTTP_CLIENT_H

#include <stdbool.h>

#include "engine/base/bytes.h"

struct http_response
{
    int status;              /* 0: no head came */
    char head[4096];         /* as it came, terminated */
    struct drm_buffer body;
    bool has_length;
    uint64_t length;         /* Content-Length */
    bool complete;           /* the body ended as its head said */
    char value[512];         /* http_header's */
};

/* A connection to the service on this machine, -1 where there is none. Everything waits PATIENCE_SECONDS at most. */
int http_connect(unsigned int port);
/* False where the other side has gone. */
bool http_send(int connection, const void *data, size_t size);
bool http_send_text(int connection, const char *text);
/*
 * Reads one answer. limit: bytes of the body to take at most, then it is left incomplete; 0: all. out is overwritten,
 * and freed with http_response_free.
 */
void http_read(int connection, size_t limit, struct http_response *out);
/* Waits until the other side closes the connection; false where it does not. What comes is thrown away. */
bool http_wait_closed(int connection);

/* A whole exchange on a connection of its own. body NULL: none. */
void http_exchange(unsigned int port, const char *method, const char *path, const void *body, size_t size,
                   struct http_response *out);
void http_response_free(struct http_response *response);
/* The value of a header, NULL where there is none; valid until the next call for this response. */
const char *http_header(struct http_response *response, const char *name);

#endif
