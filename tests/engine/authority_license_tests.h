/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The groups of the program test_authority_licenses. Each returns the number of tests that failed.
 */
#ifndef WMDRM_TESTS_AUTHORITY_LICENSE_TESTS_H
#define WMDRM_TESTS_AUTHORITY_LICENSE_TESTS_H

/* A test that gets a fixture with a new authority. */
#define AUTHORITY_TEST(name) cmocka_unit_test_setup_teardown(name, authority_setup, authority_teardown)

int run_authority_issuing_tests(void);
int run_authority_refusing_tests(void);
int run_authority_removal_tests(void);

#endif
