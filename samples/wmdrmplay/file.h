/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A protected file that is read from its beginning to its end. */
#ifndef WMDRMPLAY_FILE_H
#define WMDRMPLAY_FILE_H

#include "common/container.h"
#include "common/exit_code.h"

struct protected_file
{
    HANDLE handle;
    struct container_head head;
    BYTE *head_bytes;  /* what the tag of the head is of */
    DWORD head_size;
    BYTE head_tag[CONTAINER_HEAD_TAG_SIZE];
    BSTR header;       /* the content header */
    ULONGLONG block;   /* the next one */
    ULONGLONG done;    /* plain bytes before it */
};

/* Reads the head, and checks that the file has the size that follows from it. Says what is wrong. */
enum exit_code protected_file_open(const wchar_t *path, struct protected_file *out);
void protected_file_close(struct protected_file *file);

/* Is the head what was written by who had the content's key? Says so where it is not. */
enum exit_code protected_file_check_head(const struct protected_file *file, const struct container_mac *mac);

/* Reads the next block, still encrypted, into data (block_size and a tag more), and checks it. *size is 0 at the
 * end. */
enum exit_code protected_file_read(struct protected_file *file, const struct container_mac *mac, BYTE *data,
                                   DWORD *size, ULONGLONG *counter_id);

#endif
