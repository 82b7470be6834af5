/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "receive.h"

#include <stdio.h>
#include <string.h>
#include <objbase.h>
#include <mfobjects.h>

#include "common/cancel.h"
#include "common/new_file.h"
#include "common/output.h"
#include "content.h"

#define KEY_ID_SIZE 32 /* characters, terminator included; as serve.c sends it */

struct client
{
    const struct options *options;
    struct new_file file;
    struct connection connection;
    struct frame frame;
    IWMDRMNetReceiver *receiver;
    IWMDRMDecrypt *decryptor;
    const wchar_t *failure; /* what failed */
};

/* --- registration ------------------------------------------------------------------------------------------- */

/* Waits for the one event that ends a proximity check, also a cancelled one. */
static HRESULT wait_for_proximity(struct client *client, IUnknown *cookie)
{
    IMFMediaEvent *event;
    HRESULT hr, status = E_UNEXPECTED;

    cancel_begin((IWMDRMEventGenerator *)client->receiver, cookie);
    IUnknown_Release(cookie);
    if (SUCCEEDED(hr = IWMDRMNetReceiver_GetEvent(client->receiver, 0, &event)))
    {
        hr = IMFMediaEvent_GetStatus(event, &status);
        IMFMediaEvent_Release(event);
    }
    cancel_end();
    return FAILED(hr) ? hr : status;
}

static HRESULT send_registration(struct client *client)
{
    BYTE *challenge;
    DWORD size;
    HRESULT hr;

    if (FAILED(hr = IWMDRMNetReceiver_GetRegistrationChallenge(client->receiver, &challenge, &size)))
        return hr;
    hr = frame_send(&client->connection, FRAME_REGISTRATION_CHALLENGE, challenge, size);
    CoTaskMemFree(challenge);
    return hr;
}

static HRESULT register_here(struct client *client)
{
    IUnknown *cookie;
    HRESULT hr;

    client->failure = L"the sender does not register this machine";
    if (FAILED(hr = send_registration(client))
        || FAILED(hr = frame_receive(&client->connection, FRAME_REGISTRATION_RESPONSE, &client->frame)))
        return hr;
    client->failure = L"cannot show that this machine is near";
    if (FAILED(hr = IWMDRMNetReceiver_ProcessRegistrationResponse(client->receiver, client->frame.data,
                                                                  client->frame.size, &cookie))
        || FAILED(hr = wait_for_proximity(client, cookie)))
        return frame_fail(&client->connection, hr);
    client->failure = L"the sender does not admit this machine";
    if (FAILED(hr = frame_send(&client->connection, FRAME_NEAR, NULL, 0)))
        return hr;
    return frame_receive(&client->connection, FRAME_ADMITTED, &client->frame);
}

/* --- licences ----------------------------------------------------------------------------------------------- */

static HRESULT ask_for_license(struct client *client)
{
    wchar_t action[] = L"Play";
    BYTE *challenge;
    DWORD size;
    HRESULT hr;

    if (FAILED(hr = IWMDRMNetReceiver_GetLicenseChallenge(client->receiver, action, &challenge, &size)))
        return hr;
    hr = frame_send(&client->connection, FRAME_LICENSE_CHALLENGE, challenge, size);
    CoTaskMemFree(challenge);
    return hr;
}

static HRESULT take_licenses(struct client *client, wchar_t key_id[KEY_ID_SIZE])
{
    const DWORD prefix = KEY_ID_SIZE * sizeof(wchar_t);
    HRESULT hr;

    client->failure = L"no licence";
    if (FAILED(hr = ask_for_license(client))
        || FAILED(hr = frame_receive(&client->connection, FRAME_ROOT_LICENSE, &client->frame))
        || FAILED(hr = IWMDRMNetReceiver_ProcessLicenseResponse(client->receiver, client->frame.data,
                                                                client->frame.size, NULL, NULL))
        || FAILED(hr = frame_receive(&client->connection, FRAME_LEAF_LICENSE, &client->frame)))
        return hr;
    if (client->frame.size <= prefix)
        return HRESULT_FROM_WIN32(ERROR_INVALID_DATA);
    memcpy(key_id, client->frame.data, prefix);
    key_id[KEY_ID_SIZE - 1] = L'\0';
    return IWMDRMNetReceiver_ProcessLicenseResponse(client->receiver, client->frame.data + prefix,
                                                    client->frame.size - prefix, NULL, NULL);
}

static HRESULT make_decryptor(struct client *client, IWMDRMProvider *provider, wchar_t *key_id)
{
    WMDRM_LICENSE_FILTER filter = {.bstrKID = key_id};
    IWMDRMLicenseManagement *management;
    IWMDRMLicense *license;
    HRESULT hr;

    client->failure = L"the licence cannot be used";
    hr = IWMDRMProvider_CreateObject(provider, &IID_IWMDRMLicenseManagement, (void **)&management);
    if (FAILED(hr))
        return hr;
    if (SUCCEEDED(hr = IWMDRMLicenseManagement_CreateLicenseEnumeration(management, &filter, &license)))
    {
        hr = IWMDRMLicense_CreateDecryptor(license, &client->decryptor);
        IWMDRMLicense_Release(license);
    }
    IWMDRMLicenseManagement_Release(management);
    return hr;
}

/* --- content ------------------------------------------------------------------------------------------------ */

static HRESULT receive_content(struct client *client)
{
    ULONGLONG received = 0;
    DWORD size;
    BYTE *data;
    HRESULT hr;

    client->failure = L"cannot receive the file";
    while (SUCCEEDED(hr = content_receive(&client->connection, &client->frame, client->decryptor, received, &data,
                                          &size))
           && data)
    {
        if (FAILED(hr = new_file_write(&client->file, data, size)))
            return hr;
        received += size;
    }
    if (SUCCEEDED(hr))
        output_line(L"received: %llu bytes", received);
    return hr;
}

/* --- one file ----------------------------------------------------------------------------------------------- */

static HRESULT run(struct client *client, IWMDRMProvider *provider)
{
    wchar_t key_id[KEY_ID_SIZE];
    HRESULT hr;

    client->failure = L"cannot make a receiver";
    if (FAILED(hr = frame_create(&client->frame))
        || FAILED(hr = IWMDRMProvider_CreateObject(provider, &IID_IWMDRMNetReceiver, (void **)&client->receiver)))
        return hr;
    client->failure = L"cannot reach the sender";
    if (FAILED(hr = connection_open(&client->connection, client->options->host, (WORD)client->options->port))
        || (!client->options->unregistered && FAILED(hr = register_here(client)))
        || FAILED(hr = take_licenses(client, key_id)) || FAILED(hr = make_decryptor(client, provider, key_id)))
        return hr;
    client->failure = L"cannot write the file";
    hr = new_file_open(&client->file, client->options->output, true);
    return FAILED(hr) ? hr : receive_content(client);
}

enum exit_code receive(IWMDRMProvider *provider, const struct options *options)
{
    struct client client = {.options = options, .connection = {INVALID_SOCKET, options->patience * 1000}};
    HRESULT hr = run(&client, provider), closed;

    if (client.decryptor)
        IWMDRMDecrypt_Release(client.decryptor);
    if (client.receiver)
    {
        IWMDRMNetReceiver_Shutdown(client.receiver);
        IWMDRMNetReceiver_Release(client.receiver);
    }
    connection_close(&client.connection);
    closed = new_file_close(&client.file, SUCCEEDED(hr));
    if (SUCCEEDED(hr) && FAILED(hr = closed))
        client.failure = L"cannot write the file";
    frame_free(&client.frame);
    return FAILED(hr) ? exit_failure(client.failure, hr) : EXIT_DONE;
}
