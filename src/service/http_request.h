/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One request of the HTTP server, from its head to its end: what the routes share.
 */
#ifndef WMDRM_SERVICE_HTTP_REQUEST_H
#define WMDRM_SERVICE_HTTP_REQUEST_H

#include "engine/format/backup.h"
#include "service/http_answer.h"
#include "service/http_routes.h"

struct http_request;

/* What answers a request whose body is all here. */
typedef enum MHD_Result http_route_answer(struct http_routes *context, struct MHD_Connection *connection,
                                          struct http_request *request);

struct http_route
{
    const char *path;
    const char *methods;             /* that it takes, for people and for Allow */
    http_route_answer *answer;
    size_t limit;                    /* of the body, in bytes */
    enum drm_request_kind authority; /* of http_answer_authority */
};

struct http_request
{
    struct connection *connection;   /* its deadlines; NULL without memory for them */
    const struct http_route *route;  /* NULL: no such path */
    bool wrong_method;
    bool out_of_memory;
    struct drm_buffer body;          /* at most the route's limit */
    uint64_t received;               /* of the body, kept or not */
    struct http_answer answer;       /* for the log */
    uint64_t began;
    char method[16];
    char path[128];
};

/* --- http_licenses.c -------------------------------------------------------------------------------------- */

/* A body of each: base64 of a LICENSEREQUEST, escaped; what a backup proves; what a caller gave a challenge; the ids of
 * what is gone. */
#define HTTP_LICENSE_MAX_SIZE (1024 * 1024)
#define HTTP_RESTORE_MAX_SIZE DRM_RESTORE_REQUEST_MAX_SIZE
#define HTTP_REMOVAL_MAX_SIZE (256 * 1024)
#define HTTP_RECEIPT_MAX_SIZE (2 * 1024 * 1024)

#define HTTP_LICENSE_TYPE "text/xml; charset=utf-8"

/* Who asks, as the proxy says; NULL where none does. Valid during the request. DRM_E_BAD_REQUEST for what is no user
 * id, and for two. */
drm_result http_request_user(const struct http_routes *context, struct MHD_Connection *connection, const char **out);

http_route_answer http_answer_license, http_answer_restore, http_answer_removal, http_answer_receipt;

#endif
