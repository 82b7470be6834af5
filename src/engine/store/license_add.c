/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Storing responses: one transaction for all of them.
 */
#include <stdlib.h>
#include <string.h>

#include "engine/store/change.h"
#include "engine/store/license_store.h"
#include "engine/store/license_writer.h"
#include "engine/store/secure_clock.h"
#include "engine/store/store_internal.h"
#include "engine/store/temporary.h"

#define MANY 1000 /* licences: the pages in memory are given back after so many */

/* One call. */
struct adding
{
    struct drm_store *store;
    struct drm_license_writer writer;
    struct drm_written_row known;         /* large, so one for all */
    bool expects_known;                   /* the last licence was there: look for the next before inserting it */
    struct drm_stored stored;
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
        adding->writer.changed = true;
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

/* --- permanent licences ----------------------------------------------------------------------------------- */

static bool is_refused(const struct drm_license_state *state)
{
    return state->flags & (DRM_LICENSE_DELETED | DRM_LICENSE_REVOKED | DRM_LICENSE_MARKED);
}

static struct drm_license_row make_row(const struct adding_response *of, const struct drm_new_license *license)
{
    struct drm_license_row row = {
        .anchor = of->anchor,
        .priority = license->priority,
        .status = DRM_LICENSE_PRESENT,
        .response = of->number,
        .terms = license->terms,
    };

    memcpy(row.key_id, license->key_id, sizeof(row.key_id));
    memcpy(row.license_id, license->license_id, sizeof(row.license_id));
    return row;
}

/* What is remembered of a licence. One whose tag's key is lost still only lowers, as does one that was removed. */
static drm_result find_known(struct adding *adding, const struct adding_response *of,
                             const struct drm_new_license *license)
{
    struct drm_written_row *known = &adding->known;
    drm_result result =
        drm_license_writer_find(&adding->writer, license->key_id, license->license_id, of->anchor, known);

    if (DRM_FAILED(result) || !known->row.number)
        return result;
    if (known->proof == DRM_E_STORE_CORRUPT
        && !(known->row.status == DRM_LICENSE_REMEMBERED && is_refused(&known->state)))
        return known->proof;
    return DRM_S_OK;
}

/* A licence that is remembered comes (again) into the permanent store. One that is there is replaced where the response
 * is for an identity at least as new: the older one's key may be lost. */
static drm_result renew(struct adding *adding, const struct adding_response *of,
                        const struct drm_new_license *license, struct drm_license_row *row)
{
    const struct drm_written_row *known = &adding->known;
    struct drm_license_state state = license->state;
    bool present = known->row.status != DRM_LICENSE_REMEMBERED;
    int64_t identity;
    drm_result result;

    row->number = known->row.number;
    drm_license_state_lower(&state, &known->state);
    if (present && known->row.response == of->number && DRM_SUCCEEDED(known->proof)
        && drm_license_state_is_same(&state, &known->state))
        return DRM_S_OK;
    if (present && known->row.response != of->number)
    {
        if (DRM_FAILED(result = identity_of(adding, known->row.response, &identity)))
            return result;
        if (identity > of->response->identity)
        {
            row->response = known->row.response;
            row->terms = known->row.terms;
            row->priority = known->row.priority;
        }
    }
    if (row->response == of->number
        && DRM_FAILED(result = drm_license_writer_write_body(&adding->writer, row->number, license->license)))
        return result;
    return drm_license_writer_update(&adding->writer, row, &state);
}

/* Licences that are there come in rows, as do new ones: an insert that meets one costs as much as two lookups. */
static drm_result insert_or_find(struct adding *adding, struct adding_response *of,
                                 const struct drm_new_license *license, const struct drm_license_row *row,
                                 int64_t *new_number)
{
    struct drm_written_row *known = &adding->known;
    drm_result result;

    known->row.number = 0;
    if (adding->expects_known
        && (DRM_FAILED(result = find_known(adding, of, license)) || known->row.number))
        return result;
    result = drm_license_writer_insert(&adding->writer, row, &license->state, new_number);
    if (DRM_SUCCEEDED(result) && !*new_number)
        result = find_known(adding, of, license);
    adding->expects_known = known->row.number != 0;
    return result;
}

/* *new_number is set where it was never seen before. */
static drm_result add_permanent(struct adding *adding, struct adding_response *of,
                                const struct drm_new_license *license, int64_t *new_number)
{
    const struct drm_written_row *known = &adding->known;
    struct drm_license_row row;
    drm_result result;

    if (DRM_FAILED(result = drm_license_writer_need_secret(&adding->writer))
        || DRM_FAILED(result = need_response(adding, of)))
        return result;
    row = make_row(of, license);
    if (DRM_FAILED(result = insert_or_find(adding, of, license, &row, new_number)))
        return result;
    if (*new_number)
    {
        adding->stored.added++; /* its body is written later */
        return DRM_S_OK;
    }
    if (is_refused(&known->state))
    {
        adding->stored.refused++;
        return DRM_S_OK;
    }
    ++*(known->row.status == DRM_LICENSE_REMEMBERED ? &adding->stored.added : &adding->stored.known);
    return renew(adding, of, license, &row);
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
    const struct drm_written_row *known = &adding->known;
    struct drm_new_license lower = *license;
    struct drm_temporary_license *there;
    drm_result result = find_known(adding, of, license);

    if (DRM_FAILED(result))
        return result;
    if (known->row.number && is_refused(&known->state))
    {
        adding->stored.refused++;
        return DRM_S_OK;
    }
    if (known->row.number && known->row.status != DRM_LICENSE_REMEMBERED)
    {
        adding->stored.known++; /* it was persisted */
        return DRM_S_OK;
    }
    if (known->row.number)
        drm_license_state_lower(&lower.state, &known->state);
    there = drm_temporary_find_id(adding->store->process, of->response->anchor, license->key_id, license->license_id);
    ++*(there ? &adding->stored.known : &adding->stored.added);
    drm_temporary_license_release(there);
    return stage(adding, of, &lower);
}

/* --- all of them ------------------------------------------------------------------------------------------ */

static int compare_key_ids(const void *a, const void *b)
{
    const struct drm_new_license *const *first = a, *const *second = b;
    int order = memcmp((*first)->key_id, (*second)->key_id, DRM_KEY_ID_SIZE);

    return order ? order : *first < *second ? -1 : *first > *second;
}

static drm_result add_license(struct adding *adding, struct adding_response *of, const struct drm_new_license *license,
                              int64_t *new_number)
{
    if (!license->terms.size || license->terms.size > DRM_TERMS_MAX_SIZE || license->priority > INT32_MAX)
        return DRM_E_INVALID_ARGUMENT;
    return license->temporary ? add_temporary(adding, of, license) : add_permanent(adding, of, license, new_number);
}

/*
 * In the order of the index, so that each of its pages is touched once; and all rows, then all bodies, so that the
 * pages of either lie together and reading rows alone skips the bodies.
 */
static drm_result add_ordered(struct adding *adding, struct adding_response *of, const struct drm_new_license **order,
                              int64_t *new_numbers)
{
    size_t count = of->response->count;
    drm_result result = DRM_S_OK;

    for (size_t i = 0; i < count; i++)
        order[i] = &of->response->licenses[i];
    qsort(order, count, sizeof(*order), compare_key_ids);
    for (size_t i = 0; i < count && DRM_SUCCEEDED(result); i++)
        result = add_license(adding, of, order[i], &new_numbers[i]);
    for (size_t i = 0; i < count && DRM_SUCCEEDED(result); i++)
        if (new_numbers[i])
            result = drm_license_writer_write_body(&adding->writer, new_numbers[i], order[i]->license);
    return result;
}

static drm_result add_licenses(struct adding *adding, struct adding_response *of)
{
    size_t count = of->response->count;
    const struct drm_new_license **order = count ? malloc(count * sizeof(*order)) : NULL;
    int64_t *new_numbers = count ? calloc(count, sizeof(*new_numbers)) : NULL;
    drm_result result = DRM_S_OK;

    if (count)
        result = order && new_numbers ? add_ordered(adding, of, order, new_numbers) : DRM_E_OUT_OF_MEMORY;
    free(order);
    free(new_numbers);
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
        result = drm_store_note_time_locked(adding->store, of.anchor, &told, DRM_TIME_STEP_WITH_OTHERS,
                                            &adding->writer.changed);
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

/* A mapped page of an index is checked anew each time that a licence is looked for in it: a third of the time of
 * restoring what is there. */
static void stop_mapping(struct drm_store *store)
{
    drm_store_lock(store);
    drm_database_stop_mapping(store->database);
    drm_store_unlock(store);
}

drm_result drm_store_add_responses(struct drm_store *store, const struct drm_response_source *source,
                                   struct drm_stored *out)
{
    struct adding adding = {.store = store};
    drm_result result;

    if (source->many)
        stop_mapping(store);
    if (DRM_FAILED(result = drm_store_begin_change(store)))
        return result;
    drm_license_writer_init(&adding.writer, store);
    if (DRM_SUCCEEDED(result = add_all(&adding, source))
        && DRM_SUCCEEDED(result = drm_temporary_reserve(store->process, adding.place_count, adding.place_bytes))
        && adding.writer.changed)
    {
        store->changes_much = adding.stored.added > MANY;
        result = drm_store_commit_change(store);
    }
    if (DRM_SUCCEEDED(result))
    {
        drm_temporary_publish(store->process, adding.places);
        for (size_t i = 0; i < adding.told_count; i++)
            drm_store_believe_time(store, adding.told_by[i], &adding.told[i]);
        *out = adding.stored;
    }
    else
        drm_temporary_discard(adding.places);
    drm_license_writer_finish(&adding.writer);
    free(adding.told);
    free(adding.told_by);
    if (adding.stored.added > MANY)
        (void)sqlite3_db_release_memory(store->database->handle);
    drm_store_end_change(store, result);
    return result;
}
