/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * libgcrypt's errors as results.
 */
#ifndef WMDRM_ENGINE_GCRYPT_RESULT_H
#define WMDRM_ENGINE_GCRYPT_RESULT_H

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

#endif
