/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The answers: a table, comma-separated values, or JSON. */
#ifndef QUERYRIGHTS_PRINT_H
#define QUERYRIGHTS_PRINT_H

#include "common/rights.h"
#include "options.h"

struct printer
{
    bool csv;
    bool as_json;
    bool begun;
    struct json json;
};

void print_begin(struct printer *printer, const struct options *options);
void print_answers(struct printer *printer, const wchar_t *key_id, const struct right_answer answers[RIGHTS]);
void print_end(struct printer *printer);

#endif
