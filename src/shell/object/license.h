/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * IWMDRMLicense: a list of licences, one of them current. Its methods are in license.c, license_export.c
 * and license_properties.c.
 */
#ifndef WMDRM_SHELL_LICENSE_H
#define WMDRM_SHELL_LICENSE_H

#include <windows.h>
#include <mfobjects.h>
#include <wmdrmsdk.h>
#include <wmdrmsdkext.h>

#include "engine/client/licenses.h"
#include "shell/com/free_threaded.h"
#include "shell/object/engine.h"

struct license
{
    IWMDRMLicense IWMDRMLicense_iface;
    IWMDRMLicenseDetails IWMDRMLicenseDetails_iface;
    LONG references;
    struct free_threaded free_threaded;
    struct engine *engine;
    bool protected;                     /* see provider_create */
    SRWLOCK lock;                       /* guards: enumeration, which serves one thread at a time */
    struct drm_enumeration *enumeration;
};

/* Makes one that stands on the first licence of filter (NULL: of all). Returns what drm_client_enumerate does. */
HRESULT license_create(struct engine *engine, bool protected, const struct drm_license_request_filter *filter,
                       IWMDRMLicense **out);

struct license *license_from_IWMDRMLicense(IWMDRMLicense *iface);

/* The current licence's content key, for one use. What drm_enumeration_use returns. */
HRESULT license_use(struct license *license, uint8_t content_key[DRM_CONTENT_KEY_SIZE]);

/* license_export.c */
HRESULT STDMETHODCALLTYPE license_CreateSecureDecryptor(IWMDRMLicense *iface, BYTE *certificate,
                                                        DWORD certificate_size, DWORD certificate_type, DWORD flags,
                                                        BYTE *vector, DWORD *vector_size, IWMDRMDecrypt **out);

/* license_details.c */
extern const IWMDRMLicenseDetailsVtbl license_details_vtbl;

/* license_properties.c */
HRESULT STDMETHODCALLTYPE license_GetLicenseProperty(IWMDRMLicense *iface, BSTR name, PROPVARIANT *out);
HRESULT STDMETHODCALLTYPE license_GetAnalogVideoRestrictionLevels(IWMDRMLicense *iface,
                                                                  WMDRM_ANALOG_VIDEO_RESTRICTIONS *restrictions,
                                                                  DWORD *count);
HRESULT STDMETHODCALLTYPE license_GetOutputProtectionLevels(IWMDRMLicense *iface,
                                                            WMDRM_OUTPUT_PROTECTION_LEVELS *levels);
HRESULT STDMETHODCALLTYPE license_GetInclusionList(IWMDRMLicense *iface, GUID **out, DWORD *count);
HRESULT STDMETHODCALLTYPE license_GetPolicy(IWMDRMLicense *iface, BYTE **out, DWORD *size);

#endif
