/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Datagrams for the engine (engine/device/datagrams.h) through Winsock.
 */
#ifndef WMDRM_SHELL_DATAGRAMS_WINSOCK_H
#define WMDRM_SHELL_DATAGRAMS_WINSOCK_H

#include <windows.h>

#include "engine/device/datagrams.h"

/* Fills the table. Returns S_OK, or the failure of WSAStartup, which is called once and never undone. */
HRESULT datagrams_winsock_init(struct drm_datagrams *out);

/* Reads "192.0.2.1", "192.0.2.1:3011", "2001:db8::1", "[fe80::1%5]:3011"; the port is 0 where none stands there.
 * E_INVALIDARG. */
HRESULT datagrams_winsock_parse(const WCHAR *text, struct drm_device_address *out);

#endif
