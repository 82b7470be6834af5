/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A file layer that kills and fails (kill_vfs.h). */
#include "support/kill_vfs.h"

#include <errno.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

struct kill_file
{
    sqlite3_file base;
    int last_error;        /* of a failure that was made here; 0: ask the real one */
    sqlite3_file real[]; /* SQLite's own, as large as it says */
};

static struct kill_vfs_plan plan;
static uint64_t calls, failures;
static sqlite3_vfs *real_vfs;

/* --- what happens at a call ------------------------------------------------------------------------------- */

enum verdict
{
    GO_ON,
    END_HERE,
    FAIL,
};

/* file: whose call it is; NULL for none of an open file. */
static enum verdict judge(sqlite3_file *file, bool needs_room)
{
    calls++;
    switch (plan.mode)
    {
    case KILL_VFS_BEFORE:
        if (calls == plan.call)
            _exit(KILL_VFS_EXIT);
        return GO_ON;
    case KILL_VFS_HALFWAY:
        return calls == plan.call ? END_HERE : GO_ON;
    case KILL_VFS_FAIL_ONCE:
    case KILL_VFS_FAIL_ON:
        if (calls < plan.call || (plan.mode == KILL_VFS_FAIL_ONCE && calls > plan.call)
            || (plan.cause == KILL_VFS_DISK_FULL && !needs_room))
            return GO_ON;
        failures++;
        errno = plan.cause == KILL_VFS_DISK_FULL ? ENOSPC : EIO;
        if (file)
            ((struct kill_file *)file)->last_error = errno;
        return FAIL;
    default:
        return GO_ON;
    }
}

/* What is returned for the call's own code, which has been made unless the verdict was FAIL. */
static int conclude(enum verdict verdict, int code)
{
    if (verdict == END_HERE)
        _exit(KILL_VFS_NO_HALVES);
    return code;
}

/* --- files ------------------------------------------------------------------------------------------------ */

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((struct kill_file *)file)->real;
}

static int file_close(sqlite3_file *file)
{
    return real_of(file)->pMethods->xClose(real_of(file));
}

static int file_read(sqlite3_file *file, void *out, int size, sqlite3_int64 offset)
{
    return real_of(file)->pMethods->xRead(real_of(file), out, size, offset);
}

static int file_write(sqlite3_file *file, const void *data, int size, sqlite3_int64 offset)
{
    enum verdict verdict = judge(file, true);

    if (verdict == FAIL)
        return plan.cause == KILL_VFS_DISK_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
    if (verdict == END_HERE && size > 1)
    {
        (void)real_of(file)->pMethods->xWrite(real_of(file), data, size / 2, offset);
        _exit(KILL_VFS_EXIT);
    }
    return conclude(verdict, real_of(file)->pMethods->xWrite(real_of(file), data, size, offset));
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    enum verdict verdict = judge(file, false);

    return verdict == FAIL ? SQLITE_IOERR_TRUNCATE
                           : conclude(verdict, real_of(file)->pMethods->xTruncate(real_of(file), size));
}

/* A flush on a full disk may fail too: room for what was written is often sought only then. */
static int file_sync(sqlite3_file *file, int flags)
{
    enum verdict verdict = judge(file, true);

    return verdict == FAIL ? SQLITE_IOERR_FSYNC
                           : conclude(verdict, real_of(file)->pMethods->xSync(real_of(file), flags));
}

static int file_size(sqlite3_file *file, sqlite3_int64 *out)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), out);
}

static int file_lock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int file_unlock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int file_check_reserved_lock(sqlite3_file *file, int *out)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), out);
}

static int file_control(sqlite3_file *file, int operation, void *argument)
{
    int last_error = ((struct kill_file *)file)->last_error;

    if (operation == SQLITE_FCNTL_LAST_ERRNO && last_error)
    {
        *(int *)argument = last_error;
        return SQLITE_OK;
    }
    return real_of(file)->pMethods->xFileControl(real_of(file), operation, argument);
}

static int file_sector_size(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int file_device_characteristics(sqlite3_file *file)
{
    return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int file_shm_map(sqlite3_file *file, int region, int size, int extend, void volatile **out)
{
    enum verdict verdict = extend ? judge(file, true) : GO_ON;

    if (verdict == FAIL)
    {
        *out = NULL;
        return SQLITE_IOERR_SHMSIZE;
    }
    return conclude(verdict, real_of(file)->pMethods->xShmMap(real_of(file), region, size, extend, out));
}

static int file_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}

/* The only calls between two writes to the index of a log. They cannot fail. */
static void file_shm_barrier(sqlite3_file *file)
{
    if (plan.mode == KILL_VFS_BEFORE || plan.mode == KILL_VFS_HALFWAY)
        (void)conclude(judge(file, false), SQLITE_OK);
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int file_shm_unmap(sqlite3_file *file, int delete)
{
    enum verdict verdict = delete ? judge(file, false) : GO_ON;

    /* Nobody looks at its failure. */
    return conclude(verdict, real_of(file)->pMethods->xShmUnmap(real_of(file), delete && verdict != FAIL));
}

static int file_fetch(sqlite3_file *file, sqlite3_int64 offset, int size, void **out)
{
    return real_of(file)->pMethods->xFetch(real_of(file), offset, size, out);
}

static int file_unfetch(sqlite3_file *file, sqlite3_int64 offset, void *memory)
{
    return real_of(file)->pMethods->xUnfetch(real_of(file), offset, memory);
}

static const sqlite3_io_methods kill_methods = {
    .iVersion = 3,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_reserved_lock,
    .xFileControl = file_control,
    .xSectorSize = file_sector_size,
    .xDeviceCharacteristics = file_device_characteristics,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
    .xFetch = file_fetch,
    .xUnfetch = file_unfetch,
};

/* --- the layer -------------------------------------------------------------------------------------------- */

static int vfs_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
    struct kill_file *opened = (struct kill_file *)file;
    bool creates = (flags & SQLITE_OPEN_CREATE) && name && access(name, F_OK);
    enum verdict verdict = creates ? judge(NULL, true) : GO_ON;
    int code;

    (void)vfs;
    opened->base.pMethods = NULL;
    opened->last_error = 0;
    if (verdict == FAIL)
        return SQLITE_CANTOPEN;
    code = conclude(verdict, real_vfs->xOpen(real_vfs, name, real_of(file), flags, out_flags));
    if (real_of(file)->pMethods)
        file->pMethods = &kill_methods;
    return code;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *name, int sync_folder)
{
    enum verdict verdict = judge(NULL, false);

    (void)vfs;
    return verdict == FAIL ? SQLITE_IOERR_DELETE : conclude(verdict, real_vfs->xDelete(real_vfs, name, sync_folder));
}

static int vfs_access(sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
    (void)vfs;
    return real_vfs->xAccess(real_vfs, name, flags, out);
}

static int vfs_full_pathname(sqlite3_vfs *vfs, const char *name, int size, char *out)
{
    (void)vfs;
    return real_vfs->xFullPathname(real_vfs, name, size, out);
}

static int vfs_randomness(sqlite3_vfs *vfs, int size, char *out)
{
    (void)vfs;
    return real_vfs->xRandomness(real_vfs, size, out);
}

static int vfs_sleep(sqlite3_vfs *vfs, int microseconds)
{
    (void)vfs;
    return real_vfs->xSleep(real_vfs, microseconds);
}

static int vfs_current_time(sqlite3_vfs *vfs, double *out)
{
    (void)vfs;
    return real_vfs->xCurrentTime(real_vfs, out);
}

static int vfs_get_last_error(sqlite3_vfs *vfs, int size, char *out)
{
    (void)vfs;
    return real_vfs->xGetLastError(real_vfs, size, out);
}

static int vfs_current_time_int64(sqlite3_vfs *vfs, sqlite3_int64 *out)
{
    (void)vfs;
    return real_vfs->xCurrentTimeInt64(real_vfs, out);
}

static sqlite3_vfs kill_vfs = {
    .iVersion = 2,
    .zName = "kill",
    .xOpen = vfs_open,
    .xDelete = vfs_delete,
    .xAccess = vfs_access,
    .xFullPathname = vfs_full_pathname,
    .xRandomness = vfs_randomness,
    .xSleep = vfs_sleep,
    .xCurrentTime = vfs_current_time,
    .xGetLastError = vfs_get_last_error,
    .xCurrentTimeInt64 = vfs_current_time_int64,
};

bool kill_vfs_install(const struct kill_vfs_plan *new_plan)
{
    if (sqlite3_initialize() != SQLITE_OK || !(real_vfs = sqlite3_vfs_find("unix")))
        return false;
    plan = *new_plan;
    calls = failures = 0;
    kill_vfs.szOsFile = (int)sizeof(struct kill_file) + real_vfs->szOsFile;
    kill_vfs.mxPathname = real_vfs->mxPathname;
    return sqlite3_vfs_register(&kill_vfs, 1) == SQLITE_OK;
}

uint64_t kill_vfs_calls(void)
{
    return calls;
}

uint64_t kill_vfs_failures(void)
{
    return failures;
}

void kill_vfs_remove(void)
{
    (void)sqlite3_vfs_unregister(&kill_vfs);
}
