/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The terms of a licence: all that deciding about an action takes, and nothing else. They are a field of the licence
 * (docs/formats.md, "Licences"), and the store keeps a copy of that field beside it, so that a query reads no licence.
 */
#ifndef WMDRM_ENGINE_TERMS_H
#define WMDRM_ENGINE_TERMS_H

#include "engine/base/bytes.h"
#include "engine/base/version.h"
#include "engine/rights/right.h"

#define DRM_COUNT_UNLIMITED UINT32_MAX
#define DRM_TERMS_MAX_GRANTS (2 * DRM_RIGHTS) /* each right at most twice: two windows */
#define DRM_TERMS_MAX_TECHNOLOGIES 32
#define DRM_TERMS_MAX_SIZE 4096               /* encoded */
#define DRM_KEY_ID_SIZE 16
#define DRM_TERMS_TIME_MAX INT64_C(253402300799999) /* the end of the year 9999 */

/* One right and its limits; all of them hold. */
struct drm_grant
{
    enum drm_right right;
    uint32_t count;  /* DRM_COUNT_UNLIMITED, or how often in all; above 0 */
    int64_t from;    /* UTC, milliseconds since 1970, inclusive; 0: none */
    int64_t until;   /* exclusive; 0: none */
    uint32_t hours;  /* after the first use of any right of the licence; 0: no such limit */
};

/* What happens to a licence with an end where the clock was set back. */
enum drm_rollback
{
    DRM_ROLLBACK_WAIT = 0,    /* as for every licence with a time: no use until the time is known again */
    DRM_ROLLBACK_DISABLE = 1, /* the same, and it stays so until it is acquired again */
    DRM_ROLLBACK_DELETE = 2,  /* it is deleted */
};

/* Minimum output protection levels; 0: none asked. */
struct drm_output_levels
{
    uint16_t compressed_video;
    uint16_t uncompressed_video;
    uint16_t analog_video;
    uint16_t compressed_audio;
    uint16_t uncompressed_audio;
    uint16_t copy;
};

struct drm_terms
{
    uint32_t priority;                    /* 0 to 2^31 - 1; higher is used first */
    int64_t not_before;                   /* of the whole licence, as in a grant; 0: none */
    int64_t not_after;
    enum drm_rollback rollback;
    struct drm_version min_security;      /* 0.0: none */
    uint32_t min_app_level;               /* 0: none */
    uint64_t min_revinfo;                 /* of the list REVINFO; 0: none */
    bool sap_required;                    /* Secure Audio Path */
    uint32_t sap_level;
    bool has_uplink;                      /* a leaf: its root has this key id */
    uint8_t uplink[DRM_KEY_ID_SIZE];
    bool metered;                         /* content has to be metered, which nothing here does */
    bool has_outputs;
    struct drm_output_levels outputs;
    size_t copy_included_count;           /* technologies (GUIDs as text reads) admitted although rated lower */
    size_t copy_excluded_count;           /* refused although rated higher */
    size_t grant_count;                   /* 1 to DRM_TERMS_MAX_GRANTS, in ascending order of rights */
    /* The lists, last and in the order of use: most of the bytes, of which hardly any licence uses many. What is past a
     * count is unspecified in terms that were read. */
    struct drm_grant grants[DRM_TERMS_MAX_GRANTS];
    uint8_t copy_included[DRM_TERMS_MAX_TECHNOLOGIES][16];
    uint8_t copy_excluded[DRM_TERMS_MAX_TECHNOLOGIES][16];
};

/* Encodes (appends) and decodes the field. read returns DRM_E_INVALID_LICENSE for what is none or cannot be: an end
 * at or before the beginning, a count of 0, a time past DRM_TERMS_TIME_MAX, a right three times, a field that says
 * nothing. write returns DRM_E_INVALID_ARGUMENT for what read would refuse, and leaves out as it was. */
DRM_MUST_CHECK drm_result drm_terms_write(const struct drm_terms *terms, struct drm_buffer *out);
DRM_MUST_CHECK drm_result drm_terms_read(struct drm_span data, struct drm_terms *out);

/* The rights that are granted at all, whatever their limits: a set of DRM_RIGHT_BIT. */
uint32_t drm_terms_rights(const struct drm_terms *terms);

/* What a clock that was set back does to this licence: its rollback, or DRM_ROLLBACK_WAIT where nothing in it ends. */
enum drm_rollback drm_terms_rollback(const struct drm_terms *terms);

#endif
