/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What stands in a store's folder, and whether all of it fits together: for tests that killed somebody in the middle.
 *
 * Nothing asserts: a failed check is printed with where it is, and the function returns false.
 */
#ifndef WMDRM_TESTS_STORE_STATE_H
#define WMDRM_TESTS_STORE_STATE_H

#include "engine/client/client.h"
#include "engine/store/store.h"
#include "support/plain_host.h"

/* Prints what is not so. */
#define EXPECT(condition) expect((condition), #condition, __FILE__, __LINE__)
bool expect(bool holds, const char *condition, const char *file, int line);

struct store_state
{
    uint8_t root[DRM_SIGN_PUBLIC_SIZE]; /* of the embedded authority; zeros where none ever answered */
    int64_t identity;                   /* 0: none */
    uint8_t chain_hash[DRM_SHA256_SIZE];
    struct drm_version version;
    uint64_t lists[DRM_REVOCATION_TYPES];
    char component[DRM_CERTIFICATE_NAME_SIZE + 1];
};

/*
 * Reads it, as the next program would, and proves that it is whole: the chain verifies and is for the keys that the
 * store holds and can open, every list is what was signed, the component is what was signed, the database has no
 * damage.
 */
bool store_state_read(const char *directory, struct plain_host *host, struct store_state *out);

/* The same identity, lists and component. */
bool store_state_same(const struct store_state *a, const struct store_state *b);
/* The same but for the identity itself: one of the same version, or none in both. */
bool store_state_alike(const struct store_state *a, const struct store_state *b);
/* No list of a lower version. */
bool store_state_no_older(const struct store_state *now, const struct store_state *before);

/* Every file in the folder belongs to a store at rest, and every content file is referred to. Nothing may be open.
 * "*-damaged-*" is passed over. */
bool store_folder_is_clean(const char *directory);

#endif
