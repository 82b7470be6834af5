/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "issuer_key.h"

#include <stdlib.h>
#include <string.h>
#include <wincrypt.h>

#include "common/hex.h"
#include "common/output.h"
#include "common/small_file.h"

/* So that no other program's sealed data is taken for a key. */
static DATA_BLOB purpose(void)
{
    static char text[] = "localimport issuer key 1";

    return (DATA_BLOB){sizeof(text), (BYTE *)text};
}

static HRESULT last_error(void)
{
    return HRESULT_FROM_WIN32(GetLastError());
}

static HRESULT seal(const wchar_t *path, BYTE key[ISSUER_KEY_SIZE])
{
    DATA_BLOB plain = {ISSUER_KEY_SIZE, key}, entropy = purpose(), sealed;
    HRESULT hr;

    if (!CryptProtectData(&plain, NULL, &entropy, NULL, NULL, CRYPTPROTECT_UI_FORBIDDEN, &sealed))
        return last_error();
    hr = small_file_write(path, sealed.pbData, sealed.cbData);
    LocalFree(sealed.pbData);
    return hr;
}

enum exit_code issuer_key_create(IWMDRMIssuer *issuer, const wchar_t *path)
{
    BYTE private_key[ISSUER_KEY_SIZE], public_key[ISSUER_KEY_SIZE];
    wchar_t text[2 * ISSUER_KEY_SIZE + 1];
    HRESULT hr = IWMDRMIssuer_CreateKey(issuer, private_key, public_key);

    if (FAILED(hr))
        return exit_failure(L"no key was made", hr);
    hr = seal(path, private_key);
    SecureZeroMemory(private_key, sizeof(private_key));
    if (FAILED(hr))
        return exit_failure(L"the key cannot be kept", hr);
    hex_format(public_key, sizeof(public_key), text);
    output_line(L"%ls", text);
    return EXIT_DONE;
}

HRESULT issuer_key_read(const wchar_t *path, BYTE out[ISSUER_KEY_SIZE])
{
    BYTE *bytes = malloc(SMALL_FILE_MAX_SIZE);
    DATA_BLOB sealed = {0, bytes}, entropy = purpose(), plain;
    HRESULT hr;

    if (!bytes)
        return E_OUTOFMEMORY;
    hr = small_file_read(path, bytes, &sealed.cbData);
    if (SUCCEEDED(hr)
        && !CryptUnprotectData(&sealed, NULL, &entropy, NULL, NULL, CRYPTPROTECT_UI_FORBIDDEN, &plain))
        hr = last_error();
    free(bytes);
    if (FAILED(hr))
        return hr;
    if (plain.cbData == ISSUER_KEY_SIZE)
        memcpy(out, plain.pbData, ISSUER_KEY_SIZE);
    else
        hr = HRESULT_FROM_WIN32(ERROR_INVALID_DATA);
    SecureZeroMemory(plain.pbData, plain.cbData);
    LocalFree(plain.pbData);
    return hr;
}
