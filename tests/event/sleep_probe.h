/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tells the test that a thread waits in GetEvent. The probe stands where the import of SleepConditionVariableCS would:
 * it signals, and then sleeps as asked. Since the thread holds the generator's lock until it really sleeps, every call
 * into the generator that the test makes after the signal finds it asleep. No time is involved.
 */
#ifndef WMDRM_TESTS_SLEEP_PROBE_H
#define WMDRM_TESTS_SLEEP_PROBE_H

#include <windows.h>

/* From now on each sleep of this thread on a condition variable signals asleep first. */
void sleep_probe_attach(HANDLE asleep);

#endif
