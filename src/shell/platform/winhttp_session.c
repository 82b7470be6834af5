/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * WinHTTP sessions and their proxies.
 *
 * Each exchange has a session of its own, for the proxy's sake: Wine 8 reads the proxy of the session and ignores that
 * of the request (measured), and setting it on a session that others use would change their way too.
 */
#include "shell/platform/winhttp_session.h"

#include "shell/platform/winhttp_error.h"

#ifndef WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_3
#define WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_3 0x00002000
#endif

/* A network without automatic configuration is asked again only after this time: asking takes milliseconds under Wine
 * but may take seconds on Windows. */
#define PROXY_DETECTION_PAUSE_MS (5 * 60 * 1000)

static INIT_ONCE detection_once = INIT_ONCE_STATIC_INIT;
static HINTERNET detection_session;   /* WinHTTP keeps scripts that it has fetched with the session that asked */
static LONG64 proxy_detection_failed; /* GetTickCount64 of the last failure, 0 where there was none */

static drm_result open_session(const WINHTTP_PROXY_INFO *proxy, HINTERNET *out)
{
    DWORD protocols = WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_2 | WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_3;
    HINTERNET session;

    session = WinHttpOpen(L"wmdrmsdk/0.1", proxy->dwAccessType, proxy->lpszProxy, proxy->lpszProxyBypass,
                          WINHTTP_FLAG_ASYNC);
    if (!session)
        return winhttp_error_result(GetLastError());
    /* Windows 7 has TLS 1.2 but does not offer it unasked; before Windows 11 the flag of 1.3 is refused. */
    if (!WinHttpSetOption(session, WINHTTP_OPTION_SECURE_PROTOCOLS, &protocols, sizeof(protocols)))
    {
        protocols = WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_2;
        WinHttpSetOption(session, WINHTTP_OPTION_SECURE_PROTOCOLS, &protocols, sizeof(protocols));
    }
    *out = session;
    return DRM_S_OK;
}

static BOOL CALLBACK open_detection_session(INIT_ONCE *once, void *parameter, void **context)
{
    static const WINHTTP_PROXY_INFO direct = {.dwAccessType = WINHTTP_ACCESS_TYPE_NO_PROXY};

    (void)once;
    (void)parameter;
    (void)context;

    return DRM_SUCCEEDED(open_session(&direct, &detection_session));
}

static bool detection_is_due(void)
{
    LONG64 failed = InterlockedCompareExchange64(&proxy_detection_failed, 0, 0);

    return !failed || (LONG64)GetTickCount64() - failed >= PROXY_DETECTION_PAUSE_MS;
}

/* What an automatic configuration (a script's URL in the user's settings, or one that the network announces) says. */
static bool get_automatic_proxy(const WINHTTP_CURRENT_USER_IE_PROXY_CONFIG *settings, const WCHAR *url,
                                WINHTTP_PROXY_INFO *out)
{
    WINHTTP_AUTOPROXY_OPTIONS options = {.fAutoLogonIfChallenged = FALSE};

    if (!InitOnceExecuteOnce(&detection_once, open_detection_session, NULL, NULL))
        return false;
    if (settings->fAutoDetect && detection_is_due())
    {
        options.dwFlags = WINHTTP_AUTOPROXY_AUTO_DETECT;
        options.dwAutoDetectFlags = WINHTTP_AUTO_DETECT_TYPE_DHCP | WINHTTP_AUTO_DETECT_TYPE_DNS_A;
        if (WinHttpGetProxyForUrl(detection_session, url, &options, out))
            return true;
        InterlockedExchange64(&proxy_detection_failed, (LONG64)GetTickCount64());
    }
    if (settings->lpszAutoConfigUrl && settings->lpszAutoConfigUrl[0])
    {
        options.dwFlags = WINHTTP_AUTOPROXY_CONFIG_URL;
        options.dwAutoDetectFlags = 0;
        options.lpszAutoConfigUrl = settings->lpszAutoConfigUrl;
        return WinHttpGetProxyForUrl(detection_session, url, &options, out);
    }
    return false;
}

/* WINHTTP_ACCESS_TYPE_AUTOMATIC_PROXY would do all of this, but Windows 7 does not know it. */
static drm_result open_for_user(const WINHTTP_CURRENT_USER_IE_PROXY_CONFIG *settings, const WCHAR *url,
                                HINTERNET *out)
{
    WINHTTP_PROXY_INFO proxy = {0};
    drm_result result;

    if (get_automatic_proxy(settings, url, &proxy))
    {
        result = open_session(&proxy, out);
        GlobalFree(proxy.lpszProxy);
        GlobalFree(proxy.lpszProxyBypass);
        return result;
    }
    proxy = (WINHTTP_PROXY_INFO){.dwAccessType = WINHTTP_ACCESS_TYPE_DEFAULT_PROXY};
    if (settings->lpszProxy && settings->lpszProxy[0])
    {
        proxy.dwAccessType = WINHTTP_ACCESS_TYPE_NAMED_PROXY;
        proxy.lpszProxy = settings->lpszProxy;
        proxy.lpszProxyBypass = settings->lpszProxyBypass;
    }
    return open_session(&proxy, out);
}

drm_result winhttp_session_open(const struct winhttp_target *target, HINTERNET *out)
{
    static const WINHTTP_PROXY_INFO direct = {.dwAccessType = WINHTTP_ACCESS_TYPE_NO_PROXY};
    WINHTTP_CURRENT_USER_IE_PROXY_CONFIG settings = {0};
    drm_result result;

    if (target->loopback)
        return open_session(&direct, out);
    /* It fails where there are no settings (a service's account). */
    WinHttpGetIEProxyConfigForCurrentUser(&settings);
    result = open_for_user(&settings, target->url, out);
    GlobalFree(settings.lpszAutoConfigUrl);
    GlobalFree(settings.lpszProxy);
    GlobalFree(settings.lpszProxyBypass);
    return result;
}
