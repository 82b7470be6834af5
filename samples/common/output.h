/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Text for people: Unicode on a terminal, UTF-8 into files and pipes. Only the main thread prints.
 *
 * Under Wine in a Unix terminal the output is a console like any other (measured with Wine 8), so that one question,
 * GetConsoleMode, decides what a terminal is.
 */
#ifndef SAMPLES_OUTPUT_H
#define SAMPLES_OUTPUT_H

#include <stdbool.h>
#include <wchar.h>

/* Before anything else. program: the name before messages on the error output; must stay. */
void output_open(const wchar_t *program);

/* Whether the standard output is a terminal, which shows transient lines. */
bool output_is_terminal(void);

/* How many characters a transient line may have. */
int output_width(void);

/* printf of one line to the standard output; cut off at 2,000 characters. */
void output_line(const wchar_t *format, ...);

/* Text of any length to the standard output, as it is. */
void output_text(const wchar_t *text);

/* One line to the error output, after the program's name. */
void output_error(const wchar_t *format, ...);

/* Why something could not be written to the standard output (a full disk, a reader that has gone): the system's error;
 * 0 where all could. */
unsigned long output_failure(void);

/* A line that the next output replaces. Does nothing where the standard output is no terminal. */
void output_transient(const wchar_t *text);

#endif
