/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* IWMDRMNetTransmitter and IWMDRMNetTransmitter2. */
#include "shell/object/net_transmitter.h"

#include <stdlib.h>

#include "shell/com/module.h"
#include "shell/object/encryptor.h"
#include "shell/object/values.h"
#include "shell/platform/trace.h"

static struct net_transmitter *net_transmitter_from_IWMDRMNetTransmitter2(IWMDRMNetTransmitter2 *iface)
{
    return CONTAINING_RECORD(iface, struct net_transmitter, IWMDRMNetTransmitter2_iface);
}

HRESULT net_transmitter_check(const struct net_transmitter *transmitter)
{
    if (FAILED(transmitter->failure))
        return transmitter->failure;
    return security_state_lacks_identity(&transmitter->state) ? DRM_E_NEEDS_INDIVIDUALIZATION : S_OK;
}

/* --- IUnknown ------------------------------------------------------------------------------------------------ */

static HRESULT STDMETHODCALLTYPE net_transmitter_QueryInterface(IWMDRMNetTransmitter2 *iface, REFIID iid, void **out)
{
    struct net_transmitter *transmitter = net_transmitter_from_IWMDRMNetTransmitter2(iface);

    if (!out)
        return E_POINTER;
    *out = NULL;
    if (IsEqualIID(iid, &IID_IMarshal))
        return free_threaded_query(&transmitter->free_threaded, (IUnknown *)iface, iid, out);
    if (IsEqualIID(iid, &IID_IUnknown) || IsEqualIID(iid, &IID_IWMDRMNetTransmitter)
        || IsEqualIID(iid, &IID_IWMDRMNetTransmitter2))
        *out = iface;
    else if (IsEqualIID(iid, &IID_IWMDRMNetRegistrar))
        *out = &transmitter->IWMDRMNetRegistrar_iface;
    else
        return E_NOINTERFACE;
    IWMDRMNetTransmitter2_AddRef(iface);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE net_transmitter_AddRef(IWMDRMNetTransmitter2 *iface)
{
    return InterlockedIncrement(&net_transmitter_from_IWMDRMNetTransmitter2(iface)->references);
}

static ULONG STDMETHODCALLTYPE net_transmitter_Release(IWMDRMNetTransmitter2 *iface)
{
    struct net_transmitter *transmitter = net_transmitter_from_IWMDRMNetTransmitter2(iface);
    ULONG references = InterlockedDecrement(&transmitter->references);

    if (!references)
    {
        drm_transmitter_free(transmitter->transmitter);
        registrar_host_release(transmitter->registrar);
        engine_release(transmitter->engine);
        free_threaded_cleanup(&transmitter->free_threaded);
        free(transmitter);
        module_remove_object();
    }
    return references;
}

/* --- IWMDRMNetTransmitter ------------------------------------------------------------------------------------ */

static HRESULT STDMETHODCALLTYPE net_transmitter_SetLicenseChallenge(IWMDRMNetTransmitter2 *iface, BYTE *challenge,
                                                                     DWORD size)
{
    struct net_transmitter *transmitter = net_transmitter_from_IWMDRMNetTransmitter2(iface);
    HRESULT hr;

    trace_line("%p: SetLicenseChallenge, %lu bytes", (void *)iface, size);
    if (!challenge)
        return E_POINTER;
    if (SUCCEEDED(hr = net_transmitter_check(transmitter)))
        hr = drm_transmitter_take_request(transmitter->transmitter, drm_span(challenge, size));
    return FAILED(hr) ? trace_failure("SetLicenseChallenge", hr) : S_OK;
}

static HRESULT STDMETHODCALLTYPE net_transmitter_GetRootLicenseResponse(IWMDRMNetTransmitter2 *iface, BSTR key_id,
                                                                        BYTE **out, DWORD *out_size)
{
    struct net_transmitter *transmitter = net_transmitter_from_IWMDRMNetTransmitter2(iface);
    uint8_t id[DRM_KEY_ID_SIZE];
    struct drm_buffer response = {0};
    HRESULT hr;

    trace_line("%p: GetRootLicenseResponse", (void *)iface);
    if (out)
        *out = NULL;
    if (out_size)
        *out_size = 0;
    if (!key_id || !out || !out_size)
        return E_POINTER;
    if (SUCCEEDED(hr = net_transmitter_check(transmitter)) && SUCCEEDED(hr = value_key_id(key_id, id))
        && SUCCEEDED(hr = drm_transmitter_make_root(transmitter->transmitter, id, &response)))
        hr = value_give_bytes(drm_buffer_span(&response), out, out_size);
    drm_buffer_free(&response);
    return FAILED(hr) ? trace_failure("GetRootLicenseResponse", hr) : S_OK;
}

/* The one kind of policy that there is. */
static HRESULT read_policy(const WMDRMNET_POLICY *policy, struct drm_device_policy *out)
{
    const WMDRMNET_POLICY_TRANSCRYPTPLAY *play = (const WMDRMNET_POLICY_TRANSCRYPTPLAY *)(void *)policy->pbPolicy;

    if (policy->ePolicyType != WMDRMNET_POLICY_TYPE_TRANSCRYPTPLAY)
        return E_INVALIDARG;
    if (!play || !play->pbData)
        return E_POINTER;
    return drm_device_policy_read(drm_span(play->pbData, play->cbData), out);
}

typedef drm_result license_maker(struct drm_transmitter *transmitter, const uint8_t key_id[DRM_KEY_ID_SIZE],
                                 const struct drm_device_policy *policy, uint8_t content_key[DRM_CONTENT_KEY_SIZE],
                                 struct drm_buffer *out);

static HRESULT make_license(struct net_transmitter *transmitter, license_maker *maker, const WCHAR *key_id,
                            const WMDRMNET_POLICY *policy, IWMDRMEncrypt **encryptor, BYTE **out, DWORD *out_size)
{
    uint8_t id[DRM_KEY_ID_SIZE], content_key[DRM_CONTENT_KEY_SIZE];
    struct drm_device_policy *read = malloc(sizeof(*read)); /* too large for a stack of the application's */
    struct drm_buffer response = {0};
    HRESULT hr;

    if (!read)
        return E_OUTOFMEMORY;
    if (SUCCEEDED(hr = net_transmitter_check(transmitter)) && SUCCEEDED(hr = value_key_id(key_id, id))
        && SUCCEEDED(hr = read_policy(policy, read))
        && SUCCEEDED(hr = maker(transmitter->transmitter, id, read, content_key, &response)))
    {
        if (SUCCEEDED(hr = encryptor_create(content_key, true, encryptor))
            && FAILED(hr = value_give_bytes(drm_buffer_span(&response), out, out_size)))
        {
            IWMDRMEncrypt_Release(*encryptor);
            *encryptor = NULL;
        }
        drm_wipe(content_key, sizeof(content_key));
    }
    drm_buffer_free(&response);
    free(read);
    return hr;
}

/* What both methods that make a licence for content begin with. */
static HRESULT clear(const WCHAR *key_id, const WMDRMNET_POLICY *policy, IWMDRMEncrypt **encryptor, BYTE **out,
                     DWORD *out_size)
{
    if (encryptor)
        *encryptor = NULL;
    if (out)
        *out = NULL;
    if (out_size)
        *out_size = 0;
    return key_id && policy && encryptor && out && out_size ? S_OK : E_POINTER;
}

static HRESULT STDMETHODCALLTYPE net_transmitter_GetLeafLicenseResponse(IWMDRMNetTransmitter2 *iface, BSTR key_id,
                                                                        WMDRMNET_POLICY *policy,
                                                                        IWMDRMEncrypt **encryptor, BYTE **out,
                                                                        DWORD *out_size)
{
    HRESULT hr;

    trace_line("%p: GetLeafLicenseResponse", (void *)iface);
    if (SUCCEEDED(hr = clear(key_id, policy, encryptor, out, out_size)))
        hr = make_license(net_transmitter_from_IWMDRMNetTransmitter2(iface), drm_transmitter_make_leaf, key_id, policy,
                          encryptor, out, out_size);
    return FAILED(hr) ? trace_failure("GetLeafLicenseResponse", hr) : S_OK;
}

/* Undocumented; read as its name: a licence for content that needs no root. */
static HRESULT STDMETHODCALLTYPE net_transmitter_GetSimpleLicenseResponse(IWMDRMNetTransmitter2 *iface, BSTR key_id,
                                                                          WMDRMNET_POLICY *policy,
                                                                          IWMDRMEncrypt **encryptor, BYTE **out,
                                                                          DWORD *out_size)
{
    HRESULT hr;

    trace_line("%p: GetSimpleLicenseResponse", (void *)iface);
    if (SUCCEEDED(hr = clear(key_id, policy, encryptor, out, out_size)))
        hr = make_license(net_transmitter_from_IWMDRMNetTransmitter2(iface), drm_transmitter_make_simple, key_id,
                          policy, encryptor, out, out_size);
    return FAILED(hr) ? trace_failure("GetSimpleLicenseResponse", hr) : S_OK;
}

static const IWMDRMNetTransmitter2Vtbl net_transmitter_vtbl =
{
    /* IUnknown methods */
    net_transmitter_QueryInterface,
    net_transmitter_AddRef,
    net_transmitter_Release,
    /* IWMDRMNetTransmitter methods */
    net_transmitter_SetLicenseChallenge,
    net_transmitter_GetRootLicenseResponse,
    net_transmitter_GetLeafLicenseResponse,
    /* IWMDRMNetTransmitter2 methods */
    net_transmitter_GetSimpleLicenseResponse,
};

static HRESULT create_parts(struct net_transmitter *transmitter)
{
    struct drm_client *client;
    HRESULT hr;

    if (FAILED(hr = engine_get_client(transmitter->engine, &client))
        || FAILED(hr = registrar_host_acquire(transmitter->engine, &transmitter->registrar)))
        return hr;
    return drm_transmitter_create(client, registrar_host_registrar(transmitter->registrar), &transmitter->transmitter);
}

HRESULT net_transmitter_create(bool protected, REFIID iid, void **out)
{
    struct net_transmitter *transmitter = calloc(1, sizeof(*transmitter));
    HRESULT hr;

    (void)protected;
    if (!transmitter)
        return E_OUTOFMEMORY;
    if (FAILED(hr = engine_acquire(&transmitter->engine)))
    {
        free(transmitter);
        return hr;
    }
    transmitter->IWMDRMNetTransmitter2_iface.lpVtbl = &net_transmitter_vtbl;
    transmitter->IWMDRMNetRegistrar_iface.lpVtbl = &net_registrar_vtbl;
    transmitter->references = 1;
    transmitter->failure = create_parts(transmitter);
    security_state_capture(transmitter->engine, &transmitter->state);
    module_add_object();
    hr = IWMDRMNetTransmitter2_QueryInterface(&transmitter->IWMDRMNetTransmitter2_iface, iid, out);
    IWMDRMNetTransmitter2_Release(&transmitter->IWMDRMNetTransmitter2_iface);
    return hr;
}
