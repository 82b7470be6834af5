/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The commands of store_tool.h, done through the interface of the DLL, as any program would. */
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mfapi.h>
#include <mfobjects.h>
#include <oleauto.h>
#include <wmdrmsdk.h>

#include "disks/store_tool.h"

static IWMDRMProvider *provider;
static IWMDRMSecurity *security;

static void drop_objects(void)
{
    if (security)
        IWMDRMSecurity_Release(security);
    if (provider)
        IWMDRMProvider_Release(provider);
    security = NULL;
    provider = NULL;
}

int32_t tool_folder(const char *path)
{
    WCHAR wide[1024];
    HRESULT hr;

    drop_objects();
    MultiByteToWideChar(CP_UTF8, 0, path, -1, wide, ARRAYSIZE(wide));
    SetEnvironmentVariableW(L"WMDRM_STORE_DIRECTORY", wide);
    hr = WMDRMCreateProvider(&provider);
    return FAILED(hr) ? hr : IWMDRMProvider_CreateObject(provider, &IID_IWMDRMSecurity, (void **)&security);
}

/* --- updates ---------------------------------------------------------------------------------------------- */

/* What came before the completion event. */
struct last
{
    DRM_INDIVIDUALIZATION_STATUS state;
    HRESULT hr;
    unsigned int count; /* of last states */
};

static void look_at(IMFMediaEvent *event, struct last *last)
{
    IWMDRMIndividualizationStatus *status;
    WM_INDIVIDUALIZE_STATUS snapshot;
    PROPVARIANT value;

    if (SUCCEEDED(IMFMediaEvent_GetValue(event, &value)) && value.vt == VT_UNKNOWN
        && SUCCEEDED(IUnknown_QueryInterface(value.punkVal, &IID_IWMDRMIndividualizationStatus, (void **)&status)))
    {
        if (SUCCEEDED(IWMDRMIndividualizationStatus_GetStatus(status, &snapshot)))
        {
            if (last->count)
                last->count = 100; /* something came after the last state */
            if (snapshot.enIndiStatus & (INDI_SUCCEED | INDI_FAIL | INDI_CANCEL))
            {
                last->count++;
                last->state = snapshot.enIndiStatus;
                last->hr = snapshot.hr;
            }
        }
        IWMDRMIndividualizationStatus_Release(status);
    }
    PropVariantClear(&value);
}

/* Waits for the completion event. A second one of it, or any other event, is one too many and stays for the next call
 * to find. */
static HRESULT update(DWORD flags, MediaEventType completed, struct last *last)
{
    MediaEventType type = MEUnknown;
    IMFMediaEvent *event;
    HRESULT hr, status = S_OK;
    IUnknown *cookie;

    if (SUCCEEDED(IWMDRMSecurity_GetEvent(security, MF_EVENT_FLAG_NO_WAIT, &event)))
    {
        IMFMediaEvent_Release(event);
        last->count = 200; /* of the update before */
        return E_UNEXPECTED;
    }
    if (FAILED(hr = IWMDRMSecurity_PerformSecurityUpdate(security, flags, &cookie)))
        return hr;
    IUnknown_Release(cookie);
    while (type != completed)
    {
        if (FAILED(hr = IWMDRMSecurity_GetEvent(security, 0, &event)))
            return hr;
        IMFMediaEvent_GetType(event, &type);
        IMFMediaEvent_GetStatus(event, &status);
        if (type != completed)
            look_at(event, last);
        IMFMediaEvent_Release(event);
    }
    return status;
}

int32_t tool_individualize(bool forced, const char **last_state)
{
    struct last last = {0};
    HRESULT hr = update(forced ? WMDRM_SECURITY_PERFORM_FORCE_INDIV : WMDRM_SECURITY_PERFORM_INDIV,
                        MEWMDRMIndividualizationCompleted, &last);

    *last_state = last.count != 1 || last.hr != hr    ? "not one last state"
                  : last.state == INDI_SUCCEED ? "SUCCEED"
                  : last.state == INDI_FAIL    ? "FAIL"
                                               : "CANCEL";
    return hr;
}

int32_t tool_refresh(void)
{
    struct last last = {0};

    return update(WMDRM_SECURITY_PERFORM_REVOCATION_REFRESH, MEWMDRMRevocationDownloadCompleted, &last);
}

/* --- questions -------------------------------------------------------------------------------------------- */

int32_t tool_version(char *out, size_t size)
{
    BSTR text = NULL;
    HRESULT hr = IWMDRMSecurity_GetSecurityVersion(security, &text);

    if (SUCCEEDED(hr))
        snprintf(out, size, "%ls", text);
    SysFreeString(text);
    return hr;
}

int32_t tool_certificate(uint8_t **out, size_t *size)
{
    BYTE version[4], *bytes = NULL;
    DWORD count = 0;
    HRESULT hr = IWMDRMSecurity_GetMachineCertificate(security, WMDRM_CERTIFICATE_TYPE_V2, version, &bytes, &count);

    if (FAILED(hr))
        return hr;
    if ((*out = malloc(count)))
    {
        memcpy(*out, bytes, count);
        *size = count;
    }
    CoTaskMemFree(bytes);
    return *out ? hr : E_OUTOFMEMORY;
}

int32_t tool_is_revoked(bool *out)
{
    uint8_t *bytes = NULL;
    size_t size = 0;
    BOOL revoked = FALSE;
    HRESULT hr = tool_certificate(&bytes, &size);

    if (SUCCEEDED(hr))
        hr = IWMDRMSecurity_CheckCertForRevocation(security, &WMDRM_REVOCATIONTYPE_GRL, bytes, (DWORD)size, &revoked);
    *out = revoked;
    free(bytes);
    return hr;
}

int32_t tool_list_version(uint64_t *out)
{
    ULONGLONG version = 0;
    HRESULT hr = IWMDRMSecurity_GetRevocationDataVersion(security, &WMDRM_REVOCATIONTYPE_APP, &version);

    *out = version;
    return hr;
}

int main(void)
{
    int status;

    SetEnvironmentVariableW(L"WMDRM_SERVICE_URL", L"");
    SetEnvironmentVariableW(L"WMDRM_TRUST_ANCHOR", L"");
    if (FAILED(WMDRMStartup()))
        return 3;
    status = store_tool_main();
    drop_objects();
    WMDRMShutdown();
    return status;
}
