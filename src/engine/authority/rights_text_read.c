/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading rights as text (docs/authority.md, "Rights as text").
 *
 *   text   = clause { (";" | line end) clause }
 *   clause = nothing | word | word "(" [ item { "," item } ] ")" | word "=" value { "," value }
 *   item   = (word | guid) "=" value
 *   value  = '"' characters, \" and \\ '"' | characters but ; , ( ) and line ends
 *
 * Blanks may stand between all of these.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/authority/rights_text.h"
#include "engine/authority/rights_text_value.h"
#include "engine/net/url.h"
#include "engine/xml/base64.h"

#define WORD_SIZE 40 /* of the longest, a GUID, with terminator */

struct reader
{
    const char *text;
    size_t place;                /* how far it has been read */
    size_t where;                /* of the first thing that is wrong */
    struct drm_license *license; /* is filled in */
    uint32_t seen;               /* settings, by their index: none stands twice */
    bool no_backup;              /* was said */
    char value[DRM_LICENSE_URL_SIZE];
};

static bool fail(struct reader *reader, size_t where)
{
    reader->where = where;
    return false;
}

/* --- the pieces ------------------------------------------------------------------------------------------- */

static char peek(const struct reader *reader)
{
    return reader->text[reader->place];
}

static void skip_blanks(struct reader *reader)
{
    while (peek(reader) == ' ' || peek(reader) == '\t')
        reader->place++;
}

static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

static bool take(struct reader *reader, char c)
{
    skip_blanks(reader);
    if (peek(reader) != c)
        return false;
    reader->place++;
    return true;
}

static bool expect(struct reader *reader, char c)
{
    return take(reader, c) || fail(reader, reader->place);
}

/* Names of rights and settings, and GUIDs: none has anything else in it. */
static bool is_word_character(char c)
{
    return c && strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-{}", c);
}

static bool read_word(struct reader *reader, char out[WORD_SIZE])
{
    size_t start, size;

    skip_blanks(reader);
    start = reader->place;
    while (is_word_character(peek(reader)))
        reader->place++;
    size = reader->place - start;
    if (!size || size >= WORD_SIZE)
        return fail(reader, start);
    memcpy(out, reader->text + start, size);
    out[size] = 0;
    return true;
}

static bool append_character(struct reader *reader, size_t *size, char c)
{
    if (*size + 1 >= sizeof(reader->value))
        return false;
    reader->value[(*size)++] = c;
    return true;
}

static bool read_quoted(struct reader *reader, size_t *size)
{
    for (reader->place++; peek(reader) != '"'; reader->place++)
    {
        if (peek(reader) == '\\' && (reader->text[reader->place + 1] == '"' || reader->text[reader->place + 1] == '\\'))
            reader->place++;
        if (!peek(reader) || !append_character(reader, size, peek(reader)))
            return false;
    }
    reader->place++;
    return true;
}

static bool read_bare(struct reader *reader, size_t *size)
{
    while (peek(reader) && !strchr(";,()\"\n\r", peek(reader)))
    {
        if (!append_character(reader, size, peek(reader)))
            return false;
        reader->place++;
    }
    while (*size && (reader->value[*size - 1] == ' ' || reader->value[*size - 1] == '\t'))
        (*size)--;
    return *size > 0;
}

/* Leaves the value in reader->value, and its place in *start for whoever finds it wrong. */
static bool read_value(struct reader *reader, size_t *start)
{
    size_t size = 0;
    bool quoted;

    skip_blanks(reader);
    *start = reader->place;
    quoted = peek(reader) == '"';
    if (!(quoted ? read_quoted(reader, &size) : read_bare(reader, &size))
        || !drm_text_is_valid(drm_span(reader->value, size)))
        return fail(reader, *start);
    reader->value[size] = 0;
    return true;
}

/* --- settings: word = value ------------------------------------------------------------------------------- */

static bool set_priority(struct reader *reader)
{
    return drm_rights_parse_u32(reader->value, 0, INT32_MAX, &reader->license->terms.priority);
}

static bool set_from(struct reader *reader)
{
    struct drm_terms *terms = &reader->license->terms;

    return drm_rights_parse_time(reader->value, &terms->not_before)
           && (!terms->not_after || terms->not_before < terms->not_after);
}

static bool set_until(struct reader *reader)
{
    struct drm_terms *terms = &reader->license->terms;

    return drm_rights_parse_time(reader->value, &terms->not_after) && terms->not_before < terms->not_after;
}

static bool set_persist(struct reader *reader)
{
    if (!strcmp(reader->value, "later"))
    {
        reader->license->options |= DRM_LICENSE_BEGINS_TEMPORARY;
        return true;
    }
    return drm_rights_parse_option(reader->value, false, DRM_LICENSE_NOT_PERSISTABLE, reader->license);
}

static bool set_imported(struct reader *reader)
{
    return drm_rights_parse_option(reader->value, true, DRM_LICENSE_IMPORTED, reader->license);
}

static bool grants_backup(const struct drm_license *license)
{
    return drm_terms_rights(&license->terms) & DRM_RIGHT_BIT(DRM_RIGHT_BACKUP);
}

static bool set_backup(struct reader *reader)
{
    reader->no_backup = !strcmp(reader->value, "no"); /* a "yes" is the right Backup itself */
    return reader->no_backup && !grants_backup(reader->license);
}

static bool set_rollback(struct reader *reader)
{
    for (int i = 0; i < DRM_RIGHTS_ROLLBACKS; i++)
        if (!strcmp(reader->value, drm_rights_rollback_names[i]))
        {
            reader->license->terms.rollback = (enum drm_rollback)i;
            return true;
        }
    return false;
}

static bool set_min_security(struct reader *reader)
{
    return DRM_SUCCEEDED(drm_version_parse(reader->value, &reader->license->terms.min_security));
}

static bool set_min_app_level(struct reader *reader)
{
    return drm_rights_parse_u32(reader->value, 0, UINT32_MAX, &reader->license->terms.min_app_level);
}

static bool set_min_revinfo(struct reader *reader)
{
    return drm_rights_parse_number(reader->value, 0, DRM_REVOCATION_MAX_VERSION, &reader->license->terms.min_revinfo);
}

static bool set_sap(struct reader *reader)
{
    return drm_rights_parse_yes(reader->value, &reader->license->terms.sap_required);
}

static bool set_sap_level(struct reader *reader)
{
    return drm_rights_parse_u32(reader->value, 0, UINT32_MAX, &reader->license->terms.sap_level);
}

static bool set_source(struct reader *reader)
{
    reader->license->has_source_id = true;
    return drm_rights_parse_u32(reader->value, 0, UINT32_MAX, &reader->license->source_id);
}

static bool set_uplink(struct reader *reader)
{
    reader->license->terms.has_uplink = true;
    return DRM_SUCCEEDED(drm_key_id_parse(reader->value, reader->license->terms.uplink));
}

static bool set_metering(struct reader *reader)
{
    reader->license->has_metering_id = true;
    reader->license->terms.metered = true;
    return DRM_SUCCEEDED(drm_key_id_parse(reader->value, reader->license->metering_id));
}

static bool set_metered(struct reader *reader)
{
    bool yes;

    if (!drm_rights_parse_yes(reader->value, &yes) || (!yes && reader->license->has_metering_id))
        return false;
    reader->license->terms.metered |= yes;
    return true;
}

static bool set_revocable(struct reader *reader)
{
    return drm_rights_parse_yes(reader->value, &reader->license->has_revocation_key);
}

static bool set_user(struct reader *reader)
{
    return drm_rights_parse_text(reader->value, reader->license->user_id, sizeof(reader->license->user_id));
}

static bool set_issuer(struct reader *reader)
{
    return drm_rights_parse_text(reader->value, reader->license->issuer, sizeof(reader->license->issuer));
}

static bool set_url(struct reader *reader)
{
    return drm_url_is_valid(reader->value)
           && drm_rights_parse_text(reader->value, reader->license->url, sizeof(reader->license->url));
}

static bool add_inclusion(struct reader *reader)
{
    struct drm_license *license = reader->license;

    return drm_rights_parse_guid_into(reader->value, license->inclusions, &license->inclusion_count,
                                      DRM_LICENSE_MAX_INCLUSIONS);
}

static bool add_copy_included(struct reader *reader)
{
    struct drm_terms *terms = &reader->license->terms;

    return drm_rights_parse_guid_into(reader->value, terms->copy_included, &terms->copy_included_count,
                                      DRM_TERMS_MAX_TECHNOLOGIES);
}

static bool add_copy_excluded(struct reader *reader)
{
    struct drm_terms *terms = &reader->license->terms;

    return drm_rights_parse_guid_into(reader->value, terms->copy_excluded, &terms->copy_excluded_count,
                                      DRM_TERMS_MAX_TECHNOLOGIES);
}

static const struct setting
{
    const char *name;
    bool (*take)(struct reader *reader); /* reader->value; false where it is wrong */
    bool is_list;
} settings[] = {
    {"priority", set_priority, false},
    {"from", set_from, false},
    {"until", set_until, false},
    {"persist", set_persist, false},
    {"imported", set_imported, false},
    {"backup", set_backup, false},
    {"rollback", set_rollback, false},
    {"min-security", set_min_security, false},
    {"min-app-level", set_min_app_level, false},
    {"min-revinfo", set_min_revinfo, false},
    {"sap", set_sap, false},
    {"sap-level", set_sap_level, false},
    {"source", set_source, false},
    {"uplink", set_uplink, false},
    {"metering", set_metering, false},
    {"metered", set_metered, false},
    {"revocable", set_revocable, false},
    {"user", set_user, false},
    {"issuer", set_issuer, false},
    {"url", set_url, false},
    {"include", add_inclusion, true},
    {"copy-include", add_copy_included, true},
    {"copy-exclude", add_copy_excluded, true},
};
#define SETTINGS (sizeof(settings) / sizeof(settings[0]))
#define SEEN_OPL (UINT32_C(1) << 30)
#define SEEN_ANALOG (UINT32_C(1) << 31)
_Static_assert(SETTINGS < 30, "a bit for each setting");

static bool see(struct reader *reader, uint32_t bit, size_t start)
{
    if (reader->seen & bit)
        return fail(reader, start);
    reader->seen |= bit;
    return true;
}

static bool read_setting(struct reader *reader, const char *word, size_t start)
{
    size_t index = 0, value_start;

    while (index < SETTINGS && strcmp(word, settings[index].name))
        index++;
    if (index == SETTINGS)
        return fail(reader, start);
    if (!see(reader, UINT32_C(1) << index, start) || !expect(reader, '='))
        return false;
    do
    {
        if (!read_value(reader, &value_start))
            return false;
        if (!settings[index].take(reader))
            return fail(reader, value_start);
    } while (settings[index].is_list && take(reader, ','));
    return true;
}

/* --- words with items: word(item, ...) -------------------------------------------------------------------- */

/* Calls item for each; start is the place of its name, value_start that of its value. */
static bool read_items(struct reader *reader, bool (*item)(struct reader *reader, const char *name, size_t start,
                                                           size_t value_start, void *context), void *context)
{
    char name[WORD_SIZE];
    size_t start, value_start;

    if (!take(reader, '(') || take(reader, ')'))
        return true;
    do
    {
        skip_blanks(reader);
        start = reader->place;
        if (!read_word(reader, name) || !expect(reader, '=') || !read_value(reader, &value_start)
            || !item(reader, name, start, value_start, context))
            return false;
    } while (take(reader, ','));
    return expect(reader, ')');
}

/* False, with the place, where a limit was given before. */
static bool limit_is_new(struct reader *reader, bool is_new, size_t start)
{
    return is_new || fail(reader, start);
}

static bool read_limit(struct reader *reader, const char *name, size_t start, size_t value_start, void *context)
{
    struct drm_grant *grant = context;
    bool good;

    if (!strcmp(name, "count"))
    {
        if (!limit_is_new(reader, grant->count == DRM_COUNT_UNLIMITED, start))
            return false;
        good = drm_rights_parse_u32(reader->value, 1, DRM_COUNT_UNLIMITED - 1, &grant->count);
    }
    else if (!strcmp(name, "hours"))
    {
        if (!limit_is_new(reader, !grant->hours, start))
            return false;
        good = drm_rights_parse_u32(reader->value, 1, UINT32_MAX, &grant->hours);
    }
    else if (!strcmp(name, "from"))
    {
        if (!limit_is_new(reader, !grant->from, start))
            return false;
        good = drm_rights_parse_time(reader->value, &grant->from) && (!grant->until || grant->from < grant->until);
    }
    else if (!strcmp(name, "until"))
    {
        if (!limit_is_new(reader, !grant->until, start))
            return false;
        good = drm_rights_parse_time(reader->value, &grant->until) && grant->from < grant->until;
    }
    else
        return fail(reader, start);
    return good || fail(reader, value_start);
}

/* Grants stand in the order of their rights; those of one right as they were written. */
static bool add_grant(struct drm_terms *terms, const struct drm_grant *grant)
{
    size_t place = terms->grant_count, same = 0;

    for (size_t i = 0; i < terms->grant_count; i++)
        same += terms->grants[i].right == grant->right;
    if (same == 2)
        return false;
    for (; place && terms->grants[place - 1].right > grant->right; place--)
        terms->grants[place] = terms->grants[place - 1];
    terms->grants[place] = *grant;
    terms->grant_count++;
    return true;
}

static bool read_right(struct reader *reader, int right, size_t start)
{
    struct drm_grant grant = {.right = (enum drm_right)right, .count = DRM_COUNT_UNLIMITED};

    if (right == DRM_RIGHT_BACKUP && reader->no_backup)
        return fail(reader, start);
    if (!read_items(reader, read_limit, &grant))
        return false;
    return add_grant(&reader->license->terms, &grant) || fail(reader, start);
}

static bool read_level(struct reader *reader, const char *name, size_t start, size_t value_start, void *context)
{
    uint32_t *seen = context, level;

    for (size_t i = 0; i < DRM_RIGHTS_LEVELS; i++)
    {
        if (strcmp(name, drm_rights_level_names[i]))
            continue;
        if (*seen & UINT32_C(1) << i)
            return fail(reader, start);
        *seen |= UINT32_C(1) << i;
        if (!drm_rights_parse_u32(reader->value, 0, UINT16_MAX, &level))
            return fail(reader, value_start);
        *drm_rights_level(&reader->license->terms.outputs, i) = (uint16_t)level;
        return true;
    }
    return fail(reader, start);
}

static bool read_levels(struct reader *reader, size_t start)
{
    uint32_t seen = 0;

    reader->license->terms.has_outputs = true;
    return see(reader, SEEN_OPL, start) && read_items(reader, read_level, &seen);
}

static bool read_restriction(struct reader *reader, const char *name, size_t start, size_t value_start, void *context)
{
    struct drm_license *license = context;
    struct drm_analog_restriction *restriction = &license->restrictions[license->restriction_count];

    if (license->restriction_count == DRM_LICENSE_MAX_RESTRICTIONS || !drm_guid_parse(name, restriction->id))
        return fail(reader, start);
    for (size_t i = 0; i < license->restriction_count; i++)
        if (!memcmp(license->restrictions[i].id, restriction->id, sizeof(restriction->id)))
            return fail(reader, start);
    if (!drm_rights_parse_u32(reader->value, 0, UINT32_MAX, &restriction->value))
        return fail(reader, value_start);
    license->restriction_count++;
    return true;
}

/* --- the text --------------------------------------------------------------------------------------------- */

static bool read_clause(struct reader *reader)
{
    char word[WORD_SIZE];
    size_t start;
    int right;

    skip_blanks(reader);
    start = reader->place;
    if (!peek(reader) || peek(reader) == ';' || is_line_end(peek(reader)))
        return true;
    if (!read_word(reader, word))
        return false;
    if ((right = drm_right_from_name(word)) >= 0)
        return read_right(reader, right, start);
    if (!strcmp(word, "opl"))
        return read_levels(reader, start);
    if (!strcmp(word, "analog"))
        return see(reader, SEEN_ANALOG, start) && read_items(reader, read_restriction, reader->license);
    return read_setting(reader, word, start);
}

static bool read_clauses(struct reader *reader)
{
    do
    {
        if (!read_clause(reader))
            return false;
        skip_blanks(reader);
        if (peek(reader) && peek(reader) != ';' && !is_line_end(peek(reader)))
            return fail(reader, reader->place);
    } while (reader->text[reader->place] && ++reader->place);
    return true;
}

/* What no single clause says. */
static bool finish(struct reader *reader)
{
    struct drm_license *license = reader->license;
    struct drm_terms *terms = &license->terms;
    const struct drm_grant backup = {.right = DRM_RIGHT_BACKUP, .count = DRM_COUNT_UNLIMITED};

    if (!terms->grant_count)
        return fail(reader, reader->place);
    if (!grants_backup(license) && !reader->no_backup && drm_rights_imply_backup(license))
        add_grant(terms, &backup);
    return true;
}

drm_result drm_rights_text_read(const char *text, struct drm_license *license, size_t *where)
{
    struct reader *reader = calloc(1, sizeof(*reader));
    struct drm_license *copy = calloc(1, sizeof(*copy));
    drm_result result = DRM_E_OUT_OF_MEMORY;

    if (!reader || !copy)
        goto done;
    memcpy(copy->license_id, license->license_id, sizeof(copy->license_id));
    memcpy(copy->key_id, license->key_id, sizeof(copy->key_id));
    copy->issued = license->issued;
    copy->has_revocation_key = true;
    reader->text = text;
    reader->license = copy;
    result = DRM_E_INVALID_ARGUMENT;
    if (read_clauses(reader) && finish(reader))
    {
        *license = *copy;
        result = DRM_S_OK;
    }
    else if (where)
        *where = reader->where;

done:
    free(copy);
    free(reader);
    return result;
}
