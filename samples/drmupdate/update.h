/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One security update, from the call to its last event. */
#ifndef DRMUPDATE_UPDATE_H
#define DRMUPDATE_UPDATE_H

#include <windows.h>
#include <wmdrmsdk.h>

#include "options.h"
#include "report.h"

#define SERVICE_SIZE 512

/* How the parts ended. NS_E_DRM_OPERATION_CANCELED where the user cancelled one. */
struct update_outcome
{
    HRESULT individualization;
    HRESULT refresh;            /* S_OK where none was asked for */
    char service[SERVICE_SIZE]; /* the URL that answered; "" where none did */
};

/*
 * Individualizes, and refreshes the revocation lists where the options say so; shows progress and reports events.
 * Returns a failure where the update could not be started or its events not be read; the outcome is of an update that
 * ran.
 */
HRESULT update_run(IWMDRMSecurity *security, const struct options *options, struct report *report,
                   struct update_outcome *outcome);

#endif
