/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The transport with proxies: whose settings count, what goes past a proxy, and proxies that do not do their work.
 *
 * The registry's roots are redirected to keys of this process's own, so that neither the user's settings nor other
 * tests see anything of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <winsock2.h>
#include <windows.h>
#include <winhttp.h>

#include "platform/transport_run.h"

#define OK "HTTP/1.1 200 OK\r\n"
#define PROXY_ANSWER OK "Content-Length: 5\r\n\r\nproxy"
#define SYSTEM_ANSWER OK "Content-Length: 6\r\n\r\nsystem"
#define ORIGIN_ANSWER OK "Content-Length: 6\r\n\r\norigin"

#define CONNECTIONS L"Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings\\Connections"

/* RFC 6761 keeps .test from ever being a name: what goes there directly ends at once, without any network. */
#define SERVICE "http://service.example.test/path?query"

/* Flags of the user's settings. */
#define SETTINGS_DIRECT 0x1
#define SETTINGS_PROXY  0x2
#define SETTINGS_SCRIPT 0x4
#define SETTINGS_DETECT 0x8

static WCHAR scratch[64];               /* under HKEY_CURRENT_USER, with the redirected roots */
static HKEY user_connections;
static struct http_server system_proxy; /* what the machine's default names, all the time */

/* --- settings ----------------------------------------------------------------------------------------------- */

static size_t put_number(BYTE *out, DWORD value)
{
    memcpy(out, &value, sizeof(value));
    return sizeof(value);
}

static size_t put_text(BYTE *out, const char *text)
{
    const size_t size = strlen(text);

    put_number(out, (DWORD)size);
    memcpy(out + sizeof(DWORD), text, size);
    return sizeof(DWORD) + size;
}

/* Writes the value in which Windows keeps what its dialogue says. WinHTTP under Wine reads no other one (measured):
 * ProxyEnable, ProxyServer, ProxyOverride and AutoConfigURL are nothing to it. */
static void set_user(DWORD flags, const char *proxy, const char *bypass, const char *script)
{
    BYTE value[1024] = {0};
    size_t size = put_number(value, 0x46);

    size += put_number(value + size, 1); /* a count of changes */
    size += put_number(value + size, flags);
    size += put_text(value + size, proxy);
    size += put_text(value + size, bypass);
    size += put_text(value + size, script);
    size += 32; /* the last detection, none */
    assert_int_equal(RegSetValueExW(user_connections, L"DefaultConnectionSettings", 0, REG_BINARY, value, (DWORD)size),
                     ERROR_SUCCESS);
}

/* host:port, as settings name a proxy. */
static const char *proxy_name(const struct http_server *server)
{
    return server->url + strlen("http://");
}

static void set_user_proxy(const struct http_server *proxy, const char *bypass)
{
    set_user(SETTINGS_DIRECT | SETTINGS_PROXY, proxy_name(proxy), bypass, "");
}

static void set_user_none(void)
{
    set_user(SETTINGS_DIRECT, "", "", "");
}

/* Puts an empty key in root's place, all but the settings of connections, which are returned. */
static HKEY redirect(HKEY root, const WCHAR *name)
{
    HKEY key, connections;
    WCHAR path[128];

    swprintf(path, ARRAYSIZE(path), L"%ls\\%ls", scratch, name);
    assert_int_equal(RegCreateKeyExW(HKEY_CURRENT_USER, path, 0, NULL, REG_OPTION_VOLATILE, KEY_ALL_ACCESS, NULL, &key,
                                     NULL), ERROR_SUCCESS);
    assert_int_equal(RegCreateKeyExW(key, CONNECTIONS, 0, NULL, REG_OPTION_VOLATILE, KEY_ALL_ACCESS, NULL,
                                     &connections, NULL), ERROR_SUCCESS);
    assert_int_equal(RegOverridePredefKey(root, key), ERROR_SUCCESS);
    RegCloseKey(key);
    return connections;
}

/* --- servers ------------------------------------------------------------------------------------------------ */

static void answer_text(struct http_connection *connection)
{
    http_send_text(connection, connection->server->context);
}

static void answer_nothing(struct http_connection *connection)
{
    http_hang(connection);
}

static void start(struct http_server *server, const char *answer)
{
    http_server_start(server, "127.0.0.1", answer_text, answer);
}

static drm_result run_url(struct transport_run *run, const char *url)
{
    transport_prepare_url(run, url);
    return transport_run(run);
}

static void assert_begins(const char *text, const char *beginning)
{
    if (strncmp(text, beginning, strlen(beginning)))
        fail_msg("\"%s\" does not begin with \"%s\"", text, beginning);
}

static int group_setup(void **state)
{
    WCHAR name[64];
    WINHTTP_PROXY_INFO proxy = {.dwAccessType = WINHTTP_ACCESS_TYPE_NAMED_PROXY, .lpszProxy = name};

    (void)state;
    swprintf(scratch, ARRAYSIZE(scratch), L"Software\\wmdrmsdk test_proxy %lu", GetCurrentProcessId());
    RegCloseKey(redirect(HKEY_LOCAL_MACHINE, L"machine"));
    user_connections = redirect(HKEY_CURRENT_USER, L"user");

    start(&system_proxy, SYSTEM_ANSWER);
    swprintf(name, ARRAYSIZE(name), L"127.0.0.1:%u", system_proxy.port);
    assert_true(WinHttpSetDefaultProxyConfiguration(&proxy));
    return 0;
}

static int group_teardown(void **state)
{
    (void)state;
    http_server_stop(&system_proxy);
    RegCloseKey(user_connections);
    RegOverridePredefKey(HKEY_CURRENT_USER, NULL);
    RegOverridePredefKey(HKEY_LOCAL_MACHINE, NULL);
    return RegDeleteTreeW(HKEY_CURRENT_USER, scratch) == ERROR_SUCCESS ? 0 : -1;
}

static int reset_count(void **state)
{
    (void)state;
    system_proxy.accepted = 0;
    return 0;
}

/* --- whose settings ----------------------------------------------------------------------------------------- */

static void proxy__of_the_user_is_asked_for_the_whole_url(void **state)
{
    struct transport_run run;
    struct http_server proxy;

    (void)state;
    start(&proxy, PROXY_ANSWER);
    set_user_proxy(&proxy, "");
    assert_result(run_url(&run, SERVICE), DRM_S_OK);
    assert_string_equal(run.body, "proxy");
    assert_begins(proxy.request, "GET http://service.example.test"); /* and ":80" under Wine */
    assert_non_null(strstr(proxy.request, "/path?query HTTP/1.1\r\n"));
    assert_non_null(strstr(proxy.request, "\r\nHost: service.example.test"));

    assert_result(run_url(&run, "http://service.example.test:81/other"), DRM_S_OK);
    assert_begins(proxy.request, "GET http://service.example.test:81/other HTTP/1.1\r\n");
    assert_int_equal(proxy.accepted, 2);
    assert_int_equal(system_proxy.accepted, 0);
    http_server_stop(&proxy);
}

static void proxy__of_the_system_is_asked_where_the_user_has_none(void **state)
{
    struct transport_run run;

    (void)state;
    set_user_none();
    assert_result(run_url(&run, SERVICE), DRM_S_OK);
    assert_string_equal(run.body, "system");
    assert_begins(system_proxy.request, "GET http://service.example.test");

    /* A proxy that is filled in but not ticked. */
    set_user(SETTINGS_DIRECT, "nobody.example.test:8080", "", "");
    assert_result(run_url(&run, SERVICE), DRM_S_OK);
    assert_string_equal(run.body, "system");

    assert_int_equal(RegDeleteValueW(user_connections, L"DefaultConnectionSettings"), ERROR_SUCCESS);
    assert_result(run_url(&run, SERVICE), DRM_S_OK);
    assert_string_equal(run.body, "system");
}

static void proxy__of_the_user_stands_where_detection_finds_nothing(void **state)
{
    const DWORD ways = WINHTTP_AUTO_DETECT_TYPE_DHCP | WINHTTP_AUTO_DETECT_TYPE_DNS_A;
    struct transport_run run;
    struct http_server proxy;
    WCHAR *script;

    (void)state;
    if (WinHttpDetectAutoProxyConfigUrl(ways, &script))
    {
        GlobalFree(script);
        fail_msg("this network announces a configuration, which is followed: run this test where none is");
    }
    start(&proxy, PROXY_ANSWER);
    set_user(SETTINGS_DIRECT | SETTINGS_PROXY | SETTINGS_DETECT, proxy_name(&proxy), "", "");
    assert_result(run_url(&run, SERVICE), DRM_S_OK);
    assert_string_equal(run.body, "proxy");
    http_server_stop(&proxy);
}

/* --- past the proxy ----------------------------------------------------------------------------------------- */

static void proxy__bypass_list_is_honoured(void **state)
{
    struct transport_run run;
    struct http_server proxy;

    (void)state;
    start(&proxy, PROXY_ANSWER);
    set_user_proxy(&proxy, "*.bypass.test;<local>");
    assert_result(run_url(&run, "http://service.bypass.test/"), DRM_E_HTTP_NAME_NOT_RESOLVED);
    run_url(&run, "http://wmdrmsdk-without-dots/"); /* where it leads is the network's matter */
    assert_int_equal(proxy.accepted, 0);

    assert_result(run_url(&run, "http://service.bypass.test.example.test/"), DRM_S_OK);
    assert_string_equal(run.body, "proxy");
    assert_int_equal(system_proxy.accepted, 0);
    http_server_stop(&proxy);
}

static void proxy__this_machine_is_reached_directly(void **state)
{
    static const char *const hosts[] = {"127.0.0.1", "localhost", "LocalHost"};
    struct http_server proxy, origin;
    struct transport_run run;
    char url[64];
    size_t i;

    (void)state;
    start(&proxy, PROXY_ANSWER);
    start(&origin, ORIGIN_ANSWER);
    for (i = 0; i < ARRAYSIZE(hosts); ++i)
    {
        snprintf(url, sizeof(url), "http://%s:%u/", hosts[i], origin.port);
        set_user_proxy(&proxy, "");
        assert_result(run_url(&run, url), DRM_S_OK);
        assert_string_equal(run.body, "origin");
        set_user_none();
        assert_result(run_url(&run, url), DRM_S_OK);
        assert_string_equal(run.body, "origin");
    }
    assert_begins(origin.request, "GET / HTTP/1.1\r\n");
    assert_int_equal(proxy.accepted, 0);
    assert_int_equal(system_proxy.accepted, 0);
    http_server_stop(&origin);
    http_server_stop(&proxy);
}

/* --- proxies that do not do their work ---------------------------------------------------------------------- */

/* One exchange with url through a proxy that behaves so. Nobody else is asked in its place. */
static drm_result run_faulty(struct transport_run *run, const char *url, http_behaviour behaviour, const char *answer)
{
    struct http_server proxy;
    drm_result result;

    http_server_start(&proxy, "127.0.0.1", behaviour, answer);
    set_user_proxy(&proxy, "");
    transport_prepare_url(run, url);
    if (behaviour == answer_nothing)
        run->request.timeout_ms = IMPATIENCE_MS;
    result = transport_run(run);
    assert_int_equal(proxy.accepted, 1);
    assert_int_equal(system_proxy.accepted, 0);
    assert_null(strstr(proxy.request, "Authorization"));
    http_server_stop(&proxy);
    return result;
}

static void proxy__that_is_not_there_cannot_be_connected(void **state)
{
    struct transport_run run;
    struct http_server proxy;

    (void)state;
    start(&proxy, "");
    set_user_proxy(&proxy, "");
    http_server_stop(&proxy);
    assert_result(run_url(&run, SERVICE), DRM_E_HTTP_CANNOT_CONNECT);
    assert_int_equal(run.phases, 1);

    set_user(SETTINGS_DIRECT | SETTINGS_PROXY, "proxy.example.test:8080", "", "");
    assert_result(run_url(&run, SERVICE), DRM_E_HTTP_NAME_NOT_RESOLVED);
    assert_int_equal(system_proxy.accepted, 0);
}

static void proxy__that_wants_a_login_is_an_answer_407(void **state)
{
    static const char *const schemes[] = {"Basic realm=\"proxy\"", "Negotiate", "NTLM"};
    struct transport_run run;
    char answer[200];
    size_t i;

    (void)state;
    for (i = 0; i < ARRAYSIZE(schemes); ++i)
    {
        snprintf(answer, sizeof(answer), "HTTP/1.1 407 Login\r\nProxy-Authenticate: %s\r\nContent-Length: 2\r\n\r\nno",
                 schemes[i]);
        assert_result(run_faulty(&run, SERVICE, answer_text, answer), DRM_S_OK);
        assert_int_equal(run.head.status, 407);
        assert_string_equal(run.body, "no");
    }
}

static void proxy__that_closes_or_babbles_is_an_invalid_answer(void **state)
{
    struct transport_run run;

    (void)state;
    assert_result(run_faulty(&run, SERVICE, answer_text, ""), DRM_E_HTTP_EMPTY_RESPONSE);
    assert_result(run_faulty(&run, SERVICE, answer_text, "garbage\r\n\r\n"), DRM_E_HTTP_EMPTY_RESPONSE);
    assert_int_equal(run.begins, 0);
    assert_result(run_faulty(&run, SERVICE, answer_text, OK "Content-Length: 6\r\n\r\nproxy"),
                  DRM_E_HTTP_CONNECTION_CUT);
}

static void proxy__that_is_silent_times_out(void **state)
{
    struct transport_run run;

    (void)state;
    assert_result(run_faulty(&run, SERVICE, answer_nothing, ""), DRM_E_HTTP_TIMEOUT);
    assert_result(run_faulty(&run, "https://service.example.test/", answer_nothing, ""), DRM_E_HTTP_TIMEOUT);
}

/* Wine begins with TLS whatever the proxy answered; Windows passes the proxy's status up, or says that the connection
 * failed. */
static void proxy__that_refuses_a_tunnel_never_sees_the_request(void **state)
{
    static const char *const answers[] =
    {
        "HTTP/1.1 407 Login\r\nProxy-Authenticate: Basic realm=\"proxy\"\r\nContent-Length: 2\r\n\r\nno",
        "HTTP/1.1 502 Bad\r\nContent-Length: 2\r\n\r\nno", OK "\r\n",
    };
    struct transport_run run;
    struct http_server proxy;
    drm_result result;
    size_t i;

    (void)state;
    for (i = 0; i < ARRAYSIZE(answers); ++i)
    {
        start(&proxy, answers[i]);
        set_user_proxy(&proxy, "");
        result = run_url(&run, "https://service.example.test/secret");
        if (DRM_SUCCEEDED(result))
            assert_int_equal(run.head.status, i ? 502 : 407);
        else
            assert_true(result == DRM_E_HTTP_TLS || result == DRM_E_HTTP_CANNOT_CONNECT);
        assert_begins(proxy.request, "CONNECT service.example.test:443 HTTP/1.1\r\n");
        assert_null(strstr(proxy.request, "secret"));
        assert_int_equal(system_proxy.accepted, 0);
        http_server_stop(&proxy);
    }
}

/* --- scripts ------------------------------------------------------------------------------------------------ */

#define SCRIPT(body) "function FindProxyForURL(url, host) { " body " }"

/* The user's settings have a script of this text, in which %s is proxy. flags and other: what they have besides. */
static drm_result run_script(struct transport_run *run, const char *format, const struct http_server *proxy,
                             DWORD flags, const struct http_server *other)
{
    char script[400], answer[600], url[128];
    struct http_server server;
    drm_result result;

    snprintf(script, sizeof(script), format, proxy_name(proxy));
    snprintf(answer, sizeof(answer),
             OK "Content-Type: application/x-ns-proxy-autoconfig\r\nContent-Length: %u\r\n\r\n%s",
             (unsigned int)strlen(script), script);
    start(&server, answer);
    snprintf(url, sizeof(url), "%s/proxy.pac", server.url);
    set_user(SETTINGS_DIRECT | SETTINGS_SCRIPT | flags, other ? proxy_name(other) : "", "", url);
    result = run_url(run, SERVICE);
    assert_begins(server.request, "GET /proxy.pac HTTP/1.1\r\n");
    http_server_stop(&server);
    return result;
}

static void script__chooses_the_proxy(void **state)
{
    static const char *const scripts[] =
    {
        SCRIPT("return 'PROXY %s';"), SCRIPT("return 'PROXY %s; DIRECT';"),
        SCRIPT("return dnsDomainIs(host, '.example.test') && shExpMatch(url, 'http:*') ? 'PROXY %s' : 'DIRECT';"),
    };
    struct http_server proxy, other;
    struct transport_run run;
    size_t i;

    (void)state;
    start(&proxy, PROXY_ANSWER);
    start(&other, ORIGIN_ANSWER);
    for (i = 0; i < ARRAYSIZE(scripts); ++i)
    {
        assert_result(run_script(&run, scripts[i], &proxy, SETTINGS_PROXY, &other), DRM_S_OK);
        assert_string_equal(run.body, "proxy");
    }
    assert_begins(proxy.request, "GET http://service.example.test");
    assert_int_equal(proxy.accepted, ARRAYSIZE(scripts));
    assert_int_equal(other.accepted, 0);
    assert_int_equal(system_proxy.accepted, 0);
    http_server_stop(&other);
    http_server_stop(&proxy);
}

static void script__chooses_the_direct_way(void **state)
{
    struct transport_run run;
    struct http_server other;

    (void)state;
    start(&other, ORIGIN_ANSWER);
    assert_result(run_script(&run, SCRIPT("return 'DIRECT'; /* %s */"), &other, SETTINGS_PROXY, &other),
                  DRM_E_HTTP_NAME_NOT_RESOLVED);
    assert_int_equal(other.accepted, 0);
    assert_int_equal(system_proxy.accepted, 0);
    http_server_stop(&other);
}

static void script__that_is_none_leaves_the_other_settings(void **state)
{
    struct transport_run run;
    struct http_server other;

    (void)state;
    start(&other, PROXY_ANSWER);
    assert_result(run_script(&run, "garbage(%s", &other, SETTINGS_PROXY, &other), DRM_S_OK);
    assert_string_equal(run.body, "proxy");
    assert_result(run_script(&run, "garbage(%s", &other, 0, NULL), DRM_S_OK);
    assert_string_equal(run.body, "system");
    http_server_stop(&other);
}

static void script__whose_server_is_silent_times_out(void **state)
{
    struct http_server server;
    struct transport_run run;

    (void)state;
    http_server_start(&server, "127.0.0.1", answer_nothing, NULL);
    set_user(SETTINGS_DIRECT | SETTINGS_SCRIPT, "", "", server.url);
    transport_prepare_url(&run, SERVICE);
    run.request.timeout_ms = IMPATIENCE_MS;
    assert_result(transport_run(&run), DRM_E_HTTP_TIMEOUT);
    assert_int_equal(run.phases, 1);
    assert_int_equal(server.accepted, 1);
    http_server_stop(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] =
    {
        cmocka_unit_test_setup(proxy__of_the_user_is_asked_for_the_whole_url, reset_count),
        cmocka_unit_test_setup(proxy__of_the_system_is_asked_where_the_user_has_none, reset_count),
        cmocka_unit_test_setup(proxy__of_the_user_stands_where_detection_finds_nothing, reset_count),
        cmocka_unit_test_setup(proxy__bypass_list_is_honoured, reset_count),
        cmocka_unit_test_setup(proxy__this_machine_is_reached_directly, reset_count),
        cmocka_unit_test_setup(proxy__that_is_not_there_cannot_be_connected, reset_count),
        cmocka_unit_test_setup(proxy__that_wants_a_login_is_an_answer_407, reset_count),
        cmocka_unit_test_setup(proxy__that_closes_or_babbles_is_an_invalid_answer, reset_count),
        cmocka_unit_test_setup(proxy__that_is_silent_times_out, reset_count),
        cmocka_unit_test_setup(proxy__that_refuses_a_tunnel_never_sees_the_request, reset_count),
        cmocka_unit_test_setup(script__chooses_the_proxy, reset_count),
        cmocka_unit_test_setup(script__chooses_the_direct_way, reset_count),
        cmocka_unit_test_setup(script__that_is_none_leaves_the_other_settings, reset_count),
        cmocka_unit_test_setup(script__whose_server_is_silent_times_out, reset_count),
    };

    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
