/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What tests of IWMDRMDecrypt and IWMDRMEncrypt share: objects of licences, calls that leave their arguments as they
 * are, and another implementation of the same.
 */
#ifndef WMDRM_TESTS_DECRYPT_FIXTURE_H
#define WMDRM_TESTS_DECRYPT_FIXTURE_H

#include "shell/license_fixture.h"

IWMDRMLicense *open_license(struct license_fixture *fixture, unsigned int number, const WCHAR *rights);
IWMDRMDecrypt *create_decryptor(struct license_fixture *fixture, unsigned int number);
IWMDRMEncrypt *create_encryptor(struct license_fixture *fixture, unsigned int number);

HRESULT decrypt(IWMDRMDecrypt *decryptor, BYTE *data, DWORD size, const WMDRMCryptoData *where);
HRESULT encrypt(IWMDRMEncrypt *encryptor, BYTE *data, DWORD size, const WMDRMCryptoData *where);

/* Counter mode of a content's key, made of the system's AES in blocks. */
void system_counter_mode(struct license_fixture *fixture, unsigned int number, const WMDRMCryptoData *where,
                         BYTE *data, DWORD size);

/* Bytes that follow from the seed. */
void fill(BYTE *data, DWORD size, BYTE seed);

#endif
