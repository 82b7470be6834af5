/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A damaged database is moved aside, never deleted.
 */
#include "engine/database/set_aside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/path.h"
#include "engine/base/time_text.h"
#include "engine/database/database.h"

#define RENAME_STEP_MS 10
#define RENAME_STEPS 200

/* The log and its index belong to the damaged database, and SQLite finds them by its name. */
static const char *const suffixes[] = {"-wal", "-shm", ""};
#define SUFFIX_COUNT (sizeof(suffixes) / sizeof(suffixes[0]))

/* On Windows a file that anybody has open cannot be moved: somebody's last question to it, or a virus scanner, gets
 * two seconds. */
static drm_result move(const char *from, const char *to, const struct drm_task *task)
{
    drm_result result = drm_path_rename(from, to);

    for (int step = 0; result == DRM_E_BUSY && step < RENAME_STEPS; step++)
    {
        if (task && task->cancelled(task->context))
            return DRM_E_OPERATION_CANCELED;
        sqlite3_sleep(RENAME_STEP_MS);
        result = drm_path_rename(from, to);
    }
    return result == DRM_E_NOT_FOUND ? DRM_S_OK : result;
}

/* All or none: a damaged database without its log might pass for an older state that is whole. */
static drm_result move_all(const char *from, const char *to, const struct drm_log *log, const struct drm_task *task)
{
    size_t room = (strlen(from) > strlen(to) ? strlen(from) : strlen(to)) + 8;
    char *source = malloc(room), *target = malloc(room);
    drm_result result = source && target ? DRM_S_OK : DRM_E_OUT_OF_MEMORY;
    size_t moved = 0;

    while (moved < SUFFIX_COUNT && DRM_SUCCEEDED(result))
    {
        snprintf(source, room, "%s%s", from, suffixes[moved]);
        snprintf(target, room, "%s%s", to, suffixes[moved]);
        if (DRM_SUCCEEDED(result = move(source, target, task)))
            moved++;
    }
    while (DRM_FAILED(result) && moved)
    {
        moved--;
        snprintf(source, room, "%s%s", from, suffixes[moved]);
        snprintf(target, room, "%s%s", to, suffixes[moved]);
        if (DRM_FAILED(move(target, source, NULL)))
            drm_log_write(log, "set aside: %s stays behind as %s", source, target);
    }
    if (DRM_SUCCEEDED(result))
        drm_log_write(log, "set aside: %s is damaged; it is kept as %s", from, to);
    free(source);
    free(target);
    return result;
}

/* A name that nobody has: a second one in the same second gets a number. */
static char *find_name(const char *directory, const char *name, int64_t now)
{
    char time[DRM_TIME_COMPACT_SIZE], file_name[80];

    drm_time_compact(now, time);
    for (unsigned int i = 0; i < 100; i++)
    {
        char *path;

        snprintf(file_name, sizeof(file_name), i ? "%s-damaged-%s-%u.db" : "%s-damaged-%s.db", name, time, i);
        path = drm_path_join(directory, file_name);
        if (!path || !drm_path_exists(path))
            return path;
        free(path);
    }
    return NULL;
}

drm_result drm_set_aside(const char *directory, const char *name, const struct drm_host *host,
                         const struct drm_task *task, drm_result (*prove)(void *context), void *context)
{
    char file_name[40], *path, *aside = NULL;
    struct drm_database *lock = NULL;
    drm_result result = DRM_E_OUT_OF_MEMORY;

    snprintf(file_name, sizeof(file_name), "%s.db", name);
    if (!(path = drm_path_join(directory, file_name)))
        return result;
    if (DRM_FAILED(result = drm_database_lock(path, &host->log, task, &lock))
        || (result = prove(context)) != DRM_E_STORE_CORRUPT)
        goto done;
    aside = find_name(directory, name, host->clock.now(host->clock.context));
    result = aside ? move_all(path, aside, &host->log, task) : DRM_E_OUT_OF_MEMORY;

done:
    drm_database_close(lock);
    free(path);
    free(aside);
    return result;
}
