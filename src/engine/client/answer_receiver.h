/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Takes an authority's answer as it streams in: verifies the head before anything else is looked at, and each part
 * while it goes to its place in the store. Memory does not grow with the answer.
 */
#ifndef WMDRM_ENGINE_ANSWER_RECEIVER_H
#define WMDRM_ENGINE_ANSWER_RECEIVER_H

#include "engine/format/answer.h"
#include "engine/store/store.h"

struct drm_answer_receiver
{
    const struct drm_request *request;
    const uint8_t *anchor;
    struct drm_store *store;

    struct drm_buffer head;          /* its length included */
    bool has_head;
    struct drm_answer answer;        /* spans point into head */
    uint64_t total;                  /* bytes of the answer, as the head says */
    uint64_t received;

    size_t part;                     /* the one that comes now */
    uint64_t part_left;
    struct drm_hash *hash;
    struct drm_revocation_reader *reader;
    struct drm_staged_content *staged;

    size_t list_count;               /* what came whole */
    struct drm_install_list lists[DRM_ANSWER_MAX_PARTS];
    struct drm_staged_content *component;
};

/* The pointers must outlive the receiver. */
void drm_answer_receiver_init(struct drm_answer_receiver *receiver, const struct drm_request *request,
                              const uint8_t *anchor, struct drm_store *store);

/*
 * Takes the next bytes. Returns, as soon as one is certain,
 *   DRM_E_BAD_NET_RESPONSE      no answer of our service's, or one to another kind of request
 *   DRM_E_SIGNATURE_FAILURE, DRM_E_INVALID_CERTIFICATE
 *   DRM_E_INVALID_MACHINE       made for another machine
 *   DRM_E_PARAMETERS_MISMATCHED an answer to another request: a replay
 *   DRM_E_PACKAGE_TOO_OLD       a lower security version than the installed one
 *   DRM_E_COMPONENT_INVALID     a part is not what was signed, or there is more than was signed
 *   and the failures of a list and of the store.
 */
drm_result drm_answer_receiver_feed(struct drm_answer_receiver *receiver, const uint8_t *data, size_t size);

/* After the last byte: everything that was signed is here. DRM_E_BAD_NET_RESPONSE where not even the head is,
 * DRM_E_COMPONENT_INVALID where parts are missing. */
drm_result drm_answer_receiver_finish(struct drm_answer_receiver *receiver);

/* Discards every file that was not installed. */
void drm_answer_receiver_cleanup(struct drm_answer_receiver *receiver);

#endif
