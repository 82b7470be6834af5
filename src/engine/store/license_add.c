/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Storing responses: one transaction for all of them.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/store/change.h"
#include "engine/store/license_store.h"
#include "engine/store/secure_clock.h"
#include "engine/store/store_internal.h"
#include "engine/store/temporary.h"

#define MANY 1000 /* licences: the pages in memory are given back after so many */

/* One call, with its statements. */
struct adding
{
    struct drm_store *store;
    struct drm_statement insert, insert_body, find, update, replace_body;
    int64_t secret;                       /* of the key for tags; 0: not asked for yet */
    struct drm_stored stored;
    bool changed;
    struct drm_temporary_place *places;   /* of temporary licences, until the commit */
    size_t place_count, place_bytes;
    struct drm_told_time *told;           /* by each response, for after the commit */
    uint8_t (*told_by)[DRM_SIGN_PUBLIC_SIZE];
    size_t told_count;
};

/* One response of it. */
struct adding_response
{
    const struct drm_new_response *response;
    int64_t anchor;
    int64_t number;                             /* of its row; 0: not looked for yet */
    struct drm_temporary_response *temporary;   /* where there are temporary licences */
};

static void prepare(struct adding *adding)
{
    struct drm_database *database = adding->store->database;

    drm_statement_prepare(&adding->insert, database,
                          "INSERT INTO license(key_id, license_id, anchor, priority, status, response, terms, state,"
                          " secret, tag) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING");
    drm_statement_prepare(&adding->insert_body, database, "INSERT INTO license_body(id, license) VALUES(?1, ?2)");
    drm_statement_prepare(&adding->find, database,
                          "SELECT " DRM_LICENSE_COLUMNS " FROM license"
                          " WHERE key_id = ?1 AND license_id = ?2 AND anchor = ?3");
    drm_statement_prepare(&adding->update, database,
                          "UPDATE license SET priority = ?2, status = ?3, response = ?4, terms = ?5, state = ?6,"
                          " secret = ?7, tag = ?8 WHERE id = ?1");
    drm_statement_prepare(&adding->replace_body, database,
                          "INSERT OR REPLACE INTO license_body(id, license) VALUES(?1, ?2)");
}

static void finish(struct adding *adding)
{
    /* Their failures were seen when they ran. */
    (void)drm_statement_finish(&adding->insert);
    (void)drm_statement_finish(&adding->insert_body);
    (void)drm_statement_finish(&adding->find);
    (void)drm_statement_finish(&adding->update);
    (void)drm_statement_finish(&adding->replace_body);
    free(adding->told);
    free(adding->told_by);
}

static drm_result run(struct drm_statement *statement)
{
    drm_result result;

    (void)drm_statement_step(statement);
    result = statement->result;
    drm_statement_reset(statement);
    return result;
}

static drm_result current_secret(struct adding *adding)
{
    drm_result result = DRM_S_OK;

    if (!adding->secret && DRM_SUCCEEDED(result = drm_store_secret_locked(adding->store, 0, true, false)))
        adding->secret = adding->store->secret_number;
    return result;
}

/* --- responses -------------------------------------------------------------------------------------------- */

/* The same id with another head is another response: an issuer's mistake must not take a stored licence's key away. */
static drm_result find_response(struct adding *adding, struct adding_response *of)
{
    struct drm_statement statement;

    drm_statement_prepare(&statement, adding->store->database,
                          "SELECT id FROM response WHERE response_id = ?1 AND anchor = ?2 AND head = ?3");
    drm_statement_bind_blob(&statement, 1, of->response->response_id, DRM_ID_SIZE);
    drm_statement_bind_int(&statement, 2, of->anchor);
    drm_statement_bind_blob(&statement, 3, of->response->head.data, of->response->head.size);
    if (drm_statement_step(&statement))
        of->number = drm_statement_int(&statement, 0);
    return drm_statement_finish(&statement);
}

static drm_result need_response(struct adding *adding, struct adding_response *of)
{
    struct drm_statement statement;
    drm_result result;

    if (of->number || DRM_FAILED(result = find_response(adding, of)))
        return of->number ? DRM_S_OK : result;
    if (of->number)
        return DRM_S_OK;
    drm_statement_prepare(&statement, adding->store->database,
                          "INSERT INTO response(anchor, response_id, identity, head) VALUES(?1, ?2, ?3, ?4)");
    drm_statement_bind_int(&statement, 1, of->anchor);
    drm_statement_bind_blob(&statement, 2, of->response->response_id, DRM_ID_SIZE);
    drm_statement_bind_int(&statement, 3, of->response->identity);
    drm_statement_bind_blob(&statement, 4, of->response->head.data, of->response->head.size);
    if (DRM_SUCCEEDED(result = drm_statement_run(&statement)))
    {
        of->number = sqlite3_last_insert_rowid(adding->store->database->handle);
        adding->changed = true;
    }
    return result;
}

static drm_result identity_of(struct adding *adding, int64_t response, int64_t *out)
{
    struct drm_statement statement;

    *out = 0;
    drm_statement_prepare(&statement, adding->store->database, "SELECT identity FROM response WHERE id = ?1");
    drm_statement_bind_int(&statement, 1, response);
    if (drm_statement_step(&statement))
        *out = drm_statement_int(&statement, 0);
    return drm_statement_finish(&statement);
}

/* --- new licences ----------------------------------------------------------------------------------------- */

static void bind_place(struct drm_statement *statement, const struct drm_new_license *license, int64_t anchor)
{
    drm_statement_bind_blob(statement, 1, license->key_id, sizeof(license->key_id));
    drm_statement_bind_blob(statement, 2, license->license_id, sizeof(license->license_id));
    drm_statement_bind_int(statement, 3, anchor);
}

/* A row of a licence as it came; the state is the caller's. */
static struct drm_license_row make_row(const struct adding *adding, const struct adding_response *of,
                                       const struct drm_new_license *license, enum drm_license_status status)
{
    struct drm_license_row row = {
        .anchor = of->anchor,
        .priority = license->priority,
        .status = status,
        .response = status == DRM_LICENSE_REMEMBERED ? 0 : of->number,
        .secret = adding->secret,
    };

    memcpy(row.key_id, license->key_id, sizeof(row.key_id));
    memcpy(row.license_id, license->license_id, sizeof(row.license_id));
    if (status != DRM_LICENSE_REMEMBERED)
        row.terms = license->terms;
    return row;
}

/* *number is 0 where the licence is known already. */
static drm_result insert(struct adding *adding, const struct adding_response *of,
                         const struct drm_new_license *license, enum drm_license_status status, int64_t *number)
{
    struct drm_license_row row = make_row(adding, of, license, status);
    uint8_t state[DRM_LICENSE_STATE_MAX_SIZE], tag[DRM_LICENSE_TAG_SIZE];
    drm_result result;

    row.state = drm_span(state, drm_license_state_write(&license->state, state));
    if (DRM_FAILED(result = drm_license_row_tag(&adding->store->rows, &row, tag)))
        return result;
    bind_place(&adding->insert, license, row.anchor);
    drm_statement_bind_int(&adding->insert, 4, row.priority);
    drm_statement_bind_int(&adding->insert, 5, row.status);
    drm_statement_bind_int(&adding->insert, 6, row.response);
    drm_statement_bind_blob(&adding->insert, 7, row.terms.data, row.terms.size);
    drm_statement_bind_blob(&adding->insert, 8, row.state.data, row.state.size);
    drm_statement_bind_int(&adding->insert, 9, row.secret);
    drm_statement_bind_blob(&adding->insert, 10, tag, sizeof(tag));
    if (DRM_FAILED(result = run(&adding->insert)))
        return result;
    *number = 0;
    if (sqlite3_changes(adding->store->database->handle) > 0)
    {
        *number = sqlite3_last_insert_rowid(adding->store->database->handle);
        adding->changed = true;
    }
    return DRM_S_OK;
}

/* --- known ones ------------------------------------------------------------------------------------------- */

/* What is remembered of a licence; its spans are not. */
struct known
{
    struct drm_license_row row;
    struct drm_license_state state;
    bool proved; /* false: the key of its tag is lost. Its state still only lowers */
};

static drm_result read_known(struct adding *adding, struct known *out)
{
    drm_result result;

    if (!drm_license_row_read(&adding->find, &out->row))
        return adding->find.result;
    result = drm_license_row_prove(&adding->store->rows, &out->row);
    out->proved = DRM_SUCCEEDED(result);
    if (result == DRM_E_SECURE_STORE_UNLOCK_ERROR)
        result = DRM_S_OK;
    return DRM_SUCCEEDED(result) ? drm_license_state_read(out->row.state, &out->state) : result;
}

/* out->row.number is 0 where the licence was never seen. */
static drm_result find_known(struct adding *adding, const struct adding_response *of,
                             const struct drm_new_license *license, struct known *out)
{
    drm_result result = DRM_S_OK;

    memset(out, 0, sizeof(*out));
    bind_place(&adding->find, license, of->anchor);
    if (drm_statement_step(&adding->find))
        result = read_known(adding, out);
    if (DRM_FAILED(adding->find.result))
        result = adding->find.result;
    drm_statement_reset(&adding->find);
    return result;
}

static bool same_state(const struct drm_license_state *a, const struct drm_license_state *b)
{
    uint8_t first[DRM_LICENSE_STATE_MAX_SIZE], second[DRM_LICENSE_STATE_MAX_SIZE];
    size_t size = drm_license_state_write(a, first);

    return size == drm_license_state_write(b, second) && !memcmp(first, second, size);
}

static drm_result update(struct adding *adding, const struct drm_license_row *row,
                         const struct drm_license_state *state)
{
    uint8_t bytes[DRM_LICENSE_STATE_MAX_SIZE], tag[DRM_LICENSE_TAG_SIZE];
    struct drm_license_row now = *row;
    drm_result result;

    now.secret = adding->secret;
    now.state = drm_span(bytes, drm_license_state_write(state, bytes));
    if (DRM_FAILED(result = drm_license_row_tag(&adding->store->rows, &now, tag)))
        return result;
    drm_statement_bind_int(&adding->update, 1, now.number);
    drm_statement_bind_int(&adding->update, 2, now.priority);
    drm_statement_bind_int(&adding->update, 3, now.status);
    drm_statement_bind_int(&adding->update, 4, now.response);
    drm_statement_bind_blob(&adding->update, 5, now.terms.data, now.terms.size);
    drm_statement_bind_blob(&adding->update, 6, now.state.data, now.state.size);
    drm_statement_bind_int(&adding->update, 7, now.secret);
    drm_statement_bind_blob(&adding->update, 8, tag, sizeof(tag));
    adding->changed = true;
    return run(&adding->update);
}

static drm_result write_body(struct drm_statement *statement, int64_t number, const struct drm_new_license *license)
{
    drm_statement_bind_int(statement, 1, number);
    drm_statement_bind_blob(statement, 2, license->license.data, license->license.size);
    return run(statement);
}

/* A licence that is remembered comes (again) into the permanent store. One that is there is replaced where the response
 * is for an identity at least as new: the older one's key may be lost. */
static drm_result renew(struct adding *adding, const struct adding_response *of,
                        const struct drm_new_license *license, const struct known *known)
{
    struct drm_license_state state = license->state;
    struct drm_license_row row = make_row(adding, of, license, DRM_LICENSE_PRESENT);
    bool present = known->row.status != DRM_LICENSE_REMEMBERED;
    int64_t identity;
    drm_result result;

    row.number = known->row.number;
    drm_license_state_lower(&state, &known->state);
    if (present && known->row.response == of->number && known->proved && same_state(&state, &known->state))
        return DRM_S_OK;
    if (present && known->row.response != of->number)
    {
        if (DRM_FAILED(result = identity_of(adding, known->row.response, &identity)))
            return result;
        if (identity > of->response->identity)
            row.response = known->row.response;
    }
    if (row.response == of->number && DRM_FAILED(result = write_body(&adding->replace_body, row.number, license)))
        return result;
    return update(adding, &row, &state);
}

static drm_result add_permanent(struct adding *adding, struct adding_response *of,
                                const struct drm_new_license *license)
{
    struct known known;
    int64_t number;
    drm_result result;

    if (DRM_FAILED(result = need_response(adding, of))
        || DRM_FAILED(result = insert(adding, of, license, DRM_LICENSE_PRESENT, &number)))
        return result;
    if (number)
    {
        adding->stored.added++;
        return write_body(&adding->insert_body, number, license);
    }
    if (DRM_FAILED(result = find_known(adding, of, license, &known)))
        return result;
    if (known.state.flags & (DRM_LICENSE_DELETED | DRM_LICENSE_REVOKED | DRM_LICENSE_MARKED))
    {
        adding->stored.refused++;
        return DRM_S_OK;
    }
    ++*(known.row.status == DRM_LICENSE_REMEMBERED ? &adding->stored.added : &adding->stored.known);
    return renew(adding, of, license, &known);
}

/* --- temporary ones --------------------------------------------------------------------------------------- */

static drm_result stage(struct adding *adding, struct adding_response *of, const struct drm_new_license *license)
{
    struct drm_temporary_license *made;
    drm_result result;

    if (!of->temporary && DRM_FAILED(result = drm_temporary_response_create(of->response, &of->temporary)))
        return result;
    if (DRM_FAILED(result = drm_temporary_license_create(license, of->temporary, &made)))
        return result;
    if (DRM_SUCCEEDED(result = drm_temporary_place_create(made, adding->places, &adding->places)))
    {
        adding->place_count++;
        adding->place_bytes += drm_temporary_license_size(made);
    }
    drm_temporary_license_release(made);
    return result;
}

static drm_result add_temporary(struct adding *adding, struct adding_response *of,
                                const struct drm_new_license *license)
{
    struct drm_new_license lower = *license;
    struct drm_temporary_license *there;
    struct known known;
    drm_result result = find_known(adding, of, license, &known);

    if (DRM_FAILED(result))
        return result;
    if (known.row.number && known.state.flags & (DRM_LICENSE_DELETED | DRM_LICENSE_REVOKED | DRM_LICENSE_MARKED))
    {
        adding->stored.refused++;
        return DRM_S_OK;
    }
    if (known.row.number && known.row.status != DRM_LICENSE_REMEMBERED)
    {
        adding->stored.known++; /* it was persisted */
        return DRM_S_OK;
    }
    if (known.row.number)
        drm_license_state_lower(&lower.state, &known.state);
    there = drm_temporary_find_id(adding->store->process, of->response->anchor, license->key_id, license->license_id);
    ++*(there ? &adding->stored.known : &adding->stored.added);
    drm_temporary_license_release(there);
    return stage(adding, of, &lower);
}

/* --- all of them ------------------------------------------------------------------------------------------ */

static int compare_key_ids(const void *a, const void *b)
{
    const struct drm_new_license *const *first = a, *const *second = b;

    return memcmp((*first)->key_id, (*second)->key_id, DRM_KEY_ID_SIZE);
}

/* In the order of the index, so that each of its pages is touched once. */
static drm_result add_licenses(struct adding *adding, struct adding_response *of)
{
    size_t count = of->response->count;
    const struct drm_new_license **order = count ? malloc(count * sizeof(*order)) : NULL;
    drm_result result = DRM_S_OK;

    if (!order)
        return count ? DRM_E_OUT_OF_MEMORY : DRM_S_OK;
    for (size_t i = 0; i < count; i++)
        order[i] = &of->response->licenses[i];
    qsort(order, count, sizeof(*order), compare_key_ids);
    for (size_t i = 0; i < count && DRM_SUCCEEDED(result); i++)
    {
        if (!order[i]->terms.size || order[i]->terms.size > DRM_TERMS_MAX_SIZE || order[i]->priority > INT32_MAX)
            result = DRM_E_INVALID_ARGUMENT;
        else if (order[i]->temporary)
            result = add_temporary(adding, of, order[i]);
        else if (DRM_SUCCEEDED(result = current_secret(adding)))
            result = add_permanent(adding, of, order[i]);
    }
    free(order);
    return result;
}

static drm_result remember_told(struct adding *adding, const struct drm_new_response *response,
                                const struct drm_told_time *told)
{
    size_t count = adding->told_count + 1;
    struct drm_told_time *times;
    uint8_t(*by)[DRM_SIGN_PUBLIC_SIZE];

    if (!told->is_now)
        return DRM_S_OK;
    if ((times = realloc(adding->told, count * sizeof(*times))))
        adding->told = times;
    if ((by = realloc(adding->told_by, count * sizeof(*by))))
        adding->told_by = by;
    if (!times || !by)
        return DRM_E_OUT_OF_MEMORY;
    times[adding->told_count] = *told;
    memcpy(by[adding->told_count], response->anchor, sizeof(by[0]));
    adding->told_count = count;
    return DRM_S_OK;
}

static drm_result add_response(struct adding *adding, const struct drm_new_response *response)
{
    struct adding_response of = {.response = response};
    struct drm_told_time told = {.time = response->signed_time, .is_now = response->fresh};
    drm_result result = drm_store_anchor_locked(adding->store, response->anchor, true, &of.anchor);

    if (DRM_SUCCEEDED(result) && DRM_SUCCEEDED(result = add_licenses(adding, &of)))
        result = drm_store_note_time_locked(adding->store, of.anchor, &told, &adding->changed);
    drm_temporary_response_release(of.temporary);
    return DRM_SUCCEEDED(result) ? remember_told(adding, response, &told) : result;
}

static drm_result add_all(struct adding *adding, const struct drm_response_source *source)
{
    for (;;)
    {
        const struct drm_new_response *response = NULL;
        drm_result result = source->next(source->context, &response);

        if (DRM_FAILED(result) || !response)
            return result;
        if (DRM_FAILED(result = add_response(adding, response)))
            return result;
    }
}

drm_result drm_store_add_responses(struct drm_store *store, const struct drm_response_source *source,
                                   struct drm_stored *out)
{
    struct adding adding = {.store = store};
    drm_result result = drm_store_begin_change(store);

    if (DRM_FAILED(result))
        return result;
    prepare(&adding);
    if (DRM_SUCCEEDED(result = add_all(&adding, source))
        && DRM_SUCCEEDED(result = drm_temporary_reserve(store->process, adding.place_count, adding.place_bytes))
        && adding.changed)
        result = drm_store_commit_change(store);
    if (DRM_SUCCEEDED(result))
    {
        drm_temporary_publish(store->process, adding.places);
        for (size_t i = 0; i < adding.told_count; i++)
            drm_store_believe_time(store, adding.told_by[i], &adding.told[i]);
        *out = adding.stored;
    }
    else
        drm_temporary_discard(adding.places);
    finish(&adding);
    if (adding.stored.added > MANY)
        (void)sqlite3_db_release_memory(store->database->handle);
    drm_store_end_change(store, result);
    return result;
}
