/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line. */
#ifndef QUERYRIGHTS_OPTIONS_H
#define QUERYRIGHTS_OPTIONS_H

#include <stdbool.h>
#include <wchar.h>

struct options
{
    bool help;
    bool version;
    bool csv;
    bool json;
    const wchar_t *file;         /* of key ids, one a line; "-": the standard input; NULL: none */
    const wchar_t *min_version;  /* "2.10"; NULL: whatever */
    unsigned long app_level;
    wchar_t **key_ids;           /* of the command line */
    int key_id_count;
};

/* Reads the arguments. Says on the error output what is wrong with them, and returns false, where they are. */
bool options_parse(int count, wchar_t **arguments, struct options *options);

void options_print_help(void);

#endif
