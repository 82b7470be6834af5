/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Licences with fixed values, for tests of the formats. Functions assert; call them on the test's thread only.
 */
#ifndef WMDRM_TESTS_TEST_LICENSE_H
#define WMDRM_TESTS_TEST_LICENSE_H

#include "engine/format/license_response.h"
#include "support/test_authority.h"

/* Fills size bytes with what follows from name. */
void test_bytes(const char *name, void *out, size_t size);

/* One with no more than a licence must have, the right Play; one with everything that may stand in one; a leaf, whose
 * root is the small one. */
void test_license_small(struct drm_license *out);
void test_license_full(struct drm_license *out);
void test_license_leaf(struct drm_license *out);

/* Appends the body. */
void test_license_body(const struct drm_license *license, struct drm_buffer *out);

/* Appends a licence of this body and wrapped key, the only one of its response; its root goes to root. */
void test_license_alone(struct drm_span body, struct drm_span wrapped_key, uint8_t root[DRM_SHA256_SIZE],
                        struct drm_buffer *out);

/* Fails unless both say the same. */
void test_assert_same_license(const struct drm_license *a, const struct drm_license *b);

/* The head of a response for authority's machine: of count licences under root, its key sealed to key's X25519 half.
 * sealed holds its sealed_key. */
struct drm_license_head test_license_head(const struct test_authority *authority, uint32_t count,
                                          const uint8_t root[DRM_SHA256_SIZE], struct drm_buffer *sealed);

#endif
