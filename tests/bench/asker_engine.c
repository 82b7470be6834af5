/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An asker without a DLL (asker.h). */
#include "bench/asker.h"

#include <stdlib.h>
#include <string.h>

#include "bench/measure.h"
#include "support/plain_host.h"

struct asker_question
{
    uint8_t key_id[DRM_KEY_ID_SIZE];
};

const char asker_name[] = "the engine";

static struct plain_host host;
static const char *store_folder;
static struct drm_client *client;

const struct drm_host *asker_begin(const char *folder)
{
    measure_check(drm_crypto_init(), "cryptography");
    plain_host_init(&host);
    store_folder = folder;
    return &host.host;
}

void asker_open(void)
{
    const struct drm_client_options options = {.directory = store_folder, .timeout_ms = 1000, .host = &host.host};

    measure_check(drm_client_create(&options, &client), "a client");
}

void asker_close(void)
{
    drm_client_free(client);
}

/* Who has no DLL around it says so itself. */
void asker_rest(void)
{
    drm_client_rest(client);
}

void asker_individualize(void)
{
    asker_open();
    measure_check(drm_client_individualize(client, false, &plain_task), "individualization");
    asker_close();
}

struct asker_question *asker_prepare(const uint8_t key_id[DRM_KEY_ID_SIZE])
{
    struct asker_question *question = malloc(sizeof(*question));

    measure_check(question ? 0 : -1, "memory");
    memcpy(question->key_id, key_id, sizeof(question->key_id));
    return question;
}

void asker_free(struct asker_question *question)
{
    free(question);
}

uint32_t asker_may_play(const struct asker_question *question)
{
    const enum drm_right right = DRM_RIGHT_PLAY;
    uint32_t answer;

    measure_check(drm_client_query_actions(client, question->key_id, NULL, &right, 1, &answer), "a question");
    return answer;
}

uint32_t asker_play_state(const struct asker_question *question)
{
    const enum drm_right right = DRM_RIGHT_PLAY;
    struct drm_state_data data;

    measure_check(drm_client_query_states(client, question->key_id, &right, 1, &data), "a question");
    return data.category;
}

size_t asker_enumerate(size_t expected, void (*middle)(void))
{
    struct drm_enumeration *enumeration;
    size_t count = 1;
    drm_result result;

    measure_check(drm_client_enumerate(client, NULL, &enumeration), "an enumeration");
    while (DRM_SUCCEEDED(result = drm_enumeration_next(enumeration)))
    {
        if (++count == expected / 2 && middle)
            middle();
    }
    measure_check(result == DRM_E_NO_MORE_ITEMS ? DRM_S_OK : result, "the next licence");
    drm_enumeration_free(enumeration);
    return count;
}
