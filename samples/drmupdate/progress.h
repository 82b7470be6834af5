/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Shows an individualization: a bar on a terminal, a line for each step elsewhere. */
#ifndef DRMUPDATE_PROGRESS_H
#define DRMUPDATE_PROGRESS_H

#include <windows.h>
#include <wmdrmsdk.h>

struct progress
{
    const wchar_t *step; /* last shown */
    int tenths;          /* of the download, last shown */
};

void progress_show(struct progress *progress, const WM_INDIVIDUALIZE_STATUS *status);

#endif
