/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Few large calls of the system's instead of many small ones: SQLite reads and writes page by page, and to a log its
 * pages and their headers apart. Under Wine each call asks Wine's server.
 *
 * What is written to a log is gathered until the log is flushed, or somebody reads there or asks for its size. No other
 * connection looks at it before: a commit with full synchronization, which is what all our databases have, flushes the
 * log before it tells others of it (docs/store.md).
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

#define NEAR (16 * DRM_LAYER_PIECE) /* a read so little past the last one goes on in the same direction */

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
    forget(&layered->streams[0].piece);
    forget(&layered->streams[1].piece);
}

static bool has_memory(struct drm_layer_piece *piece)
{
    if (!piece->bytes)
        piece->bytes = malloc(DRM_LAYER_PIECE);
    return piece->bytes;
}

/* --- writing ---------------------------------------------------------------------------------------------- */

/* Where it fails, what it was part of fails, and will be written anew. */
static int write_gathered(sqlite3_file *file)
{
    struct drm_layer_file *layered = drm_layer_file_of(file);
    struct drm_layer_piece piece = layered->gathered;

    if (piece.begin == piece.end)
        return SQLITE_OK;
    forget(&layered->gathered);
    return layered->system->xWrite(file, piece.bytes, (int)(piece.end - piece.begin), piece.begin);
}

static int write_file(sqlite3_file *file, const void *data, int size, sqlite3_int64 offset)
{
    struct drm_layer_file *layered = drm_layer_file_of(file);
    struct drm_layer_piece *piece = &layered->gathered;
    int code;

    if (offset != piece->end || piece->end + size > piece->begin + DRM_LAYER_PIECE)
        if ((code = write_gathered(file)) != SQLITE_OK)
            return code;
    for (unsigned int i = 0; i < 2; i++)
        if (overlaps(&layered->streams[i].piece, size, offset))
            forget(&layered->streams[i].piece);
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

static bool reads_on(const struct drm_layer_stream *stream, sqlite3_int64 offset)
{
    return offset > stream->last_read && offset - stream->last_read < NEAR;
}

/* The one that goes on here, or else the one that was not used last begins here; *on: it goes on. */
static struct drm_layer_stream *find_stream(struct drm_layer_file *layered, sqlite3_int64 offset, bool *on)
{
    struct drm_layer_stream *streams = layered->streams;

    for (unsigned int i = 0; i < 2; i++)
    {
        const unsigned int place = layered->latest ^ i;

        *on = reads_on(&streams[place], offset);
        if (!*on && !has_all(&streams[place].piece, 1, offset))
            continue;
        layered->latest = place;
        return &streams[place];
    }
    layered->latest ^= 1;
    return &streams[layered->latest];
}

static int read_ahead(sqlite3_file *file, void *out, int size, sqlite3_int64 offset)
{
    struct drm_layer_file *layered = drm_layer_file_of(file);
    bool on;
    struct drm_layer_stream *stream = find_stream(layered, offset, &on);
    struct drm_layer_piece *piece = &stream->piece;

    stream->last_read = offset;
    if (!has_all(piece, size, offset))
    {
        if (!on || size > DRM_LAYER_PIECE || !has_memory(piece))
            return layered->system->xRead(file, out, size, offset);
        forget(piece);
        if (layered->system->xRead(file, piece->bytes, DRM_LAYER_PIECE, offset) != SQLITE_OK) /* the end is near */
            return layered->system->xRead(file, out, size, offset);
        piece->begin = offset;
        piece->end = offset + DRM_LAYER_PIECE;
    }
    memcpy(out, piece->bytes + (offset - piece->begin), (size_t)size);
    return SQLITE_OK;
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
    return layered->reads_ahead ? read_ahead(file, out, size, offset)
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

static int lock_index(sqlite3_file *file, int first, int count, int flags)
{
    struct drm_layer_file *layered = drm_layer_file_of(file);
    int code = layered->system->xShmLock(file, first, count, flags);

    if (!(flags & SQLITE_SHM_EXCLUSIVE))
        return code;
    if (first == LOCK_WRITER)
        layered->holds_writer = code == SQLITE_OK && (flags & SQLITE_SHM_LOCK);
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
    layered->gathers = layered->is_exclusive || (layered->holds_writer && !layered->met_reader);
    if (log)
        log->reads_ahead = true;
}

static void end_write_back(sqlite3_file *file)
{
    struct drm_layer_file *layered = drm_layer_file_of(file);
    struct drm_layer_file *log = layered->other ? drm_layer_file_of(layered->other) : NULL;

    layered->owed = write_gathered(file);
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
    layered->gathers = is_log;
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

    (void)write_gathered(file); /* of a transaction that was not committed */
    free(layered->gathered.bytes);
    free(layered->streams[0].piece.bytes);
    free(layered->streams[1].piece.bytes);
}
