/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How far something is: a bar on a terminal. */
#ifndef SAMPLES_BAR_H
#define SAMPLES_BAR_H

#include <wchar.h>

#define BAR_TEXT_SIZE 256

/* "512 bytes", "18.2 KB", "40.0 MB" */
void bar_format_size(wchar_t text[BAR_TEXT_SIZE], unsigned long long size);

/* "Downloading  [#########           ]  45 %, tail", as wide as the terminal lets it be; without a bar where total is
 * 0. Does nothing where the standard output is no terminal. */
void bar_show(const wchar_t *step, unsigned long long done, unsigned long long total, const wchar_t *tail);

#endif
