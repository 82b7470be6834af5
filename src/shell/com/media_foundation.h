/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Media Foundation's platform, whose work queues run the application's callbacks.
 */
#ifndef WMDRM_SHELL_MEDIA_FOUNDATION_H
#define WMDRM_SHELL_MEDIA_FOUNDATION_H

#include <windows.h>

/*
 * Starts the platform where this module has not yet done so. Any thread, any number of times; cheap after the first.
 * Work items are refused before (MF_E_SHUTDOWN, measured), and no page asks applications to start it themselves.
 *
 * Returns S_OK, or what MFStartup returned; the next call tries again.
 */
HRESULT media_foundation_require(void);

/*
 * Gives back what media_foundation_require took, if anything. Waits for the platform's threads, so it is for the last
 * WMDRMShutdown alone and never for a callback. A later media_foundation_require starts the platform anew.
 */
void media_foundation_release_all(void);

#endif
