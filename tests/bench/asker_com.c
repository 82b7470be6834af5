/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An asker through the COM interface of the DLL (asker.h). */
#include "bench/asker.h"

#include <stdlib.h>
#include <windows.h>
#include <mfapi.h>
#include <mferror.h>
#include <oleauto.h>
#include <wmdrmsdk.h>

#include "bench/measure.h"
#include "engine/crypto/crypto.h"
#include "engine/xml/base64.h"
#include "shell/platform/dpapi_protector.h"
#include "shell/platform/system_clock.h"

struct asker_question
{
    BSTR key_id;
};

const char asker_name[] = "COM";

static struct drm_host host;
static IWMDRMProvider *provider;
static IWMDRMLicenseQuery *query;
static BSTR action, state_name;

static void discard_line(void *context, const char *line)
{
    (void)context;
    (void)line;
}

const struct drm_host *asker_begin(const char *folder)
{
    measure_check(drm_crypto_init(), "cryptography");
    dpapi_protector_init(&host.protector);
    system_clock_init(&host.clock);
    host.log.write = discard_line;
    SetEnvironmentVariableA("WMDRM_STORE_DIRECTORY", folder);
    SetEnvironmentVariableA("WMDRM_SERVICE_URL", "");
    SetEnvironmentVariableA("WMDRM_TRUST_ANCHOR", "");
    action = SysAllocString(g_wszWMDRM_ActionAllowed_Playback);
    state_name = SysAllocString(g_wszWMDRM_LicenseState_Playback);
    measure_check(action && state_name ? S_OK : E_OUTOFMEMORY, "memory");
    return &host;
}

void asker_open(void)
{
    measure_check(WMDRMStartup(), "WMDRMStartup");
    measure_check(WMDRMCreateProvider(&provider), "WMDRMCreateProvider");
    measure_check(IWMDRMProvider_CreateObject(provider, &IID_IWMDRMLicenseQuery, (void **)&query), "CreateObject");
}

void asker_close(void)
{
    IWMDRMLicenseQuery_Release(query);
    IWMDRMProvider_Release(provider);
    measure_check(WMDRMShutdown(), "WMDRMShutdown");
}

void asker_rest(void)
{
    Sleep(3000);
}

static void perform_individualization(IWMDRMSecurity *security)
{
    MediaEventType type = MEUnknown;
    IUnknown *cookie;

    measure_check(IWMDRMSecurity_PerformSecurityUpdate(security, WMDRM_SECURITY_PERFORM_INDIV, &cookie),
                  "PerformSecurityUpdate");
    IUnknown_Release(cookie);
    while (type != MEWMDRMIndividualizationCompleted)
    {
        IMFMediaEvent *event;
        HRESULT status;

        measure_check(IWMDRMSecurity_GetEvent(security, 0, &event), "GetEvent");
        measure_check(IMFMediaEvent_GetType(event, &type), "GetType");
        measure_check(IMFMediaEvent_GetStatus(event, &status), "GetStatus");
        measure_check(status, "individualization");
        IMFMediaEvent_Release(event);
    }
}

void asker_individualize(void)
{
    IWMDRMSecurity *security;

    asker_open();
    measure_check(IWMDRMProvider_CreateObject(provider, &IID_IWMDRMSecurity, (void **)&security), "CreateObject");
    perform_individualization(security);
    IWMDRMSecurity_Shutdown(security);
    IWMDRMSecurity_Release(security);
    asker_close();
}

struct asker_question *asker_prepare(const uint8_t key_id[DRM_KEY_ID_SIZE])
{
    struct asker_question *question = malloc(sizeof(*question));
    char narrow[DRM_KEY_ID_TEXT_SIZE];
    WCHAR wide[DRM_KEY_ID_TEXT_SIZE];

    drm_key_id_format(key_id, narrow);
    MultiByteToWideChar(CP_UTF8, 0, narrow, -1, wide, ARRAYSIZE(wide));
    measure_check(question && (question->key_id = SysAllocString(wide)) ? S_OK : E_OUTOFMEMORY, "memory");
    return question;
}

void asker_free(struct asker_question *question)
{
    SysFreeString(question->key_id);
    free(question);
}

uint32_t asker_may_play(const struct asker_question *question)
{
    DWORD answer;

    measure_check(IWMDRMLicenseQuery_QueryActionAllowed(query, question->key_id, NULL, 1, &action, &answer),
                  "QueryActionAllowed");
    return answer;
}

uint32_t asker_play_state(const struct asker_question *question)
{
    DRM_LICENSE_STATE_DATA data;

    measure_check(IWMDRMLicenseQuery_QueryLicenseState(query, question->key_id, 1, &state_name, &data),
                  "QueryLicenseState");
    return data.dwCategory;
}

size_t asker_enumerate(size_t expected, void (*middle)(void))
{
    IWMDRMLicenseManagement *management;
    IWMDRMLicense *license;
    size_t count = 1;
    HRESULT hr;

    measure_check(IWMDRMProvider_CreateObject(provider, &IID_IWMDRMLicenseManagement, (void **)&management),
                  "CreateObject");
    measure_check(IWMDRMLicenseManagement_CreateLicenseEnumeration(management, NULL, &license),
                  "CreateLicenseEnumeration");
    while (SUCCEEDED(hr = IWMDRMLicense_GetNext(license)))
    {
        if (++count == expected / 2 && middle)
            middle();
    }
    measure_check(hr == HRESULT_FROM_WIN32(ERROR_NO_MORE_ITEMS) ? S_OK : hr, "GetNext");
    IWMDRMLicense_Release(license);
    IWMDRMLicenseManagement_Release(management);
    return count;
}
