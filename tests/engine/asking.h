/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the tests of issuing share: contents, LICENSEREQUESTs as a machine writes them, and responses as it checks them.
 */
#ifndef WMDRM_TESTS_ASKING_H
#define WMDRM_TESTS_ASKING_H

#include "engine/authority/contents.h"
#include "engine/authority_fixture.h"
#include "engine/format/license_challenge.h"
#include "engine/format/license_response.h"
#include "engine/xml/license_request.h"

/* A key id of sixteen times this byte. */
struct key_id
{
    uint8_t bytes[DRM_KEY_ID_SIZE];
};
struct key_id key_id(uint8_t value);

/* Adds (or changes) a content named "content <value>", whose content key is sixteen times 0x80 | value. */
drm_result add_content(struct drm_authority *authority, uint8_t value, const char *rights);
struct drm_content_item make_item(uint8_t value, const char *rights);

/* A request that can be spoilt before it is written. */
struct asking
{
    struct drm_license_challenge challenge;
    struct drm_license_request request;
};
/* For the content with this header's key id; -1: for everything. Valid and signed where nothing is changed. */
void asking_begin(struct asking *asking, const struct machine *machine, int content);
/* Signs the challenge as it stands and writes the request; frees asking. */
void asking_write(struct asking *asking, const struct machine *machine, struct drm_buffer *out);

/* Asks for a content (-1: everything), silently; the text is appended to out. */
drm_result ask(struct drm_authority *authority, const struct machine *machine, int content, struct drm_buffer *out);

/* One licence of a response, proved to be of it, and its content key, opened. Spans point into the response's text. */
struct issued
{
    struct drm_license license;
    uint8_t content_key[DRM_CONTENT_KEY_SIZE];
};
struct response
{
    struct drm_license_head head;
    size_t count;
    struct issued *licenses;
    struct drm_buffer bytes; /* the head's */
};
/* Checks all that a machine would: anchor, machine, proofs; opens every content key, that of a leaf by its root's in
 * the same response, or by uplink_key where there is none (may be NULL). */
void response_read(struct drm_authority *authority, const struct machine *machine, struct drm_span text,
                   const uint8_t *uplink_key, struct response *out);
void response_free(struct response *response);

/* An individualized machine. */
void machine_begin(struct drm_authority *authority, struct machine *machine);

/* Licences on the authority's record: how many, and the last of them. note_issued is for drm_authority_each_license. */
struct issued_census
{
    size_t count;
    struct drm_issued_license seen;
};
drm_result note_issued(void *context, const struct drm_issued_license *license);
/* Of a key id and of a machine; either may be NULL. */
size_t count_issued(struct fixture *fixture, const uint8_t *key, const uint8_t *machine);

#endif
