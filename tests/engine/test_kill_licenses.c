/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Processes that change licences, killed at every write, and disks that are full or break there. After each the store
 * holds the state before or the state after, whole; no count was gained; and the same operation then succeeds.
 */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "engine/base/path.h"
#include "engine/store_fixture.h"
#include "kill_fixture.h"
#include "license_scenario.h"
#include "store_folder.h"

/* What a protector remembers outside of the store, in memory that the killed processes share. */
struct outside
{
    uint64_t age, set_backs;
};

struct subject
{
    const struct kill_scenario *scenario;
    struct plain_host host;
    struct outside *outside, begun; /* now, and as the scenario begins */
    char *begin, *work; /* folders: as the scenario begins, and of the attempt */
    struct drm_buffer before, after;
};

static const struct kill_vfs_plan undisturbed = {.mode = KILL_VFS_COUNT};

static uint64_t *place_of(void *context, const char *name)
{
    static uint64_t others;
    struct plain_host *host = context;
    struct outside *outside = host->outside;

    return !strchr(name, '-') ? &outside->age : strstr(name, "-set-backs") ? &outside->set_backs : &others;
}

static drm_result recall(void *context, const char *name, uint64_t *number)
{
    *number = *place_of(context, name);
    return DRM_S_OK;
}

static drm_result remember(void *context, const char *name, uint64_t number)
{
    *place_of(context, name) = number;
    return DRM_S_OK;
}

static struct outside *begin_outside(struct plain_host *host)
{
    struct outside *outside =
        mmap(NULL, sizeof(*outside), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    assert_true(outside != MAP_FAILED);
    host->outside = outside;
    host->host.protector.recall = recall;
    host->host.protector.remember = remember;
    return outside;
}

/* The folder is copied back, and so is what stands outside: nobody is to notice. */
static void begin_anew(struct subject *subject)
{
    store_folder_copy(subject->begin, subject->work);
    *subject->outside = subject->begun;
}

static void set_up(struct subject *subject, const struct kill_scenario *scenario)
{
    memset(subject, 0, sizeof(*subject));
    subject->scenario = scenario;
    plain_host_init(&subject->host);
    subject->outside = begin_outside(&subject->host);
    subject->begin = store_folder_create();
    subject->work = store_folder_create();
    if (scenario->prepare)
    {
        scenario->prepare(subject->begin, &subject->host);
        store_folder_copy(subject->begin, subject->work);
    }
    subject->begun = *subject->outside;
    assert_true(license_dump(subject->work, &subject->host, &subject->before));
    begin_anew(subject);
    /* In another process: what is temporary would stay in this one, and in all that come of it. */
    assert_int_equal(kill_attempt(scenario, subject->work, &subject->host, &undisturbed).result, DRM_S_OK);
    assert_true(license_dump(subject->work, &subject->host, &subject->after));
    assert_false(drm_span_equal(drm_buffer_span(&subject->before), drm_buffer_span(&subject->after)));
}

static void tear_down(struct subject *subject)
{
    drm_buffer_free(&subject->before);
    drm_buffer_free(&subject->after);
    store_folder_remove(subject->begin);
    store_folder_remove(subject->work);
    munmap(subject->outside, sizeof(*subject->outside));
}

static struct kill_outcome attempt(struct subject *subject, const struct kill_vfs_plan *plan)
{
    begin_anew(subject);
    return kill_attempt(subject->scenario, subject->work, &subject->host, plan);
}

/* What stands there now: before, after, or a mix (false). */
static bool look(struct subject *subject, bool *before, bool *after)
{
    struct drm_buffer now = {0};
    bool whole = license_dump(subject->work, &subject->host, &now);

    *before = whole && drm_span_equal(drm_buffer_span(&now), drm_buffer_span(&subject->before));
    *after = whole && drm_span_equal(drm_buffer_span(&now), drm_buffer_span(&subject->after));
    drm_buffer_free(&now);
    return whole && EXPECT(*before || *after);
}

/* The same again: from before it leads to after; from after, to wherever it leads, whole. */
static bool goes_on(struct subject *subject, bool was_before)
{
    struct drm_buffer now = {0};
    struct kill_outcome outcome = kill_attempt(subject->scenario, subject->work, &subject->host, &undisturbed);
    drm_result expected = !was_before && !strcmp(subject->scenario->name, "mark") ? outcome.result : DRM_S_OK;
    bool good = EXPECT(outcome.end == KILL_ENDED_BY_ITSELF) && EXPECT(outcome.result == expected)
                && license_dump(subject->work, &subject->host, &now)
                && (!was_before || EXPECT(drm_span_equal(drm_buffer_span(&now), drm_buffer_span(&subject->after))));

    drm_buffer_free(&now);
    return good;
}

static void check(const struct subject *subject, bool good, const char *what, uint64_t call)
{
    if (!good)
        fail_msg("%s, %s at call %llu (the folder is %s)", subject->scenario->name, what, (unsigned long long)call,
                 subject->work);
}

static bool is_whole(struct subject *subject)
{
    bool before, after;

    return look(subject, &before, &after) && goes_on(subject, before) && EXPECT(!subject->outside->set_backs);
}

static uint64_t kill_at_every_call(struct subject *subject, enum kill_vfs_mode mode, const char *what)
{
    for (uint64_t call = 1;; call += KILL_STRIDE)
    {
        const struct kill_vfs_plan plan = {.mode = mode, .call = call};
        struct kill_outcome outcome = attempt(subject, &plan);

        if (outcome.end == KILL_ENDED_BETWEEN_CALLS)
            continue;
        check(subject, is_whole(subject), what, call);
        if (outcome.end == KILL_ENDED_BY_ITSELF)
        {
            assert_int_equal(outcome.result, DRM_S_OK);
            return outcome.calls;
        }
    }
}

static bool is_specific(enum kill_vfs_cause cause, drm_result result)
{
    if (cause == KILL_VFS_DISK_FULL)
        return result == DRM_E_DISK_FULL;
    return result == DRM_E_IO || result == DRM_E_UNABLE_TO_OPEN_STORE;
}

static bool ended_well(struct subject *subject, const struct kill_vfs_plan *plan, const struct kill_outcome *outcome,
                       bool *before)
{
    bool after;

    if (DRM_FAILED(outcome->result) && !is_specific(plan->cause, outcome->result))
    {
        fprintf(stderr, "the result was 0x%08x\n", (unsigned int)outcome->result);
        return false;
    }
    if (!look(subject, before, &after))
        return false;
    if (DRM_SUCCEEDED(outcome->result))
        return EXPECT(after);
    /* Where a commit could not be flushed and the disk takes nothing any more, nobody can know whether it is there.
     * What was purged stays purged when the compaction after it fails. */
    return EXPECT(*before || plan->mode == KILL_VFS_FAIL_ON || !strcmp(subject->scenario->name, "clean"));
}

static void fail_at_every_call(struct subject *subject, enum kill_vfs_mode mode, enum kill_vfs_cause cause,
                               const char *what)
{
    uint64_t failed = 0;

    for (uint64_t call = 1;; call += KILL_STRIDE)
    {
        const struct kill_vfs_plan plan = {.mode = mode, .cause = cause, .call = call};
        struct kill_outcome outcome = attempt(subject, &plan);
        bool before = false;

        if (outcome.calls < call)
            break;
        if (!outcome.failures)
            continue; /* what the call does needs no room */
        failed += DRM_FAILED(outcome.result);
        check(subject,
              ended_well(subject, &plan, &outcome, &before) && goes_on(subject, before)
                  && EXPECT(!subject->outside->set_backs),
              what, call);
    }
    assert_true(failed > 0);
}

static void test_scenario(void **state)
{
    struct subject subject;
    uint64_t calls;

    set_up(&subject, *state);
    calls = kill_at_every_call(&subject, KILL_VFS_BEFORE, "killed before");
    (void)kill_at_every_call(&subject, KILL_VFS_HALFWAY, "killed halfway");
    fail_at_every_call(&subject, KILL_VFS_FAIL_ONCE, KILL_VFS_DISK_FULL, "disk full once");
    fail_at_every_call(&subject, KILL_VFS_FAIL_ON, KILL_VFS_DISK_FULL, "disk full from there on");
    fail_at_every_call(&subject, KILL_VFS_FAIL_ONCE, KILL_VFS_BROKEN, "disk broken once");
    fail_at_every_call(&subject, KILL_VFS_FAIL_ON, KILL_VFS_BROKEN, "disk broken from there on");
    print_message("%s: %llu calls\n", subject.scenario->name, (unsigned long long)calls);
    tear_down(&subject);
}

/* --- the upgrade ------------------------------------------------------------------------------------------ */

static void prepare_version_1(const char *directory, struct plain_host *host)
{
    char *path = drm_path_join(directory, "store.db");

    (void)host;
    test_file_write(path, "", 0);
    test_database_execute(path, store_version_1);
    free(path);
}

static drm_result run_open(const char *directory, struct plain_host *host)
{
    const struct drm_store_options options = {.directory = directory, .host = &host->host};
    struct drm_store *store;
    drm_result result = drm_store_open(&options, NULL, &store);

    if (DRM_SUCCEEDED(result))
        drm_store_close(store);
    return result;
}

/* What was in version 1 is there, in either version, and a licence can be stored. */
static bool upgrade_is_whole(struct subject *subject)
{
    const struct drm_store_options options = {.directory = subject->work, .host = &subject->host.host};
    const struct spec spec = {.license = 1, .key = 1, .temporary = true};
    const struct order order = {.anchor = 1, .response = 1, .specs = &spec, .count = 1};
    struct drm_identity identity = {0};
    struct drm_stored stored;
    struct drm_store *store;
    bool whole = EXPECT(drm_store_open(&options, NULL, &store) == DRM_S_OK);

    if (!whole)
        return false;
    whole = EXPECT(drm_store_check(store) == DRM_S_OK)
            && EXPECT(drm_store_get_identity(store, an_anchor(1), &identity) == DRM_S_OK)
            && EXPECT(identity.number == 1) && EXPECT(try_order(store, &order, &stored) == DRM_S_OK);
    drm_identity_free(&identity);
    drm_store_close(store);
    return whole;
}

static void test_upgrade(void **state)
{
    static const struct kill_scenario scenario = {.name = "upgrade", .prepare = prepare_version_1, .run = run_open};
    static const struct kill_vfs_plan plans[] = {{.mode = KILL_VFS_BEFORE},
                                                 {.mode = KILL_VFS_HALFWAY},
                                                 {.mode = KILL_VFS_FAIL_ONCE},
                                                 {.mode = KILL_VFS_FAIL_ON, .cause = KILL_VFS_BROKEN}};
    struct subject subject = {.scenario = &scenario};

    (void)state;
    plain_host_init(&subject.host);
    subject.outside = begin_outside(&subject.host);
    subject.begin = store_folder_create();
    subject.work = store_folder_create();
    scenario.prepare(subject.begin, &subject.host);
    for (size_t i = 0; i < COUNT(plans); i++)
    {
        struct kill_vfs_plan plan = plans[i];
        struct kill_outcome outcome;

        do
        {
            plan.call += KILL_STRIDE;
            outcome = attempt(&subject, &plan);
            if (outcome.end != KILL_ENDED_BETWEEN_CALLS)
                check(&subject, upgrade_is_whole(&subject), "upgrading", plan.call);
        } while (outcome.end != KILL_ENDED_BY_ITSELF || outcome.calls >= plan.call);
        assert_true(plan.call > 10);
    }
    store_folder_remove(subject.begin);
    store_folder_remove(subject.work);
    munmap(subject.outside, sizeof(*subject.outside));
}

/* --- at any time ------------------------------------------------------------------------------------------ */

#define ROUNDS 80
#define IN_A_RESPONSE 3
#define PLAYS 100000

/* What the process that is killed has finished. */
struct finished
{
    atomic_uint responses, uses, removals;
};

static uint32_t id_of(uint32_t response, uint32_t index)
{
    return 10 * response + index + 1;
}

static drm_result store_next(struct drm_store *store, uint32_t response)
{
    struct spec specs[IN_A_RESPONSE];
    const struct order order = {.anchor = 1, .response = response + 1, .specs = specs, .count = IN_A_RESPONSE};
    struct drm_stored stored;

    for (uint32_t i = 0; i < IN_A_RESPONSE; i++)
        specs[i] = (struct spec){.license = id_of(response, i), .key = id_of(response, i), .plays = PLAYS};
    return try_order(store, &order, &stored);
}

static int64_t find_number(struct drm_store *store, uint32_t key)
{
    const struct drm_license_set *set;
    int64_t number;

    if (drm_store_find_licenses(store, a_key_id(key), &set) != DRM_S_OK)
        return 0;
    number = set->count ? set->licenses[0].number : 0;
    drm_license_set_release(store, set);
    return number;
}

/* Stores responses, uses the first licence of the first, removes the last licence of each, and cleans now and then. */
static void work_for_ever(const char *directory, struct plain_host *host, struct finished *finished)
{
    const struct drm_store_options options = {.directory = directory, .host = &host->host};
    struct drm_store *store;
    size_t purged;

    if (drm_store_open(&options, NULL, &store) != DRM_S_OK)
        _exit(2);
    for (;;)
    {
        int64_t number;

        if (store_next(store, finished->responses) != DRM_S_OK)
            _exit(3);
        finished->responses++;
        if (use(store, find_number(store, id_of(0, 0)), 1) != DRM_S_OK)
            _exit(4);
        finished->uses++;
        number = find_number(store, id_of(finished->removals, IN_A_RESPONSE - 1));
        if (number && drm_store_remove(store, &number, 1, DRM_LICENSE_DELETED, NULL) != DRM_S_OK)
            _exit(5);
        finished->removals++;
        if (finished->responses % 16 == 0 && drm_store_clean(store, NULL, &purged) != DRM_S_OK)
            _exit(6);
    }
}

static void check_work(struct drm_store *store, struct finished *finished)
{
    const uint32_t responses = finished->responses;

    for (uint32_t response = 0; response <= responses; response++)
    {
        size_t there = 0;

        for (uint32_t i = 0; i < IN_A_RESPONSE; i++)
            there += find_number(store, id_of(response, i)) != 0;
        if (response < finished->removals)
            assert_int_equal(there, IN_A_RESPONSE - 1);
        else if (response == finished->removals && response < responses)
            assert_true(there == IN_A_RESPONSE - 1 || there == IN_A_RESPONSE);
        else if (response < responses)
            assert_int_equal(there, IN_A_RESPONSE);
        else
            assert_true(there == 0 || there == IN_A_RESPONSE);
        if (response == responses && there)
            finished->responses++; /* it was committed, and nobody was told */
    }
    if (finished->responses)
    {
        uint32_t left = the_license(store, id_of(0, 0)).state.remaining[0];

        assert_true(left == PLAYS - finished->uses || left == PLAYS - finished->uses - 1);
        finished->uses = PLAYS - left;
    }
    if (finished->removals < finished->responses
        && !find_number(store, id_of(finished->removals, IN_A_RESPONSE - 1)))
        finished->removals++;
}

static void test_any_time(void **state)
{
    struct finished *finished =
        mmap(NULL, sizeof(*finished), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    uint64_t random = (uint64_t)getpid() * 2654435761 + 1;
    char *directory = store_folder_create();
    struct plain_host host;
    const struct drm_store_options options = {.directory = directory, .host = &host.host};
    struct outside *outside;

    (void)state;
    assert_true(finished != MAP_FAILED);
    print_message("the seed is %llu\n", (unsigned long long)random);
    plain_host_init(&host);
    outside = begin_outside(&host);
    for (unsigned int round = 0; round < ROUNDS; round++)
    {
        struct drm_store *store;
        pid_t process = fork();
        int status;

        assert_true(process >= 0);
        if (!process)
            work_for_ever(directory, &host, finished);
        usleep(next_number(&random) % 30000); /* any moment will do */
        assert_int_equal(kill(process, SIGKILL), 0);
        assert_int_equal(waitpid(process, &status, 0), process);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(drm_store_open(&options, NULL, &store), DRM_S_OK);
        assert_int_equal(drm_store_check(store), DRM_S_OK);
        check_work(store, finished);
        drm_store_close(store);
    }
    assert_true(finished->responses > ROUNDS / 4);
    assert_true(outside->age >= finished->uses + finished->removals); /* and no kill looked like an older copy */
    assert_int_equal(outside->set_backs, 0);
    munmap(outside, sizeof(*outside));
    print_message("%u responses, %u uses\n", finished->responses, finished->uses);
    munmap(finished, sizeof(*finished));
    store_folder_remove(directory);
}

int main(void)
{
    struct CMUnitTest tests[18] = {
        {.name = "licenses__killed_at_any_time_lose_and_gain_nothing", .test_func = test_any_time},
        {.name = "upgrade__cut_off_at_any_call_loses_nothing", .test_func = test_upgrade},
    };
    static char names[16][80];

    assert_true(license_scenario_count <= COUNT(names));
    for (size_t i = 0; i < license_scenario_count; i++)
    {
        snprintf(names[i], sizeof(names[i]), "%s__cut_off_at_any_call_is_before_or_after", license_scenarios[i].name);
        tests[2 + i] = (struct CMUnitTest){.name = names[i],
                                       .test_func = test_scenario,
                                       .initial_state = (void *)(uintptr_t)&license_scenarios[i]};
    }
    return _cmocka_run_group_tests("test_kill_licenses", tests, 2 + license_scenario_count, NULL, NULL);
}
