/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "common/content_license.h"

#include <mferror.h>
#include <nserror.h>
#include <oleauto.h>

#include "common/operation.h"

BSTR content_key_id(const wchar_t *header)
{
    const wchar_t *begin = wcsstr(header, L"<KID>");
    const wchar_t *end = begin ? wcsstr(begin, L"</KID>") : NULL;

    return end ? SysAllocStringLen(begin + 5, (UINT)(end - begin - 5)) : NULL;
}

HRESULT content_may_play(IWMDRMProvider *provider, BSTR key_id, bool *no_license)
{
    BSTR action = SysAllocString(L"ActionAllowed.Play");
    IWMDRMLicenseQuery *query;
    DWORD result = 0;
    HRESULT hr;

    *no_license = false;
    if (!action)
        return E_OUTOFMEMORY;
    if (SUCCEEDED(hr = IWMDRMProvider_CreateObject(provider, &IID_IWMDRMLicenseQuery, (void **)&query)))
    {
        hr = IWMDRMLicenseQuery_QueryActionAllowed(query, key_id, NULL, 1, &action, &result);
        IWMDRMLicenseQuery_Release(query);
    }
    SysFreeString(action);
    if (FAILED(hr))
        return hr;
    *no_license = (result & DRM_ACTION_ALLOWED_QUERY_NOT_ENABLED_NO_LICENSE) != 0;
    return result ? S_FALSE : S_OK;
}

HRESULT content_acquire(IWMDRMLicenseManagement *management, BSTR header, BSTR url)
{
    const struct operation operation = {.management = management, .completion = MEWMDRMLicenseAcquisitionCompleted};
    IUnknown *cookie;
    HRESULT hr = IWMDRMLicenseManagement_AcquireLicense(management, url, header, NULL, WMDRM_ACQUIRE_LICENSE_SILENT,
                                                        &cookie);

    return FAILED(hr) ? hr : operation_wait(&operation, cookie, NULL);
}

HRESULT content_open(IWMDRMLicenseManagement *management, BSTR key_id, IWMDRMEncrypt **encryptor,
                     IWMDRMDecrypt **decryptor)
{
    WMDRM_LICENSE_FILTER filter = {.bstrKID = key_id};
    HRESULT hr, next, first = S_OK;
    IWMDRMLicense *license;

    if (!(filter.bstrRights = SysAllocString(L"Play")))
        return E_OUTOFMEMORY;
    hr = IWMDRMLicenseManagement_CreateLicenseEnumeration(management, &filter, &license);
    SysFreeString(filter.bstrRights);
    if (FAILED(hr))
        return hr;
    do
    {
        hr = encryptor ? IWMDRMLicense_CreateEncryptor(license, encryptor)
                       : IWMDRMLicense_CreateDecryptor(license, decryptor);
        if (FAILED(hr) && SUCCEEDED(first))
            first = hr;
        /* One that needs a newer list is passed over like one that does not open. */
    } while (FAILED(hr) && (SUCCEEDED(next = IWMDRMLicense_GetNext(license)) || next == NS_E_DRM_RIV_TOO_SMALL));
    IWMDRMLicense_Release(license);
    return SUCCEEDED(hr) ? hr : first;
}
