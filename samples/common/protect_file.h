/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a plain file to a protected one (container.h). */
#ifndef SAMPLES_PROTECT_FILE_H
#define SAMPLES_PROTECT_FILE_H

#include <stdbool.h>
#include <windows.h>
#include <wmdrmsdk.h>

#include "exit_code.h"

#define PROTECT_BLOCK_SIZE 65536 /* where nobody wants another */

struct protect_order
{
    const wchar_t *input, *output;
    DWORD block_size;
    bool overwrite;            /* an output that is there */
    const wchar_t *header;     /* the content header */
    IWMDRMEncrypt *encryptor;  /* of a licence of that content */
};

/* Says what failed; then nothing of the output is left, and one that was there is as it was. */
enum exit_code protect_file(const struct protect_order *order);

#endif
