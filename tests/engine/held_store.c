/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A held store (held_store.h). */
#include "held_store.h"

#include <sqlite3.h>
#include <stdatomic.h>

#include "check.h"

static sqlite3 *holder;
static atomic_uint waits;
static int (*wait_really)(sqlite3_vfs *, int);

static int count_wait(sqlite3_vfs *vfs, int microseconds)
{
    (void)vfs;
    atomic_fetch_add(&waits, 1);
    return microseconds;
}

void held_store_begin(const char *path, bool wholly)
{
    const char *sql = wholly ? "PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE" : "BEGIN IMMEDIATE";
    sqlite3_vfs *vfs = sqlite3_vfs_find(NULL);

    assert_int_equal(sqlite3_open(path, &holder), SQLITE_OK);
    assert_int_equal(sqlite3_exec(holder, sql, NULL, NULL, NULL), SQLITE_OK);
    atomic_store(&waits, 0);
    wait_really = vfs->xSleep;
    vfs->xSleep = count_wait;
}

unsigned int held_store_end(void)
{
    sqlite3_vfs_find(NULL)->xSleep = wait_really;
    assert_int_equal(sqlite3_close(holder), SQLITE_OK);
    return atomic_load(&waits);
}
