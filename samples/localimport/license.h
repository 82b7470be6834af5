/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The third party's part: licences for one machine, made with the issuer's key and certificate. Nothing here knows the
 * machine but by its certificate; it may be another one.
 */
#ifndef LOCALIMPORT_LICENSE_H
#define LOCALIMPORT_LICENSE_H

#include <wmdrmsdk.h>
#include <wmdrmsdkext.h>

#include "common/exit_code.h"
#include "issuer_key.h"

struct license_maker
{
    IWMDRMIssuer *issuer;
    BYTE key[ISSUER_KEY_SIZE];   /* private */
    BYTE *certificate;           /* the issuer's chain (free) */
    DWORD certificate_size;
    BYTE *machine;               /* the machine's (CoTaskMemFree) */
    DWORD machine_size;
};

/* New content: nobody else has its key yet. */
struct license_content
{
    BSTR key_id;
    BYTE key[16];
};

/* Says what failed. Close it in any case. */
enum exit_code license_maker_open(IWMDRMProvider *provider, IWMDRMLicenseManagement *management,
                                  const wchar_t *key_path, const wchar_t *certificate_path,
                                  struct license_maker *out);
void license_maker_close(struct license_maker *maker);

HRESULT license_content_create(struct license_content *out);
void license_content_free(struct license_content *content);

/* A LICENSERESPONSE with one licence of these rights; SysFreeString. url may be NULL. */
HRESULT license_make(const struct license_maker *maker, const struct license_content *content, const wchar_t *rights,
                     const wchar_t *url, BSTR *out);

#endif
