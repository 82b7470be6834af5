/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "listener.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bcrypt.h>

#define HEAD_MAX_SIZE 16384
#define BODY_MAX_SIZE (256 * 1024 * 1024)
#define CLIENT_TIMEOUT_MS 10000

static HRESULT last_error(void)
{
    return HRESULT_FROM_WIN32(WSAGetLastError());
}

static HRESULT make_path(char path[LISTENER_PATH_SIZE])
{
    BYTE random[16];

    if (BCryptGenRandom(NULL, random, sizeof(random), BCRYPT_USE_SYSTEM_PREFERRED_RNG) < 0)
        return E_FAIL;
    path[0] = '/';
    for (size_t i = 0; i < sizeof(random); ++i)
        snprintf(path + 1 + 2 * i, 3, "%02x", random[i]);
    return S_OK;
}

HRESULT listener_open(struct listener *listener)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int size = sizeof(address);
    WSADATA data;
    HRESULT hr;

    if (FAILED(hr = make_path(listener->path)))
        return hr;
    if (WSAStartup(MAKEWORD(2, 2), &data))
        return last_error();
    listener->socket = socket(AF_INET, SOCK_STREAM, 0);
    if (listener->socket == INVALID_SOCKET || bind(listener->socket, (struct sockaddr *)&address, size)
        || listen(listener->socket, 5) || getsockname(listener->socket, (struct sockaddr *)&address, &size))
    {
        hr = last_error();
        listener_close(listener);
        return hr;
    }
    swprintf(listener->url, LISTENER_URL_SIZE, L"http://127.0.0.1:%u%hs", ntohs(address.sin_port), listener->path);
    return S_OK;
}

void listener_close(struct listener *listener)
{
    if (listener->socket != INVALID_SOCKET)
        closesocket(listener->socket);
    WSACleanup();
}

/* --- answers ---------------------------------------------------------------------------------------------- */

static void send_all(SOCKET connection, const char *data, size_t size)
{
    int sent;

    while (size > 0 && (sent = send(connection, data, size < 65536 ? (int)size : 65536, 0)) > 0)
    {
        data += sent;
        size -= (size_t)sent;
    }
}

static void answer(SOCKET connection, const char *status, const char *html)
{
    char head[512];
    const int size = snprintf(head, sizeof(head), "HTTP/1.1 %s\r\nContent-Type: text/html; charset=utf-8\r\n"
                              "Content-Length: %lu\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n"
                              "Connection: close\r\n\r\n", status, (unsigned long)strlen(html));

    send_all(connection, head, (size_t)size);
    send_all(connection, html, strlen(html));
    shutdown(connection, SD_SEND);
    closesocket(connection);
}

void listener_answer(struct listener_request *request, const char *html)
{
    answer(request->connection, "200 OK", html);
    free(request->body);
    *request = (struct listener_request){.connection = INVALID_SOCKET};
}

/* --- requests --------------------------------------------------------------------------------------------- */

/* What was received, as text. */
struct received
{
    char *data;
    size_t size, capacity;
};

static bool receive_more(SOCKET connection, struct received *received)
{
    int size;

    if (received->size + 4096 > received->capacity)
    {
        const size_t capacity = received->capacity ? 2 * received->capacity : 8192;
        char *data = realloc(received->data, capacity + 1);

        if (!data)
            return false;
        received->data = data;
        received->capacity = capacity;
    }
    size = recv(connection, received->data + received->size, (int)(received->capacity - received->size), 0);
    if (size <= 0)
        return false;
    received->size += (size_t)size;
    received->data[received->size] = 0;
    return true;
}

/* The length that the head names; false where it names none that is fine. */
static bool read_content_length(const char *head, size_t *out)
{
    const char *line = head, *digits;
    unsigned long long value;
    char *end;

    while ((line = strstr(line, "\r\n")))
    {
        line += 2;
        if (_strnicmp(line, "content-length:", 15))
            continue;
        digits = line + 15 + strspn(line + 15, " \t");
        value = strtoull(digits, &end, 10);
        *out = value <= BODY_MAX_SIZE ? (size_t)value : BODY_MAX_SIZE + 1;
        return end > digits && *digits >= '0' && *digits <= '9' && *end == '\r';
    }
    return false;
}

/* NULL, or the status that refuses the request. *received has its head and body, *body where that begins. */
static const char *receive_request(SOCKET connection, const char *path, struct received *received, bool *post,
                                   size_t *body, size_t *body_size)
{
    char expected[LISTENER_PATH_SIZE + 8];
    const char *end;

    do
    {
        if (received->size > HEAD_MAX_SIZE || !receive_more(connection, received))
            return "400 Bad Request";
    } while (!(end = strstr(received->data, "\r\n\r\n")));
    *body = (size_t)(end - received->data) + 4;
    *post = !strncmp(received->data, "POST ", 5);
    snprintf(expected, sizeof(expected), "%s %s ", *post ? "POST" : "GET", path);
    if (strncmp(received->data, expected, strlen(expected)))
        return !*post && strncmp(received->data, "GET ", 4) ? "405 Method Not Allowed" : "404 Not Found";
    *body_size = 0;
    if (!*post)
        return NULL;
    if (!read_content_length(received->data, body_size))
        return "400 Bad Request";
    if (*body_size > BODY_MAX_SIZE)
        return "413 Content Too Large";
    while (received->size - *body < *body_size)
    {
        if (!receive_more(connection, received))
            return "400 Bad Request";
    }
    return NULL;
}

HRESULT listener_wait(struct listener *listener, DWORD milliseconds, struct listener_request *out)
{
    struct timeval timeout = {.tv_sec = (long)(milliseconds / 1000), .tv_usec = (long)(milliseconds % 1000) * 1000};
    const DWORD client_timeout = CLIENT_TIMEOUT_MS;
    struct received received = {0};
    const char *refusal;
    size_t body = 0;
    fd_set set;
    int count;

    FD_ZERO(&set);
    FD_SET(listener->socket, &set);
    count = select(0, &set, NULL, NULL, &timeout);
    if (count < 0)
        return last_error();
    if (!count)
        return S_FALSE;
    *out = (struct listener_request){.connection = accept(listener->socket, NULL, NULL)};
    if (out->connection == INVALID_SOCKET)
        return S_FALSE; /* it went away again */
    setsockopt(out->connection, SOL_SOCKET, SO_RCVTIMEO, (const char *)&client_timeout, sizeof(client_timeout));
    setsockopt(out->connection, SOL_SOCKET, SO_SNDTIMEO, (const char *)&client_timeout, sizeof(client_timeout));
    refusal = receive_request(out->connection, listener->path, &received, &out->post, &body, &out->body_size);
    if (refusal)
    {
        answer(out->connection, refusal, refusal);
        free(received.data);
        return S_FALSE;
    }
    memmove(received.data, received.data + body, out->body_size);
    received.data[out->body_size] = 0;
    out->body = received.data;
    return S_OK;
}
