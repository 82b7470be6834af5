/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reading XML from outside: what all readers of this folder share.
 *
 * The text is UTF-8, whatever its declaration says: it came as UTF-16 through the interface and often still says so. A
 * DOCTYPE is refused where it stands, so that there are no entities but the five that XML knows by itself, and nothing
 * is ever fetched. Depth and the length of paths are limited, size is limited by the caller. Comments and processing
 * instructions are passed over.
 */
#ifndef WMDRM_ENGINE_XML_READER_H
#define WMDRM_ENGINE_XML_READER_H

#include "engine/base/bytes.h"

#define DRM_XML_PATH_SIZE 1024 /* with terminator */

/* Where the reader stands: an element that opens, has text, or closes. */
struct drm_xml_element
{
    const char *path;              /* names from the root on: "LICENSERESPONSE/LICENSE" */
    size_t depth;                  /* 1: the root */
    const char *const *attributes; /* at its begin: name, value, ..., NULL */
    struct drm_span text;          /* at its end, where it has no children and nobody takes text in pieces */
    bool has_children;             /* at its end */
    size_t begin;                  /* the tag, as bytes of the whole text; that of an empty element's end has no size */
    size_t end;
};

/* What to do with it. A failure ends the reading and is what it returns. Any may be NULL. */
struct drm_xml_handler
{
    drm_result (*open)(void *context, const struct drm_xml_element *element);
    drm_result (*text)(void *context, const struct drm_xml_element *element, struct drm_span piece);
    drm_result (*close)(void *context, const struct drm_xml_element *element);
    void *context;
    size_t max_depth;
    drm_result malformed; /* the failure of what is no XML, or not within these limits */
};

/* Returns handler->malformed, DRM_E_OUT_OF_MEMORY, or what a function of the handler returned. */
DRM_MUST_CHECK drm_result drm_xml_read(struct drm_span text, const struct drm_xml_handler *handler);

/* The value of an attribute, NULL where there is none. */
const char *drm_xml_attribute(const struct drm_xml_element *element, const char *name);

/* Without white space at both ends. */
struct drm_span drm_xml_trim(struct drm_span text);

/* Copies trimmed text with a terminator. False of text that is no drm_text_is_valid, or too long for size. */
bool drm_xml_copy_text(struct drm_span text, char *out, size_t size);

/* Text that may come as base64 of itself, as it travels: *plain is text, or what was decoded into (empty) decoded.
 * DRM_E_INVALID_DATA for what is neither. */
DRM_MUST_CHECK drm_result drm_xml_unwrap(struct drm_span text, struct drm_buffer *decoded, struct drm_span *plain);

#endif
