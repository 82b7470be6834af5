/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The groups of the program test_crypto. Each returns the number of its tests that failed.
 */
#ifndef WMDRM_TESTS_CRYPTO_TESTS_H
#define WMDRM_TESTS_CRYPTO_TESTS_H

int run_init_tests(void);
int run_hash_tests(void);
int run_sign_tests(void);
int run_hpke_tests(void);
int run_seal_tests(void);
int run_ctr_tests(void);
int run_export_tests(void);
int run_wipe_tests(void);

#endif
