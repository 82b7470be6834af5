/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Files that are read and written at once: certificates, keys. */
#ifndef SAMPLES_SMALL_FILE_H
#define SAMPLES_SMALL_FILE_H

#include <windows.h>

#define SMALL_FILE_MAX_SIZE 65536

/* All of a file into out, which has SMALL_FILE_MAX_SIZE bytes. HRESULT_FROM_WIN32(ERROR_FILE_TOO_LARGE). */
HRESULT small_file_read(const wchar_t *path, BYTE *out, DWORD *size);

/* A new file, complete or not there at all. HRESULT_FROM_WIN32(ERROR_FILE_EXISTS). */
HRESULT small_file_write(const wchar_t *path, const void *data, DWORD size);

#endif
