/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The embedded authority for people (authority.h): its state, moving it to another machine, and the clock.
 */
#include "shell/object/authority.h"

#include <stdlib.h>
#include <string.h>
#include <oleauto.h>

#include "engine/authority/contents.h"
#include "engine/store/store.h"
#include "shell/object/values.h"
#include "shell/platform/trace.h"
#include "shell/platform/utf8.h"

struct license_management *license_management_from_IWMDRMAuthority(IWMDRMAuthority *iface)
{
    return CONTAINING_RECORD(iface, struct license_management, IWMDRMAuthority_iface);
}

static IWMDRMLicenseManagement *management_of(IWMDRMAuthority *iface)
{
    return &license_management_from_IWMDRMAuthority(iface)->IWMDRMLicenseManagement_iface;
}

static HRESULT STDMETHODCALLTYPE license_authority_QueryInterface(IWMDRMAuthority *iface, REFIID iid, void **out)
{
    return IWMDRMLicenseManagement_QueryInterface(management_of(iface), iid, out);
}

static ULONG STDMETHODCALLTYPE license_authority_AddRef(IWMDRMAuthority *iface)
{
    return IWMDRMLicenseManagement_AddRef(management_of(iface));
}

static ULONG STDMETHODCALLTYPE license_authority_Release(IWMDRMAuthority *iface)
{
    return IWMDRMLicenseManagement_Release(management_of(iface));
}

static HRESULT get_client(IWMDRMAuthority *iface, struct drm_client **out)
{
    return engine_get_client(license_management_from_IWMDRMAuthority(iface)->engine, out);
}

/* --- its state -------------------------------------------------------------------------------------------- */

#define ANCHOR_TEXT_SIZE (2 * DRM_SIGN_PUBLIC_SIZE + 1)

static drm_result count_content(void *context, const struct drm_content_item *item)
{
    WMDRM_AUTHORITY_STATUS *status = context;

    status->cContents++;
    status->cLicenses += item->issued;
    return DRM_S_OK;
}

static HRESULT read_embedded(struct drm_client *client, char anchor[ANCHOR_TEXT_SIZE], WMDRM_AUTHORITY_STATUS *out)
{
    static const char digits[] = "0123456789abcdef";
    struct drm_authority_status *status = NULL;
    struct drm_authority *authority;
    const uint8_t *root;
    HRESULT hr = drm_client_administer(client, &authority);

    if (FAILED(hr))
        return hr;
    root = drm_authority_root(authority);
    for (size_t i = 0; i < DRM_SIGN_PUBLIC_SIZE; i++)
    {
        anchor[2 * i] = digits[root[i] >> 4];
        anchor[2 * i + 1] = digits[root[i] & 15];
    }
    anchor[ANCHOR_TEXT_SIZE - 1] = 0;
    hr = (status = malloc(sizeof(*status))) ? drm_authority_get_status(authority, status) : E_OUTOFMEMORY;
    if (SUCCEEDED(hr))
    {
        out->cMachines = status->machines;
        hr = drm_authority_each_content(authority, count_content, out);
    }
    free(status);
    drm_authority_close(authority);
    return hr;
}

/* A service is configured: what the configuration itself says. */
static void read_configured(const char *anchors, char anchor[ANCHOR_TEXT_SIZE])
{
    size_t length = 0;

    for (; length < ANCHOR_TEXT_SIZE - 1 && anchors[length]; length++)
        anchor[length] = anchors[length];
    anchor[length] = 0;
}

static HRESULT read_status(IWMDRMAuthority *iface, WMDRM_AUTHORITY_STATUS *out)
{
    const struct engine *engine = license_management_from_IWMDRMAuthority(iface)->engine;
    const char *url = engine_service_url(engine);
    struct drm_set_backs set_backs;
    char anchor[ANCHOR_TEXT_SIZE];
    struct drm_client *client;
    HRESULT hr;

    if (FAILED(hr = get_client(iface, &client)) || FAILED(hr = drm_client_get_set_backs(client, &set_backs)))
        return hr;
    out->cSetBacks = set_backs.count;
    out->ftSetBack = value_file_time(set_backs.last);
    out->fEmbedded = !*url;
    if (*url)
        read_configured(engine_trust_anchors(engine), anchor);
    else if (FAILED(hr = read_embedded(client, anchor, out)))
        return hr;
    if (FAILED(hr = value_give_text(*url ? url : DRM_LOCAL_URL, &out->bstrService)))
        return hr;
    return value_give_text(anchor, &out->bstrAnchor);
}

static HRESULT STDMETHODCALLTYPE license_authority_GetStatus(IWMDRMAuthority *iface, WMDRM_AUTHORITY_STATUS *out)
{
    HRESULT hr;

    trace_line("%p: GetStatus", (void *)iface);
    if (!out)
        return E_POINTER;
    memset(out, 0, sizeof(*out));
    if (SUCCEEDED(hr = read_status(iface, out)))
        return S_OK;
    SysFreeString(out->bstrService);
    SysFreeString(out->bstrAnchor);
    memset(out, 0, sizeof(*out));
    return trace_failure("GetStatus", hr);
}

/* --- moving ----------------------------------------------------------------------------------------------- */

/* Path and passphrase as UTF-8; both are freed by the caller with forget_texts, also after a failure. */
static HRESULT read_texts(const WCHAR *path, const WCHAR *passphrase, char *out[2])
{
    HRESULT hr;

    out[0] = out[1] = NULL;
    if (!*path || !*passphrase)
        return E_INVALIDARG;
    return FAILED(hr = utf8_from_wide(path, &out[0])) ? hr : utf8_from_wide(passphrase, &out[1]);
}

static void forget_texts(char *texts[2])
{
    free(texts[0]);
    if (texts[1])
        drm_wipe(texts[1], strlen(texts[1]));
    free(texts[1]);
}

static HRESULT STDMETHODCALLTYPE license_authority_ExportAuthority(IWMDRMAuthority *iface, const WCHAR *path,
                                                                   const WCHAR *passphrase)
{
    struct drm_authority *authority = NULL;
    struct drm_client *client;
    char *texts[2];
    HRESULT hr;

    trace_line("%p: ExportAuthority", (void *)iface);
    if (!path || !passphrase)
        return E_POINTER;
    if (SUCCEEDED(hr = read_texts(path, passphrase, texts)) && SUCCEEDED(hr = get_client(iface, &client))
        && SUCCEEDED(hr = drm_client_administer(client, &authority)))
        hr = drm_authority_export(authority, texts[1], texts[0]);
    drm_authority_close(authority);
    forget_texts(texts);
    return FAILED(hr) ? trace_failure("ExportAuthority", hr) : S_OK;
}

static HRESULT STDMETHODCALLTYPE license_authority_ImportAuthority(IWMDRMAuthority *iface, const WCHAR *path,
                                                                   const WCHAR *passphrase, DWORD flags)
{
    struct drm_client *client;
    char *texts[2];
    HRESULT hr;

    trace_line("%p: ImportAuthority, flags 0x%lx", (void *)iface, flags);
    if (!path || !passphrase)
        return E_POINTER;
    if (flags & ~WMDRM_IMPORT_REPLACE)
        return E_INVALIDARG;
    if (SUCCEEDED(hr = read_texts(path, passphrase, texts)) && SUCCEEDED(hr = get_client(iface, &client)))
        hr = drm_client_import_authority(client, texts[1], texts[0], flags & WMDRM_IMPORT_REPLACE);
    forget_texts(texts);
    return FAILED(hr) ? trace_failure("ImportAuthority", hr) : S_OK;
}

/* --- the clock -------------------------------------------------------------------------------------------- */

static HRESULT STDMETHODCALLTYPE license_authority_GetClock(IWMDRMAuthority *iface, FILETIME *time, BOOL *known)
{
    struct drm_client *client;
    struct drm_now now;
    HRESULT hr;

    trace_line("%p: GetClock", (void *)iface);
    if (time)
        memset(time, 0, sizeof(*time));
    if (known)
        *known = FALSE;
    if (!time || !known)
        return E_POINTER;
    if (FAILED(hr = get_client(iface, &client)) || FAILED(hr = drm_client_get_clock(client, &now)))
        return trace_failure("GetClock", hr);
    *time = value_file_time(now.time);
    *known = now.known;
    return S_OK;
}

static HRESULT STDMETHODCALLTYPE license_authority_SetClock(IWMDRMAuthority *iface, const FILETIME *time)
{
    struct drm_client *client;
    HRESULT hr;

    trace_line("%p: SetClock", (void *)iface);
    if (!time)
        return E_POINTER;
    if (SUCCEEDED(hr = get_client(iface, &client)))
        hr = drm_client_set_clock(client, value_time(*time));
    return FAILED(hr) ? trace_failure("SetClock", hr) : S_OK;
}

const IWMDRMAuthorityVtbl license_authority_vtbl =
{
    /* IUnknown methods */
    license_authority_QueryInterface,
    license_authority_AddRef,
    license_authority_Release,
    /* IWMDRMAuthority methods */
    license_authority_GetStatus,
    license_authority_AddContent,
    license_authority_WithdrawContent,
    license_authority_GetContents,
    license_authority_GetContentKey,
    license_authority_MakeContentHeader,
    license_authority_ExportAuthority,
    license_authority_ImportAuthority,
    license_authority_GetClock,
    license_authority_SetClock,
    license_authority_Certify,
    license_authority_RevokeCertificate,
    license_authority_ImportContents,
};
