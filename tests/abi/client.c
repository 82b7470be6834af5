/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a program does with the header, in the common subset of C and C++: compile.sh compiles it in every way that the
 * header promises to bear.
 */
#ifdef TEST_BARE
#include <wmdrmsdk.h>
#else
#include <windows.h>
#include <wmdrmsdk.h>
#endif
#ifdef TEST_WMSDKIDL
#include <wmsdkidl.h>
#endif

int main(void)
{
    IWMDRMProvider *provider = NULL;
    WMDRM_LICENSE_FILTER filter = {0, NULL, NULL, NULL};
    DRM_VIDEO_OUTPUT_PROTECTION protection;
    HRESULT hr;

    protection.bConfigData = (BYTE)g_wszWMDRM_RIGHT_PLAYBACK[0];
    hr = WMDRMStartup();
    if (SUCCEEDED(hr))
        hr = WMDRMCreateProvider(&provider);
    if (FAILED(hr))
        hr = WMDRMCreateProtectedProvider(&provider);
    if (provider)
    {
#if defined(__cplusplus) && !defined(CINTERFACE)
        provider->Release();
#elif defined(COBJMACROS)
        IWMDRMProvider_Release(provider);
#else
        provider->lpVtbl->Release(provider);
#endif
    }
    WMDRMShutdown();
    return (int)filter.dwVersion + protection.bConfigData + (int)WMDRM_REVOCATIONTYPE_APP.Data1 +
        (int)MFENABLETYPE_WMDRMV7_Individualization.Data1;
}
