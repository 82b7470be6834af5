/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Issuers that are not the authority: what they make opens on the machine that it is for, and what they may not make is
 * refused there, however it is signed.
 */
#include "engine/authority/issuer.h"
#include "engine/format/license_response.h"
#include "engine/licenses_fixture.h"

#include <stdlib.h>

struct third_party
{
    struct test_signer signer;
    struct drm_buffer chain;       /* with the root's certificate, as the authority hands it out */
    struct test_authority acting;  /* the issuer's authority, with its key in the place of the authority's own */
    struct drm_issuer issuer;
};

static void certify(const struct test_authority *authority, uint32_t role, int64_t not_after, struct third_party *out)
{
    memset(out, 0, sizeof(*out));
    out->signer.key = test_key("somebody's ripper");
    out->signer.certificate = test_certificate("somebody's ripper", role, &out->signer.key);
    if (not_after)
        out->signer.certificate.not_after = not_after;
    test_certify(&out->signer.certificate, &authority->root.key, &out->signer.encoded);
    test_chain(&out->signer.chain, 1, &out->signer.encoded);
    test_chain(&out->chain, 2, &out->signer.encoded, &authority->root.encoded);
    out->acting = *authority;
    out->acting.issue = out->signer;
    out->issuer = (struct drm_issuer){.seed = out->signer.key.seed, .chain = drm_buffer_span(&out->chain)};
}

static void third_party_free(struct third_party *party)
{
    drm_buffer_free(&party->signer.encoded);
    drm_buffer_free(&party->signer.chain);
    drm_buffer_free(&party->chain);
}

static struct drm_issuer_license order_of(uint32_t key_id, const char *rights)
{
    struct drm_issuer_license order = {.rights = rights};

    number_key_id(key_id, order.key_id);
    memset(order.content_key, (int)key_id, sizeof(order.content_key));
    return order;
}

static drm_result make(const struct third_party *party, const struct test_authority *machines,
                       const struct drm_issuer_license *orders, size_t count, struct drm_buffer *out)
{
    return drm_issuer_make_licenses(&party->issuer, drm_buffer_span(&machines->machine.chain), TEST_NOW, orders, count,
                                    out);
}

static void check_key(struct issued *issued, uint32_t key_id, drm_result expected)
{
    const struct drm_license_request_filter filter = {.key_id = number_key_id_text(key_id)};
    uint8_t key[DRM_CONTENT_KEY_SIZE] = {0}, wanted[DRM_CONTENT_KEY_SIZE];
    struct drm_enumeration *enumeration;

    memset(wanted, (int)key_id, sizeof(wanted));
    assert_int_equal(drm_client_enumerate(issued->client, &filter, &enumeration), DRM_S_OK);
    assert_int_equal(drm_enumeration_use(enumeration, key), expected);
    if (DRM_SUCCEEDED(expected))
        assert_memory_equal(key, wanted, sizeof(key));
    drm_enumeration_free(enumeration);
}

/* --- what they make ------------------------------------------------------------------------------------------- */

static void issuer__licences_open_on_the_machine(void **state)
{
    struct issued *issued = *state;
    struct third_party party;
    const struct drm_issuer_license orders[] = {
        order_of(1, "Play(count=2); imported=yes"), order_of(2, "Play; issuer=\"somebody's ripper\""),
        order_of(3, "Play; Copy(count=1); url=\"https://elsewhere.test/\"")};
    struct drm_enumeration *enumeration;
    const struct drm_license *license;
    struct drm_buffer text = {0};

    certify(&issued->issuer, DRM_ROLE_ISSUER, 0, &party);
    assert_int_equal(make(&party, &issued->issuer, orders, COUNT(orders), &text), DRM_S_OK);
    assert_int_equal(drm_client_store_response(issued->client, drm_buffer_span(&text)), DRM_S_OK);
    assert_int_equal(drm_client_store_response(issued->client, drm_buffer_span(&text)), DRM_S_OK);
    assert_int_equal(count_licenses(issued->client, 0), 3);
    issued_reopen(issued, 1);
    for (uint32_t i = 1; i <= 3; i++)
        check_key(issued, i, DRM_S_OK);
    check_key(issued, 1, DRM_S_OK);
    check_key(issued, 1, DRM_E_LICENSE_UNUSABLE); /* the count is a count here too */

    /* A key id without a licence of the same name begins nothing: it is a licence like any other. */
    assert_int_equal(drm_client_enumerate(issued->client, &(struct drm_license_request_filter){
                                              .key_id = number_key_id_text(3)}, &enumeration), DRM_S_OK);
    assert_int_equal(drm_enumeration_get(enumeration, &license), DRM_S_OK);
    assert_string_equal(license->issuer, "somebody's ripper");
    assert_string_equal(license->url, "https://elsewhere.test/");
    assert_false(license->has_revocation_key);
    assert_int_equal(license->issued, TEST_NOW);
    drm_enumeration_free(enumeration);
    drm_buffer_free(&text);
    third_party_free(&party);
}

static void issuer__goes_on_when_its_certificate_has_expired(void **state)
{
    struct issued *issued = *state;
    struct third_party party;
    const struct drm_issuer_license order = order_of(1, "Play");
    struct drm_buffer text = {0};

    certify(&issued->issuer, DRM_ROLE_ISSUER, TEST_NOW + 10, &party);
    assert_int_equal(make(&party, &issued->issuer, &order, 1, &text), DRM_S_OK);
    assert_int_equal(drm_client_store_response(issued->client, drm_buffer_span(&text)), DRM_S_OK);
    issued->host.now = TEST_NOW + 10; /* what was stored before stays good */
    check_key(issued, 1, DRM_S_OK);
    third_party_free(&party);
    drm_buffer_free(&text);
}

static void issuer__clock_is_not_the_machines(void **state)
{
    struct issued *issued = *state;
    struct third_party party;
    struct drm_license license;
    struct response_order order = {.licenses = &license, .count = 1, .time = TEST_NOW + TEST_DAY / 2};
    uint8_t id[DRM_ID_SIZE];

    certify(&issued->issuer, DRM_ROLE_ISSUER, 0, &party);
    number_key_id(500, id);
    order.signer = &party.acting;
    order.response_id = id;
    issue_license(&license, 1, 1, "Play(until=2033-01-01)");
    strcpy(license.issuer, party.signer.certificate.name);
    drm_issuer_license_id(party.signer.key.public_key, id, 0, license.license_id);
    assert_int_equal(store_order(issued->client, &order), DRM_S_OK);
    /* Half a day ahead: had it been believed, the system's clock would be behind, and rights with a time would wait. */
    assert_int_equal(refusal(issued->client, 1, DRM_RIGHT_PLAY), DRM_ALLOWED);

    /* The authority's own does set it. */
    order.signer = &issued->issuer;
    order.response_id = NULL;
    issue_license(&license, 2, 2, "Play(until=2033-01-01)");
    assert_int_equal(store_order(issued->client, &order), DRM_S_OK);
    assert_int_equal(refusal(issued->client, 1, DRM_RIGHT_PLAY), DRM_REFUSED_NOT_ENABLED | DRM_REFUSED_NO_CLOCK);
    third_party_free(&party);
}

/* --- what they cannot make ------------------------------------------------------------------------------------ */

static void make__refuses_what_is_not_the_issuers(void **state)
{
    struct issued *issued = *state;
    const struct drm_issuer_license good = order_of(1, "Play");
    static const char *const rights[] = {"", "Play(", "Play; uplink=WlpaWlpaWlpaWlpaWlpaWg==", "Play; issuer=issuer",
                                         "Play; issuer=\"issuer issue\""};
    struct third_party party, other;
    struct drm_buffer text = {0};

    certify(&issued->issuer, DRM_ROLE_ISSUER, 0, &party);
    assert_int_equal(make(&party, &issued->other, &good, 1, &text), DRM_E_INVALID_MACHINE);
    assert_int_equal(make(&party, &issued->issuer, &good, 0, &text), DRM_E_INVALID_ARGUMENT);
    for (size_t i = 0; i < COUNT(rights); i++)
    {
        const struct drm_issuer_license orders[] = {good, order_of(2, rights[i])};

        assert_int_equal(make(&party, &issued->issuer, orders, 2, &text), DRM_E_INVALID_ARGUMENT);
    }
    /* No machine's: the root alone, an issuer's. */
    assert_int_equal(drm_issuer_make_licenses(&party.issuer, drm_buffer_span(&issued->issuer.root.chain), TEST_NOW,
                                              &good, 1, &text), DRM_E_INVALID_MACHINE);
    assert_int_equal(drm_issuer_make_licenses(&party.issuer, drm_buffer_span(&party.chain), TEST_NOW, &good, 1, &text),
                     DRM_E_INVALID_MACHINE);
    assert_int_equal(drm_issuer_make_licenses(&party.issuer, drm_span("no chain", 8), TEST_NOW, &good, 1, &text),
                     DRM_E_INVALID_MACHINE);
    /* Not valid any more, and not yet. */
    assert_int_equal(drm_issuer_make_licenses(&party.issuer, drm_buffer_span(&issued->issuer.machine.chain),
                                              TEST_NOW + TEST_DAY, &good, 1, &text), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(drm_issuer_make_licenses(&party.issuer, drm_buffer_span(&issued->issuer.machine.chain),
                                              TEST_NOW - 2 * TEST_DAY, &good, 1, &text), DRM_E_INVALID_CERTIFICATE);
    /* Another key than the certificate's. */
    party.issuer.seed = issued->issuer.issue.key.seed;
    assert_int_equal(make(&party, &issued->issuer, &good, 1, &text), DRM_E_KEY_ERROR);
    party.issuer.seed = party.signer.key.seed;
    /* A chain without its root, and one that is no issuer's. */
    party.issuer.chain = drm_buffer_span(&party.signer.chain);
    assert_int_equal(make(&party, &issued->issuer, &good, 1, &text), DRM_E_INVALID_CERTIFICATE);
    certify(&issued->issuer, DRM_ROLE_ISSUE_LICENSES, 0, &other);
    assert_int_equal(make(&other, &issued->issuer, &good, 1, &text), DRM_E_INVALID_CERTIFICATE);
    third_party_free(&other);
    certify(&issued->issuer, DRM_ROLE_ISSUER, 0, &other);
    other.chain.data[other.signer.encoded.size] ^= 1; /* in the signature */
    assert_int_equal(make(&other, &issued->issuer, &good, 1, &text), DRM_E_SIGNATURE_FAILURE);
    third_party_free(&other);
    assert_int_equal(text.size, 0);
    third_party_free(&party);
}

/* --- what machines refuse ------------------------------------------------------------------------------------- */

static void store__issuer_speaks_for_itself_alone(void **state)
{
    struct issued *issued = *state;
    struct third_party party;
    struct drm_license license;
    struct response_order order = {.licenses = &license, .count = 1};
    uint8_t id[DRM_ID_SIZE];

    certify(&issued->issuer, DRM_ROLE_ISSUER, 0, &party);
    number_key_id(501, id);
    order.signer = &party.acting;
    order.response_id = id;

    /* Nobody's, the authority's, its own but a letter. */
    issue_license(&license, 1, 1, "Play");
    drm_issuer_license_id(party.signer.key.public_key, id, 0, license.license_id);
    assert_int_equal(store_order(issued->client, &order), DRM_E_INVALID_LICENSE_ACQUIRED);
    strcpy(license.issuer, issued->issuer.issue.certificate.name);
    assert_int_equal(store_order(issued->client, &order), DRM_E_INVALID_LICENSE_ACQUIRED);
    strcpy(license.issuer, "somebody's rippe");
    assert_int_equal(store_order(issued->client, &order), DRM_E_INVALID_LICENSE_ACQUIRED);

    /* An id that it chose, such as that of a licence which the authority gave, and one of another place. */
    strcpy(license.issuer, party.signer.certificate.name);
    license.license_id[0] ^= 1;
    assert_int_equal(store_order(issued->client, &order), DRM_E_INVALID_LICENSE);
    drm_issuer_license_id(party.signer.key.public_key, id, 1, license.license_id);
    assert_int_equal(store_order(issued->client, &order), DRM_E_INVALID_LICENSE);
    drm_issuer_license_id(issued->issuer.issue.key.public_key, id, 0, license.license_id);
    assert_int_equal(store_order(issued->client, &order), DRM_E_INVALID_LICENSE);
    assert_int_equal(count_licenses(issued->client, 0), 0);

    drm_issuer_license_id(party.signer.key.public_key, id, 0, license.license_id);
    assert_int_equal(store_order(issued->client, &order), DRM_S_OK);
    third_party_free(&party);
}

static void store__only_issuers_under_the_root(void **state)
{
    struct issued *issued = *state;
    const struct drm_issuer_license good = order_of(1, "Play");
    static const uint32_t roles[] = {DRM_ROLE_CERTIFY, DRM_ROLE_ANSWER, DRM_ROLE_APPLICATION, DRM_ROLE_MACHINE};
    struct drm_license license;
    struct response_order order = {.licenses = &license, .count = 1};
    struct drm_buffer text = {0};
    struct third_party party;

    issue_license(&license, 1, 1, "Play");
    for (size_t i = 0; i < COUNT(roles); i++)
    {
        certify(&issued->issuer, roles[i], 0, &party);
        order.signer = &party.acting;
        assert_int_equal(store_order(issued->client, &order), DRM_E_INVALID_CERTIFICATE);
        third_party_free(&party);
    }
    /* Certified by the key that certifies machines. */
    certify(&issued->issuer, DRM_ROLE_ISSUER, 0, &party);
    drm_buffer_free(&party.signer.encoded);
    drm_buffer_free(&party.signer.chain);
    test_certify(&party.signer.certificate, &issued->issuer.certify.key, &party.signer.encoded);
    test_chain(&party.signer.chain, 2, &party.signer.encoded, &issued->issuer.certify.encoded);
    party.acting.issue = party.signer;
    order.signer = &party.acting;
    assert_int_equal(store_order(issued->client, &order), DRM_E_INVALID_CERTIFICATE);
    third_party_free(&party);
    /* Of an authority that this machine does not believe. */
    certify(&issued->other, DRM_ROLE_ISSUER, 0, &party);
    assert_int_equal(make(&party, &issued->other, &good, 1, &text), DRM_S_OK);
    assert_int_equal(drm_client_store_response(issued->client, drm_buffer_span(&text)), DRM_E_INVALID_CERTIFICATE);
    third_party_free(&party);
    assert_int_equal(count_licenses(issued->client, 0), 0);
    drm_buffer_free(&text);
}

static void store__expired_issuer_cannot_date_back(void **state)
{
    struct issued *issued = *state;
    const struct drm_issuer_license good = order_of(1, "Play");
    struct drm_license license;
    struct response_order order = {.licenses = &license, .count = 1, .time = TEST_NOW + 10};
    struct drm_buffer text = {0};
    struct third_party party;

    certify(&issued->issuer, DRM_ROLE_ISSUER, TEST_NOW + 10, &party);
    assert_int_equal(make(&party, &issued->issuer, &good, 1, &text), DRM_S_OK);
    /* It says itself that it is too late; or it lies, and the machine's clock knows. */
    issue_license(&license, 1, 1, "Play");
    order.signer = &party.acting;
    assert_int_equal(store_order(issued->client, &order), DRM_E_INVALID_CERTIFICATE);
    issued->host.now = TEST_NOW + 10;
    assert_int_equal(drm_client_store_response(issued->client, drm_buffer_span(&text)), DRM_E_INVALID_CERTIFICATE);
    assert_int_equal(count_licenses(issued->client, 0), 0);
    issued->host.now = TEST_NOW + 9;
    assert_int_equal(drm_client_store_response(issued->client, drm_buffer_span(&text)), DRM_S_OK);
    drm_buffer_free(&text);
    third_party_free(&party);
}

static void store__revoked_issuer_gives_nothing_more(void **state)
{
    struct issued *issued = *state;
    const struct test_signer *signer = &issued->issuer.revocation;
    const struct drm_issuer_license first = order_of(1, "Play"), second = order_of(2, "Play");
    struct drm_revocation_head head = {.type = DRM_REVOCATION_GRL, .version = 2, .issued = TEST_NOW};
    struct drm_buffer list = {0}, texts[2] = {{0}, {0}};
    struct third_party party;

    certify(&issued->issuer, DRM_ROLE_ISSUER, 0, &party);
    assert_int_equal(make(&party, &issued->issuer, &first, 1, &texts[0]), DRM_S_OK);
    assert_int_equal(make(&party, &issued->issuer, &second, 1, &texts[1]), DRM_S_OK);
    assert_int_equal(drm_client_store_response(issued->client, drm_buffer_span(&texts[0])), DRM_S_OK);
    assert_int_equal(drm_revocation_list_write(&head, party.signer.certificate.id, 1, signer->key.seed,
                                               drm_buffer_span(&signer->chain), &list), DRM_S_OK);
    assert_int_equal(drm_client_set_revocation_list(issued->client, DRM_REVOCATION_GRL, drm_buffer_span(&list)),
                     DRM_S_OK);
    assert_int_equal(drm_client_store_response(issued->client, drm_buffer_span(&texts[1])), DRM_E_CERTIFICATE_REVOKED);
    assert_int_equal(count_licenses(issued->client, 2), 0);
    check_key(issued, 1, DRM_S_OK); /* what the owner has stays his */
    for (size_t i = 0; i < 2; i++)
        drm_buffer_free(&texts[i]);
    drm_buffer_free(&list);
    third_party_free(&party);
}

static void store__altered_licence_is_refused(void **state)
{
    static const enum spoiling ways[] = {BODY_ALTERED, HEAD_ALTERED, RESIGNED};
    struct issued *issued = *state;
    struct drm_license license;
    struct response_order order = {.licenses = &license, .count = 1};
    struct third_party party;
    uint8_t id[DRM_ID_SIZE];

    certify(&issued->issuer, DRM_ROLE_ISSUER, 0, &party);
    number_key_id(502, id);
    order.signer = &party.acting;
    order.response_id = id;
    issue_license(&license, 1, 1, "Play");
    strcpy(license.issuer, party.signer.certificate.name);
    drm_issuer_license_id(party.signer.key.public_key, id, 0, license.license_id);
    for (size_t i = 0; i < COUNT(ways); i++)
    {
        order.spoiling = ways[i];
        assert_int_equal(store_order(issued->client, &order), DRM_E_SIGNATURE_FAILURE);
    }
    assert_int_equal(count_licenses(issued->client, 0), 0);
    third_party_free(&party);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, issued_setup, issued_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(issuer__licences_open_on_the_machine),
        ROW(issuer__goes_on_when_its_certificate_has_expired),
        ROW(issuer__clock_is_not_the_machines),
        ROW(make__refuses_what_is_not_the_issuers),
        ROW(store__issuer_speaks_for_itself_alone),
        ROW(store__only_issuers_under_the_root),
        ROW(store__expired_issuer_cannot_date_back),
        ROW(store__revoked_issuer_gives_nothing_more),
        ROW(store__altered_licence_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
