/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The groups of the program test_rights. Each returns the number of its tests that failed.
 */
#ifndef WMDRM_TESTS_RIGHTS_TESTS_H
#define WMDRM_TESTS_RIGHTS_TESTS_H

int run_rights_terms_tests(void);
int run_rights_state_tests(void);
int run_rights_action_tests(void);
int run_rights_aggregation_tests(void);

#endif
