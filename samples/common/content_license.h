/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a content header to the objects that open and protect its content. */
#ifndef SAMPLES_CONTENT_LICENSE_H
#define SAMPLES_CONTENT_LICENSE_H

#include <stdbool.h>
#include <windows.h>
#include <wmdrmsdk.h>

/* The key id of a content header: SysFreeString; NULL where it has none. */
BSTR content_key_id(const wchar_t *header);

/* May Play be used now? *no_license: there is none at all. S_OK, S_FALSE, or a failure. */
HRESULT content_may_play(IWMDRMProvider *provider, BSTR key_id, bool *no_license);

/* Acquires a licence silently from url (NULL: the header's or the configured service's); ends early with Ctrl+C. */
HRESULT content_acquire(IWMDRMLicenseManagement *management, BSTR header, BSTR url);

/* The first licence for Play that opens: exactly one of encryptor and decryptor is wanted, the other is NULL. Returns
 * why the first one does not, where none does. */
HRESULT content_open(IWMDRMLicenseManagement *management, BSTR key_id, IWMDRMEncrypt **encryptor,
                     IWMDRMDecrypt **decryptor);

#endif
