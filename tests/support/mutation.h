/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Ways to spoil encoded objects, all of them the same in every run. Functions that take a reader call it with a copy on
 * the heap that is exactly as long as what it holds, so that a sanitizer sees a read behind its end.
 */
#ifndef WMDRM_TESTS_MUTATION_H
#define WMDRM_TESTS_MUTATION_H

#include "engine/base/bytes.h"

/* Random numbers (xorshift64*) from a seed that is not 0. */
struct test_random
{
    uint64_t state;
};
uint64_t test_random(struct test_random *random);
uint32_t test_random_below(struct test_random *random, uint32_t end);

/* Reads an object; true where it was accepted. Asserts that a refusal is one of those it promises. */
typedef bool test_reader(void *context, struct drm_span data);

/* Fails unless every beginning of data that is shorter than it, the empty one too, is refused. */
void test_every_truncation(struct drm_span data, test_reader *reader, void *context);

/* Fails unless data is refused with one byte more. */
void test_appended_byte(struct drm_span data, test_reader *reader, void *context);

/*
 * Fails unless data is refused with any one bit turned. Natively every bit is tried; under Wine, where signatures are
 * checked more slowly, one bit of every byte, since it is the same code.
 */
void test_every_bit(struct drm_span data, test_reader *reader, void *context);

/* Fails unless the reader refuses count random mutations of data: bits, bytes, cuts, insertions, moves, lengths. */
void test_mutations(struct drm_span data, uint64_t seed, unsigned int count, test_reader *reader, void *context);

/* One random mutation of data, other than data itself, appended to out. */
void test_mutate(struct test_random *random, struct drm_span data, struct drm_buffer *out);

/* --- objects of fields ------------------------------------------------------------------------------------ */

enum test_edit
{
    TEST_REPLACE,   /* the tag's value by another */
    TEST_REMOVE,
    TEST_REPEAT,    /* the same field twice */
    TEST_INSERT,    /* a new field, where its number belongs */
    TEST_RETAG,     /* turns DRM_TLV_CRITICAL of the tag */
};

/* Appends data to out with one field edited. The first of a repeated tag counts. */
void test_edit(struct drm_span data, enum test_edit edit, uint16_t tag, struct drm_span value, struct drm_buffer *out);

#endif
