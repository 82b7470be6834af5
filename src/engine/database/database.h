/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A SQLite database as the store and the authority use it: write-ahead log, full synchronization, a schema version with
 * upgrades, and one drm_result for each cause of failure.
 *
 * A database is used by one thread at a time (its owner locks); several processes may have it open.
 */
#ifndef WMDRM_ENGINE_DATABASE_H
#define WMDRM_ENGINE_DATABASE_H

#include <sqlite3.h>

#include "engine/base/bytes.h"
#include "engine/host.h"

/*
 * What makes a file one of ours: the application id in its header, and one script a version. scripts[0] makes an
 * empty database version 1, scripts[n] upgrades version n to n + 1, each in one transaction with the new version
 * number.
 */
struct drm_database;

struct drm_database_schema
{
    uint32_t application_id;
    const char *const *scripts;
    int version; /* number of scripts */
    bool gives_room_back; /* a new one can give free pages back piece by piece (drm_database_give_room_back) */
    /* NULL, or what belongs into a new one from its beginning: part of the transaction that makes it. */
    drm_result (*fill)(void *context, struct drm_database *database);
    void *context;
};

struct drm_database
{
    sqlite3 *handle;
    const struct drm_log *log;
    const struct drm_task *task; /* whose cancel ends a wait for another process; NULL: nobody's */
    bool read_only;              /* the folder cannot be written; what is there can be read */
    bool in_doubt;               /* the last commit failed, and yet may be in force when the database is next opened */
};

enum drm_database_mode
{
    DRM_DATABASE_OPEN,           /* DRM_E_NOT_FOUND where there is none */
    DRM_DATABASE_OPEN_OR_CREATE,
};

/*
 * Opens the database at path (UTF-8), makes or upgrades it. Its folder must exist. Where the folder cannot be
 * written, an existing database is opened for reading. *out is to be closed with drm_database_close.
 *
 * A new one comes under its name whole, so that an empty file is as damaged as any other that is none of ours.
 *
 * Returns DRM_E_STORE_CORRUPT (no database, another program's, or damaged), DRM_E_STORE_TOO_NEW, DRM_E_WRITE_PROTECTED,
 * DRM_E_ACCESS_DENIED, DRM_E_PATH_NOT_FOUND, DRM_E_DISK_FULL, DRM_E_BUSY, DRM_E_IO, DRM_E_UNABLE_TO_OPEN_STORE.
 */
drm_result drm_database_open(const char *path, const struct drm_database_schema *schema, enum drm_database_mode mode,
                             const struct drm_log *log, const struct drm_task *task, struct drm_database **out);
void drm_database_close(struct drm_database *database); /* NULL is fine */

/*
 * Keeps every other process and thread from making the database at path, or from setting it aside, until it is closed
 * like a database. The lock is SQLite's own, on the file "<path>-lock", which stays. task as above. DRM_E_BUSY, and
 * the codes of opening.
 */
drm_result drm_database_lock(const char *path, const struct drm_log *log, const struct drm_task *task,
                             struct drm_database **out);

/* Changes whose cancel ends a wait (DRM_E_OPERATION_CANCELED); others wait at most ten seconds (DRM_E_BUSY). */
void drm_database_set_task(struct drm_database *database, const struct drm_task *task);

/* The drm_result of a SQLite code (extended ones too); logs what SQLite says of it. SQLITE_OK, ROW and DONE:
 * DRM_S_OK. */
drm_result drm_database_result(struct drm_database *database, int code);

/* Runs statements that give no rows. */
drm_result drm_database_execute(struct drm_database *database, const char *sql);

/*
 * For a connection that reads much in the order of its file: reads it in larger pieces where that is worth it. To be
 * called inside a read transaction that stays open until the connection is closed: what was read ahead is not looked at
 * again, and only a state that is held by one cannot change beneath it.
 */
void drm_database_read_ahead(struct drm_database *database);

/* Reads through the cache from now on, which checks a page once and not each time that it is looked at. For
 * one that looks at the same pages very often; another is faster mapped, where each read is a call of the system's. */
void drm_database_stop_mapping(struct drm_database *database);

/* Between them the task's cancel ends statements too (DRM_E_OPERATION_CANCELED): for those that take long. */
void drm_database_begin_long_work(struct drm_database *database);
void drm_database_end_long_work(struct drm_database *database);

/* Looks for damage in these tables and their indexes: DRM_E_STORE_CORRUPT. Takes time in proportion to their rows; the
 * task's cancel ends it. */
drm_result drm_database_check(struct drm_database *database, const char *const *tables, size_t count);

/* Write transactions. rollback is safe where none is open, so that every error path may call it. */
drm_result drm_database_begin(struct drm_database *database); /* BEGIN IMMEDIATE */
drm_result drm_database_try_begin(struct drm_database *database); /* waits for nobody */
/* Gives so many free pages at most back to the disk: in a transaction of its own, so that others wait for no more than
 * that. *left is how many are free after it. Of a database that cannot do that piece by piece (gives_room_back) all are
 * given back at once, by writing it anew, and from then on it can. */
drm_result drm_database_give_room_back(struct drm_database *database, unsigned int pages, int64_t *left);
/* Writes the log back and empties it, as far as nobody reads an older state. Waits for nobody; how far it came is no
 * matter. */
void drm_database_shorten_log(struct drm_database *database);
/*
 * Around a large commit: what it leaves in the log is written back when the log is released, as
 * drm_database_shorten_log does it, and not by the commit. No other can write then, so that it goes in large pieces
 * (layer_pieces.c).
 */
void drm_database_hold_log(struct drm_database *database);
void drm_database_release_log(struct drm_database *database);
/*
 * For a reader, outside of a transaction. Writers begin the log anew where nobody reads from it at that moment; while
 * somebody always does, it would grow for ever. So a reader that finds it longer than DRM_DATABASE_LOG_LIMIT writes it
 * back; its next transaction then reads no log, and the next writer begins it anew. Costs a look at the file's size
 * otherwise. Waits for nobody; how far it came is no matter.
 */
#define DRM_DATABASE_LOG_LIMIT (4 * 1024 * 1024) /* to which writers cut the file, too */
void drm_database_trim_log(struct drm_database *database);
/* A failed one is rolled back, and settled where the disk lets it: see in_doubt. */
drm_result drm_database_commit(struct drm_database *database);
void drm_database_rollback(struct drm_database *database);

/* --- statements: prepare, bind, step, finish -------------------------------------------------------------- */

/*
 * A statement remembers its first failure, so that a row of binds needs one check at step. drm_statement_finish gives
 * it, and frees the statement; it is safe on a zeroed struct.
 */
struct drm_statement
{
    struct drm_database *database;
    sqlite3_stmt *handle;
    drm_result result;
};

void drm_statement_prepare(struct drm_statement *statement, struct drm_database *database, const char *sql);
/* Parameters count from 1. The bound bytes must live until the step. */
void drm_statement_bind_int(struct drm_statement *statement, int parameter, int64_t value);
void drm_statement_bind_blob(struct drm_statement *statement, int parameter, const void *data, size_t size);
void drm_statement_bind_text(struct drm_statement *statement, int parameter, const char *text);
/* True: a row is there. False: the end, or a failure, which finish tells. */
bool drm_statement_step(struct drm_statement *statement);
void drm_statement_reset(struct drm_statement *statement);
/* Columns count from 0; what they point to is valid until the next step. fixed returns false, and fails the statement
 * with DRM_E_STORE_CORRUPT, where the column has not exactly size bytes. */
int64_t drm_statement_int(struct drm_statement *statement, int column);
struct drm_span drm_statement_blob(struct drm_statement *statement, int column);
const char *drm_statement_text(struct drm_statement *statement, int column); /* never NULL */
bool drm_statement_fixed(struct drm_statement *statement, int column, void *out, size_t size);
drm_result drm_statement_finish(struct drm_statement *statement);
/* Steps to the end, then finishes: for a statement without rows. */
drm_result drm_statement_run(struct drm_statement *statement);

#endif
