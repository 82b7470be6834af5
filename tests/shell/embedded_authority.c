/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The embedded authority, opened by a test (embedded_authority.h).
 */
#include "shell/embedded_authority.h"

#include <string.h>

#include "engine/crypto/crypto.h"
#include "shell/com_check.h"
#include "shell/platform/dpapi_protector.h"
#include "shell/platform/system_clock.h"

static void discard_line(void *context, const char *line)
{
    (void)context;
    (void)line;
}

struct drm_authority *embedded_authority_open(const WCHAR *directory)
{
    static struct drm_host host;
    char narrow[MAX_PATH * 3];
    struct drm_authority_options options = {.directory = narrow, .name = "test", .host = &host};
    struct drm_authority *authority = NULL;

    dpapi_protector_init(&host.protector);
    system_clock_init(&host.clock);
    host.log.write = discard_line;
    assert_int_equal(drm_crypto_init(), DRM_S_OK);
    assert_int_not_equal(WideCharToMultiByte(CP_UTF8, 0, directory, -1, narrow, sizeof(narrow), NULL, NULL), 0);
    CreateDirectoryW(directory, NULL);
    assert_int_equal(drm_authority_open(&options, DRM_AUTHORITY_OPEN_OR_CREATE, &authority), DRM_S_OK);
    return authority;
}

void embedded_authority_certify(struct drm_authority *authority, struct drm_buffer *chain, uint8_t id[DRM_SHA256_SIZE])
{
    struct drm_certificate subject = {.roles = DRM_ROLE_APPLICATION};
    uint8_t seed[DRM_SIGN_SEED_SIZE];
    struct drm_chain read;

    drm_random(seed, sizeof(seed));
    assert_int_equal(drm_sign_public(seed, subject.sign_key), DRM_S_OK);
    strcpy(subject.name, "an application");
    assert_int_equal(drm_authority_certify(authority, &subject, chain), DRM_S_OK);
    assert_int_equal(drm_chain_read(drm_buffer_span(chain), &read), DRM_S_OK);
    memcpy(id, read.certificates[0].id, DRM_SHA256_SIZE);
}

void embedded_authority_revoke(struct drm_authority *authority, enum drm_revocation_type type, const uint8_t *ids,
                               size_t count, struct drm_buffer *out)
{
    assert_int_equal(drm_authority_revoke(authority, type, ids, count), DRM_S_OK);
    assert_int_equal(drm_authority_read_list(authority, type, out), DRM_S_OK);
}
