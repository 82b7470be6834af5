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
#include "service/http_request.h"

/* A body that is too long is read to its end, up to this: the client is to read why it was refused, not a reset. */
#define DISCARD_MAX_SIZE (1024 * 1024)

static http_route_answer answer_about, answer_health, answer_authority;

static const struct http_route routes[] = {
    {"/", "GET, HEAD", answer_about, 0, 0},
    {"/health", "GET, HEAD", answer_health, 0, 0},
    {"/v1/individualize", "POST", answer_authority, DRM_REQUEST_MAX_SIZE, DRM_REQUEST_INDIVIDUALIZE},
    {"/v1/revocation", "POST", answer_authority, DRM_REQUEST_MAX_SIZE, DRM_REQUEST_REVOCATION},
    {"/v1/license", "POST", http_answer_license, HTTP_LICENSE_MAX_SIZE, 0},
    {"/acquire", "POST", http_answer_license, HTTP_LICENSE_MAX_SIZE, 0},
    {"/v1/restore", "POST", http_answer_restore, HTTP_RESTORE_MAX_SIZE, 0},
    {"/v1/removal", "POST", http_answer_removal, HTTP_REMOVAL_MAX_SIZE, 0},
    {"/v1/removal-receipt", "POST", http_answer_receipt, HTTP_RECEIPT_MAX_SIZE, 0},
};

static const struct http_route *find_route(const char *path)
{
    size_t i;

    for (i = 0; i < sizeof(routes) / sizeof(routes[0]); ++i)
    {
        if (!strcmp(path, routes[i].path))
            return &routes[i];
    }
    return NULL;
}

static bool is_method_of(const struct http_route *route, const char *method)
{
    if (!strcmp(route->methods, MHD_HTTP_METHOD_POST))
        return !strcmp(method, MHD_HTTP_METHOD_POST);
    return !strcmp(method, MHD_HTTP_METHOD_GET) || !strcmp(method, MHD_HTTP_METHOD_HEAD);
}

/* What the head says of the body's length; 0 where it says nothing. */
static uint64_t announced_size(struct MHD_Connection *connection)
{
    const char *length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);

    return length ? strtoull(length, NULL, 10) : 0;
}

/* How long a body may be. Nobody looks at one that comes with a wrong method or to no path. */
static size_t limit_of(const struct http_request *request)
{
    return request->route && !request->wrong_method ? request->route->limit : 0;
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
    {
        uint64_t size = announced_size(connection);

        /* Large bodies get time of their own; what fits a request of old does not. */
        if (size <= DRM_REQUEST_MAX_SIZE || size > limit_of(request))
            size = 0;
        connection_begin_request(request->connection, size);
    }
    return request;
}

/* How much of a body is read at all. */
static uint64_t discard_limit(const struct http_request *request)
{
    return DISCARD_MAX_SIZE + limit_of(request);
}

/* False ends the connection: nobody sends that much by mistake. */
static bool take_body(struct http_request *request, const char *data, size_t size)
{
    request->received += size;
    if (request->received <= limit_of(request) && DRM_FAILED(drm_buffer_append(&request->body, data, size)))
        request->out_of_memory = true;
    return request->received <= discard_limit(request);
}

static enum MHD_Result answer_too_long(struct MHD_Connection *connection, struct http_request *request)
{
    char text[80];

    snprintf(text, sizeof(text), "a request to this path has at most %zu bytes\n",
             request->route ? request->route->limit : 0);
    return http_answer_text(&request->answer, connection, 413, text);
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
            .target = (enum fault_target)request->route->authority,
            .content_type = DRM_EXCHANGE_CONTENT_TYPE,
            .body = drm_buffer_span(&request->body),
        };

        return fault_deliver(&fault_request, connection, &request->answer);
    }
    result = drm_authority_handle(context->authority, request->route->authority, drm_buffer_span(&request->body),
                                  &reply);
    if (DRM_FAILED(result))
        return http_answer_result(&request->answer, connection, result);
    if (request->connection)
        connection_begin_answer(request->connection, drm_authority_reply_size(reply));
    return http_answer_reply(&request->answer, connection, context->host, reply);
}

static enum MHD_Result answer_about(struct http_routes *context, struct MHD_Connection *connection,
                                    struct http_request *request)
{
    (void)context;
    return http_answer_text(&request->answer, connection, 200,
                            "This is wmdrm-service: it certifies machines and issues licences for wmdrmsdk.dll, an\n"
                            "independent implementation of the Windows Media DRM Client Extended APIs.\n"
                            "  POST /v1/individualize    a machine's request for an identity\n"
                            "  POST /v1/revocation       a machine's request for revocation lists\n"
                            "  POST /v1/license          a machine's request for licences\n"
                            "  POST /acquire             the same; a page for people where it is not silent\n"
                            "  POST /v1/restore          it proves what a backup holds, and gets it again\n"
                            "  POST /v1/removal          a machine asks which licences are to go\n"
                            "  POST /v1/removal-receipt  it proves that they have gone\n"
                            "  GET  /health              \"ok\" while it serves\n");
}

static enum MHD_Result answer_health(struct http_routes *context, struct MHD_Connection *connection,
                                     struct http_request *request)
{
    (void)context;
    return http_answer_text(&request->answer, connection, 200, "ok");
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
        return http_answer_wrong_method(answer, connection, request->route->methods);
    if (request->route->limit && request->received > request->route->limit)
        return answer_too_long(connection, request);
    if (request->out_of_memory)
        return http_answer_result(answer, connection, DRM_E_OUT_OF_MEMORY);
    return request->route->answer(context, connection, request);
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
        if (announced_size(connection) > discard_limit(request))
            return answer_too_long(connection, request);
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
