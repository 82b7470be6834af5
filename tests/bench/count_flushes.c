/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A file layer over SQLite's own that counts xSync (count_flushes.h). One thread.
 */
#include "bench/count_flushes.h"

#include <sqlite3.h>
#include <stddef.h>

/* The layer below uses a handful of method tables, one for each way of locking, all with the same xSync. */
#define TABLES 8

struct table
{
    const sqlite3_io_methods *below;
    sqlite3_io_methods methods;
};

static struct table tables[TABLES];
static sqlite3_vfs layer, *below;
static int (*real_sync)(sqlite3_file *file, int flags);
static unsigned long flushes;

static int sync_file(sqlite3_file *file, int flags)
{
    flushes++;
    return real_sync(file, flags);
}

static int open_file(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out_flags)
{
    int code = below->xOpen(below, path, file, flags, out_flags);

    (void)vfs;
    for (struct table *table = tables; code == SQLITE_OK && file->pMethods && table < tables + TABLES; table++)
    {
        if (!table->below)
        {
            table->below = file->pMethods;
            table->methods = *file->pMethods;
            table->methods.xSync = sync_file;
            if (real_sync && real_sync != file->pMethods->xSync)
                return SQLITE_INTERNAL;
            real_sync = file->pMethods->xSync;
        }
        if (table->below == file->pMethods)
        {
            file->pMethods = &table->methods;
            break;
        }
    }
    return code;
}

bool count_flushes_install(void)
{
    if (sqlite3_initialize() != SQLITE_OK || !(below = sqlite3_vfs_find(NULL)))
        return false;
    layer = *below;
    layer.zName = "count-flushes";
    layer.pNext = NULL;
    layer.xOpen = open_file;
    return sqlite3_vfs_register(&layer, 1) == SQLITE_OK;
}

unsigned long count_flushes(void)
{
    return flushes;
}
