/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the file layer keeps of an open file (layer.c makes it, layer_pieces.c gathers writes and reads ahead,
 * layer_index.c makes the shared index of a log grow).
 */
#ifndef WMDRM_ENGINE_LAYER_FILE_H
#define WMDRM_ENGINE_LAYER_FILE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine/database/file.h"

/* Of what is gathered and read ahead at once. */
#define DRM_LAYER_PIECE DRM_FILE_PIECE

#define DRM_LAYER_STREAMS 4

/* Bytes of a file, in memory: those from begin to before end. */
struct drm_layer_piece
{
    uint8_t *bytes; /* DRM_LAYER_PIECE of them, from the first use on */
    sqlite3_int64 begin, end;
};

/* Lies behind the system layer's own part of an open file. */
struct drm_layer_file
{
    sqlite3_io_methods methods;       /* the file's; those of the system with ours in place of some */
    const sqlite3_io_methods *system;
    const char *path;                 /* SQLite keeps it as long as the file is open */
    sqlite3_file *other;              /* a database's log, a log's database; NULL where that is not open */

    bool is_log;
    bool gathers;                     /* writes stay in memory until something must see them */
    struct drm_layer_piece gathered;
    int owed;                         /* how writing them failed when nobody asked: for who asks next */

    bool reads_ahead;
    struct drm_layer_stream
    {
        struct drm_layer_piece piece;
        sqlite3_int64 last_read;
        int ahead;                    /* so much is read at once next time */
        unsigned int used;            /* number of its last read */
    } streams[DRM_LAYER_STREAMS];     /* an index, rows and their bodies lie apart, and are read in turn */
    unsigned int reads;

    /* Of a database's file: what says whether a write-back is sure to be of all of the log. */
    bool is_exclusive;                /* nobody else has it open */
    bool holds_writer;                /* nobody else can write to the log */
    bool met_reader;                  /* somebody reads a state older than the log's last */
};

struct drm_layer_file *drm_layer_file_of(sqlite3_file *file);

/* --- layer_pieces.c --------------------------------------------------------------------------------------- */

/* Puts its methods in place of the system's. is_log: a write-ahead log. */
void drm_layer_pieces_init(struct drm_layer_file *layered, bool is_log);
/* Before the file is closed. */
void drm_layer_pieces_free(sqlite3_file *file);

/* --- layer_index.c ---------------------------------------------------------------------------------------- */

#ifdef _WIN32
/* The same; system is the layer below. */
void drm_layer_index_init(struct drm_layer_file *layered, sqlite3_vfs *system);
#endif

#endif
