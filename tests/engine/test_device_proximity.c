/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Proximity over a network and a clock of the test's own: nothing here waits. */
#include "engine/check.h"
#include "engine/device/message_io.h"
#include "engine/device/proximity_datagram.h"
#include "engine/device_fixture.h"
#include "support/mutation.h"

#define MAX_IN_FLIGHT 64

/* What becomes of a datagram on its way: how long it takes, and whether it comes at all or twice. */
struct fate
{
    bool lost;
    bool doubled;
    uint64_t delay;
};

struct datagram
{
    bool used;
    bool to_transmitter;
    uint64_t arrives;
    size_t size;
    uint8_t data[DRM_DATAGRAM_MAX_SIZE];
};

/* The n-th datagram that either side sends has this fate (n from 1). */
typedef struct fate network_script(unsigned int n, bool to_transmitter);

struct network
{
    network_script *script;
    unsigned int sent;
    unsigned int to_transmitter, to_receiver; /* how many were sent */
    uint64_t now;
    struct datagram flying[MAX_IN_FLIGHT];
    struct drm_proximity_receiver receiver;
    struct drm_proximity_transmitter transmitter;
};

static const struct drm_device_address receiver_address = {.host = {192, 0, 2, 7}, .port = 4000};

static struct drm_device_session make_session(uint8_t first)
{
    struct drm_device_session session = {.id = {first}, .serial = {7}};
    const uint8_t seed[DRM_DEVICE_SEED_SIZE] = {first, 1};

    assert_int_equal(drm_device_session_derive(&session, seed), DRM_S_OK);
    return session;
}

static void put(struct network *network, bool to_transmitter, const uint8_t *data, size_t size, uint64_t delay)
{
    for (size_t i = 0; i < MAX_IN_FLIGHT; i++)
    {
        struct datagram *datagram = &network->flying[i];

        if (datagram->used)
            continue;
        *datagram = (struct datagram){
            .used = true, .to_transmitter = to_transmitter, .arrives = network->now + delay, .size = size};
        memcpy(datagram->data, data, size);
        return;
    }
    fail_msg("too many datagrams are under way");
}

static void send_datagram(struct network *network, bool to_transmitter, const uint8_t *data, size_t size)
{
    struct fate fate;

    if (!size)
        return;
    fate = network->script(++network->sent, to_transmitter);
    ++*(to_transmitter ? &network->to_transmitter : &network->to_receiver);
    if (!fate.lost)
        put(network, to_transmitter, data, size, fate.delay);
    if (fate.doubled)
        put(network, to_transmitter, data, size, fate.delay + 1);
}

static struct datagram *next_arrival(struct network *network)
{
    struct datagram *next = NULL;

    for (size_t i = 0; i < MAX_IN_FLIGHT; i++)
        if (network->flying[i].used && (!next || network->flying[i].arrives < next->arrives))
            next = &network->flying[i];
    return next;
}

static void arrive(struct network *network, struct datagram *datagram)
{
    uint8_t out[DRM_DATAGRAM_MAX_SIZE];
    struct drm_span data = drm_span(datagram->data, datagram->size);
    size_t size;

    datagram->used = false;
    if (datagram->to_transmitter)
        size = drm_proximity_transmitter_take(&network->transmitter, data, &receiver_address, network->now, out);
    else
        size = drm_proximity_receiver_take(&network->receiver, data, network->now, out);
    send_datagram(network, !datagram->to_transmitter, out, size);
}

/* Until the receiver is done. */
static drm_result run(struct network *network)
{
    uint8_t out[DRM_DATAGRAM_MAX_SIZE];

    for (unsigned int steps = 0; !network->receiver.done; steps++)
    {
        struct datagram *datagram;

        assert_true(steps < 100000);
        send_datagram(network, true, out, drm_proximity_receiver_tick(&network->receiver, network->now, out));
        if (network->receiver.done)
            break;
        datagram = next_arrival(network);
        if (datagram && datagram->arrives <= network->receiver.next_start)
        {
            network->now = datagram->arrives;
            arrive(network, datagram);
        }
        else
            network->now = network->receiver.next_start;
    }
    return network->receiver.result;
}

static struct network *make_network(network_script *script)
{
    static struct network network;
    struct drm_device_session session = make_session(1);

    network = (struct network){.script = script, .now = 1000000};
    drm_proximity_transmitter_begin(&network.transmitter, &session);
    drm_proximity_receiver_begin(&network.receiver, &session, network.now);
    return &network;
}

/* --- networks --------------------------------------------------------------------------------------------- */

static struct fate good_network(unsigned int n, bool to_transmitter)
{
    (void)n;
    (void)to_transmitter;
    return (struct fate){.delay = 100};
}

/* The round trip is challenge (to the receiver) and response (back). */
static struct fate limit_network(unsigned int n, bool to_transmitter)
{
    (void)n;
    return (struct fate){.delay = to_transmitter ? 3000 : 4000};
}

static struct fate far_network(unsigned int n, bool to_transmitter)
{
    (void)n;
    return (struct fate){.delay = to_transmitter ? 3001 : 4000};
}

static struct fate dead_network(unsigned int n, bool to_transmitter)
{
    (void)n;
    (void)to_transmitter;
    return (struct fate){.lost = true};
}

static unsigned int lost_one;
static struct fate one_is_lost(unsigned int n, bool to_transmitter)
{
    (void)to_transmitter;
    return (struct fate){.lost = n == lost_one, .delay = 100};
}

static struct fate all_doubled(unsigned int n, bool to_transmitter)
{
    (void)n;
    (void)to_transmitter;
    return (struct fate){.doubled = true, .delay = 100};
}

static struct fate first_is_slow(unsigned int n, bool to_transmitter)
{
    (void)to_transmitter;
    return (struct fate){.delay = n <= 6 ? 20000 : 100};
}

static struct test_random chance;
static struct fate wild_network(unsigned int n, bool to_transmitter)
{
    (void)n;
    (void)to_transmitter;
    return (struct fate){.lost = test_random_below(&chance, 3) == 0, .doubled = test_random_below(&chance, 3) == 0,
                         .delay = test_random_below(&chance, 3000)};
}

/* --- tests ------------------------------------------------------------------------------------------------ */

static void proximity__near_device_passes_with_four_datagrams(void **state)
{
    struct network *network = make_network(good_network);
    (void)state;

    assert_int_equal(run(network), DRM_S_OK);
    assert_int_equal(network->transmitter.state, DRM_PROXIMITY_PASSED);
    assert_int_equal(network->transmitter.best, 200);
    assert_int_equal(network->sent, 4);
}

static void proximity__seven_milliseconds_pass_and_more_do_not(void **state)
{
    struct network *network = make_network(limit_network);
    (void)state;

    assert_int_equal(run(network), DRM_S_OK);
    assert_int_equal(network->transmitter.best, DRM_PROXIMITY_LIMIT_US);

    network = make_network(far_network);
    assert_int_equal(run(network), DRM_E_UNABLE_TO_VERIFY_PROXIMITY);
    assert_int_equal(network->transmitter.state, DRM_PROXIMITY_FAILED);
    assert_int_equal(network->transmitter.best, DRM_PROXIMITY_LIMIT_US + 1);
    /* start, all challenges with their responses, result */
    assert_int_equal(network->sent, 2 + 2 * DRM_PROXIMITY_MAX_LATE);
}

static void proximity__a_machine_that_is_busy_at_first_passes(void **state)
{
    struct network *network = make_network(first_is_slow);
    (void)state;

    assert_int_equal(run(network), DRM_S_OK);
    assert_int_equal(network->transmitter.best, 200);
}

static void proximity__silence_ends_after_the_patience(void **state)
{
    struct network *network = make_network(dead_network);
    uint64_t begun = network->now;
    (void)state;

    assert_int_equal(run(network), DRM_E_UNABLE_TO_VERIFY_PROXIMITY);
    assert_true(network->now - begun >= DRM_PROXIMITY_PATIENCE_US);
    assert_true(network->now - begun < DRM_PROXIMITY_PATIENCE_US + DRM_PROXIMITY_RESEND_US);
    assert_int_equal(network->to_transmitter, DRM_PROXIMITY_PATIENCE_US / DRM_PROXIMITY_RESEND_US);
    assert_int_equal(network->transmitter.state, DRM_PROXIMITY_WAITING);
}

static void proximity__any_one_datagram_may_be_lost(void **state)
{
    (void)state;
    for (lost_one = 1; lost_one <= 4; lost_one++)
    {
        struct network *network = make_network(one_is_lost);

        assert_int_equal(run(network), DRM_S_OK);
        assert_int_equal(network->transmitter.state, DRM_PROXIMITY_PASSED);
        assert_true(network->sent > 4);
    }
}

static void proximity__every_datagram_may_come_twice(void **state)
{
    struct network *network = make_network(all_doubled);
    (void)state;

    assert_int_equal(run(network), DRM_S_OK);
    assert_int_equal(network->transmitter.sequence, 1); /* no second challenge for a doubled start */
}

static void proximity__losses_and_doubles_by_chance_end_well(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 300; seed++)
    {
        struct network *network = make_network(wild_network);

        chance.state = seed * 7919;
        assert_int_equal(run(network), DRM_S_OK);
        assert_int_equal(network->transmitter.state, DRM_PROXIMITY_PASSED);
        assert_true(network->transmitter.best <= DRM_PROXIMITY_LIMIT_US);
    }
}

/* A transmitter that was challenged, with its challenge. */
static void challenge(struct drm_proximity_transmitter *transmitter, const struct drm_device_session *session,
                      uint64_t now, struct drm_proximity_challenge *out)
{
    uint8_t start[DRM_DATAGRAM_MAX_SIZE], answer[DRM_DATAGRAM_MAX_SIZE];
    size_t size = drm_proximity_start_write(session, start);

    size = drm_proximity_transmitter_take(transmitter, drm_span(start, size), &receiver_address, now, answer);
    assert_true(drm_proximity_challenge_read(session, drm_span(answer, size), out));
}

static void proximity__a_response_counts_once_and_for_its_own_challenge(void **state)
{
    struct drm_device_session session = make_session(1);
    struct drm_proximity_transmitter transmitter;
    struct drm_proximity_challenge first, second;
    uint8_t old[DRM_DATAGRAM_MAX_SIZE], answer[DRM_DATAGRAM_MAX_SIZE];
    size_t size;
    uint32_t code;
    (void)state;

    drm_proximity_transmitter_begin(&transmitter, &session);
    challenge(&transmitter, &session, 0, &first);
    size = drm_proximity_response_write(&session, &first, old);
    /* Its answer was lost; the receiver starts again and gets another challenge. */
    challenge(&transmitter, &session, DRM_PROXIMITY_PAUSE_US, &second);
    assert_int_equal(second.sequence, first.sequence + 1);
    assert_memory_not_equal(first.nonce, second.nonce, sizeof(first.nonce));
    assert_int_equal(drm_proximity_transmitter_take(&transmitter, drm_span(old, size), &receiver_address,
                                                    DRM_PROXIMITY_PAUSE_US + 10, answer), 0);
    assert_int_equal(transmitter.state, DRM_PROXIMITY_CHALLENGED);
    assert_int_equal(transmitter.late, 0);

    size = drm_proximity_response_write(&session, &second, old);
    size = drm_proximity_transmitter_take(&transmitter, drm_span(old, size), &receiver_address,
                                          DRM_PROXIMITY_PAUSE_US + 10, answer);
    assert_true(drm_proximity_result_read(&session, drm_span(answer, size), &code));
    assert_int_equal(code, 0);
    size = drm_proximity_response_write(&session, &second, old);
    assert_int_equal(drm_proximity_transmitter_take(&transmitter, drm_span(old, size), &receiver_address,
                                                    DRM_PROXIMITY_PAUSE_US + 20, answer), 0);
}

static void proximity__a_response_from_elsewhere_does_not_count(void **state)
{
    struct drm_device_session session = make_session(1);
    struct drm_device_address elsewhere = receiver_address;
    struct drm_proximity_transmitter transmitter;
    struct drm_proximity_challenge asked;
    uint8_t data[DRM_DATAGRAM_MAX_SIZE], answer[DRM_DATAGRAM_MAX_SIZE];
    size_t size;
    (void)state;

    elsewhere.port++;
    drm_proximity_transmitter_begin(&transmitter, &session);
    challenge(&transmitter, &session, 0, &asked);
    size = drm_proximity_response_write(&session, &asked, data);
    assert_int_equal(drm_proximity_transmitter_take(&transmitter, drm_span(data, size), &elsewhere, 10, answer), 0);
    assert_int_equal(transmitter.state, DRM_PROXIMITY_CHALLENGED);
}

static void proximity__a_response_before_any_challenge_is_nothing(void **state)
{
    struct drm_device_session session = make_session(1);
    struct drm_proximity_transmitter transmitter;
    struct drm_proximity_challenge never = {0};
    uint8_t data[DRM_DATAGRAM_MAX_SIZE], answer[DRM_DATAGRAM_MAX_SIZE];
    size_t size = drm_proximity_response_write(&session, &never, data);
    (void)state;

    drm_proximity_transmitter_begin(&transmitter, &session);
    assert_int_equal(drm_proximity_transmitter_take(&transmitter, drm_span(data, size), &receiver_address, 0, answer),
                     0);
    assert_int_equal(transmitter.state, DRM_PROXIMITY_WAITING);
}

static void proximity__sequences_wrap(void **state)
{
    struct drm_device_session session = make_session(1);
    struct drm_proximity_transmitter transmitter;
    struct drm_proximity_challenge asked;
    (void)state;

    drm_proximity_transmitter_begin(&transmitter, &session);
    for (unsigned int i = 1; i <= 600; i++)
    {
        challenge(&transmitter, &session, (uint64_t)i * DRM_PROXIMITY_PAUSE_US, &asked);
        assert_int_equal(asked.sequence, i % 256);
    }
}

/* Every datagram, altered in every bit, cut, or of another session or type, is as if it had not come. */
enum side { RECEIVER, TRANSMITTER };
struct target
{
    enum side side;
    struct drm_proximity_receiver receiver;
    struct drm_proximity_transmitter transmitter;
};

static bool takes(void *context, struct drm_span data)
{
    struct target target = *(struct target *)context;
    struct drm_proximity_transmitter before = target.transmitter;
    uint8_t out[DRM_DATAGRAM_MAX_SIZE];
    bool taken;

    if (target.side == RECEIVER)
    {
        taken = drm_proximity_receiver_take(&target.receiver, data, 5, out) > 0;
        return taken || target.receiver.done;
    }
    taken = drm_proximity_transmitter_take(&target.transmitter, data, &receiver_address, 5, out) > 0;
    if (!taken)
        assert_memory_equal(&before, &target.transmitter, sizeof(before));
    return taken;
}

static void spoil(struct target *target, const uint8_t *data, size_t size, const uint8_t *foreign)
{
    assert_true(takes(target, drm_span(data, size)));
    assert_false(takes(target, drm_span(foreign, size)));
    test_every_truncation(drm_span(data, size), takes, target);
    test_appended_byte(drm_span(data, size), takes, target);
    test_every_bit(drm_span(data, size), takes, target);
    test_mutations(drm_span(data, size), 99, 2000, takes, target);
}

static void proximity__forged_datagrams_change_nothing(void **state)
{
    struct drm_device_session session = make_session(1), foreign_session = make_session(2);
    struct drm_proximity_challenge asked = {.sequence = 1, .nonce = {1}};
    uint8_t data[DRM_DATAGRAM_MAX_SIZE], foreign[DRM_DATAGRAM_MAX_SIZE];
    struct target target = {.side = RECEIVER};
    size_t size;
    (void)state;

    /* The same name of the session, but other keys: somebody who only saw it. */
    memcpy(foreign_session.id, session.id, sizeof(session.id));
    drm_proximity_receiver_begin(&target.receiver, &session, 0);
    size = drm_proximity_challenge_write(&session, &asked, data);
    drm_proximity_challenge_write(&foreign_session, &asked, foreign);
    spoil(&target, data, size, foreign);
    size = drm_proximity_result_write(&session, 0, data);
    drm_proximity_result_write(&foreign_session, 0, foreign);
    spoil(&target, data, size, foreign);

    target.side = TRANSMITTER;
    drm_proximity_transmitter_begin(&target.transmitter, &session);
    size = drm_proximity_start_write(&session, data);
    drm_proximity_start_write(&foreign_session, foreign);
    spoil(&target, data, size, foreign);
    challenge(&target.transmitter, &session, 0, &asked);
    size = drm_proximity_response_write(&session, &asked, data);
    drm_proximity_response_write(&foreign_session, &asked, foreign);
    spoil(&target, data, size, foreign);
}

static void proximity__codes_go_both_ways(void **state)
{
    (void)state;
    assert_int_equal(drm_proximity_code(DRM_S_OK), 0);
    assert_int_equal(drm_proximity_code(DRM_E_UNABLE_TO_VERIFY_PROXIMITY), 106); /* the one that is public */
    assert_int_equal(drm_proximity_code(DRM_E_OUT_OF_MEMORY), 106);
    assert_int_equal(drm_proximity_code_result(0), DRM_S_OK);
    for (drm_result result = DRM_E_INVALID_CERTIFICATE; result <= DRM_E_RIV_TOO_SMALL; result++)
        assert_int_equal(drm_proximity_code_result(drm_proximity_code(result)), result);
    assert_int_equal(drm_proximity_code_result(1), DRM_E_INVALID_PROXIMITY_RESPONSE);
    assert_int_equal(drm_proximity_code_result(101), DRM_E_INVALID_PROXIMITY_RESPONSE);
    assert_int_equal(drm_proximity_code_result(126), DRM_E_INVALID_PROXIMITY_RESPONSE);
    assert_int_equal(drm_proximity_code_result(UINT32_MAX), DRM_E_INVALID_PROXIMITY_RESPONSE);
}

static void proximity__a_refusal_reaches_the_receiver(void **state)
{
    struct drm_device_session session = make_session(1);
    struct drm_proximity_receiver receiver;
    uint8_t data[DRM_DATAGRAM_MAX_SIZE], out[DRM_DATAGRAM_MAX_SIZE];
    size_t size = drm_proximity_result_write(&session, drm_proximity_code(DRM_E_CERTIFICATE_REVOKED), data);
    (void)state;

    drm_proximity_receiver_begin(&receiver, &session, 0);
    assert_int_equal(drm_proximity_receiver_take(&receiver, drm_span(data, size), 1, out), 0);
    assert_true(receiver.done);
    assert_int_equal(receiver.result, DRM_E_CERTIFICATE_REVOKED);
    /* It is over: nothing more is sent, and a later success changes nothing. */
    size = drm_proximity_result_write(&session, 0, data);
    assert_int_equal(drm_proximity_receiver_take(&receiver, drm_span(data, size), 2, out), 0);
    assert_int_equal(drm_proximity_receiver_tick(&receiver, DRM_PROXIMITY_RESEND_US * 2, out), 0);
    assert_int_equal(receiver.result, DRM_E_CERTIFICATE_REVOKED);
}

static void session__keys_depend_on_all_and_differ(void **state)
{
    struct drm_device_session a = {.id = {1}, .serial = {1}}, b = a, c = a, d = a;
    uint8_t seed[DRM_DEVICE_SEED_SIZE] = {1};
    (void)state;

    b.id[15] ^= 1;
    c.serial[15] ^= 1;
    assert_int_equal(drm_device_session_derive(&a, seed), DRM_S_OK);
    assert_int_equal(drm_device_session_derive(&b, seed), DRM_S_OK);
    assert_int_equal(drm_device_session_derive(&c, seed), DRM_S_OK);
    seed[31] ^= 1;
    assert_int_equal(drm_device_session_derive(&d, seed), DRM_S_OK);
    assert_memory_not_equal(a.content_key, b.content_key, DRM_DEVICE_KEY_SIZE);
    assert_memory_not_equal(a.content_key, c.content_key, DRM_DEVICE_KEY_SIZE);
    assert_memory_not_equal(a.content_key, d.content_key, DRM_DEVICE_KEY_SIZE);
    assert_memory_not_equal(a.content_key, a.integrity_key, DRM_DEVICE_KEY_SIZE);
    assert_memory_not_equal(a.content_key, a.command_key, DRM_DEVICE_KEY_SIZE);
    assert_memory_not_equal(a.integrity_key, a.command_key, DRM_DEVICE_KEY_SIZE);
}

int run_device_proximity_tests(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(proximity__near_device_passes_with_four_datagrams),
        cmocka_unit_test(proximity__seven_milliseconds_pass_and_more_do_not),
        cmocka_unit_test(proximity__a_machine_that_is_busy_at_first_passes),
        cmocka_unit_test(proximity__silence_ends_after_the_patience),
        cmocka_unit_test(proximity__any_one_datagram_may_be_lost),
        cmocka_unit_test(proximity__every_datagram_may_come_twice),
        cmocka_unit_test(proximity__losses_and_doubles_by_chance_end_well),
        cmocka_unit_test(proximity__a_response_counts_once_and_for_its_own_challenge),
        cmocka_unit_test(proximity__a_response_from_elsewhere_does_not_count),
        cmocka_unit_test(proximity__a_response_before_any_challenge_is_nothing),
        cmocka_unit_test(proximity__sequences_wrap),
        cmocka_unit_test(proximity__forged_datagrams_change_nothing),
        cmocka_unit_test(proximity__codes_go_both_ways),
        cmocka_unit_test(proximity__a_refusal_reaches_the_receiver),
        cmocka_unit_test(session__keys_depend_on_all_and_differ),
    };

    return cmocka_run_group_tests_name("proximity", tests, NULL, NULL);
}
