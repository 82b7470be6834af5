/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The content that a file becomes: its header and its encryptor. */
#ifndef WMDRMPACK_CONTENT_H
#define WMDRMPACK_CONTENT_H

#include <windows.h>
#include <wmdrmsdk.h>

#include "common/exit_code.h"
#include "options.h"

struct content
{
    BSTR key_id;
    BSTR header;
    IWMDRMEncrypt *encryptor;
};

/* Adds new content to the embedded authority where no key id is given, acquires a licence where this machine has none,
 * and opens it. Says what failed. */
enum exit_code content_prepare(IWMDRMProvider *provider, const struct options *options, struct content *out);
void content_free(struct content *content); /* one that is zeroed is fine */

#endif
