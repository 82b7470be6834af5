/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What keeps a thread busy on either side of proximity, over sockets and a clock that the test plays. */
#include "engine/device_home.h"
#include "engine/device_fixture.h"

/* A network that is silent but for what the test put there; waiting makes time go by at once. */
struct quiet
{
    uint64_t now;
    unsigned int opened, closed;
    unsigned int sent;
    unsigned int waits;
    unsigned int cancel_at;      /* the look at which the task is cancelled; 0: never */
    unsigned int looks;
    size_t size;                 /* of the one datagram that comes; 0: none */
    uint8_t data[DRM_DATAGRAM_MAX_SIZE];
    struct drm_device_address from;
    uint8_t hop_limit;           /* of the last that was sent */
};

static drm_result quiet_open(void *context, const struct drm_device_address *local, struct drm_datagram_socket **out)
{
    struct quiet *quiet = context;
    (void)local;

    quiet->opened++;
    *out = context;
    return DRM_S_OK;
}

static void quiet_close(void *context, struct drm_datagram_socket *opened)
{
    struct quiet *quiet = context;

    assert_ptr_equal(opened, context);
    quiet->closed++;
}

static uint16_t quiet_port(void *context, struct drm_datagram_socket *opened)
{
    (void)context;
    (void)opened;
    return 1;
}

static void quiet_send(void *context, struct drm_datagram_socket *opened, const struct drm_device_address *to,
                       uint8_t hop_limit, const uint8_t *data, size_t size)
{
    struct quiet *quiet = context;
    (void)opened;
    (void)to;
    (void)data;

    assert_true(size > 0);
    quiet->hop_limit = hop_limit;
    quiet->sent++;
}

static bool quiet_receive(void *context, struct drm_datagram_socket *opened, uint32_t timeout_ms, uint8_t *data,
                          size_t capacity, size_t *size, struct drm_device_address *from)
{
    struct quiet *quiet = context;
    (void)opened;

    assert_true(timeout_ms > 0 && timeout_ms <= 50); /* a cancel is to be seen soon */
    quiet->waits++;
    if (quiet->size)
    {
        assert_true(quiet->size <= capacity);
        memcpy(data, quiet->data, quiet->size);
        *size = quiet->size;
        *from = quiet->from;
        quiet->size = 0;
        return true;
    }
    quiet->now += (uint64_t)timeout_ms * 1000;
    return false;
}

static uint64_t quiet_now(void *context)
{
    return ((struct quiet *)context)->now;
}

static struct drm_datagrams quiet_datagrams(struct quiet *quiet)
{
    return (struct drm_datagrams){.context = quiet, .open = quiet_open, .close = quiet_close, .port = quiet_port,
                                  .send = quiet_send, .receive = quiet_receive, .now = quiet_now};
}

static bool is_cancelled(void *context)
{
    struct quiet *quiet = context;

    return ++quiet->looks == quiet->cancel_at;
}

static void listener__lives_for_two_minutes(void **state)
{
    struct home *home = *state;
    struct quiet quiet = {.now = 77};
    const struct drm_datagrams datagrams = quiet_datagrams(&quiet);
    const struct drm_task task = {.context = &quiet, .cancelled = is_cancelled};

    drm_listener_run(home->registrar, &datagrams, (struct drm_datagram_socket *)&quiet, &task);
    assert_true(quiet.now - 77 >= DRM_LISTENER_LIFETIME_US);
    assert_true(quiet.now - 77 < DRM_LISTENER_LIFETIME_US + 50000);
    assert_int_equal(quiet.closed, 1);
    assert_int_equal(quiet.sent, 0);
}

static void listener__ends_when_it_is_told_to(void **state)
{
    struct home *home = *state;
    struct quiet quiet = {.cancel_at = 3};
    const struct drm_datagrams datagrams = quiet_datagrams(&quiet);
    const struct drm_task task = {.context = &quiet, .cancelled = is_cancelled};

    drm_listener_run(home->registrar, &datagrams, (struct drm_datagram_socket *)&quiet, &task);
    assert_int_equal(quiet.waits, 2);
    assert_int_equal(quiet.closed, 1);
}

static void listener__answers_with_the_hop_limit(void **state)
{
    struct home *home = *state;
    struct quiet quiet = {.cancel_at = 3};
    const struct drm_datagrams datagrams = quiet_datagrams(&quiet);
    const struct drm_task task = {.context = &quiet, .cancelled = is_cancelled};
    struct drm_proximity_receiver receiver;
    struct drm_registration registration;

    home_register(home, &registration);
    drm_proximity_receiver_begin(&receiver, &registration.session, 0);
    quiet.size = drm_proximity_receiver_tick(&receiver, 0, quiet.data);
    quiet.from = (struct drm_device_address){.host = {192, 0, 2, 9}, .port = 5};
    drm_listener_run(home->registrar, &datagrams, (struct drm_datagram_socket *)&quiet, &task);
    assert_int_equal(quiet.sent, 1);
    assert_int_equal(quiet.hop_limit, DRM_PROXIMITY_HOP_LIMIT);
}

static void receiver__gives_up_on_silence(void **state)
{
    struct quiet quiet = {.now = 5};
    const struct drm_datagrams datagrams = quiet_datagrams(&quiet);
    const struct drm_task task = {.context = &quiet, .cancelled = is_cancelled};
    const struct drm_device_session session = {.id = {1}};
    (void)state;

    assert_int_equal(drm_proximity_run(&session, &home_address, &datagrams, &task), DRM_E_UNABLE_TO_VERIFY_PROXIMITY);
    assert_true(quiet.now - 5 >= DRM_PROXIMITY_PATIENCE_US);
    assert_true(quiet.now - 5 < DRM_PROXIMITY_PATIENCE_US + 50000);
    assert_int_equal(quiet.opened, 1);
    assert_int_equal(quiet.closed, 1);
    /* One start each quarter of a second, or as soon after it as a wait ends. */
    assert_true(quiet.sent >= 50 && quiet.sent <= 60);
}

static void receiver__is_cancelled_at_the_next_look(void **state)
{
    struct quiet quiet = {.cancel_at = 4};
    const struct drm_datagrams datagrams = quiet_datagrams(&quiet);
    const struct drm_task task = {.context = &quiet, .cancelled = is_cancelled};
    const struct drm_device_session session = {.id = {1}};
    (void)state;

    assert_int_equal(drm_proximity_run(&session, &home_address, &datagrams, &task), DRM_E_OPERATION_CANCELED);
    assert_int_equal(quiet.waits, 3);
    assert_int_equal(quiet.closed, 1);
}

int run_device_listener_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(listener__lives_for_two_minutes, home_set_up, home_tear_down),
        cmocka_unit_test_setup_teardown(listener__ends_when_it_is_told_to, home_set_up, home_tear_down),
        cmocka_unit_test_setup_teardown(listener__answers_with_the_hop_limit, home_set_up, home_tear_down),
        cmocka_unit_test(receiver__gives_up_on_silence),
        cmocka_unit_test(receiver__is_cancelled_at_the_next_look),
    };

    return cmocka_run_group_tests_name("listener", tests, NULL, NULL);
}
