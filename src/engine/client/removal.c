/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Removal of licences by their issuer: this machine's challenge, the issuer's response, this machine's receipt.
 */
#include <string.h>

#include "engine/client/licenses.h"
#include "engine/client/selection.h"
#include "engine/format/license_removal.h"

/* The machine as a signer. Wipe and free with signer_free. */
struct signer
{
    struct drm_identity identity;
    struct drm_identity_keys keys;
};

static drm_result signer_load(struct signer *signer, const struct drm_question *question)
{
    drm_result result;

    memset(signer, 0, sizeof(*signer));
    if (!question->has_anchor)
        return DRM_E_NEEDS_INDIVIDUALIZATION;
    if (DRM_FAILED(result = drm_store_get_identity(question->store, question->anchor, &signer->identity)))
        return result;
    if (!signer->identity.number)
        return DRM_E_NEEDS_INDIVIDUALIZATION;
    return drm_store_get_identity_keys(question->store, question->anchor, &signer->identity, &signer->keys);
}

static void signer_free(struct signer *signer)
{
    drm_wipe(&signer->keys, sizeof(signer->keys));
    drm_identity_free(&signer->identity);
}

/* --- the challenge ------------------------------------------------------------------------------------------ */

drm_result drm_client_make_removal_challenge(struct drm_client *client, struct drm_span machine_id,
                                             struct drm_span data, struct drm_buffer *out)
{
    struct drm_removal_challenge challenge = {.caller_machine_id = machine_id, .caller_data = data};
    struct drm_question question;
    struct signer signer;
    size_t before = out->size;
    drm_result result;

    if (machine_id.size > DRM_REMOVAL_MAX_DATA || data.size > DRM_REMOVAL_MAX_DATA)
        return DRM_E_INVALID_ARGUMENT;
    if (DRM_FAILED(result = drm_question_begin(&question, client)))
        return result;
    if (DRM_SUCCEEDED(result = signer_load(&signer, &question)))
    {
        drm_random(challenge.transaction, sizeof(challenge.transaction));
        memcpy(challenge.machine_id, signer.identity.machine_id, sizeof(challenge.machine_id));
        result = drm_removal_challenge_write(&challenge, signer.keys.sign_seed,
                                             drm_buffer_span(&signer.identity.chain), out);
    }
    /* Remembered last: what could not be handed out needs no memory. */
    if (DRM_SUCCEEDED(result))
        result = drm_store_add_removal_challenge(question.store, question.anchor, challenge.transaction);
    if (DRM_FAILED(result))
        drm_buffer_truncate(out, before);
    signer_free(&signer);
    return drm_question_end(&question, result);
}

/* --- the response ------------------------------------------------------------------------------------------- */

/* Only licences that name the key that signed are meant; key ids and user, where both are given, must both fit. */
static bool chooses_named(void *context, const struct drm_license_entry *entry, const struct drm_license *license)
{
    const struct drm_removal *removal = context;

    (void)entry;
    return license->has_revocation_key
           && !memcmp(license->revocation_key, removal->revocation_key, sizeof(license->revocation_key))
           && (!removal->user_id.size
               || drm_span_equal(removal->user_id, drm_span(license->user_id, strlen(license->user_id))));
}

/* A response may name a key id twice; its licences are chosen once. */
static bool is_named_before(const struct drm_removal *removal, size_t end)
{
    for (size_t i = 0; i < end; i += DRM_KEY_ID_SIZE)
        if (!memcmp(removal->key_ids.data + i, removal->key_ids.data + end, DRM_KEY_ID_SIZE))
            return true;
    return false;
}

static drm_result select_named(const struct drm_question *question, struct drm_removal *removal,
                               struct drm_selection *selection)
{
    const struct drm_selector selector = {.context = removal, .chooses = chooses_named, .loads = true};
    drm_result result = DRM_S_OK;

    if (!removal->key_ids.size)
        return drm_selection_add(selection, question, NULL, &selector);
    for (size_t i = 0; DRM_SUCCEEDED(result) && i < removal->key_ids.size; i += DRM_KEY_ID_SIZE)
        if (!is_named_before(removal, i))
            result = drm_selection_add(selection, question, removal->key_ids.data + i, &selector);
    return result;
}

static drm_result write_receipt(const struct drm_question *question, const struct signer *signer,
                                const struct drm_removal *removal, const struct drm_selection *selection,
                                struct drm_buffer *out)
{
    const struct drm_clock *clock = &question->client->host->clock;
    struct drm_removal_receipt receipt = {
        .time = clock->now(clock->context), .license_ids = drm_buffer_span(&selection->license_ids)};

    memcpy(receipt.transaction, removal->transaction, sizeof(receipt.transaction));
    memcpy(receipt.machine_id, signer->identity.machine_id, sizeof(receipt.machine_id));
    return drm_removal_receipt_write(&receipt, signer->keys.sign_seed, drm_buffer_span(&signer->identity.chain), out);
}

/* The receipt of before, where the program may not have got it: it ended, or its memory did. */
static drm_result find_receipt(const struct drm_question *question, const uint8_t response[DRM_SHA256_SIZE],
                               struct drm_buffer *receipt)
{
    drm_result result = drm_store_find_receipt(question->store, response, receipt);

    return result == DRM_E_NOT_FOUND ? DRM_E_EXPIRED_LICENSEBLOB : result;
}

static drm_result process(const struct drm_question *question, const struct signer *signer,
                          struct drm_removal *removal, const uint8_t response[DRM_SHA256_SIZE],
                          struct drm_selection *selection, struct drm_buffer *receipt)
{
    struct drm_used_challenge challenge = {.transaction = removal->transaction, .response = response};
    size_t before = receipt->size;
    drm_result result;

    if (memcmp(removal->machine_id, signer->identity.machine_id, sizeof(removal->machine_id)))
        return DRM_E_INVALID_MACHINE;
    /* The receipt is made before and committed with the removal, so that nothing is removed that could not be proved;
     * it is handed out only after. */
    if (DRM_FAILED(result = select_named(question, removal, selection))
        || DRM_FAILED(result = write_receipt(question, signer, removal, selection, receipt)))
        return result;
    challenge.receipt = drm_span(receipt->data + before, receipt->size - before);
    result = drm_store_remove(question->store, selection->numbers, selection->count, DRM_LICENSE_REVOKED, &challenge);
    if (DRM_SUCCEEDED(result))
        drm_log_write(&question->client->host->log, "licences: %u were revoked by their issuer",
                      (unsigned int)selection->count);
    if (result != DRM_E_PARAMETERS_MISMATCHED)
        return result;
    drm_buffer_truncate(receipt, before);
    return find_receipt(question, response, receipt);
}

drm_result drm_client_process_removal(struct drm_client *client, struct drm_span response, struct drm_buffer *receipt)
{
    struct drm_selection selection = {0};
    struct drm_question question;
    struct drm_removal removal;
    struct signer signer;
    uint8_t hash[DRM_SHA256_SIZE];
    size_t before = receipt->size;
    drm_result result = drm_removal_read(response, &removal);

    if (DRM_FAILED(result) || DRM_FAILED(result = drm_question_begin(&question, client)))
        return result;
    drm_sha256(response.data, response.size, hash);
    if (DRM_SUCCEEDED(result = signer_load(&signer, &question)))
        result = process(&question, &signer, &removal, hash, &selection, receipt);
    if (DRM_FAILED(result))
        drm_buffer_truncate(receipt, before);
    signer_free(&signer);
    drm_selection_free(&selection);
    return drm_question_end(&question, result);
}

drm_result drm_client_confirm_removal(struct drm_client *client, struct drm_span response)
{
    struct drm_question question;
    uint8_t hash[DRM_SHA256_SIZE];
    drm_result result = drm_question_begin(&question, client);

    if (DRM_FAILED(result))
        return result;
    drm_sha256(response.data, response.size, hash);
    return drm_question_end(&question, drm_store_drop_receipt(question.store, hash));
}
