/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Seals secrets with CryptProtectData. */
#include "shell/platform/dpapi_protector.h"

#include <stdlib.h>
#include <string.h>

#include <windows.h>
#include <dpapi.h>

#include "shell/platform/utf8.h"

#define MAX_SECRET (64 * 1024)

/* Without a label there would be nothing that tells kinds apart. */
static drm_result make_description(const char *label, WCHAR **out)
{
    return label[0] ? utf8_to_wide(label, out) : DRM_E_INVALID_ARGUMENT;
}

static DATA_BLOB make_blob(const void *data, size_t size)
{
    return (DATA_BLOB){.pbData = (BYTE *)data, .cbData = (DWORD)size};
}

static drm_result protector_seal(void *context, const char *label, const uint8_t *secret, size_t size,
                                 struct drm_buffer *out)
{
    DATA_BLOB entropy = make_blob(label, strlen(label)), plain = make_blob(secret, size), sealed;
    WCHAR *description;
    drm_result result;

    (void)context;
    if (!size || size > MAX_SECRET)
        return DRM_E_INVALID_ARGUMENT;
    if (DRM_FAILED(result = make_description(label, &description)))
        return result;
    if (CryptProtectData(&plain, description, &entropy, NULL, NULL, CRYPTPROTECT_UI_FORBIDDEN, &sealed))
    {
        result = drm_buffer_append(out, sealed.pbData, sealed.cbData);
        LocalFree(sealed.pbData);
    }
    else
    {
        result = DRM_E_SECURE_STORE_ERROR;
    }
    free(description);
    return result;
}

/* The description is compared as well: it tells kinds apart even where entropy is not mixed in. */
static drm_result protector_unseal(void *context, const char *label, const uint8_t *sealed, size_t size,
                                   struct drm_buffer *out)
{
    DATA_BLOB entropy = make_blob(label, strlen(label)), blob = make_blob(sealed, size), plain;
    WCHAR *expected, *description = NULL;
    drm_result result;

    (void)context;
    if (!size || size > UINT32_MAX)
        return DRM_E_SECURE_STORE_UNLOCK_ERROR;
    if (DRM_FAILED(result = make_description(label, &expected)))
        return result;
    if (CryptUnprotectData(&blob, &description, &entropy, NULL, NULL, CRYPTPROTECT_UI_FORBIDDEN, &plain))
    {
        if (description && !wcscmp(description, expected))
            result = drm_buffer_append(out, plain.pbData, plain.cbData);
        else
            result = DRM_E_SECURE_STORE_UNLOCK_ERROR;
        SecureZeroMemory(plain.pbData, plain.cbData);
        LocalFree(plain.pbData);
        LocalFree(description);
    }
    else
    {
        result = DRM_E_SECURE_STORE_UNLOCK_ERROR;
    }
    free(expected);
    return result;
}

void dpapi_protector_init(struct drm_protector *out)
{
    *out = (struct drm_protector){.seal = protector_seal, .unseal = protector_unseal};
}
