/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* IWMDRMNetRegistrar, of the transmitter. */
#include "shell/object/net_transmitter.h"

#include <stdlib.h>
#include <string.h>
#include <oleauto.h>

#include "shell/object/values.h"
#include "shell/platform/datagrams_winsock.h"
#include "shell/platform/trace.h"

static struct net_transmitter *net_registrar_from_IWMDRMNetRegistrar(IWMDRMNetRegistrar *iface)
{
    return CONTAINING_RECORD(iface, struct net_transmitter, IWMDRMNetRegistrar_iface);
}

static HRESULT STDMETHODCALLTYPE net_registrar_QueryInterface(IWMDRMNetRegistrar *iface, REFIID iid, void **out)
{
    struct net_transmitter *transmitter = net_registrar_from_IWMDRMNetRegistrar(iface);

    return IWMDRMNetTransmitter2_QueryInterface(&transmitter->IWMDRMNetTransmitter2_iface, iid, out);
}

static ULONG STDMETHODCALLTYPE net_registrar_AddRef(IWMDRMNetRegistrar *iface)
{
    return IWMDRMNetTransmitter2_AddRef(&net_registrar_from_IWMDRMNetRegistrar(iface)->IWMDRMNetTransmitter2_iface);
}

static ULONG STDMETHODCALLTYPE net_registrar_Release(IWMDRMNetRegistrar *iface)
{
    return IWMDRMNetTransmitter2_Release(&net_registrar_from_IWMDRMNetRegistrar(iface)->IWMDRMNetTransmitter2_iface);
}

/* --- registering -------------------------------------------------------------------------------------------- */

static HRESULT find_address(struct net_transmitter *transmitter, const WCHAR *text, struct drm_device_address *out)
{
    HRESULT hr = datagrams_winsock_parse(text, out);

    if (FAILED(hr))
        return hr;
    if (!out->port)
        out->port = registrar_host_port(transmitter->registrar);
    return out->port ? S_OK : DRM_E_NOT_CONFIGURED;
}

static HRESULT STDMETHODCALLTYPE net_registrar_ProcessRegistrationChallenge(IWMDRMNetRegistrar *iface,
                                                                            const BYTE *challenge, DWORD size,
                                                                            const WCHAR *address, BYTE **out,
                                                                            DWORD *out_size)
{
    struct net_transmitter *transmitter = net_registrar_from_IWMDRMNetRegistrar(iface);
    struct drm_device_address parsed;
    struct drm_buffer response = {0};
    HRESULT hr;

    trace_line("%p: ProcessRegistrationChallenge, %lu bytes", (void *)iface, size);
    if (out)
        *out = NULL;
    if (out_size)
        *out_size = 0;
    if (!challenge || !address || !out || !out_size)
        return E_POINTER;
    if (SUCCEEDED(hr = net_transmitter_check(transmitter))
        && SUCCEEDED(hr = find_address(transmitter, address, &parsed))
        && SUCCEEDED(hr = drm_registrar_register(registrar_host_registrar(transmitter->registrar),
                                                 drm_span(challenge, size), &parsed, &response)))
        hr = value_give_bytes(drm_buffer_span(&response), out, out_size);
    drm_buffer_free(&response);
    return FAILED(hr) ? trace_failure("ProcessRegistrationChallenge", hr) : S_OK;
}

/* --- the book ----------------------------------------------------------------------------------------------- */

static void free_devices(WMDRM_NET_DEVICE *devices, size_t count)
{
    for (size_t i = 0; i < count; i++)
        SysFreeString(devices[i].bstrName);
    CoTaskMemFree(devices);
}

static HRESULT give_devices(const struct drm_registered_device *list, size_t count, WMDRM_NET_DEVICE **out)
{
    WMDRM_NET_DEVICE *devices = CoTaskMemAlloc(count * sizeof(*devices));

    if (!devices)
        return E_OUTOFMEMORY;
    for (size_t i = 0; i < count; i++)
    {
        HRESULT hr;

        devices[i] = (WMDRM_NET_DEVICE){
            .guidDevice = value_guid(list[i].id),
            .fApproved = list[i].approved,
            .fValidated = list[i].validated,
            .fOpen = list[i].open,
            .dwValidity = (DWORD)(list[i].validity_ms / 1000),
            .dwRoundTrip = list[i].round_trip_us,
        };
        if (FAILED(hr = value_give_text(list[i].name, &devices[i].bstrName)))
        {
            free_devices(devices, i);
            return hr;
        }
    }
    *out = devices;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE net_registrar_GetDevices(IWMDRMNetRegistrar *iface, DWORD *count,
                                                          WMDRM_NET_DEVICE **out)
{
    struct net_transmitter *transmitter = net_registrar_from_IWMDRMNetRegistrar(iface);
    struct drm_registered_device *list;
    size_t found;
    HRESULT hr;

    trace_line("%p: GetDevices", (void *)iface);
    if (out)
        *out = NULL;
    if (count)
        *count = 0;
    if (!count || !out)
        return E_POINTER;
    if (FAILED(hr = net_transmitter_check(transmitter)))
        return trace_failure("GetDevices", hr);
    if (!(list = malloc(DRM_REGISTRAR_MAX_DEVICES * sizeof(*list))))
        return E_OUTOFMEMORY;
    drm_registrar_list(registrar_host_registrar(transmitter->registrar), list, DRM_REGISTRAR_MAX_DEVICES, &found);
    if (found && SUCCEEDED(hr = give_devices(list, found, out)))
        *count = (DWORD)found;
    free(list);
    return FAILED(hr) ? trace_failure("GetDevices", hr) : S_OK;
}

/* From the GUID to the bytes in the order of its text, as the engine has ids. */
static void id_of(const GUID *guid, uint8_t out[DRM_ID_SIZE])
{
    drm_put_u32(out, guid->Data1);
    drm_put_u16(out + 4, guid->Data2);
    drm_put_u16(out + 6, guid->Data3);
    memcpy(out + 8, guid->Data4, sizeof(guid->Data4));
}

static HRESULT STDMETHODCALLTYPE net_registrar_ApproveDevice(IWMDRMNetRegistrar *iface, REFGUID device, BOOL approved)
{
    struct net_transmitter *transmitter = net_registrar_from_IWMDRMNetRegistrar(iface);
    uint8_t id[DRM_ID_SIZE];
    HRESULT hr;

    trace_line("%p: ApproveDevice, %d", (void *)iface, approved);
    if (!device)
        return E_POINTER;
    id_of(device, id);
    if (SUCCEEDED(hr = net_transmitter_check(transmitter)))
        hr = drm_registrar_approve(registrar_host_registrar(transmitter->registrar), id, approved);
    return FAILED(hr) ? trace_failure("ApproveDevice", hr) : S_OK;
}

static HRESULT change_device(IWMDRMNetRegistrar *iface, const char *method, const GUID *device,
                             drm_result (*change)(struct drm_registrar *registrar, const uint8_t id[DRM_ID_SIZE]))
{
    struct net_transmitter *transmitter = net_registrar_from_IWMDRMNetRegistrar(iface);
    uint8_t id[DRM_ID_SIZE];
    HRESULT hr;

    trace_line("%p: %s", (void *)iface, method);
    if (!device)
        return E_POINTER;
    id_of(device, id);
    if (SUCCEEDED(hr = net_transmitter_check(transmitter)))
        hr = change(registrar_host_registrar(transmitter->registrar), id);
    return FAILED(hr) ? trace_failure(method, hr) : S_OK;
}

static HRESULT STDMETHODCALLTYPE net_registrar_OpenDevice(IWMDRMNetRegistrar *iface, REFGUID device)
{
    return change_device(iface, "OpenDevice", device, drm_registrar_open);
}

static HRESULT STDMETHODCALLTYPE net_registrar_CloseDevice(IWMDRMNetRegistrar *iface, REFGUID device)
{
    return change_device(iface, "CloseDevice", device, drm_registrar_close);
}

static HRESULT STDMETHODCALLTYPE net_registrar_RemoveDevice(IWMDRMNetRegistrar *iface, REFGUID device)
{
    return change_device(iface, "RemoveDevice", device, drm_registrar_remove);
}

/* --- listening ---------------------------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE net_registrar_StartProximity(IWMDRMNetRegistrar *iface, const WCHAR *local,
                                                              const WORD *ports, DWORD count, WORD *port)
{
    struct net_transmitter *transmitter = net_registrar_from_IWMDRMNetRegistrar(iface);
    struct drm_device_address address = {0};
    uint16_t opened;
    HRESULT hr;

    trace_line("%p: StartProximity, %lu ports", (void *)iface, count);
    if (port)
        *port = 0;
    if (!port || (count && !ports))
        return E_POINTER;
    if (SUCCEEDED(hr = net_transmitter_check(transmitter))
        && (!local || SUCCEEDED(hr = datagrams_winsock_parse(local, &address)))
        && SUCCEEDED(hr = registrar_host_listen(transmitter->registrar, &address, ports, count, &opened)))
        *port = opened;
    return FAILED(hr) ? trace_failure("StartProximity", hr) : S_OK;
}

static HRESULT STDMETHODCALLTYPE net_registrar_StopProximity(IWMDRMNetRegistrar *iface)
{
    struct net_transmitter *transmitter = net_registrar_from_IWMDRMNetRegistrar(iface);

    trace_line("%p: StopProximity", (void *)iface);
    if (transmitter->registrar)
        registrar_host_stop(transmitter->registrar);
    return S_OK;
}

const IWMDRMNetRegistrarVtbl net_registrar_vtbl =
{
    /* IUnknown methods */
    net_registrar_QueryInterface,
    net_registrar_AddRef,
    net_registrar_Release,
    /* IWMDRMNetRegistrar methods */
    net_registrar_ProcessRegistrationChallenge,
    net_registrar_GetDevices,
    net_registrar_ApproveDevice,
    net_registrar_OpenDevice,
    net_registrar_CloseDevice,
    net_registrar_RemoveDevice,
    net_registrar_StartProximity,
    net_registrar_StopProximity,
};
