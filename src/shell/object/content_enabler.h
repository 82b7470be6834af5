/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * IMFContentEnabler: the way to an update of a revoked component.
 */
#ifndef WMDRM_SHELL_CONTENT_ENABLER_H
#define WMDRM_SHELL_CONTENT_ENABLER_H

#include <stdbool.h>
#include <windows.h>
#include <mfobjects.h>
#include <wmdrmsdk.h>

#include "engine/net/exchange.h"

#define CONTENT_ENABLER_HASH_SIZE 129 /* characters with terminator: a SHA-512 in hexadecimal at most */

/* What an enabler is about. Small and flat, so that it can be saved and made anew in another process. */
struct content_enabler_subject
{
    GUID list;                              /* WMDRM_REVOCATIONTYPE_x; GUID_NULL where the application did not say */
    HRESULT hint;                           /* the failure that led here; S_OK where there was none */
    DWORD list_version;                     /* of the index of lists (REVINFO) when the enabler was made */
    WCHAR hash[CONTENT_ENABLER_HASH_SIZE];  /* names the component: hexadecimal digits */
    char url[DRM_EXCHANGE_MAX_URL];         /* where updates are; empty where the operator names no place */
    bool url_trusted;                       /* it came with the authority's signature, not from a stream */
};

/* Makes an enabler and answers iid of it. Returns E_OUTOFMEMORY or E_NOINTERFACE. */
HRESULT content_enabler_create(const struct content_enabler_subject *subject, REFIID iid, void **out);

#endif
