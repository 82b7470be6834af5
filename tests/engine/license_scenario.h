/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What changes licences in a store, to be killed and failed at every write, and what then stands in the store.
 */
#ifndef WMDRM_TESTS_LICENSE_SCENARIO_H
#define WMDRM_TESTS_LICENSE_SCENARIO_H

#include "kill_scenario.h"

extern const struct kill_scenario license_scenarios[];
extern const size_t license_scenario_count;

/*
 * All that the store knows of licences, as text: each row with its state, body and response, and the challenges.
 * Appended. Prints what is wrong and returns false where the store does not open, does not prove whole, or has a row
 * that it did not write.
 */
bool license_dump(const char *directory, struct plain_host *host, struct drm_buffer *out);

#endif
