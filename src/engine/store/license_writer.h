/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Looking up and writing rows of licences inside a change. Statements are made at first need and kept until finish.
 */
#ifndef WMDRM_ENGINE_LICENSE_WRITER_H
#define WMDRM_ENGINE_LICENSE_WRITER_H

#include "engine/store/license_row.h"

struct drm_license_writer
{
    struct drm_store *store;
    int64_t secret; /* of the key for tags; 0: none opens, what is written has no tag */
    bool changed;
    struct drm_statement insert, update, find, load, write_body, delete_body;
};

/* A row with what its spans point to. */
struct drm_written_row
{
    struct drm_license_row row;      /* number 0: there is none. Its state and tag are not set */
    struct drm_license_state state;
    drm_result proof;                /* DRM_S_OK, DRM_E_STORE_CORRUPT, DRM_E_SECURE_STORE_UNLOCK_ERROR */
    uint8_t terms[DRM_TERMS_MAX_SIZE];
};

void drm_license_writer_init(struct drm_license_writer *writer, struct drm_store *store);
void drm_license_writer_finish(struct drm_license_writer *writer);

/* Finds the key for tags, made where there is none. Before the first row is written. */
DRM_MUST_CHECK drm_result drm_license_writer_need_secret(struct drm_license_writer *writer);

/* Neither fails for a row that cannot be proved: out->proof says so. An unreadable state becomes that of nothing left:
 * deleted. */
DRM_MUST_CHECK drm_result drm_license_writer_find(struct drm_license_writer *writer,
                                                  const uint8_t key_id[DRM_KEY_ID_SIZE],
                                                  const uint8_t license_id[DRM_ID_SIZE], int64_t anchor,
                                                  struct drm_written_row *out);
DRM_MUST_CHECK drm_result drm_license_writer_load(struct drm_license_writer *writer, int64_t number,
                                                  struct drm_written_row *out);

/* row->state, secret and tag are made here. *number is 0 where there is such a licence already. */
DRM_MUST_CHECK drm_result drm_license_writer_insert(struct drm_license_writer *writer,
                                                    const struct drm_license_row *row,
                                                    const struct drm_license_state *state, int64_t *number);
DRM_MUST_CHECK drm_result drm_license_writer_update(struct drm_license_writer *writer,
                                                    const struct drm_license_row *row,
                                                    const struct drm_license_state *state);
/* Writes or replaces. */
DRM_MUST_CHECK drm_result drm_license_writer_write_body(struct drm_license_writer *writer, int64_t number,
                                                        struct drm_span license);
DRM_MUST_CHECK drm_result drm_license_writer_delete_body(struct drm_license_writer *writer, int64_t number);

bool drm_license_state_is_same(const struct drm_license_state *a, const struct drm_license_state *b);

#endif
