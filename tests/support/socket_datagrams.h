/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Datagrams over the sockets of a Unix system, for tests and programs that run natively. */
#ifndef WMDRM_TESTS_SOCKET_DATAGRAMS_H
#define WMDRM_TESTS_SOCKET_DATAGRAMS_H

#include "engine/device/datagrams.h"

struct drm_datagrams socket_datagrams(void);

#endif
