/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A host for tests of the engine: a clock that the test turns, a protector that it can break, a log that it can read,
 * a folder that is deleted in the end. Functions that assert are for the test's thread only; the host's own are not
 * among them.
 */
#ifndef WMDRM_TESTS_TEST_HOST_H
#define WMDRM_TESTS_TEST_HOST_H

#include <sqlite3.h>
#include <stdatomic.h>

#include "engine/host.h"

#define TEST_HOST_NOW INT64_C(1700000000000) /* what the clock says at first */
#define TEST_HOST_PATH_SIZE 600

struct test_host
{
    struct drm_host host;                /* without a transport */
    char directory[TEST_HOST_PATH_SIZE]; /* made by init, deleted with all that is in it by free */

    /* The clock stands still; the test moves it. */
    _Atomic int64_t now;
    _Atomic uint64_t monotonic;

    /* The protector. What it sealed under another user does not open (DRM_E_SECURE_STORE_UNLOCK_ERROR). */
    atomic_int user;
    atomic_int seal_result, unseal_result; /* drm_result that it fails with, if not DRM_S_OK */
    atomic_int seals, unseals;             /* calls that came */

    sqlite3_mutex *lock; /* guards: lines, kept */
    char *lines;         /* what was logged, each line with its end */
    size_t lines_size;

    /* What the protector remembers of numbers: outside of any folder. */
    atomic_int remember_result; /* that it fails with, if not DRM_S_OK */
    atomic_int remembered;      /* calls that came */
    struct test_kept_number
    {
        char name[64];
        uint64_t number;
    } kept[8];
};

void test_host_init(struct test_host *host);
void test_host_free(struct test_host *host);

/* The user's secret is lost: nothing that was sealed before opens again. */
void test_host_lose_secret(struct test_host *host);
bool test_host_logged(struct test_host *host, const char *part);

/* --- files, for the test's thread ------------------------------------------------------------------------- */

/* The path of a name in the host's folder; valid until the eighth call after it. */
const char *test_host_path(struct test_host *host, const char *name);
/* How many names in the folder begin and end so. name, if not NULL, gets the last of them, at most
 * TEST_HOST_PATH_SIZE bytes. */
unsigned int test_host_count(struct test_host *host, const char *begin, const char *end, char *name);

void test_file_write(const char *path, const void *data, size_t size);
/* All of it, on the heap. */
uint8_t *test_file_read(const char *path, size_t *size);
void test_file_resize(const char *path, uint64_t size);
bool test_file_exists(const char *path);
/* A folder in place of the file, which is deleted; and without it again. */
void test_folder_replace(const char *path);
void test_folder_remove(const char *path);

/* Runs SQL on a database that nobody has open. */
void test_database_execute(const char *path, const char *sql);

#endif
