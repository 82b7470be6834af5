/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Licences and answers as short texts, so that the tests of rights are tables.
 *
 * Licences stand between '|', the highest priority first; each is a row of words:
 *   Play  Copy*5  Play*5/2  Play[10,20)  Play[10,)  Play[,20)  Play*5[10,20)  Play+24h
 *                         a grant: count, or count/remaining; window; hours after first use
 *   <10,20)               the window of the whole licence
 *   used=3                first used then
 *   sec=2.11 app=150 opl=300 in=7 out=9 metered outputs sap disable delete
 *                         (in, out: a technology of copies whose GUID is that byte again and again)
 *   marked deleted revoked rolled-back
 *   root(...;...)         it is a leaf, and these are its roots, written the same way, between ';'; uplink is one of
 *                         a licence whose roots are not given
 * Times are hours since 1970.
 */
#ifndef WMDRM_TESTS_RIGHTS_FIXTURE_H
#define WMDRM_TESTS_RIGHTS_FIXTURE_H

#include "engine/check.h"
#include "engine/rights/evaluate.h"

#define HOUR INT64_C(3600000)
#define FIXTURE_LICENSES 32

struct fixture_license
{
    struct drm_terms terms;
    struct drm_license_state state;
};

/* Keeps what the candidates point to. */
struct rights_fixture
{
    size_t used;
    struct fixture_license licenses[FIXTURE_LICENSES];
    struct drm_candidate roots[FIXTURE_LICENSES];
    size_t roots_used;
    size_t count;
    struct drm_candidate candidates[FIXTURE_LICENSES];
};

/* Fails the test for what it cannot read. */
void rights_fixture_read(struct rights_fixture *fixture, const char *text);

/* "time=12 sec=2.10 level=150 device=300 technology=7 min=2.11 bare"; bare: not individualized. Without a time it is
 * not known; without a level, it does not count; without a device there is none. */
void environment_read(const char *text, struct drm_environment *out);

/* "allowed", or the reasons' names in the order of their bits; not-enabled stands alone or not at all. */
#define REASONS_TEXT_SIZE 160
void reasons_write(uint32_t reasons, char out[REASONS_TEXT_SIZE]);

/* "COUNT 5", "FROM_UNTIL 10 20 vague outputs sap": category, counts, dates, flags. Also checks that what is not
 * counted is zero. */
#define STATE_TEXT_SIZE 200
void state_write(const struct drm_state_data *state, char out[STATE_TEXT_SIZE]);

#endif
