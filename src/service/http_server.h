/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The HTTP server: socket, TLS, limits, threads, start and stop. What it answers is http_routes.h's.
 */
#ifndef WMDRM_SERVICE_HTTP_SERVER_H
#define WMDRM_SERVICE_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "engine/authority/authority.h"
#include "service/faults.h"

struct http_server_options
{
    const char *address;         /* numeric, IPv4 or IPv6 */
    unsigned int port;           /* 0: any that is free */
    const char *tls_certificate; /* PEM files, both or neither */
    const char *tls_key;
    unsigned int threads;
    unsigned int connections;    /* at once */
    unsigned int timeout;        /* seconds for a request to arrive; see connections.h */
    struct drm_authority *authority;
    const struct drm_host *host;
    const char *user_header;     /* set by a proxy that knows who asks; NULL: there is none */
    struct faults *faults;       /* NULL: none. With them each connection has a thread of its own, since some sleep */
};

struct http_server;

/* Listens and serves until stop. Where it fails, NULL, and why in one line. */
struct http_server *http_server_start(const struct http_server_options *options, char *why, size_t size);
unsigned int http_server_port(const struct http_server *server);
/* Accepts nothing more, lets answers that are under way end (ten seconds at most), then closes everything. */
void http_server_stop(struct http_server *server);

#endif
