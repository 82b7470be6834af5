/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Licences with fixed values (test_license.h). */
#include "support/test_license.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

void test_bytes(const char *name, void *out, size_t size)
{
    uint8_t secret[DRM_SHA256_SIZE];

    drm_sha256(name, strlen(name), secret);
    assert_int_equal(drm_hkdf_expand(secret, drm_span("test", 4), out, size), DRM_S_OK);
}

void test_license_small(struct drm_license *out)
{
    memset(out, 0, sizeof(*out));
    test_bytes("small license", out->license_id, DRM_ID_SIZE);
    test_bytes("small key id", out->key_id, DRM_KEY_ID_SIZE);
    out->issued = TEST_NOW;
    out->terms.grant_count = 1;
    out->terms.grants[0] = (struct drm_grant){.right = DRM_RIGHT_PLAY, .count = DRM_COUNT_UNLIMITED};
}

void test_license_leaf(struct drm_license *out)
{
    test_license_small(out);
    memcpy(out->terms.uplink, out->key_id, DRM_KEY_ID_SIZE);
    out->terms.has_uplink = true;
    test_bytes("leaf license", out->license_id, DRM_ID_SIZE);
    test_bytes("leaf key id", out->key_id, DRM_KEY_ID_SIZE);
}

static void fill_terms(struct drm_terms *terms)
{
    terms->priority = 7;
    terms->not_before = TEST_NOW;
    terms->not_after = TEST_NOW + 30 * TEST_DAY;
    terms->rollback = DRM_ROLLBACK_DISABLE;
    terms->min_security = (struct drm_version){.major = 2, .minor = 10};
    terms->min_app_level = 1000;
    terms->min_revinfo = 3;
    terms->sap_required = true;
    terms->sap_level = 2;
    terms->metered = true;
    terms->has_outputs = true;
    terms->outputs = (struct drm_output_levels){.compressed_video = 400, .uncompressed_video = 300,
                                                .analog_video = 150, .compressed_audio = 200,
                                                .uncompressed_audio = 250, .copy = 100};
    terms->copy_included_count = 2;
    test_bytes("copy included", terms->copy_included, 2 * 16);
    terms->copy_excluded_count = 1;
    test_bytes("copy excluded", terms->copy_excluded, 16);
    terms->grant_count = 3;
    terms->grants[0] = (struct drm_grant){.right = DRM_RIGHT_PLAY, .count = 5, .hours = 48};
    terms->grants[1] = (struct drm_grant){.right = DRM_RIGHT_PLAY, .count = DRM_COUNT_UNLIMITED, .from = TEST_NOW,
                                          .until = TEST_NOW + TEST_DAY};
    terms->grants[2] = (struct drm_grant){.right = DRM_RIGHT_BACKUP, .count = DRM_COUNT_UNLIMITED};
}

void test_license_full(struct drm_license *out)
{
    memset(out, 0, sizeof(*out));
    test_bytes("full license", out->license_id, DRM_ID_SIZE);
    test_bytes("full key id", out->key_id, DRM_KEY_ID_SIZE);
    out->issued = TEST_NOW;
    out->options = DRM_LICENSE_NOT_PERSISTABLE | DRM_LICENSE_IMPORTED;
    snprintf(out->issuer, sizeof(out->issuer), "Les Archives \xc3\xa0 la carte");
    snprintf(out->url, sizeof(out->url), "https://licenses.example/acquire?id=1");
    snprintf(out->user_id, sizeof(out->user_id), "user@example.org");
    fill_terms(&out->terms);
    out->has_source_id = true;
    out->source_id = 258;
    out->inclusion_count = 3;
    test_bytes("inclusions", out->inclusions, 3 * 16);
    out->restriction_count = 2;
    test_bytes("restriction 1", out->restrictions[0].id, 16);
    out->restrictions[0].value = 3;
    test_bytes("restriction 2", out->restrictions[1].id, 16);
    out->restrictions[1].value = UINT32_MAX;
    out->has_metering_id = true;
    test_bytes("metering id", out->metering_id, 16);
    out->has_revocation_key = true;
    memcpy(out->revocation_key, test_key("revocation of licenses").public_key, DRM_SIGN_PUBLIC_SIZE);
}

void test_license_body(const struct drm_license *license, struct drm_buffer *out)
{
    assert_int_equal(drm_license_write_body(license, out), DRM_S_OK);
}

void test_license_alone(struct drm_span body, struct drm_span wrapped_key, uint8_t root[DRM_SHA256_SIZE],
                        struct drm_buffer *out)
{
    uint8_t leaf[1][DRM_SHA256_SIZE];
    struct drm_license_tree *tree;

    assert_int_equal(drm_license_leaf(body, wrapped_key, leaf[0]), DRM_S_OK);
    assert_int_equal(drm_license_tree_create((const uint8_t (*)[DRM_SHA256_SIZE])leaf, 1, &tree), DRM_S_OK);
    drm_license_tree_root(tree, root);
    assert_int_equal(drm_license_write(body, wrapped_key, tree, 0, out), DRM_S_OK);
    drm_license_tree_free(tree);
}

void test_assert_same_license(const struct drm_license *a, const struct drm_license *b)
{
    struct drm_buffer terms_a = {0}, terms_b = {0};

    assert_memory_equal(a->license_id, b->license_id, DRM_ID_SIZE);
    assert_memory_equal(a->key_id, b->key_id, DRM_KEY_ID_SIZE);
    assert_true(a->issued == b->issued);
    assert_int_equal(a->options, b->options);
    assert_string_equal(a->issuer, b->issuer);
    assert_string_equal(a->url, b->url);
    assert_string_equal(a->user_id, b->user_id);
    assert_int_equal(drm_terms_write(&a->terms, &terms_a), DRM_S_OK);
    assert_int_equal(drm_terms_write(&b->terms, &terms_b), DRM_S_OK);
    assert_true(drm_span_equal(drm_buffer_span(&terms_a), drm_buffer_span(&terms_b)));
    assert_int_equal(a->has_source_id, b->has_source_id);
    assert_int_equal(a->source_id, b->source_id);
    assert_int_equal(a->inclusion_count, b->inclusion_count);
    assert_memory_equal(a->inclusions, b->inclusions, sizeof(a->inclusions));
    assert_int_equal(a->restriction_count, b->restriction_count);
    for (size_t i = 0; i < a->restriction_count; i++)
    {
        assert_memory_equal(a->restrictions[i].id, b->restrictions[i].id, 16);
        assert_int_equal(a->restrictions[i].value, b->restrictions[i].value);
    }
    assert_int_equal(a->has_metering_id, b->has_metering_id);
    assert_memory_equal(a->metering_id, b->metering_id, 16);
    assert_int_equal(a->has_revocation_key, b->has_revocation_key);
    assert_memory_equal(a->revocation_key, b->revocation_key, DRM_SIGN_PUBLIC_SIZE);
    drm_buffer_free(&terms_b);
    drm_buffer_free(&terms_a);
}

struct drm_license_head test_license_head(const struct test_authority *authority, uint32_t count,
                                          const uint8_t root[DRM_SHA256_SIZE], struct drm_buffer *sealed)
{
    struct drm_license_head head = {
        .time = TEST_NOW,
        .version = DRM_VERSION_CURRENT,
        .list_versions = {1, 2, 3, 4, 5, 6},
        .count = count,
    };
    uint8_t key[DRM_AEAD_KEY_SIZE];

    test_bytes("response id", head.response_id, DRM_ID_SIZE);
    test_bytes("nonce", head.nonce, DRM_NONCE_SIZE);
    test_bytes("response key", key, sizeof(key));
    memcpy(head.machine_id, authority->machine.certificate.subject, DRM_ID_SIZE);
    memcpy(head.encrypt_key, authority->machine.certificate.encrypt_key, DRM_X25519_SIZE);
    memcpy(head.root, root, DRM_SHA256_SIZE);
    assert_int_equal(drm_response_key_seal(head.response_id, head.machine_id, head.encrypt_key, key, sealed),
                     DRM_S_OK);
    head.sealed_key = drm_buffer_span(sealed);
    return head;
}
