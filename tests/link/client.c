/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A C program as somebody else would write it, linked with -lwmdrmsdk -lmfuuid alone. Ends with the number of the step
 * that failed, or 0.
 */
#include <string.h>
#include <windows.h>
#include <mferror.h>
#include <wmdrmsdk.h>

typedef HRESULT (STDMETHODCALLTYPE *create_provider)(IWMDRMProvider **);

/* Makes a security object, whose event queue is empty. Releases the provider. */
static int use_provider(IWMDRMProvider *provider)
{
    IWMDRMSecurity *security = NULL;
    IMFMediaEventGenerator *generator = NULL;
    IMFMediaEvent *event;
    int good;

    good = SUCCEEDED(provider->lpVtbl->CreateObject(provider, &IID_IWMDRMSecurity, (void **)&security))
        && SUCCEEDED(security->lpVtbl->QueryInterface(security, &IID_IMFMediaEventGenerator, (void **)&generator))
        && generator->lpVtbl->GetEvent(generator, MF_EVENT_FLAG_NO_WAIT, &event) == MF_E_NO_EVENTS_AVAILABLE;
    if (generator)
        generator->lpVtbl->Release(generator);
    if (security)
        security->lpVtbl->Release(security);
    provider->lpVtbl->Release(provider);
    return good;
}

int main(void)
{
    IWMDRMProvider *provider;
    create_provider loaded;
    FARPROC address;

    if (FAILED(WMDRMStartup()))
        return 1;
    if (FAILED(WMDRMCreateProvider(&provider)) || !use_provider(provider))
        return 2;
    if (FAILED(WMDRMCreateProtectedProvider(&provider)) || !use_provider(provider))
        return 3;

    /* As a program that loads the DLL at run time. */
    address = GetProcAddress(GetModuleHandleA("wmdrmsdk.dll"), "WMDRMCreateProvider");
    memcpy(&loaded, &address, sizeof(loaded));
    if (!loaded || FAILED(loaded(&provider)) || !use_provider(provider))
        return 4;

    /* Ids that no system library has. */
    if (IID_IMFContentEnabler.Data1 != 0xd3c4ef59 || CLSID_WMDRMContentEnablerActivate.Data1 != 0x82435bdf
        || WMDRM_REVOCATIONTYPE_GRL.Data1 != 0xa2190240 || IID_IWMDRMNetTransmitter2.Data1 != 0x26bcb422)
        return 5;
    if (FAILED(WMDRMShutdown()))
        return 6;
    return 0;
}
