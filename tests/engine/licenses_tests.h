/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The groups of the program test_client_licenses; each returns how many of its tests failed.
 */
#ifndef WMDRM_TESTS_LICENSES_TESTS_H
#define WMDRM_TESTS_LICENSES_TESTS_H

int run_licenses_local_tests(void);
int run_licenses_network_tests(void);
int run_licenses_store_tests(void);
int run_licenses_query_tests(void);
int run_licenses_enumerate_tests(void);
int run_licenses_remove_tests(void);
int run_licenses_held_tests(void);

#endif
