/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From a protected file to plain bytes. */
#ifndef WMDRMPLAY_PLAY_H
#define WMDRMPLAY_PLAY_H

#include <stdbool.h>
#include <wmdrmsdk.h>

#include "common/exit_code.h"

struct options
{
    const wchar_t *input;
    const wchar_t *output; /* "-": the standard output; NULL: nowhere */
    const wchar_t *url;    /* where a licence is acquired; NULL: the header's */
    bool no_acquire, overwrite;
};

enum exit_code play(IWMDRMProvider *provider, const struct options *options);

#endif
