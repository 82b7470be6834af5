/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The subject of a content enabler in a stream (IPersistStream), as it goes to another process.
 */
#ifndef WMDRM_SHELL_CONTENT_ENABLER_STREAM_H
#define WMDRM_SHELL_CONTENT_ENABLER_STREAM_H

#include <objidl.h>

#include "shell/object/content_enabler.h"

#define CONTENT_ENABLER_STREAM_MAX 4096

/* Return what the stream says. load: E_INVALIDARG for what save did not write; nothing of it is believed unread. */
HRESULT content_enabler_subject_save(const struct content_enabler_subject *subject, IStream *stream);
HRESULT content_enabler_subject_load(struct content_enabler_subject *subject, IStream *stream);

#endif
