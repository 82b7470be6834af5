/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "serve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <objbase.h>
#include <oleauto.h>
#include <wincrypt.h>
#include <wmdrmsdkext.h>

#include "common/cancel.h"
#include "common/output.h"
#include "content.h"

#define KEY_ID_SIZE 32 /* characters, terminator included */

struct server
{
    const struct options *options;
    HANDLE file;
    SOCKET listener;
    struct connection connection;
    struct frame frame;
    IWMDRMNetTransmitter *transmitter;
    IWMDRMNetRegistrar *registrar;
    IWMDRMEncrypt *encryptor;
    const wchar_t *failure; /* what failed */
};

/* --- admission ---------------------------------------------------------------------------------------------- */

/* Where the receiver found this machine, it finds the proximity listener too. */
static HRESULT answer_registration(struct server *server)
{
    wchar_t address[16];
    BYTE *response;
    DWORD size;
    WORD port;
    HRESULT hr;

    server->failure = L"cannot register the receiver";
    if (FAILED(hr = connection_own_address(&server->connection, address))
        || FAILED(hr = IWMDRMNetRegistrar_StartProximity(server->registrar, address, NULL, 0, &port))
        || FAILED(hr = IWMDRMNetRegistrar_ProcessRegistrationChallenge(server->registrar, server->frame.data,
                                                                       server->frame.size, address, &response, &size)))
        return frame_fail(&server->connection, hr);
    hr = frame_send(&server->connection, FRAME_REGISTRATION_RESPONSE, response, size);
    CoTaskMemFree(response);
    return FAILED(hr) ? hr : frame_receive(&server->connection, FRAME_NEAR, &server->frame);
}

/* This program serves one receiver: the one device in the book. A media server would ask its user once. */
static HRESULT admit(struct server *server)
{
    WMDRM_NET_DEVICE *devices = NULL;
    DWORD count;
    HRESULT hr;

    server->failure = L"the receiver is not admitted";
    if (FAILED(hr = IWMDRMNetRegistrar_GetDevices(server->registrar, &count, &devices)))
        return frame_fail(&server->connection, hr);
    for (DWORD i = 0; i < count; ++i)
    {
        output_line(L"receiver: %ls, round trip %lu microseconds",
                    devices[i].bstrName && *devices[i].bstrName ? devices[i].bstrName : L"(no name)",
                    devices[i].dwRoundTrip);
        SysFreeString(devices[i].bstrName);
    }
    if (count && !server->options->deny)
        hr = IWMDRMNetRegistrar_ApproveDevice(server->registrar, &devices[0].guidDevice, TRUE);
    if (SUCCEEDED(hr) && count)
        hr = IWMDRMNetRegistrar_OpenDevice(server->registrar, &devices[0].guidDevice);
    CoTaskMemFree(devices);
    return FAILED(hr) ? frame_fail(&server->connection, hr)
                      : frame_send(&server->connection, FRAME_ADMITTED, NULL, 0);
}

/* --- licences ----------------------------------------------------------------------------------------------- */

/* Base64 of a fresh GUID, as the interface asks for. */
static HRESULT make_key_id(wchar_t text[KEY_ID_SIZE])
{
    DWORD size = KEY_ID_SIZE;
    GUID guid;
    HRESULT hr = CoCreateGuid(&guid);

    if (FAILED(hr))
        return hr;
    return CryptBinaryToStringW((const BYTE *)&guid, sizeof(guid), CRYPT_STRING_BASE64 | CRYPT_STRING_NOCRLF, text,
                                &size)
               ? S_OK : HRESULT_FROM_WIN32(GetLastError());
}

static HRESULT send_root(struct server *server)
{
    wchar_t key_id[KEY_ID_SIZE];
    BYTE *response;
    DWORD size;
    HRESULT hr;

    if (FAILED(hr = make_key_id(key_id))
        || FAILED(hr = IWMDRMNetTransmitter_GetRootLicenseResponse(server->transmitter, key_id, &response, &size)))
        return frame_fail(&server->connection, hr);
    hr = frame_send(&server->connection, FRAME_ROOT_LICENSE, response, size);
    CoTaskMemFree(response);
    return hr;
}

/* The key id goes along, so that the receiver finds the licence. */
static HRESULT send_leaf(struct server *server)
{
    BYTE requirements[20] = {0}; /* docs/devices.md: nothing is asked for */
    WMDRMNET_POLICY_TRANSCRYPTPLAY play = {sizeof(requirements), requirements};
    WMDRMNET_POLICY policy = {WMDRMNET_POLICY_TYPE_TRANSCRYPTPLAY, (BYTE *)&play};
    wchar_t key_id[KEY_ID_SIZE] = {0};
    BYTE *response, *joined;
    DWORD size;
    HRESULT hr;

    if (FAILED(hr = make_key_id(key_id))
        || FAILED(hr = IWMDRMNetTransmitter_GetLeafLicenseResponse(server->transmitter, key_id, &policy,
                                                                   &server->encryptor, &response, &size)))
        return frame_fail(&server->connection, hr);
    if (!(joined = malloc(sizeof(key_id) + size)))
        hr = E_OUTOFMEMORY;
    else
    {
        memcpy(joined, key_id, sizeof(key_id));
        memcpy(joined + sizeof(key_id), response, size);
        hr = frame_send(&server->connection, FRAME_LEAF_LICENSE, joined, (DWORD)sizeof(key_id) + size);
        free(joined);
    }
    CoTaskMemFree(response);
    return hr;
}

static HRESULT send_licenses(struct server *server)
{
    HRESULT hr = IWMDRMNetTransmitter_SetLicenseChallenge(server->transmitter, server->frame.data, server->frame.size);

    server->failure = L"cannot make a licence for the receiver";
    if (FAILED(hr))
        return frame_fail(&server->connection, hr);
    hr = send_root(server);
    return FAILED(hr) ? hr : send_leaf(server);
}

/* --- content ------------------------------------------------------------------------------------------------ */

static HRESULT send_content(struct server *server)
{
    ULONGLONG sent = 0;
    DWORD size;
    HRESULT hr;

    server->failure = L"cannot send the file";
    for (;;)
    {
        if (!ReadFile(server->file, content_block(&server->frame), CONTENT_BLOCK_SIZE, &size, NULL))
            return frame_fail(&server->connection, HRESULT_FROM_WIN32(GetLastError()));
        if (!size)
            break;
        hr = content_send(&server->connection, &server->frame, server->encryptor, sent, size);
        if (FAILED(hr))
            return hr;
        sent += size;
    }
    if (SUCCEEDED(hr = content_send_end(&server->connection)))
        output_line(L"sent: %llu bytes", sent);
    return hr;
}

/* --- one receiver ------------------------------------------------------------------------------------------- */

/* The first frame may also be a licence challenge, of a receiver that did not register. The registrar is told of nobody
 * then: what an unregistered receiver gets is what it is to show. */
static HRESULT serve_receiver(struct server *server)
{
    static const GUID nobody;
    HRESULT hr;

    server->failure = L"the receiver broke off";
    if (FAILED(hr = frame_receive_first(&server->connection, &server->frame)))
        return hr;
    if (server->frame.kind == FRAME_REGISTRATION_CHALLENGE)
    {
        if (FAILED(hr = answer_registration(server)) || FAILED(hr = admit(server)))
            return hr;
        server->failure = L"the receiver broke off";
        if (FAILED(hr = frame_receive(&server->connection, FRAME_LICENSE_CHALLENGE, &server->frame)))
            return hr;
    }
    else
        (void)IWMDRMNetRegistrar_ApproveDevice(server->registrar, &nobody, FALSE); /* from now on it is asked */
    if (FAILED(hr = send_licenses(server)))
        return hr;
    return send_content(server);
}

static HRESULT open_listener(struct server *server)
{
    WORD port = (WORD)server->options->port;
    HRESULT hr = connection_listen(&port, &server->listener);

    server->failure = L"cannot listen";
    if (SUCCEEDED(hr))
        output_line(L"listening on port %u", port);
    return hr;
}

static HRESULT run(struct server *server, IWMDRMProvider *provider)
{
    HRESULT hr;

    server->failure = L"cannot open the file";
    server->file = CreateFileW(server->options->serve, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    if (server->file == INVALID_HANDLE_VALUE)
        return HRESULT_FROM_WIN32(GetLastError());
    server->failure = L"cannot make a transmitter";
    if (FAILED(hr = frame_create(&server->frame))
        || FAILED(hr = IWMDRMProvider_CreateObject(provider, &IID_IWMDRMNetTransmitter,
                                                   (void **)&server->transmitter))
        || FAILED(hr = IWMDRMNetTransmitter_QueryInterface(server->transmitter, &IID_IWMDRMNetRegistrar,
                                                           (void **)&server->registrar))
        || FAILED(hr = open_listener(server)))
        return hr;
    server->failure = L"no receiver came";
    hr = connection_accept(server->listener, &server->connection);
    return FAILED(hr) ? hr : serve_receiver(server);
}

enum exit_code serve(IWMDRMProvider *provider, const struct options *options)
{
    struct server server = {.options = options, .file = INVALID_HANDLE_VALUE, .listener = INVALID_SOCKET,
                            .connection = {INVALID_SOCKET, options->patience * 1000}};
    HRESULT hr = run(&server, provider);

    if (server.encryptor)
        IWMDRMEncrypt_Release(server.encryptor);
    if (server.registrar)
    {
        IWMDRMNetRegistrar_StopProximity(server.registrar);
        IWMDRMNetRegistrar_Release(server.registrar);
    }
    if (server.transmitter)
        IWMDRMNetTransmitter_Release(server.transmitter);
    connection_close(&server.connection);
    if (server.listener != INVALID_SOCKET)
        closesocket(server.listener);
    if (server.file != INVALID_HANDLE_VALUE)
        CloseHandle(server.file);
    frame_free(&server.frame);
    return FAILED(hr) ? exit_failure(server.failure, hr) : EXIT_DONE;
}
