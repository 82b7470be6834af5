/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The authority's keys: a root, and one for each role, certified by the root.
 *
 * Their private halves rest under one key that the host's protector seals (4 to 5 ms a call with DPAPI, so once),
 * each bound to its role, its public half and its certificate: a row edited or moved by hand does not open.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/authority/authority_internal.h"
#include "engine/authority/moving.h"

#define SECRET_LABEL "wmdrmsdk authority key"
#define CONTENT_SECRET_LABEL "wmdrmsdk content keys 1"
#define BACKUP_KEY_LABEL "wmdrmsdk backups 1"
#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)
#define YEAR_MS (365 * DAY_MS)
#define KEY_LIFE_MS (20 * YEAR_MS)
#define KEY_RENEWAL_MS YEAR_MS /* this long before a key's certificate ends, a new one takes its place */
#define CLIENT_LIFE_MS (10 * YEAR_MS)
#define ISSUER_LIFE_MS YEAR_MS /* somebody else's key: to be asked for again */

static const enum drm_role roles[DRM_KEY_COUNT] = {
    [DRM_KEY_ROOT] = DRM_ROLE_ROOT,
    [DRM_KEY_CERTIFY] = DRM_ROLE_CERTIFY,
    [DRM_KEY_SIGN_REVOCATION] = DRM_ROLE_SIGN_REVOCATION,
    [DRM_KEY_ANSWER] = DRM_ROLE_ANSWER,
    [DRM_KEY_ISSUE_LICENSES] = DRM_ROLE_ISSUE_LICENSES,
};

/* A day back, for clocks that differ; and the end. */
static void set_validity(struct drm_certificate *certificate, int64_t now, int64_t life)
{
    if (!certificate->not_before)
        certificate->not_before = now > DAY_MS ? now - DAY_MS : 0;
    if (!certificate->not_after)
        certificate->not_after = now < DRM_TIME_MAX - life ? now + life : DRM_TIME_MAX;
}

/* --- the key that the others rest under ------------------------------------------------------------------- */

static drm_result make_secret(struct drm_authority *authority, uint8_t secret[DRM_AEAD_KEY_SIZE])
{
    const struct drm_protector *protector = &authority->host->protector;
    struct drm_buffer sealed = {0};
    struct drm_statement statement;
    drm_result result;

    drm_random(secret, DRM_AEAD_KEY_SIZE);
    result = protector->seal(protector->context, SECRET_LABEL, secret, DRM_AEAD_KEY_SIZE, &sealed);
    if (DRM_SUCCEEDED(result))
    {
        drm_statement_prepare(&statement, authority->database, "INSERT INTO secret(id, sealed) VALUES(1, ?1)");
        drm_statement_bind_blob(&statement, 1, sealed.data, sealed.size);
        result = drm_statement_run(&statement);
    }
    drm_buffer_free(&sealed);
    return result;
}

static drm_result read_secret(struct drm_authority *authority, struct drm_buffer *out)
{
    struct drm_statement statement;
    drm_result result, read = DRM_E_STORE_CORRUPT;

    drm_statement_prepare(&statement, authority->database, "SELECT sealed FROM secret");
    if (drm_statement_step(&statement))
    {
        struct drm_span sealed = drm_statement_blob(&statement, 0);

        read = drm_buffer_append(out, sealed.data, sealed.size);
    }
    result = drm_statement_finish(&statement);
    return DRM_FAILED(result) ? result : read;
}

drm_result drm_authority_open_secret_locked(struct drm_authority *authority, uint8_t secret[DRM_AEAD_KEY_SIZE])
{
    const struct drm_protector *protector = &authority->host->protector;
    struct drm_buffer sealed = {0}, plain = {0};
    drm_result result;

    if (DRM_FAILED(result = read_secret(authority, &sealed))
        || DRM_FAILED(result = protector->unseal(protector->context, SECRET_LABEL, sealed.data, sealed.size, &plain)))
        goto done;
    if (plain.size == DRM_AEAD_KEY_SIZE)
        memcpy(secret, plain.data, DRM_AEAD_KEY_SIZE);
    else
        result = DRM_E_SECURE_STORE_UNLOCK_ERROR;

done:
    drm_buffer_free(&plain);
    drm_buffer_free(&sealed);
    return result;
}

drm_result drm_authority_reseal_secret(struct drm_database *database, const struct drm_host *host,
                                       const uint8_t secret[DRM_AEAD_KEY_SIZE])
{
    const struct drm_protector *protector = &host->protector;
    struct drm_buffer sealed = {0};
    struct drm_statement statement;
    drm_result result = protector->seal(protector->context, SECRET_LABEL, secret, DRM_AEAD_KEY_SIZE, &sealed);

    if (DRM_SUCCEEDED(result))
    {
        drm_statement_prepare(&statement, database, "UPDATE secret SET sealed = ?1");
        drm_statement_bind_blob(&statement, 1, sealed.data, sealed.size);
        result = drm_statement_run(&statement);
    }
    drm_buffer_free(&sealed);
    return result;
}

/* Content keys rest under a key of their own, which follows from this one: the protector is asked once. */
static drm_result derive_content_secret(struct drm_authority *authority, const uint8_t secret[DRM_AEAD_KEY_SIZE])
{
    uint8_t extracted[DRM_SHA256_SIZE];
    drm_result result = drm_hkdf_extract(drm_span(NULL, 0), drm_span(secret, DRM_AEAD_KEY_SIZE), extracted);

    if (DRM_SUCCEEDED(result))
        result = drm_hkdf_expand(extracted, drm_span(CONTENT_SECRET_LABEL, sizeof(CONTENT_SECRET_LABEL) - 1),
                                 authority->content_secret, sizeof(authority->content_secret));
    drm_wipe(extracted, sizeof(extracted));
    return result;
}

/* --- one key ---------------------------------------------------------------------------------------------- */

static drm_result make_binding(const struct drm_authority_key *key, enum drm_role role, struct drm_buffer *out)
{
    uint8_t number[4];
    drm_result result;

    drm_put_u32(number, role);
    if (DRM_FAILED(result = drm_buffer_append(out, number, sizeof(number)))
        || DRM_FAILED(result = drm_buffer_append(out, key->public_key, sizeof(key->public_key))))
        return result;
    return drm_buffer_append(out, key->certificate.data, key->certificate.size);
}

/* Machines seal the keys of their backups to this one, which the certificate names beside the key that it follows
 * from: it lives as long, and is exported with it. */
drm_result drm_authority_backup_key(const struct drm_authority *authority, uint8_t private_key[DRM_X25519_SIZE])
{
    const uint8_t *seed = authority->keys[DRM_KEY_ISSUE_LICENSES].seed;
    uint8_t extracted[DRM_SHA256_SIZE];
    drm_result result = drm_hkdf_extract(drm_span(NULL, 0), drm_span(seed, DRM_SIGN_SEED_SIZE), extracted);

    if (DRM_SUCCEEDED(result))
        result = drm_hkdf_expand(extracted, drm_span(BACKUP_KEY_LABEL, sizeof(BACKUP_KEY_LABEL) - 1), private_key,
                                 DRM_X25519_SIZE);
    drm_wipe(extracted, sizeof(extracted));
    return result;
}

static drm_result add_backup_key(const struct drm_authority *authority, struct drm_certificate *certificate)
{
    uint8_t private_key[DRM_X25519_SIZE];
    drm_result result = drm_authority_backup_key(authority, private_key);

    if (DRM_SUCCEEDED(result))
        result = drm_x25519_public(private_key, certificate->encrypt_key);
    drm_wipe(private_key, sizeof(private_key));
    certificate->has_encrypt_key = DRM_SUCCEEDED(result);
    return result;
}

/* A certificate for the key, by the root; the root's own by itself. */
static drm_result certify_key(struct drm_authority *authority, enum drm_authority_key_index index, const char *name)
{
    struct drm_authority_key *key = &authority->keys[index];
    struct drm_certificate certificate = {.roles = roles[index]};
    struct drm_span encoded;
    drm_result result;

    drm_random(certificate.serial, sizeof(certificate.serial));
    snprintf(certificate.name, sizeof(certificate.name), "%s", name);
    memcpy(certificate.sign_key, key->public_key, sizeof(certificate.sign_key));
    if (index == DRM_KEY_ISSUE_LICENSES && DRM_FAILED(result = add_backup_key(authority, &certificate)))
        return result;
    set_validity(&certificate, drm_authority_now(authority), KEY_LIFE_MS);
    drm_buffer_free(&key->certificate);
    drm_buffer_free(&key->chain);
    result = drm_certificate_write(&certificate, authority->keys[DRM_KEY_ROOT].seed, &key->certificate);
    if (DRM_FAILED(result))
        return result;
    key->not_before = certificate.not_before;
    key->not_after = certificate.not_after;
    encoded = drm_buffer_span(&key->certificate);
    return drm_chain_write(&encoded, 1, &key->chain);
}

static drm_result store_key(struct drm_authority *authority, enum drm_authority_key_index index,
                            const uint8_t secret[DRM_AEAD_KEY_SIZE])
{
    const struct drm_authority_key *key = &authority->keys[index];
    struct drm_buffer binding = {0}, sealed = {0};
    struct drm_statement statement;
    drm_result result;

    if (DRM_FAILED(result = make_binding(key, roles[index], &binding))
        || DRM_FAILED(result = drm_seal(secret, drm_buffer_span(&binding), drm_span(key->seed, sizeof(key->seed)),
                                        &sealed)))
        goto done;
    drm_statement_prepare(&statement, authority->database,
                          "INSERT OR REPLACE INTO key(role, public_key, certificate, sealed) VALUES(?1, ?2, ?3, ?4)");
    drm_statement_bind_int(&statement, 1, roles[index]);
    drm_statement_bind_blob(&statement, 2, key->public_key, sizeof(key->public_key));
    drm_statement_bind_blob(&statement, 3, key->certificate.data, key->certificate.size);
    drm_statement_bind_blob(&statement, 4, sealed.data, sealed.size);
    result = drm_statement_run(&statement);

done:
    drm_buffer_free(&sealed);
    drm_buffer_free(&binding);
    return result;
}

/* Anything that does not fit means that the row is not what the authority wrote. */
static drm_result read_key(struct drm_authority *authority, enum drm_authority_key_index index,
                           struct drm_statement *statement, const uint8_t secret[DRM_AEAD_KEY_SIZE])
{
    struct drm_authority_key *key = &authority->keys[index];
    struct drm_span encoded = drm_statement_blob(statement, 1), sealed = drm_statement_blob(statement, 2);
    struct drm_buffer binding = {0}, seed = {0};
    struct drm_certificate certificate;
    drm_result result;

    if (!drm_statement_fixed(statement, 0, key->public_key, sizeof(key->public_key))
        || DRM_FAILED(drm_certificate_read(encoded, &certificate)))
        return DRM_E_STORE_CORRUPT;
    key->not_before = certificate.not_before;
    key->not_after = certificate.not_after;
    if (DRM_FAILED(result = drm_buffer_append(&key->certificate, encoded.data, encoded.size))
        || DRM_FAILED(result = drm_chain_write(&encoded, 1, &key->chain))
        || DRM_FAILED(result = make_binding(key, roles[index], &binding)))
        goto done;
    result = drm_unseal(secret, drm_buffer_span(&binding), sealed, &seed);
    if (result == DRM_E_DECRYPT_ERROR || (DRM_SUCCEEDED(result) && seed.size != sizeof(key->seed)))
        result = DRM_E_STORE_CORRUPT;
    if (DRM_SUCCEEDED(result))
        memcpy(key->seed, seed.data, sizeof(key->seed));

done:
    drm_buffer_free(&seed);
    drm_buffer_free(&binding);
    return result;
}

/* --- all of them ------------------------------------------------------------------------------------------ */

static drm_result collect_issuers(struct drm_authority *authority)
{
    struct drm_span certificates[DRM_KEY_COUNT - 1];

    for (size_t i = DRM_KEY_ROOT + 1; i < DRM_KEY_COUNT; i++)
        certificates[i - 1] = drm_buffer_span(&authority->keys[i].certificate);
    drm_buffer_free(&authority->issuers);
    return drm_collection_write(certificates, DRM_KEY_COUNT - 1, &authority->issuers);
}

drm_result drm_authority_make_keys_locked(struct drm_authority *authority, const char *name)
{
    uint8_t secret[DRM_AEAD_KEY_SIZE];
    drm_result result = make_secret(authority, secret);

    if (DRM_SUCCEEDED(result))
        result = derive_content_secret(authority, secret);
    for (size_t i = 0; i < DRM_KEY_COUNT && DRM_SUCCEEDED(result); i++)
    {
        struct drm_authority_key *key = &authority->keys[i];

        drm_random(key->seed, sizeof(key->seed));
        if (DRM_SUCCEEDED(result = drm_sign_public(key->seed, key->public_key))
            && DRM_SUCCEEDED(result = certify_key(authority, i, name)))
            result = store_key(authority, i, secret);
    }
    drm_wipe(secret, sizeof(secret));
    return DRM_SUCCEEDED(result) ? collect_issuers(authority) : result;
}

drm_result drm_authority_renew_keys_locked(struct drm_authority *authority)
{
    uint8_t secret[DRM_AEAD_KEY_SIZE];
    struct drm_certificate root;
    drm_result result;

    if (DRM_FAILED(result = drm_certificate_read(drm_buffer_span(&authority->keys[DRM_KEY_ROOT].certificate), &root))
        || DRM_FAILED(result = drm_authority_open_secret_locked(authority, secret)))
        return result;
    for (size_t i = 0; i < DRM_KEY_COUNT && DRM_SUCCEEDED(result); i++)
        if (DRM_SUCCEEDED(result = certify_key(authority, i, root.name)))
            result = store_key(authority, i, secret);
    drm_wipe(secret, sizeof(secret));
    if (DRM_SUCCEEDED(result))
        drm_log_write(&authority->host->log, "authority: the certificates of its keys were renewed");
    return DRM_SUCCEEDED(result) ? collect_issuers(authority) : result;
}

drm_result drm_authority_load_keys_locked(struct drm_authority *authority)
{
    uint8_t secret[DRM_AEAD_KEY_SIZE];
    struct drm_statement statement;
    size_t count = 0;
    drm_result result, read = DRM_S_OK;

    if (DRM_FAILED(result = drm_authority_open_secret_locked(authority, secret)))
        return result;
    drm_statement_prepare(&statement, authority->database,
                          "SELECT public_key, certificate, sealed, role FROM key ORDER BY role");
    while (DRM_SUCCEEDED(read) && drm_statement_step(&statement))
    {
        /* In the order of their roles' values, which is that of the index. */
        if (count >= DRM_KEY_COUNT || drm_statement_int(&statement, 3) != (int64_t)roles[count])
            read = DRM_E_STORE_CORRUPT;
        else
            read = read_key(authority, count++, &statement, secret);
    }
    if (DRM_SUCCEEDED(result = drm_statement_finish(&statement)))
        result = read;
    if (DRM_SUCCEEDED(result))
        result = derive_content_secret(authority, secret);
    drm_wipe(secret, sizeof(secret));
    if (DRM_SUCCEEDED(result) && count != DRM_KEY_COUNT)
        result = DRM_E_STORE_CORRUPT;
    if (DRM_SUCCEEDED(result))
        result = collect_issuers(authority);
    if (DRM_FAILED(result))
    {
        drm_log_write(&authority->host->log, "authority: its keys cannot be read: 0x%08x", (unsigned int)result);
        drm_authority_forget_keys(authority);
    }
    return result;
}

bool drm_authority_keys_need_renewal(const struct drm_authority *authority)
{
    int64_t now = drm_authority_now(authority);
    struct drm_certificate issuer;

    for (size_t i = 0; i < DRM_KEY_COUNT; i++)
        if (now < authority->keys[i].not_before || now >= authority->keys[i].not_after - KEY_RENEWAL_MS)
            return true;
    /* One of before there were backups. */
    return DRM_SUCCEEDED(drm_certificate_read(
               drm_buffer_span(&authority->keys[DRM_KEY_ISSUE_LICENSES].certificate), &issuer))
        && !issuer.has_encrypt_key;
}

void drm_authority_forget_keys(struct drm_authority *authority)
{
    for (size_t i = 0; i < DRM_KEY_COUNT; i++)
    {
        drm_buffer_free(&authority->keys[i].certificate);
        drm_buffer_free(&authority->keys[i].chain);
    }
    drm_wipe(authority->keys, sizeof(authority->keys));
    drm_wipe(authority->content_secret, sizeof(authority->content_secret));
    drm_buffer_free(&authority->issuers);
}

drm_result drm_authority_issue(const struct drm_authority *authority, struct drm_certificate *certificate,
                               struct drm_buffer *chain)
{
    static const uint8_t no_serial[DRM_ID_SIZE];
    const bool is_issuer = certificate->roles == DRM_ROLE_ISSUER;
    const enum drm_authority_key_index signer = is_issuer ? DRM_KEY_ROOT : DRM_KEY_CERTIFY;
    struct drm_buffer encoded = {0};
    struct drm_span certificates[3];
    drm_result result;

    if (!memcmp(certificate->serial, no_serial, sizeof(no_serial)))
        drm_random(certificate->serial, sizeof(certificate->serial));
    set_validity(certificate, drm_authority_now(authority), is_issuer ? ISSUER_LIFE_MS : CLIENT_LIFE_MS);
    result = drm_certificate_write(certificate, authority->keys[signer].seed, &encoded);
    if (DRM_SUCCEEDED(result))
    {
        certificates[0] = drm_buffer_span(&encoded);
        certificates[1] = drm_buffer_span(&authority->keys[DRM_KEY_CERTIFY].certificate);
        certificates[2] = drm_buffer_span(&authority->keys[DRM_KEY_ROOT].certificate);
        if (is_issuer) /* straight under the root: whoever certifies machines cannot make issuers */
            certificates[1] = certificates[2];
        result = drm_chain_write(certificates, is_issuer ? 2 : 3, chain);
    }
    drm_buffer_free(&encoded);
    return result;
}
