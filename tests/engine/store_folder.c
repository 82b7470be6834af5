/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Folders for tests of the store (store_folder.h). */
#include "store_folder.h"

#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

#include "check.h"
#include "engine/base/path.h"

char *store_folder_create(void)
{
    const char *place = access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm";
    char *directory = drm_path_join(place, "wmdrm-test-XXXXXX");

    assert_non_null(directory);
    assert_non_null(mkdtemp(directory));
    return directory;
}

static void each_file(const char *directory, void (*each)(const char *path, const char *name, const char *context),
                      const char *context)
{
    DIR *folder = opendir(directory);
    struct dirent *entry;

    assert_non_null(folder);
    while ((entry = readdir(folder)))
        if (entry->d_type == DT_REG)
        {
            char *path = drm_path_join(directory, entry->d_name);

            each(path, entry->d_name, context);
            free(path);
        }
    closedir(folder);
}

static void delete_file(const char *path, const char *name, const char *context)
{
    (void)name;
    (void)context;
    assert_int_equal(unlink(path), 0);
}

static void copy_file(const char *path, const char *name, const char *directory)
{
    char *target = drm_path_join(directory, name);
    FILE *from = fopen(path, "rb"), *to = fopen(target, "wb");
    static char block[65536];
    size_t size;

    assert_non_null(from);
    assert_non_null(to);
    while ((size = fread(block, 1, sizeof(block), from)))
        assert_int_equal(fwrite(block, 1, size, to), size);
    fclose(from);
    assert_int_equal(fclose(to), 0);
    free(target);
}

void store_folder_empty(const char *directory)
{
    each_file(directory, delete_file, NULL);
}

void store_folder_copy(const char *from, const char *to)
{
    store_folder_empty(to);
    each_file(from, copy_file, to);
}

void store_folder_remove(char *directory)
{
    if (!directory)
        return;
    store_folder_empty(directory);
    assert_int_equal(rmdir(directory), 0);
    free(directory);
}
