/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Few large calls of the system's instead of many small ones: SQLite reads and writes page by page, and to a log its
 * pages and their headers apart. Under Wine each call asks Wine's server.
 *
 * What is written to a log is gathered until the log is flushed, or somebody reads there or asks for its size. No other
 * connection looks at it before: a commit with full synchronization, which is what all our databases have, flushes the
 * log before it tells others of it (docs/store.md), and what was rolled back is dropped with the lock for writing. A
 * large transaction goes through what it wrote once more, reads each page and writes the header before it anew: what is
 * read ahead there fills the gaps between the headers. Only who holds the lock for writing reads ahead in a log: nobody
 * else changes it.
 *
 * When the log is written back to its database, the log is read ahead, since nobody can change what is written back,
 * and what is written to the database is gathered to the end of it. It can only be then that writing it fails, and a
 * write-back of a part of the log looks no more for failures at its end, so that writes are gathered only where it is
 * sure to be of the whole: nobody else can write and nobody reads an older state. After that one the file is flushed.
 */
#include "engine/database/layer_file.h"

#include <stdlib.h>
#include <string.h>

#include "engine/database/database_internal.h"

#define FIRST_AHEAD (64 * 1024) /* is read the first time */
/* A read so little past the last one goes on in the same direction. Who writes to a log reads here and there too. */
#define NEAR (1024 * 1024)
#define NEAR_IN_OWN_LOG (16 * 1024)

/* Locks of a log's index (https://www.sqlite.org/walformat.html): the writer's, that of who writes back, readers'. */
#define LOCK_WRITER 0
#define LOCK_WRITE_BACK 1
#define LOCK_READERS 4 /* the first that tells of a state in the log */

static bool has_all(const struct drm_layer_piece *piece, int size, sqlite3_int64 offset)
{
    return offset >= piece->begin && offset + size <= piece->end;
}

static bool overlaps(const struct drm_layer_piece *piece, int size, sqlite3_int64 offset)
{
    return offset < piece->end && offset + size > piece->begin;
}

static void forget(struct drm_layer_piece *piece)
{
    piece->begin = piece->end = 0;
}

static void forget_ahead(struct drm_layer_file *layered)
{
    for (unsigned int i = 0; i < DRM_LAYER_STREAMS; i++)
        forget(&layered->streams[i].piece);
}

static bool has_memory(struct drm_layer_piece *piece)
{
    if (!piece->bytes)
        piece->bytes = malloc(DRM_LAYER_PIECE);
    return piece->bytes;
}

/* --- writing ---------------------------------------------------------------------------------------------- */

/* What could not be written stays gathered: a statement may fail with it and its transaction go on. */
static int write_gathered(sqlite3_file *file)
{
    struct drm_layer_file *layered = drm_layer_file_of(file);
    struct drm_layer_piece *piece = &layered->gathered;
    int code;

    if (piece->begin == piece->end)
        return SQLITE_OK;
    code = layered->system->xWrite(file, piece->bytes, (int)(piece->end - piece->begin), piece->begin);
    if (code == SQLITE_OK)
        forget(piece);
    return code;
}

/* What was read ahead stays what is written there. */
static void revise_ahead(struct drm_layer_file *layered, const void *data, int size, sqlite3_int64 offset)
{
    for (unsigned int i = 0; i < DRM_LAYER_STREAMS; i++)
    {
        struct drm_layer_piece *piece = &layered->streams[i].piece;

        if (has_all(piece, size, offset))
            memcpy(piece->bytes + (offset - piece->begin), data, (size_t)size);
        else if (overlaps(piece, size, offset))
            forget(piece);
    }
}

/* Makes what is gathered for a log reach to offset, with bytes that were read ahead. Nobody else writes there; to a
 * database others may have written back what was read. */
static bool bridge(struct drm_layer_file *layered, sqlite3_int64 offset)
{
    struct drm_layer_piece *gathered = &layered->gathered;
    const int gap = (int)(offset - gathered->end);

    for (unsigned int i = 0; i < DRM_LAYER_STREAMS; i++)
    {
        const struct drm_layer_piece *piece = &layered->streams[i].piece;

        if (!has_all(piece, gap, gathered->end))
            continue;
        memcpy(gathered->bytes + (gathered->end - gathered->begin),
               piece->bytes + (gathered->end - piece->begin), (size_t)gap);
        gathered->end = offset;
        return true;
    }
    return false;
}

/* May a write become a part of what is gathered? */
static bool goes_on(struct drm_layer_file *layered, int size, sqlite3_int64 offset)
{
    const struct drm_layer_piece *piece = &layered->gathered;

    if (piece->begin == piece->end || offset < piece->end || offset + size > piece->begin + DRM_LAYER_PIECE)
        return false;
    return offset == piece->end || (layered->is_log && bridge(layered, offset));
}

static int write_file(sqlite3_file *file, const void *data, int size, sqlite3_int64 offset)
{
    struct drm_layer_file *layered = drm_layer_file_of(file);
    struct drm_layer_piece *piece = &layered->gathered;
    int code;

    if (!goes_on(layered, size, offset) && (code = write_gathered(file)) != SQLITE_OK)
        return code;
    revise_ahead(layered, data, size, offset);
    if (!layered->gathers || size > DRM_LAYER_PIECE || !has_memory(piece))
        return layered->system->xWrite(file, data, size, offset);
    if (piece->begin == piece->end)
        piece->begin = piece->end = offset;
    memcpy(piece->bytes + (piece->end - piece->begin), data, (size_t)size);
    piece->end += size;
    return SQLITE_OK;
}

/* What was gathered, and how that failed before. */
static int settle(sqlite3_file *file)
{
    struct drm_layer_file *layered = drm_layer_file_of(file);
    int owed = layered->owed, code = write_gathered(file);

    layered->owed = SQLITE_OK;
    return owed == SQLITE_OK ? code : owed;
}

static int truncate_file(sqlite3_file *file, sqlite3_int64 size)
{
    int code = settle(file);

    forget_ahead(drm_layer_file_of(file));
    return code == SQLITE_OK ? drm_layer_file_of(file)->system->xTruncate(file, size) : code;
}

static int sync_file(sqlite3_file *file, int flags)
{
    int code = settle(file);

    return code == SQLITE_OK ? drm_layer_file_of(file)->system->xSync(file, flags) : code;
}

static int get_size(sqlite3_file *file, sqlite3_int64 *out)
{
    int code = write_gathered(file);

    return code == SQLITE_OK ? drm_layer_file_of(file)->system->xFileSize(file, out) : code;
}

/* --- reading ---------------------------------------------------------------------------------------------- */

/* The one that has it or else the one that was just before it; where there is neither, the one that was not used for
 * the longest time begins here. */
static struct drm_layer_stream *find_stream(struct drm_layer_file *layered, sqlite3_int64 offset)
{
    const sqlite3_int64 reach = layered->reads_ahead ? NEAR : NEAR_IN_OWN_LOG;
    struct drm_layer_stream *before = NULL, *oldest = layered->streams;

    for (unsigned int i = 0; i < DRM_LAYER_STREAMS; i++)
    {
        struct drm_layer_stream *stream = &layered->streams[i];

        if (has_all(&stream->piece, 1, offset))
            return stream;
        if (stream->last_read < offset && offset - stream->last_read < reach
            && (!before || stream->last_read > before->last_read))
            before = stream;
        if (layered->reads - stream->used > layered->reads - oldest->used)
            oldest = stream;
    }
    if (before)
        return before;
    forget(&oldest->piece);
    oldest->ahead = 0;
    return oldest;
}

/* False where there is not as much, or no memory. */
static bool fill(sqlite3_file *file, struct drm_layer_stream *stream, int size, sqlite3_int64 offset)
{
    const struct drm_layer_file *layered = drm_layer_file_of(file);
    sqlite3_int64 end = 0;
    int ahead = stream->ahead;

    if (layered->system->xFileSize(file, &end) != SQLITE_OK || end - offset < size)
        return false;
    if (ahead > end - offset)
        ahead = (int)(end - offset);
    forget(&stream->piece);
    if (ahead < size || !has_memory(&stream->piece)
        || layered->system->xRead(file, stream->piece.bytes, ahead, offset) != SQLITE_OK)
        return false;
    stream->piece.begin = offset;
    stream->piece.end = offset + ahead;
    return true;
}

static int read_ahead(sqlite3_file *file, void *out, int size, sqlite3_int64 offset)
{
    struct drm_layer_file *layered = drm_layer_file_of(file);
    struct drm_layer_stream *stream = find_stream(layered, offset);
    int code = SQLITE_OK;

    stream->used = ++layered->reads;
    stream->last_read = offset;
    if (!has_all(&stream->piece, size, offset))
    {
        const bool is_behind = overlaps(&layered->gathered, stream->ahead, offset);

        if (is_behind && (code = write_gathered(file)) != SQLITE_OK)
            return code;
        if (!fill(file, stream, size, offset))
            code = layered->system->xRead(file, out, size, offset);
        if (stream->ahead < DRM_LAYER_PIECE)
            stream->ahead = stream->ahead ? 2 * stream->ahead : FIRST_AHEAD; /* the next time */
        if (!has_all(&stream->piece, size, offset))
            return code;
    }
    memcpy(out, stream->piece.bytes + (offset - stream->piece.begin), (size_t)size);
    return SQLITE_OK;
}

/* A log to which nobody else can write now. */
static bool is_ours_alone(const struct drm_layer_file *layered)
{
    return layered->is_log && layered->other && drm_layer_file_of(layered->other)->holds_writer;
}

static int read_file(sqlite3_file *file, void *out, int size, sqlite3_int64 offset)
{
    struct drm_layer_file *layered = drm_layer_file_of(file);
    const struct drm_layer_piece *gathered = &layered->gathered;
    int code;

    if (has_all(gathered, size, offset))
    {
        memcpy(out, gathered->bytes + (offset - gathered->begin), (size_t)size);
        return SQLITE_OK;
    }
    if (overlaps(gathered, size, offset) && (code = write_gathered(file)) != SQLITE_OK)
        return code;
    return layered->reads_ahead || is_ours_alone(layered) ? read_ahead(file, out, size, offset)
                                                          : layered->system->xRead(file, out, size, offset);
}

/* --- writing back ----------------------------------------------------------------------------------------- */

static int lock_file(sqlite3_file *file, int level)
{
    struct drm_layer_file *layered = drm_layer_file_of(file);
    int code = layered->system->xLock(file, level);

    if (code == SQLITE_OK)
        layered->is_exclusive = level == SQLITE_LOCK_EXCLUSIVE;
    return code;
}

static int unlock_file(sqlite3_file *file, int level)
{
    struct drm_layer_file *layered = drm_layer_file_of(file);

    layered->is_exclusive = false;
    return layered->system->xUnlock(file, level);
}

/* What another may write from now on, or has written. A commit has flushed what it gathered, and what is left of a
 * transaction that was rolled back would be written over what others have committed since. */
static void forget_log(struct drm_layer_file *log)
{
    forget_ahead(log);
    forget(&log->gathered);
}

static int lock_index(sqlite3_file *file, int first, int count, int flags)
{
    struct drm_layer_file *layered = drm_layer_file_of(file);
    int code = layered->system->xShmLock(file, first, count, flags);

    if (!(flags & SQLITE_SHM_EXCLUSIVE))
        return code;
    if (first == LOCK_WRITER)
    {
        layered->holds_writer = code == SQLITE_OK && (flags & SQLITE_SHM_LOCK);
        if (layered->other)
            forget_log(drm_layer_file_of(layered->other));
    }
    if (first == LOCK_WRITE_BACK)
        layered->met_reader = false;
    if (first >= LOCK_READERS && code != SQLITE_OK)
        layered->met_reader = true;
    return code;
}

static void begin_write_back(struct drm_layer_file *layered)
{
    struct drm_layer_file *log = layered->other ? drm_layer_file_of(layered->other) : NULL;

    layered->owed = SQLITE_OK;
    forget_ahead(layered);
    layered->gathers = layered->is_exclusive || (layered->holds_writer && !layered->met_reader);
    if (log)
        log->reads_ahead = true;
}

static void end_write_back(sqlite3_file *file)
{
    struct drm_layer_file *layered = drm_layer_file_of(file);
    struct drm_layer_file *log = layered->other ? drm_layer_file_of(layered->other) : NULL;

    layered->owed = write_gathered(file);
    forget(&layered->gathered);
    layered->gathers = false;
    if (!log)
        return;
    log->reads_ahead = false; /* whoever writes next may write elsewhere */
    forget_ahead(log);
}

static int control_file(sqlite3_file *file, int operation, void *argument)
{
    struct drm_layer_file *layered = drm_layer_file_of(file);

    if (operation == DRM_LAYER_READ_AHEAD)
    {
        layered->reads_ahead = true;
        return SQLITE_OK;
    }
    if (operation == SQLITE_FCNTL_CKPT_START)
        begin_write_back(layered);
    else if (operation == SQLITE_FCNTL_CKPT_DONE)
        end_write_back(file);
    return layered->system->xFileControl(file, operation, argument);
}

/* --- both ------------------------------------------------------------------------------------------------- */

void drm_layer_pieces_init(struct drm_layer_file *layered, bool is_log)
{
    sqlite3_io_methods *methods = &layered->methods;

    methods->xRead = read_file;
    methods->xWrite = write_file;
    methods->xTruncate = truncate_file;
    methods->xSync = sync_file;
    methods->xFileSize = get_size;
    layered->is_log = layered->gathers = is_log;
    if (is_log)
        return;
    methods->xLock = lock_file;
    methods->xUnlock = unlock_file;
    methods->xShmLock = lock_index;
    methods->xFileControl = control_file;
}

void drm_layer_pieces_free(sqlite3_file *file)
{
    struct drm_layer_file *layered = drm_layer_file_of(file);

    free(layered->gathered.bytes);
    for (unsigned int i = 0; i < DRM_LAYER_STREAMS; i++)
        free(layered->streams[i].piece.bytes);
}
