/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The command line: options "--name", "--name VALUE" and "--name=VALUE" among other arguments; "--" ends the options.
 */
#ifndef SAMPLES_ARGUMENTS_H
#define SAMPLES_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

/* One of flag and value is set: what the option sets. */
struct argument_option
{
    const wchar_t *name;
    bool *flag;
    const wchar_t **value; /* points into the arguments */
};

/*
 * Reads count arguments. Those that are no options come to the front of the array, and *rest is their number. Says on
 * the error output what is wrong, and returns false, where they are: an unknown option, a value that is missing or that
 * is not wanted, an option that stands twice.
 */
bool arguments_parse(int count, wchar_t **arguments, const struct argument_option *options, size_t option_count,
                     int *rest);

/* A decimal number below 2^32, all of the text. */
bool arguments_parse_number(const wchar_t *text, unsigned long *out);

#endif
