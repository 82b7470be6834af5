/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "license_info.h"

#include <stddef.h>
#include <string.h>
#include <nserror.h>
#include <oleauto.h>
#include <propidl.h>

#include "common/output.h"
#include "common/times.h"

/* --- reading ---------------------------------------------------------------------------------------------- */

static HRESULT read_details(IWMDRMLicense *license, WMDRM_LICENSE_DETAILS *out)
{
    IWMDRMLicenseDetails *details;
    HRESULT hr = IWMDRMLicense_QueryInterface(license, &IID_IWMDRMLicenseDetails, (void **)&details);

    if (FAILED(hr))
        return hr;
    hr = IWMDRMLicenseDetails_GetDetails(details, out);
    IWMDRMLicenseDetails_Release(details);
    return hr;
}

/* S_FALSE of a property that this licence does not have. */
static HRESULT read_property(IWMDRMLicense *license, const wchar_t *name, VARTYPE type, PROPVARIANT *value)
{
    BSTR text = SysAllocString(name);
    HRESULT hr;

    PropVariantInit(value);
    if (!text)
        return E_OUTOFMEMORY;
    hr = IWMDRMLicense_GetLicenseProperty(license, text, value);
    SysFreeString(text);
    if (hr == NS_E_DRM_INVALID_PROPERTY)
        return S_FALSE;
    if (SUCCEEDED(hr) && value->vt != type)
    {
        PropVariantClear(value);
        return E_UNEXPECTED;
    }
    return hr;
}

static HRESULT read_number(IWMDRMLicense *license, const wchar_t *name, DWORD *out)
{
    PROPVARIANT value;
    HRESULT hr = read_property(license, name, VT_UI4, &value);

    if (hr == S_OK)
        *out = value.ulVal;
    return hr;
}

static HRESULT read_text(IWMDRMLicense *license, const wchar_t *name, BSTR *out)
{
    PROPVARIANT value;
    HRESULT hr = read_property(license, name, VT_BSTR, &value);

    if (hr == S_OK)
        *out = value.bstrVal;
    return hr;
}

HRESULT license_info_read(IWMDRMLicense *license, struct license_info *out)
{
    PROPVARIANT revinfo;
    HRESULT hr;

    memset(out, 0, sizeof(*out));
    if (FAILED(hr = read_details(license, &out->details))
        || FAILED(hr = read_number(license, g_wszWMDRM_PRIORITY, &out->priority))
        || FAILED(hr = read_number(license, g_wszWMDRM_SOURCEID, &out->source_id)))
        return hr;
    out->has_source_id = hr == S_OK;
    if (FAILED(hr = read_text(license, g_wszWMDRM_UplinkID, &out->uplink))
        || FAILED(hr = read_text(license, g_wszWMDRM_SAPLEVEL, &out->sap_level))
        || FAILED(hr = read_property(license, g_wszWMDRM_REVINFOVERSION, VT_UI8, &revinfo)))
        return hr;
    out->revinfo_version = hr == S_OK ? revinfo.uhVal.QuadPart : 0;
    if (FAILED(hr = IWMDRMLicense_CanPersist(license, &out->can_persist))
        || FAILED(hr = IWMDRMLicense_GetOutputProtectionLevels(license, &out->outputs)))
        return hr;
    return IWMDRMLicense_GetInclusionList(license, &out->inclusions, &out->inclusion_count);
}

void license_info_free(struct license_info *info)
{
    SysFreeString(info->details.bstrKID);
    SysFreeString(info->details.bstrLicenseID);
    SysFreeString(info->details.bstrIssuer);
    SysFreeString(info->details.bstrURL);
    SysFreeString(info->details.bstrRights);
    SysFreeString(info->uplink);
    SysFreeString(info->sap_level);
    CoTaskMemFree(info->inclusions);
    memset(info, 0, sizeof(*info));
}

/* --- showing ---------------------------------------------------------------------------------------------- */

static const struct
{
    const wchar_t *json_name, *name;
    size_t offset;
} levels[] = {
    {L"compressedVideo", L"compressed video", offsetof(WMDRM_OUTPUT_PROTECTION_LEVELS, wCompressedDigitalVideo)},
    {L"uncompressedVideo", L"uncompressed video", offsetof(WMDRM_OUTPUT_PROTECTION_LEVELS, wUncompressedDigitalVideo)},
    {L"analogVideo", L"analog video", offsetof(WMDRM_OUTPUT_PROTECTION_LEVELS, wAnalogVideo)},
    {L"compressedAudio", L"compressed audio", offsetof(WMDRM_OUTPUT_PROTECTION_LEVELS, wCompressedDigitalAudio)},
    {L"uncompressedAudio", L"uncompressed audio", offsetof(WMDRM_OUTPUT_PROTECTION_LEVELS, wUncompressedDigitalAudio)},
    {L"copy", L"copy", offsetof(WMDRM_OUTPUT_PROTECTION_LEVELS, wMinimumCopyProtectionLevel)},
};

static WORD level_of(const WMDRM_OUTPUT_PROTECTION_LEVELS *outputs, size_t index)
{
    return *(const WORD *)((const BYTE *)outputs + levels[index].offset);
}

void license_info_put_json(struct json *json, const struct license_info *info)
{
    wchar_t text[64];

    json_open_object(json, NULL);
    json_text(json, L"keyId", info->details.bstrKID);
    json_text(json, L"licenseId", info->details.bstrLicenseID);
    json_text(json, L"issuer", info->details.bstrIssuer);
    json_text(json, L"url", info->details.bstrURL);
    json_text(json, L"issued", time_format(&info->details.ftIssued, text));
    json_text(json, L"rights", info->details.bstrRights);
    json_bool(json, L"permanent", info->details.fPermanent);
    json_bool(json, L"imported", info->details.fImported);
    json_bool(json, L"canPersist", info->can_persist);
    json_number(json, L"priority", info->priority);
    if (info->has_source_id)
        json_number(json, L"sourceId", info->source_id);
    json_text(json, L"uplink", info->uplink);
    json_text(json, L"secureAudioPathLevel", info->sap_level);
    json_number(json, L"revinfoVersion", info->revinfo_version);
    json_open_object(json, L"outputLevels");
    for (size_t i = 0; i < ARRAYSIZE(levels); ++i)
        json_number(json, levels[i].json_name, level_of(&info->outputs, i));
    json_close_object(json);
    json_open_array(json, L"inclusions");
    for (DWORD i = 0; i < info->inclusion_count; ++i)
    {
        StringFromGUID2(&info->inclusions[i], text, ARRAYSIZE(text));
        json_text(json, NULL, text);
    }
    json_close_array(json);
    json_close_object(json);
}

void license_info_print(const struct license_info *info)
{
    wchar_t text[64];

    output_line(L"licence %ls", info->details.bstrLicenseID);
    output_line(L"  key id:       %ls", info->details.bstrKID);
    output_line(L"  issued:       %ls by %ls", time_format(&info->details.ftIssued, text),
                info->details.bstrIssuer && *info->details.bstrIssuer ? info->details.bstrIssuer : L"somebody");
    if (info->details.bstrURL && *info->details.bstrURL)
        output_line(L"  url:          %ls", info->details.bstrURL);
    output_line(L"  rights:       %ls", info->details.bstrRights);
    output_line(L"  store:        %ls%ls%ls", info->details.fPermanent ? L"permanent" : L"temporary",
                info->can_persist ? L", may be made permanent" : L"", info->details.fImported ? L", imported" : L"");
    output_line(L"  priority:     %lu", (unsigned long)info->priority);
    if (info->has_source_id)
        output_line(L"  source id:    %lu", (unsigned long)info->source_id);
    if (info->uplink)
        output_line(L"  root:         %ls", info->uplink);
    if (info->sap_level)
        output_line(L"  audio path:   level %ls", info->sap_level);
    if (info->revinfo_version)
        output_line(L"  revocation:   lists from version %llu on", info->revinfo_version);
    for (size_t i = 0; i < ARRAYSIZE(levels); ++i)
    {
        if (level_of(&info->outputs, i))
            output_line(L"  output level: %u for %ls", level_of(&info->outputs, i), levels[i].name);
    }
    for (DWORD i = 0; i < info->inclusion_count; ++i)
    {
        StringFromGUID2(&info->inclusions[i], text, ARRAYSIZE(text));
        output_line(L"  export to:    %ls", text);
    }
}

/* --- enumerating ------------------------------------------------------------------------------------------ */

HRESULT license_enumerate(IWMDRMLicenseManagement *management, const wchar_t *key_id, const wchar_t *rights,
                          const wchar_t *source_ids, IWMDRMLicense **out)
{
    WMDRM_LICENSE_FILTER filter = {
        .bstrKID = key_id ? SysAllocString(key_id) : NULL,
        .bstrRights = rights ? SysAllocString(rights) : NULL,
        .bstrAllowedSourceIDs = source_ids ? SysAllocString(source_ids) : NULL,
    };
    HRESULT hr = E_OUTOFMEMORY;

    if (!filter.bstrKID == !key_id && !filter.bstrRights == !rights && !filter.bstrAllowedSourceIDs == !source_ids)
        hr = IWMDRMLicenseManagement_CreateLicenseEnumeration(management, &filter, out);
    SysFreeString(filter.bstrKID);
    SysFreeString(filter.bstrRights);
    SysFreeString(filter.bstrAllowedSourceIDs);
    return hr;
}

HRESULT license_next(IWMDRMLicense *license)
{
    const HRESULT hr = IWMDRMLicense_GetNext(license);

    if (hr == HRESULT_FROM_WIN32(ERROR_NO_MORE_ITEMS))
        return S_FALSE;
    return hr == NS_E_DRM_RIV_TOO_SMALL ? S_OK : hr;
}
