/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Content on its way: blocks that are encrypted where they lie, sent, received, and decrypted where they came.
 */
#ifndef NETSTREAM_CONTENT_H
#define NETSTREAM_CONTENT_H

#include "frames.h"

#include <wmdrmsdk.h>

#define CONTENT_BLOCK_SIZE (128 * 1024) /* docs/benchmarks.md */

/* Where the plain bytes of the next block are put: room for CONTENT_BLOCK_SIZE. */
BYTE *content_block(struct frame *frame);
/* Encrypts that block and sends it; place is where in the file it is, a multiple of 16. */
HRESULT content_send(struct connection *connection, struct frame *frame, IWMDRMEncrypt *encryptor, ULONGLONG place,
                     DWORD size);
HRESULT content_send_end(struct connection *connection);

/* The next block, decrypted, within the frame; *data is NULL after the last one. place is where in the file it has to
 * be: what is elsewhere is HRESULT_FROM_WIN32(ERROR_INVALID_DATA), like all that is no content. */
HRESULT content_receive(struct connection *connection, struct frame *frame, IWMDRMDecrypt *decryptor, ULONGLONG place,
                        BYTE **data, DWORD *size);

#endif
