/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the service answers to which request: gathers a request's body, asks the authority, streams its reply.
 */
#include "service/http_routes.h"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/net/exchange.h"
#include "service/fault_delivery.h"
#include "service/http_answer.h"

/* A body that is too long is read to its end, up to this: the client is to read why it was refused, not a reset. */
#define DISCARD_MAX_SIZE (1024 * 1024)

enum route_kind
{
    ROUTE_ABOUT,
    ROUTE_HEALTH,
    ROUTE_AUTHORITY,
};

static const struct route
{
    const char *path;
    enum route_kind kind;
    enum drm_request_kind request; /* of ROUTE_AUTHORITY */
} routes[] = {
    {"/", ROUTE_ABOUT, 0},
    {"/health", ROUTE_HEALTH, 0},
    {"/v1/individualize", ROUTE_AUTHORITY, DRM_REQUEST_INDIVIDUALIZE},
    {"/v1/revocation", ROUTE_AUTHORITY, DRM_REQUEST_REVOCATION},
};

/* One request, from its head to its end. */
struct http_request
{
    struct connection *connection; /* its deadlines; NULL without memory for them */
    const struct route *route;     /* NULL: no such path */
    bool wrong_method;
    bool out_of_memory;
    struct drm_buffer body;        /* at most DRM_REQUEST_MAX_SIZE */
    uint64_t received;             /* of the body, kept or not */
    struct http_answer answer;     /* for the log */
    uint64_t began;
    char method[16];
    char path[128];
};

static const struct route *find_route(const char *path)
{
    size_t i;

    for (i = 0; i < sizeof(routes) / sizeof(routes[0]); ++i)
    {
        if (!strcmp(path, routes[i].path))
            return &routes[i];
    }
    return NULL;
}

static bool is_method_of(const struct route *route, const char *method)
{
    if (route->kind == ROUTE_AUTHORITY)
        return !strcmp(method, MHD_HTTP_METHOD_POST);
    return !strcmp(method, MHD_HTTP_METHOD_GET) || !strcmp(method, MHD_HTTP_METHOD_HEAD);
}

static struct http_request *begin_request(struct http_routes *context, struct MHD_Connection *connection,
                                          const char *url, const char *method)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct http_request *request = calloc(1, sizeof(*request));

    if (!request)
        return NULL;
    request->connection = info ? info->socket_context : NULL;
    request->route = find_route(url);
    request->wrong_method = request->route && !is_method_of(request->route, method);
    request->began = context->host->clock.monotonic(context->host->clock.context);
    snprintf(request->method, sizeof(request->method), "%s", method);
    snprintf(request->path, sizeof(request->path), "%s", url);
    if (request->connection)
        connection_begin_request(request->connection);
    return request;
}

/* False ends the connection: nobody sends that much by mistake. */
static bool take_body(struct http_request *request, const char *data, size_t size)
{
    bool wanted = request->route && request->route->kind == ROUTE_AUTHORITY && !request->wrong_method;

    request->received += size;
    if (wanted && request->received <= DRM_REQUEST_MAX_SIZE &&
        DRM_FAILED(drm_buffer_append(&request->body, data, size)))
        request->out_of_memory = true;
    return request->received <= DISCARD_MAX_SIZE;
}

/* Whether the head already says that the body is more than we would even read. */
static bool announces_flood(struct MHD_Connection *connection)
{
    const char *length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);

    return length && strtoull(length, NULL, 10) > DISCARD_MAX_SIZE;
}

static enum MHD_Result answer_authority(struct http_routes *context, struct MHD_Connection *connection,
                                        struct http_request *request)
{
    struct drm_authority_reply *reply;
    drm_result result;

    if (context->faults)
    {
        const struct fault_request fault_request = {
            .faults = context->faults,
            .authority = context->authority,
            .host = context->host,
            .connection = request->connection,
            .stopping = &context->stopping,
            .path = request->route->path,
            .kind = request->route->request,
            .body = drm_buffer_span(&request->body),
        };

        return fault_deliver(&fault_request, connection, &request->answer);
    }
    result = drm_authority_handle(context->authority, request->route->request, drm_buffer_span(&request->body), &reply);
    if (DRM_FAILED(result))
        return http_answer_result(&request->answer, connection, result);
    if (request->connection)
        connection_begin_answer(request->connection, drm_authority_reply_size(reply));
    return http_answer_reply(&request->answer, connection, context->host, reply);
}

static enum MHD_Result answer_request(struct http_routes *context, struct MHD_Connection *connection,
                                      struct http_request *request)
{
    struct http_answer *answer = &request->answer;

    if (request->connection)
        connection_begin_answer(request->connection, 0);
    if (!request->route)
        return http_answer_text(answer, connection, 404, "there is nothing at this path; GET / says what is where\n");
    if (request->wrong_method)
        return http_answer_wrong_method(answer, connection,
                                        request->route->kind == ROUTE_AUTHORITY ? "POST" : "GET, HEAD");
    if (request->received > DRM_REQUEST_MAX_SIZE)
        return http_answer_text(answer, connection, 413, "a request has at most 65536 bytes\n");
    if (request->out_of_memory)
        return http_answer_result(answer, connection, DRM_E_OUT_OF_MEMORY);
    switch (request->route->kind)
    {
        case ROUTE_ABOUT:
            return http_answer_text(answer, connection, 200,
                                    "This is wmdrm-service: it certifies machines for wmdrmsdk.dll, an independent\n"
                                    "implementation of the Windows Media DRM Client Extended APIs.\n"
                                    "  POST /v1/individualize  a machine's request for an identity\n"
                                    "  POST /v1/revocation     a machine's request for revocation lists\n"
                                    "  GET  /health            \"ok\" while it serves\n");
        case ROUTE_HEALTH:
            return http_answer_text(answer, connection, 200, "ok");
        default:
            return answer_authority(context, connection, request);
    }
}

enum MHD_Result http_routes_handle(void *context, struct MHD_Connection *connection, const char *url,
                                   const char *method, const char *version, const char *upload, size_t *upload_size,
                                   void **request_context)
{
    struct http_request *request = *request_context;
    size_t size = *upload_size;

    (void)version;
    if (!request)
    {
        *request_context = request = begin_request(context, connection, url, method);
        if (!request)
            return MHD_NO;
        if (announces_flood(connection))
            return http_answer_text(&request->answer, connection, 413, "a request has at most 65536 bytes\n");
        return MHD_YES;
    }
    if (size)
    {
        *upload_size = 0;
        return take_body(request, upload, size) ? MHD_YES : MHD_NO;
    }
    return answer_request(context, connection, request);
}

static void client_name(struct MHD_Connection *connection, char *out, socklen_t size)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    socklen_t address_size = info && info->client_addr->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                                                              : sizeof(struct sockaddr_in);

    if (!info || getnameinfo(info->client_addr, address_size, out, size, NULL, 0, NI_NUMERICHOST))
        snprintf(out, size, "?");
}

void http_routes_completed(void *context, struct MHD_Connection *connection, void **request_context,
                           enum MHD_RequestTerminationCode code)
{
    struct http_routes *http_routes = context;
    struct http_request *request = *request_context;
    uint64_t now = http_routes->host->clock.monotonic(http_routes->host->clock.context);
    char client[64];

    if (!request)
        return;
    client_name(connection, client, sizeof(client));
    drm_log_write(&http_routes->host->log, "%s %s %s %u, %llu bytes, %llu ms%s", client, request->method, request->path,
                  request->answer.status, (unsigned long long)request->answer.size,
                  (unsigned long long)(now - request->began),
                  code == MHD_REQUEST_TERMINATED_COMPLETED_OK ? "" : ", cut short");
    if (request->connection)
        connection_end_request(request->connection);
    drm_buffer_free(&request->body);
    free(request);
    *request_context = NULL;
}

void http_routes_connection(void *context, struct MHD_Connection *connection, void **socket_context,
                            enum MHD_ConnectionNotificationCode code)
{
    struct http_routes *http_routes = context;

    if (code == MHD_CONNECTION_NOTIFY_STARTED)
    {
        const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);

        *socket_context = info ? connections_add(http_routes->connections, info->connect_fd) : NULL;
    }
    else if (*socket_context)
    {
        connection_remove(*socket_context);
        *socket_context = NULL;
    }
}
