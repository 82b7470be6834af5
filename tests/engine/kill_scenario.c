/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Operations to be killed (kill_scenario.h). */
#include "kill_scenario.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "engine/authority/authority.h"
#include "engine/base/path.h"

#define MANY 3000 /* entries that do not fit into a row */

/* --- the parts -------------------------------------------------------------------------------------------- */

static struct drm_client *create_client(const char *directory, struct plain_host *host)
{
    const struct drm_client_options options = {.directory = directory, .host = &host->host};
    struct drm_client *client;

    return drm_client_create(&options, &client) == DRM_S_OK ? client : NULL;
}

drm_result kill_individualize(const char *directory, struct plain_host *host, bool forced)
{
    struct drm_client *client = create_client(directory, host);
    drm_result result = client ? drm_client_individualize(client, forced, &plain_task) : DRM_E_OUT_OF_MEMORY;

    drm_client_free(client);
    return result;
}

static drm_result open_authority(const char *directory, struct plain_host *host, struct drm_authority **out)
{
    const struct drm_authority_options options = {.directory = directory, .name = "test", .host = &host->host};

    return drm_authority_open(&options, DRM_AUTHORITY_OPEN, out);
}

/* So many certificates are revoked that the list is a file. */
static drm_result revoke_many(const char *directory, struct plain_host *host, uint8_t first)
{
    struct drm_authority *authority = NULL;
    uint8_t *entries = calloc(MANY, DRM_SHA256_SIZE);
    drm_result result = entries ? open_authority(directory, host, &authority) : DRM_E_OUT_OF_MEMORY;

    for (size_t i = 0; entries && i < MANY; i++)
    {
        entries[i * DRM_SHA256_SIZE] = first;
        drm_put_u32(entries + i * DRM_SHA256_SIZE + 1, (uint32_t)i);
    }
    if (DRM_SUCCEEDED(result))
        result = drm_authority_revoke(authority, DRM_REVOCATION_APP, entries, MANY);
    drm_authority_close(authority);
    free(entries);
    return result;
}

/* A new version with a component that is a file. */
static drm_result publish(const char *directory, struct plain_host *host, unsigned int minor, const char *name)
{
    char *path = drm_path_join("/tmp", "wmdrm-test-component-XXXXXX");
    int descriptor = mkstemp(path);
    struct drm_authority *authority = NULL;
    FILE *file = fdopen(descriptor, "wb");
    drm_result result = file ? open_authority(directory, host, &authority) : DRM_E_FAIL;

    for (unsigned int i = 0; file && i < 20000; i++)
        fprintf(file, "%s %u\n", name, i);
    if (file)
        fclose(file);
    if (DRM_SUCCEEDED(result))
        result = drm_authority_publish(authority, (struct drm_version){.major = 2, .minor = minor}, path, name);
    drm_authority_close(authority);
    unlink(path);
    free(path);
    return result;
}

static void must(drm_result result)
{
    assert_int_equal(result, DRM_S_OK);
}

/* --- what the operations begin with ----------------------------------------------------------------------- */

static void prepare_identity(const char *directory, struct plain_host *host)
{
    must(kill_individualize(directory, host, false));
}

/* A component and a list in files are in force, and newer ones wait at the authority. */
static void prepare_package(const char *directory, struct plain_host *host)
{
    prepare_identity(directory, host);
    must(publish(directory, host, 11, "first"));
    must(revoke_many(directory, host, 1));
    must(kill_individualize(directory, host, false));
    must(publish(directory, host, 12, "second"));
    must(revoke_many(directory, host, 2));
}

static void prepare_list(const char *directory, struct plain_host *host)
{
    prepare_identity(directory, host);
    must(revoke_many(directory, host, 1));
}

static void prepare_damage(const char *directory, struct plain_host *host)
{
    char *path = drm_path_join(directory, "store.db");
    FILE *file;

    prepare_identity(directory, host);
    assert_non_null(file = fopen(path, "wb"));
    fputs(KILL_DAMAGED_BYTES, file);
    fclose(file);
    free(path);
}

/* --- the operations --------------------------------------------------------------------------------------- */

static drm_result run_individualize(const char *directory, struct plain_host *host)
{
    return kill_individualize(directory, host, false);
}

static drm_result run_forced(const char *directory, struct plain_host *host)
{
    return kill_individualize(directory, host, true);
}

static drm_result run_refresh(const char *directory, struct plain_host *host)
{
    struct drm_client *client = create_client(directory, host);
    drm_result result = client ? drm_client_refresh_revocation(client, &plain_task) : DRM_E_OUT_OF_MEMORY;

    drm_client_free(client);
    return result;
}

/* The application brings the list that the authority signed last. */
static drm_result run_set_list(const char *directory, struct plain_host *host)
{
    struct drm_client *client = create_client(directory, host);
    struct drm_authority *authority = NULL;
    struct drm_buffer list = {0};
    drm_result result = client ? open_authority(directory, host, &authority) : DRM_E_OUT_OF_MEMORY;

    if (DRM_SUCCEEDED(result))
        result = drm_authority_read_list(authority, DRM_REVOCATION_APP, &list);
    drm_authority_close(authority);
    if (DRM_SUCCEEDED(result))
        result = drm_client_set_revocation_list(client, DRM_REVOCATION_APP, drm_buffer_span(&list));
    drm_buffer_free(&list);
    drm_client_free(client);
    return result;
}

/* The operator's side: what it publishes has to be whole before a machine sees any of it. */
static drm_result run_publish(const char *directory, struct plain_host *host)
{
    drm_result result = publish(directory, host, 13, "third");

    return DRM_FAILED(result) ? result : revoke_many(directory, host, 3);
}

const struct kill_scenario kill_scenarios[] = {
    {.name = "first", .run = run_individualize, .makes_identity = true},
    {.name = "forced", .prepare = prepare_identity, .run = run_forced, .makes_identity = true},
    {.name = "package", .prepare = prepare_package, .run = run_individualize, .makes_identity = true},
    {.name = "refresh", .prepare = prepare_list, .run = run_refresh},
    {.name = "set_list", .prepare = prepare_list, .run = run_set_list},
    {.name = "publish", .prepare = prepare_package, .run = run_publish, .is_operators = true},
    {.name = "damaged", .prepare = prepare_damage, .run = run_forced, .makes_identity = true, .begins_damaged = true},
};
const size_t kill_scenario_count = COUNT(kill_scenarios);

/* --- attempts --------------------------------------------------------------------------------------------- */

struct kill_outcome kill_attempt(const struct kill_scenario *scenario, const char *directory, struct plain_host *host,
                                 const struct kill_vfs_plan *plan)
{
    /* Memory that the process leaves behind. */
    struct kill_outcome *report =
        mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct kill_outcome outcome;
    int status = 0;
    pid_t process;

    assert_true(report != MAP_FAILED);
    fflush(NULL);
    assert_true((process = fork()) >= 0);
    if (!process)
    {
        if (!kill_vfs_install(plan))
            _exit(1);
        report->result = scenario->run(directory, host);
        report->calls = kill_vfs_calls();
        report->failures = kill_vfs_failures();
        _exit(0);
    }
    assert_int_equal(waitpid(process, &status, 0), process);
    outcome = *report;
    if (WIFEXITED(status) && !WEXITSTATUS(status))
        outcome.end = KILL_ENDED_BY_ITSELF;
    else if (WIFEXITED(status) && WEXITSTATUS(status) == KILL_VFS_EXIT)
        outcome.end = KILL_ENDED_BY_PLAN;
    else if (WIFEXITED(status) && WEXITSTATUS(status) == KILL_VFS_NO_HALVES)
        outcome.end = KILL_ENDED_BETWEEN_CALLS;
    else
        fail_msg("%s, call %llu: the process ended with status 0x%x", scenario->name, (unsigned long long)plan->call,
                 (unsigned int)status);
    munmap(report, sizeof(*report));
    return outcome;
}
