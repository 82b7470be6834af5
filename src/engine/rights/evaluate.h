/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Deciding about actions: pure functions of terms, states, time and environment (docs/rights.md).
 */
#ifndef WMDRM_ENGINE_EVALUATE_H
#define WMDRM_ENGINE_EVALUATE_H

#include "engine/rights/state.h"

/* Values of DRM_ACTION_ALLOWED_QUERY_RESULTS (wmdrmsdk.h). */
enum drm_refusal
{
    DRM_ALLOWED = 0,
    DRM_REFUSED_NOT_ENABLED = 0x1,        /* in every refusal */
    DRM_REFUSED_NO_LICENSE = 0x2,         /* stands without any other reason */
    DRM_REFUSED_NO_RIGHT = 0x4,
    DRM_REFUSED_EXHAUSTED = 0x8,
    DRM_REFUSED_EXPIRED = 0x10,
    DRM_REFUSED_NOT_STARTED = 0x20,
    DRM_REFUSED_APP_LEVEL = 0x40,
    DRM_REFUSED_INDIVIDUALIZE = 0x80,     /* the right is there, but the security version is too low */
    DRM_REFUSED_COPY_LEVEL = 0x100,
    DRM_REFUSED_COPY_EXCLUDED = 0x200,
    DRM_REFUSED_NO_CLOCK = 0x400,
    DRM_REFUSED_NO_METERING = 0x800,
    DRM_REFUSED_CHAIN = 0x1000,           /* root or leaf is missing, or the chain is deeper than one */
};

/* The time as the secure clock has it. */
struct drm_now
{
    bool known;   /* false: the system's clock runs behind what was seen; rights with a time must wait */
    int64_t time;
};

/* Who asks, and where the content would go. */
struct drm_environment
{
    struct drm_now now;
    bool individualized;
    struct drm_version security;          /* the machine's */
    struct drm_version min_security;      /* of the content's header; 0.0: no matter */
    bool app_level_counts;                /* false: rendered through Media Foundation, which judges by itself */
    uint32_t app_level;
    bool has_device;                      /* a device's certificate is known: copy rights are judged by it */
    uint32_t device_level;                /* its output protection level for copies */
    const uint8_t *device_technology;     /* GUID (16); NULL: none named */
};

/* A licence that is asked about. */
struct drm_candidate
{
    const struct drm_terms *terms;
    const struct drm_license_state *state;
    /* Of a leaf: the licences of its uplink key id. Their own roots do not count: a chain has one link. */
    const struct drm_candidate *roots;
    size_t root_count;
};

/* May this one licence be used for this right? DRM_ALLOWED, or the set of reasons. *grant (may be NULL) is the index
 * of the grant that would be used, *root (may be NULL) that of the root among its candidates, -1 where there is
 * none. */
uint32_t drm_evaluate_license(const struct drm_candidate *candidate, enum drm_right right,
                              const struct drm_environment *environment, int *grant, int *root);

/* May any of them? DRM_ALLOWED at the first that may, else the union of the reasons; DRM_REFUSED_NO_LICENSE of none. */
uint32_t drm_evaluate_action(const struct drm_candidate *candidates, size_t count, enum drm_right right,
                             const struct drm_environment *environment);

/* Values of DRM_LICENSE_STATE_CATEGORY (wmdrmsdk.h). */
enum drm_category
{
    DRM_CATEGORY_NO_RIGHT = 0,
    DRM_CATEGORY_UNLIMITED = 1,
    DRM_CATEGORY_COUNT = 2,
    DRM_CATEGORY_FROM = 3,
    DRM_CATEGORY_UNTIL = 4,
    DRM_CATEGORY_FROM_UNTIL = 5,
    DRM_CATEGORY_COUNT_FROM = 6,
    DRM_CATEGORY_COUNT_UNTIL = 7,
    DRM_CATEGORY_COUNT_FROM_UNTIL = 8,
    DRM_CATEGORY_AFTER_FIRST_USE = 9,
};

#define DRM_VAGUE 1
#define DRM_OUTPUTS_PRESENT 2
#define DRM_SAP_PRESENT 4

/* DRM_LICENSE_STATE_DATA with times as everywhere in the engine. Unused counts and dates are 0. */
struct drm_state_data
{
    enum drm_category category;
    uint32_t count_count;
    uint32_t counts[4];
    uint32_t date_count;
    int64_t dates[4];
    uint32_t flags; /* DRM_VAGUE, ... */
};

/* All licences of a key id together, aggregated as docs/rights.md says. */
void drm_evaluate_state(const struct drm_candidate *candidates, size_t count, enum drm_right right,
                        const struct drm_environment *environment, struct drm_state_data *out);

#endif
