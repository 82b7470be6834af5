/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The same in C++. */
#include <windows.h>
#include <mferror.h>
#include <wmdrmsdk.h>

static bool use_provider(IWMDRMProvider *provider)
{
    IWMDRMSecurity *security = nullptr;
    IWMDRMEventGenerator *generator = nullptr;
    IMFMediaEvent *event;
    bool good;

    good = SUCCEEDED(provider->CreateObject(IID_IWMDRMSecurity, reinterpret_cast<void **>(&security)))
        && SUCCEEDED(security->QueryInterface(__uuidof(IWMDRMEventGenerator), reinterpret_cast<void **>(&generator)))
        && generator->GetEvent(MF_EVENT_FLAG_NO_WAIT, &event) == MF_E_NO_EVENTS_AVAILABLE;
    if (generator)
        generator->Release();
    if (security)
        security->Release();
    provider->Release();
    return good;
}

int main()
{
    IWMDRMProvider *provider;

    if (FAILED(WMDRMStartup()))
        return 1;
    if (FAILED(WMDRMCreateProvider(&provider)) || !use_provider(provider))
        return 2;
    if (FAILED(WMDRMCreateProtectedProvider(&provider)) || !use_provider(provider))
        return 3;
    if (IID_IMFContentEnabler != __uuidof(IMFContentEnabler)
        || MFENABLETYPE_WMDRMV7_Individualization.Data1 != 0xacd2c84a)
        return 5;
    return FAILED(WMDRMShutdown()) ? 6 : 0;
}
