/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tables of content (docs/authority.md): each line a key id, a content key, rights and a name, between commas, quoted
 * as in any CSV file. All lines are read before the first is written.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/authority/content_addition.h"
#include "engine/xml/base64.h"

enum field
{
    FIELD_KEY_ID,
    FIELD_CONTENT_KEY,
    FIELD_RIGHTS,
    FIELD_NAME,
    FIELD_COUNT,
};

#define FIELD_SIZE DRM_RIGHTS_TEXT_SIZE
#define WHY_SIZE 200

/* One line, taken apart. */
struct line
{
    size_t number;
    char fields[FIELD_COUNT][FIELD_SIZE];
    struct drm_content_item item;
    bool has_key;
    uint8_t key[DRM_CONTENT_KEY_SIZE];
};

/* A key id, and where it stands. */
struct mention
{
    uint8_t key_id[DRM_KEY_ID_SIZE];
    size_t line;
};

struct reading
{
    struct drm_authority *authority;
    const struct drm_content_item *defaults;
    void (*report)(void *context, size_t line, const char *why);
    void *context;
    size_t wrong;                          /* lines */

    struct drm_span rest;                  /* of the table */
    struct line line;
    struct drm_content_addition addition;  /* of the line */
    struct drm_buffer mentions;
};

static void complain(struct reading *reading, size_t line, const char *why)
{
    if (reading->report && reading->wrong < DRM_TABLE_MAX_REPORTS)
        reading->report(reading->context, line, why);
    reading->wrong++;
}

/* --- lines and fields --------------------------------------------------------------------------------------- */

/* What a spreadsheet's columns are called. */
static bool is_heading(struct drm_span line)
{
    static const char word[] = "KID,";

    for (size_t i = 0; i < sizeof(word) - 1; i++)
        if (i >= line.size || (line.data[i] & ~(word[i] == ',' ? 0 : 0x20)) != word[i])
            return false;
    return true;
}

/* The next line that is neither empty nor a comment nor the heading. */
static bool next_line(struct reading *reading, struct drm_span *out)
{
    struct drm_span *rest = &reading->rest;

    while (rest->size)
    {
        const uint8_t *end = memchr(rest->data, '\n', rest->size);
        size_t size = end ? (size_t)(end - rest->data) : rest->size, next = end ? size + 1 : size;

        *out = drm_span(rest->data, size);
        *rest = drm_span(rest->data + next, rest->size - next);
        reading->line.number++;
        while (out->size && (out->data[out->size - 1] == '\r' || out->data[out->size - 1] == ' '))
            out->size--;
        while (out->size && out->data[0] == ' ')
            *out = drm_span(out->data + 1, out->size - 1);
        if (out->size && out->data[0] != '#' && !(reading->line.number == 1 && is_heading(*out)))
            return true;
    }
    return false;
}

/* Reads a field up to its comma; *at is behind that, or past the end where it was the last. Returns why it cannot be
 * read, or NULL. */
static const char *read_field(struct drm_span line, size_t *at, char out[FIELD_SIZE])
{
    size_t size = 0;
    bool quoted, closed = false;

    while (*at < line.size && line.data[*at] == ' ')
        ++*at;
    quoted = *at < line.size && line.data[*at] == '"';
    *at += quoted;
    for (; *at < line.size; ++*at)
    {
        char letter = (char)line.data[*at];

        if (quoted && letter == '"')
        {
            if (*at + 1 == line.size || line.data[*at + 1] != '"')
            {
                closed = true;
                break;
            }
            ++*at;
        }
        else if (!quoted && (letter == ',' || letter == '"'))
            break;
        if (!letter || size == FIELD_SIZE - 1)
            return letter ? "a field is longer than any may be" : "it has a zero byte";
        out[size++] = letter;
    }
    if (quoted && !closed)
        return "a quote is not closed; one within a field is written twice";
    *at += quoted;
    while (!quoted && size && out[size - 1] == ' ')
        size--;
    out[size] = 0;
    while (*at < line.size && line.data[*at] == ' ')
        ++*at;
    if (*at < line.size && line.data[*at] != ',')
        return "there is something beside a quoted field; a field with a quote or a comma in it is quoted as a whole";
    ++*at;
    return NULL;
}

static const char *read_fields(struct drm_span text, struct line *line)
{
    size_t at = 0;

    for (int field = 0; field < FIELD_COUNT; field++)
    {
        const char *why;

        line->fields[field][0] = 0;
        if (at > text.size)
            continue;
        if ((why = read_field(text, &at, line->fields[field])))
            return why;
    }
    if (at > text.size)
        return NULL;
    return "it has more fields than key id, content key, rights and name; rights with a comma in them stand in double "
           "quotes";
}

/* --- what they say ------------------------------------------------------------------------------------------ */

static int digit_value(char digit)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *place = digit ? strchr(digits, digit) : NULL;

    return place ? (int)(place - digits) % 16 : -1;
}

static bool read_key(const char *text, uint8_t out[DRM_CONTENT_KEY_SIZE])
{
    if (strlen(text) != 2 * DRM_CONTENT_KEY_SIZE)
        return false;
    for (size_t i = 0; i < DRM_CONTENT_KEY_SIZE; i++)
    {
        int high = digit_value(text[2 * i]), low = digit_value(text[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

static bool take_text(const char *text, const char *otherwise, char *out, size_t size)
{
    const char *from = *text ? text : otherwise;
    size_t length = strlen(from);

    if (length >= size)
        return false;
    memcpy(out, from, length + 1);
    return true;
}

/* The line's item and key. Returns why not, or NULL. */
static const char *read_item(struct reading *reading, char why[WHY_SIZE])
{
    const struct drm_content_item *defaults = reading->defaults;
    struct line *line = &reading->line;
    struct drm_content_item *item = &line->item;
    struct drm_license *license = &reading->addition.license;
    size_t where = 0;

    memset(item, 0, sizeof(*item));
    item->interactive = defaults->interactive;
    item->per_machine = defaults->per_machine;
    if (DRM_FAILED(drm_key_id_parse(line->fields[FIELD_KEY_ID], item->key_id)) || drm_id_is_zero(item->key_id))
        return "its first field is no key id: 16 bytes in base64, 24 characters, not all zero";
    line->has_key = line->fields[FIELD_CONTENT_KEY][0];
    if (line->has_key && !read_key(line->fields[FIELD_CONTENT_KEY], line->key))
        return "its second field is no content key: 32 hexadecimal digits, or nothing";
    take_text(line->fields[FIELD_RIGHTS], defaults->rights, item->rights, sizeof(item->rights));
    memset(license, 0, sizeof(*license));
    if (DRM_FAILED(drm_rights_text_read(item->rights, license, &where)))
    {
        if (item->rights[where])
            snprintf(why, WHY_SIZE, "its rights are wrong at character %zu, \"%.40s\"", where + 1,
                     item->rights + where);
        else
            snprintf(why, WHY_SIZE, "its rights end too early; rights with a comma in them stand in double quotes");
        return why;
    }
    if (!take_text(line->fields[FIELD_NAME], defaults->name, item->name, sizeof(item->name))
        || !drm_text_is_valid(drm_span(item->name, strlen(item->name))))
        return "its name is no UTF-8 text of at most 128 bytes without control characters";
    return NULL;
}

static void forget_rights(struct reading *reading)
{
    drm_buffer_free(&reading->addition.rights);
    reading->addition.rights = (struct drm_buffer){0};
    memset(&reading->addition.license, 0, sizeof(reading->addition.license));
}

/* Reads what one line says. *why: why it is wrong, or NULL. */
static drm_result read_line(struct reading *reading, struct drm_span text, char buffer[WHY_SIZE], const char **why)
{
    struct drm_content_addition *addition = &reading->addition;
    drm_result result;

    if ((*why = read_fields(text, &reading->line)) || (*why = read_item(reading, buffer)))
        return DRM_S_OK;
    forget_rights(reading);
    addition->item = &reading->line.item;
    addition->content_key = reading->line.has_key ? reading->line.key : NULL;
    result = drm_content_addition_prepare(addition);
    if (result == DRM_E_CHAIN_TOO_LONG)
        *why = "its uplink is its own key id";
    else if (result == DRM_E_INVALID_ARGUMENT)
        *why = "its rights are more than a licence holds";
    else
        return result;
    return DRM_S_OK;
}

/* --- all lines ---------------------------------------------------------------------------------------------- */

static int compare_mentions(const void *a, const void *b)
{
    const struct mention *first = a, *second = b;
    int order = memcmp(first->key_id, second->key_id, sizeof(first->key_id));

    return order ? order : first->line < second->line ? -1 : first->line > second->line;
}

/* The same key id twice in a table is a slip, whichever line was meant. */
static void find_doubles(struct reading *reading)
{
    struct mention *mentions = (struct mention *)(void *)reading->mentions.data;
    size_t count = reading->mentions.size / sizeof(*mentions);
    char why[WHY_SIZE];

    if (count)
        qsort(mentions, count, sizeof(*mentions), compare_mentions);
    for (size_t i = 1; i < count; i++)
        if (!memcmp(mentions[i - 1].key_id, mentions[i].key_id, sizeof(mentions[i].key_id)))
        {
            snprintf(why, sizeof(why), "its key id stands in line %zu too", mentions[i - 1].line);
            complain(reading, mentions[i].line, why);
        }
}

static drm_result check_lines(struct reading *reading)
{
    struct drm_span text;
    const char *why;
    char buffer[WHY_SIZE];
    drm_result result = DRM_S_OK;

    while (DRM_SUCCEEDED(result) && next_line(reading, &text))
    {
        struct mention mention;

        if (DRM_FAILED(result = read_line(reading, text, buffer, &why)))
            break;
        if (why)
        {
            complain(reading, reading->line.number, why);
            continue;
        }
        memcpy(mention.key_id, reading->line.item.key_id, sizeof(mention.key_id));
        mention.line = reading->line.number;
        result = drm_buffer_append(&reading->mentions, &mention, sizeof(mention));
    }
    if (DRM_SUCCEEDED(result))
        find_doubles(reading);
    if (DRM_SUCCEEDED(result) && !reading->wrong && !reading->mentions.size)
        complain(reading, 0, "there is no content in it");
    return DRM_FAILED(result) || !reading->wrong ? result : DRM_E_INVALID_ARGUMENT;
}

/* Why the authority does not take it; NULL for what is no fault of the line's. */
static const char *refusal(drm_result result)
{
    switch (result)
    {
    case DRM_E_INVALID_ARGUMENT:
        return "its key id is known with another content key";
    case DRM_E_NO_UPLINK_LICENSE:
        return "there is no content with the key id that its uplink names; a root stands before its leaves";
    case DRM_E_CHAIN_TOO_LONG:
        return "a chain is a leaf and its root: a root has no uplink, and no leaf is one's root";
    default:
        return NULL;
    }
}

static drm_result write_lines_locked(struct reading *reading)
{
    struct drm_span text;
    const char *why;
    char buffer[WHY_SIZE];
    drm_result result = DRM_S_OK;

    while (DRM_SUCCEEDED(result) && next_line(reading, &text))
    {
        if (DRM_FAILED(result = read_line(reading, text, buffer, &why)))
            break;
        if (why)
            return DRM_E_UNEXPECTED; /* it was good before */
        result = drm_content_addition_write_locked(reading->authority, &reading->addition);
        if (DRM_FAILED(result) && refusal(result))
        {
            complain(reading, reading->line.number, refusal(result));
            result = DRM_S_OK; /* on to what else is wrong; nothing is kept */
        }
    }
    return DRM_FAILED(result) || !reading->wrong ? result : DRM_E_INVALID_ARGUMENT;
}

static drm_result write_lines(struct reading *reading)
{
    struct drm_authority *authority = reading->authority;
    drm_result result;

    drm_authority_lock(authority);
    if (DRM_SUCCEEDED(result = drm_database_begin(authority->database))
        && DRM_SUCCEEDED(result = write_lines_locked(reading)))
        result = drm_database_commit(authority->database);
    drm_database_rollback(authority->database);
    drm_authority_unlock(authority);
    return result;
}

drm_result drm_authority_add_contents(struct drm_authority *authority, struct drm_span table,
                                      const struct drm_content_item *defaults,
                                      void (*report)(void *context, size_t line, const char *why), void *context,
                                      size_t *count)
{
    struct reading *reading;
    drm_result result;

    if (table.size > DRM_TABLE_MAX_SIZE)
        return DRM_E_RESPONSE_TOO_LARGE;
    if (!memchr(defaults->rights, 0, sizeof(defaults->rights)) || !memchr(defaults->name, 0, sizeof(defaults->name)))
        return DRM_E_INVALID_ARGUMENT;
    if (!(reading = calloc(1, sizeof(*reading))))
        return DRM_E_OUT_OF_MEMORY;
    reading->authority = authority;
    reading->defaults = defaults;
    reading->report = report;
    reading->context = context;
    if (table.size >= 3 && !memcmp(table.data, "\xef\xbb\xbf", 3)) /* the mark that spreadsheets write */
        table = drm_span(table.data + 3, table.size - 3);
    reading->rest = table;
    if (DRM_SUCCEEDED(result = check_lines(reading)))
    {
        reading->rest = table;
        reading->line.number = 0;
        result = write_lines(reading);
    }
    if (DRM_SUCCEEDED(result))
        *count = reading->mentions.size / sizeof(struct mention);
    drm_log_write(&authority->host->log, "authority: a table of contents: 0x%08x, %zu wrong lines",
                  (unsigned int)result, reading->wrong);
    forget_rights(reading);
    drm_buffer_free(&reading->mentions);
    drm_wipe(reading, sizeof(*reading));
    free(reading);
    return result;
}
