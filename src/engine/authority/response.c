/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A response with licences in the making (issuing.h): any number of licences, one key sealed to the machine, one
 * signature, by the authority or by an issuer.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/authority/issuing.h"
#include "engine/xml/license_response_xml.h"

/* A licence that was added: places in the buffer bodies, keys and texts. */
struct entry
{
    uint8_t license_id[DRM_ID_SIZE];
    uint8_t key_id[DRM_KEY_ID_SIZE];
    bool revocable, has_lineage;
    uint8_t lineage[DRM_ID_SIZE];
    size_t body, body_size;
    size_t key, key_size;
    size_t user; /* terminated */
};

struct drm_issuing
{
    struct drm_authority *authority;       /* NULL: an issuer's */
    const uint8_t *seed;                   /* the caller's, who signs */
    struct drm_buffer chain;
    struct drm_license_head head;          /* all but count, root and sealed_key */
    uint8_t response_key[DRM_AEAD_KEY_SIZE];
    uint8_t revocation_key[DRM_SIGN_PUBLIC_SIZE];
    char issuer[DRM_LICENSE_TEXT_SIZE];
    char url[DRM_LICENSE_URL_SIZE];
    char user[DRM_LICENSE_TEXT_SIZE];
    struct entry *entries;
    uint8_t (*leaves)[DRM_SHA256_SIZE];
    size_t count, capacity;
    struct drm_buffer bodies, keys, users;
};

/* --- beginning -------------------------------------------------------------------------------------------- */

static drm_result read_state(struct drm_issuing *issuing, struct drm_authority_state *state)
{
    struct drm_authority *authority = issuing->authority;
    struct drm_authority_list list;
    drm_result result;

    drm_authority_lock(authority);
    result = drm_authority_read_state_locked(authority, state);
    for (int type = DRM_REVOCATION_FIRST; DRM_SUCCEEDED(result) && type <= DRM_REVOCATION_LAST; type++)
        if (DRM_SUCCEEDED(result = drm_authority_find_list_locked(authority, type, &list)))
            issuing->head.list_versions[type - 1] = list.version;
    drm_authority_unlock(authority);
    issuing->head.version = state->version;
    memcpy(issuing->url, state->policy.license_url, sizeof(issuing->url));
    return result;
}

/* What every response has. own: the signer's certificate. */
static drm_result fill(struct drm_issuing *issuing, const struct drm_certificate *own, struct drm_span encoded,
                       const struct drm_certificate *machine, int64_t now)
{
    memcpy(issuing->issuer, own->name, sizeof(issuing->issuer));
    issuing->head.signer = *own;
    issuing->head.time = now;
    memcpy(issuing->head.machine_id, machine->subject, sizeof(issuing->head.machine_id));
    memcpy(issuing->head.encrypt_key, machine->encrypt_key, sizeof(issuing->head.encrypt_key));
    drm_random(issuing->head.response_id, sizeof(issuing->head.response_id));
    drm_random(issuing->response_key, sizeof(issuing->response_key));
    return drm_chain_write(&encoded, 1, &issuing->chain);
}

static drm_result fill_from_authority(struct drm_issuing *issuing, const struct drm_certificate *machine,
                                      const uint8_t nonce[DRM_NONCE_SIZE])
{
    struct drm_authority *authority = issuing->authority;
    const struct drm_authority_key *key = &authority->keys[DRM_KEY_ISSUE_LICENSES];
    struct drm_authority_state *state = calloc(1, sizeof(*state));
    struct drm_certificate own;
    drm_result result;

    if (!state)
        return DRM_E_OUT_OF_MEMORY;
    issuing->seed = key->seed;
    memcpy(issuing->head.nonce, nonce, sizeof(issuing->head.nonce));
    if (DRM_SUCCEEDED(result = read_state(issuing, state))
        && DRM_SUCCEEDED(result = drm_certificate_read(drm_buffer_span(&key->certificate), &own))
        && DRM_SUCCEEDED(result = drm_authority_revocation_key(authority, NULL, issuing->revocation_key)))
        result = fill(issuing, &own, drm_buffer_span(&key->certificate), machine, drm_authority_now(authority));
    free(state);
    return result;
}

_Static_assert(DRM_LICENSE_URL_SIZE == DRM_ANSWER_URL_SIZE, "the policy's URL is the licence's");
_Static_assert(DRM_LICENSE_TEXT_SIZE == DRM_CERTIFICATE_NAME_SIZE + 1, "the certificate's name is the licence's");

drm_result drm_issuing_begin(struct drm_authority *authority, const struct drm_certificate *machine,
                             const uint8_t nonce[DRM_NONCE_SIZE], struct drm_issuing **out)
{
    struct drm_issuing *issuing = calloc(1, sizeof(*issuing));
    drm_result result;

    if (!issuing)
        return DRM_E_OUT_OF_MEMORY;
    issuing->authority = authority;
    if (DRM_SUCCEEDED(result = fill_from_authority(issuing, machine, nonce)))
        *out = issuing;
    else
        drm_issuing_free(issuing);
    return result;
}

drm_result drm_issuing_begin_issuers(const uint8_t seed[DRM_SIGN_SEED_SIZE], const struct drm_chain *chain,
                                     const struct drm_certificate *machine, int64_t now, struct drm_issuing **out)
{
    struct drm_issuing *issuing = calloc(1, sizeof(*issuing));
    drm_result result;

    if (!issuing)
        return DRM_E_OUT_OF_MEMORY;
    issuing->seed = seed;
    if (DRM_SUCCEEDED(result = fill(issuing, &chain->certificates[0], chain->encoded[0], machine, now)))
        *out = issuing;
    else
        drm_issuing_free(issuing);
    return result;
}

void drm_issuing_free(struct drm_issuing *issuing)
{
    if (!issuing)
        return;
    drm_buffer_free(&issuing->users);
    drm_buffer_free(&issuing->keys);
    drm_buffer_free(&issuing->bodies);
    drm_buffer_free(&issuing->chain);
    free(issuing->leaves);
    free(issuing->entries);
    drm_wipe(issuing->response_key, sizeof(issuing->response_key));
    free(issuing);
}

void drm_issuing_set_user(struct drm_issuing *issuing, const char *user_id)
{
    size_t length = user_id ? strlen(user_id) : 0;

    issuing->user[0] = 0;
    if (length && length < sizeof(issuing->user))
        memcpy(issuing->user, user_id, length + 1);
}

size_t drm_issuing_count(const struct drm_issuing *issuing)
{
    return issuing->count;
}

/* --- adding ----------------------------------------------------------------------------------------------- */

static drm_result make_room(struct drm_issuing *issuing)
{
    size_t capacity = issuing->capacity ? 2 * issuing->capacity : 16;
    void *entries, *leaves;

    if (issuing->count == DRM_RESPONSE_MAX_LICENSES)
        return DRM_E_RESPONSE_TOO_LARGE;
    if (issuing->count < issuing->capacity)
        return DRM_S_OK;
    if (!(entries = realloc(issuing->entries, capacity * sizeof(*issuing->entries))))
        return DRM_E_OUT_OF_MEMORY;
    issuing->entries = entries;
    if (!(leaves = realloc(issuing->leaves, capacity * sizeof(*issuing->leaves))))
        return DRM_E_OUT_OF_MEMORY;
    issuing->leaves = leaves;
    issuing->capacity = capacity;
    return DRM_S_OK;
}

static void complete(const struct drm_issuing *issuing, struct drm_license *license, bool restored)
{
    if (!issuing->authority)
        drm_issuer_license_id(issuing->head.signer.sign_key, issuing->head.response_id, (uint32_t)issuing->count,
                              license->license_id);
    else if (!restored)
        drm_random(license->license_id, sizeof(license->license_id));
    license->issued = issuing->head.time;
    if (!*license->issuer)
        memcpy(license->issuer, issuing->issuer, sizeof(license->issuer));
    if (!*license->url)
        memcpy(license->url, issuing->url, sizeof(license->url));
    if (!*license->user_id)
        memcpy(license->user_id, issuing->user, sizeof(license->user_id));
    if (license->has_revocation_key)
        memcpy(license->revocation_key, issuing->revocation_key, sizeof(license->revocation_key));
}

static struct drm_span body_of(const struct drm_issuing *issuing, const struct entry *entry)
{
    return drm_span(issuing->bodies.data + entry->body, entry->body_size);
}

static struct drm_span key_of(const struct drm_issuing *issuing, const struct entry *entry)
{
    return drm_span(issuing->keys.data + entry->key, entry->key_size);
}

drm_result drm_issuing_add(struct drm_issuing *issuing, struct drm_license *license, const uint8_t *uplink_key,
                           const uint8_t content_key[DRM_CONTENT_KEY_SIZE], const uint8_t *lineage)
{
    struct entry entry = {.body = issuing->bodies.size, .key = issuing->keys.size, .user = issuing->users.size};
    drm_result result;

    if (DRM_FAILED(result = make_room(issuing)))
        return result;
    complete(issuing, license, lineage != NULL);
    if (DRM_FAILED(result = drm_license_write_body(license, &issuing->bodies)))
        return result;
    entry.body_size = issuing->bodies.size - entry.body;
    if (DRM_FAILED(result = drm_license_wrap_key(issuing->response_key, issuing->head.machine_id,
                                                 body_of(issuing, &entry), uplink_key, content_key, &issuing->keys)))
        goto fail;
    entry.key_size = issuing->keys.size - entry.key;
    if (DRM_FAILED(result = drm_license_leaf(body_of(issuing, &entry), key_of(issuing, &entry),
                                             issuing->leaves[issuing->count]))
        || DRM_FAILED(result = drm_buffer_append(&issuing->users, license->user_id, strlen(license->user_id) + 1)))
        goto fail;
    memcpy(entry.license_id, license->license_id, sizeof(entry.license_id));
    memcpy(entry.key_id, license->key_id, sizeof(entry.key_id));
    entry.revocable = license->has_revocation_key;
    if ((entry.has_lineage = lineage != NULL))
        memcpy(entry.lineage, lineage, sizeof(entry.lineage));
    issuing->entries[issuing->count++] = entry;
    return DRM_S_OK;

fail:
    drm_buffer_truncate(&issuing->bodies, entry.body);
    drm_buffer_truncate(&issuing->keys, entry.key);
    return result;
}

/* --- recording -------------------------------------------------------------------------------------------- */

/* Only a restored licence can be on record: restored again, it has the same id (restore.c). */
drm_result drm_issuing_record_locked(const struct drm_issuing *issuing)
{
    struct drm_statement statement;

    drm_statement_prepare(&statement, issuing->authority->database,
                          "INSERT INTO issued(license_id, key_id, machine_id, user_id, issued, lineage, revocable)"
                          " VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT(license_id) DO NOTHING");
    drm_statement_bind_blob(&statement, 3, issuing->head.machine_id, DRM_ID_SIZE);
    drm_statement_bind_int(&statement, 5, issuing->head.time);
    for (size_t i = 0; i < issuing->count && DRM_SUCCEEDED(statement.result); i++)
    {
        const struct entry *entry = &issuing->entries[i];

        drm_statement_bind_blob(&statement, 1, entry->license_id, sizeof(entry->license_id));
        drm_statement_bind_blob(&statement, 2, entry->key_id, sizeof(entry->key_id));
        drm_statement_bind_text(&statement, 4, (const char *)issuing->users.data + entry->user);
        if (entry->has_lineage)
            drm_statement_bind_blob(&statement, 6, entry->lineage, sizeof(entry->lineage));
        else if (statement.handle)
            sqlite3_bind_null(statement.handle, 6);
        drm_statement_bind_int(&statement, 7, entry->revocable);
        drm_statement_step(&statement);
        drm_statement_reset(&statement);
    }
    return drm_statement_finish(&statement);
}

/* --- finishing -------------------------------------------------------------------------------------------- */

static drm_result write_head(struct drm_issuing *issuing, const struct drm_license_tree *tree, struct drm_buffer *out)
{
    struct drm_license_head head = issuing->head;
    struct drm_buffer sealed = {0};
    drm_result result;

    result = drm_response_key_seal(head.response_id, head.machine_id, head.encrypt_key, issuing->response_key,
                                   &sealed);
    if (DRM_SUCCEEDED(result))
    {
        head.count = (uint32_t)issuing->count;
        head.sealed_key = drm_buffer_span(&sealed);
        drm_license_tree_root(tree, head.root);
        result = drm_license_head_write(&head, issuing->seed, drm_buffer_span(&issuing->chain), out);
    }
    drm_buffer_free(&sealed);
    return result;
}

static drm_result write_licenses(const struct drm_issuing *issuing, const struct drm_license_tree *tree,
                                 struct drm_buffer *out)
{
    struct drm_buffer license = {0};
    drm_result result = DRM_S_OK;

    for (size_t i = 0; i < issuing->count && DRM_SUCCEEDED(result); i++)
    {
        const struct entry *entry = &issuing->entries[i];

        license.size = 0; /* nothing secret in it */
        result = drm_license_write(body_of(issuing, entry), key_of(issuing, entry), tree, i, &license);
        if (DRM_SUCCEEDED(result))
            result = drm_license_response_xml_license(drm_buffer_span(&license), out);
    }
    drm_buffer_free(&license);
    return result;
}

drm_result drm_issuing_finish(struct drm_issuing *issuing, struct drm_buffer *out)
{
    struct drm_license_tree *tree = NULL;
    struct drm_buffer head = {0};
    size_t start = out->size;
    drm_result result;

    if (DRM_FAILED(result = drm_license_tree_create((const uint8_t (*)[DRM_SHA256_SIZE])issuing->leaves,
                                                    issuing->count, &tree))
        || DRM_FAILED(result = write_head(issuing, tree, &head))
        || DRM_FAILED(result = drm_license_response_xml_begin(drm_buffer_span(&head), out))
        || DRM_FAILED(result = write_licenses(issuing, tree, out)))
        goto done;
    result = drm_license_response_xml_end(out);

done:
    if (DRM_FAILED(result))
        drm_buffer_truncate(out, start);
    drm_buffer_free(&head);
    drm_license_tree_free(tree);
    return result;
}
