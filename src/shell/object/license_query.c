/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The licence query object (license_query.h). QueryActionAllowed is what programs call for every row of a list, so it
 * takes neither memory nor any lock that another query would wait for.
 */
#include "shell/object/license_query.h"

#include <stdlib.h>
#include <string.h>
#include <mfobjects.h>
#include <nserror.h>
#include <wmdrmsdk.h>

#include "engine/client/licenses.h"
#include "engine/format/chain.h"
#include "engine/xml/base64.h"
#include "shell/com/free_threaded.h"
#include "shell/com/module.h"
#include "shell/object/security_state.h"
#include "shell/object/values.h"
#include "shell/platform/trace.h"

/* There are nine actions; a program may name one more than once, but a count beyond this is a mistake. */
#define MAX_ACTIONS 256

struct license_query
{
    IWMDRMLicenseQuery IWMDRMLicenseQuery_iface;
    LONG references;
    struct free_threaded free_threaded;
    struct engine *engine;
    SRWLOCK lock;            /* guards: query */
    struct drm_query query;  /* without the minimum of the content's header, which each question brings */
};

static struct license_query *license_query_from_IWMDRMLicenseQuery(IWMDRMLicenseQuery *iface)
{
    return CONTAINING_RECORD(iface, struct license_query, IWMDRMLicenseQuery_iface);
}

static HRESULT STDMETHODCALLTYPE license_query_QueryInterface(IWMDRMLicenseQuery *iface, REFIID iid, void **out)
{
    struct license_query *query = license_query_from_IWMDRMLicenseQuery(iface);

    if (!out)
        return E_POINTER;
    *out = NULL;
    if (IsEqualIID(iid, &IID_IMarshal))
        return free_threaded_query(&query->free_threaded, (IUnknown *)iface, iid, out);
    if (!IsEqualIID(iid, &IID_IUnknown) && !IsEqualIID(iid, &IID_IWMDRMLicenseQuery))
        return E_NOINTERFACE;
    *out = iface;
    IWMDRMLicenseQuery_AddRef(iface);
    return S_OK;
}

static ULONG STDMETHODCALLTYPE license_query_AddRef(IWMDRMLicenseQuery *iface)
{
    return InterlockedIncrement(&license_query_from_IWMDRMLicenseQuery(iface)->references);
}

static ULONG STDMETHODCALLTYPE license_query_Release(IWMDRMLicenseQuery *iface)
{
    struct license_query *query = license_query_from_IWMDRMLicenseQuery(iface);
    ULONG references = InterlockedDecrement(&query->references);

    if (!references)
    {
        free_threaded_cleanup(&query->free_threaded);
        engine_release(query->engine);
        free(query);
        module_remove_object();
    }
    return references;
}

/* --- what is asked ---------------------------------------------------------------------------------------- */

/* count is not above MAX_ACTIONS. */
static HRESULT read_actions(const BSTR *names, DWORD count, const char *prefix, enum drm_right *rights)
{
    for (DWORD i = 0; i < count; i++)
    {
        int right;

        if (!names[i])
            return E_POINTER;
        if ((right = value_right(names[i], prefix)) < 0)
            return NS_E_DRM_UNSUPPORTED_ACTION;
        rights[i] = (enum drm_right)right;
    }
    return S_OK;
}

/* "2.10", as in content headers, or with two more numbers. NULL and "" ask for none. */
static HRESULT read_version(const WCHAR *text, struct drm_version *out)
{
    char ascii[DRM_VERSION_TEXT_SIZE];
    size_t length = 0;

    *out = (struct drm_version){0};
    if (!text || !*text)
        return S_OK;
    do
    {
        if (length == sizeof(ascii) || text[length] > 0x7F)
            return E_INVALIDARG;
        ascii[length] = (char)text[length];
    } while (text[length++]);
    return drm_version_parse(ascii, out);
}

static HRESULT get_client(struct license_query *query, struct drm_client **out)
{
    return engine_get_client(query->engine, out);
}

static struct drm_query query_of(struct license_query *query, struct drm_version min_security)
{
    struct drm_query copy;

    AcquireSRWLockShared(&query->lock);
    copy = query->query;
    ReleaseSRWLockShared(&query->lock);
    copy.min_security = min_security;
    return copy;
}

static HRESULT query_actions(struct license_query *query, const WCHAR *key_id, const WCHAR *min_version,
                             const BSTR *names, DWORD count, DWORD *results)
{
    enum drm_right rights[MAX_ACTIONS];
    uint32_t found[MAX_ACTIONS];
    uint8_t id[DRM_KEY_ID_SIZE];
    struct drm_version version;
    struct drm_client *client;
    struct drm_query question;
    HRESULT hr;

    if (FAILED(hr = value_key_id(key_id, id)) || FAILED(hr = read_version(min_version, &version))
        || FAILED(hr = read_actions(names, count, "ActionAllowed.", rights)) || FAILED(hr = get_client(query, &client)))
        return hr;
    question = query_of(query, version);
    hr = drm_client_query_actions(client, id, &question, rights, count, found);
    engine_rest_soon(query->engine);
    for (DWORD i = 0; SUCCEEDED(hr) && i < count; i++)
        results[i] = found[i];
    return hr;
}

/* A failure leaves refusals: 0, as elsewhere, would say that the action is allowed. */
static HRESULT STDMETHODCALLTYPE license_query_QueryActionAllowed(IWMDRMLicenseQuery *iface, BSTR key_id,
                                                                  BSTR min_version, DWORD count, BSTR names[],
                                                                  DWORD results[])
{
    HRESULT hr;

    if (count > MAX_ACTIONS)
        return trace_failure("QueryActionAllowed", E_INVALIDARG);
    for (DWORD i = 0; results && i < count; i++)
        results[i] = DRM_ACTION_ALLOWED_QUERY_NOT_ENABLED;
    if (!key_id || !names || !results)
        return E_POINTER;
    hr = query_actions(license_query_from_IWMDRMLicenseQuery(iface), key_id, min_version, names, count, results);
    return FAILED(hr) ? trace_failure("QueryActionAllowed", hr) : S_OK;
}

static DRM_LICENSE_STATE_DATA state_data(const struct drm_state_data *state)
{
    DRM_LICENSE_STATE_DATA data = {
        .dwCategory = (DRM_LICENSE_STATE_CATEGORY)state->category, /* the same values */
        .dwNumCounts = state->count_count,
        .dwNumDates = state->date_count,
        .dwVague = state->flags,
    };

    for (size_t i = 0; i < ARRAYSIZE(data.dwCount); i++)
    {
        data.dwCount[i] = state->counts[i];
        data.datetime[i] = value_file_time(state->dates[i]);
    }
    return data;
}

static HRESULT query_states(struct license_query *query, const WCHAR *key_id, const BSTR *names, DWORD count,
                            DRM_LICENSE_STATE_DATA *results)
{
    enum drm_right rights[MAX_ACTIONS];
    struct drm_state_data *found;
    uint8_t id[DRM_KEY_ID_SIZE];
    struct drm_client *client;
    HRESULT hr;

    if (FAILED(hr = value_key_id(key_id, id)) || FAILED(hr = read_actions(names, count, "LicenseStateData.", rights))
        || FAILED(hr = get_client(query, &client)))
        return hr;
    if (!(found = malloc((count ? count : 1) * sizeof(*found))))
        return E_OUTOFMEMORY;
    hr = drm_client_query_states(client, id, rights, count, found);
    engine_rest_soon(query->engine);
    for (DWORD i = 0; SUCCEEDED(hr) && i < count; i++)
        results[i] = state_data(&found[i]);
    free(found);
    return hr;
}

static HRESULT STDMETHODCALLTYPE license_query_QueryLicenseState(IWMDRMLicenseQuery *iface, BSTR key_id, DWORD count,
                                                                 BSTR names[], DRM_LICENSE_STATE_DATA results[])
{
    HRESULT hr;

    trace_line("%p: QueryLicenseState, %lu actions", (void *)iface, count);
    if (count > MAX_ACTIONS)
        return trace_failure("QueryLicenseState", E_INVALIDARG);
    if (results)
        memset(results, 0, count * sizeof(*results)); /* no right */
    if (!key_id || !names || !results)
        return E_POINTER;
    hr = query_states(license_query_from_IWMDRMLicenseQuery(iface), key_id, names, count, results);
    return FAILED(hr) ? trace_failure("QueryLicenseState", hr) : S_OK;
}

/* --- who asks --------------------------------------------------------------------------------------------- */

/* A device's certificate, or its chain, in base64. It says how well the device protects copies, and what it is: its
 * subject, where it has one, is the technology's GUID. */
static HRESULT read_device(const char *text, struct drm_query *query)
{
    struct drm_certificate certificate;
    struct drm_buffer bytes = {0};
    struct drm_chain *chain = NULL;
    HRESULT hr = drm_base64_read(drm_span(text, strlen(text)), &bytes);

    if (hr == DRM_E_INVALID_DATA)
        hr = DRM_E_INVALID_CERTIFICATE;
    if (SUCCEEDED(hr) && FAILED(hr = drm_certificate_read(drm_buffer_span(&bytes), &certificate)))
    {
        hr = (chain = malloc(sizeof(*chain))) ? drm_chain_read(drm_buffer_span(&bytes), chain) : E_OUTOFMEMORY;
        if (SUCCEEDED(hr))
            certificate = chain->certificates[0];
        free(chain);
    }
    if (SUCCEEDED(hr) && !(certificate.roles & (DRM_ROLE_DEVICE | DRM_ROLE_NETWORK_DEVICE)))
        hr = DRM_E_INVALID_CERTIFICATE;
    if (SUCCEEDED(hr))
    {
        query->has_device = true;
        query->device_level = certificate.security_level;
        query->has_device_technology = !drm_id_is_zero(certificate.subject);
        memcpy(query->device_technology, certificate.subject, sizeof(query->device_technology));
    }
    drm_buffer_free(&bytes);
    return hr;
}

/* Holds until the next call on this object. A serial number makes no difference: none of our licences asks for one. */
static HRESULT STDMETHODCALLTYPE license_query_SetActionAllowedQueryParams(IWMDRMLicenseQuery *iface,
                                                                           BOOL through_media_foundation,
                                                                           DWORD app_level, BOOL has_serial_number,
                                                                           BSTR device)
{
    struct license_query *query = license_query_from_IWMDRMLicenseQuery(iface);
    /* Media Foundation judges an application's level by itself (documented). */
    struct drm_query params = {.app_level_counts = !through_media_foundation, .app_level = app_level};
    char *text = NULL;
    HRESULT hr;

    trace_line("%p: SetActionAllowedQueryParams, %d, %lu, %d", (void *)iface, through_media_foundation, app_level,
               has_serial_number);
    if (SUCCEEDED(hr = value_text(device, &text)) && text)
        hr = read_device(text, &params);
    free(text);
    if (FAILED(hr))
        return trace_failure("SetActionAllowedQueryParams", hr);
    AcquireSRWLockExclusive(&query->lock);
    params.has_state = query->query.has_state;
    params.individualized = query->query.individualized;
    params.version = query->query.version;
    query->query = params;
    ReleaseSRWLockExclusive(&query->lock);
    return S_OK;
}

static const IWMDRMLicenseQueryVtbl license_query_vtbl =
{
    /* IUnknown methods */
    license_query_QueryInterface,
    license_query_AddRef,
    license_query_Release,
    /* IWMDRMLicenseQuery methods */
    license_query_QueryLicenseState,
    license_query_SetActionAllowedQueryParams,
    license_query_QueryActionAllowed,
};

HRESULT license_query_create(bool protected, REFIID iid, void **out)
{
    struct license_query *query = calloc(1, sizeof(*query));
    struct security_state state;
    HRESULT hr;

    (void)protected;
    if (!query)
        return E_OUTOFMEMORY;
    query->IWMDRMLicenseQuery_iface.lpVtbl = &license_query_vtbl;
    query->references = 1;
    InitializeSRWLock(&query->lock);
    if (FAILED(hr = engine_acquire(&query->engine)))
    {
        free(query);
        return hr;
    }
    module_add_object();
    security_state_capture(query->engine, &state);
    query->query.has_state = state.known;
    query->query.individualized = state.individualized;
    query->query.version = state.version;
    hr = IWMDRMLicenseQuery_QueryInterface(&query->IWMDRMLicenseQuery_iface, iid, out);
    IWMDRMLicenseQuery_Release(&query->IWMDRMLicenseQuery_iface);
    return hr;
}
