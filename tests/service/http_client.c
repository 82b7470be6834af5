/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A small HTTP client.
 */
#include "service/http_client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "service/service_process.h"

int http_connect(unsigned int port)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    const struct timeval patience = {.tv_sec = PATIENCE_SECONDS};
    int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (connection >= 0 &&
        (setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) ||
         setsockopt(connection, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) ||
         connect(connection, (const struct sockaddr *)&address, sizeof(address))))
    {
        close(connection);
        connection = -1;
    }
    return connection;
}

bool http_send(int connection, const void *data, size_t size)
{
    const char *text = data;

    while (size)
    {
        ssize_t sent = send(connection, text, size, MSG_NOSIGNAL);

        if (sent <= 0)
            return false;
        text += sent;
        size -= (size_t)sent;
    }
    return true;
}

bool http_send_text(int connection, const char *text)
{
    return http_send(connection, text, strlen(text));
}

static bool read_head(int connection, struct http_response *out)
{
    size_t size = 0;

    while (size + 1 < sizeof(out->head) && recv(connection, out->head + size, 1, 0) == 1)
    {
        out->head[++size] = 0;
        if (size >= 4 && !memcmp(out->head + size - 4, "\r\n\r\n", 4))
            return sscanf(out->head, "HTTP/1.%*d %d", &out->status) == 1;
    }
    return false;
}

/* Appends up to wanted bytes; the number that came. */
static uint64_t read_some(int connection, uint64_t wanted, struct http_response *out)
{
    char data[65536];
    uint64_t got = 0;

    while (got < wanted)
    {
        size_t room = wanted - got < sizeof(data) ? (size_t)(wanted - got) : sizeof(data);
        ssize_t size = recv(connection, data, room, 0);

        if (size <= 0 || drm_buffer_append(&out->body, data, (size_t)size))
            break;
        got += (uint64_t)size;
    }
    /* A zero behind the body, for those that read it as text. */
    if (!drm_buffer_append(&out->body, "", 1))
        out->body.size--;
    return got;
}

static void read_chunks(int connection, size_t limit, struct http_response *out)
{
    while (!limit || out->body.size < limit)
    {
        char line[32] = "";
        size_t size = 0;
        uint64_t chunk, wanted;
        char end[2];

        while (size + 1 < sizeof(line) && (!size || line[size - 1] != '\n') && recv(connection, line + size, 1, 0) == 1)
            line[++size] = 0;
        if (!size || line[size - 1] != '\n')
            return;
        chunk = strtoull(line, NULL, 16);
        if (!chunk)
        {
            out->complete = true;
            return;
        }
        wanted = limit && chunk > limit - out->body.size ? limit - out->body.size : chunk;
        if (read_some(connection, wanted, out) < chunk || recv(connection, end, 2, MSG_WAITALL) != 2)
            return;
    }
}

void http_read(int connection, size_t limit, struct http_response *out)
{
    const char *value;

    memset(out, 0, sizeof(*out));
    if (!read_head(connection, out))
        return;
    value = http_header(out, "Transfer-Encoding");
    if (value && !strcasecmp(value, "chunked"))
    {
        read_chunks(connection, limit, out);
        return;
    }
    value = http_header(out, "Content-Length");
    out->has_length = value != NULL;
    out->length = value ? strtoull(value, NULL, 10) : UINT64_MAX;
    if (limit && limit < out->length)
        read_some(connection, limit, out);
    else
        out->complete = read_some(connection, out->length, out) == out->length;
}

bool http_wait_closed(int connection)
{
    char data[4096];
    ssize_t size;

    do
        size = recv(connection, data, sizeof(data), 0);
    while (size > 0);
    /* A reset is an end too; a time-out is none. */
    return !size || (errno != EAGAIN && errno != EWOULDBLOCK);
}

void http_exchange(unsigned int port, const char *method, const char *path, const void *body, size_t size,
                   struct http_response *out)
{
    int connection = http_connect(port);
    char head[512];

    memset(out, 0, sizeof(*out));
    if (connection < 0)
        return;
    snprintf(head, sizeof(head), "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nConnection: close\r\n", method, path, port);
    if (body)
        snprintf(head + strlen(head), sizeof(head) - strlen(head),
                 "Content-Type: application/vnd.wmdrmsdk\r\nContent-Length: %zu\r\n", size);
    snprintf(head + strlen(head), sizeof(head) - strlen(head), "\r\n");
    /* An answer may come before all of the body was taken. */
    if (http_send_text(connection, head) && body)
        (void)http_send(connection, body, size);
    http_read(connection, 0, out);
    close(connection);
}

void http_response_free(struct http_response *response)
{
    drm_buffer_free(&response->body);
}

const char *http_header(struct http_response *response, const char *name)
{
    const char *line = strstr(response->head, "\r\n");
    size_t length = strlen(name);

    for (; line && line[2] != '\r'; line = strstr(line + 2, "\r\n"))
    {
        const char *text = line + 2;

        if (strncasecmp(text, name, length) || text[length] != ':')
            continue;
        text += length + 1;
        text += strspn(text, " \t");
        snprintf(response->value, sizeof(response->value), "%.*s", (int)strcspn(text, "\r"), text);
        return response->value;
    }
    return NULL;
}
