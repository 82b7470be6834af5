/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whoever asks: an application, through the COM interface (asker_com.c), or the engine without a DLL around it
 * (asker_engine.c).
 */
#ifndef WMDRM_TESTS_ASKER_H
#define WMDRM_TESTS_ASKER_H

#include "engine/client/licenses.h"

/* "COM", "the engine". */
extern const char asker_name[];

/* Once, with the folder of the store; makes the host that opens it too. The folder is made. */
const struct drm_host *asker_begin(const char *folder);
void asker_individualize(void);

/* Until the last question is some time ago, and what it left open is closed. */
void asker_rest(void);

/* Opens what questions take; nothing of the store is open after the last close. */
void asker_open(void);
void asker_close(void);

/* A question made ready. */
struct asker_question;
struct asker_question *asker_prepare(const uint8_t key_id[DRM_KEY_ID_SIZE]);
void asker_free(struct asker_question *question);
/* May it be played? The reasons why not. */
uint32_t asker_may_play(const struct asker_question *question);
/* The category of Play. */
uint32_t asker_play_state(const struct asker_question *question);
/* Goes through all licences and counts them; middle, which may be NULL, is called when half of expected are done. */
size_t asker_enumerate(size_t expected, void (*middle)(void));

#endif
