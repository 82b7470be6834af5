/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * IWMDRMAuthority of the licence management object (idl/wmdrmsdkext.idl): the embedded authority for people.
 */
#ifndef WMDRM_SHELL_AUTHORITY_H
#define WMDRM_SHELL_AUTHORITY_H

#include "shell/object/license_management.h"

extern const IWMDRMAuthorityVtbl license_authority_vtbl;

struct license_management *license_management_from_IWMDRMAuthority(IWMDRMAuthority *iface);

/* authority_contents.c */
HRESULT STDMETHODCALLTYPE license_authority_AddContent(IWMDRMAuthority *iface, const WMDRM_CONTENT *content,
                                                       const BYTE *key, DWORD key_size, BSTR *key_id);
HRESULT STDMETHODCALLTYPE license_authority_ImportContents(IWMDRMAuthority *iface, BSTR table,
                                                           const WMDRM_CONTENT *defaults, DWORD *count, BSTR *wrong);
HRESULT STDMETHODCALLTYPE license_authority_WithdrawContent(IWMDRMAuthority *iface, BSTR key_id);
HRESULT STDMETHODCALLTYPE license_authority_GetContents(IWMDRMAuthority *iface, DWORD *count,
                                                        WMDRM_CONTENT **contents);
HRESULT STDMETHODCALLTYPE license_authority_GetContentKey(IWMDRMAuthority *iface, BSTR key_id, BYTE key[16]);
HRESULT STDMETHODCALLTYPE license_authority_MakeContentHeader(IWMDRMAuthority *iface, BSTR key_id, BSTR url,
                                                              BSTR min_version, BSTR *header);

/* authority_certify.c */
HRESULT STDMETHODCALLTYPE license_authority_Certify(IWMDRMAuthority *iface, const WMDRM_CERTIFY_ORDER *order,
                                                    BYTE **certificate, DWORD *size, BYTE id[32]);
HRESULT STDMETHODCALLTYPE license_authority_RevokeCertificate(IWMDRMAuthority *iface, DWORD role, const BYTE id[32]);

#endif
