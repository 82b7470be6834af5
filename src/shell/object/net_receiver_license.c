/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A receiver asks for licences and takes them. */
#include "shell/object/net_receiver.h"

#include <stdlib.h>

#include "engine/xml/base64.h"
#include "shell/object/license.h"
#include "shell/object/values.h"
#include "shell/platform/trace.h"

HRESULT STDMETHODCALLTYPE net_receiver_GetLicenseChallenge(IWMDRMNetReceiver2 *iface, BSTR action, BYTE **out,
                                                           DWORD *size)
{
    struct net_receiver *receiver = net_receiver_from_IWMDRMNetReceiver2(iface);
    struct drm_buffer challenge = {0};
    char *text = NULL;
    HRESULT hr;

    trace_line("%p: GetLicenseChallenge", (void *)iface);
    if (out)
        *out = NULL;
    if (size)
        *size = 0;
    if (!action || !out || !size)
        return E_POINTER;
    if (SUCCEEDED(hr = net_receiver_check(receiver)) && SUCCEEDED(hr = value_text(action, &text))
        && SUCCEEDED(hr = drm_receiver_request_license(receiver->receiver, text ? text : "", &challenge)))
        hr = value_give_bytes(drm_buffer_span(&challenge), out, size);
    free(text);
    drm_buffer_free(&challenge);
    return FAILED(hr) ? trace_failure("GetLicenseChallenge", hr) : S_OK;
}

HRESULT STDMETHODCALLTYPE net_receiver_ProcessLicenseResponse(IWMDRMNetReceiver2 *iface, BYTE *response, DWORD size,
                                                              BYTE **representation, DWORD *representation_size)
{
    struct net_receiver *receiver = net_receiver_from_IWMDRMNetReceiver2(iface);
    struct drm_buffer bytes = {0};
    HRESULT hr;

    trace_line("%p: ProcessLicenseResponse, %lu bytes", (void *)iface, size);
    if (representation)
        *representation = NULL;
    if (representation_size)
        *representation_size = 0;
    /* Both pointers or none (documented). */
    if (!response || !representation != !representation_size)
        return E_POINTER;
    if (SUCCEEDED(hr = net_receiver_check(receiver))
        && SUCCEEDED(hr = drm_receiver_take_license(receiver->receiver, drm_span(response, size),
                                                    representation ? &bytes : NULL, NULL))
        && representation)
        hr = value_give_bytes(drm_buffer_span(&bytes), representation, representation_size);
    drm_buffer_free(&bytes);
    return FAILED(hr) ? trace_failure("ProcessLicenseResponse", hr) : S_OK;
}

/* Undocumented; read as ProcessLicenseResponse for who wants the licence at once. */
HRESULT STDMETHODCALLTYPE net_receiver_ProcessLicenseUpdate(IWMDRMNetReceiver2 *iface, BYTE *update, DWORD size,
                                                            IWMDRMLicense **license)
{
    struct net_receiver *receiver = net_receiver_from_IWMDRMNetReceiver2(iface);
    char text[DRM_KEY_ID_TEXT_SIZE];
    const struct drm_license_request_filter filter = {.key_id = text};
    uint8_t key_id[DRM_KEY_ID_SIZE];
    HRESULT hr;

    trace_line("%p: ProcessLicenseUpdate, %lu bytes", (void *)iface, size);
    if (license)
        *license = NULL;
    if (!update || !license)
        return E_POINTER;
    if (SUCCEEDED(hr = net_receiver_check(receiver))
        && SUCCEEDED(hr = drm_receiver_take_license(receiver->receiver, drm_span(update, size), NULL, key_id)))
    {
        drm_key_id_format(key_id, text);
        hr = license_create(receiver->engine, receiver->protected, &filter, license);
    }
    return FAILED(hr) ? trace_failure("ProcessLicenseUpdate", hr) : S_OK;
}
