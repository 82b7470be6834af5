/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * IWMDRMComponent of the security object (idl/wmdrmsdkext.idl).
 */
#include "shell/object/security.h"

#include <stdlib.h>
#include <oleauto.h>

#include "shell/platform/trace.h"
#include "shell/platform/utf8.h"

static struct security *security_from_IWMDRMComponent(IWMDRMComponent *iface)
{
    return CONTAINING_RECORD(iface, struct security, IWMDRMComponent_iface);
}

static HRESULT STDMETHODCALLTYPE security_component_QueryInterface(IWMDRMComponent *iface, REFIID iid, void **out)
{
    return IWMDRMSecurity_QueryInterface(&security_from_IWMDRMComponent(iface)->IWMDRMSecurity_iface, iid, out);
}

static ULONG STDMETHODCALLTYPE security_component_AddRef(IWMDRMComponent *iface)
{
    return IWMDRMSecurity_AddRef(&security_from_IWMDRMComponent(iface)->IWMDRMSecurity_iface);
}

static ULONG STDMETHODCALLTYPE security_component_Release(IWMDRMComponent *iface)
{
    return IWMDRMSecurity_Release(&security_from_IWMDRMComponent(iface)->IWMDRMSecurity_iface);
}

static HRESULT STDMETHODCALLTYPE security_component_GetComponent(IWMDRMComponent *iface, BSTR *name, ULONGLONG *size)
{
    struct security *security = security_from_IWMDRMComponent(iface);
    char text[DRM_CERTIFICATE_NAME_SIZE + 1];
    WCHAR wide[DRM_CERTIFICATE_NAME_SIZE + 1];
    struct drm_client *client;
    uint64_t found;
    BSTR string;
    HRESULT hr;

    trace_line("%p: GetComponent", (void *)iface);
    if (name)
        *name = NULL;
    if (size)
        *size = 0;
    if (!name || !size)
        return E_POINTER;
    if (FAILED(hr = engine_get_client(security->engine, &client))
        || FAILED(hr = drm_client_copy_component(client, NULL, text, &found)))
        return trace_failure("GetComponent", hr);
    if (!MultiByteToWideChar(CP_UTF8, 0, text, -1, wide, ARRAYSIZE(wide)))
        return trace_failure("GetComponent", HRESULT_FROM_WIN32(GetLastError()));
    string = SysAllocString(wide);
    if (!string)
        return E_OUTOFMEMORY;
    *name = string;
    *size = found;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE security_component_SaveComponent(IWMDRMComponent *iface, const WCHAR *path)
{
    struct security *security = security_from_IWMDRMComponent(iface);
    struct drm_client *client;
    char *narrow = NULL;
    HRESULT hr;

    trace_line("%p: SaveComponent", (void *)iface);
    if (!path)
        return E_POINTER;
    if (FAILED(hr = engine_get_client(security->engine, &client)))
        goto done;
    if (FAILED(hr = utf8_from_wide(path, &narrow)))
        goto done;
    hr = drm_client_copy_component(client, narrow, NULL, NULL);

done:
    free(narrow);
    return FAILED(hr) ? trace_failure("SaveComponent", hr) : S_OK;
}

const IWMDRMComponentVtbl security_component_vtbl =
{
    /* IUnknown methods */
    security_component_QueryInterface,
    security_component_AddRef,
    security_component_Release,
    /* IWMDRMComponent methods */
    security_component_GetComponent,
    security_component_SaveComponent,
};
