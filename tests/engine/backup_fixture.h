/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the groups of the program test_backup share: a machine with an embedded authority that issues to it, a folder
 * for its backups, and operations that write down what they report. The machine becomes another one when its store is
 * wiped: the authority stays.
 */
#ifndef WMDRM_TESTS_BACKUP_FIXTURE_H
#define WMDRM_TESTS_BACKUP_FIXTURE_H

#include "engine/authority/contents.h"
#include "engine/client/licenses.h"
#include "engine/client_fixture.h"

#define BACKUP_MAX_EVENTS 2100

struct backup_fixture
{
    struct fixture machine;
    struct test_host place;      /* its folder is that of the backup */
};

int backup_setup(void **state);
int backup_teardown(void **state);

/* Adds content of this number, with rights as text. */
void backup_add_content(struct backup_fixture *fixture, uint32_t number, const char *rights);
/* The same as a leaf of content root. */
void backup_add_leaf(struct backup_fixture *fixture, uint32_t number, uint32_t root, const char *rights);
/* Acquires a licence of it. */
void backup_acquire(struct backup_fixture *fixture, uint32_t number);
/* Uses a licence of it once, for Play. */
drm_result backup_play(struct backup_fixture *fixture, uint32_t number);
uint32_t backup_refusal(struct backup_fixture *fixture, uint32_t number, enum drm_right right);
size_t backup_count_licenses(struct backup_fixture *fixture);
void backup_delete_license(struct backup_fixture *fixture, uint32_t number);

/* Deletes the machine's store; new_machine: and gives it an identity, which is another machine's. */
void backup_wipe(struct backup_fixture *fixture, bool new_machine);

/* --- operations ------------------------------------------------------------------------------------------- */

struct backup_run
{
    unsigned int cancel_at, polls;
    size_t event_count;
    enum drm_backup_status events[BACKUP_MAX_EVENTS];
    char texts[BACKUP_MAX_EVENTS][64];
};

/* run may be NULL; cancel_at: NEVER, or at which question it is cancelled. Check that what is reported is in order. */
drm_result backup_make(struct backup_fixture *fixture, bool overwrite, unsigned int cancel_at, struct backup_run *run);
drm_result backup_restore(struct backup_fixture *fixture, bool individualize, unsigned int cancel_at,
                          struct backup_run *run);
/* The same in another folder. */
drm_result backup_make_in(struct backup_fixture *fixture, const char *directory, struct backup_run *run);
drm_result backup_restore_from(struct backup_fixture *fixture, const char *directory, struct backup_run *run);
size_t backup_count_events(const struct backup_run *run, enum drm_backup_status status);

/* The path of the backup. */
const char *backup_path(struct backup_fixture *fixture);

/* Has the authority certify an issuer, and stores a licence of it for this machine; *id: of its certificate. */
void backup_add_issuers_license(struct backup_fixture *fixture, struct drm_authority *authority,
                                uint8_t id[DRM_SHA256_SIZE]);

#endif
