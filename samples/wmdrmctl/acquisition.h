/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Acquiring licences, silently and by a web page. */
#ifndef WMDRMCTL_ACQUISITION_H
#define WMDRMCTL_ACQUISITION_H

#include <stdbool.h>
#include <windows.h>
#include <wmdrmsdk.h>

struct acquisition
{
    BSTR url;     /* NULL: the header's, or that of the configured service */
    BSTR header;  /* NULL: pre-delivery */
    BSTR key_id;  /* of the header, for monitoring; NULL: none */
    BSTR actions; /* ACTIONLIST; NULL: whatever is offered */
};

HRESULT acquisition_run_silently(IWMDRMLicenseManagement *management, const struct acquisition *acquisition);

/* What has to be posted, and where: both SysFreeString. */
HRESULT acquisition_prepare(IWMDRMLicenseManagement *management, const struct acquisition *acquisition, bool legacy,
                            BSTR *url, BSTR *challenge);

/* Ends when a licence for the key id, with these actions, is in the store, from whichever process. */
HRESULT acquisition_monitor(IWMDRMLicenseManagement *management, const struct acquisition *acquisition);

/*
 * The way by a browser: shows a page of our own (in the default browser where open is true; else its address is
 * printed), which leads to the issuer's, and stores what comes back.
 */
HRESULT acquisition_run_in_browser(IWMDRMLicenseManagement *management, const struct acquisition *acquisition,
                                   bool open);

#endif
