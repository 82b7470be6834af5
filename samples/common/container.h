/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Protected files (docs/container.md): a head with the content header, then blocks of counter mode, each with a tag
 * that only who has the content's key can make.
 */
#ifndef SAMPLES_CONTAINER_H
#define SAMPLES_CONTAINER_H

#include <stdbool.h>
#include <windows.h>
#include <bcrypt.h>
#include <wmdrmsdk.h>

#define CONTAINER_HEAD_SIZE 32
#define CONTAINER_HEAD_TAG_SIZE 32
#define CONTAINER_TAG_SIZE 16
#define CONTAINER_MAX_BLOCK_SIZE (16 * 1024 * 1024)
#define CONTAINER_MAX_HEADER_SIZE (256 * 1024)
#define CONTAINER_MAC_KEY_SIZE 32

struct container_head
{
    DWORD block_size;            /* of plain bytes; the last block may have fewer */
    DWORD header_size;
    ULONGLONG size;              /* of the plain file */
    ULONGLONG first_counter_id;  /* that of block 0; each next block has the next one */
};

/* The number of blocks, and of bytes that the whole file has. */
ULONGLONG container_block_count(const struct container_head *head);
ULONGLONG container_file_size(const struct container_head *head);

void container_head_write(const struct container_head *head, BYTE out[CONTAINER_HEAD_SIZE]);
/* False of what is none; *is_ours: it begins like one, of another version perhaps. */
bool container_head_read(const BYTE data[CONTAINER_HEAD_SIZE], struct container_head *out, bool *is_ours);

/* Tags, under a key that is a part of the content key's stream which no block uses. */
struct container_mac
{
    BCRYPT_ALG_HANDLE algorithm;
    BYTE key[CONTAINER_MAC_KEY_SIZE];
};

/* One of both is not NULL. */
HRESULT container_mac_open(struct container_mac *mac, IWMDRMEncrypt *encryptor, IWMDRMDecrypt *decryptor);
void container_mac_close(struct container_mac *mac); /* one that is zeroed is fine */

/* Of the head and the content header after it. */
HRESULT container_head_tag(const struct container_mac *mac, const BYTE *data, DWORD size,
                           BYTE out[CONTAINER_HEAD_TAG_SIZE]);
/* Of an encrypted block. */
HRESULT container_block_tag(const struct container_mac *mac, ULONGLONG counter_id, const BYTE *data, DWORD size,
                            BYTE out[CONTAINER_TAG_SIZE]);
/* In a time that tells nothing. */
bool container_tag_equal(const BYTE *a, const BYTE *b, size_t size);

#endif
