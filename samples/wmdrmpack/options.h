/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the command line says. */
#ifndef WMDRMPACK_OPTIONS_H
#define WMDRMPACK_OPTIONS_H

#include <stdbool.h>
#include <wchar.h>

struct options
{
    const wchar_t *input, *output;
    const wchar_t *key_id;  /* NULL: new content */
    const wchar_t *rights;  /* of new content */
    const wchar_t *name;
    const wchar_t *url;     /* into the header, and where the licence comes from; NULL: none */
    unsigned long block_size;
    bool overwrite;
};

#endif
