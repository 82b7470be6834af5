/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A file layer under SQLite that ends the process, or fails, at a chosen call: for tests of killed processes and of
 * full and broken disks. Linux only.
 *
 * It stands over SQLite's own ("unix") as the default one, so that everything that the engine writes goes through it:
 * databases, their logs, the shared index of a log, and the files beside them (engine/database/file.c).
 *
 * Counted are the calls that change what is on the disk or what other processes see: the making of a file, write,
 * truncate, sync, delete, growth of a log's index, and the barriers between the writes to that index, which is mapped
 * memory.
 */
#ifndef WMDRM_TESTS_KILL_VFS_H
#define WMDRM_TESTS_KILL_VFS_H

#include <stdbool.h>
#include <stdint.h>

/* The status of a process that was ended here. Where the call has no halves, the state is that before the next call. */
#define KILL_VFS_EXIT 86
#define KILL_VFS_NO_HALVES 87

enum kill_vfs_mode
{
    KILL_VFS_COUNT,     /* nothing happens */
    KILL_VFS_BEFORE,    /* the process ends before the call */
    KILL_VFS_HALFWAY,   /* it ends when half of a write is done; KILL_VFS_NO_HALVES after a call that has none */
    KILL_VFS_FAIL_ONCE, /* the call fails, the next ones work */
    KILL_VFS_FAIL_ON,   /* the call and all after it fail */
};

enum kill_vfs_cause
{
    KILL_VFS_DISK_FULL, /* what needs room fails: SQLITE_FULL, or a failure with ENOSPC; truncate and delete work */
    KILL_VFS_BROKEN,    /* everything fails: SQLITE_IOERR_WRITE, SQLITE_IOERR_FSYNC and so on, with EIO */
};

struct kill_vfs_plan
{
    enum kill_vfs_mode mode;
    enum kill_vfs_cause cause;
    uint64_t call; /* the first is 1 */
};

/* Makes it the default file layer of this process; again: changes the plan, and counts from the beginning. */
bool kill_vfs_install(const struct kill_vfs_plan *plan);
/* The calls since then. */
uint64_t kill_vfs_calls(void);
/* How many of them failed. */
uint64_t kill_vfs_failures(void);
/* SQLite's own becomes the default one again. No file may be open through this one. */
void kill_vfs_remove(void);

#endif
