/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A program that does to the licences of a store what its standard input says (as store_tool.h, with the engine alone,
 * natively and as a Windows program). One command a line, one line of answer: a result as 0x and eight digits, then
 * what the command found.
 *
 *     folder PATH           the store of all commands that follow
 *     store RESPONSE COUNT  a response of so many licences; the same numbers are the same response: how many were new
 *     storing FROM COUNT    responses of COUNT licences each for ever, from that number on: a line for each
 *     use RESPONSE TIMES    uses the first licence of a response, of 1000 times: how often that went
 *     left RESPONSE         what is left of the 1000
 *     remove RESPONSE       its first licence
 *     clean                 how many were purged
 *     count                 the licences that are there, each of which was proved
 *     check                 SQLite's check of their tables: ok or damaged
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/crypto/crypto.h"
#include "engine/rights/evaluate.h"
#include "engine/store/license_store.h"
#include "support/plain_host.h"

#define PLAYS 1000
#define LICENSE_SIZE 900

static struct plain_host host;
static struct drm_store *store;

static void answer(drm_result result, size_t found)
{
    printf("0x%08" PRIx32, (uint32_t)result);
    if (DRM_SUCCEEDED(result))
        printf(" %zu", found);
    printf("\n");
    fflush(stdout);
}

static void set_folder(const char *path)
{
    const struct drm_store_options options = {.directory = path, .host = &host.host};
    drm_result result;

    drm_store_close(store);
    store = NULL;
    result = drm_store_open(&options, NULL, &store);
    printf("0x%08" PRIx32 "\n", (uint32_t)result);
    fflush(stdout);
}

/* --- storing ---------------------------------------------------------------------------------------------- */

struct given
{
    const struct drm_new_response *response;
};

static drm_result next_response(void *context, const struct drm_new_response **response)
{
    struct given *given = context;

    *response = given->response;
    given->response = NULL;
    return DRM_S_OK;
}

static void make_ids(uint32_t response, uint32_t index, uint8_t key_id[DRM_KEY_ID_SIZE],
                     uint8_t license_id[DRM_ID_SIZE])
{
    uint8_t number[8], hash[DRM_SHA256_SIZE];

    drm_put_u32(number, response);
    drm_put_u32(number + 4, index);
    drm_sha256(number, sizeof(number), hash);
    memcpy(key_id, hash, DRM_KEY_ID_SIZE);
    memcpy(license_id, hash + DRM_KEY_ID_SIZE, DRM_ID_SIZE);
}

static drm_result give(struct drm_new_response *response, struct drm_stored *stored)
{
    struct given given = {response};
    const struct drm_response_source source = {.context = &given, .next = next_response};

    return drm_store_add_responses(store, &source, stored);
}

static drm_result store_response(uint32_t number, uint32_t count, size_t *added)
{
    static const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE] = {1};
    static uint8_t bytes[LICENSE_SIZE];
    struct drm_new_license *licenses = calloc(count, sizeof(*licenses));
    struct drm_new_response response = {.anchor = anchor, .identity = 1, .licenses = licenses, .count = count};
    struct drm_terms value = {.grant_count = 1};
    struct drm_stored stored = {0};
    struct drm_buffer terms = {0};
    drm_result result;

    value.grants[0] = (struct drm_grant){.right = DRM_RIGHT_PLAY, .count = PLAYS};
    drm_put_u32(response.response_id, number + 1);
    response.head = drm_span(response.response_id, sizeof(response.response_id));
    result = licenses ? drm_terms_write(&value, &terms) : DRM_E_OUT_OF_MEMORY;
    for (uint32_t i = 0; DRM_SUCCEEDED(result) && i < count; i++)
    {
        make_ids(number, i, licenses[i].key_id, licenses[i].license_id);
        licenses[i].terms = drm_buffer_span(&terms);
        licenses[i].license = drm_span(bytes, sizeof(bytes));
        drm_license_state_begin(&value, &licenses[i].state);
    }
    if (DRM_SUCCEEDED(result))
        result = give(&response, &stored);
    *added = stored.added;
    drm_buffer_free(&terms);
    free(licenses);
    return result;
}

static void store_for_ever(uint32_t from, uint32_t count)
{
    for (;; from++)
    {
        size_t added;
        drm_result result = store_response(from, count, &added);

        answer(result, added);
    }
}

/* --- the first licence of a response ---------------------------------------------------------------------- */

static drm_result find_first(uint32_t response, int64_t *number, uint32_t *left)
{
    uint8_t key_id[DRM_KEY_ID_SIZE], license_id[DRM_ID_SIZE];
    const struct drm_license_set *set;
    drm_result result;

    make_ids(response, 0, key_id, license_id);
    if (DRM_FAILED(result = drm_store_find_licenses(store, key_id, &set)))
        return result;
    if (set->count == 1)
    {
        *number = set->licenses[0].number;
        *left = set->licenses[0].state.remaining[0];
    }
    else
        result = DRM_E_LICENSE_NOT_FOUND;
    drm_license_set_release(store, set);
    return result;
}

static drm_result use_once(void *context, const struct drm_known_license *licenses, struct drm_license_state *states)
{
    (void)context;
    if (!licenses[0].state.remaining[0])
        return DRM_E_NO_RIGHTS;
    drm_license_state_use(&states[0], 0, 1);
    return DRM_S_OK;
}

static void use(uint32_t response, uint32_t times)
{
    size_t used = 0;
    int64_t number;
    uint32_t left;
    drm_result result = find_first(response, &number, &left);

    for (; DRM_SUCCEEDED(result) && times; times--)
    {
        result = drm_store_change_states(store, &number, 1, use_once, NULL);
        used += DRM_SUCCEEDED(result);
    }
    answer(result == DRM_E_NO_RIGHTS ? DRM_S_OK : result, used);
}

static void remove_first(uint32_t response)
{
    int64_t number;
    uint32_t left;
    drm_result result = find_first(response, &number, &left);

    answer(DRM_SUCCEEDED(result) ? drm_store_remove(store, &number, 1, DRM_LICENSE_DELETED, NULL) : result, 1);
}

/* --- all of them ------------------------------------------------------------------------------------------ */

static drm_result count_all(size_t *count)
{
    const struct drm_license_filter all = {0};
    const struct drm_license_entry *entry;
    struct drm_license_cursor *cursor;
    drm_result result = drm_license_cursor_open(store, &all, NULL, &cursor);

    *count = 0;
    if (DRM_FAILED(result))
        return result;
    while (DRM_SUCCEEDED(result = drm_license_cursor_next(cursor, &entry)) && entry)
    {
        if (!entry->state_known)
            result = DRM_E_STORE_CORRUPT;
        ++*count;
        if (DRM_FAILED(result))
            break;
    }
    drm_license_cursor_close(cursor);
    return result;
}

static bool obey(const char *command)
{
    uint32_t first = 0, second = 0;
    size_t found = 0;
    drm_result result;

    if (!strncmp(command, "folder ", 7))
        set_folder(command + 7);
    else if (sscanf(command, "store %" SCNu32 " %" SCNu32, &first, &second) == 2)
    {
        result = store_response(first, second, &found);
        answer(result, found);
    }
    else if (sscanf(command, "storing %" SCNu32 " %" SCNu32, &first, &second) == 2)
        store_for_ever(first, second);
    else if (sscanf(command, "use %" SCNu32 " %" SCNu32, &first, &second) == 2)
        use(first, second);
    else if (sscanf(command, "left %" SCNu32, &first) == 1)
    {
        int64_t number;

        result = find_first(first, &number, &second);
        answer(result, second);
    }
    else if (sscanf(command, "remove %" SCNu32, &first) == 1)
        remove_first(first);
    else if (!strcmp(command, "clean"))
    {
        result = drm_store_clean(store, NULL, &found);
        answer(result, found);
    }
    else if (!strcmp(command, "count"))
    {
        result = count_all(&found);
        answer(result, found);
    }
    else if (!strcmp(command, "check"))
    {
        printf("0x00000000 %s\n", drm_store_check(store) == DRM_S_OK ? "ok" : "damaged");
        fflush(stdout);
    }
    else
        return false;
    return true;
}

int main(void)
{
    char line[1024];

    if (DRM_FAILED(drm_crypto_init()))
        return 3;
    plain_host_init(&host);
    host.verbose = getenv("STORE_TOOL_LOG") != NULL;
    while (fgets(line, sizeof(line), stdin))
    {
        line[strcspn(line, "\r\n")] = 0;
        if (!obey(line))
        {
            fprintf(stderr, "no such command: %s\n", line);
            return 2;
        }
    }
    drm_store_close(store);
    return 0;
}
