/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * AcquireLicense and MonitorLicenseAcquisition.
 */
#include "shell/object/license_management.h"

#include <stdlib.h>
#include <string.h>

#include "engine/xml/base64.h"
#include "engine/xml/content_header.h"
#include "shell/object/nonsilent_acquisition.h"
#include "shell/object/values.h"
#include "shell/platform/trace.h"

/* --- acquiring -------------------------------------------------------------------------------------------- */

struct acquisition_arguments
{
    struct engine *engine;
    bool lacks_identity;
    enum drm_acquire_mode mode;
    char *url, *header, *actions; /* NULL where there is none */
};

static void acquisition_arguments_free(void *context)
{
    struct acquisition_arguments *arguments = context;

    engine_release(arguments->engine);
    free(arguments->url);
    free(arguments->header);
    free(arguments->actions);
    free(arguments);
}

static struct drm_acquisition acquisition_of(const struct acquisition_arguments *arguments)
{
    return (struct drm_acquisition){
        .mode = arguments->mode,
        .url = arguments->url,
        .header = arguments->header,
        .actions = arguments->actions,
    };
}

/* The request goes into the value of the completion event. */
static HRESULT prepare(struct operation *operation, struct drm_client *client,
                       const struct drm_acquisition *acquisition)
{
    struct drm_buffer url = {0}, challenge = {0};
    HRESULT hr = drm_client_make_challenge(client, acquisition, &url, &challenge);

    if (SUCCEEDED(hr))
        hr = nonsilent_acquisition_create(drm_buffer_span(&url), drm_buffer_span(&challenge), &operation->value);
    drm_buffer_free(&url);
    drm_buffer_free(&challenge);
    return FAILED(hr) ? hr : S_OK;
}

static HRESULT run_acquisition(struct operation *operation)
{
    const struct acquisition_arguments *arguments = operation->arguments;
    const struct drm_acquisition acquisition = acquisition_of(arguments);
    const struct drm_task task = operation_task(operation);
    struct drm_client *client;
    HRESULT hr = engine_get_client(arguments->engine, &client);

    if (FAILED(hr))
        return hr;
    if (operation_is_cancelled(operation))
        return DRM_E_OPERATION_CANCELED;
    if (arguments->lacks_identity)
        return DRM_E_NEEDS_INDIVIDUALIZATION;
    if (arguments->mode == DRM_ACQUIRE_SILENT)
        return drm_client_acquire(client, &acquisition, &task);
    return prepare(operation, client, &acquisition);
}

static const struct operation_step acquisition_step = {
    .kind = OPERATION_ACQUISITION,
    .completed = MEWMDRMLicenseAcquisitionCompleted,
    .run = run_acquisition,
};

/* Exactly one flag. */
static HRESULT mode_from_flags(DWORD flags, enum drm_acquire_mode *out)
{
    switch (flags)
    {
    case WMDRM_ACQUIRE_LICENSE_SILENT:
        *out = DRM_ACQUIRE_SILENT;
        return S_OK;
    case WMDRM_ACQUIRE_LICENSE_NONSILENT:
        *out = DRM_ACQUIRE_NONSILENT;
        return S_OK;
    case WMDRM_ACQUIRE_LICENSE_LEGACY_NONSILENT:
        *out = DRM_ACQUIRE_LEGACY;
        return S_OK;
    default:
        return E_INVALIDARG;
    }
}

static HRESULT make_arguments(const struct license_management *management, const WCHAR *url, const WCHAR *header,
                              const WCHAR *actions, DWORD flags, struct acquisition_arguments **out)
{
    struct acquisition_arguments *arguments = calloc(1, sizeof(*arguments));
    struct drm_acquisition acquisition;
    struct drm_client *client;
    HRESULT hr;

    if (!arguments)
        return E_OUTOFMEMORY;
    engine_add_ref(management->engine);
    arguments->engine = management->engine;
    arguments->lacks_identity = security_state_lacks_identity(&management->state);
    if (FAILED(hr = mode_from_flags(flags, &arguments->mode)) || FAILED(hr = value_text(url, &arguments->url))
        || FAILED(hr = value_text(header, &arguments->header))
        || FAILED(hr = value_text(actions, &arguments->actions)))
        goto failed;
    /* What is certain to fail is refused here; a configuration that forbids a client shows in the event. */
    acquisition = acquisition_of(arguments);
    if (SUCCEEDED(engine_get_client(management->engine, &client))
        && FAILED(hr = drm_client_check_acquisition(client, &acquisition)))
        goto failed;
    *out = arguments;
    return S_OK;

failed:
    acquisition_arguments_free(arguments);
    return hr;
}

HRESULT STDMETHODCALLTYPE license_management_AcquireLicense(IWMDRMLicenseManagement *iface, BSTR url, BSTR header,
                                                            BSTR actions, DWORD flags, IUnknown **cookie)
{
    struct license_management *management = license_management_from_IWMDRMLicenseManagement(iface);
    struct acquisition_arguments *arguments;
    HRESULT hr;

    trace_line("%p: AcquireLicense, flags 0x%lx", (void *)iface, flags);
    if (!cookie)
        return E_POINTER;
    *cookie = NULL;
    hr = make_arguments(management, url, header, actions, flags, &arguments);
    if (SUCCEEDED(hr))
        hr = async_object_start(&management->async, &acquisition_step, 1, arguments, acquisition_arguments_free,
                                cookie);
    return FAILED(hr) ? trace_failure("AcquireLicense", hr) : S_OK;
}

/* --- monitoring ------------------------------------------------------------------------------------------- */

struct monitor_arguments
{
    struct engine *engine;
    uint8_t key_id[DRM_KEY_ID_SIZE];
    uint32_t rights;
};

static void monitor_arguments_free(void *context)
{
    struct monitor_arguments *arguments = context;

    engine_release(arguments->engine);
    free(arguments);
}

static HRESULT look(struct operation *operation)
{
    const struct monitor_arguments *arguments = operation->arguments;
    struct drm_client *client;
    bool found = false;
    HRESULT hr;

    if (FAILED(hr = engine_get_client(arguments->engine, &client)))
        return hr;
    hr = drm_client_has_license(client, arguments->key_id, arguments->rights, &found);
    engine_rest_soon(arguments->engine);
    if (hr == DRM_E_BUSY) /* another process has the store; it may be storing the very licence */
        return E_PENDING;
    if (FAILED(hr))
        return hr;
    return found ? DRM_S_LICENSE_ACQUIRED : E_PENDING;
}

static const struct operation_step monitor_step = {
    .kind = OPERATION_MONITOR,
    .completed = MEWMDRMLicenseAcquisitionCompleted,
    .run = look,
};

/* Header and actions are those of the acquisition: the header may be missing (pre-delivery) or be a key id (legacy),
 * but it may not be about other content. */
static HRESULT check_header(const char *header, const uint8_t key_id[DRM_KEY_ID_SIZE])
{
    struct drm_content_header *read;
    uint8_t found[DRM_KEY_ID_SIZE];
    HRESULT hr = S_OK;

    if (!header)
        return S_OK;
    if (FAILED(drm_key_id_parse(header, found)))
    {
        if (!(read = malloc(sizeof(*read))))
            return E_OUTOFMEMORY;
        hr = drm_content_header_read(drm_span(header, strlen(header)), read);
        if (SUCCEEDED(hr))
            memcpy(found, read->key_id, sizeof(found));
        free(read);
    }
    if (FAILED(hr))
        return hr;
    return memcmp(found, key_id, sizeof(found)) ? E_INVALIDARG : S_OK;
}

static HRESULT make_monitor_arguments(const struct license_management *management, const WCHAR *key_id,
                                      const WCHAR *header, const WCHAR *actions, struct monitor_arguments **out)
{
    struct monitor_arguments *arguments = calloc(1, sizeof(*arguments));
    char *header_text = NULL, *action_text = NULL;
    HRESULT hr;

    if (!arguments)
        return E_OUTOFMEMORY;
    engine_add_ref(management->engine);
    arguments->engine = management->engine;
    if (SUCCEEDED(hr = value_key_id(key_id, arguments->key_id)) && SUCCEEDED(hr = value_text(header, &header_text))
        && SUCCEEDED(hr = check_header(header_text, arguments->key_id))
        && SUCCEEDED(hr = value_text(actions, &action_text)) && action_text)
        hr = drm_action_list_read(drm_span(action_text, strlen(action_text)), &arguments->rights);
    free(header_text);
    free(action_text);
    if (FAILED(hr))
        monitor_arguments_free(arguments);
    else
        *out = arguments;
    return hr;
}

HRESULT STDMETHODCALLTYPE license_management_MonitorLicenseAcquisition(IWMDRMLicenseManagement *iface, BSTR key_id,
                                                                       BSTR header, BSTR actions, IUnknown **cookie)
{
    struct license_management *management = license_management_from_IWMDRMLicenseManagement(iface);
    struct monitor_arguments *arguments;
    HRESULT hr;

    trace_line("%p: MonitorLicenseAcquisition", (void *)iface);
    if (!cookie)
        return E_POINTER;
    *cookie = NULL;
    if (!key_id)
        return E_POINTER;
    hr = make_monitor_arguments(management, key_id, header, actions, &arguments);
    if (SUCCEEDED(hr))
        hr = async_object_watch(&management->async, &monitor_step, arguments, monitor_arguments_free, cookie);
    return FAILED(hr) ? trace_failure("MonitorLicenseAcquisition", hr) : S_OK;
}
