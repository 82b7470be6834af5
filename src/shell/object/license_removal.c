/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Licences that others remove: remote revocation, and the deletion message for imported licences.
 */
#include "shell/object/license_management.h"

#include <stdlib.h>
#include <string.h>

#include "engine/format/license_removal.h"
#include "shell/object/values.h"
#include "shell/platform/trace.h"

/* Larger than any response with DRM_REMOVAL_MAX_KEYS key ids. What is larger is not even looked at. */
#define MAX_RESPONSE_SIZE (256 * 1024)

HRESULT STDMETHODCALLTYPE license_management_CreateLicenseRevocationChallenge(IWMDRMLicenseManagement *iface,
                                                                              BYTE *machine_id, DWORD machine_id_size,
                                                                              BYTE *data, DWORD data_size, BYTE **out,
                                                                              DWORD *out_size)
{
    struct license_management *management = license_management_from_IWMDRMLicenseManagement(iface);
    struct drm_buffer challenge = {0};
    struct drm_client *client;
    HRESULT hr;

    trace_line("%p: CreateLicenseRevocationChallenge, %lu and %lu bytes", (void *)iface, machine_id_size, data_size);
    if (out)
        *out = NULL;
    if (out_size)
        *out_size = 0;
    if (!out || !out_size || (!machine_id && machine_id_size) || (!data && data_size))
        return E_POINTER;
    if (machine_id_size > DRM_REMOVAL_MAX_DATA || data_size > DRM_REMOVAL_MAX_DATA)
        return E_INVALIDARG;
    if (SUCCEEDED(hr = engine_get_client(management->engine, &client))
        && SUCCEEDED(hr = security_state_lacks_identity(&management->state) ? DRM_E_NEEDS_INDIVIDUALIZATION : S_OK)
        && SUCCEEDED(hr = drm_client_make_removal_challenge(client, drm_span(machine_id, machine_id_size),
                                                            drm_span(data, data_size), &challenge)))
        hr = value_give_bytes(drm_buffer_span(&challenge), out, out_size);
    drm_buffer_free(&challenge);
    return FAILED(hr) ? trace_failure("CreateLicenseRevocationChallenge", hr) : S_OK;
}

HRESULT STDMETHODCALLTYPE license_management_ProcessLicenseRevocationResponse(IWMDRMLicenseManagement *iface,
                                                                              BYTE *response, DWORD response_size,
                                                                              BYTE **out, DWORD *out_size)
{
    struct license_management *management = license_management_from_IWMDRMLicenseManagement(iface);
    struct drm_buffer receipt = {0};
    struct drm_client *client;
    HRESULT hr;

    trace_line("%p: ProcessLicenseRevocationResponse, %lu bytes", (void *)iface, response_size);
    if (out)
        *out = NULL;
    if (out_size)
        *out_size = 0;
    if (!response || !out || !out_size)
        return E_POINTER;
    if (response_size > MAX_RESPONSE_SIZE)
        hr = DRM_E_INVALID_LICENSEBLOB;
    else if (SUCCEEDED(hr = engine_get_client(management->engine, &client))
             && SUCCEEDED(hr = drm_client_process_removal(client, drm_span(response, response_size), &receipt))
             && SUCCEEDED(hr = value_give_bytes(drm_buffer_span(&receipt), out, out_size)))
    {
        /* Where this fails the receipt can be had again, and that is all. */
        HRESULT confirmed = drm_client_confirm_removal(client, drm_span(response, response_size));

        if (FAILED(confirmed))
            trace_line("%p: the receipt stays in the store: 0x%08lx", (void *)iface, confirmed);
    }
    drm_buffer_free(&receipt);
    return FAILED(hr) ? trace_failure("ProcessLicenseRevocationResponse", hr) : S_OK;
}

HRESULT STDMETHODCALLTYPE license_management_ProcessLicenseDeletionMessage(IWMDRMLicenseManagement *iface,
                                                                           BSTR message)
{
    struct license_management *management = license_management_from_IWMDRMLicenseManagement(iface);
    struct drm_client *client;
    char *text = NULL;
    HRESULT hr;

    trace_line("%p: ProcessLicenseDeletionMessage", (void *)iface);
    if (!message)
        return E_POINTER;
    if (SUCCEEDED(hr = value_text(message, &text)) && SUCCEEDED(hr = engine_get_client(management->engine, &client)))
        hr = drm_client_process_deletion_message(client, text ? drm_span(text, strlen(text)) : drm_span(NULL, 0));
    free(text);
    return FAILED(hr) ? trace_failure("ProcessLicenseDeletionMessage", hr) : S_OK;
}
