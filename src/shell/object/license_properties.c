/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a licence object tells about its current licence. docs/compatibility.md says why each property has its type.
 */
#include "shell/object/license.h"

#include <stdio.h>
#include <string.h>
#include <oleauto.h>

#include "engine/xml/base64.h"
#include "shell/object/values.h"
#include "shell/platform/trace.h"

/* --- properties by name ----------------------------------------------------------------------------------- */

/* Each fills *out, or returns DRM_E_INVALID_PROPERTY where the licence does not have the property. */

static HRESULT get_network_revocation(const struct drm_license *license, PROPVARIANT *out)
{
    (void)license; /* our licences carry no lists: those of the security package are never older */
    (void)out;
    return DRM_E_INVALID_PROPERTY;
}

static HRESULT get_sap_level(const struct drm_license *license, PROPVARIANT *out)
{
    char text[11];
    HRESULT hr;

    if (!license->terms.sap_required)
        return DRM_E_INVALID_PROPERTY;
    snprintf(text, sizeof(text), "%lu", (unsigned long)license->terms.sap_level);
    if (SUCCEEDED(hr = value_give_text(text, &out->bstrVal)))
        out->vt = VT_BSTR;
    return hr;
}

static HRESULT get_sap_required(const struct drm_license *license, PROPVARIANT *out)
{
    out->vt = VT_BOOL;
    out->boolVal = license->terms.sap_required ? VARIANT_TRUE : VARIANT_FALSE;
    return S_OK;
}

static HRESULT get_source_id(const struct drm_license *license, PROPVARIANT *out)
{
    if (!license->has_source_id)
        return DRM_E_INVALID_PROPERTY;
    out->vt = VT_UI4;
    out->ulVal = license->source_id;
    return S_OK;
}

static HRESULT get_priority(const struct drm_license *license, PROPVARIANT *out)
{
    out->vt = VT_UI4;
    out->ulVal = license->terms.priority;
    return S_OK;
}

static HRESULT get_issue_date(const struct drm_license *license, PROPVARIANT *out)
{
    out->vt = VT_FILETIME;
    out->filetime = value_file_time(license->issued);
    return S_OK;
}

static HRESULT get_uplink(const struct drm_license *license, PROPVARIANT *out)
{
    char text[DRM_KEY_ID_TEXT_SIZE];
    HRESULT hr;

    if (!license->terms.has_uplink)
        return DRM_E_INVALID_PROPERTY;
    drm_key_id_format(license->terms.uplink, text);
    if (SUCCEEDED(hr = value_give_text(text, &out->bstrVal)))
        out->vt = VT_BSTR;
    return hr;
}

/* 0 is a version too: that of no list, which every stored one is newer than. */
static HRESULT get_revinfo_version(const struct drm_license *license, PROPVARIANT *out)
{
    out->vt = VT_UI8;
    out->uhVal.QuadPart = license->terms.min_revinfo;
    return S_OK;
}

static const struct
{
    const WCHAR *name;
    HRESULT (*get)(const struct drm_license *license, PROPVARIANT *out);
} property_table[] = {
    {g_wszWMDRMNET_Revocation, get_network_revocation},
    {g_wszWMDRM_SAPLEVEL, get_sap_level},
    {g_wszWMDRM_SAPRequired, get_sap_required},
    {g_wszWMDRM_SOURCEID, get_source_id},
    {g_wszWMDRM_PRIORITY, get_priority},
    {g_wszWMDRM_ISSUEDATE, get_issue_date},
    {g_wszWMDRM_UplinkID, get_uplink},
    {g_wszWMDRM_REVINFOVERSION, get_revinfo_version},
};

static HRESULT get_property(struct license *license, const WCHAR *name, PROPVARIANT *out)
{
    const struct drm_license *current;
    HRESULT hr;

    for (size_t i = 0; i < ARRAYSIZE(property_table); i++)
    {
        if (wcscmp(name, property_table[i].name))
            continue;
        AcquireSRWLockExclusive(&license->lock);
        hr = drm_enumeration_get(license->enumeration, &current);
        if (SUCCEEDED(hr))
            hr = property_table[i].get(current, out);
        ReleaseSRWLockExclusive(&license->lock);
        return hr;
    }
    return DRM_E_UNSUPPORTED_PROPERTY;
}

HRESULT STDMETHODCALLTYPE license_GetLicenseProperty(IWMDRMLicense *iface, BSTR name, PROPVARIANT *out)
{
    HRESULT hr;

    trace_line("%p: GetLicenseProperty", (void *)iface);
    if (out)
        PropVariantInit(out); /* what was there is neither read nor freed */
    if (!name || !out)
        return E_POINTER;
    hr = get_property(license_from_IWMDRMLicense(iface), name, out);
    return FAILED(hr) ? trace_failure("GetLicenseProperty", hr) : S_OK;
}

/* --- outputs ---------------------------------------------------------------------------------------------- */

HRESULT STDMETHODCALLTYPE license_GetAnalogVideoRestrictionLevels(IWMDRMLicense *iface,
                                                                  WMDRM_ANALOG_VIDEO_RESTRICTIONS *restrictions,
                                                                  DWORD *count)
{
    struct license *license = license_from_IWMDRMLicense(iface);
    const struct drm_license *current;
    DWORD capacity;
    HRESULT hr;

    trace_line("%p: GetAnalogVideoRestrictionLevels", (void *)iface);
    if (!count)
        return E_POINTER;
    capacity = *count;
    *count = 0;
    AcquireSRWLockExclusive(&license->lock);
    hr = drm_enumeration_get(license->enumeration, &current);
    if (SUCCEEDED(hr))
    {
        *count = (DWORD)current->restriction_count;
        if (restrictions && capacity < *count)
            hr = DRM_E_BUFFER_TOO_SMALL; /* with the needed count */
        else if (restrictions)
            for (DWORD i = 0; i < *count; i++)
            {
                restrictions[i].guidRestrictionID = value_guid(current->restrictions[i].id);
                restrictions[i].dwRestrictionData = current->restrictions[i].value;
            }
    }
    ReleaseSRWLockExclusive(&license->lock);
    return FAILED(hr) ? trace_failure("GetAnalogVideoRestrictionLevels", hr) : S_OK;
}

HRESULT STDMETHODCALLTYPE license_GetOutputProtectionLevels(IWMDRMLicense *iface,
                                                            WMDRM_OUTPUT_PROTECTION_LEVELS *levels)
{
    struct license *license = license_from_IWMDRMLicense(iface);
    const struct drm_license *current;
    HRESULT hr;

    trace_line("%p: GetOutputProtectionLevels", (void *)iface);
    if (!levels)
        return E_POINTER;
    memset(levels, 0, sizeof(*levels)); /* what a licence without levels asks for */
    AcquireSRWLockExclusive(&license->lock);
    hr = drm_enumeration_get(license->enumeration, &current);
    if (SUCCEEDED(hr) && current->terms.has_outputs)
    {
        const struct drm_output_levels *outputs = &current->terms.outputs;

        *levels = (WMDRM_OUTPUT_PROTECTION_LEVELS){
            .wCompressedDigitalVideo = outputs->compressed_video,
            .wUncompressedDigitalVideo = outputs->uncompressed_video,
            .wAnalogVideo = outputs->analog_video,
            .wCompressedDigitalAudio = outputs->compressed_audio,
            .wUncompressedDigitalAudio = outputs->uncompressed_audio,
            .wMinimumCopyProtectionLevel = outputs->copy,
        };
    }
    ReleaseSRWLockExclusive(&license->lock);
    return FAILED(hr) ? trace_failure("GetOutputProtectionLevels", hr) : S_OK;
}

HRESULT STDMETHODCALLTYPE license_GetInclusionList(IWMDRMLicense *iface, GUID **out, DWORD *count)
{
    struct license *license = license_from_IWMDRMLicense(iface);
    uint8_t found[DRM_LICENSE_MAX_INCLUSIONS][16];
    size_t found_count = 0;
    GUID *guids = NULL;
    HRESULT hr;

    trace_line("%p: GetInclusionList", (void *)iface);
    if (out)
        *out = NULL;
    if (count)
        *count = 0;
    if (!out || !count)
        return E_POINTER;
    AcquireSRWLockExclusive(&license->lock);
    hr = drm_enumeration_get_inclusions(license->enumeration, found, &found_count);
    ReleaseSRWLockExclusive(&license->lock);
    if (SUCCEEDED(hr) && found_count && !(guids = CoTaskMemAlloc(found_count * sizeof(*guids))))
        hr = E_OUTOFMEMORY;
    if (FAILED(hr))
        return trace_failure("GetInclusionList", hr);
    for (size_t i = 0; i < found_count; i++)
        guids[i] = value_guid(found[i]);
    *out = guids;
    *count = (DWORD)found_count;
    return S_OK;
}

/* In no document: the licence's terms as they stand in it (docs/formats.md, "Licences"). */
HRESULT STDMETHODCALLTYPE license_GetPolicy(IWMDRMLicense *iface, BYTE **out, DWORD *size)
{
    struct license *license = license_from_IWMDRMLicense(iface);
    const struct drm_license *current;
    HRESULT hr;

    trace_line("%p: GetPolicy", (void *)iface);
    if (out)
        *out = NULL;
    if (size)
        *size = 0;
    if (!out || !size)
        return E_POINTER;
    AcquireSRWLockExclusive(&license->lock);
    hr = drm_enumeration_get(license->enumeration, &current);
    if (SUCCEEDED(hr))
        hr = value_give_bytes(current->encoded_terms, out, size);
    ReleaseSRWLockExclusive(&license->lock);
    return FAILED(hr) ? trace_failure("GetPolicy", hr) : S_OK;
}
