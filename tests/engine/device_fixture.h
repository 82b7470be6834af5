/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the groups of the program test_device share. run_..._tests each run one group and return how many failed.
 */
#ifndef WMDRM_TESTS_DEVICE_FIXTURE_H
#define WMDRM_TESTS_DEVICE_FIXTURE_H

int run_device_message_tests(void);
int run_device_proximity_tests(void);
int run_device_registrar_tests(void);
int run_device_license_tests(void);
int run_device_forgery_tests(void);
int run_device_listener_tests(void);

#endif
