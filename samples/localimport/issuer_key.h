/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The issuer's private key, in a file that opens for this user on this machine alone (DPAPI). */
#ifndef LOCALIMPORT_ISSUER_KEY_H
#define LOCALIMPORT_ISSUER_KEY_H

#include <wmdrmsdkext.h>

#include "common/exit_code.h"

#define ISSUER_KEY_SIZE 32

/* Makes a key, writes it to a file that must not be there yet, and prints the public half. */
enum exit_code issuer_key_create(IWMDRMIssuer *issuer, const wchar_t *path);

/* Wipe it (SecureZeroMemory) as soon as it was used. */
HRESULT issuer_key_read(const wchar_t *path, BYTE out[ISSUER_KEY_SIZE]);

#endif
