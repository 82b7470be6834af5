/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The HTTP server, on libmicrohttpd.
 */
#include "service/http_server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "service/http_routes.h"
#include "service/small_file.h"

#define PEM_MAX_SIZE 65536
#define CONNECTION_MEMORY 32768 /* bytes, for the head of a request; a longer one is refused by libmicrohttpd */
#define STOP_MILLISECONDS 10000
#define TLS_PRIORITIES "NORMAL:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2"

struct http_server
{
    struct http_routes routes;
    struct MHD_Daemon *daemon;
    unsigned int port;
    struct drm_buffer certificate, key; /* PEM, terminated */
    pthread_t starter;
    char why[256];                      /* the last thing libmicrohttpd said to the thread that starts and stops it */
};

/* libmicrohttpd's own words: the log's, and the reason where it does not start. */
static void take_words(void *context, const char *format, va_list arguments)
{
    struct http_server *server = context;
    char words[256];

    vsnprintf(words, sizeof(words), format, arguments);
    words[strcspn(words, "\r\n")] = 0;
    drm_log_write(&server->routes.host->log, "libmicrohttpd: %s", words);
    if (pthread_equal(pthread_self(), server->starter))
        memcpy(server->why, words, sizeof(words));
}

static int listen_on(const struct http_server_options *options, unsigned int *port, char *why, size_t size)
{
    const struct addrinfo hints = {
        .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
        .ai_socktype = SOCK_STREAM,
    };
    struct sockaddr_storage address;
    socklen_t address_size = sizeof(address);
    struct addrinfo *info;
    char service[16];
    int file, error, on = 1;

    snprintf(service, sizeof(service), "%u", options->port);
    error = getaddrinfo(options->address, service, &hints, &info);
    if (error)
    {
        snprintf(why, size, "\"%s\" is no numeric address (127.0.0.1, 0.0.0.0, ::1, ...)", options->address);
        return -1;
    }
    file = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    /* SO_REUSEADDR: connections of the last run that linger must not keep a restarted service out. */
    if (file < 0 || setsockopt(file, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) ||
        bind(file, info->ai_addr, info->ai_addrlen) || listen(file, SOMAXCONN) ||
        getsockname(file, (struct sockaddr *)&address, &address_size))
    {
        error = errno;
        snprintf(why, size, "cannot listen on %s port %u: %s%s", options->address, options->port, strerror(error),
                 error == EADDRINUSE    ? "; choose another --port, 0 for any"
                 : error == EADDRNOTAVAIL ? "; this machine has no such address"
                 : error == EACCES      ? "; ports below 1024 need privileges"
                                        : "");
        if (file >= 0)
            close(file);
        file = -1;
    }
    else
    {
        *port = ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&address)->sin6_port
                                                    : ((struct sockaddr_in *)&address)->sin_port);
    }
    freeaddrinfo(info);
    return file;
}

static bool read_pem(const char *path, struct drm_buffer *out, char *why, size_t size)
{
    int error = small_file_read(path, PEM_MAX_SIZE, out);

    if (!error && DRM_FAILED(drm_buffer_append(out, "", 1)))
        error = ENOMEM;
    if (error)
        snprintf(why, size, "%s: %s", path, strerror(error));
    return !error;
}

static bool start_daemon(struct http_server *server, const struct http_server_options *options, int file)
{
    unsigned int flags = MHD_USE_AUTO_INTERNAL_THREAD | MHD_USE_ITC | MHD_USE_ERROR_LOG;
    struct MHD_OptionItem more[4] = {{MHD_OPTION_END, 0, NULL}};
    size_t count = 0;

    if (options->faults)
        flags |= MHD_USE_THREAD_PER_CONNECTION;
    else if (options->threads > 1)
        more[count++] = (struct MHD_OptionItem){MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)options->threads, NULL};
    if (options->tls_certificate)
    {
        flags |= MHD_USE_TLS;
        more[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, server->certificate.data};
        more[count++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, server->key.data};
    }
    more[count] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    server->daemon = MHD_start_daemon(
        flags, (uint16_t)server->port, NULL, NULL, http_routes_handle, &server->routes,
        MHD_OPTION_EXTERNAL_LOGGER, take_words, server, /* has to come first */
        MHD_OPTION_LISTEN_SOCKET, file,
        MHD_OPTION_NOTIFY_COMPLETED, http_routes_completed, &server->routes,
        MHD_OPTION_NOTIFY_CONNECTION, http_routes_connection, &server->routes,
        MHD_OPTION_CONNECTION_TIMEOUT, options->timeout,
        MHD_OPTION_CONNECTION_LIMIT, options->connections,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
        MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_ARRAY, more,
        MHD_OPTION_END);
    return server->daemon != NULL;
}

static void server_free(struct http_server *server)
{
    connections_free(server->routes.connections);
    drm_buffer_free(&server->certificate);
    drm_buffer_free(&server->key);
    free(server);
}

struct http_server *http_server_start(const struct http_server_options *options, char *why, size_t size)
{
    struct http_server *server = calloc(1, sizeof(*server));
    int file = -1;

    if (!server || !(server->routes.connections = connections_create(options->timeout)))
    {
        snprintf(why, size, "there is not enough memory");
        free(server);
        return NULL;
    }
    server->routes.authority = options->authority;
    server->routes.host = options->host;
    server->routes.faults = options->faults;
    server->routes.user_header = options->user_header;
    atomic_init(&server->routes.stopping, false);
    server->starter = pthread_self();
    if (options->tls_certificate && !MHD_is_feature_supported(MHD_FEATURE_TLS))
        snprintf(why, size, "this libmicrohttpd was built without TLS; put a proxy in front (docs/service.md)");
    else if (!options->tls_certificate || (read_pem(options->tls_certificate, &server->certificate, why, size) &&
                                           read_pem(options->tls_key, &server->key, why, size)))
        file = listen_on(options, &server->port, why, size);
    if (file < 0)
    {
        server_free(server);
        return NULL;
    }
    if (!start_daemon(server, options, file))
    {
        snprintf(why, size, "the HTTP server does not start: %s", *server->why ? server->why : "no reason given");
        close(file);
        server_free(server);
        return NULL;
    }
    return server;
}

unsigned int http_server_port(const struct http_server *server)
{
    return server->port;
}

void http_server_stop(struct http_server *server)
{
    MHD_socket file;

    if (!server)
        return;
    atomic_store(&server->routes.stopping, true);
    file = MHD_quiesce_daemon(server->daemon);
    connections_wait_idle(server->routes.connections, STOP_MILLISECONDS);
    MHD_stop_daemon(server->daemon);
    if (file != MHD_INVALID_SOCKET)
        close(file);
    server_free(server);
}
