/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the command line says. */
#ifndef LOCALIMPORT_OPTIONS_H
#define LOCALIMPORT_OPTIONS_H

#include <stdbool.h>
#include <wchar.h>

struct options
{
    const wchar_t *new_key;      /* only makes a key, in this file */
    const wchar_t *key;          /* the issuer's key file */
    const wchar_t *certificate;  /* its certificate, as the authority gave it */
    const wchar_t *rights;       /* of the licence */
    const wchar_t *url;          /* into licence and header; NULL: none */
    const wchar_t *license;      /* a file for the licence too; NULL: none */
    const wchar_t *input, *output;
    bool overwrite;
};

#endif
