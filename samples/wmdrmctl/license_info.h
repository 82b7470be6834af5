/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All that a licence object tells about its current licence. */
#ifndef WMDRMCTL_LICENSE_INFO_H
#define WMDRMCTL_LICENSE_INFO_H

#include <stdbool.h>
#include <windows.h>
#include <wmdrmsdk.h>
#include <wmdrmsdkext.h>

#include "common/json.h"

struct license_info
{
    WMDRM_LICENSE_DETAILS details;
    DWORD priority;
    bool has_source_id;
    DWORD source_id;
    BSTR uplink;                  /* NULL: no leaf */
    BSTR sap_level;               /* NULL: none is required */
    ULONGLONG revinfo_version;
    BOOL can_persist;
    WMDRM_OUTPUT_PROTECTION_LEVELS outputs;
    DWORD inclusion_count;
    GUID *inclusions;
};

/* Free also after a failure. */
HRESULT license_info_read(IWMDRMLicense *license, struct license_info *out);
void license_info_free(struct license_info *info);

void license_info_put_json(struct json *json, const struct license_info *info);

/* Lines for people, below a line with the licence's id. */
void license_info_print(const struct license_info *info);

/* Starts an enumeration; key_id, rights and source_ids may be NULL. DRM_E_LICENSENOTFOUND where there is none. */
#ifndef DRM_E_LICENSENOTFOUND
#define DRM_E_LICENSENOTFOUND ((HRESULT)0x8004c013)
#endif
HRESULT license_enumerate(IWMDRMLicenseManagement *management, const wchar_t *key_id, const wchar_t *rights,
                          const wchar_t *source_ids, IWMDRMLicense **out);

/* The next one: S_FALSE at the end. One that needs a newer revocation list is one all the same. */
HRESULT license_next(IWMDRMLicense *license);

#endif
