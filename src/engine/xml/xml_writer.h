/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Writing XML. A writer remembers its first failure and then does nothing more, so that a row of calls needs one check
 * at its end: drm_xml_finish. After a failure out holds a part of the text. Names and nesting are the caller's care.
 */
#ifndef WMDRM_ENGINE_XML_WRITER_H
#define WMDRM_ENGINE_XML_WRITER_H

#include "engine/base/bytes.h"

struct drm_xml_writer
{
    struct drm_buffer *out; /* appended to */
    drm_result result;
};

void drm_xml_begin(struct drm_xml_writer *writer, struct drm_buffer *out);
/* <name>, or with an attribute where that is not NULL; and </name>. */
void drm_xml_open(struct drm_xml_writer *writer, const char *name, const char *attribute, const char *value);
void drm_xml_close(struct drm_xml_writer *writer, const char *name);
/* An element and its text, escaped. DRM_E_INVALID_ARGUMENT for what is no drm_text_is_valid or not allowed in XML. */
void drm_xml_put_text(struct drm_xml_writer *writer, const char *name, const char *text);
void drm_xml_put_base64(struct drm_xml_writer *writer, const char *name, struct drm_span data);
/* XML as it is. */
void drm_xml_put_raw(struct drm_xml_writer *writer, struct drm_span text);
DRM_MUST_CHECK drm_result drm_xml_finish(const struct drm_xml_writer *writer);

#endif
