/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The security object's methods for revocation lists.
 */
#include "shell/object/security.h"

#include <string.h>

#include "shell/object/revocation_type.h"
#include "shell/platform/trace.h"

HRESULT STDMETHODCALLTYPE security_SetRevocationData(IWMDRMSecurity *iface, REFGUID type, BYTE *data, DWORD size)
{
    struct security *security = security_from_IWMDRMSecurity(iface);
    struct drm_client *client;
    int list;
    HRESULT hr;

    trace_line("%p: SetRevocationData, %lu bytes", (void *)iface, size);
    if (!type || !data)
        return E_POINTER;
    if (!(list = revocation_type_from_guid(type)))
        return E_INVALIDARG;
    hr = engine_get_client(security->engine, &client);
    if (SUCCEEDED(hr))
        hr = drm_client_set_revocation_list(client, (enum drm_revocation_type)list, drm_span(data, size));
    return FAILED(hr) ? trace_failure("SetRevocationData", hr) : S_OK;
}

HRESULT STDMETHODCALLTYPE security_GetRevocationData(IWMDRMSecurity *iface, REFGUID type, BYTE *data, DWORD *size)
{
    struct security *security = security_from_IWMDRMSecurity(iface);
    struct drm_buffer list = {0};
    struct drm_client *client;
    DWORD capacity;
    uint64_t needed = 0;
    int which;
    HRESULT hr;

    trace_line("%p: GetRevocationData, %s", (void *)iface, data ? "into a buffer" : "its size");
    if (!size)
        return E_POINTER;
    capacity = *size;
    *size = 0;
    if (!type)
        return E_POINTER;
    if (!(which = revocation_type_from_guid(type)))
        return E_INVALIDARG;
    if (FAILED(hr = engine_get_client(security->engine, &client))
        || FAILED(hr = drm_client_get_revocation_list(client, (enum drm_revocation_type)which, data ? &list : NULL,
                                                      &needed)))
        goto done;
    if (data && capacity < list.size)
    {
        *size = (DWORD)list.size;
        hr = DRM_E_BUFFER_TOO_SMALL;
        goto done;
    }
    if (data)
        memcpy(data, list.data, list.size);
    *size = (DWORD)(data ? list.size : needed);

done:
    drm_buffer_free(&list);
    return FAILED(hr) ? trace_failure("GetRevocationData", hr) : S_OK;
}

HRESULT STDMETHODCALLTYPE security_GetRevocationDataVersion(IWMDRMSecurity *iface, REFGUID type, ULONGLONG *version)
{
    struct security *security = security_from_IWMDRMSecurity(iface);
    struct drm_client *client;
    uint64_t found = 0;
    int list;
    HRESULT hr;

    trace_line("%p: GetRevocationDataVersion", (void *)iface);
    if (version)
        *version = 0;
    if (!type || !version)
        return E_POINTER;
    if (!(list = revocation_type_from_guid(type)))
        return E_INVALIDARG;
    if (FAILED(hr = engine_get_client(security->engine, &client))
        || FAILED(hr = drm_client_get_revocation_version(client, (enum drm_revocation_type)list, &found)))
        return trace_failure("GetRevocationDataVersion", hr);
    *version = found;
    return S_OK;
}

HRESULT STDMETHODCALLTYPE security_CheckCertForRevocation(IWMDRMSecurity *iface, REFGUID type, BYTE *certificate,
                                                          DWORD size, BOOL *revoked)
{
    struct security *security = security_from_IWMDRMSecurity(iface);
    struct drm_client *client;
    bool found = false;
    int list;
    HRESULT hr;

    if (revoked)
        *revoked = FALSE;
    if (!type || !certificate || !revoked)
        return E_POINTER;
    list = revocation_type_from_guid(type);
    if (!list || list == DRM_REVOCATION_REVINFO) /* the index names lists, not certificates */
        return E_INVALIDARG;
    if (FAILED(hr = engine_get_client(security->engine, &client))
        || FAILED(hr = drm_client_is_revoked(client, (enum drm_revocation_type)list, drm_span(certificate, size),
                                             &found)))
        return trace_failure("CheckCertForRevocation", hr);
    *revoked = found;
    return S_OK;
}
