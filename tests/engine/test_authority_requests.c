/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The authority: what it answers to whom.
 */
#include "engine/authority_fixture.h"

static drm_result ask_new(struct fixture *fixture, struct machine *machine)
{
    machine_init(machine);
    return machine_individualize(fixture->authority, machine, UNSIGNED, false, NULL);
}

static void revoke(struct fixture *fixture, const struct drm_certificate *certificate)
{
    assert_int_equal(drm_authority_revoke(fixture->authority, DRM_REVOCATION_GRL, certificate->id, 1), DRM_S_OK);
}

/* --- individualization ------------------------------------------------------------------------------------ */

static void individualize__new_machine_gets_all_there_is(void **state)
{
    struct fixture *fixture = *state;
    struct drm_authority_status status;
    struct drm_span issuers[DRM_COLLECTION_MAX_COUNT];
    struct drm_certificate issuer;
    struct received received;
    struct machine machine;
    uint32_t roles = 0;
    size_t count;

    machine_init(&machine);
    assert_int_equal(machine_individualize(fixture->authority, &machine, UNSIGNED, false, &received), DRM_S_OK);
    assert_false(received.answer.up_to_date);
    assert_int_equal(received.answer.time, TEST_HOST_NOW);
    assert_int_equal(drm_version_compare(received.answer.version, DRM_VERSION_CURRENT), 0);

    assert_int_equal(machine.certificate.roles, DRM_ROLE_MACHINE);
    assert_string_equal(machine.certificate.name, "machine");
    assert_int_equal(machine.certificate.security_level, 2000);
    assert_int_equal(drm_version_compare(machine.certificate.security_version, DRM_VERSION_CURRENT), 0);
    assert_int_equal(machine.certificate.not_before, TEST_HOST_NOW - DAY_MS);
    assert_int_equal(machine.certificate.not_after, TEST_HOST_NOW + 10 * YEAR_MS);

    assert_int_equal(received.answer.part_count, DRM_REVOCATION_TYPES);
    for (int type = DRM_REVOCATION_FIRST; type <= DRM_REVOCATION_LAST; type++)
    {
        const uint8_t *bytes = NULL;
        const struct drm_part *part = received_part(&received, (uint32_t)type, &bytes);

        assert_non_null(part);
        assert_int_equal(part->kind, DRM_PART_REVOCATION_LIST);
        assert_int_equal(check_list(fixture->authority, bytes, (size_t)part->size, NULL).type, type);
        assert_int_equal(received.answer.list_versions[type - 1], 1);
    }

    assert_int_equal(drm_collection_read(received.answer.issuers, issuers, COUNT(issuers), &count), DRM_S_OK);
    assert_int_equal(count, 4);
    for (size_t i = 0; i < count; i++)
    {
        assert_int_equal(drm_certificate_read(issuers[i], &issuer), DRM_S_OK);
        assert_int_equal(drm_certificate_verify(issuers[i], drm_authority_root(fixture->authority)), DRM_S_OK);
        assert_string_equal(issuer.name, "test authority");
        roles |= issuer.roles;
    }
    assert_int_equal(roles, DRM_ROLES_OF_AUTHORITY);

    assert_int_equal(drm_authority_get_status(fixture->authority, &status), DRM_S_OK);
    assert_int_equal(status.machines, 1);
    assert_int_equal(status.certificates, 1);
    received_free(&received);
    machine_free(&machine);
}

static void individualize__only_what_the_machine_lacks_is_sent(void **state)
{
    struct fixture *fixture = *state;
    struct received received;
    struct machine machine;

    machine_init(&machine);
    for (size_t i = 0; i < DRM_REVOCATION_TYPES; i++)
        machine.list_versions[i] = i < 3 ? 1 : 0;
    machine.list_versions[DRM_REVOCATION_HDCP - 1] = 17; /* newer than ours: kept */
    assert_int_equal(machine_individualize(fixture->authority, &machine, UNSIGNED, true, &received), DRM_S_OK);
    assert_int_equal(received.answer.part_count, 2);
    assert_non_null(received_part(&received, DRM_REVOCATION_REVINFO, NULL));
    assert_non_null(received_part(&received, DRM_REVOCATION_GRL, NULL));
    received_free(&received);
    machine_free(&machine);
}

static void individualize__known_machine_id_needs_its_identity(void **state)
{
    struct fixture *fixture = *state;
    struct machine machine, thief;

    assert_int_equal(ask_new(fixture, &machine), DRM_S_OK);
    machine_init(&thief);
    memcpy(thief.id, machine.id, sizeof(thief.id));
    assert_int_equal(machine_individualize(fixture->authority, &thief, UNSIGNED, false, NULL), DRM_E_MACHINE_REFUSED);
    assert_int_equal(machine_individualize(fixture->authority, &thief, UNSIGNED, true, NULL), DRM_E_MACHINE_REFUSED);
    assert_int_equal(machine_individualize(fixture->authority, &machine, SIGNED, true, NULL), DRM_S_OK);
    machine_free(&thief);
    machine_free(&machine);
}

static void individualize__forced_gets_another_certificate(void **state)
{
    struct fixture *fixture = *state;
    struct drm_authority_status status;
    struct drm_certificate first;
    struct received received;
    struct machine machine;

    assert_int_equal(ask_new(fixture, &machine), DRM_S_OK);
    first = machine.certificate;
    for (size_t i = 0; i < DRM_REVOCATION_TYPES; i++)
        machine.list_versions[i] = 1;
    assert_int_equal(machine_individualize(fixture->authority, &machine, SIGNED, true, &received), DRM_S_OK);
    assert_false(received.answer.up_to_date);
    assert_int_equal(received.answer.part_count, 0);
    assert_memory_equal(machine.certificate.subject, first.subject, sizeof(first.subject));
    assert_memory_not_equal(machine.certificate.serial, first.serial, sizeof(first.serial));
    assert_memory_not_equal(machine.certificate.id, first.id, sizeof(first.id));
    assert_int_equal(drm_authority_get_status(fixture->authority, &status), DRM_S_OK);
    assert_int_equal(status.machines, 1);
    assert_int_equal(status.certificates, 2);
    received_free(&received);
    machine_free(&machine);
}

static bool is_up_to_date(struct fixture *fixture, struct machine *machine)
{
    struct drm_authority_status before, after;
    struct received received;
    bool up_to_date;

    assert_int_equal(drm_authority_get_status(fixture->authority, &before), DRM_S_OK);
    assert_int_equal(machine_individualize(fixture->authority, machine, SIGNED, false, &received), DRM_S_OK);
    assert_int_equal(drm_authority_get_status(fixture->authority, &after), DRM_S_OK);
    up_to_date = received.answer.up_to_date;
    assert_int_equal(after.certificates, before.certificates + (up_to_date ? 0 : 1));
    if (up_to_date)
    {
        assert_int_equal(received.answer.part_count, 0);
        assert_int_equal(received.answer.machine_chain.size, 0);
        assert_int_equal(received.answer.list_versions[0], after.list_versions[0]);
    }
    received_free(&received);
    return up_to_date;
}

static void individualize__up_to_date_gets_nothing(void **state)
{
    struct fixture *fixture = *state;
    const char *path = test_host_path(&fixture->host, "part.bin");
    struct machine machine;

    assert_int_equal(ask_new(fixture, &machine), DRM_S_OK);
    assert_true(is_up_to_date(fixture, &machine));

    /* a newer version */
    assert_int_equal(drm_authority_publish(fixture->authority, (struct drm_version){2, 11}, NULL, NULL), DRM_S_OK);
    assert_false(is_up_to_date(fixture, &machine));
    assert_int_equal(machine.certificate.security_version.minor, 11);
    assert_true(is_up_to_date(fixture, &machine));

    /* a client that says that it has less than its certificate says */
    machine.version.minor = 10;
    assert_false(is_up_to_date(fixture, &machine));
    assert_true(is_up_to_date(fixture, &machine));

    /* another component */
    test_file_write(path, "component", 9);
    assert_int_equal(drm_authority_publish(fixture->authority, (struct drm_version){2, 11}, path, NULL), DRM_S_OK);
    assert_false(is_up_to_date(fixture, &machine));
    drm_sha256("component", 9, machine.component_hash);
    assert_true(is_up_to_date(fixture, &machine));
    machine.component_hash[0] ^= 1;
    assert_false(is_up_to_date(fixture, &machine));
    /* none any more: what the machine has is its own affair */
    assert_int_equal(drm_authority_publish(fixture->authority, (struct drm_version){2, 11}, NULL, NULL), DRM_S_OK);
    assert_true(is_up_to_date(fixture, &machine));

    /* the end of its certificate, to the millisecond */
    atomic_store(&fixture->host.now, machine.certificate.not_after - 1);
    assert_true(is_up_to_date(fixture, &machine));
    atomic_store(&fixture->host.now, machine.certificate.not_after);
    assert_false(is_up_to_date(fixture, &machine));
    machine_free(&machine);
}

static void individualize__component_comes_where_it_is_not_installed(void **state)
{
    struct fixture *fixture = *state;
    const char *path = test_host_path(&fixture->host, "player update.bin");
    uint8_t *component = make_entries(0, 100000); /* 3.2 MB */
    const size_t size = 100000 * DRM_REVOCATION_ENTRY_SIZE;
    const struct drm_part *part;
    const uint8_t *bytes = NULL;
    struct received received;
    struct machine machine;

    test_file_write(path, component, size);
    assert_int_equal(drm_authority_publish(fixture->authority, DRM_VERSION_CURRENT, path, NULL), DRM_S_OK);
    machine_init(&machine);
    assert_int_equal(machine_individualize(fixture->authority, &machine, UNSIGNED, false, &received), DRM_S_OK);
    part = received_part(&received, 0, &bytes);
    assert_non_null(part);
    assert_int_equal(part->kind, DRM_PART_COMPONENT);
    assert_string_equal(part->name, "player update.bin");
    assert_int_equal(part->size, size);
    assert_memory_equal(bytes, component, size);
    memcpy(machine.component_hash, part->hash, sizeof(part->hash));
    received_free(&received);

    assert_int_equal(machine_individualize(fixture->authority, &machine, SIGNED, true, &received), DRM_S_OK);
    assert_null(received_part(&received, 0, NULL));
    received_free(&received);
    machine_free(&machine);
    free(component);
}

static void individualize__revoked_identity_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct machine machine, other;

    assert_int_equal(ask_new(fixture, &machine), DRM_S_OK);
    assert_int_equal(ask_new(fixture, &other), DRM_S_OK);
    revoke(fixture, &machine.certificate);
    assert_int_equal(machine_individualize(fixture->authority, &machine, SIGNED, false, NULL),
                     DRM_E_CERTIFICATE_REVOKED);
    assert_int_equal(machine_individualize(fixture->authority, &machine, SIGNED, true, NULL),
                     DRM_E_CERTIFICATE_REVOKED);
    assert_int_equal(machine_individualize(fixture->authority, &machine, UNSIGNED, true, NULL), DRM_E_MACHINE_REFUSED);
    assert_int_equal(machine_individualize(fixture->authority, &other, SIGNED, true, NULL), DRM_S_OK);
    revoke(fixture, &other.certificate); /* the open list is replaced */
    assert_int_equal(machine_individualize(fixture->authority, &other, SIGNED, true, NULL),
                     DRM_E_CERTIFICATE_REVOKED);
    authority_reopen(fixture);
    assert_int_equal(machine_individualize(fixture->authority, &machine, SIGNED, true, NULL),
                     DRM_E_CERTIFICATE_REVOKED);
    machine_free(&machine);
    machine_free(&other);
}

static void individualize__limit_is_for_a_machine_and_24_hours(void **state)
{
    struct fixture *fixture = *state;
    struct drm_policy policy = {.individualizations_per_day = 2};
    struct machine machine, other;

    assert_int_equal(drm_authority_set_policy(fixture->authority, &policy), DRM_S_OK);
    assert_int_equal(ask_new(fixture, &machine), DRM_S_OK);
    assert_int_equal(machine_individualize(fixture->authority, &machine, SIGNED, true, NULL), DRM_S_OK);
    assert_int_equal(machine_individualize(fixture->authority, &machine, SIGNED, true, NULL), DRM_E_INDIV_LIMIT);
    /* what issues nothing is not limited */
    assert_true(is_up_to_date(fixture, &machine));
    assert_int_equal(ask_new(fixture, &other), DRM_S_OK);
    atomic_fetch_add(&fixture->host.now, DAY_MS - 1);
    assert_int_equal(machine_individualize(fixture->authority, &machine, SIGNED, true, NULL), DRM_E_INDIV_LIMIT);
    atomic_fetch_add(&fixture->host.now, 1);
    assert_int_equal(machine_individualize(fixture->authority, &machine, SIGNED, true, NULL), DRM_S_OK);
    /* a clock that was ahead locks nobody out */
    atomic_fetch_sub(&fixture->host.now, 300 * DAY_MS);
    authority_reopen(fixture);
    assert_int_equal(machine_individualize(fixture->authority, &machine, SIGNED, true, NULL), DRM_S_OK);
    machine_free(&machine);
    machine_free(&other);
}

static void individualize__expired_identity_may_ask(void **state)
{
    struct fixture *fixture = *state;
    struct machine machine;

    assert_int_equal(ask_new(fixture, &machine), DRM_S_OK);
    atomic_fetch_add(&fixture->host.now, 11 * YEAR_MS);
    assert_int_equal(machine_individualize(fixture->authority, &machine, SIGNED, false, NULL), DRM_S_OK);
    assert_int_equal(machine.certificate.not_after, TEST_HOST_NOW + 21 * YEAR_MS);
    machine_free(&machine);
}

/* --- revocation lists ------------------------------------------------------------------------------------- */

static void refresh__sends_what_is_newer(void **state)
{
    struct fixture *fixture = *state;
    struct received received;
    struct machine machine;
    uint8_t *entries = make_entries(0, 3);

    machine_init(&machine);
    assert_int_equal(machine_refresh(fixture->authority, &machine, &received), DRM_S_OK);
    assert_int_equal(received.answer.part_count, DRM_REVOCATION_TYPES);
    assert_false(received.answer.up_to_date);
    assert_int_equal(received.answer.machine_chain.size, 0);
    memcpy(machine.list_versions, received.answer.list_versions, sizeof(machine.list_versions));
    received_free(&received);

    assert_int_equal(machine_refresh(fixture->authority, &machine, &received), DRM_S_OK);
    assert_int_equal(received.answer.part_count, 0);
    assert_true(received.answer.up_to_date);
    received_free(&received);

    assert_int_equal(drm_authority_revoke(fixture->authority, DRM_REVOCATION_APP, entries, 3), DRM_S_OK);
    assert_int_equal(machine_refresh(fixture->authority, &machine, &received), DRM_S_OK);
    assert_int_equal(received.answer.part_count, 2);
    assert_non_null(received_part(&received, DRM_REVOCATION_APP, NULL));
    assert_non_null(received_part(&received, DRM_REVOCATION_REVINFO, NULL));
    assert_int_equal(received.answer.list_versions[DRM_REVOCATION_APP - 1], 2);
    received_free(&received);
    free(entries);
    machine_free(&machine);
}

/* --- what is no request ----------------------------------------------------------------------------------- */

static drm_result handle(struct fixture *fixture, enum drm_request_kind kind, const void *data, size_t size)
{
    uint8_t *copy = exact_copy(data, size);
    struct drm_authority_reply *reply = NULL;
    drm_result result = drm_authority_handle(fixture->authority, kind, drm_span(copy, size), &reply);

    assert_true(DRM_SUCCEEDED(result) == (reply != NULL));
    drm_authority_reply_free(reply);
    free(copy);
    return result;
}

static void request__anything_else_is_refused_and_leaves_no_trace(void **state)
{
    static const char page[] = "<html>no request</html>";
    struct fixture *fixture = *state;
    struct drm_authority_status status;
    struct drm_buffer request = {0};
    struct machine machine;
    uint64_t random = 42;

    machine_init(&machine);
    machine_write_request(&machine, UNSIGNED, false, &request);
    assert_int_equal(handle(fixture, DRM_REQUEST_INDIVIDUALIZE, page, sizeof(page)), DRM_E_BAD_REQUEST);
    assert_int_equal(handle(fixture, DRM_REQUEST_INDIVIDUALIZE, page, 0), DRM_E_BAD_REQUEST);
    assert_int_equal(handle(fixture, DRM_REQUEST_REVOCATION, request.data, request.size), DRM_E_BAD_REQUEST);
    for (size_t size = 0; size < request.size; size++)
        assert_int_equal(handle(fixture, DRM_REQUEST_INDIVIDUALIZE, request.data, size), DRM_E_BAD_REQUEST);
    for (unsigned int i = 0; i < 500; i++)
    {
        size_t place = next_number(&random) % request.size;
        uint8_t bit = (uint8_t)(1u << next_number(&random) % 8);

        request.data[place] ^= bit;
        assert_true(DRM_FAILED(handle(fixture, DRM_REQUEST_INDIVIDUALIZE, request.data, request.size)));
        request.data[place] ^= bit;
    }
    assert_int_equal(drm_authority_get_status(fixture->authority, &status), DRM_S_OK);
    assert_int_equal(status.certificates, 0);
    assert_int_equal(handle(fixture, DRM_REQUEST_INDIVIDUALIZE, request.data, request.size), DRM_S_OK);
    drm_buffer_free(&request);
    machine_free(&machine);
}

static void request__identity_of_another_authority_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct drm_buffer request = {0};
    void *other_state = NULL;
    struct fixture *other;
    struct machine machine;

    assert_int_equal(authority_setup(&other_state), 0);
    other = other_state;
    assert_int_equal(ask_new(other, &machine), DRM_S_OK);
    machine_write_request(&machine, SIGNED, false, &request);
    assert_int_equal(handle(fixture, DRM_REQUEST_INDIVIDUALIZE, request.data, request.size),
                     DRM_E_INVALID_CERTIFICATE);
    drm_buffer_free(&request);
    machine_free(&machine);
    authority_teardown(&other_state);
}

/* --- replies ---------------------------------------------------------------------------------------------- */

static struct drm_authority_reply *ask_for_reply(struct fixture *fixture)
{
    struct drm_authority_reply *reply = NULL;
    struct drm_buffer request = {0};
    struct machine machine;

    machine_init(&machine);
    machine_write_request(&machine, UNSIGNED, false, &request);
    assert_int_equal(drm_authority_handle(fixture->authority, DRM_REQUEST_INDIVIDUALIZE, drm_buffer_span(&request),
                                          &reply),
                     DRM_S_OK);
    drm_buffer_free(&request);
    machine_free(&machine);
    return reply;
}

static void reply__reads_from_any_offset(void **state)
{
    struct fixture *fixture = *state;
    const char *path = test_host_path(&fixture->host, "component.bin");
    uint8_t *component = make_entries(0, 5000), *place, piece[4096];
    struct drm_authority_reply *reply;
    struct received received;
    uint64_t random = 7;
    size_t read;

    test_file_write(path, component, 5000 * DRM_REVOCATION_ENTRY_SIZE);
    assert_int_equal(drm_authority_publish(fixture->authority, DRM_VERSION_CURRENT, path, NULL), DRM_S_OK);
    reply = ask_for_reply(fixture);
    receive(fixture->authority, reply, &received);
    place = received.bytes.data;
    for (unsigned int i = 0; i < 2000; i++)
    {
        size_t offset = next_number(&random) % received.bytes.size, size = 1 + next_number(&random) % sizeof(piece);
        size_t expected = received.bytes.size - offset < size ? received.bytes.size - offset : size;

        assert_int_equal(drm_authority_reply_read(reply, offset, piece, size, &read), DRM_S_OK);
        assert_int_equal(read, expected);
        assert_memory_equal(piece, place + offset, read);
    }
    assert_int_equal(drm_authority_reply_read(reply, UINT64_MAX, piece, sizeof(piece), &read), DRM_S_OK);
    assert_int_equal(read, 0);
    received_free(&received);
    drm_authority_reply_free(reply);
    free(component);
}

/* Everything that it names is replaced; it stays what it was. */
static void reply__stays_readable_while_all_changes(void **state)
{
    struct fixture *fixture = *state;
    const char *path = test_host_path(&fixture->host, "component.bin");
    uint8_t *entries = make_entries(0, 5000);
    struct drm_authority_reply *reply;
    struct received before, after;

    test_file_write(path, entries, 5000 * DRM_REVOCATION_ENTRY_SIZE);
    assert_int_equal(drm_authority_publish(fixture->authority, DRM_VERSION_CURRENT, path, NULL), DRM_S_OK);
    assert_int_equal(drm_authority_revoke(fixture->authority, DRM_REVOCATION_APP, entries, 5000), DRM_S_OK);
    assert_int_equal(test_host_count(&fixture->host, "authority-file-", ".bin", NULL), 2);
    reply = ask_for_reply(fixture);
    receive(fixture->authority, reply, &before);
    for (unsigned int i = 0; i < 3; i++)
    {
        assert_int_equal(drm_authority_revoke(fixture->authority, DRM_REVOCATION_APP, NULL, 0), DRM_S_OK);
        assert_int_equal(drm_authority_publish(fixture->authority, DRM_VERSION_CURRENT, NULL, NULL), DRM_S_OK);
    }
    receive(fixture->authority, reply, &after);
    assert_int_equal(after.bytes.size, before.bytes.size);
    assert_memory_equal(after.bytes.data, before.bytes.data, before.bytes.size);
    received_free(&before);
    received_free(&after);
    drm_authority_reply_free(reply);

    /* Now that nobody reads them any more, the next change deletes what was replaced. */
    assert_int_equal(drm_authority_revoke(fixture->authority, DRM_REVOCATION_DEVICE, NULL, 0), DRM_S_OK);
    assert_int_equal(test_host_count(&fixture->host, "authority-file-", ".bin", NULL), 1);
    free(entries);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, authority_setup, authority_teardown)

int run_authority_request_tests(void)
{
    const struct CMUnitTest tests[] = {
        ROW(individualize__new_machine_gets_all_there_is),
        ROW(individualize__only_what_the_machine_lacks_is_sent),
        ROW(individualize__known_machine_id_needs_its_identity),
        ROW(individualize__forced_gets_another_certificate),
        ROW(individualize__up_to_date_gets_nothing),
        ROW(individualize__component_comes_where_it_is_not_installed),
        ROW(individualize__revoked_identity_is_refused),
        ROW(individualize__limit_is_for_a_machine_and_24_hours),
        ROW(individualize__expired_identity_may_ask),
        ROW(refresh__sends_what_is_newer),
        ROW(request__anything_else_is_refused_and_leaves_no_trace),
        ROW(request__identity_of_another_authority_is_refused),
        ROW(reply__reads_from_any_offset),
        ROW(reply__stays_readable_while_all_changes),
    };

    return cmocka_run_group_tests_name("authority: requests", tests, NULL, NULL);
}
