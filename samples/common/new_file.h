/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A file that is whole or not there: until its end it is written beside its place, as PATH.part. So whatever ends a
 * program, its output is never half of something, and one that was to be overwritten is lost only for a whole one.
 */
#ifndef SAMPLES_NEW_FILE_H
#define SAMPLES_NEW_FILE_H

#include <stdbool.h>
#include <windows.h>

struct new_file
{
    HANDLE handle; /* NULL: none */
    const wchar_t *path;
    wchar_t *part;
    bool overwrite;
};

/* HRESULT_FROM_WIN32(ERROR_FILE_EXISTS) of one that is there, without overwrite. path stays the caller's. */
HRESULT new_file_open(struct new_file *file, const wchar_t *path, bool overwrite);
HRESULT new_file_write(struct new_file *file, const void *data, DWORD size);
/* With keep the file comes to its place; without, or where that fails, nothing is left. One that is zeroed is fine. */
HRESULT new_file_close(struct new_file *file, bool keep);

#endif
