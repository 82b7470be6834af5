/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the service answers to which request (docs/protocol.md, "HTTP").
 */
#ifndef WMDRM_SERVICE_HTTP_ROUTES_H
#define WMDRM_SERVICE_HTTP_ROUTES_H

#include <stdatomic.h>

#include <microhttpd.h>

#include "engine/authority/authority.h"
#include "service/connections.h"
#include "service/faults.h"

/* The context of the callbacks below. */
struct http_routes
{
    struct drm_authority *authority;
    const struct drm_host *host;
    struct connections *connections;
    struct faults *faults;   /* NULL: none */
    const char *user_header; /* that names the user; NULL: none does */
    atomic_bool stopping;    /* ends faults that wait */
};

/* Callbacks of libmicrohttpd: for each request, at its end, and when a connection comes and goes. */
enum MHD_Result http_routes_handle(void *context, struct MHD_Connection *connection, const char *url,
                                   const char *method, const char *version, const char *upload, size_t *upload_size,
                                   void **request);
void http_routes_completed(void *context, struct MHD_Connection *connection, void **request,
                           enum MHD_RequestTerminationCode code);
void http_routes_connection(void *context, struct MHD_Connection *connection, void **socket_context,
                            enum MHD_ConnectionNotificationCode code);

#endif
