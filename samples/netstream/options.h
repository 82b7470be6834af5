/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The command line of netstream. */
#ifndef NETSTREAM_OPTIONS_H
#define NETSTREAM_OPTIONS_H

#include <stdbool.h>
#include <wchar.h>

struct options
{
    bool help;
    bool version;
    const wchar_t *serve;    /* the file to send; NULL: receive */
    bool deny;               /* to serve: approve nobody */
    bool unregistered;       /* to receive: ask for licences without registering */
    const wchar_t *host;     /* to receive: an IPv4 address */
    unsigned long port;      /* 0 to serve: any */
    const wchar_t *output;
    unsigned long patience;  /* seconds that the other end may be silent */
};

/* Says on the error output what is wrong, and returns false. */
bool options_parse(int count, wchar_t **arguments, struct options *options);
void options_print_help(void);

#endif
