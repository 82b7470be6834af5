/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The licence management object's methods for the store: enumerating, storing, deleting, cleaning.
 */
#include "shell/object/license_management.h"

#include <stdlib.h>
#include <string.h>

#include "shell/object/license.h"
#include "shell/object/values.h"
#include "shell/platform/trace.h"

HRESULT STDMETHODCALLTYPE license_management_CreateLicenseEnumeration(IWMDRMLicenseManagement *iface,
                                                                      WMDRM_LICENSE_FILTER *filter,
                                                                      IWMDRMLicense **out)
{
    struct license_management *management = license_management_from_IWMDRMLicenseManagement(iface);
    char *key_id = NULL, *rights = NULL, *sources = NULL;
    HRESULT hr;

    trace_line("%p: CreateLicenseEnumeration", (void *)iface);
    if (!out)
        return E_POINTER;
    *out = NULL;
    if (!filter)
        hr = license_create(management->engine, management->protected, NULL, out);
    else if (SUCCEEDED(hr = value_text(filter->bstrKID, &key_id))
             && SUCCEEDED(hr = value_text(filter->bstrRights, &rights))
             && SUCCEEDED(hr = value_text(filter->bstrAllowedSourceIDs, &sources)))
    {
        const struct drm_license_request_filter request = {
            .key_id = key_id,
            .rights = rights,
            .source_ids = sources,
            .min_version = filter->dwVersion,
        };

        hr = license_create(management->engine, management->protected, &request, out);
    }
    free(key_id);
    free(rights);
    free(sources);
    return FAILED(hr) ? trace_failure("CreateLicenseEnumeration", hr) : S_OK;
}

HRESULT STDMETHODCALLTYPE license_management_StoreLicense(IWMDRMLicenseManagement *iface, BSTR response)
{
    struct license_management *management = license_management_from_IWMDRMLicenseManagement(iface);
    struct drm_client *client;
    char *text = NULL;
    HRESULT hr;

    trace_line("%p: StoreLicense", (void *)iface);
    if (!response)
        return E_POINTER;
    if (SUCCEEDED(hr = engine_get_client(management->engine, &client))
        && SUCCEEDED(hr = security_state_lacks_identity(&management->state) ? DRM_E_STORE_NEEDINDI : S_OK)
        && SUCCEEDED(hr = value_text(response, &text)))
        hr = drm_client_store_response(client, text ? drm_span(text, strlen(text)) : drm_span(NULL, 0));
    free(text);
    return FAILED(hr) ? trace_failure("StoreLicense", hr) : S_OK;
}

HRESULT STDMETHODCALLTYPE license_management_DeleteLicense(IWMDRMLicenseManagement *iface, BSTR key_id, DWORD flags)
{
    struct license_management *management = license_management_from_IWMDRMLicenseManagement(iface);
    uint8_t id[DRM_KEY_ID_SIZE];
    struct drm_client *client;
    HRESULT hr;

    trace_line("%p: DeleteLicense, flags 0x%lx", (void *)iface, flags);
    if (!key_id)
        return E_POINTER;
    if (flags != WMDRM_DELETE_LICENSE_IMMEDIATELY && flags != WMDRM_DELETE_LICENSE_MARK_FOR_PURGE)
        return E_INVALIDARG;
    if (SUCCEEDED(hr = value_key_id(key_id, id)) && SUCCEEDED(hr = engine_get_client(management->engine, &client)))
        hr = drm_client_delete_license(client, id, flags == WMDRM_DELETE_LICENSE_MARK_FOR_PURGE);
    return FAILED(hr) ? trace_failure("DeleteLicense", hr) : S_OK;
}

/* --- cleaning --------------------------------------------------------------------------------------------- */

static void clean_arguments_free(void *engine)
{
    engine_release(engine);
}

static HRESULT run_clean(struct operation *operation)
{
    const struct drm_task task = operation_task(operation);
    struct drm_client *client;
    HRESULT hr = engine_get_client(operation->arguments, &client);

    return FAILED(hr) ? hr : drm_client_clean_store(client, &task);
}

static const struct operation_step clean_step = {
    .kind = OPERATION_CLEAN,
    .completed = MEWMDRMLicenseStoreCleaned,
    .run = run_clean,
};

static bool never_cancelled(void *context)
{
    (void)context;
    return false;
}

static HRESULT clean_now(const struct license_management *management)
{
    const struct drm_task task = {.cancelled = never_cancelled};
    struct drm_client *client;
    HRESULT hr = engine_get_client(management->engine, &client);

    return FAILED(hr) ? hr : drm_client_clean_store(client, &task);
}

HRESULT STDMETHODCALLTYPE license_management_CleanLicenseStore(IWMDRMLicenseManagement *iface, DWORD flags,
                                                               IUnknown **cookie)
{
    struct license_management *management = license_management_from_IWMDRMLicenseManagement(iface);
    HRESULT hr;

    trace_line("%p: CleanLicenseStore, flags 0x%lx", (void *)iface, flags);
    if (cookie)
        *cookie = NULL;
    if (flags != WMDRM_CLEAN_LICENSE_STORE_SYNC && flags != WMDRM_CLEAN_LICENSE_STORE_ASYNC)
        return E_INVALIDARG;
    if (flags == WMDRM_CLEAN_LICENSE_STORE_SYNC) /* nothing to cancel: the cookie stays NULL, and may be no pointer */
        hr = clean_now(management);
    else if (!cookie)
        return E_POINTER;
    else
    {
        engine_add_ref(management->engine);
        hr = async_object_start(&management->async, &clean_step, 1, management->engine, clean_arguments_free, cookie);
    }
    return FAILED(hr) ? trace_failure("CleanLicenseStore", hr) : S_OK;
}
