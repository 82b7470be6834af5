/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Folders for tests of the store on Linux: made empty, copied, deleted. They are flat. All assert. */
#ifndef WMDRM_TESTS_STORE_FOLDER_H
#define WMDRM_TESTS_STORE_FOLDER_H

/* A new one, in memory where the system has such a place: nothing here is about the speed of disks. free it. */
char *store_folder_create(void);
/* Deletes what is in it. */
void store_folder_empty(const char *directory);
void store_folder_copy(const char *from, const char *to); /* to is emptied first */
void store_folder_remove(char *directory);                /* deletes it and frees its name; NULL is fine */

#endif
