/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where plain bytes go: a file, the standard output, or nowhere. */
#ifndef WMDRMPLAY_SINK_H
#define WMDRMPLAY_SINK_H

#include <stdbool.h>
#include <windows.h>

#include "common/exit_code.h"
#include "common/new_file.h"

struct sink
{
    HANDLE stream;        /* the standard output, or NULL */
    struct new_file file;
};

/* path: a new file (overwrite: or one that is there), "-" is the standard output, NULL nowhere. Says what failed. */
enum exit_code sink_open(struct sink *sink, const wchar_t *path, bool overwrite);
enum exit_code sink_write(struct sink *sink, const BYTE *data, DWORD size);
/* A file comes to its place where code is EXIT_DONE, else nothing of it is left. Returns code, or EXIT_FAILED where the
 * rest cannot be written. */
enum exit_code sink_close(struct sink *sink, enum exit_code code);

#endif
