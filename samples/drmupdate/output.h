/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Text for people: Unicode on a terminal, UTF-8 into files and pipes. Only the main thread prints.
 *
 * Under Wine in a Unix terminal the output is a console like any other (measured with Wine 8), so that one question,
 * GetConsoleMode, decides what a terminal is.
 */
#ifndef DRMUPDATE_OUTPUT_H
#define DRMUPDATE_OUTPUT_H

#include <stdbool.h>
#include <wchar.h>

void output_open(void);

/* Whether the standard output is a terminal, which shows transient lines. */
bool output_is_terminal(void);

/* How many characters a transient line may have. */
int output_width(void);

/* printf of one line to the standard output. */
void output_line(const wchar_t *format, ...);

/* One line to the error output, after the program's name. */
void output_error(const wchar_t *format, ...);

/* A line that the next output replaces. Does nothing where the standard output is no terminal. */
void output_transient(const wchar_t *text);

#endif
