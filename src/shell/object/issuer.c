/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* IWMDRMIssuer (issuer.h). */
#include "shell/object/issuer.h"

#include <stdlib.h>
#include <string.h>

#include "engine/authority/issuer.h"
#include "engine/crypto/crypto.h"
#include "engine/format/license_response.h"
#include "shell/object/values.h"
#include "shell/platform/system_clock.h"
#include "shell/platform/trace.h"

static IWMDRMLicenseManagement *management_of(IWMDRMIssuer *iface)
{
    return &CONTAINING_RECORD(iface, struct license_management, IWMDRMIssuer_iface)->IWMDRMLicenseManagement_iface;
}

static HRESULT STDMETHODCALLTYPE license_issuer_QueryInterface(IWMDRMIssuer *iface, REFIID iid, void **out)
{
    return IWMDRMLicenseManagement_QueryInterface(management_of(iface), iid, out);
}

static ULONG STDMETHODCALLTYPE license_issuer_AddRef(IWMDRMIssuer *iface)
{
    return IWMDRMLicenseManagement_AddRef(management_of(iface));
}

static ULONG STDMETHODCALLTYPE license_issuer_Release(IWMDRMIssuer *iface)
{
    return IWMDRMLicenseManagement_Release(management_of(iface));
}

static HRESULT STDMETHODCALLTYPE license_issuer_CreateKey(IWMDRMIssuer *iface, BYTE private_key[32],
                                                          BYTE public_key[32])
{
    uint8_t seed[DRM_SIGN_SEED_SIZE], public_half[DRM_SIGN_PUBLIC_SIZE];
    HRESULT hr;

    trace_line("%p: CreateKey", (void *)iface);
    if (private_key)
        memset(private_key, 0, sizeof(seed));
    if (public_key)
        memset(public_key, 0, sizeof(public_half));
    if (!private_key || !public_key)
        return E_POINTER;
    if (FAILED(hr = drm_crypto_init()))
        return trace_failure("CreateKey", hr);
    drm_random(seed, sizeof(seed));
    if (SUCCEEDED(hr = drm_sign_public(seed, public_half)))
    {
        memcpy(private_key, seed, sizeof(seed));
        memcpy(public_key, public_half, sizeof(public_half));
    }
    drm_wipe(seed, sizeof(seed));
    return FAILED(hr) ? trace_failure("CreateKey", hr) : S_OK;
}

/* --- licences --------------------------------------------------------------------------------------------- */

/* The engine's form of what was ordered; every text is its own. */
struct orders
{
    struct drm_issuer_license *licenses;
    char **texts; /* two of each */
    DWORD count;
};

static void orders_free(struct orders *orders)
{
    for (DWORD i = 0; orders->texts && i < 2 * orders->count; i++)
        free(orders->texts[i]);
    if (orders->licenses)
        drm_wipe(orders->licenses, orders->count * sizeof(*orders->licenses));
    free(orders->texts);
    free(orders->licenses);
}

static HRESULT orders_read(const WMDRM_ISSUED_LICENSE *licenses, DWORD count, struct orders *out)
{
    HRESULT hr = S_OK;

    out->count = count;
    out->licenses = calloc(count, sizeof(*out->licenses));
    out->texts = calloc(2 * (size_t)count, sizeof(*out->texts));
    if (!out->licenses || !out->texts)
        return E_OUTOFMEMORY;
    for (DWORD i = 0; i < count && SUCCEEDED(hr); i++)
    {
        struct drm_issuer_license *license = &out->licenses[i];

        if (!licenses[i].bstrKID || !licenses[i].bstrRights)
            return E_POINTER;
        memcpy(license->content_key, licenses[i].rgbKey, sizeof(license->content_key));
        if (FAILED(hr = value_key_id(licenses[i].bstrKID, license->key_id))
            || FAILED(hr = value_text(licenses[i].bstrRights, &out->texts[2 * i]))
            || FAILED(hr = value_text(licenses[i].bstrURL, &out->texts[2 * i + 1])))
            return hr;
        license->rights = out->texts[2 * i] ? out->texts[2 * i] : "";
        license->url = out->texts[2 * i + 1];
    }
    return hr;
}

static HRESULT make(const struct drm_issuer *issuer, struct drm_span machine, const WMDRM_ISSUED_LICENSE *licenses,
                    DWORD count, BSTR *out)
{
    struct orders orders = {0};
    struct drm_buffer text = {0};
    struct drm_clock clock;
    HRESULT hr;

    system_clock_init(&clock);
    if (SUCCEEDED(hr = drm_crypto_init()) && SUCCEEDED(hr = orders_read(licenses, count, &orders))
        && SUCCEEDED(hr = drm_issuer_make_licenses(issuer, machine, clock.now(clock.context), orders.licenses, count,
                                                   &text))
        && SUCCEEDED(hr = drm_buffer_append(&text, "", 1)))
        hr = value_give_text((const char *)text.data, out);
    drm_buffer_free(&text);
    orders_free(&orders);
    return hr;
}

static HRESULT STDMETHODCALLTYPE license_issuer_MakeLicenses(IWMDRMIssuer *iface, const BYTE private_key[32],
                                                             const BYTE *issuer, DWORD issuer_size,
                                                             const BYTE *machine, DWORD machine_size,
                                                             const WMDRM_ISSUED_LICENSE *licenses, DWORD count,
                                                             BSTR *response)
{
    const struct drm_issuer signer = {.seed = private_key, .chain = drm_span(issuer, issuer_size)};
    HRESULT hr;

    trace_line("%p: MakeLicenses, %lu licences", (void *)iface, count);
    if (response)
        *response = NULL;
    if (!private_key || !issuer || !machine || !licenses || !response)
        return E_POINTER;
    if (!count || count > DRM_RESPONSE_MAX_LICENSES)
        return trace_failure("MakeLicenses", E_INVALIDARG);
    hr = make(&signer, drm_span(machine, machine_size), licenses, count, response);
    return FAILED(hr) ? trace_failure("MakeLicenses", hr) : S_OK;
}

const IWMDRMIssuerVtbl license_issuer_vtbl =
{
    /* IUnknown methods */
    license_issuer_QueryInterface,
    license_issuer_AddRef,
    license_issuer_Release,
    /* IWMDRMIssuer methods */
    license_issuer_CreateKey,
    license_issuer_MakeLicenses,
};
