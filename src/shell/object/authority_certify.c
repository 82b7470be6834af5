/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Certificates that the embedded authority gives to others than machines, and their end.
 */
#include "shell/object/authority.h"

#include <stdlib.h>
#include <string.h>

#include "engine/authority/authority.h"
#include "engine/xml/application_certificate.h"
#include "shell/object/values.h"
#include "shell/platform/system_clock.h"
#include "shell/platform/trace.h"

#define DAY_MS INT64_C(86400000)
#define MAX_DAYS 36500

static HRESULT open(IWMDRMAuthority *iface, struct drm_authority **out)
{
    struct drm_client *client;
    HRESULT hr = engine_get_client(license_management_from_IWMDRMAuthority(iface)->engine, &client);

    return FAILED(hr) ? hr : drm_client_administer(client, out);
}

/* --- certifying ------------------------------------------------------------------------------------------- */

static HRESULT read_name(const WCHAR *text, struct drm_certificate *out)
{
    char *name;
    HRESULT hr = value_text(text, &name);

    if (SUCCEEDED(hr) && (!name || strlen(name) >= sizeof(out->name)))
        hr = E_INVALIDARG;
    if (SUCCEEDED(hr))
        strcpy(out->name, name);
    free(name);
    return hr;
}

static HRESULT read_keys(const WMDRM_CERTIFY_ORDER *order, struct drm_certificate *out, struct drm_rsa_key *rsa)
{
    static const uint8_t exponent[] = {1, 0, 1};
    HRESULT hr;

    if ((!order->pbSignKey && order->cbSignKey) || (!order->pbModulus && order->cbModulus))
        return E_POINTER;
    switch (order->dwRole)
    {
    case WMDRM_CERTIFY_ISSUER:
        if (order->cbSignKey != DRM_SIGN_PUBLIC_SIZE || order->pbModulus)
            return E_INVALIDARG;
        out->roles = DRM_ROLE_ISSUER;
        memcpy(out->sign_key, order->pbSignKey, sizeof(out->sign_key));
        return S_OK;
    case WMDRM_CERTIFY_APPLICATION:
        if (!order->pbModulus || order->pbSignKey
            || FAILED(drm_rsa_key_read(drm_span(order->pbModulus, order->cbModulus),
                                       drm_span(exponent, sizeof(exponent)), rsa)))
            return E_INVALIDARG;
        out->roles = DRM_ROLE_APPLICATION;
        out->has_rsa_key = true;
        hr = drm_rsa_key_hash(rsa, out->rsa_key);
        return hr;
    default:
        return E_INVALIDARG;
    }
}

static HRESULT certify(IWMDRMAuthority *iface, const WMDRM_CERTIFY_ORDER *order, struct drm_buffer *out, BYTE id[32])
{
    struct drm_certificate subject = {0};
    struct drm_authority *authority = NULL;
    struct drm_rsa_key rsa;
    struct drm_buffer encoded = {0};
    struct drm_chain chain;
    struct drm_clock clock;
    HRESULT hr;

    if (order->dwDays > MAX_DAYS)
        return E_INVALIDARG;
    if (FAILED(hr = read_name(order->bstrName, &subject)) || FAILED(hr = read_keys(order, &subject, &rsa)))
        return hr;
    system_clock_init(&clock);
    if (order->dwDays)
        subject.not_after = clock.now(clock.context) + order->dwDays * DAY_MS;
    if (SUCCEEDED(hr = open(iface, &authority)) && SUCCEEDED(hr = drm_authority_certify(authority, &subject, &encoded))
        && SUCCEEDED(hr = drm_chain_read(drm_buffer_span(&encoded), &chain)))
        hr = subject.has_rsa_key ? drm_application_certificate_write(drm_buffer_span(&encoded), &rsa, out)
                                 : drm_buffer_append(out, encoded.data, encoded.size);
    if (SUCCEEDED(hr))
        memcpy(id, chain.certificates[0].id, DRM_SHA256_SIZE);
    drm_authority_close(authority);
    drm_buffer_free(&encoded);
    return hr;
}

HRESULT STDMETHODCALLTYPE license_authority_Certify(IWMDRMAuthority *iface, const WMDRM_CERTIFY_ORDER *order,
                                                    BYTE **certificate, DWORD *size, BYTE id[32])
{
    struct drm_buffer made = {0};
    BYTE made_id[32];
    HRESULT hr;

    trace_line("%p: Certify, role %lu", (void *)iface, order ? order->dwRole : 0);
    if (certificate)
        *certificate = NULL;
    if (size)
        *size = 0;
    if (id)
        memset(id, 0, sizeof(made_id));
    if (!order || !certificate || !size || !id)
        return E_POINTER;
    if (SUCCEEDED(hr = certify(iface, order, &made, made_id))
        && SUCCEEDED(hr = value_give_bytes(drm_buffer_span(&made), certificate, size)))
        memcpy(id, made_id, sizeof(made_id));
    drm_buffer_free(&made);
    return FAILED(hr) ? trace_failure("Certify", hr) : S_OK;
}

/* --- revoking --------------------------------------------------------------------------------------------- */

HRESULT STDMETHODCALLTYPE license_authority_RevokeCertificate(IWMDRMAuthority *iface, DWORD role, const BYTE id[32])
{
    struct drm_authority *authority = NULL;
    HRESULT hr;

    trace_line("%p: RevokeCertificate, role %lu", (void *)iface, role);
    if (!id)
        return E_POINTER;
    if (role != WMDRM_CERTIFY_APPLICATION && role != WMDRM_CERTIFY_ISSUER)
        return E_INVALIDARG;
    if (SUCCEEDED(hr = open(iface, &authority)))
        hr = drm_authority_revoke(authority, role == WMDRM_CERTIFY_ISSUER ? DRM_REVOCATION_GRL : DRM_REVOCATION_APP,
                                  id, 1);
    drm_authority_close(authority);
    return FAILED(hr) ? trace_failure("RevokeCertificate", hr) : S_OK;
}
