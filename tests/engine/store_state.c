/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What stands in a store's folder (store_state.h). */
#include "store_state.h"

#include <dirent.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/base/path.h"

bool expect(bool holds, const char *condition, const char *file, int line)
{
    if (!holds)
        fprintf(stderr, "%s:%d: not so: %s\n", file, line, condition);
    return holds;
}

/* --- an identity ------------------------------------------------------------------------------------------ */

/* The private keys are those that the certificate speaks of. */
static bool keys_fit(struct drm_store *store, const uint8_t *root, const struct drm_identity *identity,
                     const struct drm_certificate *leaf)
{
    uint8_t sign_key[DRM_SIGN_PUBLIC_SIZE], encrypt_key[DRM_X25519_SIZE];
    struct drm_identity_keys keys;

    return EXPECT(drm_store_get_identity_keys(store, root, identity, &keys) == DRM_S_OK)
           && EXPECT(drm_sign_public(keys.sign_seed, sign_key) == DRM_S_OK)
           && EXPECT(drm_x25519_public(keys.encrypt_private, encrypt_key) == DRM_S_OK)
           && EXPECT(!memcmp(sign_key, leaf->sign_key, sizeof(sign_key)))
           && EXPECT(!memcmp(encrypt_key, leaf->encrypt_key, sizeof(encrypt_key)))
           && EXPECT(!memcmp(identity->machine_id, leaf->subject, sizeof(leaf->subject)));
}

static bool read_identity(struct drm_store *store, const struct plain_host *host, struct store_state *state)
{
    struct drm_identity identity;
    struct drm_chain chain;
    bool whole = EXPECT(drm_store_get_identity(store, state->root, &identity) == DRM_S_OK);

    if (whole && identity.number)
    {
        state->identity = identity.number;
        state->version = identity.version;
        drm_sha256(identity.chain.data, identity.chain.size, state->chain_hash);
        whole = EXPECT(drm_chain_read(drm_buffer_span(&identity.chain), &chain) == DRM_S_OK)
                && EXPECT(drm_chain_verify(&chain, state->root, DRM_ROLE_MACHINE,
                                           host->host.clock.now(host->host.clock.context))
                          == DRM_S_OK)
                && EXPECT(!drm_version_compare(chain.certificates[0].security_version, identity.version))
                && keys_fit(store, state->root, &identity, &chain.certificates[0]);
    }
    drm_identity_free(&identity);
    return whole;
}

/* --- lists and component ---------------------------------------------------------------------------------- */

static bool read_list(struct drm_store *store, enum drm_revocation_type type, struct store_state *state)
{
    const uint8_t(*anchor)[DRM_SIGN_PUBLIC_SIZE] = (const uint8_t(*)[DRM_SIGN_PUBLIC_SIZE])state->root;
    struct drm_revocation_reader *reader = NULL;
    struct drm_revocation_head head;
    struct drm_buffer bytes = {0};
    bool revoked = true, whole;
    static const uint8_t nobody[1][DRM_SHA256_SIZE] = {{0xff, 0xfe}};

    if (!state->lists[type - 1])
        return EXPECT(drm_store_read_list(store, state->root, type, &bytes, NULL) == DRM_E_NOT_FOUND);
    whole = EXPECT(drm_store_read_list(store, state->root, type, &bytes, NULL) == DRM_S_OK)
            && EXPECT(drm_revocation_reader_create(anchor, 1, &reader) == DRM_S_OK)
            && EXPECT(drm_revocation_reader_feed(reader, bytes.data, bytes.size) == DRM_S_OK)
            && EXPECT(drm_revocation_reader_finish(reader, NULL, &head, NULL) == DRM_S_OK)
            && EXPECT(head.type == type) && EXPECT(head.version == state->lists[type - 1])
            && EXPECT(drm_store_is_revoked(store, state->root, type, nobody, 1, &revoked) == DRM_S_OK)
            && EXPECT(!revoked);
    drm_revocation_reader_free(reader);
    drm_buffer_free(&bytes);
    return whole;
}

/* Copying it compares its bytes with the signed hash. */
static bool read_component(struct drm_store *store, const char *directory, struct store_state *state)
{
    char *path = drm_path_join(directory, "component-copy");
    drm_result result = drm_store_copy_component(store, state->root, path, state->component, NULL);
    bool whole = EXPECT(result == DRM_S_OK || result == DRM_E_NOT_FOUND);

    (void)unlink(path);
    free(path);
    return whole;
}

static bool read_all(struct drm_store *store, const char *directory, const struct plain_host *host,
                     struct store_state *state)
{
    drm_result result = drm_store_get_embedded_anchor(store, state->root);

    if (!EXPECT(drm_store_check(store) == DRM_S_OK) || !EXPECT(result == DRM_S_OK || result == DRM_E_NOT_FOUND))
        return false;
    if (result == DRM_E_NOT_FOUND)
        return true;
    if (!read_identity(store, host, state)
        || !EXPECT(drm_store_list_versions(store, state->root, state->lists) == DRM_S_OK))
        return false;
    for (int type = DRM_REVOCATION_FIRST; type <= DRM_REVOCATION_LAST; type++)
        if (!read_list(store, type, state))
            return false;
    return read_component(store, directory, state);
}

bool store_state_read(const char *directory, struct plain_host *host, struct store_state *out)
{
    const struct drm_store_options options = {.directory = directory, .host = &host->host};
    struct drm_store *store = NULL;
    bool whole;

    memset(out, 0, sizeof(*out));
    whole = EXPECT(drm_store_open(&options, NULL, &store) == DRM_S_OK) && read_all(store, directory, host, out);
    drm_store_close(store);
    return whole;
}

/* --- comparing -------------------------------------------------------------------------------------------- */

bool store_state_alike(const struct store_state *a, const struct store_state *b)
{
    return !a->identity == !b->identity && !drm_version_compare(a->version, b->version)
           && !memcmp(a->lists, b->lists, sizeof(a->lists)) && !strcmp(a->component, b->component);
}

bool store_state_same(const struct store_state *a, const struct store_state *b)
{
    return a->identity == b->identity && !memcmp(a->chain_hash, b->chain_hash, sizeof(a->chain_hash))
           && store_state_alike(a, b);
}

bool store_state_no_older(const struct store_state *now, const struct store_state *before)
{
    for (size_t i = 0; i < DRM_REVOCATION_TYPES; i++)
        if (now->lists[i] < before->lists[i])
            return false;
    return true;
}

/* --- files ------------------------------------------------------------------------------------------------ */

/* Does the one row of the statement hold a number above 0? Parameter 1 is number. */
static bool ask_database(const char *path, const char *sql, int64_t number)
{
    sqlite3 *database = NULL;
    sqlite3_stmt *statement = NULL;
    bool yes = sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK
               && sqlite3_prepare_v2(database, sql, -1, &statement, NULL) == SQLITE_OK
               && sqlite3_bind_int64(statement, 1, number) == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW
               && sqlite3_column_int64(statement, 0) > 0;

    sqlite3_finalize(statement);
    sqlite3_close(database);
    return yes;
}

static bool is_referred_to(const char *directory, const char *owner, int64_t number)
{
    bool store = !strcmp(owner, "store");
    char *path = drm_path_join(directory, store ? "store.db" : "authority.db");
    bool yes = ask_database(path,
                            store ? "SELECT count(*) FROM content WHERE id = ?1 AND state = 1 AND id IN"
                                    " (SELECT content FROM revocation_list UNION SELECT component FROM anchor)"
                                  : "SELECT count(*) FROM content WHERE id = ?1 AND state = 1 AND id IN"
                                    " (SELECT content FROM revocation_list UNION SELECT component FROM state)",
                            number);

    free(path);
    return yes;
}

static bool belongs(const char *directory, const char *name)
{
    static const char *const names[] = {".",            "..",           "store.db",          "store.db-lock",
                                        "authority.db", "authority.db-lock", "generation"};
    char owner[16];
    uint64_t number;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (!strcmp(name, names[i]))
            return true;
    if (sscanf(name, "%15[a-z]-file-%" SCNx64 ".bin", owner, &number) == 2)
        return is_referred_to(directory, owner, (int64_t)number);
    return strstr(name, "-damaged-") != NULL;
}

/* Rows of contents that lie in their rows, and that nobody refers to. */
static bool has_no_stray_rows(const char *directory, const char *name, const char *sql)
{
    char *path = drm_path_join(directory, name);
    bool none = access(path, F_OK) || ask_database(path, sql, 0);

    free(path);
    return none;
}

bool store_folder_is_clean(const char *directory)
{
    DIR *folder = opendir(directory);
    struct dirent *entry;
    bool clean = EXPECT(folder != NULL);

    while (clean && (entry = readdir(folder)))
        if (!belongs(directory, entry->d_name))
        {
            fprintf(stderr, "the file %s was left\n", entry->d_name);
            clean = false;
        }
    if (folder)
        closedir(folder);
    return clean
           && EXPECT(has_no_stray_rows(directory, "store.db",
                                       "SELECT ?1 + NOT EXISTS(SELECT 1 FROM content WHERE id NOT IN"
                                       " (SELECT content FROM revocation_list"
                                       " UNION SELECT component FROM anchor WHERE component IS NOT NULL))"))
           && EXPECT(has_no_stray_rows(directory, "authority.db",
                                       "SELECT ?1 + NOT EXISTS(SELECT 1 FROM content WHERE id NOT IN"
                                       " (SELECT content FROM revocation_list"
                                       " UNION SELECT component FROM state WHERE component IS NOT NULL))"));
}
