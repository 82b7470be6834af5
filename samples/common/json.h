/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JSON to the standard output, as it is made: no matter how much there is, it takes no memory. Names are NULL in arrays
 * and of the outermost value.
 */
#ifndef SAMPLES_JSON_H
#define SAMPLES_JSON_H

#include <stdbool.h>
#include <wchar.h>

#define JSON_BUFFER_SIZE 1024

struct json
{
    wchar_t buffer[JSON_BUFFER_SIZE];
    int length;
    int depth;
    bool follows; /* something stands before in the same object or array */
};

void json_begin(struct json *json);
void json_end(struct json *json);

void json_open_object(struct json *json, const wchar_t *name);
void json_close_object(struct json *json);
void json_open_array(struct json *json, const wchar_t *name);
void json_close_array(struct json *json);

/* NULL is null. */
void json_text(struct json *json, const wchar_t *name, const wchar_t *text);
void json_number(struct json *json, const wchar_t *name, unsigned long long number);
void json_bool(struct json *json, const wchar_t *name, bool value);

#endif
