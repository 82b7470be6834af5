/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The engine as the DLL's objects use it (engine.h).
 */
#include "shell/object/engine.h"

#include <stdlib.h>
#include <string.h>

#include "shell/object/resting.h"
#include "shell/platform/configuration.h"
#include "shell/platform/dpapi_protector.h"
#include "shell/platform/registry_memory.h"
#include "shell/platform/system_clock.h"
#include "shell/platform/trace.h"
#include "shell/platform/utf8.h"
#include "shell/platform/winhttp_transport.h"

struct engine
{
    LONG references;           /* guarded by engines_lock on the way from 1 to 0 */
    struct engine *next;       /* guarded by engines_lock */
    struct configuration configuration;
    HRESULT failure;           /* why there is no client; S_OK where there is one */
    struct drm_client *client;
    struct resting resting;
};

static SRWLOCK engines_lock = SRWLOCK_INIT; /* guards: engines */
static struct engine *engines; /* those with a client: what failed is tried anew for the next object */

static const struct drm_host *windows_host(void)
{
    static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
    static struct drm_host host;
    BOOL pending;

    InitOnceBeginInitialize(&once, 0, &pending, NULL);
    if (pending)
    {
        winhttp_transport_init(&host.transport);
        dpapi_protector_init(&host.protector);
        registry_memory_init(&host.protector);
        system_clock_init(&host.clock);
        trace_log_init(&host.log);
        InitOnceComplete(&once, 0, NULL);
    }
    return &host;
}

static bool same_text(const char *a, const char *b)
{
    return !strcmp(a ? a : "", b ? b : "");
}

static bool same_configuration(const struct configuration *a, const struct configuration *b)
{
    return same_text(a->service_url, b->service_url) && same_text(a->trust_anchor, b->trust_anchor)
           && same_text(a->store_directory, b->store_directory) && a->timeout_ms == b->timeout_ms;
}

static bool is_network_path(const WCHAR *path)
{
    if (!wcsncmp(path, L"\\\\?\\", 4) || !wcsncmp(path, L"\\\\.\\", 4))
        return !_wcsnicmp(path + 4, L"UNC\\", 4);
    return !wcsncmp(path, L"\\\\", 2);
}

/* A store on a network folder is refused: SQLite's locks and mappings cannot be trusted there. The path is absolute. */
static HRESULT refuse_network(const char *directory)
{
    WCHAR *path, *root;
    HRESULT hr;

    if (FAILED(hr = utf8_to_wide(directory, &path)))
        return hr;
    if (is_network_path(path))
        hr = DRM_E_STORE_ON_NETWORK;
    else if (!(root = malloc((wcslen(path) + 2) * sizeof(*root)))) /* never longer, but for a separator at its end */
        hr = E_OUTOFMEMORY;
    else
    {
        if (GetVolumePathNameW(path, root, (DWORD)wcslen(path) + 2) && GetDriveTypeW(root) == DRIVE_REMOTE)
            hr = DRM_E_STORE_ON_NETWORK;
        free(root);
    }
    free(path);
    if (hr == DRM_E_STORE_ON_NETWORK)
        trace_line("configuration: the store folder %s is on a network", directory);
    return hr;
}

static HRESULT create_client(const struct configuration *configuration, struct drm_client **out)
{
    uint8_t(*anchors)[CONFIGURATION_ANCHOR_SIZE];
    struct drm_client_options options;
    size_t count;
    HRESULT hr;

    if (FAILED(hr = refuse_network(configuration->store_directory)))
        return hr;
    if (FAILED(hr = configuration_parse_anchors(configuration->trust_anchor, &anchors, &count)))
    {
        trace_line("configuration: the trust anchor is none: 64 hexadecimal digits are expected");
        return hr;
    }
    options = (struct drm_client_options){
        .directory = configuration->store_directory,
        .service_url = configuration->service_url,
        .anchors = (const uint8_t(*)[DRM_SIGN_PUBLIC_SIZE])anchors,
        .anchor_count = count,
        .timeout_ms = configuration->timeout_ms,
        .host = windows_host(),
    };
    hr = drm_client_create(&options, out);
    free(anchors);
    return hr;
}

static struct engine *find_engine_locked(const struct configuration *configuration)
{
    struct engine *engine;

    for (engine = engines; engine; engine = engine->next)
        if (same_configuration(&engine->configuration, configuration))
            break;
    return engine;
}

/* Reads the log's setting first: what the others are to blame for goes into the log. */
static HRESULT load_configuration(struct configuration *out)
{
    char *log;
    HRESULT hr;

    if (FAILED(hr = configuration_load_log(&log)))
        return hr;
    (void)trace_open(log); /* what cannot be opened is off */
    free(log);
    return configuration_load(out);
}

HRESULT engine_acquire(struct engine **out)
{
    struct engine *engine = calloc(1, sizeof(*engine)), *other;

    if (!engine)
        return E_OUTOFMEMORY;
    engine->references = 1;
    *out = engine;
    if (FAILED(engine->failure = load_configuration(&engine->configuration)))
        return S_OK;

    AcquireSRWLockExclusive(&engines_lock);
    if ((other = find_engine_locked(&engine->configuration)))
        InterlockedIncrement(&other->references);
    else if (SUCCEEDED(engine->failure = create_client(&engine->configuration, &engine->client)))
    {
        resting_init(&engine->resting, engine->client);
        engine->next = engines;
        engines = engine;
    }
    ReleaseSRWLockExclusive(&engines_lock);
    if (other)
    {
        configuration_free(&engine->configuration);
        free(engine);
        *out = other;
    }
    return S_OK;
}

void engine_add_ref(struct engine *engine)
{
    InterlockedIncrement(&engine->references);
}

void engine_release(struct engine *engine)
{
    struct engine **link;
    bool last;

    if (!engine)
        return;
    AcquireSRWLockExclusive(&engines_lock);
    last = !InterlockedDecrement(&engine->references);
    if (last)
        for (link = &engines; *link; link = &(*link)->next)
            if (*link == engine)
            {
                *link = engine->next;
                break;
            }
    ReleaseSRWLockExclusive(&engines_lock);
    if (!last)
        return;
    resting_end(&engine->resting);
    drm_client_free(engine->client);
    configuration_free(&engine->configuration);
    free(engine);
}

HRESULT engine_get_client(struct engine *engine, struct drm_client **out)
{
    if (FAILED(engine->failure))
        return engine->failure;
    *out = engine->client;
    return S_OK;
}

void engine_rest_soon(struct engine *engine)
{
    resting_soon(&engine->resting);
}

const char *engine_service_url(const struct engine *engine)
{
    return engine->configuration.service_url ? engine->configuration.service_url : "";
}

const char *engine_trust_anchors(const struct engine *engine)
{
    return engine->configuration.trust_anchor ? engine->configuration.trust_anchor : "";
}
