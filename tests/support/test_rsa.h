/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * An application's RSA key of 1024 bits, and its private side.
 */
#ifndef WMDRM_TESTS_TEST_RSA_H
#define WMDRM_TESTS_TEST_RSA_H

#include "engine/crypto/rsa.h"

#define TEST_RSA_SIZE 128

void test_rsa_key(struct drm_rsa_key *out);

/* RSAES-OAEP as drm_rsa_encrypt has it; anything else fails the test. Returns the size of the message. */
size_t test_rsa_decrypt(const uint8_t encrypted[TEST_RSA_SIZE], uint8_t out[TEST_RSA_SIZE]);

#endif
