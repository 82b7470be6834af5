/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The WinHTTP session of the process, and proxies. */
#include "shell/platform/winhttp_session.h"

#ifndef WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_3
#define WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_3 0x00002000
#endif

/* A network without automatic configuration is asked again only after this time: asking takes milliseconds under Wine
 * but may take seconds on Windows. */
#define PROXY_DETECTION_PAUSE_MS (5 * 60 * 1000)

static INIT_ONCE session_once = INIT_ONCE_STATIC_INIT;
static HINTERNET session_handle;
static LONG64 proxy_detection_failed; /* GetTickCount64 of the last failure, 0 where there was none */

static BOOL CALLBACK session_open(INIT_ONCE *once, void *parameter, void **context)
{
    DWORD protocols = WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_2 | WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_3;
    HINTERNET session;

    (void)once;
    (void)parameter;
    (void)context;

    session = WinHttpOpen(L"wmdrmsdk/0.1", WINHTTP_ACCESS_TYPE_DEFAULT_PROXY, WINHTTP_NO_PROXY_NAME,
                          WINHTTP_NO_PROXY_BYPASS, WINHTTP_FLAG_ASYNC);
    if (!session)
        return FALSE;
    /* Windows 7 has TLS 1.2 but does not offer it unasked; before Windows 11 the flag of 1.3 is refused. */
    if (!WinHttpSetOption(session, WINHTTP_OPTION_SECURE_PROTOCOLS, &protocols, sizeof(protocols)))
    {
        protocols = WINHTTP_FLAG_SECURE_PROTOCOL_TLS1_2;
        WinHttpSetOption(session, WINHTTP_OPTION_SECURE_PROTOCOLS, &protocols, sizeof(protocols));
    }
    session_handle = session;
    return TRUE;
}

HINTERNET winhttp_session(void)
{
    return InitOnceExecuteOnce(&session_once, session_open, NULL, NULL) ? session_handle : NULL;
}

static bool detection_is_due(void)
{
    LONG64 failed = InterlockedCompareExchange64(&proxy_detection_failed, 0, 0);

    return !failed || (LONG64)GetTickCount64() - failed >= PROXY_DETECTION_PAUSE_MS;
}

/* What an automatic configuration (a script's URL in the user's settings, or one that the network announces) says. */
static bool get_automatic_proxy(HINTERNET session, const WINHTTP_CURRENT_USER_IE_PROXY_CONFIG *settings,
                                const WCHAR *url, WINHTTP_PROXY_INFO *out)
{
    WINHTTP_AUTOPROXY_OPTIONS options = {.fAutoLogonIfChallenged = FALSE};

    if (settings->fAutoDetect && detection_is_due())
    {
        options.dwFlags = WINHTTP_AUTOPROXY_AUTO_DETECT;
        options.dwAutoDetectFlags = WINHTTP_AUTO_DETECT_TYPE_DHCP | WINHTTP_AUTO_DETECT_TYPE_DNS_A;
        if (WinHttpGetProxyForUrl(session, url, &options, out))
            return true;
        InterlockedExchange64(&proxy_detection_failed, (LONG64)GetTickCount64());
    }
    if (settings->lpszAutoConfigUrl && settings->lpszAutoConfigUrl[0])
    {
        options.dwFlags = WINHTTP_AUTOPROXY_CONFIG_URL;
        options.dwAutoDetectFlags = 0;
        options.lpszAutoConfigUrl = settings->lpszAutoConfigUrl;
        return WinHttpGetProxyForUrl(session, url, &options, out);
    }
    return false;
}

/* WINHTTP_ACCESS_TYPE_AUTOMATIC_PROXY would do all of this, but Windows 7 does not know it. */
void winhttp_session_choose_proxy(HINTERNET session, HINTERNET request, const struct winhttp_target *target)
{
    WINHTTP_CURRENT_USER_IE_PROXY_CONFIG settings = {0};
    WINHTTP_PROXY_INFO proxy = {.dwAccessType = WINHTTP_ACCESS_TYPE_NO_PROXY};

    if (target->loopback)
    {
        WinHttpSetOption(request, WINHTTP_OPTION_PROXY, &proxy, sizeof(proxy));
        return;
    }
    if (!WinHttpGetIEProxyConfigForCurrentUser(&settings))
        return; /* no settings (a service's account): the session's default stands */

    if (get_automatic_proxy(session, &settings, target->url, &proxy))
    {
        WinHttpSetOption(request, WINHTTP_OPTION_PROXY, &proxy, sizeof(proxy));
        GlobalFree(proxy.lpszProxy);
        GlobalFree(proxy.lpszProxyBypass);
    }
    else if (settings.lpszProxy && settings.lpszProxy[0])
    {
        proxy.dwAccessType = WINHTTP_ACCESS_TYPE_NAMED_PROXY;
        proxy.lpszProxy = settings.lpszProxy;
        proxy.lpszProxyBypass = settings.lpszProxyBypass;
        WinHttpSetOption(request, WINHTTP_OPTION_PROXY, &proxy, sizeof(proxy));
    }
    GlobalFree(settings.lpszAutoConfigUrl);
    GlobalFree(settings.lpszProxy);
    GlobalFree(settings.lpszProxyBypass);
}
