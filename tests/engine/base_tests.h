/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The groups of the program test_base. Each returns the number of its tests that failed.
 */
#ifndef WMDRM_TESTS_BASE_TESTS_H
#define WMDRM_TESTS_BASE_TESTS_H

int run_bytes_tests(void);
int run_text_tests(void);
int run_log_tests(void);
int run_tlv_tests(void);
int run_tlv_random_tests(void);

#endif
