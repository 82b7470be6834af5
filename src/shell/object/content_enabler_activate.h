/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The class WMDRMContentEnablerActivate: makes a content enabler anew from what one wrote into a stream.
 */
#ifndef WMDRM_SHELL_CONTENT_ENABLER_ACTIVATE_H
#define WMDRM_SHELL_CONTENT_ENABLER_ACTIVATE_H

#include <windows.h>

/* Makes an activation object (IMFActivate, IPersistStream) without a subject and answers iid of it. */
HRESULT content_enabler_activate_create(REFIID iid, void **out);

#endif
