/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How long a client may take.
 *
 * libmicrohttpd's own time-out ends connections on which nothing moves. A client that sends or takes a byte now and
 * then would hold its connection for ever: here each connection has a moment by which its request must be here, and
 * then one by which its answer must be taken. Past it the socket is shut down, which the server sees as the client's
 * leaving.
 */
#ifndef WMDRM_SERVICE_CONNECTIONS_H
#define WMDRM_SERVICE_CONNECTIONS_H

#include <stdbool.h>
#include <stdint.h>

/* The slowest client that is served to the end: bytes a second, on top of the time-out. */
#define CONNECTION_MIN_RATE 4096
#define CONNECTION_NO_LIMIT UINT64_MAX

struct connections;
struct connection;

/* Starts the thread that watches. timeout: seconds for a request to arrive, also the first. NULL where it cannot. */
struct connections *connections_create(unsigned int timeout);
/* Every connection must have been removed. NULL is fine. */
void connections_free(struct connections *connections);

/* NULL without memory. The socket must stay open until remove returned. */
struct connection *connections_add(struct connections *connections, int socket);
void connection_remove(struct connection *connection);

/* A request's head is here, and says how long its body is (0 where that is unknown); its answer of that many bytes
 * begins (CONNECTION_NO_LIMIT: may take for ever); it is over. */
void connection_begin_request(struct connection *connection, uint64_t size);
void connection_begin_answer(struct connection *connection, uint64_t size);
void connection_end_request(struct connection *connection);

/* Waits until no request is under way, but no longer than that; true where none is. */
bool connections_wait_idle(struct connections *connections, unsigned int milliseconds);

#endif
