/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A configuration's registrar, and its listener. */
#include "shell/object/registrar_host.h"

#include <stdlib.h>

#include "shell/com/module.h"
#include "shell/platform/datagrams_winsock.h"

struct listener
{
    struct drm_registrar *registrar;
    struct drm_datagrams datagrams;
    struct drm_datagram_socket *socket;
    HANDLE thread;
    uint16_t port;
    volatile LONG stopped; /* it is to end */
    volatile LONG ended;
};

struct registrar_host
{
    struct registrar_host *next; /* guarded by hosts_lock, as are the references */
    LONG references;
    struct engine *engine;
    struct drm_registrar *registrar;
    SRWLOCK lock; /* guards: listener. Held while a listener is waited for, which never takes it */
    struct listener *listener;
};

static SRWLOCK hosts_lock = SRWLOCK_INIT; /* guards: hosts */
static struct registrar_host *hosts;

/* --- listeners ---------------------------------------------------------------------------------------------- */

static bool listener_is_stopped(void *context)
{
    const struct listener *listener = context;

    return listener->stopped;
}

static DWORD WINAPI listener_run(void *context)
{
    struct listener *listener = context;
    const struct drm_task task = {.context = listener, .cancelled = listener_is_stopped};

    drm_listener_run(listener->registrar, &listener->datagrams, listener->socket, &task);
    InterlockedExchange(&listener->ended, 1);
    return 0;
}

/* The listener sees it within 40 ms. No code of the application runs on its thread. */
static void listener_stop(struct listener *listener)
{
    if (!listener)
        return;
    InterlockedExchange(&listener->stopped, 1);
    WaitForSingleObject(listener->thread, INFINITE);
    CloseHandle(listener->thread);
    free(listener);
}

static HRESULT listener_start(struct drm_registrar *registrar, const struct drm_device_address *local,
                              const uint16_t *ports, size_t count, struct listener **out)
{
    static const uint16_t any_port[] = {0};
    struct listener *listener = calloc(1, sizeof(*listener));
    HRESULT hr;

    if (!listener)
        return E_OUTOFMEMORY;
    listener->registrar = registrar;
    if (FAILED(hr = datagrams_winsock_init(&listener->datagrams))
        || FAILED(hr = drm_listener_open(&listener->datagrams, local, count ? ports : any_port, count ? count : 1,
                                         &listener->socket, &listener->port)))
    {
        free(listener);
        return hr;
    }
    module_pin();
    listener->thread = CreateThread(NULL, 0, listener_run, listener, 0, NULL);
    if (!listener->thread)
    {
        listener->datagrams.close(listener->datagrams.context, listener->socket);
        free(listener);
        return E_OUTOFMEMORY;
    }
    *out = listener;
    return S_OK;
}

HRESULT registrar_host_listen(struct registrar_host *host, const struct drm_device_address *local,
                              const uint16_t *ports, size_t count, uint16_t *port)
{
    HRESULT hr;

    AcquireSRWLockExclusive(&host->lock);
    listener_stop(host->listener);
    host->listener = NULL;
    if (SUCCEEDED(hr = listener_start(host->registrar, local, ports, count, &host->listener)))
        *port = host->listener->port;
    ReleaseSRWLockExclusive(&host->lock);
    return hr;
}

void registrar_host_stop(struct registrar_host *host)
{
    AcquireSRWLockExclusive(&host->lock);
    listener_stop(host->listener);
    host->listener = NULL;
    ReleaseSRWLockExclusive(&host->lock);
}

uint16_t registrar_host_port(struct registrar_host *host)
{
    uint16_t port;

    AcquireSRWLockShared(&host->lock);
    port = host->listener && !host->listener->ended ? host->listener->port : 0;
    ReleaseSRWLockShared(&host->lock);
    return port;
}

/* --- hosts -------------------------------------------------------------------------------------------------- */

struct drm_registrar *registrar_host_registrar(struct registrar_host *host)
{
    return host->registrar;
}

static HRESULT create(struct engine *engine, struct registrar_host **out)
{
    struct registrar_host *host;
    struct drm_client *client;
    HRESULT hr = engine_get_client(engine, &client);

    if (FAILED(hr))
        return hr;
    if (!(host = calloc(1, sizeof(*host))))
        return E_OUTOFMEMORY;
    if (FAILED(hr = drm_registrar_create(client, &host->registrar)))
    {
        free(host);
        return hr;
    }
    InitializeSRWLock(&host->lock);
    engine_add_ref(engine);
    host->engine = engine;
    *out = host;
    return S_OK;
}

HRESULT registrar_host_acquire(struct engine *engine, struct registrar_host **out)
{
    struct registrar_host *host;
    HRESULT hr = S_OK;

    AcquireSRWLockExclusive(&hosts_lock);
    for (host = hosts; host; host = host->next)
        if (host->engine == engine)
            break;
    if (!host && SUCCEEDED(hr = create(engine, &host)))
    {
        host->next = hosts;
        hosts = host;
    }
    if (SUCCEEDED(hr))
    {
        host->references++;
        *out = host;
    }
    ReleaseSRWLockExclusive(&hosts_lock);
    return hr;
}

static void destroy(struct registrar_host *host)
{
    listener_stop(host->listener);
    drm_registrar_free(host->registrar);
    engine_release(host->engine);
    free(host);
}

void registrar_host_release(struct registrar_host *host)
{
    struct registrar_host **link;
    bool last;

    if (!host)
        return;
    AcquireSRWLockExclusive(&hosts_lock);
    last = !--host->references && !drm_registrar_is_used(host->registrar);
    if (last)
    {
        for (link = &hosts; *link != host; link = &(*link)->next)
            ;
        *link = host->next;
    }
    ReleaseSRWLockExclusive(&hosts_lock);
    if (last)
        destroy(host);
}

/* Takes out those that no transmitter has any more. */
static struct registrar_host *take_unused(void)
{
    struct registrar_host *taken = NULL;

    AcquireSRWLockExclusive(&hosts_lock);
    for (struct registrar_host **link = &hosts; *link;)
    {
        struct registrar_host *host = *link;

        if (host->references)
        {
            link = &host->next;
            continue;
        }
        *link = host->next;
        host->next = taken;
        taken = host;
    }
    ReleaseSRWLockExclusive(&hosts_lock);
    return taken;
}

void registrar_hosts_shut_down(void)
{
    struct registrar_host *taken = take_unused();

    while (taken)
    {
        struct registrar_host *next = taken->next;

        destroy(taken);
        taken = next;
    }
    /* Whoever starts one at the same time has not shut down. */
    AcquireSRWLockShared(&hosts_lock);
    for (struct registrar_host *host = hosts; host; host = host->next)
        registrar_host_stop(host);
    ReleaseSRWLockShared(&hosts_lock);
}
