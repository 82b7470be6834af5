/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Proximity over real sockets of this machine. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

#include "engine/device/proximity_datagram.h"
#include "engine/device_home.h"
#include "support/socket_datagrams.h"

#define PATIENCE_MS 30000

static const struct drm_device_address loopback = {.host = {127, 0, 0, 1}};

/* A listener on a thread of its own. */
struct listener
{
    struct home *home;
    struct drm_datagrams datagrams;
    struct drm_datagram_socket *socket;
    uint16_t port;
    atomic_bool stopped;
    pthread_t thread;
};

static bool is_stopped(void *context)
{
    struct listener *listener = context;

    return atomic_load(&listener->stopped);
}

static void *listen_run(void *context)
{
    struct listener *listener = context;
    const struct drm_task task = {.context = listener, .cancelled = is_stopped};

    drm_listener_run(listener->home->registrar, &listener->datagrams, listener->socket, &task);
    return NULL;
}

static void start(struct listener *listener, struct home *home)
{
    const uint16_t any = 0;

    memset(listener, 0, sizeof(*listener));
    listener->home = home;
    listener->datagrams = socket_datagrams();
    assert_int_equal(drm_listener_open(&listener->datagrams, &loopback, &any, 1, &listener->socket, &listener->port),
                     DRM_S_OK);
    assert_int_not_equal(listener->port, 0);
    assert_int_equal(pthread_create(&listener->thread, NULL, listen_run, listener), 0);
}

static void stop(struct listener *listener)
{
    atomic_store(&listener->stopped, true);
    assert_int_equal(pthread_join(listener->thread, NULL), 0);
}

static bool never(void *context)
{
    (void)context;
    return false;
}

static bool at_third_look(void *context)
{
    unsigned int *looks = context;

    return ++*looks >= 3;
}

static void network__a_device_on_this_machine_is_near(void **state)
{
    struct home *home = *state;
    const struct drm_task task = {.cancelled = never};
    struct drm_registered_device device;
    struct drm_registration registration;
    struct listener listener;
    size_t count;

    start(&listener, home);
    home_register(home, &registration);
    registration.address = loopback;
    registration.address.port = listener.port;
    assert_int_equal(drm_proximity_run(&registration.session, &registration.address, &listener.datagrams, &task),
                     DRM_S_OK);
    stop(&listener);
    drm_registrar_list(home->registrar, &device, 1, &count);
    assert_true(device.validated);
    assert_true(device.round_trip_us > 0 && device.round_trip_us <= DRM_PROXIMITY_LIMIT_US);
}

static void network__waiting_for_silence_is_cancelled(void **state)
{
    struct home *home = *state;
    const struct drm_datagrams datagrams = socket_datagrams();
    struct drm_registration registration;
    struct drm_datagram_socket *silent;
    unsigned int looks = 0;
    const struct drm_task task = {.context = &looks, .cancelled = at_third_look};

    assert_int_equal(datagrams.open(NULL, &loopback, &silent), DRM_S_OK);
    home_register(home, &registration);
    registration.address = loopback;
    registration.address.port = datagrams.port(NULL, silent);
    assert_int_equal(drm_proximity_run(&registration.session, &registration.address, &datagrams, &task),
                     DRM_E_OPERATION_CANCELED);
    datagrams.close(NULL, silent);
}

static void network__a_taken_port_is_passed_over(void **state)
{
    const struct drm_datagrams datagrams = socket_datagrams();
    struct drm_datagram_socket *first, *second;
    uint16_t ports[2], opened = 0;
    (void)state;

    assert_int_equal(datagrams.open(NULL, &loopback, &first), DRM_S_OK);
    ports[0] = datagrams.port(NULL, first);
    ports[1] = 0;
    assert_int_equal(drm_listener_open(&datagrams, &loopback, ports, 1, &second, &opened), DRM_E_UNABLE_TO_OPEN_PORT);
    assert_int_equal(drm_listener_open(&datagrams, &loopback, NULL, 0, &second, &opened), DRM_E_UNABLE_TO_OPEN_PORT);
    assert_int_equal(drm_listener_open(&datagrams, &loopback, ports, 2, &second, &opened), DRM_S_OK);
    assert_int_not_equal(opened, 0);
    assert_int_not_equal(opened, ports[0]);
    datagrams.close(NULL, second);
    datagrams.close(NULL, first);
}

/* The TTL of the datagram that comes next. */
static int receive_ttl(int handle, uint8_t *data, size_t capacity)
{
    struct pollfd wanted = {.fd = handle, .events = POLLIN};
    uint8_t control[256];
    struct iovec part = {.iov_base = data, .iov_len = capacity};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof(control)};
    int ttl = -1;

    assert_int_equal(poll(&wanted, 1, PATIENCE_MS), 1);
    assert_true(recvmsg(handle, &message, 0) > 0);
    for (struct cmsghdr *item = CMSG_FIRSTHDR(&message); item; item = CMSG_NXTHDR(&message, item))
        if (item->cmsg_level == IPPROTO_IP && item->cmsg_type == IP_TTL)
            memcpy(&ttl, CMSG_DATA(item), sizeof(ttl));
    return ttl;
}

static void network__challenges_and_results_stay_in_the_house(void **state)
{
    struct home *home = *state;
    struct drm_registration registration;
    struct listener listener;
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct drm_proximity_challenge challenge;
    uint8_t out[DRM_DATAGRAM_MAX_SIZE], in[DRM_DATAGRAM_MAX_SIZE];
    int handle = socket(AF_INET, SOCK_DGRAM, 0), on = 1;
    size_t size;

    assert_true(handle >= 0);
    assert_int_equal(setsockopt(handle, IPPROTO_IP, IP_RECVTTL, &on, sizeof(on)), 0);
    start(&listener, home);
    to.sin_port = htons(listener.port);
    home_register(home, &registration);
    size = drm_proximity_start_write(&registration.session, out);
    assert_true(sendto(handle, out, size, 0, (struct sockaddr *)&to, sizeof(to)) == (ssize_t)size);
    assert_int_equal(receive_ttl(handle, in, sizeof(in)), DRM_PROXIMITY_HOP_LIMIT);
    assert_int_equal(drm_proximity_type_of(drm_span(in, 2)), DRM_DEVICE_PROXIMITY_CHALLENGE);
    /* Whatever comes back, the next datagram too goes no farther. */
    assert_true(drm_proximity_challenge_read(&registration.session, drm_span(in, 51), &challenge));
    size = drm_proximity_response_write(&registration.session, &challenge, out);
    assert_true(sendto(handle, out, size, 0, (struct sockaddr *)&to, sizeof(to)) == (ssize_t)size);
    assert_int_equal(receive_ttl(handle, in, sizeof(in)), DRM_PROXIMITY_HOP_LIMIT);
    stop(&listener);
    close(handle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(network__a_device_on_this_machine_is_near, home_set_up, home_tear_down),
        cmocka_unit_test_setup_teardown(network__waiting_for_silence_is_cancelled, home_set_up, home_tear_down),
        cmocka_unit_test(network__a_taken_port_is_passed_over),
        cmocka_unit_test_setup_teardown(network__challenges_and_results_stay_in_the_house, home_set_up,
                                        home_tear_down),
    };

    if (drm_crypto_init() != DRM_S_OK)
        return 1;
    return cmocka_run_group_tests_name("proximity over sockets", tests, NULL, NULL);
}
