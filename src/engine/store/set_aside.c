/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A damaged database is moved aside, never deleted.
 */
#include "engine/store/set_aside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/path.h"
#include "engine/base/time_text.h"
#include "engine/database/file.h"

/* The log and its index belong to the damaged database, and SQLite finds them by its name. */
static const char *const suffixes[] = {"-wal", "-shm", ""};

static drm_result move_all(const char *from, const char *to, const struct drm_log *log)
{
    size_t room = (strlen(from) > strlen(to) ? strlen(from) : strlen(to)) + 8;
    char *source = malloc(room), *target = malloc(room);
    drm_result result = source && target ? DRM_S_OK : DRM_E_OUT_OF_MEMORY;

    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]) && DRM_SUCCEEDED(result); i++)
    {
        snprintf(source, room, "%s%s", from, suffixes[i]);
        snprintf(target, room, "%s%s", to, suffixes[i]);
        result = drm_path_rename(source, target);
        if (result == DRM_E_NOT_FOUND)
            result = DRM_S_OK;
    }
    if (DRM_SUCCEEDED(result))
        drm_log_write(log, "set aside: %s is damaged; it is kept as %s", from, to);
    free(source);
    free(target);
    return result;
}

drm_result drm_set_aside(const char *directory, const char *name, const struct drm_host *host,
                         drm_result (*prove)(void *context), void *context)
{
    char time[DRM_TIME_COMPACT_SIZE], aside_name[80], file_name[40];
    char *lock_path = drm_path_join(directory, "repair.lock"), *path = NULL, *aside = NULL;
    sqlite3 *lock = NULL;
    drm_result result = DRM_E_OUT_OF_MEMORY;

    if (!lock_path)
        goto done;
    /* SQLite's own file lock keeps two processes from setting aside what the other has just made new. */
    result = DRM_E_BUSY;
    if (sqlite3_open_v2(lock_path, &lock, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) != SQLITE_OK
        || sqlite3_busy_timeout(lock, 10000) != SQLITE_OK
        || sqlite3_exec(lock, "BEGIN EXCLUSIVE", NULL, NULL, NULL) != SQLITE_OK)
        goto done;
    if ((result = prove(context)) != DRM_E_STORE_CORRUPT)
        goto done;
    drm_time_compact(host->clock.now(host->clock.context), time);
    snprintf(file_name, sizeof(file_name), "%s.db", name);
    result = DRM_E_OUT_OF_MEMORY;
    if (!(path = drm_path_join(directory, file_name)))
        goto done;
    for (unsigned int i = 0; i < 100; i++) /* a second one in the same second gets a number */
    {
        snprintf(aside_name, sizeof(aside_name), i ? "%s-damaged-%s-%u.db" : "%s-damaged-%s.db", name, time, i);
        free(aside);
        if (!(aside = drm_path_join(directory, aside_name)))
            goto done;
        if (!drm_file_exists(aside))
            break;
    }
    result = move_all(path, aside, &host->log);

done:
    sqlite3_close_v2(lock);
    free(lock_path);
    free(path);
    free(aside);
    return result;
}
