/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How long a client may take: a list of connections with their deadlines, and a thread that watches it.
 */
#include "service/connections.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

struct connection
{
    struct connections *owner;
    struct connection *next, *previous;
    int socket;
    uint64_t deadline; /* monotonic milliseconds, or CONNECTION_NO_LIMIT */
    bool busy;
};

struct connections
{
    uint64_t timeout; /* milliseconds */
    pthread_t thread;
    pthread_mutex_t lock;  /* guards: everything below, and what the list holds */
    pthread_cond_t changed; /* stopping, or fewer busy ones */
    struct connection *first;
    unsigned int busy;
    bool stopping;
};

static uint64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

/* The lock is held. */
static void wait_until_locked(struct connections *connections, uint64_t moment)
{
    const struct timespec time = {
        .tv_sec = (time_t)(moment / 1000),
        .tv_nsec = (long)(moment % 1000) * 1000000,
    };

    pthread_cond_timedwait(&connections->changed, &connections->lock, &time);
}

/* Shuts down what is overdue. No deadline is ever set nearer than timeout: looking again after that is enough. */
static void *watch(void *context)
{
    struct connections *connections = context;
    struct connection *connection;
    uint64_t time, next;

    pthread_mutex_lock(&connections->lock);
    while (!connections->stopping)
    {
        time = now();
        next = time + connections->timeout;
        for (connection = connections->first; connection; connection = connection->next)
        {
            if (connection->deadline <= time)
            {
                shutdown(connection->socket, SHUT_RDWR);
                connection->deadline = CONNECTION_NO_LIMIT;
            }
            else if (connection->deadline < next)
            {
                next = connection->deadline;
            }
        }
        wait_until_locked(connections, next);
    }
    pthread_mutex_unlock(&connections->lock);
    return NULL;
}

struct connections *connections_create(unsigned int timeout)
{
    struct connections *connections = calloc(1, sizeof(*connections));
    pthread_condattr_t attributes;

    if (!connections)
        return NULL;
    connections->timeout = (uint64_t)timeout * 1000;
    pthread_mutex_init(&connections->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&connections->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    if (!pthread_create(&connections->thread, NULL, watch, connections))
        return connections;
    pthread_cond_destroy(&connections->changed);
    pthread_mutex_destroy(&connections->lock);
    free(connections);
    return NULL;
}

void connections_free(struct connections *connections)
{
    if (!connections)
        return;
    pthread_mutex_lock(&connections->lock);
    connections->stopping = true;
    pthread_cond_broadcast(&connections->changed);
    pthread_mutex_unlock(&connections->lock);
    pthread_join(connections->thread, NULL);
    pthread_cond_destroy(&connections->changed);
    pthread_mutex_destroy(&connections->lock);
    free(connections);
}

struct connection *connections_add(struct connections *connections, int socket)
{
    struct connection *connection = calloc(1, sizeof(*connection));

    if (!connection)
        return NULL;
    connection->owner = connections;
    connection->socket = socket;
    connection->deadline = now() + connections->timeout;
    pthread_mutex_lock(&connections->lock);
    connection->next = connections->first;
    if (connection->next)
        connection->next->previous = connection;
    connections->first = connection;
    pthread_mutex_unlock(&connections->lock);
    return connection;
}

/* The lock is held. */
static void set_busy_locked(struct connection *connection, bool busy)
{
    struct connections *connections = connection->owner;

    if (connection->busy == busy)
        return;
    connection->busy = busy;
    if (busy)
        ++connections->busy;
    else if (!--connections->busy)
        pthread_cond_broadcast(&connections->changed);
}

void connection_remove(struct connection *connection)
{
    struct connections *connections = connection->owner;

    pthread_mutex_lock(&connections->lock);
    set_busy_locked(connection, false);
    if (connection->previous)
        connection->previous->next = connection->next;
    else
        connections->first = connection->next;
    if (connection->next)
        connection->next->previous = connection->previous;
    pthread_mutex_unlock(&connections->lock);
    free(connection);
}

static void set_state(struct connection *connection, uint64_t deadline, bool busy)
{
    pthread_mutex_lock(&connection->owner->lock);
    connection->deadline = deadline;
    set_busy_locked(connection, busy);
    pthread_mutex_unlock(&connection->owner->lock);
}

void connection_begin_request(struct connection *connection, uint64_t size)
{
    set_state(connection, now() + connection->owner->timeout + size / CONNECTION_MIN_RATE * 1000, true);
}

void connection_begin_answer(struct connection *connection, uint64_t size)
{
    set_state(connection,
              size == CONNECTION_NO_LIMIT
                  ? CONNECTION_NO_LIMIT
                  : now() + connection->owner->timeout + size / CONNECTION_MIN_RATE * 1000, true);
}

void connection_end_request(struct connection *connection)
{
    set_state(connection, now() + connection->owner->timeout, false);
}

bool connections_wait_idle(struct connections *connections, unsigned int milliseconds)
{
    uint64_t end = now() + milliseconds;
    bool idle;

    pthread_mutex_lock(&connections->lock);
    while (connections->busy && now() < end)
        wait_until_locked(connections, end);
    idle = !connections->busy;
    pthread_mutex_unlock(&connections->lock);
    return idle;
}
