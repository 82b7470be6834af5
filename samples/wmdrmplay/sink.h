/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where plain bytes go: a file, the standard output, or nowhere. */
#ifndef WMDRMPLAY_SINK_H
#define WMDRMPLAY_SINK_H

#include <stdbool.h>
#include <windows.h>

#include "common/exit_code.h"

struct sink
{
    HANDLE handle;       /* NULL: nowhere */
    const wchar_t *path; /* NULL: the standard output, or nowhere */
};

/* path: a new file (overwrite: or one that is there), "-" is the standard output, NULL nowhere. Says what failed. */
enum exit_code sink_open(struct sink *sink, const wchar_t *path, bool overwrite);
enum exit_code sink_write(struct sink *sink, const BYTE *data, DWORD size);
/* A file that is not whole goes away. Returns code, or EXIT_FAILED where the rest cannot be written. */
enum exit_code sink_close(struct sink *sink, enum exit_code code);

#endif
