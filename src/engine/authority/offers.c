/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a machine may have of what it asks for (offers.h).
 */
#include "engine/authority/offers.h"

#include <stdlib.h>
#include <string.h>

#define OFFER_COLUMNS                                                                                                \
    "SELECT key_id, name, rights, uplink IS NOT NULL, sealed, withdrawn, interactive, per_machine FROM offer"

void drm_offers_free(struct drm_offers *offers)
{
    for (size_t i = 0; i < offers->count; i++)
        drm_wipe(&offers->offers[i], sizeof(offers->offers[i]));
    free(offers->offers);
    drm_buffer_free(&offers->texts);
    memset(offers, 0, sizeof(*offers));
}

const char *drm_offers_name(const struct drm_offers *offers, size_t index)
{
    return (const char *)offers->texts.data + offers->offers[index].name;
}

drm_result drm_offers_read(const struct drm_offers *offers, size_t index, struct drm_license *out)
{
    const struct drm_offer *offer = &offers->offers[index];

    memcpy(out->key_id, offer->key_id, sizeof(out->key_id));
    return drm_rights_text_read((const char *)offers->texts.data + offer->rights_text, out, NULL);
}

/* --- rows ------------------------------------------------------------------------------------------------- */

static drm_result append_text(struct drm_buffer *texts, const char *text, size_t *place)
{
    *place = texts->size;
    return drm_buffer_append(texts, text, strlen(text) + 1);
}

/* Is there less of a licence each time that it is used? */
static bool runs_out(const struct drm_terms *terms)
{
    for (size_t i = 0; i < terms->grant_count; i++)
        if (terms->grants[i].count != DRM_COUNT_UNLIMITED || terms->grants[i].hours)
            return true;
    return false;
}

/* All but the content key. A content that was added can be read; what cannot was edited by somebody else. */
static drm_result read_offer(struct drm_statement *statement, struct drm_offers *offers, struct drm_license *scratch,
                             struct drm_offer *out)
{
    const char *rights = drm_statement_text(statement, 2);
    int64_t per_machine = drm_statement_int(statement, 7);
    drm_result result;

    memset(out, 0, sizeof(*out));
    if (DRM_FAILED(result = drm_rights_text_read(rights, scratch, NULL)))
        return result == DRM_E_INVALID_ARGUMENT ? DRM_E_STORE_CORRUPT : result;
    if (!drm_statement_fixed(statement, 0, out->key_id, sizeof(out->key_id)) || per_machine < 0
        || per_machine > UINT32_MAX || scratch->terms.has_uplink != (drm_statement_int(statement, 3) != 0))
        return DRM_E_STORE_CORRUPT;
    out->rights = drm_terms_rights(&scratch->terms);
    out->min_security = scratch->terms.min_security;
    out->runs_out = runs_out(&scratch->terms);
    out->has_uplink = scratch->terms.has_uplink;
    memcpy(out->uplink, scratch->terms.uplink, sizeof(out->uplink));
    out->withdrawn = drm_statement_int(statement, 5) != 0;
    out->interactive = drm_statement_int(statement, 6) != 0;
    out->per_machine = (uint32_t)per_machine;
    if (DRM_FAILED(result = append_text(&offers->texts, drm_statement_text(statement, 1), &out->name)))
        return result;
    return append_text(&offers->texts, rights, &out->rights_text);
}

static drm_result open_key(const struct drm_authority *authority, struct drm_statement *statement,
                           struct drm_offer *offer)
{
    return drm_authority_unseal_content_key(authority, offer->key_id, drm_statement_blob(statement, 4),
                                            offer->content_key);
}

/* DRM_E_UNABLE_TO_ACQUIRE where there is none. */
static drm_result find_row(struct drm_authority *authority, const uint8_t key_id[DRM_KEY_ID_SIZE],
                           struct drm_offers *offers, struct drm_license *scratch, struct drm_offer *out)
{
    struct drm_statement statement;
    drm_result result, found = DRM_E_UNABLE_TO_ACQUIRE;

    drm_statement_prepare(&statement, authority->database, OFFER_COLUMNS " WHERE key_id = ?1");
    drm_statement_bind_blob(&statement, 1, key_id, DRM_KEY_ID_SIZE);
    if (drm_statement_step(&statement)
        && DRM_SUCCEEDED(found = read_offer(&statement, offers, scratch, out)))
        found = open_key(authority, &statement, out);
    result = drm_statement_finish(&statement);
    return DRM_FAILED(result) ? result : found;
}

/* --- judging ---------------------------------------------------------------------------------------------- */

/* Has the machine as many licences of it as it may have? What it has proved to be gone does not count, unless it may
 * have been used up before it went: else a machine that gives its licences back just asks again. */
static drm_result is_used_up(struct drm_authority *authority, const struct drm_offers *offers,
                             const struct drm_offer *offer, bool *out)
{
    struct drm_statement statement;

    *out = false;
    if (!offer->per_machine)
        return DRM_S_OK;
    drm_statement_prepare(&statement, authority->database,
                          "SELECT count(*) FROM issued WHERE key_id = ?1 AND machine_id = ?2"
                          " AND (removed = 0 OR ?3)");
    drm_statement_bind_blob(&statement, 1, offer->key_id, sizeof(offer->key_id));
    drm_statement_bind_blob(&statement, 2, offers->asking.machine->subject, DRM_ID_SIZE);
    drm_statement_bind_int(&statement, 3, offer->runs_out);
    if (drm_statement_step(&statement))
        *out = drm_statement_int(&statement, 0) >= offer->per_machine;
    return drm_statement_finish(&statement);
}

static drm_result judge(const struct drm_offers *offers, const struct drm_offer *offer)
{
    const struct drm_asking *asking = &offers->asking;

    if (offer->withdrawn)
        return DRM_E_UNABLE_TO_ACQUIRE;
    if (asking->rights & ~offer->rights)
        return DRM_E_NO_RIGHTS;
    if (drm_version_compare(asking->machine->security_version, offer->min_security) < 0)
        return DRM_E_NEEDS_INDIVIDUALIZATION;
    return offer->interactive && asking->silent ? DRM_E_LICENSE_NOTACQUIRED : DRM_S_OK;
}

static drm_result judge_with_count(struct drm_authority *authority, const struct drm_offers *offers,
                                   const struct drm_offer *offer)
{
    bool used_up;
    drm_result result = judge(offers, offer);

    if (DRM_SUCCEEDED(result) && DRM_SUCCEEDED(result = is_used_up(authority, offers, offer, &used_up)) && used_up)
        result = DRM_E_NO_RIGHTS;
    return result;
}

static drm_result append_offer(struct drm_offers *offers, const struct drm_offer *offer)
{
    if (offers->count == offers->capacity)
    {
        size_t capacity = offers->capacity ? 2 * offers->capacity : 4;
        struct drm_offer *grown = malloc(capacity * sizeof(*grown));

        if (!grown)
            return DRM_E_OUT_OF_MEMORY;
        if (offers->count)
        {
            memcpy(grown, offers->offers, offers->count * sizeof(*grown));
            drm_wipe(offers->offers, offers->count * sizeof(*grown));
        }
        free(offers->offers);
        offers->offers = grown;
        offers->capacity = capacity;
    }
    offers->offers[offers->count++] = *offer;
    return DRM_S_OK;
}

/* --- one -------------------------------------------------------------------------------------------------- */

/* The root comes along, except where the machine has as many licences of it as it may have: one of these will do. */
static drm_result add_root(struct drm_authority *authority, struct drm_offers *offers, struct drm_license *scratch,
                           struct drm_offer *leaf)
{
    struct drm_offer root;
    bool used_up;
    drm_result result = find_row(authority, leaf->uplink, offers, scratch, &root);

    if (DRM_SUCCEEDED(result) && DRM_SUCCEEDED(result = judge(offers, &root))
        && DRM_SUCCEEDED(result = is_used_up(authority, offers, &root, &used_up)))
    {
        memcpy(leaf->uplink_key, root.content_key, sizeof(leaf->uplink_key));
        if (!used_up)
            result = append_offer(offers, &root);
    }
    drm_wipe(&root, sizeof(root));
    return result;
}

drm_result drm_offers_find_locked(struct drm_authority *authority, struct drm_offers *offers,
                                  const uint8_t key_id[DRM_KEY_ID_SIZE])
{
    struct drm_license *scratch = calloc(1, sizeof(*scratch));
    struct drm_offer offer;
    drm_result result;

    if (!scratch)
        return DRM_E_OUT_OF_MEMORY;
    if (DRM_SUCCEEDED(result = find_row(authority, key_id, offers, scratch, &offer))
        && DRM_SUCCEEDED(result = judge_with_count(authority, offers, &offer))
        && (!offer.has_uplink || DRM_SUCCEEDED(result = add_root(authority, offers, scratch, &offer))))
        result = append_offer(offers, &offer);
    drm_wipe(&offer, sizeof(offer));
    free(scratch);
    return result;
}

/* --- all -------------------------------------------------------------------------------------------------- */

/* Roots that leaves were looked up of: neighbours mostly have the same one. */
struct root_memory
{
    bool known;
    uint8_t key_id[DRM_KEY_ID_SIZE];
    drm_result verdict;
    uint8_t content_key[DRM_CONTENT_KEY_SIZE];
};

/* Has the leaf a root that the machine may have? That one is on the list before, or the machine has it already. */
static drm_result judge_root(struct drm_authority *authority, struct drm_offers *offers, struct drm_license *scratch,
                             struct root_memory *memory, struct drm_offer *leaf)
{
    struct drm_offer root;
    size_t texts = offers->texts.size;

    if (!memory->known || memcmp(memory->key_id, leaf->uplink, sizeof(memory->key_id)))
    {
        memory->verdict = find_row(authority, leaf->uplink, offers, scratch, &root);
        if (DRM_SUCCEEDED(memory->verdict))
            memory->verdict = judge(offers, &root);
        if (DRM_SUCCEEDED(memory->verdict))
            memcpy(memory->content_key, root.content_key, sizeof(memory->content_key));
        memcpy(memory->key_id, leaf->uplink, sizeof(memory->key_id));
        memory->known = true;
        drm_wipe(&root, sizeof(root));
        drm_buffer_truncate(&offers->texts, texts);
    }
    memcpy(leaf->uplink_key, memory->content_key, sizeof(leaf->uplink_key));
    return memory->verdict;
}

/* That the machine may not have it is no failure here. */
static bool is_verdict(drm_result result)
{
    return result == DRM_E_UNABLE_TO_ACQUIRE || result == DRM_E_NO_RIGHTS || result == DRM_E_NEEDS_INDIVIDUALIZATION
           || result == DRM_E_LICENSE_NOTACQUIRED;
}

static drm_result take_row(struct drm_authority *authority, struct drm_statement *statement, struct drm_offers *offers,
                           struct drm_license *scratch, struct root_memory *memory)
{
    struct drm_offer offer;
    size_t texts = offers->texts.size;
    drm_result result = read_offer(statement, offers, scratch, &offer);

    /* The key last: of many contents most may be none for this machine. */
    if (DRM_SUCCEEDED(result) && DRM_SUCCEEDED(result = judge_with_count(authority, offers, &offer))
        && DRM_SUCCEEDED(result = open_key(authority, statement, &offer))
        && (!offer.has_uplink
            || DRM_SUCCEEDED(result = judge_root(authority, offers, scratch, memory, &offer))))
        result = append_offer(offers, &offer);
    if (DRM_FAILED(result))
        drm_buffer_truncate(&offers->texts, texts);
    drm_wipe(&offer, sizeof(offer));
    return result;
}

/* *first: why the first one that the machine may not have is none for it, while that is still unknown. */
static drm_result take_rows(struct drm_authority *authority, const char *sql, struct drm_offers *offers,
                            struct drm_license *scratch, drm_result *first)
{
    struct root_memory memory = {.known = false};
    struct drm_statement statement;
    drm_result result, row = DRM_S_OK;

    drm_statement_prepare(&statement, authority->database, sql);
    while (offers->count < DRM_PREDELIVERY_MAX && drm_statement_step(&statement))
    {
        row = take_row(authority, &statement, offers, scratch, &memory);
        if (DRM_FAILED(row) && !is_verdict(row))
            break;
        if (DRM_FAILED(row) && !*first)
            *first = row;
        row = DRM_S_OK;
    }
    drm_wipe(&memory, sizeof(memory));
    result = drm_statement_finish(&statement);
    return DRM_FAILED(result) ? result : row;
}

/* Roots and whatever has none before leaves, each in the order in which they came, without sorting all there are. */
drm_result drm_offers_find_all_locked(struct drm_authority *authority, struct drm_offers *offers)
{
    static const char *const queries[] = {
        OFFER_COLUMNS " WHERE uplink IS NULL AND NOT withdrawn ORDER BY id",
        OFFER_COLUMNS " WHERE uplink IS NOT NULL AND NOT withdrawn ORDER BY id",
    };
    struct drm_license *scratch = calloc(1, sizeof(*scratch));
    drm_result result = scratch ? DRM_S_OK : DRM_E_OUT_OF_MEMORY, first = DRM_S_OK;

    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]) && DRM_SUCCEEDED(result); i++)
        result = take_rows(authority, queries[i], offers, scratch, &first);
    if (DRM_SUCCEEDED(result) && !offers->count)
        result = first ? first : DRM_E_UNABLE_TO_ACQUIRE;
    free(scratch);
    return result;
}

drm_result drm_offers_recount_locked(struct drm_authority *authority, const struct drm_offers *offers)
{
    bool used_up;
    drm_result result;

    for (size_t i = 0; i < offers->count; i++)
    {
        if (DRM_FAILED(result = is_used_up(authority, offers, &offers->offers[i], &used_up)))
            return result;
        if (used_up)
            return DRM_E_NO_RIGHTS;
    }
    return DRM_S_OK;
}
