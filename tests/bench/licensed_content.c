/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bench/licensed_content.h"

#include <wmdrmsdkext.h>

#include "bench/measure.h"
#include "bench/temporary_store.h"

static void wait_for(IWMDRMEventGenerator *generator, MediaEventType wanted)
{
    MediaEventType type = 0;
    IMFMediaEvent *event;
    HRESULT status;

    while (type != wanted)
    {
        measure_check(IWMDRMEventGenerator_GetEvent(generator, 0, &event), "GetEvent");
        IMFMediaEvent_GetType(event, &type);
        IMFMediaEvent_GetStatus(event, &status);
        IMFMediaEvent_Release(event);
        measure_check(status, "event");
    }
}

static void individualize(IWMDRMProvider *provider)
{
    IWMDRMSecurity *security;
    IUnknown *cookie;

    measure_check(IWMDRMProvider_CreateObject(provider, &IID_IWMDRMSecurity, (void **)&security), "CreateObject");
    measure_check(IWMDRMSecurity_PerformSecurityUpdate(security, WMDRM_SECURITY_PERFORM_INDIV, &cookie), "update");
    wait_for((IWMDRMEventGenerator *)security, MEWMDRMIndividualizationCompleted);
    IUnknown_Release(cookie);
    IWMDRMSecurity_Release(security);
}

static void acquire(IWMDRMLicenseManagement *management, const BYTE key[16], BSTR *key_id)
{
    WMDRM_CONTENT content = {.bstrName = SysAllocString(L"benchmark"), .bstrRights = SysAllocString(L"Play")};
    IWMDRMAuthority *authority;
    IUnknown *cookie;
    BSTR header;

    measure_check(IWMDRMLicenseManagement_QueryInterface(management, &IID_IWMDRMAuthority, (void **)&authority),
                  "IWMDRMAuthority");
    measure_check(IWMDRMAuthority_AddContent(authority, &content, key, 16, key_id), "AddContent");
    measure_check(IWMDRMAuthority_MakeContentHeader(authority, *key_id, NULL, NULL, &header), "MakeContentHeader");
    measure_check(IWMDRMLicenseManagement_AcquireLicense(management, NULL, header, NULL, WMDRM_ACQUIRE_LICENSE_SILENT,
                                                         &cookie), "AcquireLicense");
    wait_for((IWMDRMEventGenerator *)management, MEWMDRMLicenseAcquisitionCompleted);
    IUnknown_Release(cookie);
    IWMDRMAuthority_Release(authority);
    SysFreeString(header);
    SysFreeString(content.bstrName);
    SysFreeString(content.bstrRights);
}

static void open_license(struct licensed_content *content, const BYTE key[16])
{
    WMDRM_LICENSE_FILTER filter = {0};
    IWMDRMLicenseManagement *management;
    IWMDRMLicense *license;

    measure_check(IWMDRMProvider_CreateObject(content->provider, &IID_IWMDRMLicenseManagement, (void **)&management),
                  "CreateObject");
    acquire(management, key, &filter.bstrKID);
    measure_check(IWMDRMLicenseManagement_CreateLicenseEnumeration(management, &filter, &license), "enumeration");
    measure_check(IWMDRMLicense_CreateDecryptor(license, &content->decryptor), "CreateDecryptor");
    measure_check(IWMDRMLicense_CreateEncryptor(license, &content->encryptor), "CreateEncryptor");
    IWMDRMLicense_Release(license);
    IWMDRMLicenseManagement_Release(management);
    SysFreeString(filter.bstrKID);
}

void licensed_content_open(const BYTE key[16], struct licensed_content *out)
{
    temporary_store_configure();
    measure_check(WMDRMStartup(), "WMDRMStartup");
    measure_check(WMDRMCreateProvider(&out->provider), "WMDRMCreateProvider");
    individualize(out->provider);
    open_license(out, key);
}

void licensed_content_close(struct licensed_content *content)
{
    IWMDRMEncrypt_Release(content->encryptor);
    IWMDRMDecrypt_Release(content->decryptor);
    IWMDRMProvider_Release(content->provider);
    WMDRMShutdown();
    temporary_store_delete();
}
