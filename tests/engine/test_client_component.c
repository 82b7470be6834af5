/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The client: the operator's component.
 */
#include <stdio.h>

#include "engine/client_fixture.h"
#include "support/heap_watch.h"

#define MIB (UINT64_C(1024) * 1024)

static void component__of_40_mb_streams_in_constant_memory(void **state)
{
    const uint64_t size = 40 * MIB;
    struct fixture *fixture = *state;
    char path[2 * TEST_HOST_PATH_SIZE];
    char name[DRM_CERTIFICATE_NAME_SIZE + 1];
    uint8_t *published, *copied;
    size_t published_size, copied_size;
    uint64_t told = 0;
    struct run run;

    publish_component(fixture, size);
    heap_watch_begin();
    assert_int_equal(individualize(fixture->client, false, NEVER, &run), DRM_S_OK);
    strcpy(path, test_host_path(&fixture->host, "copy.bin"));
    assert_int_equal(drm_client_copy_component(fixture->client, path, name, &told), DRM_S_OK);
    assert_in_range(heap_watch_peak(), 1, 4 * MIB);

    assert_int_equal(count_states(&run, DRM_INDIVIDUALIZATION_DOWNLOAD, DRM_HTTP_RECEIVING), 100);
    assert_true(run.events[run.event_count - 1].total > size);
    assert_int_equal(run.events[run.event_count - 1].received, run.events[run.event_count - 1].total);
    assert_int_equal(told, size);
    assert_string_equal(name, "the component");
    published = test_file_read(test_host_path(&fixture->host, "published.bin"), &published_size);
    copied = test_file_read(path, &copied_size);
    assert_int_equal(copied_size, published_size);
    assert_memory_equal(copied, published, published_size);
    free(published);
    free(copied);
}

static void component__is_sent_once(void **state)
{
    struct fixture *fixture = *state;
    struct run run;

    publish_component(fixture, MIB);
    assert_int_equal(individualize(fixture->client, false, NEVER, &run), DRM_S_OK);
    assert_true(run.events[run.event_count - 1].total > MIB);
    assert_int_equal(individualize(fixture->client, false, NEVER, &run), DRM_S_OK);
    assert_int_equal(run.events[run.event_count - 1].total, 0);
    assert_int_equal(individualize(fixture->client, true, NEVER, &run), DRM_S_OK);
    assert_true(run.events[run.event_count - 1].total < 20000);
    /* another one takes its place, and its file */
    publish_component(fixture, 2 * MIB);
    assert_int_equal(individualize(fixture->client, false, NEVER, &run), DRM_S_OK);
    assert_true(run.events[run.event_count - 1].total > 2 * MIB);
    assert_int_equal(individualize(fixture->client, true, NEVER, &run), DRM_S_OK);
    assert_int_equal(test_host_count(&fixture->host, "store-file-", ".bin", NULL), 1);
}

static void component__small_one_needs_no_file(void **state)
{
    struct fixture *fixture = *state;
    char path[2 * TEST_HOST_PATH_SIZE], name[DRM_CERTIFICATE_NAME_SIZE + 1];
    uint8_t *copied;
    size_t size;

    publish_component(fixture, 65536);
    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    assert_int_equal(test_host_count(&fixture->host, "store-file-", "", NULL), 0);
    strcpy(path, test_host_path(&fixture->host, "copy.bin"));
    assert_int_equal(drm_client_copy_component(fixture->client, path, name, NULL), DRM_S_OK);
    copied = test_file_read(path, &size);
    assert_int_equal(size, 65536);
    free(copied);
}

static void copy__writes_no_file_that_is_there(void **state)
{
    struct fixture *fixture = *state;
    char path[2 * TEST_HOST_PATH_SIZE], name[DRM_CERTIFICATE_NAME_SIZE + 1];
    uint8_t *content;
    uint64_t told = 0;
    size_t size;

    publish_component(fixture, 100000);
    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    strcpy(path, test_host_path(&fixture->host, "precious.txt"));
    test_file_write(path, "precious", 8);
    assert_int_equal(drm_client_copy_component(fixture->client, path, name, &told), DRM_E_UNABLE_TO_OPEN_STORE);
    content = test_file_read(path, &size);
    assert_int_equal(size, 8);
    free(content);
    assert_int_equal(drm_client_copy_component(fixture->client, test_host_path(&fixture->host, "no/such/folder/x"),
                                               name, &told),
                     DRM_E_PATH_NOT_FOUND);
    assert_int_equal(told, 0);
    assert_int_equal(drm_client_copy_component(fixture->client, NULL, name, &told), DRM_S_OK);
    assert_int_equal(told, 100000);
}

static void copy__altered_component_is_refused(void **state)
{
    struct fixture *fixture = *state;
    char file[TEST_HOST_PATH_SIZE], path[2 * TEST_HOST_PATH_SIZE], copy[2 * TEST_HOST_PATH_SIZE];
    char name[DRM_CERTIFICATE_NAME_SIZE + 1];
    uint8_t *content;
    uint64_t told;
    size_t size;

    publish_component(fixture, 200000);
    assert_int_equal(individualize(fixture->client, false, NEVER, NULL), DRM_S_OK);
    assert_int_equal(test_host_count(&fixture->host, "store-file-", ".bin", file), 1);
    strcpy(path, test_host_path(&fixture->host, file));
    strcpy(copy, test_host_path(&fixture->host, "copy.bin"));
    content = test_file_read(path, &size);
    content[size / 2] ^= 1;
    test_file_write(path, content, size);
    assert_int_equal(drm_client_copy_component(fixture->client, copy, name, &told), DRM_E_COMPONENT_INVALID);
    assert_false(test_file_exists(copy));
    test_file_resize(path, size - 1);
    assert_int_equal(drm_client_copy_component(fixture->client, copy, name, &told), DRM_E_COMPONENT_INVALID);
    assert_int_equal(remove(path), 0);
    assert_int_equal(drm_client_copy_component(fixture->client, copy, name, &told), DRM_E_COMPONENT_INVALID);
    assert_false(test_file_exists(copy));
    free(content);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, client_setup, client_teardown)

int run_client_component_tests(void)
{
    const struct CMUnitTest tests[] = {
        ROW(component__of_40_mb_streams_in_constant_memory),
        ROW(component__is_sent_once),
        ROW(component__small_one_needs_no_file),
        ROW(copy__writes_no_file_that_is_there),
        ROW(copy__altered_component_is_refused),
    };

    return cmocka_run_group_tests_name("client: component", tests, NULL, NULL);
}
