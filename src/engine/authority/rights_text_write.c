/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writing rights as text (docs/authority.md, "Rights as text"): the normal form.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "engine/authority/rights_text.h"
#include "engine/base/time_text.h"
#include "engine/xml/base64.h"

/* Remembers its first failure. */
struct writer
{
    struct drm_buffer *out;
    size_t start;        /* where the text begins */
    const char *between; /* before the next item */
    drm_result result;
};

static void put(struct writer *writer, const char *text)
{
    if (DRM_SUCCEEDED(writer->result))
        writer->result = drm_buffer_append(writer->out, text, strlen(text));
}

static void put_format(struct writer *writer, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put_format(struct writer *writer, const char *format, ...)
{
    char text[128];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    put(writer, text);
}

static void begin_clause(struct writer *writer)
{
    if (writer->out->size > writer->start)
        put(writer, "; ");
}

static void begin_item(struct writer *writer)
{
    put(writer, writer->between);
    writer->between = ", ";
}

static void put_setting(struct writer *writer, const char *name, const char *value)
{
    begin_clause(writer);
    put(writer, name);
    put(writer, "=");
    put(writer, value);
}

static void put_number(struct writer *writer, const char *name, uint64_t value)
{
    char text[24];

    snprintf(text, sizeof(text), "%" PRIu64, value);
    put_setting(writer, name, text);
}

static void put_time(struct writer *writer, const char *name, int64_t time)
{
    char text[DRM_TIME_SHORT_SIZE];

    drm_time_short(time, text);
    put_setting(writer, name, text);
}

static void put_id(struct writer *writer, const char *name, const uint8_t id[16])
{
    char text[DRM_KEY_ID_TEXT_SIZE];

    drm_key_id_format(id, text);
    put_setting(writer, name, text);
}

/* In quotes where it could be taken for something else. */
static void put_text(struct writer *writer, const char *name, const char *text)
{
    size_t length = strlen(text);

    if (text[0] != ' ' && text[length - 1] != ' ' && !strpbrk(text, ";,()\"\\"))
    {
        put_setting(writer, name, text);
        return;
    }
    put_setting(writer, name, "\"");
    for (; *text && DRM_SUCCEEDED(writer->result); text++)
    {
        if (*text == '"' || *text == '\\')
            put(writer, "\\");
        if (DRM_SUCCEEDED(writer->result))
            writer->result = drm_buffer_append(writer->out, text, 1);
    }
    put(writer, "\"");
}

static void put_guids(struct writer *writer, const char *name, const uint8_t (*guids)[16], size_t count)
{
    char text[DRM_GUID_TEXT_SIZE];

    if (!count)
        return;
    put_setting(writer, name, "");
    writer->between = "";
    for (size_t i = 0; i < count; i++)
    {
        drm_guid_format(guids[i], text);
        begin_item(writer);
        put(writer, text);
    }
}

/* --- rights ----------------------------------------------------------------------------------------------- */

static void put_grant(struct writer *writer, const struct drm_grant *grant)
{
    char text[DRM_TIME_SHORT_SIZE];

    begin_clause(writer);
    put(writer, drm_right_name(grant->right));
    writer->between = "(";
    if (grant->count != DRM_COUNT_UNLIMITED)
    {
        begin_item(writer);
        put_format(writer, "count=%" PRIu32, grant->count);
    }
    if (grant->from)
    {
        drm_time_short(grant->from, text);
        begin_item(writer);
        put_format(writer, "from=%s", text);
    }
    if (grant->until)
    {
        drm_time_short(grant->until, text);
        begin_item(writer);
        put_format(writer, "until=%s", text);
    }
    if (grant->hours)
    {
        begin_item(writer);
        put_format(writer, "hours=%" PRIu32, grant->hours);
    }
    if (*writer->between == ',')
        put(writer, ")");
}

static void put_levels(struct writer *writer, const struct drm_output_levels *levels)
{
    struct drm_output_levels copy = *levels;

    begin_clause(writer);
    put(writer, "opl");
    writer->between = "(";
    for (size_t i = 0; i < DRM_RIGHTS_LEVELS; i++)
    {
        unsigned int level = *drm_rights_level(&copy, i);

        if (!level)
            continue;
        begin_item(writer);
        put_format(writer, "%s=%u", drm_rights_level_names[i], level);
    }
    put(writer, *writer->between == ',' ? ")" : "()");
}

static void put_restrictions(struct writer *writer, const struct drm_license *license)
{
    char text[DRM_GUID_TEXT_SIZE];

    begin_clause(writer);
    put(writer, "analog");
    writer->between = "(";
    for (size_t i = 0; i < license->restriction_count; i++)
    {
        drm_guid_format(license->restrictions[i].id, text);
        begin_item(writer);
        put_format(writer, "%s=%" PRIu32, text, license->restrictions[i].value);
    }
    put(writer, ")");
}

/* --- settings --------------------------------------------------------------------------------------------- */

static void put_terms(struct writer *writer, const struct drm_terms *terms)
{
    char version[24];

    if (terms->priority)
        put_number(writer, "priority", terms->priority);
    if (terms->not_before)
        put_time(writer, "from", terms->not_before);
    if (terms->not_after)
        put_time(writer, "until", terms->not_after);
    if (terms->rollback && terms->rollback < DRM_RIGHTS_ROLLBACKS)
        put_setting(writer, "rollback", drm_rights_rollback_names[terms->rollback]);
    if (terms->min_security.major || terms->min_security.minor)
    {
        snprintf(version, sizeof(version), "%" PRIu32 ".%" PRIu32, terms->min_security.major,
                 terms->min_security.minor);
        put_setting(writer, "min-security", version);
    }
    if (terms->min_app_level)
        put_number(writer, "min-app-level", terms->min_app_level);
    if (terms->min_revinfo)
        put_number(writer, "min-revinfo", terms->min_revinfo);
    if (terms->sap_required)
        put_setting(writer, "sap", "yes");
    if (terms->sap_level)
        put_number(writer, "sap-level", terms->sap_level);
    if (terms->has_uplink)
        put_id(writer, "uplink", terms->uplink);
    if (terms->has_outputs)
        put_levels(writer, &terms->outputs);
    put_guids(writer, "copy-include", terms->copy_included, terms->copy_included_count);
    put_guids(writer, "copy-exclude", terms->copy_excluded, terms->copy_excluded_count);
}

/* What the reader would add by itself is denied where the licence does not have it. */
static void put_absent(struct writer *writer, const struct drm_license *license)
{
    const struct drm_terms *terms = &license->terms;

    if (!(drm_terms_rights(terms) & DRM_RIGHT_BIT(DRM_RIGHT_BACKUP)) && drm_rights_imply_backup(license))
        put_setting(writer, "backup", "no");
    if (!license->has_revocation_key)
        put_setting(writer, "revocable", "no");
    if (license->has_metering_id)
        put_id(writer, "metering", license->metering_id);
    else if (terms->metered)
        put_setting(writer, "metered", "yes");
}

drm_result drm_rights_text_write(const struct drm_license *license, struct drm_buffer *out)
{
    struct writer writer = {.out = out, .start = out->size, .between = ""};

    for (size_t i = 0; i < license->terms.grant_count; i++)
        put_grant(&writer, &license->terms.grants[i]);
    put_terms(&writer, &license->terms);
    if (license->options & DRM_LICENSE_NOT_PERSISTABLE)
        put_setting(&writer, "persist", "no");
    if (license->options & DRM_LICENSE_BEGINS_TEMPORARY)
        put_setting(&writer, "persist", "later");
    if (license->options & DRM_LICENSE_IMPORTED)
        put_setting(&writer, "imported", "yes");
    put_absent(&writer, license);
    if (license->has_source_id)
        put_number(&writer, "source", license->source_id);
    put_guids(&writer, "include", license->inclusions, license->inclusion_count);
    if (license->restriction_count)
        put_restrictions(&writer, license);
    if (*license->user_id)
        put_text(&writer, "user", license->user_id);
    if (*license->issuer)
        put_text(&writer, "issuer", license->issuer);
    if (*license->url)
        put_text(&writer, "url", license->url);
    if (DRM_FAILED(writer.result))
        drm_buffer_truncate(out, writer.start);
    return writer.result;
}
