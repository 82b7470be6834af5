/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ctrl+C, Ctrl+Break and the closing of the window: they cancel the running operation, which then still sends its
 * completion event. A second Ctrl+C ends the program the hard way.
 */
#ifndef DRMUPDATE_CANCEL_H
#define DRMUPDATE_CANCEL_H

#include <windows.h>
#include <wmdrmsdk.h>

void cancel_install(void);

/* The operation to cancel. Cancels it at once where the user asked already. Holds references until cancel_end. */
void cancel_begin(IWMDRMSecurity *security, IUnknown *cookie);

/* The operation has ended. */
void cancel_end(void);

#endif
