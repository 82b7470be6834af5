/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Revocation lists (docs/formats.md, "Revocation lists").
 *
 *   length of the head (4 bytes, big-endian), head (a signed object with its signer's chain), entries
 *
 * The head says which list it is, its version, the size and number of its entries and their SHA-256, so that a list of
 * a million entries streams and needs one signature. Entries are fixed in size and strictly ascending (memcmp).
 */
#ifndef WMDRM_ENGINE_REVOCATION_LIST_H
#define WMDRM_ENGINE_REVOCATION_LIST_H

#include "engine/format/chain.h"

/* The six lists; the GUIDs are WMDRM_REVOCATIONTYPE_x. Values stand in the store and never change. */
enum drm_revocation_type
{
    DRM_REVOCATION_APP = 1,     /* application certificates */
    DRM_REVOCATION_DEVICE = 2,  /* portable devices */
    DRM_REVOCATION_CARDEA = 3,  /* network devices */
    DRM_REVOCATION_REVINFO = 4, /* the index: which version of each other list is current */
    DRM_REVOCATION_GRL = 5,     /* machines and other components */
    DRM_REVOCATION_HDCP = 6,
};
#define DRM_REVOCATION_FIRST DRM_REVOCATION_APP
#define DRM_REVOCATION_LAST DRM_REVOCATION_HDCP
#define DRM_REVOCATION_TYPES 6

#define DRM_REVOCATION_ENTRY_SIZE DRM_SHA256_SIZE /* a certificate's id */
#define DRM_REVINFO_ENTRY_SIZE 24                 /* a list's GUID (16, as text reads), its version (8, big-endian) */
#define DRM_REVOCATION_HEAD_MAX_SIZE (DRM_CHAIN_MAX_SIZE + 1024)
#define DRM_REVOCATION_LENGTH_SIZE 4              /* of the length before the head */
#define DRM_REVOCATION_MAX_ENTRIES 8000000
#define DRM_REVOCATION_MAX_VERSION UINT64_C(0x7fffffffffffffff) /* fits a signed integer of the store */
/* All of a list at most. */
#define DRM_REVOCATION_MAX_SIZE                                                                                      \
    (DRM_REVOCATION_LENGTH_SIZE + DRM_REVOCATION_HEAD_MAX_SIZE                                                       \
     + (uint64_t)DRM_REVOCATION_MAX_ENTRIES * DRM_REVOCATION_ENTRY_SIZE)

/* --- types (revocation_type.c) ---------------------------------------------------------------------------- */

/* The GUID of a list, bytes in the order in which its text reads (RFC 4122). from_guid returns 0 for a foreign one. */
const uint8_t *drm_revocation_type_guid(enum drm_revocation_type type);
int drm_revocation_type_from_guid(const uint8_t guid[DRM_ID_SIZE]);
/* "APP", "DEVICE", ...; from_name returns 0 for an unknown one and ignores case. */
const char *drm_revocation_type_name(enum drm_revocation_type type);
int drm_revocation_type_from_name(const char *name);
/* DRM_REVOCATION_ENTRY_SIZE, or DRM_REVINFO_ENTRY_SIZE for the index. */
uint32_t drm_revocation_type_entry_size(enum drm_revocation_type type);
/* How many first bytes of an entry no other has: all, or the GUID in the index, which names no list twice. */
uint32_t drm_revocation_type_key_size(enum drm_revocation_type type);

/* The versions of all lists, 0 where there is none, as they stand in requests and answers: eight bytes each, in the
 * order of types. They are valid where none is above DRM_REVOCATION_MAX_VERSION. */
#define DRM_REVOCATION_VERSIONS_SIZE (DRM_REVOCATION_TYPES * 8)
void drm_revocation_versions_put(const uint64_t versions[DRM_REVOCATION_TYPES],
                                 uint8_t out[DRM_REVOCATION_VERSIONS_SIZE]);
void drm_revocation_versions_get(const uint8_t data[DRM_REVOCATION_VERSIONS_SIZE],
                                 uint64_t out[DRM_REVOCATION_TYPES]);
bool drm_revocation_versions_are_valid(const uint64_t versions[DRM_REVOCATION_TYPES]);

/* --- heads (revocation_head.c) ---------------------------------------------------------------------------- */

struct drm_revocation_head
{
    enum drm_revocation_type type;
    uint64_t version;      /* above 0; a list of a lower version never replaces a higher one */
    int64_t issued;        /* UTC, milliseconds since 1970 */
    uint32_t entry_size;   /* DRM_REVOCATION_ENTRY_SIZE, or DRM_REVINFO_ENTRY_SIZE for the index */
    uint32_t entry_count;
    uint8_t entries_hash[DRM_SHA256_SIZE];
};

/*
 * Reads and verifies the head of a list: signed by a key with DRM_ROLE_SIGN_REVOCATION under this anchor (validity is
 * not judged: an old list stays one). head is the signed object alone. Returns DRM_E_INVALID_CRL for what is no list,
 * DRM_E_SIGNATURE_FAILURE, DRM_E_INVALID_CERTIFICATE (another anchor's, or another role's, or an unreadable chain).
 */
drm_result drm_revocation_head_read(struct drm_span head, const uint8_t anchor[DRM_SIGN_PUBLIC_SIZE],
                                    struct drm_revocation_head *out);

/* Which anchor of several signed it, as an index; head verified as above. */
drm_result drm_revocation_head_read_any(struct drm_span head, const uint8_t (*anchors)[DRM_SIGN_PUBLIC_SIZE],
                                        size_t count, size_t *which, struct drm_revocation_head *out);

/* --- reading all of a list (revocation_reader.c) ------------------------------------------------------------ */

/*
 * Checks a list's bytes as they stream by, in pieces of any size, head and its length included. Memory does not grow
 * with the list. The outcome does not depend on the pieces.
 */
struct drm_revocation_reader;
drm_result drm_revocation_reader_create(const uint8_t (*anchors)[DRM_SIGN_PUBLIC_SIZE], size_t count,
                                        struct drm_revocation_reader **out);
/*
 * Returns a failure as soon as one is certain, and the same again from then on: what drm_revocation_head_read_any
 * returns, or DRM_E_INVALID_CRL for entries that are not those of the head (too many, not ascending, another hash).
 */
drm_result drm_revocation_reader_feed(struct drm_revocation_reader *reader, const uint8_t *data, size_t size);
/* After the last byte: DRM_S_OK where a whole, sorted, correctly hashed and signed list came by, DRM_E_INVALID_CRL
 * where its end is missing. entries_offset is where the entries begin in the list's bytes. Outs may be NULL. */
drm_result drm_revocation_reader_finish(struct drm_revocation_reader *reader, size_t *which,
                                        struct drm_revocation_head *head, size_t *entries_offset);
void drm_revocation_reader_free(struct drm_revocation_reader *reader); /* NULL is fine */

/* --- entries (revocation_entry.c) --------------------------------------------------------------------------- */

/* Binary search. entries as they stand in a verified list. */
bool drm_revocation_entries_contain(const uint8_t *entries, const struct drm_revocation_head *head,
                                    const uint8_t *entry);

/* An entry of the index; its version there, 0 where the index does not name this list. */
void drm_revinfo_entry_put(enum drm_revocation_type type, uint64_t version, uint8_t out[DRM_REVINFO_ENTRY_SIZE]);
uint64_t drm_revinfo_entries_find(const uint8_t *entries, const struct drm_revocation_head *head,
                                  enum drm_revocation_type type);

/* --- writing (revocation_write.c) --------------------------------------------------------------------------- */

/*
 * Signs a list and appends all of it to out. entries need not be sorted and may repeat: they are sorted in place and
 * duplicates dropped. head: type, version and issued are the caller's, the rest is filled in. chain: of the signer,
 * whose key seed is. Returns DRM_E_INVALID_ARGUMENT for a head that cannot be, too many entries, or an index that
 * names a list twice.
 */
drm_result drm_revocation_list_write(struct drm_revocation_head *head, uint8_t *entries, size_t entry_count,
                                     const uint8_t seed[DRM_SIGN_SEED_SIZE], struct drm_span chain,
                                     struct drm_buffer *out);

/* The same without the entries, which are to follow from the array, sorted now: head->entry_count of them. For lists
 * too large to stand in memory twice. */
drm_result drm_revocation_list_write_head(struct drm_revocation_head *head, uint8_t *entries, size_t entry_count,
                                          const uint8_t seed[DRM_SIGN_SEED_SIZE], struct drm_span chain,
                                          struct drm_buffer *out);

#endif
