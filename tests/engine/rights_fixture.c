/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads and writes the texts of rights_fixture.h. */
#include "engine/rights_fixture.h"

#include <stdio.h>

static bool take(const char **text, const char *word)
{
    const size_t size = strlen(word);

    if (strncmp(*text, word, size))
        return false;
    *text += size;
    return true;
}

static unsigned long take_number(const char **text)
{
    char *end;
    const unsigned long number = strtoul(*text, &end, 10);

    if (end == *text)
        fail_msg("a number was expected: %s", *text);
    *text = end;
    return number;
}

static struct drm_version take_version(const char **text)
{
    struct drm_version version;

    version.major = (uint32_t)take_number(text);
    assert_true(take(text, "."));
    version.minor = (uint32_t)take_number(text);
    return version;
}

static void take_window(const char **text, int64_t *from, int64_t *until)
{
    if (**text != ',')
        *from = (int64_t)take_number(text) * HOUR;
    assert_true(take(text, ","));
    if (**text != ')')
        *until = (int64_t)take_number(text) * HOUR;
    assert_true(take(text, ")"));
}

static bool take_grant(const char **text, struct fixture_license *license)
{
    struct drm_grant grant = {.count = DRM_COUNT_UNLIMITED};
    uint32_t remaining = DRM_COUNT_UNLIMITED;
    int right;

    for (right = DRM_RIGHTS - 1; right >= 0; right--)
    {
        const size_t size = strlen(drm_right_name((enum drm_right)right));

        /* strchr finds the end of a text too: a right may be the last word. */
        if (strncmp(*text, drm_right_name((enum drm_right)right), size) == 0 && strchr(" *[+|;)", (*text)[size]))
        {
            *text += size;
            break;
        }
    }
    if (right < 0)
        return false;
    grant.right = (enum drm_right)right;
    if (take(text, "*"))
    {
        grant.count = remaining = (uint32_t)take_number(text);
        if (take(text, "/"))
            remaining = (uint32_t)take_number(text);
    }
    if (take(text, "["))
        take_window(text, &grant.from, &grant.until);
    if (take(text, "+"))
    {
        grant.hours = (uint32_t)take_number(text);
        assert_true(take(text, "h"));
    }
    assert_true(license->terms.grant_count < DRM_TERMS_MAX_GRANTS);
    license->state.remaining[license->state.count++] = remaining;
    license->terms.grants[license->terms.grant_count++] = grant;
    return true;
}

static void take_technology(const char **text, uint8_t (*list)[16], size_t *count)
{
    memset(list[(*count)++], (int)take_number(text), 16);
}

static bool take_condition(const char **text, struct drm_terms *terms, struct drm_license_state *state)
{
    if (take(text, "<"))
        take_window(text, &terms->not_before, &terms->not_after);
    else if (take(text, "used="))
        state->first_use = (int64_t)take_number(text) * HOUR;
    else if (take(text, "sec="))
        terms->min_security = take_version(text);
    else if (take(text, "app="))
        terms->min_app_level = (uint32_t)take_number(text);
    else if (take(text, "opl="))
        terms->outputs.copy = (uint16_t)take_number(text);
    else if (take(text, "in="))
        take_technology(text, terms->copy_included, &terms->copy_included_count);
    else if (take(text, "out="))
        take_technology(text, terms->copy_excluded, &terms->copy_excluded_count);
    else if (take(text, "metered"))
        terms->metered = true;
    else if (take(text, "outputs"))
        terms->has_outputs = true;
    else if (take(text, "sap"))
        terms->sap_required = true;
    else if (take(text, "disable"))
        terms->rollback = DRM_ROLLBACK_DISABLE;
    else if (take(text, "deleted"))
        state->flags |= DRM_LICENSE_DELETED;
    else if (take(text, "delete"))
        terms->rollback = DRM_ROLLBACK_DELETE;
    else if (take(text, "marked"))
        state->flags |= DRM_LICENSE_MARKED;
    else if (take(text, "revoked"))
        state->flags |= DRM_LICENSE_REVOKED;
    else if (take(text, "rolled-back"))
        state->flags |= DRM_LICENSE_ROLLED_BACK;
    else if (take(text, "uplink"))
        terms->has_uplink = true;
    else
        return false;
    if (terms->outputs.copy)
        terms->has_outputs = true;
    return true;
}

static void take_license(struct rights_fixture *fixture, const char **text, struct drm_candidate *out);

static void take_roots(struct rights_fixture *fixture, const char **text, struct drm_candidate *leaf)
{
    struct drm_candidate *roots = &fixture->roots[fixture->roots_used];
    size_t count = 0;

    while (!take(text, ")"))
    {
        assert_true(fixture->roots_used < FIXTURE_LICENSES);
        fixture->roots_used++;
        take_license(fixture, text, &roots[count++]);
        take(text, ";");
    }
    leaf->roots = roots;
    leaf->root_count = count;
}

static void take_license(struct rights_fixture *fixture, const char **text, struct drm_candidate *out)
{
    struct fixture_license *license = &fixture->licenses[fixture->used++];

    assert_true(fixture->used <= FIXTURE_LICENSES);
    memset(license, 0, sizeof(*license));
    *out = (struct drm_candidate){.terms = &license->terms, .state = &license->state};
    while (**text && !strchr("|;)", **text))
    {
        if (take(text, " "))
            continue;
        if (take(text, "root("))
        {
            license->terms.has_uplink = true;
            take_roots(fixture, text, out);
        }
        else if (!take_condition(text, &license->terms, &license->state) && !take_grant(text, license))
        {
            fail_msg("neither a grant nor a condition: %s", *text);
        }
    }
    assert_true(license->terms.grant_count > 0);
}

void rights_fixture_read(struct rights_fixture *fixture, const char *text)
{
    fixture->used = 0;
    fixture->roots_used = 0;
    fixture->count = 0;
    while (*text)
    {
        take_license(fixture, &text, &fixture->candidates[fixture->count++]);
        if (*text && !take(&text, "|"))
            fail_msg("the end of a licence was expected: %s", text);
    }
}

void environment_read(const char *text, struct drm_environment *out)
{
    static uint8_t technologies[256][16];

    *out = (struct drm_environment){.individualized = true, .security = DRM_VERSION_CURRENT};
    while (*text)
    {
        if (take(&text, " "))
            continue;
        if (take(&text, "time="))
        {
            out->now.known = true;
            out->now.time = (int64_t)take_number(&text) * HOUR;
        }
        else if (take(&text, "sec="))
        {
            out->security = take_version(&text);
        }
        else if (take(&text, "min="))
        {
            out->min_security = take_version(&text);
        }
        else if (take(&text, "level="))
        {
            out->app_level_counts = true;
            out->app_level = (uint32_t)take_number(&text);
        }
        else if (take(&text, "device="))
        {
            out->has_device = true;
            out->device_level = (uint32_t)take_number(&text);
        }
        else if (take(&text, "technology="))
        {
            const unsigned long id = take_number(&text);

            assert_true(id < COUNT(technologies));
            memset(technologies[id], (int)id, sizeof(technologies[id]));
            out->device_technology = technologies[id];
        }
        else if (take(&text, "bare"))
        {
            out->individualized = false;
        }
        else
        {
            fail_msg("no such thing in an environment: %s", text);
        }
    }
}

static void add(char *out, size_t size, const char *word)
{
    const size_t length = strlen(out);

    snprintf(out + length, size - length, "%s%s", length ? " " : "", word);
}

void reasons_write(uint32_t reasons, char out[REASONS_TEXT_SIZE])
{
    static const char *const names[] = {
        "no-license", "no-right", "exhausted", "expired", "not-started", "app-level", "individualize", "copy-level",
        "copy-excluded", "no-clock", "no-metering", "chain",
    };
    size_t i;

    out[0] = '\0';
    if (reasons == DRM_ALLOWED)
        add(out, REASONS_TEXT_SIZE, "allowed");
    else if (reasons == DRM_REFUSED_NOT_ENABLED)
        add(out, REASONS_TEXT_SIZE, "not-enabled");
    else if (!(reasons & DRM_REFUSED_NOT_ENABLED))
        add(out, REASONS_TEXT_SIZE, "(without not-enabled)");
    for (i = 0; i < COUNT(names); i++)
    {
        if (reasons & UINT32_C(2) << i)
            add(out, REASONS_TEXT_SIZE, names[i]);
    }
    assert_int_equal(reasons >> 13, 0);
}

void state_write(const struct drm_state_data *state, char out[STATE_TEXT_SIZE])
{
    static const char *const categories[] = {
        "NO_RIGHT", "UNLIMITED", "COUNT", "FROM", "UNTIL", "FROM_UNTIL", "COUNT_FROM", "COUNT_UNTIL",
        "COUNT_FROM_UNTIL", "AFTER_FIRST_USE",
    };
    char number[24];
    uint32_t i;

    out[0] = '\0';
    assert_true((size_t)state->category < COUNT(categories));
    assert_true(state->count_count <= 4 && state->date_count <= 4);
    add(out, STATE_TEXT_SIZE, categories[state->category]);
    for (i = 0; i < 4; i++)
    {
        snprintf(number, sizeof(number), "%lu", (unsigned long)state->counts[i]);
        if (i < state->count_count)
            add(out, STATE_TEXT_SIZE, number);
        else
            assert_int_equal(state->counts[i], 0);
    }
    for (i = 0; i < 4; i++)
    {
        assert_int_equal(state->dates[i] % HOUR, 0);
        snprintf(number, sizeof(number), "%ld", (long)(state->dates[i] / HOUR));
        if (i < state->date_count)
            add(out, STATE_TEXT_SIZE, number);
        else
            assert_int_equal(state->dates[i], 0);
    }
    if (state->flags & DRM_VAGUE)
        add(out, STATE_TEXT_SIZE, "vague");
    if (state->flags & DRM_OUTPUTS_PRESENT)
        add(out, STATE_TEXT_SIZE, "outputs");
    if (state->flags & DRM_SAP_PRESENT)
        add(out, STATE_TEXT_SIZE, "sap");
    assert_int_equal(state->flags >> 3, 0);
}
