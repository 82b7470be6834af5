/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Values in rights as text (docs/authority.md, "Rights as text"). Each returns false for a text that is no such value.
 */
#ifndef WMDRM_ENGINE_RIGHTS_TEXT_VALUE_H
#define WMDRM_ENGINE_RIGHTS_TEXT_VALUE_H

#include "engine/format/license.h"

/* Decimal digits alone, within min and max. */
bool drm_rights_parse_number(const char *text, uint64_t min, uint64_t max, uint64_t *out);
bool drm_rights_parse_u32(const char *text, uint32_t min, uint32_t max, uint32_t *out);
/* 1970 itself stands for no time at all. */
bool drm_rights_parse_time(const char *text, int64_t *out);
/* "yes" or "no". */
bool drm_rights_parse_yes(const char *text, bool *out);
/* The same, for an option of the licence that set_by sets. */
bool drm_rights_parse_option(const char *text, bool set_by, uint32_t option, struct drm_license *license);
/* Text of fewer than size bytes. */
bool drm_rights_parse_text(const char *text, char *out, size_t size);
/* Adds a GUID to a list of at most max, in which none stands twice. */
bool drm_rights_parse_guid_into(const char *text, uint8_t (*list)[16], size_t *count, size_t max);

#endif
