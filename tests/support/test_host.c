/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A host for tests of the engine (test_host.h).
 */
#include "support/test_host.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/check.h"

#ifdef _WIN32
#include <direct.h>
#include <io.h>
#define make_folder(path) _mkdir(path)
#define SEPARATOR "\\"
#else
#define make_folder(path) mkdir(path, 0700)
#define SEPARATOR "/"
#endif

#define MARK_SIZE 4

/* --- protector -------------------------------------------------------------------------------------------- */

/* What a sealed secret begins with: the user, then the label with its end. */
static drm_result put_mark(const struct test_host *host, const char *label, struct drm_buffer *out)
{
    uint8_t user[MARK_SIZE];
    drm_result result;

    drm_put_u32(user, (uint32_t)atomic_load(&host->user));
    result = drm_buffer_append(out, user, sizeof(user));
    return DRM_FAILED(result) ? result : drm_buffer_append(out, label, strlen(label) + 1);
}

static drm_result put_masked(const uint8_t *data, size_t size, struct drm_buffer *out)
{
    uint8_t *place;
    drm_result result = drm_buffer_extend(out, size, &place);

    for (size_t i = 0; DRM_SUCCEEDED(result) && i < size; i++)
        place[i] = data[i] ^ 0x5a;
    return result;
}

static drm_result seal(void *context, const char *label, const uint8_t *secret, size_t size, struct drm_buffer *out)
{
    struct test_host *host = context;
    size_t start = out->size;
    drm_result result = atomic_load(&host->seal_result);

    atomic_fetch_add(&host->seals, 1);
    if (DRM_SUCCEEDED(result) && DRM_SUCCEEDED(result = put_mark(host, label, out)))
        result = put_masked(secret, size, out);
    if (DRM_FAILED(result))
        drm_buffer_truncate(out, start);
    return result;
}

static drm_result unseal(void *context, const char *label, const uint8_t *sealed, size_t size, struct drm_buffer *out)
{
    struct test_host *host = context;
    struct drm_buffer mark = {0};
    drm_result result = atomic_load(&host->unseal_result);

    atomic_fetch_add(&host->unseals, 1);
    if (DRM_SUCCEEDED(result))
        result = put_mark(host, label, &mark);
    if (DRM_SUCCEEDED(result) && (size < mark.size || memcmp(sealed, mark.data, mark.size) != 0))
        result = DRM_E_SECURE_STORE_UNLOCK_ERROR;
    if (DRM_SUCCEEDED(result))
        result = put_masked(sealed + mark.size, size - mark.size, out);
    drm_buffer_free(&mark);
    return result;
}

void test_host_lose_secret(struct test_host *host)
{
    atomic_fetch_add(&host->user, 1);
}

static struct test_kept_number *find_kept(struct test_host *host, const char *name)
{
    size_t i = 0;

    while (i < sizeof(host->kept) / sizeof(host->kept[0]) - 1 && host->kept[i].name[0]
           && strcmp(host->kept[i].name, name) != 0)
        i++;
    return &host->kept[i];
}

static drm_result recall(void *context, const char *name, uint64_t *number)
{
    struct test_host *host = context;

    sqlite3_mutex_enter(host->lock);
    *number = find_kept(host, name)->number;
    sqlite3_mutex_leave(host->lock);
    return DRM_S_OK;
}

static drm_result remember(void *context, const char *name, uint64_t number)
{
    struct test_host *host = context;
    drm_result result = atomic_load(&host->remember_result);
    struct test_kept_number *kept;

    atomic_fetch_add(&host->remembered, 1);
    if (DRM_FAILED(result))
        return result;
    sqlite3_mutex_enter(host->lock);
    kept = find_kept(host, name);
    snprintf(kept->name, sizeof(kept->name), "%s", name);
    kept->number = number;
    sqlite3_mutex_leave(host->lock);
    return DRM_S_OK;
}

/* --- clock, log ------------------------------------------------------------------------------------------- */

static int64_t now(void *context)
{
    struct test_host *host = context;

    return atomic_load(&host->now);
}

static uint64_t monotonic(void *context)
{
    struct test_host *host = context;

    return atomic_load(&host->monotonic);
}

static void write_line(void *context, const char *line)
{
    struct test_host *host = context;
    size_t length = strlen(line);
    char *lines;

    sqlite3_mutex_enter(host->lock);
    if ((lines = realloc(host->lines, host->lines_size + length + 2)))
    {
        memcpy(lines + host->lines_size, line, length);
        memcpy(lines + host->lines_size + length, "\n", 2);
        host->lines = lines;
        host->lines_size += length + 1;
    }
    sqlite3_mutex_leave(host->lock);
}

bool test_host_logged(struct test_host *host, const char *part)
{
    bool found;

    sqlite3_mutex_enter(host->lock);
    found = host->lines && strstr(host->lines, part);
    sqlite3_mutex_leave(host->lock);
    return found;
}

/* --- folder ----------------------------------------------------------------------------------------------- */

static void make_own_folder(char *out)
{
    static unsigned int count;
    static const char *const variables[] = {"TMPDIR", "TEMP", "TMP"};
    const char *base = NULL;
    int made;

    for (size_t i = 0; i < COUNT(variables) && !base; i++)
        base = getenv(variables[i]);
#ifndef _WIN32
    if (!base)
        base = "/tmp";
#endif
    /* A process that was killed may have left one of that name: numbers of processes come again. */
    do
    {
        snprintf(out, TEST_HOST_PATH_SIZE, "%s" SEPARATOR "wmdrm-test-%ld-%u", base ? base : ".", (long)getpid(),
                 ++count);
        made = make_folder(out);
    } while (made != 0 && errno == EEXIST);
    assert_int_equal(made, 0);
}

static void delete_folder(const char *directory)
{
    DIR *folder = opendir(directory);
    struct dirent *entry;
    char path[2 * TEST_HOST_PATH_SIZE];

    while (folder && (entry = readdir(folder)))
    {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        snprintf(path, sizeof(path), "%s" SEPARATOR "%s", directory, entry->d_name);
        if (remove(path) != 0)
            delete_folder(path);
    }
    if (folder)
        closedir(folder);
    (void)rmdir(directory);
}

const char *test_host_path(struct test_host *host, const char *name)
{
    static char paths[8][2 * TEST_HOST_PATH_SIZE];
    static unsigned int next;
    char *path = paths[next++ % COUNT(paths)];

    snprintf(path, sizeof(paths[0]), "%s" SEPARATOR "%s", host->directory, name);
    return path;
}

unsigned int test_host_count(struct test_host *host, const char *begin, const char *end, char *name)
{
    DIR *folder = opendir(host->directory);
    struct dirent *entry;
    unsigned int count = 0;

    assert_non_null(folder);
    while ((entry = readdir(folder)))
    {
        size_t length = strlen(entry->d_name);

        if (strncmp(entry->d_name, begin, strlen(begin)) != 0 || length < strlen(end)
            || strcmp(entry->d_name + length - strlen(end), end) != 0)
            continue;
        count++;
        if (name)
            snprintf(name, TEST_HOST_PATH_SIZE, "%s", entry->d_name);
    }
    closedir(folder);
    return count;
}

/* --- files ------------------------------------------------------------------------------------------------ */

void test_file_write(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

uint8_t *test_file_read(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    uint8_t *data;
    long end;

    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    end = ftell(file);
    assert_true(end >= 0);
    rewind(file);
    data = malloc(end > 0 ? (size_t)end : 1);
    assert_non_null(data);
    assert_int_equal(fread(data, 1, (size_t)end, file), end);
    assert_int_equal(fclose(file), 0);
    *size = (size_t)end;
    return data;
}

void test_file_resize(const char *path, uint64_t size)
{
    FILE *file = fopen(path, "r+b");

    if (!file)
        file = fopen(path, "w+b");
    assert_non_null(file);
#ifdef _WIN32
    assert_int_equal(_chsize_s(_fileno(file), (long long)size), 0);
#else
    assert_int_equal(ftruncate(fileno(file), (off_t)size), 0);
#endif
    assert_int_equal(fclose(file), 0);
}

bool test_file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

void test_folder_replace(const char *path)
{
    (void)remove(path);
    assert_int_equal(make_folder(path), 0);
}

void test_folder_remove(const char *path)
{
    assert_int_equal(rmdir(path), 0);
}

void test_database_execute(const char *path, const char *sql)
{
    sqlite3 *handle;

    assert_int_equal(sqlite3_open_v2(path, &handle, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
    if (sqlite3_exec(handle, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s: %s", sql, sqlite3_errmsg(handle));
    assert_int_equal(sqlite3_close(handle), SQLITE_OK);
}

/* --- all of it -------------------------------------------------------------------------------------------- */

void test_host_init(struct test_host *host)
{
    memset(host, 0, sizeof(*host));
    assert_int_equal(sqlite3_initialize(), SQLITE_OK);
    host->lock = sqlite3_mutex_alloc(SQLITE_MUTEX_FAST);
    assert_non_null(host->lock);
    atomic_init(&host->now, TEST_HOST_NOW);
    atomic_init(&host->monotonic, 1000);
    host->host.protector = (struct drm_protector){.context = host, .seal = seal, .unseal = unseal,
                                                   .recall = recall, .remember = remember};
    host->host.clock = (struct drm_clock){.context = host, .now = now, .monotonic = monotonic};
    host->host.log = (struct drm_log){.context = host, .write = write_line};
    make_own_folder(host->directory);
}

void test_host_free(struct test_host *host)
{
    delete_folder(host->directory);
    sqlite3_mutex_free(host->lock);
    free(host->lines);
    memset(host, 0, sizeof(*host));
}
