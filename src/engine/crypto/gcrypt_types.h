/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Between libgcrypt's types and ours.
 */
#ifndef WMDRM_ENGINE_GCRYPT_TYPES_H
#define WMDRM_ENGINE_GCRYPT_TYPES_H

#include <gcrypt.h>

#include "engine/base/result.h"

/* Out of memory stays what it is; any other failure is the one that the caller names. */
static inline drm_result drm_result_from_gcrypt(gcry_error_t error, drm_result failure)
{
    switch (gcry_err_code(error))
    {
    case GPG_ERR_NO_ERROR:
        return DRM_S_OK;
    case GPG_ERR_ENOMEM:
        return DRM_E_OUT_OF_MEMORY;
    default:
        return failure;
    }
}

/* A part of what is hashed. libgcrypt never writes there. */
static inline gcry_buffer_t drm_gcrypt_buffer(const void *data, size_t size)
{
    return (gcry_buffer_t){.size = size, .len = size, .data = (void *)(uintptr_t)(size > 0 ? data : "")};
}

#endif
