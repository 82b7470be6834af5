/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The authority: publishing, the operator's policy, the record of machines, certificates for others.
 */
#include "engine/authority_fixture.h"

static struct drm_authority_status status_of(struct drm_authority *authority)
{
    struct drm_authority_status status;

    assert_int_equal(drm_authority_get_status(authority, &status), DRM_S_OK);
    return status;
}

/* --- publishing ------------------------------------------------------------------------------------------- */

static void publish__versions_never_fall(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(drm_authority_publish(fixture->authority, (struct drm_version){2, 9}, NULL, NULL),
                     DRM_E_PACKAGE_TOO_OLD);
    assert_int_equal(drm_authority_publish(fixture->authority, (struct drm_version){1, 500}, NULL, NULL),
                     DRM_E_PACKAGE_TOO_OLD);
    assert_int_equal(drm_authority_publish(fixture->authority, (struct drm_version){3, 1}, NULL, NULL), DRM_S_OK);
    assert_int_equal(drm_authority_publish(fixture->authority, DRM_VERSION_CURRENT, NULL, NULL),
                     DRM_E_PACKAGE_TOO_OLD);
    assert_int_equal(drm_authority_publish(fixture->authority, (struct drm_version){3, 70000}, NULL, NULL),
                     DRM_E_INVALID_ARGUMENT);
    assert_int_equal(status_of(fixture->authority).version.major, 3);
    assert_int_equal(status_of(fixture->authority).version.minor, 1);
    authority_reopen(fixture);
    assert_int_equal(status_of(fixture->authority).version.major, 3);
}

static void publish__component_is_named_and_replaced(void **state)
{
    struct fixture *fixture = *state;
    const char *path = test_host_path(&fixture->host, "first.bin");
    struct drm_authority_status status;
    uint8_t *large = make_entries(0, 5000);

    test_file_write(path, "small", 5);
    assert_int_equal(drm_authority_publish(fixture->authority, DRM_VERSION_CURRENT, path, "Müsterstück"), DRM_S_OK);
    status = status_of(fixture->authority);
    assert_int_equal(status.component_size, 5);
    assert_string_equal(status.component_name, "Müsterstück");
    assert_int_equal(test_host_count(&fixture->host, "authority-file-", "", NULL), 0);

    test_file_write(path, large, 5000 * DRM_REVOCATION_ENTRY_SIZE);
    assert_int_equal(drm_authority_publish(fixture->authority, DRM_VERSION_CURRENT, path, NULL), DRM_S_OK);
    status = status_of(fixture->authority);
    assert_int_equal(status.component_size, 5000 * DRM_REVOCATION_ENTRY_SIZE);
    assert_string_equal(status.component_name, "first.bin");
    assert_int_equal(test_host_count(&fixture->host, "authority-file-", "", NULL), 1);

    assert_int_equal(drm_authority_publish(fixture->authority, (struct drm_version){2, 12}, NULL, NULL), DRM_S_OK);
    status = status_of(fixture->authority);
    assert_int_equal(status.component_size, 0);
    assert_string_equal(status.component_name, "");
    assert_int_equal(test_host_count(&fixture->host, "authority-file-", "", NULL), 0);
    free(large);
}

static void publish__refused_component_changes_nothing(void **state)
{
    struct fixture *fixture = *state;
    const char *path = test_host_path(&fixture->host, "component.bin");
    const struct drm_version version = {2, 11};
    char name[DRM_CERTIFICATE_NAME_SIZE + 2];

    assert_int_equal(drm_authority_publish(fixture->authority, version, path, NULL), DRM_E_PATH_NOT_FOUND);
    test_file_write(path, "", 0);
    assert_int_equal(drm_authority_publish(fixture->authority, version, path, NULL), DRM_E_INVALID_ARGUMENT);
    test_file_write(path, "x", 1);
    memset(name, 'n', sizeof(name));
    name[DRM_CERTIFICATE_NAME_SIZE + 1] = 0;
    assert_int_equal(drm_authority_publish(fixture->authority, version, path, name), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(drm_authority_publish(fixture->authority, version, path, "\xff"), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(drm_authority_publish(fixture->authority, version, path, "a\nb"), DRM_E_INVALID_ARGUMENT);
    test_file_resize(path, DRM_COMPONENT_MAX_SIZE + 1); /* a hole: takes no room */
    assert_int_equal(drm_authority_publish(fixture->authority, version, path, NULL), DRM_E_RESPONSE_TOO_LARGE);
    /* one that is staged before its version turns out to be too old leaves no file */
    test_file_resize(path, 200000);
    assert_int_equal(drm_authority_publish(fixture->authority, (struct drm_version){2, 1}, path, NULL),
                     DRM_E_PACKAGE_TOO_OLD);
    assert_int_equal(test_host_count(&fixture->host, "authority-file-", "", NULL), 0);
    assert_int_equal(status_of(fixture->authority).component_size, 0);
    assert_int_equal(status_of(fixture->authority).version.minor, DRM_VERSION_CURRENT.minor);
    name[DRM_CERTIFICATE_NAME_SIZE] = 0;
    assert_int_equal(drm_authority_publish(fixture->authority, version, path, name), DRM_S_OK);
}

/* --- policy ----------------------------------------------------------------------------------------------- */

static void policy__is_told_to_machines(void **state)
{
    struct fixture *fixture = *state;
    struct drm_policy policy = {.individualizations_per_day = UINT32_MAX,
                                .renewal_url = "https://example.com/renew?x=1",
                                .license_url = "http://[::1]:8080/licence"};
    struct received received;
    struct machine machine;

    assert_int_equal(drm_authority_set_policy(fixture->authority, &policy), DRM_S_OK);
    authority_reopen(fixture);
    machine_init(&machine);
    assert_int_equal(machine_individualize(fixture->authority, &machine, UNSIGNED, false, &received), DRM_S_OK);
    assert_int_equal(received.answer.policy.individualizations_per_day, UINT32_MAX);
    assert_string_equal(received.answer.policy.renewal_url, policy.renewal_url);
    assert_string_equal(received.answer.policy.license_url, policy.license_url);
    received_free(&received);
    assert_int_equal(machine_refresh(fixture->authority, &machine, &received), DRM_S_OK);
    assert_string_equal(received.answer.policy.license_url, policy.license_url);
    received_free(&received);
    machine_free(&machine);
}

static void policy__parts_change_alone(void **state)
{
    const uint32_t per_day = 7, endless = 0;
    struct fixture *fixture = *state;
    struct drm_policy policy;

#define CHANGE(...) drm_authority_change_policy(fixture->authority, &(struct drm_policy_change){__VA_ARGS__})
    assert_int_equal(CHANGE(.individualizations_per_day = &per_day), DRM_S_OK);
    assert_int_equal(CHANGE(.renewal_url = "https://example.com/renew"), DRM_S_OK);
    assert_int_equal(CHANGE(.license_url = "https://example.com/acquire"), DRM_S_OK);
    assert_int_equal(CHANGE(.license_url = "nowhere", .individualizations_per_day = &endless),
                     DRM_E_INVALID_ARGUMENT);
    policy = status_of(fixture->authority).policy;
    assert_int_equal(policy.individualizations_per_day, 7);
    assert_string_equal(policy.renewal_url, "https://example.com/renew");
    assert_string_equal(policy.license_url, "https://example.com/acquire");
    assert_int_equal(CHANGE(.renewal_url = "", .individualizations_per_day = &endless), DRM_S_OK);
    policy = status_of(fixture->authority).policy;
    assert_int_equal(policy.individualizations_per_day, 0);
    assert_string_equal(policy.renewal_url, "");
    assert_string_equal(policy.license_url, "https://example.com/acquire");
#undef CHANGE
}

static void policy__what_is_no_url_is_refused(void **state)
{
    static const char *const urls[] = {"example.com", "ftp://example.com/", "http://", "http://user@example.com/",
                                       "http://example.com/\n", "javascript:alert(1)"};
    struct fixture *fixture = *state;

    for (size_t i = 0; i < COUNT(urls); i++)
    {
        struct drm_policy renewal = {.individualizations_per_day = 1}, license = renewal;

        strcpy(renewal.renewal_url, urls[i]);
        strcpy(license.license_url, urls[i]);
        assert_int_equal(drm_authority_set_policy(fixture->authority, &renewal), DRM_E_INVALID_ARGUMENT);
        assert_int_equal(drm_authority_set_policy(fixture->authority, &license), DRM_E_INVALID_ARGUMENT);
    }
    {
        struct drm_policy endless = {0};

        memset(endless.license_url, 'a', sizeof(endless.license_url));
        memcpy(endless.license_url, "http://a/", 9);
        assert_int_equal(drm_authority_set_policy(fixture->authority, &endless), DRM_E_INVALID_ARGUMENT);
    }
    assert_int_equal(status_of(fixture->authority).policy.individualizations_per_day, 0);
}

/* --- machines --------------------------------------------------------------------------------------------- */

#define MACHINES 300 /* more than one batch of the record */

struct census
{
    size_t count, stop_at;
    int64_t last_issued;
    size_t revoked;
    uint8_t revoked_id[DRM_SHA256_SIZE];
};

static drm_result count_machine(void *context, const struct drm_authority_machine *machine)
{
    struct census *census = context;

    assert_true(machine->issued > census->last_issued);
    assert_false(drm_id_is_zero(machine->machine_id));
    assert_int_equal(drm_version_compare(machine->version, DRM_VERSION_CURRENT), 0);
    census->last_issued = machine->issued;
    if (machine->revoked)
    {
        census->revoked++;
        memcpy(census->revoked_id, machine->certificate_id, sizeof(census->revoked_id));
    }
    return ++census->count == census->stop_at ? DRM_E_OPERATION_CANCELED : DRM_S_OK;
}

static void machines__are_told_oldest_first(void **state)
{
    struct fixture *fixture = *state;
    struct census census = {0}, stopped = {.stop_at = 270};
    struct drm_certificate revoked = {0};
    struct drm_authority_status status;
    struct machine machine;

    for (size_t i = 0; i < MACHINES; i++)
    {
        atomic_fetch_add(&fixture->host.now, 1);
        machine_init(&machine);
        assert_int_equal(machine_individualize(fixture->authority, &machine, UNSIGNED, false, NULL), DRM_S_OK);
        if (i == 280)
            revoked = machine.certificate;
        machine_free(&machine);
    }
    assert_int_equal(drm_authority_revoke(fixture->authority, DRM_REVOCATION_GRL, revoked.id, 1), DRM_S_OK);
    assert_int_equal(drm_authority_each_machine(fixture->authority, count_machine, &census), DRM_S_OK);
    assert_int_equal(census.count, MACHINES);
    assert_int_equal(census.revoked, 1);
    assert_memory_equal(census.revoked_id, revoked.id, sizeof(revoked.id));
    assert_int_equal(drm_authority_each_machine(fixture->authority, count_machine, &stopped),
                     DRM_E_OPERATION_CANCELED);
    assert_int_equal(stopped.count, 270);
    status = status_of(fixture->authority);
    assert_int_equal(status.machines, MACHINES);
    assert_int_equal(status.certificates, MACHINES);
}

struct visitor
{
    struct drm_authority *authority;
    drm_result result;
};

static drm_result visit(void *context, const struct drm_authority_machine *machine)
{
    struct visitor *visitor = context;

    visitor->result = drm_authority_revoke(visitor->authority, DRM_REVOCATION_GRL, machine->certificate_id, 1);
    return DRM_S_OK;
}

/* No lock is held while the caller's function runs. */
static void machines__may_be_revoked_while_they_are_told(void **state)
{
    struct fixture *fixture = *state;
    struct visitor visitor = {.authority = fixture->authority, .result = DRM_E_FAIL};
    struct machine machine;

    machine_init(&machine);
    assert_int_equal(machine_individualize(fixture->authority, &machine, UNSIGNED, false, NULL), DRM_S_OK);
    assert_int_equal(drm_authority_each_machine(fixture->authority, visit, &visitor), DRM_S_OK);
    assert_int_equal(visitor.result, DRM_S_OK);
    assert_int_equal(machine_individualize(fixture->authority, &machine, SIGNED, true, NULL),
                     DRM_E_CERTIFICATE_REVOKED);
    machine_free(&machine);
}

/* --- certificates for others ------------------------------------------------------------------------------ */

static struct drm_certificate subject_of(uint32_t roles)
{
    struct drm_certificate subject = {.roles = roles, .name = "Somebody's player"};
    uint8_t seed[DRM_SIGN_SEED_SIZE] = {1};

    assert_int_equal(drm_sign_public(seed, subject.sign_key), DRM_S_OK);
    return subject;
}

static void certify__chain_ends_at_the_root(void **state)
{
    static const uint32_t roles[] = {DRM_ROLE_APPLICATION, DRM_ROLE_DEVICE, DRM_ROLE_NETWORK_DEVICE};
    struct fixture *fixture = *state;

    for (size_t i = 0; i < COUNT(roles); i++)
    {
        struct drm_certificate subject = subject_of(roles[i]);
        struct drm_buffer bytes = {0};
        struct drm_chain chain;

        assert_int_equal(drm_authority_certify(fixture->authority, &subject, &bytes), DRM_S_OK);
        assert_int_equal(drm_chain_read(drm_buffer_span(&bytes), &chain), DRM_S_OK);
        assert_int_equal(chain.count, 3);
        assert_int_equal(drm_chain_verify(&chain, drm_authority_root(fixture->authority), roles[i], TEST_HOST_NOW),
                         DRM_S_OK);
        assert_string_equal(chain.certificates[0].name, "Somebody's player");
        assert_false(drm_id_is_zero(chain.certificates[0].serial));
        assert_int_equal(chain.certificates[0].not_before, TEST_HOST_NOW - DAY_MS);
        assert_int_equal(chain.certificates[0].not_after, TEST_HOST_NOW + 10 * YEAR_MS);
        drm_buffer_free(&bytes);
    }
    assert_int_equal(status_of(fixture->authority).certificates, 0); /* the record is of machines */
}

static void certify__issuer_stands_under_the_root(void **state)
{
    struct fixture *fixture = *state;
    struct drm_certificate subject = subject_of(DRM_ROLE_ISSUER);
    struct drm_buffer bytes = {0}, own;
    struct drm_chain chain;

    assert_int_equal(drm_authority_certify(fixture->authority, &subject, &bytes), DRM_S_OK);
    assert_int_equal(drm_chain_read(drm_buffer_span(&bytes), &chain), DRM_S_OK);
    assert_int_equal(chain.count, 2);
    assert_int_equal(chain.certificates[1].roles, DRM_ROLE_ROOT);
    assert_int_equal(drm_chain_verify(&chain, drm_authority_root(fixture->authority), DRM_ROLE_ISSUER, TEST_HOST_NOW),
                     DRM_S_OK);
    /* It is nothing else. */
    assert_int_equal(drm_chain_verify(&chain, drm_authority_root(fixture->authority), DRM_ROLE_ISSUE_LICENSES,
                                      TEST_HOST_NOW), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(chain.certificates[0].not_after, TEST_HOST_NOW + YEAR_MS);
    own = bytes;

    /* No key, no name, the authority's own name; something that could be sealed to it. */
    bytes = (struct drm_buffer){0};
    memset(subject.sign_key, 0, sizeof(subject.sign_key));
    assert_int_equal(drm_authority_certify(fixture->authority, &subject, &bytes), DRM_E_INVALID_ARGUMENT);
    subject = subject_of(DRM_ROLE_ISSUER);
    *subject.name = 0;
    assert_int_equal(drm_authority_certify(fixture->authority, &subject, &bytes), DRM_E_INVALID_ARGUMENT);
    strcpy(subject.name, chain.certificates[1].name);
    assert_int_equal(drm_authority_certify(fixture->authority, &subject, &bytes), DRM_E_INVALID_ARGUMENT);
    subject = subject_of(DRM_ROLE_ISSUER);
    subject.has_encrypt_key = true;
    assert_int_equal(drm_authority_certify(fixture->authority, &subject, &bytes), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(bytes.size, 0);
    drm_buffer_free(&own);
}

static void certify__keeps_what_the_caller_decided(void **state)
{
    struct fixture *fixture = *state;
    struct drm_certificate subject = subject_of(DRM_ROLE_DEVICE);
    struct drm_buffer bytes = {0};
    struct drm_chain chain;

    memset(subject.serial, 7, sizeof(subject.serial));
    memset(subject.subject, 9, sizeof(subject.subject));
    subject.not_before = TEST_HOST_NOW + 5;
    subject.not_after = TEST_HOST_NOW + 6;
    subject.security_level = 150;
    assert_int_equal(drm_authority_certify(fixture->authority, &subject, &bytes), DRM_S_OK);
    assert_int_equal(drm_chain_read(drm_buffer_span(&bytes), &chain), DRM_S_OK);
    assert_memory_equal(chain.certificates[0].serial, subject.serial, sizeof(subject.serial));
    assert_memory_equal(chain.certificates[0].subject, subject.subject, sizeof(subject.subject));
    assert_int_equal(chain.certificates[0].not_before, subject.not_before);
    assert_int_equal(chain.certificates[0].not_after, subject.not_after);
    assert_int_equal(chain.certificates[0].security_level, 150);
    drm_buffer_free(&bytes);
}

static void certify__nobody_becomes_a_machine_or_an_authority(void **state)
{
    static const uint32_t roles[] = {0, DRM_ROLE_ROOT, DRM_ROLE_CERTIFY, DRM_ROLE_SIGN_REVOCATION, DRM_ROLE_ANSWER,
                                     DRM_ROLE_ISSUE_LICENSES, DRM_ROLE_MACHINE, DRM_ROLE_MACHINE | DRM_ROLE_DEVICE,
                                     DRM_ROLE_APPLICATION | DRM_ROLE_DEVICE, DRM_ROLES_OF_CLIENTS,
                                     DRM_ROLE_ISSUER | DRM_ROLE_ISSUE_LICENSES, DRM_ROLE_ISSUER | DRM_ROLE_APPLICATION,
                                     0x400};
    struct fixture *fixture = *state;
    struct drm_buffer bytes = {0};

    for (size_t i = 0; i < COUNT(roles); i++)
    {
        struct drm_certificate subject = subject_of(roles[i]);

        assert_int_equal(drm_authority_certify(fixture->authority, &subject, &bytes), DRM_E_INVALID_ARGUMENT);
        assert_int_equal(bytes.size, 0);
    }
    {
        struct drm_certificate subject = subject_of(DRM_ROLE_DEVICE);

        subject.not_before = 10;
        subject.not_after = 9;
        assert_int_equal(drm_authority_certify(fixture->authority, &subject, &bytes), DRM_E_INVALID_ARGUMENT);
    }
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, authority_setup, authority_teardown)

int run_authority_administration_tests(void)
{
    const struct CMUnitTest tests[] = {
        ROW(publish__versions_never_fall),
        ROW(publish__component_is_named_and_replaced),
        ROW(publish__refused_component_changes_nothing),
        ROW(policy__is_told_to_machines),
        ROW(policy__parts_change_alone),
        ROW(policy__what_is_no_url_is_refused),
        ROW(machines__are_told_oldest_first),
        ROW(machines__may_be_revoked_while_they_are_told),
        ROW(certify__chain_ends_at_the_root),
        ROW(certify__issuer_stands_under_the_root),
        ROW(certify__keeps_what_the_caller_decided),
        ROW(certify__nobody_becomes_a_machine_or_an_authority),
    };

    return cmocka_run_group_tests_name("authority: administration", tests, NULL, NULL);
}
