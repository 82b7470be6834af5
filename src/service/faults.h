/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Test tools: what a service can be told to do wrong (docs/service.md, "Faults").
 *
 * A fault is written NAME[=ARGUMENT], or individualize:NAME, revocation:NAME, license:NAME to meet one kind of request
 * only. They come from the command line and from a file that is read again for each request, one a line.
 */
#ifndef WMDRM_SERVICE_FAULTS_H
#define WMDRM_SERVICE_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "engine/format/request.h"

enum fault_kind
{
    /* Instead of an answer: */
    FAULT_SILENCE,
    FAULT_STATUS,
    FAULT_REDIRECT_LOOP,
    FAULT_REDIRECT_MANY,
    FAULT_REDIRECT_TO,
    FAULT_EMPTY,
    FAULT_HTML,
    /* Another answer than the right one: */
    FAULT_OTHER_MACHINE,
    FAULT_REPLAY,
    FAULT_OLD_VERSION,
    FAULT_WRONG_ANCHOR,
    FAULT_WRONG_SIGNATURE,
    FAULT_ALTER,
    FAULT_TRUNCATE,
    /* The answer, badly sent: */
    FAULT_DRIP,
    FAULT_CUT,
    FAULT_WRONG_LENGTH,
    FAULT_ENDLESS,
};

/* The kind of request that a fault meets. */
enum fault_target
{
    FAULT_ANY = 0,
    FAULT_INDIVIDUALIZE = DRM_REQUEST_INDIVIDUALIZE,
    FAULT_REVOCATION = DRM_REQUEST_REVOCATION,
    FAULT_LICENSE,
};

#define FAULT_TEXT_SIZE 2048
#define FAULT_PLAN_MAX 16

struct fault
{
    enum fault_kind kind;
    enum fault_target only;
    bool has_argument;
    int64_t number;             /* where the argument is one */
    char text[FAULT_TEXT_SIZE]; /* the argument as written */
};

/* What is to go wrong with one request. */
struct fault_plan
{
    struct fault faults[FAULT_PLAN_MAX];
    size_t count;
};

/* NULL where the plan has no such fault. */
const struct fault *fault_plan_find(const struct fault_plan *plan, enum fault_kind kind);

struct faults;

/* file may be NULL. Fails without memory only. */
struct faults *faults_create(const char *file);
void faults_free(struct faults *faults); /* NULL is fine */

/* Adds a fault of the command line. False: why, in one line. */
bool faults_add(struct faults *faults, const char *text, char *why, size_t size);

/* The plan for a request of this kind, as the file stands now. A file that is not there plans nothing. False: why. */
bool faults_plan(const struct faults *faults, enum fault_target target, struct fault_plan *out, char *why,
                 size_t size);

/* Answers that replays need. swap takes an answer to a kind of request and gives the one before it (empty at first);
 * both are the caller's own copies. */
drm_result faults_swap_answer(struct faults *faults, enum fault_target target, struct drm_span answer,
                              struct drm_buffer *previous);

#endif
