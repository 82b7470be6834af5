/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The interface's values as the engine has them, and back: texts, key ids, names of rights, GUIDs, times, bytes.
 *
 * A BSTR that comes in is read up to its terminator: the interface's own name constants are plain strings, without the
 * length in front that a BSTR has.
 */
#ifndef WMDRM_SHELL_VALUES_H
#define WMDRM_SHELL_VALUES_H

#include <windows.h>
#include <wtypes.h>

#include "engine/base/bytes.h"
#include "engine/rights/terms.h"

/* Text as UTF-8, on the heap; NULL for NULL and for the empty text. E_INVALIDARG for what is no Unicode. */
HRESULT value_text(const WCHAR *text, char **out);

/* A key id's text. Takes no memory. NS_E_DRM_INVALID_KID. */
HRESULT value_key_id(const WCHAR *text, uint8_t out[DRM_KEY_ID_SIZE]);

/* The right behind a name like "ActionAllowed.Play", with its prefix "ActionAllowed."; -1 for any other. Takes no
 * memory. */
int value_right(const WCHAR *name, const char *prefix);

/* A copy with SysAllocString, of UTF-8. *out is NULL on failure. */
HRESULT value_give_text(const char *text, BSTR *out);

/* A copy with CoTaskMemAlloc; nothing is NULL and 0. */
HRESULT value_give_bytes(struct drm_span bytes, BYTE **out, DWORD *size);

/* The engine keeps a GUID's bytes in the order of its text. */
GUID value_guid(const uint8_t bytes[16]);

/* UTC in milliseconds since 1970; 0 (no time) is 0. */
FILETIME value_file_time(int64_t time);
/* The other way; below 0 for what is before 1970. */
int64_t value_time(FILETIME time);

#endif
