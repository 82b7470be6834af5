/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * IWMDRMLicenseDetails of the licence object (idl/wmdrmsdkext.idl).
 */
#include "shell/object/license.h"

#include <stdlib.h>
#include <string.h>
#include <oleauto.h>

#include "engine/authority/contents.h"
#include "engine/xml/base64.h"
#include "shell/object/values.h"
#include "shell/platform/trace.h"

static struct license *license_from_IWMDRMLicenseDetails(IWMDRMLicenseDetails *iface)
{
    return CONTAINING_RECORD(iface, struct license, IWMDRMLicenseDetails_iface);
}

static HRESULT STDMETHODCALLTYPE license_details_QueryInterface(IWMDRMLicenseDetails *iface, REFIID iid, void **out)
{
    return IWMDRMLicense_QueryInterface(&license_from_IWMDRMLicenseDetails(iface)->IWMDRMLicense_iface, iid, out);
}

static ULONG STDMETHODCALLTYPE license_details_AddRef(IWMDRMLicenseDetails *iface)
{
    return IWMDRMLicense_AddRef(&license_from_IWMDRMLicenseDetails(iface)->IWMDRMLicense_iface);
}

static ULONG STDMETHODCALLTYPE license_details_Release(IWMDRMLicenseDetails *iface)
{
    return IWMDRMLicense_Release(&license_from_IWMDRMLicenseDetails(iface)->IWMDRMLicense_iface);
}

static HRESULT give_id(const uint8_t id[DRM_ID_SIZE], BSTR *out)
{
    char text[DRM_KEY_ID_TEXT_SIZE];

    drm_key_id_format(id, text); /* both kinds of id are 16 bytes in base64 */
    return value_give_text(text, out);
}

static HRESULT give_rights(const struct drm_license *license, BSTR *out)
{
    struct drm_buffer text = {0};
    HRESULT hr = drm_rights_text_write(license, &text);

    if (SUCCEEDED(hr))
        hr = drm_buffer_append(&text, "", 1);
    if (SUCCEEDED(hr))
        hr = value_give_text((const char *)text.data, out);
    drm_buffer_free(&text);
    return hr;
}

static HRESULT fill(const struct drm_license *license, WMDRM_LICENSE_DETAILS *out)
{
    HRESULT hr;

    out->ftIssued = value_file_time(license->issued);
    out->fImported = license->options & DRM_LICENSE_IMPORTED ? TRUE : FALSE;
    if (FAILED(hr = give_id(license->key_id, &out->bstrKID))
        || FAILED(hr = give_id(license->license_id, &out->bstrLicenseID))
        || FAILED(hr = value_give_text(license->issuer, &out->bstrIssuer))
        || FAILED(hr = value_give_text(license->url, &out->bstrURL)))
        return hr;
    return give_rights(license, &out->bstrRights);
}

static HRESULT STDMETHODCALLTYPE license_details_GetDetails(IWMDRMLicenseDetails *iface, WMDRM_LICENSE_DETAILS *out)
{
    struct license *license = license_from_IWMDRMLicenseDetails(iface);
    const struct drm_license *current;
    HRESULT hr;

    trace_line("%p: GetDetails", (void *)iface);
    if (!out)
        return E_POINTER;
    memset(out, 0, sizeof(*out));
    AcquireSRWLockExclusive(&license->lock);
    hr = drm_enumeration_get(license->enumeration, &current);
    if (SUCCEEDED(hr))
        hr = fill(current, out);
    out->fPermanent = SUCCEEDED(hr) && !drm_enumeration_is_temporary(license->enumeration);
    ReleaseSRWLockExclusive(&license->lock);
    if (SUCCEEDED(hr))
        return S_OK;
    SysFreeString(out->bstrKID);
    SysFreeString(out->bstrLicenseID);
    SysFreeString(out->bstrIssuer);
    SysFreeString(out->bstrURL);
    SysFreeString(out->bstrRights);
    memset(out, 0, sizeof(*out));
    return trace_failure("GetDetails", hr);
}

const IWMDRMLicenseDetailsVtbl license_details_vtbl =
{
    /* IUnknown methods */
    license_details_QueryInterface,
    license_details_AddRef,
    license_details_Release,
    /* IWMDRMLicenseDetails methods */
    license_details_GetDetails,
};
