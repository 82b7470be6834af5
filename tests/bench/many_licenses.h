/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A store of many licences, and plain SQLite with the same rows, for benchmarks that ask.
 */
#ifndef WMDRM_TESTS_MANY_LICENSES_H
#define WMDRM_TESTS_MANY_LICENSES_H

#include <sqlite3.h>

#include "engine/host.h"
#include "engine/store/license_store.h"

/* The key id of licence number; those past the stored ones have none. */
void many_licenses_key_id(uint32_t number, uint8_t out[DRM_KEY_ID_SIZE]);

/* Fills the store of a folder, whose machine is individualized by the embedded authority, and "plain.db" beside it. */
void many_licenses_make(const char *folder, const struct drm_host *host, uint32_t count);
/* Stores one more, as a response of its own. */
void many_licenses_add(struct drm_store *store, uint32_t number);
struct drm_store *many_licenses_open(const char *folder, const struct drm_host *host);

/* The peer: one prepared query over an index. */
struct plain_licenses
{
    sqlite3 *database;
    sqlite3_stmt *select;
};
void plain_licenses_open(const char *folder, struct plain_licenses *out);
/* Reads terms and state of all licences of a key id; how many there are. */
unsigned int plain_licenses_ask(struct plain_licenses *plain, const uint8_t key_id[DRM_KEY_ID_SIZE]);
void plain_licenses_close(struct plain_licenses *plain);

#endif
