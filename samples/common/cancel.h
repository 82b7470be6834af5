/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ctrl+C, Ctrl+Break and the closing of the window: they cancel the running operation, which then still sends its
 * completion event. A second Ctrl+C ends the program the hard way.
 */
#ifndef SAMPLES_CANCEL_H
#define SAMPLES_CANCEL_H

#include <stdbool.h>
#include <windows.h>
#include <wmdrmsdk.h>

void cancel_install(void);

/* The operation to cancel, and the object that runs it. Cancels it at once where the user asked already. Holds
 * references until cancel_end. */
void cancel_begin(IWMDRMEventGenerator *generator, IUnknown *cookie);

/* The operation has ended. */
void cancel_end(void);

/* Whether the user asked. Between operations a program ends by this. */
bool cancel_is_requested(void);

#endif
