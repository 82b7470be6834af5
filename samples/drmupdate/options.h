/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line. */
#ifndef DRMUPDATE_OPTIONS_H
#define DRMUPDATE_OPTIONS_H

#include <stdbool.h>
#include <wchar.h>

struct options
{
    bool help;
    bool version;
    bool force;            /* a new identity even where the present one is current */
    bool refresh;          /* the revocation lists too */
    const wchar_t *report; /* the file that gets every event; NULL for none. Points into the arguments. */
};

/* Reads the arguments. Says on the error output what is wrong with them, and returns false, where they are. */
bool options_parse(int count, wchar_t **arguments, struct options *options);

void options_print_help(void);

#endif
