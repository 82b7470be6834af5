/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "json.h"

#include <stdio.h>

#include "output.h"

static void flush(struct json *json)
{
    json->buffer[json->length] = 0;
    output_text(json->buffer);
    json->length = 0;
}

static void put_character(struct json *json, wchar_t character)
{
    /* Not between the two halves of a character: each piece is made UTF-8 by itself. */
    if (json->length >= JSON_BUFFER_SIZE - 3 && (character & 0xfc00) != 0xdc00)
        flush(json);
    json->buffer[json->length++] = character;
}

static void put(struct json *json, const wchar_t *text)
{
    for (; *text; ++text)
        put_character(json, *text);
}

static void put_string(struct json *json, const wchar_t *text)
{
    wchar_t escape[8];

    put_character(json, L'"');
    for (; *text; ++text)
    {
        if (*text == L'"' || *text == L'\\')
        {
            put_character(json, L'\\');
            put_character(json, *text);
        }
        else if (*text < 0x20 || *text == 0x7f)
        {
            swprintf(escape, 8, L"\\u%04x", (unsigned int)*text);
            put(json, escape);
        }
        else
            put_character(json, *text);
    }
    put_character(json, L'"');
}

/* What stands before a value: the comma, a line of its own, its name. */
static void put_name(struct json *json, const wchar_t *name)
{
    if (json->follows)
        put_character(json, L',');
    if (json->depth > 0)
        put(json, L"\r\n");
    for (int i = 0; i < json->depth; ++i)
        put(json, L"  ");
    if (name)
    {
        put_string(json, name);
        put(json, L": ");
    }
    json->follows = true;
}

static void open(struct json *json, const wchar_t *name, wchar_t bracket)
{
    put_name(json, name);
    put_character(json, bracket);
    ++json->depth;
    json->follows = false;
}

static void close(struct json *json, wchar_t bracket)
{
    --json->depth;
    if (json->follows) /* else it is empty and stays on its line */
    {
        put(json, L"\r\n");
        for (int i = 0; i < json->depth; ++i)
            put(json, L"  ");
    }
    put_character(json, bracket);
    json->follows = true;
}

void json_begin(struct json *json)
{
    *json = (struct json){0};
}

void json_end(struct json *json)
{
    put(json, L"\r\n");
    flush(json);
}

void json_open_object(struct json *json, const wchar_t *name)
{
    open(json, name, L'{');
}

void json_close_object(struct json *json)
{
    close(json, L'}');
}

void json_open_array(struct json *json, const wchar_t *name)
{
    open(json, name, L'[');
}

void json_close_array(struct json *json)
{
    close(json, L']');
}

void json_text(struct json *json, const wchar_t *name, const wchar_t *text)
{
    put_name(json, name);
    if (text)
        put_string(json, text);
    else
        put(json, L"null");
}

void json_number(struct json *json, const wchar_t *name, unsigned long long number)
{
    wchar_t text[24];

    swprintf(text, 24, L"%llu", number);
    put_name(json, name);
    put(json, text);
}

void json_bool(struct json *json, const wchar_t *name, bool value)
{
    put_name(json, name);
    put(json, value ? L"true" : L"false");
}
