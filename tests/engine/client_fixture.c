/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A client under test (client_fixture.h).
 */
#include "engine/client_fixture.h"

#include <stdio.h>

struct drm_client *make_client(struct fixture *fixture)
{
    struct drm_client_options options = {.directory = fixture->host.directory, .host = &fixture->host.host};
    struct drm_client *client;

    assert_int_equal(drm_client_create(&options, &client), DRM_S_OK);
    return client;
}

void client_reopen(struct fixture *fixture)
{
    drm_client_free(fixture->client);
    fixture->client = make_client(fixture);
}

int client_setup(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    assert_non_null(fixture);
    test_host_init(&fixture->host);
    fixture->client = make_client(fixture);
    *state = fixture;
    return 0;
}

int client_teardown(void **state)
{
    struct fixture *fixture = *state;

    drm_client_free(fixture->client);
    test_host_free(&fixture->host);
    free(fixture);
    return 0;
}

struct drm_authority *open_authority(struct fixture *fixture)
{
    struct drm_authority_options options = {
        .directory = fixture->host.directory, .name = "test", .host = &fixture->host.host};
    struct drm_authority *authority;

    assert_int_equal(drm_authority_open(&options, DRM_AUTHORITY_OPEN_OR_CREATE, &authority), DRM_S_OK);
    return authority;
}

/* --- operations ------------------------------------------------------------------------------------------- */

static bool cancelled(void *context)
{
    struct run *run = context;

    return ++run->polls >= run->cancel_at;
}

static void note(void *context, const struct drm_progress *progress)
{
    struct run *run = context;

    if (run->event_count < MAX_EVENTS)
    {
        struct event *event = &run->events[run->event_count];

        event->state = progress->state;
        event->http = progress->http;
        event->result = progress->result;
        event->round_trips = progress->round_trips;
        event->received = progress->received;
        event->total = progress->total;
        snprintf(event->url, sizeof(event->url), "%s", progress->url ? progress->url : "");
    }
    run->event_count++;
}

struct drm_task run_task(struct run *run)
{
    return (struct drm_task){.context = run, .cancelled = cancelled, .progress = note};
}

static bool is_last(enum drm_individualization_state state)
{
    return state == DRM_INDIVIDUALIZATION_SUCCEED || state == DRM_INDIVIDUALIZATION_FAIL
        || state == DRM_INDIVIDUALIZATION_CANCEL;
}

/* Where a state stands in the order. */
static int rank(const struct event *event)
{
    switch (event->state)
    {
    case DRM_INDIVIDUALIZATION_BEGIN:
        return 0;
    case DRM_INDIVIDUALIZATION_DOWNLOAD:
        return event->http == DRM_HTTP_COMPLETED ? 2 : 1;
    case DRM_INDIVIDUALIZATION_INSTALL:
        return 3;
    default:
        return 4;
    }
}

static void check_pair(const struct event *before, const struct event *after)
{
    assert_true(rank(after) >= rank(before));
    assert_true(after->round_trips >= before->round_trips);
    assert_true(after->received >= before->received);
    assert_true(after->total >= before->total);
    assert_false(is_last(before->state));
    assert_int_equal(before->result, DRM_S_OK);
    if (before->url[0])
        assert_string_equal(after->url, before->url);
}

void check_run(const struct run *run, drm_result result)
{
    const struct event *last;

    assert_in_range(run->event_count, 2, MAX_EVENTS);
    last = &run->events[run->event_count - 1];
    assert_int_equal(run->events[0].state, DRM_INDIVIDUALIZATION_BEGIN);
    assert_int_equal(run->events[0].http, DRM_HTTP_NOT_INITIATED);
    for (size_t i = 0; i < run->event_count; i++)
    {
        assert_true(!run->events[i].total || run->events[i].received <= run->events[i].total);
        if (i)
            check_pair(&run->events[i - 1], &run->events[i]);
    }
    assert_true(count_states(run, DRM_INDIVIDUALIZATION_DOWNLOAD, DRM_HTTP_RECEIVING) <= 100);
    assert_int_equal(last->result, DRM_FAILED(result) ? result : DRM_S_OK);
    if (DRM_SUCCEEDED(result))
        assert_int_equal(last->state, DRM_INDIVIDUALIZATION_SUCCEED);
    else if (result == DRM_E_OPERATION_CANCELED)
        assert_int_equal(last->state, DRM_INDIVIDUALIZATION_CANCEL);
    else
        assert_int_equal(last->state, DRM_INDIVIDUALIZATION_FAIL);
}

drm_result individualize(struct drm_client *client, bool forced, unsigned int cancel_at, struct run *run)
{
    struct run own;
    struct drm_task task;
    drm_result result;

    if (!run)
        run = &own;
    memset(run, 0, sizeof(*run));
    run->cancel_at = cancel_at;
    task = run_task(run);
    result = drm_client_individualize(client, forced, &task);
    check_run(run, result);
    return result;
}

size_t count_states(const struct run *run, enum drm_individualization_state state, enum drm_http_phase http)
{
    size_t count = 0;

    for (size_t i = 0; i < run->event_count; i++)
        count += run->events[i].state == state && run->events[i].http == http;
    return count;
}

/* --- what a client knows ---------------------------------------------------------------------------------- */

struct identity identity_of(struct drm_client *client)
{
    struct identity identity = {.individualized = false};
    struct drm_buffer bytes = {0};
    struct drm_chain chain;

    assert_int_equal(drm_client_get_version(client, &identity.version, &identity.individualized), DRM_S_OK);
    if (!identity.individualized)
    {
        assert_int_equal(drm_client_get_machine_chain(client, &bytes, NULL), DRM_E_NEEDS_INDIVIDUALIZATION);
        assert_int_equal(bytes.size, 0);
        return identity;
    }
    assert_int_equal(drm_client_get_machine_chain(client, &bytes, NULL), DRM_S_OK);
    assert_int_equal(drm_chain_read(drm_buffer_span(&bytes), &chain), DRM_S_OK);
    identity.certificate = chain.certificates[0];
    drm_buffer_free(&bytes);
    return identity;
}

void assert_same_identity(struct identity a, struct identity b)
{
    assert_int_equal(a.individualized, b.individualized);
    assert_int_equal(drm_version_compare(a.version, b.version), 0);
    assert_memory_equal(a.certificate.id, b.certificate.id, sizeof(a.certificate.id));
}

uint64_t list_version(struct drm_client *client, enum drm_revocation_type type)
{
    uint64_t version = UINT64_MAX;

    assert_int_equal(drm_client_get_revocation_version(client, type, &version), DRM_S_OK);
    return version;
}

void publish_component(struct fixture *fixture, uint64_t size)
{
    const char *path = test_host_path(&fixture->host, "published.bin");
    struct drm_authority *authority = open_authority(fixture);
    uint8_t block[4096];
    FILE *file = fopen(path, "wb");
    uint64_t number = 1;

    assert_non_null(file);
    for (uint64_t done = 0; done < size; done += sizeof(block))
    {
        size_t piece = size - done < sizeof(block) ? (size_t)(size - done) : sizeof(block);

        for (size_t i = 0; i + 4 <= sizeof(block); i += 4)
            drm_put_u32(block + i, next_number(&number));
        assert_int_equal(fwrite(block, 1, piece, file), piece);
    }
    assert_int_equal(fclose(file), 0);
    assert_int_equal(drm_authority_publish(authority, DRM_VERSION_CURRENT, path, "the component"), DRM_S_OK);
    drm_authority_close(authority);
}

uint8_t *make_entries(uint32_t first, size_t count)
{
    uint8_t *entries = malloc(count * DRM_REVOCATION_ENTRY_SIZE), number[4];

    assert_non_null(entries);
    for (size_t i = 0; i < count; i++)
    {
        drm_put_u32(number, first + (uint32_t)i);
        drm_sha256(number, sizeof(number), entries + i * DRM_REVOCATION_ENTRY_SIZE);
    }
    return entries;
}
