/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Using the current licence of an enumeration: may it be, its content key, and the count that goes down
 * (docs/rights.md, "Use"). Everything that can fail comes before the count: whoever gets no key has used up nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/client/content_key.h"
#include "engine/client/enumeration_internal.h"

/* How often it is all looked at again where another process uses licences at the same time. */
#define ATTEMPTS 8

/* A use on its way. All licences are those of now, not those that the enumeration saw. */
struct use
{
    struct drm_enumeration *enumeration;
    struct drm_store *store;
    enum drm_right right;
    struct drm_environment environment;
    uint64_t revinfo;
    const struct drm_license_set *leaves;   /* of the current licence's key id */
    const struct drm_known_license *leaf;   /* the current licence */
    const struct drm_license_set *uplinks;  /* of its uplink key id; NULL where it has none */
    struct drm_candidate *roots;
    const struct drm_known_license **root_licenses;
    size_t root_count;
    const struct drm_known_license *root;   /* the one to use; NULL where there is none */
};

static drm_result code_of(uint32_t reasons)
{
    static const struct
    {
        uint32_t reason;
        drm_result result;
    } codes[] = { /* the first that applies; what nobody can remedy comes first */
        {DRM_REFUSED_NO_RIGHT, DRM_E_NO_RIGHTS},
        {DRM_REFUSED_EXPIRED, DRM_E_LICENSE_EXPIRED},
        {DRM_REFUSED_EXHAUSTED, DRM_E_LICENSE_UNUSABLE},
        {DRM_REFUSED_NO_METERING, DRM_E_METERING},
        {DRM_REFUSED_NOT_STARTED, DRM_E_LICENSE_NOT_ENABLED},
        {DRM_REFUSED_CHAIN, DRM_E_NO_UPLINK_LICENSE},
        {DRM_REFUSED_NO_CLOCK, DRM_E_NO_SECURE_CLOCK},
        {DRM_REFUSED_INDIVIDUALIZE, DRM_E_NEEDS_INDIVIDUALIZATION},
        {DRM_REFUSED_APP_LEVEL, DRM_E_LICENSE_APPSECLOW},
    };
    size_t i;

    for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
    {
        if (reasons & codes[i].reason)
            return codes[i].result;
    }
    return DRM_E_LICENSE_UNAVAILABLE; /* marked for purge */
}

/* --- which licences ------------------------------------------------------------------------------------------ */

static drm_result find_leaf(struct use *use)
{
    const struct drm_license_entry *entry = &use->enumeration->entry;
    drm_result result = drm_store_find_licenses(use->store, entry->key_id, &use->leaves);
    size_t i;

    if (DRM_FAILED(result))
        return result;
    for (i = 0; i < use->leaves->count; i++)
    {
        if (use->leaves->licenses[i].number == entry->number)
        {
            use->leaf = &use->leaves->licenses[i];
            return DRM_S_OK;
        }
    }
    return DRM_E_LICENSE_NOT_FOUND;
}

static drm_result find_roots(struct use *use)
{
    drm_result result;
    size_t i;

    if (!use->leaf->terms.has_uplink)
        return DRM_S_OK;
    if (DRM_FAILED(result = drm_store_find_licenses(use->store, use->leaf->terms.uplink, &use->uplinks)))
        return result;
    if (!use->uplinks->count)
        return DRM_S_OK;
    use->roots = calloc(use->uplinks->count, sizeof(*use->roots));
    use->root_licenses = calloc(use->uplinks->count, sizeof(*use->root_licenses));
    if (!use->roots || !use->root_licenses)
        return DRM_E_OUT_OF_MEMORY;
    for (i = 0; i < use->uplinks->count; i++)
    {
        const struct drm_known_license *root = &use->uplinks->licenses[i];

        /* Another issuer's key id is another key, whatever its bytes. */
        if (memcmp(root->anchor, use->leaf->anchor, sizeof(root->anchor)) != 0)
            continue;
        use->root_licenses[use->root_count] = root;
        use->roots[use->root_count++] = (struct drm_candidate){.terms = &root->terms, .state = &root->state};
    }
    return DRM_S_OK;
}

static bool all_roots_are_leaves(const struct use *use)
{
    size_t i;

    for (i = 0; i < use->root_count; i++)
    {
        if (!use->roots[i].terms->has_uplink)
            return false;
    }
    return use->root_count > 0;
}

/* A clock that was set back makes an end of some licences: of this one, and of its roots that it could have used. */
static drm_result disable(void *context, const struct drm_known_license *licenses, struct drm_license_state *states)
{
    (void)context;
    (void)licenses;
    states[0].flags |= DRM_LICENSE_ROLLED_BACK;
    return DRM_S_OK;
}

static drm_result roll_back(const struct use *use, const struct drm_known_license *license)
{
    if (use->environment.now.known)
        return DRM_S_OK;
    switch (drm_terms_rollback(&license->terms))
    {
    case DRM_ROLLBACK_DISABLE:
        if (license->state.flags & DRM_LICENSE_ROLLED_BACK)
            return DRM_S_OK;
        return drm_store_change_states(use->store, &license->number, 1, disable, NULL);
    case DRM_ROLLBACK_DELETE:
        return drm_store_remove(use->store, &license->number, 1, DRM_LICENSE_DELETED, NULL);
    default:
        return DRM_S_OK;
    }
}

static drm_result roll_back_all(const struct use *use)
{
    drm_result result = roll_back(use, use->leaf);
    size_t i;

    for (i = 0; DRM_SUCCEEDED(result) && i < use->root_count; i++)
        result = roll_back(use, use->root_licenses[i]);
    return result;
}

/* May the leaf be used, and with which root? */
static drm_result choose(struct use *use)
{
    const struct drm_candidate leaf = {
        .terms = &use->leaf->terms, .state = &use->leaf->state, .roots = use->roots, .root_count = use->root_count};
    const uint32_t reasons = drm_evaluate_license(&leaf, use->right, &use->environment, NULL, NULL);
    drm_result result;
    int root;

    if (reasons & DRM_REFUSED_NO_CLOCK && DRM_FAILED(result = roll_back_all(use)))
        return result;
    if (reasons)
    {
        result = code_of(reasons);
        return result == DRM_E_NO_UPLINK_LICENSE && all_roots_are_leaves(use) ? DRM_E_CHAIN_TOO_LONG : result;
    }
    (void)drm_evaluate_license(&leaf, use->right, &use->environment, NULL, &root);
    use->root = root < 0 ? NULL : use->root_licenses[root];
    if (use->leaf->terms.min_revinfo > use->revinfo || (use->root && use->root->terms.min_revinfo > use->revinfo))
        return DRM_E_RIV_TOO_SMALL;
    return DRM_S_OK;
}

/* --- their keys ---------------------------------------------------------------------------------------------- */

static drm_result open_root_key(const struct use *use, uint8_t out[DRM_CONTENT_KEY_SIZE])
{
    const struct drm_license_name name = {
        .anchor = use->root->anchor, .license_id = use->root->license_id, .key_id = use->leaf->terms.uplink,
        .temporary = use->root->number < 0};
    struct drm_loaded_license loaded = {0};
    drm_result result = drm_loaded_license_read(&loaded, use->store, use->root->number, &name);

    if (DRM_SUCCEEDED(result))
        result = drm_content_key_open(use->store, use->root->number, &loaded, NULL, out);
    drm_loaded_license_free(&loaded);
    return result;
}

static drm_result open_key(const struct use *use, uint8_t out[DRM_CONTENT_KEY_SIZE])
{
    uint8_t root_key[DRM_CONTENT_KEY_SIZE];
    drm_result result = drm_enumeration_load(use->enumeration);

    if (DRM_SUCCEEDED(result) && use->root)
        result = open_root_key(use, root_key);
    if (DRM_SUCCEEDED(result))
        result = drm_content_key_open(use->store, use->leaf->number, &use->enumeration->loaded,
                                      use->root ? root_key : NULL, out);
    drm_wipe(root_key, sizeof(root_key));
    return result;
}

/* --- their counts -------------------------------------------------------------------------------------------- */

static bool has_hours(const struct drm_terms *terms)
{
    size_t i;

    for (i = 0; i < terms->grant_count; i++)
    {
        if (terms->grants[i].hours)
            return true;
    }
    return false;
}

/* Does using this grant change anything that is ever looked at again? A plain licence costs no transaction. */
static bool changes(const struct drm_known_license *license, int grant)
{
    return license->state.remaining[grant] != DRM_COUNT_UNLIMITED
        || (!license->state.first_use && has_hours(&license->terms));
}

/* Looks again inside of the transaction: others may have been faster. licenses[1], where there is one, is the root. */
static drm_result consume(void *context, const struct drm_known_license *licenses, struct drm_license_state *states)
{
    const struct use *use = context;
    const struct drm_candidate root = {.terms = &licenses[use->root ? 1 : 0].terms,
                                       .state = &licenses[use->root ? 1 : 0].state};
    const struct drm_candidate leaf = {.terms = &licenses[0].terms, .state = &licenses[0].state, .roots = &root,
                                       .root_count = use->root ? 1 : 0};
    const int64_t now = use->environment.now.time;
    uint32_t reasons;
    int grant;

    reasons = drm_evaluate_license(&leaf, use->right, &use->environment, &grant, NULL);
    if (reasons)
        return code_of(reasons);
    drm_license_state_use(&states[0], (size_t)grant, now);
    if (use->root)
    {
        (void)drm_evaluate_license(&root, use->right, &use->environment, &grant, NULL);
        drm_license_state_use(&states[1], (size_t)grant, now);
    }
    return DRM_S_OK;
}

static drm_result consume_counts(struct use *use)
{
    const struct drm_candidate root = {.terms = use->root ? &use->root->terms : NULL,
                                       .state = use->root ? &use->root->state : NULL};
    const struct drm_candidate leaf = {.terms = &use->leaf->terms, .state = &use->leaf->state, .roots = &root,
                                       .root_count = use->root ? 1 : 0};
    const int64_t numbers[DRM_CHANGE_MAX] = {use->leaf->number, use->root ? use->root->number : 0};
    int leaf_grant, root_grant;
    bool needed;

    (void)drm_evaluate_license(&leaf, use->right, &use->environment, &leaf_grant, NULL);
    needed = changes(use->leaf, leaf_grant);
    if (use->root)
    {
        (void)drm_evaluate_license(&root, use->right, &use->environment, &root_grant, NULL);
        needed = needed || changes(use->root, root_grant);
    }
    if (!needed)
        return DRM_S_OK;
    return drm_store_change_states(use->store, numbers, use->root ? 2 : 1, consume, use);
}

/* --- all of it ----------------------------------------------------------------------------------------------- */

static void end(struct use *use)
{
    drm_license_set_release(use->store, use->leaves);
    drm_license_set_release(use->store, use->uplinks);
    free(use->roots);
    free(use->root_licenses);
}

/* *consumed: the failure, if there is one, came in the transaction, so that a second look may find another way. */
static drm_result attempt(struct drm_enumeration *enumeration, enum drm_right right,
                          uint8_t content_key[DRM_CONTENT_KEY_SIZE], bool *consumed)
{
    struct use use = {.enumeration = enumeration, .store = enumeration->question.store, .right = right};
    drm_result result;

    *consumed = false;
    result = drm_question_environment(&enumeration->question, enumeration->entry.anchor, &use.environment,
                                      &use.revinfo);
    if (DRM_SUCCEEDED(result))
        result = find_leaf(&use);
    if (DRM_SUCCEEDED(result))
        result = find_roots(&use);
    if (DRM_SUCCEEDED(result))
        result = choose(&use);
    if (DRM_SUCCEEDED(result))
        result = open_key(&use, content_key);
    if (DRM_SUCCEEDED(result))
    {
        *consumed = true;
        result = consume_counts(&use);
    }
    end(&use);
    return result;
}

/* Documented: the filter names what the licences are to be used for. */
static enum drm_right right_of(const struct drm_parsed_filter *filter)
{
    int right;

    for (right = 0; right < DRM_RIGHTS; right++)
    {
        if (filter->rights == DRM_RIGHT_BIT(right))
            return (enum drm_right)right;
    }
    return DRM_RIGHT_PLAY;
}

drm_result drm_enumeration_claim_key(struct drm_enumeration *enumeration,
                                     const uint8_t content_key[DRM_CONTENT_KEY_SIZE], bool *first)
{
    static const char label[] = "wmdrmsdk claimed key 1";
    uint8_t fingerprint[DRM_SHA256_SIZE];
    drm_result result = drm_hmac_sha256(content_key, DRM_CONTENT_KEY_SIZE, label, sizeof(label) - 1, fingerprint);

    return DRM_FAILED(result) ? result : drm_store_claim_key(enumeration->question.store, fingerprint, first);
}

drm_result drm_enumeration_use(struct drm_enumeration *enumeration, uint8_t content_key[DRM_CONTENT_KEY_SIZE])
{
    const enum drm_right right = right_of(&enumeration->filter);
    uint8_t key[DRM_CONTENT_KEY_SIZE];
    uint64_t generation;
    drm_result result;
    bool consumed;
    int i;

    for (i = 0; i < ATTEMPTS; i++)
    {
        generation = drm_store_generation(enumeration->question.store);
        result = attempt(enumeration, right, key, &consumed);
        /* Refused at the last moment because somebody else had used it up: perhaps another root still does. */
        if (DRM_SUCCEEDED(result) || !consumed
            || (generation && generation == drm_store_generation(enumeration->question.store)))
            break;
    }
    if (DRM_SUCCEEDED(result))
        memcpy(content_key, key, sizeof(key));
    drm_wipe(key, sizeof(key));
    return result;
}
