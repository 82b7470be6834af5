/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * IWMDRMEncrypt: protects content in place, with the key of a licence that was used for it. By QueryInterface also
 * IWMDRMEncryptScatter (encryptor_scatter.c).
 */
#ifndef WMDRM_SHELL_ENCRYPTOR_H
#define WMDRM_SHELL_ENCRYPTOR_H

#include <windows.h>
#include <mfobjects.h>
#include <wmdrmsdk.h>

#include "engine/format/license.h"
#include "shell/com/free_threaded.h"

#define ENCRYPTOR_MAX_STREAMS 127 /* as many as ASF has */

struct encryptor
{
    IWMDRMEncrypt IWMDRMEncrypt_iface;
    IWMDRMEncryptScatter IWMDRMEncryptScatter_iface;
    LONG references;
    struct free_threaded free_threaded;
    struct drm_ctr *ctr;
    LONG used;          /* something was to be encrypted, by this one or another of the same key */
    SRWLOCK lock;       /* guards: the streams */
    DWORD stream_count; /* 0 before InitEncryptScatter */
    DWORD streams[ENCRYPTOR_MAX_STREAMS];
};

/* encryptor_scatter.c */
extern const IWMDRMEncryptScatterVtbl encryptor_scatter_vtbl;

/* The key is copied. first: nothing else ever encrypted with it, so that the default place in its stream is free.
 * Returns S_OK, or a failure with *out untouched. */
HRESULT encryptor_create(const uint8_t content_key[DRM_CONTENT_KEY_SIZE], bool first, IWMDRMEncrypt **out);

#endif
