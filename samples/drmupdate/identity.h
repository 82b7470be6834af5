/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the machine is to Windows Media DRM: version of the security component, certificate, revocation lists. */
#ifndef DRMUPDATE_IDENTITY_H
#define DRMUPDATE_IDENTITY_H

#include <stdbool.h>
#include <windows.h>
#include <wmdrmsdk.h>

#define FINGERPRINT_SIZE 32
#define VERSION_TEXT_SIZE 64

struct identity
{
    HRESULT version_result;
    wchar_t version[VERSION_TEXT_SIZE];
    HRESULT certificate_result;
    DWORD certificate_size;
    BYTE fingerprint[FINGERPRINT_SIZE]; /* SHA-256 of the whole certificate */
};

/* Reads what can be read; each part has its own result. */
void identity_read(IWMDRMSecurity *security, struct identity *identity);

/* Prints it under a heading ("before", "after"). */
void identity_print(const wchar_t *heading, const struct identity *identity);

/* Whether both have a certificate, and the same one. */
bool identity_equal(const struct identity *a, const struct identity *b);

void identity_print_revocation_lists(IWMDRMSecurity *security);

#endif
