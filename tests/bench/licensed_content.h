/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Content of the embedded authority in a store of the benchmark's own, licensed to this machine and opened.
 */
#ifndef WMDRM_TESTS_LICENSED_CONTENT_H
#define WMDRM_TESTS_LICENSED_CONTENT_H

#include <windows.h>
#include <wmdrmsdk.h>

struct licensed_content
{
    IWMDRMProvider *provider;
    IWMDRMDecrypt *decryptor;
    IWMDRMEncrypt *encryptor;
};

/* Starts the DLL too; ends the program where anything fails. */
void licensed_content_open(const BYTE key[16], struct licensed_content *out);
void licensed_content_close(struct licensed_content *content);

#endif
