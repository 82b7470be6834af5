/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * IWMDRMDecrypt: opens content in place, with the key of a licence that was used for it.
 */
#ifndef WMDRM_SHELL_DECRYPTOR_H
#define WMDRM_SHELL_DECRYPTOR_H

#include <windows.h>
#include <mfobjects.h>
#include <wmdrmsdk.h>

#include "engine/format/license.h"

/* The key is copied. Returns S_OK, or a failure with *out untouched. */
HRESULT decryptor_create(const uint8_t content_key[DRM_CONTENT_KEY_SIZE], IWMDRMDecrypt **out);

#endif
