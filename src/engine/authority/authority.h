/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The authority: certifies machines, signs revocation lists and answers.
 *
 * It has two homes, embedded in the DLL and in the service, and is the same code in both: one folder with a database
 * (authority.db: keys, machines, versions) and the files of its lists and its component beside it. Everything here is
 * safe from several threads and processes.
 */
#ifndef WMDRM_ENGINE_AUTHORITY_H
#define WMDRM_ENGINE_AUTHORITY_H

#include "engine/format/answer.h"
#include "engine/host.h"

struct drm_authority;

/* May drm_authority_open make a new one? */
enum drm_authority_mode
{
    DRM_AUTHORITY_OPEN,            /* no: DRM_E_NOT_FOUND where there is none */
    DRM_AUTHORITY_OPEN_OR_CREATE,  /* yes, with fresh keys and an empty first version of every list */
};

struct drm_authority_options
{
    const char *directory;         /* UTF-8; must exist */
    const char *name;              /* into the certificates of a new one, e.g. "wmdrmsdk embedded authority" */
    const struct drm_host *host;   /* protector, clock and log are used; must outlive the authority */
    const struct drm_task *task;   /* ends a wait for another process; may be NULL */
};

/*
 * Opens the authority of a folder. Its private keys rest under one key that the host's protector seals. Returns the
 * codes of drm_database_open, DRM_E_NOT_FOUND, and DRM_E_SECURE_STORE_UNLOCK_ERROR where the keys cannot be opened
 * any more.
 */
drm_result drm_authority_open(const struct drm_authority_options *options, enum drm_authority_mode mode,
                              struct drm_authority **out);
void drm_authority_close(struct drm_authority *authority); /* NULL is fine */

/* Moves a damaged or locked-out authority's database aside under a name that says so ("authority-damaged-<UTC
 * time>.db"), so that the next open makes a new one. Nothing is deleted. */
drm_result drm_authority_set_aside(const struct drm_authority_options *options);

/* The trust anchor: the root's public key. */
const uint8_t *drm_authority_root(const struct drm_authority *authority);

/* --- answering -------------------------------------------------------------------------------------------- */

/* An answer that can be read from any offset, any number of times, until it is freed; parts stay in their files. */
struct drm_authority_reply;

/*
 * Answers one request of this kind. Returns what drm_request_read returns, and
 *   DRM_E_CERTIFICATE_REVOKED   the identity that signed the request is on the list GRL
 *   DRM_E_MACHINE_REFUSED       a machine id that is known, without a signature of its identity
 *   DRM_E_INDIV_LIMIT           more individualizations than the policy's limit for this machine today
 * A certificate is issued and on record when this returns. An individualization that is not forced, of an identity
 * that is valid and has the current version and the current component, is answered up_to_date.
 */
drm_result drm_authority_handle(struct drm_authority *authority, enum drm_request_kind kind, struct drm_span request,
                                struct drm_authority_reply **out);
uint64_t drm_authority_reply_size(const struct drm_authority_reply *reply);
/* Reads up to size bytes at offset; *read is 0 only at the end. */
drm_result drm_authority_reply_read(struct drm_authority_reply *reply, uint64_t offset, uint8_t *out, size_t size,
                                    size_t *read);
void drm_authority_reply_free(struct drm_authority_reply *reply);

/* Signs the head of an answer, whatever it says, as drm_answer_head_write does. For tests of clients: an authority
 * never says what they have to refuse, such as an old version. */
drm_result drm_authority_sign_answer(const struct drm_authority *authority, const struct drm_answer *answer,
                                     struct drm_buffer *out);

/* --- administration --------------------------------------------------------------------------------------- */

struct drm_authority_status
{
    struct drm_version version;
    uint64_t list_versions[DRM_REVOCATION_TYPES];
    uint32_t list_entries[DRM_REVOCATION_TYPES];
    uint64_t machines;             /* distinct machine ids */
    uint64_t certificates;         /* ever issued to machines */
    uint64_t contents;             /* that licences are issued of */
    uint64_t licenses;             /* ever issued */
    uint64_t component_size;       /* 0: none published */
    char component_name[DRM_CERTIFICATE_NAME_SIZE + 1];
    struct drm_policy policy;
};
drm_result drm_authority_get_status(struct drm_authority *authority, struct drm_authority_status *out);

/* Publishes a security version, with a component from a file (NULL: none). DRM_E_PACKAGE_TOO_OLD where version is
 * lower than the current one; the same version replaces the component. */
drm_result drm_authority_publish(struct drm_authority *authority, struct drm_version version,
                                 const char *component_path, const char *component_name);
drm_result drm_authority_set_policy(struct drm_authority *authority, const struct drm_policy *policy);

/* Parts of a policy; what is NULL stays as it is, whoever changes it meanwhile. DRM_E_INVALID_ARGUMENT. */
struct drm_policy_change
{
    const uint32_t *individualizations_per_day;
    const char *renewal_url; /* empty: none */
    const char *license_url;
};
drm_result drm_authority_change_policy(struct drm_authority *authority, const struct drm_policy_change *change);

/* Adds entries (certificate ids) to a list and signs its next version, and the index's. entry_count 0 just renews the
 * version. Not for DRM_REVOCATION_REVINFO, which follows the others. */
drm_result drm_authority_revoke(struct drm_authority *authority, enum drm_revocation_type type, const uint8_t *entries,
                                size_t entry_count);

/* Calls each for every certificate issued to machines, oldest first; a failing result ends it and is returned. */
struct drm_authority_machine
{
    uint8_t machine_id[DRM_ID_SIZE];
    uint8_t certificate_id[DRM_SHA256_SIZE];
    int64_t issued;
    struct drm_version version;
    bool revoked;
};
drm_result drm_authority_each_machine(struct drm_authority *authority,
                                      drm_result (*each)(void *context, const struct drm_authority_machine *machine),
                                      void *context);

/* A certificate for an application, a device, a network device or an issuer (a third party whose licences machines are
 * to take: issuer.h), over keys that somebody else holds. Appends the whole chain, the root's certificate at its end.
 * DRM_E_INVALID_ARGUMENT for any other role, and of an issuer for no name or this authority's own, and for no key. */
drm_result drm_authority_certify(struct drm_authority *authority, const struct drm_certificate *subject,
                                 struct drm_buffer *chain);

/* The current list of a type, all of its bytes. */
drm_result drm_authority_read_list(struct drm_authority *authority, enum drm_revocation_type type,
                                   struct drm_buffer *out);

#endif
