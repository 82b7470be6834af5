/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A web server for one person and one purpose: on a port of the loopback address, for one path that nobody can guess.
 * One connection at a time, one request a connection.
 */
#ifndef WMDRMCTL_LISTENER_H
#define WMDRMCTL_LISTENER_H

#include <stdbool.h>
#include <windows.h>
#include <winsock2.h>

#define LISTENER_PATH_SIZE 34 /* "/", 32 digits, terminator */
#define LISTENER_URL_SIZE 96

struct listener
{
    SOCKET socket;
    char path[LISTENER_PATH_SIZE];
    wchar_t url[LISTENER_URL_SIZE]; /* "http://127.0.0.1:PORT/<random>" */
};

struct listener_request
{
    SOCKET connection;
    bool post;
    char *body;      /* of a POST */
    size_t body_size;
};

HRESULT listener_open(struct listener *listener);
void listener_close(struct listener *listener);

/*
 * Waits so long for a request for the path: S_OK, or S_FALSE where none came. Other requests are answered here: 404,
 * 405, 413, 400. A client that is slower than ten seconds is dropped.
 */
HRESULT listener_wait(struct listener *listener, DWORD milliseconds, struct listener_request *out);

/* Answers with a page (UTF-8) and ends the request. */
void listener_answer(struct listener_request *request, const char *html);

#endif
