/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rows of the table "license": reading them, proving that this store wrote them, writing them.
 */
#ifndef WMDRM_ENGINE_LICENSE_ROW_H
#define WMDRM_ENGINE_LICENSE_ROW_H

#include "engine/store/license_store.h"

/* Part of the store's schema, version 2. */
extern const char drm_license_schema[];

enum drm_license_status
{
    DRM_LICENSE_REMEMBERED = 0, /* only its state: it was removed, or is a temporary one */
    DRM_LICENSE_PRESENT = 1,
    DRM_LICENSE_TO_PURGE = 2,   /* present and marked */
};

/* A row. What its spans point to is the statement's, or the caller's. */
struct drm_license_row
{
    int64_t number;
    uint8_t key_id[DRM_KEY_ID_SIZE];
    uint8_t license_id[DRM_ID_SIZE];
    int64_t anchor;      /* number of its row */
    uint32_t priority;
    enum drm_license_status status;
    int64_t response;    /* number of its row; 0 where the licence is not present */
    struct drm_span terms;
    struct drm_span state;
    int64_t secret;      /* number of the store's key whose tag it is */
    struct drm_span tag; /* cut off HMAC-SHA256 over all of the above but number and secret, with the anchor's root */
};

#define DRM_LICENSE_TAG_SIZE 16

#define DRM_LICENSE_COLUMNS "id, key_id, license_id, anchor, priority, status, response, terms, state, secret, tag"
/* The columns above, in this order, from the first. False where they cannot be one of ours: the statement failed. */
bool drm_license_row_read(struct drm_statement *statement, struct drm_license_row *out);

/*
 * What reading and writing rows takes on one connection: keys of tags, roots of anchors. Guarded by whatever guards
 * the connection.
 */
struct drm_license_rows
{
    struct drm_store *store;
    struct drm_database *database;
    bool holds_lock;          /* the connection is the store's own, guarded by its lock */
    size_t key_count;
    struct drm_row_key *keys;
    size_t anchor_count;
    struct drm_row_anchor *anchors;
};

void drm_license_rows_init(struct drm_license_rows *rows, struct drm_store *store, struct drm_database *database,
                           bool holds_lock);
/* Forgets all: a transaction may have made some of it that was undone. Also at the end. */
void drm_license_rows_forget(struct drm_license_rows *rows);
/* Forgets that keys did not open. */
void drm_license_rows_retry(struct drm_license_rows *rows);

/* The root of an anchor's row, valid until the next call. DRM_E_STORE_CORRUPT where there is no such row. */
DRM_MUST_CHECK drm_result drm_license_rows_root(struct drm_license_rows *rows, int64_t anchor, const uint8_t **out);

/* Is the row what this store wrote? DRM_E_STORE_CORRUPT, and a line in the log, where it is not;
 * DRM_E_SECURE_STORE_UNLOCK_ERROR where its key is lost. */
DRM_MUST_CHECK drm_result drm_license_row_prove(struct drm_license_rows *rows, const struct drm_license_row *row);

/* Makes the tag of a row under the key row->secret. */
DRM_MUST_CHECK drm_result drm_license_row_tag(struct drm_license_rows *rows, const struct drm_license_row *row,
                                              uint8_t out[DRM_LICENSE_TAG_SIZE]);

#endif
