/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The one encoding of every binary object (docs/formats.md).
 *
 * An object is a row of fields: tag (2 bytes, big-endian), length (4 bytes, big-endian), value. A tag is a number
 * below DRM_TLV_CRITICAL, plus DRM_TLV_CRITICAL where a reader must understand it; any other may be skipped. The
 * fields of one object stand in ascending order of their numbers, critical or not; a tag may repeat where its object
 * says so. Values of more than one field nest.
 */
#ifndef WMDRM_ENGINE_TLV_H
#define WMDRM_ENGINE_TLV_H

#include "engine/base/bytes.h"

#define DRM_TLV_CRITICAL 0x8000
#define DRM_TLV_HEADER_SIZE 6

/* --- writing ---------------------------------------------------------------------------------------------- */

/*
 * A writer remembers its first failure (memory, or a value of 4 GiB) and then does nothing more, so that a row of puts
 * needs one check at its end: drm_tlv_finish. After a failure out holds a part of the object. The caller keeps the
 * order of tags. No value may lie in out.
 */
struct drm_tlv_writer
{
    struct drm_buffer *out; /* appended to */
    drm_result result;
};

void drm_tlv_begin(struct drm_tlv_writer *writer, struct drm_buffer *out);
void drm_tlv_put(struct drm_tlv_writer *writer, uint16_t tag, struct drm_span value);
void drm_tlv_put_u8(struct drm_tlv_writer *writer, uint16_t tag, uint8_t value);
void drm_tlv_put_u32(struct drm_tlv_writer *writer, uint16_t tag, uint32_t value);
void drm_tlv_put_u64(struct drm_tlv_writer *writer, uint16_t tag, uint64_t value);
void drm_tlv_put_text(struct drm_tlv_writer *writer, uint16_t tag, const char *text); /* UTF-8, without its end */
/* A nested object: open gives a mark, the fields in between are its value, close fills in its length. */
size_t drm_tlv_open(struct drm_tlv_writer *writer, uint16_t tag);
void drm_tlv_close(struct drm_tlv_writer *writer, size_t mark);
DRM_MUST_CHECK drm_result drm_tlv_finish(const struct drm_tlv_writer *writer);

/* --- reading ---------------------------------------------------------------------------------------------- */

/*
 * What a reader of one kind of object expects of one tag. Exactly one of the outs is set, by kind; an out whose tag
 * the object does not have stays as it was.
 */
enum drm_tlv_kind
{
    DRM_TLV_BYTES,  /* span: any length within min_size and max_size */
    DRM_TLV_FIXED,  /* fixed: exactly max_size bytes, copied */
    DRM_TLV_U8,     /* u8 */
    DRM_TLV_U32,    /* u32 */
    DRM_TLV_U64,    /* u64 */
    DRM_TLV_TEXT,   /* span: drm_text_is_valid, within min_size and max_size bytes */
    DRM_TLV_EACH,   /* each: called for each of up to max_count values, each within min_size and max_size */
};

struct drm_tlv_field
{
    uint16_t tag;               /* with DRM_TLV_CRITICAL where it is written so */
    enum drm_tlv_kind kind;
    bool required;
    size_t min_size;
    size_t max_size;
    size_t max_count;           /* of EACH */
    union
    {
        struct drm_span *span;
        uint8_t *fixed;
        uint8_t *u8;
        uint32_t *u32;
        uint64_t *u64;
        drm_result (*each)(void *context, struct drm_span value);
    } out;
    void *context;              /* of each */
    bool *present;              /* may be NULL; set to true or false */
};

/*
 * Reads one object: checks every length, the order of the tags, that no known tag repeats except EACH, that required
 * ones are there, that no unknown one is critical nor a known one other than expected, and that nothing is left over.
 * Spans point into data. Returns DRM_E_INVALID_DATA for anything else, before any out is set or each is called; or the
 * failure of an each, which ends the reading there.
 */
DRM_MUST_CHECK drm_result drm_tlv_read(struct drm_span data, const struct drm_tlv_field *fields, size_t count);

#endif
