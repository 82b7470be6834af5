/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text from files and pipes: UTF-8, or UTF-16 with its mark. */
#ifndef SAMPLES_TEXT_FILE_H
#define SAMPLES_TEXT_FILE_H

#include <windows.h>

#define TEXT_FILE_MAX_SIZE (256 * 1024 * 1024)

/* Reads all of a file ("-": of the standard input). *out is the caller's (free). HRESULT_FROM_WIN32(
 * ERROR_NO_UNICODE_TRANSLATION) for what is no text, HRESULT_FROM_WIN32(ERROR_FILE_TOO_LARGE), what the system says. */
HRESULT text_file_read(const wchar_t *path, wchar_t **out);

/* The next line of text that is neither empty nor a comment (#), without white space around it; NULL at the end. Writes
 * into the text; *next is where to go on. */
wchar_t *text_file_next_line(wchar_t **next);

#endif
