/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A machine whose licences are backed up (backup_fixture.h). */
#include "engine/backup_fixture.h"

#include <stdio.h>

#include "engine/authority/issuer.h"
#include "engine/xml/base64.h"
#include "engine/xml/content_header.h"

int backup_setup(void **state)
{
    struct backup_fixture *fixture = calloc(1, sizeof(*fixture));

    assert_non_null(fixture);
    test_host_init(&fixture->machine.host);
    test_host_init(&fixture->place);
    fixture->machine.client = make_client(&fixture->machine);
    assert_int_equal(individualize(fixture->machine.client, false, NEVER, NULL), DRM_S_OK);
    *state = fixture;
    return 0;
}

int backup_teardown(void **state)
{
    struct backup_fixture *fixture = *state;

    drm_client_free(fixture->machine.client);
    test_host_free(&fixture->place);
    test_host_free(&fixture->machine.host);
    free(fixture);
    return 0;
}

/* --- licences ------------------------------------------------------------------------------------------------- */

static void key_id_of(uint32_t number, uint8_t out[DRM_KEY_ID_SIZE])
{
    memset(out, 0xa5, DRM_KEY_ID_SIZE);
    drm_put_u32(out, number);
}

void backup_add_content(struct backup_fixture *fixture, uint32_t number, const char *rights)
{
    struct drm_content_item *item = calloc(1, sizeof(*item));
    struct drm_authority *authority;

    assert_non_null(item);
    key_id_of(number, item->key_id);
    snprintf(item->name, sizeof(item->name), "content %u", (unsigned int)number);
    snprintf(item->rights, sizeof(item->rights), "%s", rights);
    assert_int_equal(drm_client_administer(fixture->machine.client, &authority), DRM_S_OK);
    assert_int_equal(drm_authority_add_content(authority, item, NULL), DRM_S_OK);
    drm_authority_close(authority);
    free(item);
}

void backup_add_leaf(struct backup_fixture *fixture, uint32_t number, uint32_t root, const char *rights)
{
    char text[256], key_id[DRM_KEY_ID_TEXT_SIZE];
    uint8_t id[DRM_KEY_ID_SIZE];

    key_id_of(root, id);
    drm_key_id_format(id, key_id);
    snprintf(text, sizeof(text), "%s; uplink=%s", rights, key_id);
    backup_add_content(fixture, number, text);
}

void backup_acquire(struct backup_fixture *fixture, uint32_t number)
{
    struct drm_content_header header = {.url = ""};
    struct drm_acquisition acquisition = {.mode = DRM_ACQUIRE_SILENT};
    struct run run = {.cancel_at = NEVER};
    const struct drm_task task = run_task(&run);
    struct drm_buffer text = {0};

    key_id_of(number, header.key_id);
    assert_int_equal(drm_content_header_write(&header, &text), DRM_S_OK);
    assert_int_equal(drm_buffer_append(&text, "", 1), DRM_S_OK);
    acquisition.header = (const char *)text.data;
    assert_int_equal(drm_client_acquire(fixture->machine.client, &acquisition, &task), DRM_S_LICENSE_ACQUIRED);
    drm_buffer_free(&text);
}

drm_result backup_play(struct backup_fixture *fixture, uint32_t number)
{
    char text[DRM_KEY_ID_TEXT_SIZE];
    const struct drm_license_request_filter filter = {.key_id = text};
    uint8_t key_id[DRM_KEY_ID_SIZE], content_key[DRM_CONTENT_KEY_SIZE], expected[DRM_CONTENT_KEY_SIZE];
    struct drm_enumeration *enumeration;
    struct drm_authority *authority;
    drm_result result;

    key_id_of(number, key_id);
    drm_key_id_format(key_id, text);
    assert_int_equal(drm_client_enumerate(fixture->machine.client, &filter, &enumeration), DRM_S_OK);
    result = drm_enumeration_use(enumeration, content_key);
    drm_enumeration_free(enumeration);
    if (DRM_FAILED(result))
        return result;
    assert_int_equal(drm_client_administer(fixture->machine.client, &authority), DRM_S_OK);
    assert_int_equal(drm_authority_get_content_key(authority, key_id, expected), DRM_S_OK);
    drm_authority_close(authority);
    assert_memory_equal(content_key, expected, sizeof(expected));
    return result;
}

uint32_t backup_refusal(struct backup_fixture *fixture, uint32_t number, enum drm_right right)
{
    uint8_t key_id[DRM_KEY_ID_SIZE];
    uint32_t answer = UINT32_MAX;

    key_id_of(number, key_id);
    assert_int_equal(drm_client_query_actions(fixture->machine.client, key_id, NULL, &right, 1, &answer), DRM_S_OK);
    return answer;
}

size_t backup_count_licenses(struct backup_fixture *fixture)
{
    struct drm_enumeration *enumeration = NULL;
    size_t count = 1;
    drm_result result = drm_client_enumerate(fixture->machine.client, NULL, &enumeration);

    if (result == DRM_E_LICENSE_NOT_FOUND)
        return 0;
    assert_int_equal(result, DRM_S_OK);
    while (DRM_SUCCEEDED(result = drm_enumeration_next(enumeration)))
        count++;
    assert_int_equal(result, DRM_E_NO_MORE_ITEMS);
    drm_enumeration_free(enumeration);
    return count;
}

void backup_delete_license(struct backup_fixture *fixture, uint32_t number)
{
    uint8_t key_id[DRM_KEY_ID_SIZE];

    key_id_of(number, key_id);
    assert_int_equal(drm_client_delete_license(fixture->machine.client, key_id, false), DRM_S_OK);
}

/* --- machines ------------------------------------------------------------------------------------------------- */

void backup_wipe(struct backup_fixture *fixture, bool new_machine)
{
    struct test_host *host = &fixture->machine.host;
    char name[TEST_HOST_PATH_SIZE];

    drm_client_free(fixture->machine.client);
    while (test_host_count(host, "store", "", name))
        assert_int_equal(remove(test_host_path(host, name)), 0);
    fixture->machine.client = make_client(&fixture->machine);
    if (new_machine)
        assert_int_equal(individualize(fixture->machine.client, false, NEVER, NULL), DRM_S_OK);
}

/* --- operations ----------------------------------------------------------------------------------------------- */

static bool cancelled(void *context)
{
    struct backup_run *run = context;

    return ++run->polls >= run->cancel_at;
}

static void ignore(void *context, const struct drm_progress *progress)
{
    (void)context;
    (void)progress;
}

static void note(void *context, enum drm_backup_status status, const char *text)
{
    struct backup_run *run = context;

    if (run->event_count < BACKUP_MAX_EVENTS)
    {
        run->events[run->event_count] = status;
        snprintf(run->texts[run->event_count], sizeof(run->texts[0]), "%s", text ? text : "");
    }
    run->event_count++;
}

size_t backup_count_events(const struct backup_run *run, enum drm_backup_status status)
{
    size_t count = 0;

    assert_true(run->event_count <= BACKUP_MAX_EVENTS);
    for (size_t i = 0; i < run->event_count; i++)
        count += run->events[i] == status;
    return count;
}

/* BEGIN first and END last, or neither; CONNECTING before DISCONNECTING, or neither. */
static void check_order(const struct backup_run *run)
{
    size_t connecting = 0, disconnecting = 0;

    assert_int_equal(backup_count_events(run, DRM_BACKUP_BEGIN), backup_count_events(run, DRM_BACKUP_END));
    assert_int_equal(backup_count_events(run, DRM_BACKUP_CONNECTING),
                     backup_count_events(run, DRM_BACKUP_DISCONNECTING));
    assert_in_range(backup_count_events(run, DRM_BACKUP_CONNECTING), 0, 1);
    if (!backup_count_events(run, DRM_BACKUP_BEGIN))
        return;
    assert_int_equal(run->events[0], DRM_BACKUP_BEGIN);
    assert_int_equal(run->events[run->event_count - 1], DRM_BACKUP_END);
    for (size_t i = 0; i < run->event_count; i++)
    {
        if (run->events[i] == DRM_BACKUP_CONNECTING)
            connecting = i;
        if (run->events[i] == DRM_BACKUP_DISCONNECTING)
            disconnecting = i;
    }
    assert_true(connecting <= disconnecting);
}

static drm_result operate(struct backup_fixture *fixture, const char *directory, bool restores, bool flag,
                          unsigned int cancel_at, struct backup_run *run)
{
    struct backup_run *own = run ? run : malloc(sizeof(*own));
    struct drm_backup_task task = {.task = {.context = own, .cancelled = cancelled, .progress = ignore},
                                   .report = note};
    drm_result result;

    assert_non_null(own);
    memset(own, 0, sizeof(*own));
    own->cancel_at = cancel_at;
    result = restores ? drm_client_restore(fixture->machine.client, directory, flag, &task)
                      : drm_client_backup(fixture->machine.client, directory, flag, &task);
    check_order(own);
    assert_int_equal(test_host_count(&fixture->place, "", ".part", NULL), 0);
    assert_int_equal(test_host_count(&fixture->machine.host, "restore", ".part", NULL), 0);
    if (!run)
        free(own);
    return result;
}

drm_result backup_make(struct backup_fixture *fixture, bool overwrite, unsigned int cancel_at, struct backup_run *run)
{
    return operate(fixture, fixture->place.directory, false, overwrite, cancel_at, run);
}

drm_result backup_restore(struct backup_fixture *fixture, bool individualize, unsigned int cancel_at,
                          struct backup_run *run)
{
    return operate(fixture, fixture->place.directory, true, individualize, cancel_at, run);
}

drm_result backup_make_in(struct backup_fixture *fixture, const char *directory, struct backup_run *run)
{
    return operate(fixture, directory, false, false, NEVER, run);
}

drm_result backup_restore_from(struct backup_fixture *fixture, const char *directory, struct backup_run *run)
{
    return operate(fixture, directory, true, false, NEVER, run);
}

const char *backup_path(struct backup_fixture *fixture)
{
    return test_host_path(&fixture->place, "licenses.wmbackup");
}

void backup_add_issuers_license(struct backup_fixture *fixture, struct drm_authority *authority,
                                uint8_t id[DRM_SHA256_SIZE])
{
    static const uint8_t seed[DRM_SIGN_SEED_SIZE] = "a ripper's";
    struct drm_certificate subject = {.roles = DRM_ROLE_ISSUER, .name = "ripper"};
    const struct drm_issuer_license order = {.key_id = {0x77}, .content_key = {1}, .rights = "Play"};
    struct drm_buffer chain = {0}, machine = {0}, response = {0};
    struct drm_issuer issuer = {.seed = seed};
    struct drm_chain read;

    assert_int_equal(drm_sign_public(seed, subject.sign_key), DRM_S_OK);
    assert_int_equal(drm_authority_certify(authority, &subject, &chain), DRM_S_OK);
    issuer.chain = drm_buffer_span(&chain);
    assert_int_equal(drm_chain_read(issuer.chain, &read), DRM_S_OK);
    memcpy(id, read.certificates[0].id, DRM_SHA256_SIZE);
    assert_int_equal(drm_client_get_machine_chain(fixture->machine.client, &machine, NULL), DRM_S_OK);
    assert_int_equal(drm_issuer_make_licenses(&issuer, drm_buffer_span(&machine), fixture->machine.host.now, &order, 1,
                                              &response), DRM_S_OK);
    assert_int_equal(drm_client_store_response(fixture->machine.client, drm_buffer_span(&response)), DRM_S_OK);
    drm_buffer_free(&chain);
    drm_buffer_free(&machine);
    drm_buffer_free(&response);
}
