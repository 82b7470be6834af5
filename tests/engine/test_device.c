/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Network devices. */
#include "engine/crypto/crypto.h"
#include "engine/device_fixture.h"

int main(void)
{
    int failures = 0;

    if (drm_crypto_init() != DRM_S_OK)
        return 1;
    failures += run_device_message_tests();
    failures += run_device_proximity_tests();
    failures += run_device_registrar_tests();
    failures += run_device_license_tests();
    failures += run_device_forgery_tests();
    failures += run_device_listener_tests();
    return failures != 0;
}
