/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading which faults are wanted.
 */
#include "service/faults.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/base/version.h"
#include "service/small_file.h"

#define FILE_MAX_SIZE 65536
#define TARGETS FAULT_LICENSE

enum argument_kind
{
    ARGUMENT_NONE,
    ARGUMENT_NUMBER, /* optional, within limits */
    ARGUMENT_STATUS, /* required, 100 to 599 */
    ARGUMENT_TEXT,   /* required */
    ARGUMENT_VERSION /* optional */
};

static const struct fault_name
{
    const char *name;
    enum fault_kind kind;
    enum argument_kind argument;
    int64_t min, max;
} names[] = {
    {"silence", FAULT_SILENCE, ARGUMENT_NONE, 0, 0},
    {"status", FAULT_STATUS, ARGUMENT_STATUS, 200, 599},
    {"redirect-loop", FAULT_REDIRECT_LOOP, ARGUMENT_NONE, 0, 0},
    {"redirect-many", FAULT_REDIRECT_MANY, ARGUMENT_NUMBER, 1, 1000000},
    {"redirect-to", FAULT_REDIRECT_TO, ARGUMENT_TEXT, 0, 0},
    {"empty", FAULT_EMPTY, ARGUMENT_NONE, 0, 0},
    {"html", FAULT_HTML, ARGUMENT_NONE, 0, 0},
    {"other-machine", FAULT_OTHER_MACHINE, ARGUMENT_NONE, 0, 0},
    {"replay", FAULT_REPLAY, ARGUMENT_NONE, 0, 0},
    {"old-version", FAULT_OLD_VERSION, ARGUMENT_VERSION, 0, 0},
    {"wrong-anchor", FAULT_WRONG_ANCHOR, ARGUMENT_NONE, 0, 0},
    {"wrong-signature", FAULT_WRONG_SIGNATURE, ARGUMENT_NONE, 0, 0},
    {"alter", FAULT_ALTER, ARGUMENT_NUMBER, INT64_MIN, INT64_MAX},
    {"truncate", FAULT_TRUNCATE, ARGUMENT_NUMBER, 1, INT64_MAX},
    {"drip", FAULT_DRIP, ARGUMENT_NUMBER, 1, 3600000},
    {"cut", FAULT_CUT, ARGUMENT_NUMBER, 0, INT64_MAX},
    {"wrong-length", FAULT_WRONG_LENGTH, ARGUMENT_NUMBER, 1, INT64_MAX / 2},
    {"endless", FAULT_ENDLESS, ARGUMENT_NUMBER, 1, INT64_MAX},
};

struct faults
{
    char *file;
    struct fault_plan given;     /* of the command line; never changes once requests come */
    pthread_mutex_t lock;        /* guards: answers */
    struct drm_buffer answers[TARGETS];
};

const struct fault *fault_plan_find(const struct fault_plan *plan, enum fault_kind kind)
{
    size_t i;

    for (i = 0; i < plan->count; ++i)
    {
        if (plan->faults[i].kind == kind)
            return &plan->faults[i];
    }
    return NULL;
}

static bool read_argument(const struct fault_name *name, struct fault *fault, char *why, size_t size)
{
    struct drm_version version;
    bool required = name->argument == ARGUMENT_STATUS || name->argument == ARGUMENT_TEXT;
    char *end;

    if (!fault->has_argument)
    {
        if (required)
            snprintf(why, size, "the fault %s needs an argument: %s=...", name->name, name->name);
        return !required;
    }
    switch (name->argument)
    {
        case ARGUMENT_NONE:
            snprintf(why, size, "the fault %s takes no argument", name->name);
            return false;
        case ARGUMENT_TEXT:
            return true;
        case ARGUMENT_VERSION:
            if (DRM_SUCCEEDED(drm_version_parse(fault->text, &version)))
                return true;
            snprintf(why, size, "%s=%.80s: that is no version", name->name, fault->text);
            return false;
        default:
            errno = 0;
            fault->number = strtoll(fault->text, &end, 10);
            if (*fault->text && !*end && !errno && fault->number >= name->min && fault->number <= name->max)
                return true;
            snprintf(why, size, "%s=%.80s: a number from %lld to %lld is needed", name->name, fault->text,
                     (long long)name->min, (long long)name->max);
            return false;
    }
}

/* The length of a prefix that names a kind of request; 0 where there is none. */
static size_t read_target(const char *text, size_t length, enum fault_target *out)
{
    static const char *const prefixes[] = {
        [FAULT_INDIVIDUALIZE] = "individualize:",
        [FAULT_REVOCATION] = "revocation:",
        [FAULT_LICENSE] = "license:",
    };

    for (size_t i = FAULT_INDIVIDUALIZE; i <= FAULT_LICENSE; ++i)
    {
        size_t size = strlen(prefixes[i]);

        if (length > size && !memcmp(text, prefixes[i], size))
        {
            *out = (enum fault_target)i;
            return size;
        }
    }
    return 0;
}

/* One fault, size bytes of text, into plan. */
static bool add(struct fault_plan *plan, const char *text, size_t length, char *why, size_t size)
{
    struct fault *fault = &plan->faults[plan->count];
    const char *equals;
    size_t name_length, prefix, i;

    if (plan->count == FAULT_PLAN_MAX || length >= FAULT_TEXT_SIZE)
    {
        snprintf(why, size, plan->count == FAULT_PLAN_MAX ? "there are too many faults" : "a fault is too long");
        return false;
    }
    memset(fault, 0, sizeof(*fault));
    prefix = read_target(text, length, &fault->only);
    text += prefix;
    length -= prefix;
    equals = memchr(text, '=', length);
    name_length = equals ? (size_t)(equals - text) : length;
    if (equals)
    {
        fault->has_argument = true;
        memcpy(fault->text, equals + 1, length - name_length - 1);
    }
    for (i = 0; i < sizeof(names) / sizeof(names[0]); ++i)
    {
        if (strlen(names[i].name) == name_length && !memcmp(names[i].name, text, name_length))
        {
            fault->kind = names[i].kind;
            if (!read_argument(&names[i], fault, why, size))
                return false;
            ++plan->count;
            return true;
        }
    }
    snprintf(why, size, "there is no fault \"%.*s\"", (int)(name_length > 80 ? 80 : name_length), text);
    return false;
}

struct faults *faults_create(const char *file)
{
    struct faults *faults = calloc(1, sizeof(*faults));

    if (!faults)
        return NULL;
    pthread_mutex_init(&faults->lock, NULL);
    if (file && !(faults->file = strdup(file)))
    {
        faults_free(faults);
        return NULL;
    }
    return faults;
}

void faults_free(struct faults *faults)
{
    size_t i;

    if (!faults)
        return;
    for (i = 0; i < TARGETS; ++i)
        drm_buffer_free(&faults->answers[i]);
    pthread_mutex_destroy(&faults->lock);
    free(faults->file);
    free(faults);
}

bool faults_add(struct faults *faults, const char *text, char *why, size_t size)
{
    return add(&faults->given, text, strlen(text), why, size);
}

/* Every line of the file; empty ones and those that begin with # plan nothing. */
static bool add_lines(struct fault_plan *plan, struct drm_span content, char *why, size_t size)
{
    const char *text = (const char *)content.data, *end = text + content.size;

    while (text < end)
    {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        size_t length = (size_t)((newline ? newline : end) - text);

        while (length && (text[length - 1] == '\r' || text[length - 1] == ' '))
            --length;
        if (length && *text != '#' && !add(plan, text, length, why, size))
            return false;
        text = newline ? newline + 1 : end;
    }
    return true;
}

bool faults_plan(const struct faults *faults, enum fault_target target, struct fault_plan *out, char *why,
                 size_t size)
{
    struct drm_buffer content = {0};
    bool done = true;
    size_t i, kept = 0;
    int error = 0;

    *out = faults->given;
    if (faults->file)
    {
        error = small_file_read(faults->file, FILE_MAX_SIZE, &content);
        if (error && error != ENOENT)
        {
            snprintf(why, size, "%s: %s", faults->file, strerror(error));
            done = false;
        }
        done = done && add_lines(out, drm_buffer_span(&content), why, size);
        drm_buffer_free(&content);
    }
    for (i = 0; i < out->count; ++i)
    {
        if (!out->faults[i].only || out->faults[i].only == target)
            out->faults[kept++] = out->faults[i];
    }
    out->count = kept;
    return done;
}

drm_result faults_swap_answer(struct faults *faults, enum fault_target target, struct drm_span answer,
                              struct drm_buffer *previous)
{
    struct drm_buffer *slot = &faults->answers[target - 1], copy = {0};
    drm_result result = drm_buffer_append(&copy, answer.data, answer.size);

    if (DRM_FAILED(result))
        return result;
    pthread_mutex_lock(&faults->lock);
    *previous = *slot;
    *slot = copy;
    pthread_mutex_unlock(&faults->lock);
    return DRM_S_OK;
}
