/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * IWMDRMLicense::CreateSecureDecryptor: content of the current licence for another protection system.
 *
 * The vector is for the application alone: it comes encrypted to the key of its certificate. Everything that can
 * fail but for lack of memory comes before the licence is used, so that a failed call uses nothing up.
 */
#include <stdlib.h>
#include <string.h>
#include <nserror.h>

#include "engine/crypto/reencrypt.h"
#include "engine/crypto/rsa.h"
#include "engine/xml/application_certificate.h"
#include "shell/object/license.h"
#include "shell/object/secure_decryptor.h"
#include "shell/object/values.h"
#include "shell/platform/trace.h"

#define MAX_CERTIFICATE_SIZE (2 * DRM_APPLICATION_CERTIFICATE_MAX_SIZE) /* the text is twice as long in UTF-16 */

/* XML in UTF-8 or UTF-16, with or without a terminator: *utf8 is the text, *copy what it was converted into. */
static HRESULT read_text(const BYTE *data, DWORD size, char **copy, struct drm_span *utf8)
{
    const bool is_wide = size >= 2 && size % 2 == 0 && ((data[0] == 0xFF && data[1] == 0xFE) || !data[1]);
    const DWORD mark = is_wide && data[0] == 0xFF ? 2 : 0;
    WCHAR *wide;
    HRESULT hr;

    if (!is_wide)
    {
        while (size && !data[size - 1])
            size--;
        *utf8 = drm_span(data, size);
        return S_OK;
    }
    if (!(wide = calloc(size + sizeof(WCHAR), 1)))
        return E_OUTOFMEMORY;
    memcpy(wide, data + mark, size - mark);
    if (SUCCEEDED(hr = value_text(wide, copy)))
        *utf8 = drm_span(*copy, *copy ? strlen(*copy) : 0);
    free(wide);
    return hr == E_INVALIDARG ? DRM_E_INVALID_APPCERT : hr;
}

static HRESULT check_application(struct license *license, const BYTE *certificate, DWORD size, struct drm_rsa_key *key)
{
    struct drm_span text;
    char *copy = NULL;
    HRESULT hr;

    if (size > MAX_CERTIFICATE_SIZE)
        return DRM_E_INVALID_APPCERT;
    if (SUCCEEDED(hr = read_text(certificate, size, &copy, &text)))
    {
        AcquireSRWLockExclusive(&license->lock);
        hr = drm_enumeration_check_application(license->enumeration, text, key);
        ReleaseSRWLockExclusive(&license->lock);
        engine_rest_soon(license->engine);
    }
    free(copy);
    return hr;
}

/* vector has room for what is encrypted to key. */
static HRESULT create(struct license *license, const struct drm_rsa_key *key, BYTE *vector, IWMDRMDecrypt **out)
{
    uint8_t content_key[DRM_CONTENT_KEY_SIZE], secret[DRM_REENCRYPT_VECTOR_SIZE], encrypted[DRM_RSA_MODULUS_SIZE];
    HRESULT hr;

    drm_random(secret, sizeof(secret));
    if (SUCCEEDED(hr = drm_rsa_encrypt(key, drm_span(secret, sizeof(secret)), encrypted))
        && SUCCEEDED(hr = license_use(license, content_key))
        && SUCCEEDED(hr = secure_decryptor_create(content_key, secret, out)))
        memcpy(vector, encrypted, key->modulus_size);
    drm_wipe(content_key, sizeof(content_key));
    drm_wipe(secret, sizeof(secret));
    return hr;
}

HRESULT STDMETHODCALLTYPE license_CreateSecureDecryptor(IWMDRMLicense *iface, BYTE *certificate,
                                                        DWORD certificate_size, DWORD certificate_type, DWORD flags,
                                                        BYTE *vector, DWORD *vector_size, IWMDRMDecrypt **out)
{
    struct license *license = license_from_IWMDRMLicense(iface);
    const DWORD capacity = vector && vector_size ? *vector_size : 0;
    struct drm_rsa_key key;
    HRESULT hr;

    trace_line("%p: CreateSecureDecryptor, type %lu, flags 0x%lx", (void *)iface, certificate_type, flags);
    if (out)
        *out = NULL;
    if (vector_size)
        *vector_size = 0;
    if (!certificate || !vector_size || (!out && vector)) /* who asks for the size alone gets no object */
        return E_POINTER;
    if (!certificate_size || certificate_type != WMDRM_CERTIFICATE_TYPE_XML || flags != WMDRM_PROTECTION_TYPE_RC4)
        return E_INVALIDARG;
    if (!license->protected) /* documented for all that only the stub library may do */
        return trace_failure("CreateSecureDecryptor", NS_E_DRM_STUBLIB_REQUIRED);
    if (FAILED(hr = check_application(license, certificate, certificate_size, &key)))
        return trace_failure("CreateSecureDecryptor", hr);
    if (vector && capacity < key.modulus_size)
        hr = DRM_E_BUFFER_TOO_SMALL;
    else if (vector)
        hr = create(license, &key, vector, out);
    if (SUCCEEDED(hr) || hr == DRM_E_BUFFER_TOO_SMALL)
        *vector_size = (DWORD)key.modulus_size;
    return FAILED(hr) ? trace_failure("CreateSecureDecryptor", hr) : S_OK;
}
