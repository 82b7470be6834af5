/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The file layer under the databases: it makes large pieces of what SQLite writes page by page, and where writing them
 * fails, nothing that was committed is lost and nobody is told that it is in place. Linux only.
 */
#include "engine/check.h"

#include <stdio.h>

#include "engine/base/path.h"
#include "engine/database/database_internal.h"
#include "engine/database/file.h"
#include "store_folder.h"
#include "support/kill_vfs.h"
#include "support/plain_host.h"

#define ROWS 600 /* each fills a page of its own */
#define ROW_SIZE 3000

static const char *const scripts[] = {"CREATE TABLE piece(id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;"};
static const struct drm_database_schema schema = {.application_id = 0x74657374, .scripts = scripts, .version = 1};
static const struct kill_vfs_plan no_plan = {.mode = KILL_VFS_COUNT};

struct place
{
    struct plain_host host;
    char *folder, *path;
};

static int set_up(void **state)
{
    struct place *place = calloc(1, sizeof(*place));

    assert_non_null(place);
    assert_true(kill_vfs_install(&no_plan));
    plain_host_init(&place->host);
    place->folder = store_folder_create();
    place->path = drm_path_join(place->folder, "some.db");
    assert_non_null(place->path);
    *state = place;
    return 0;
}

static int tear_down(void **state)
{
    struct place *place = *state;

    kill_vfs_remove();
    store_folder_remove(place->folder);
    free(place->path);
    free(place);
    return 0;
}

static struct drm_database *open_database(const struct place *place)
{
    struct drm_database *database;

    assert_int_equal(drm_database_open(place->path, &schema, DRM_DATABASE_OPEN_OR_CREATE, &place->host.host.log, NULL,
                                       &database),
                     DRM_S_OK);
    return database;
}

/* Commits rows of this byte; the log keeps them until it is released. */
static void add_rows(struct drm_database *database, uint8_t byte)
{
    struct drm_statement insert;
    uint8_t bytes[ROW_SIZE];

    memset(bytes, byte, sizeof(bytes));
    drm_database_hold_log(database);
    assert_int_equal(drm_database_begin(database), DRM_S_OK);
    drm_statement_prepare(&insert, database, "INSERT INTO piece(bytes) VALUES(?1)");
    for (unsigned int i = 0; i < ROWS; i++)
    {
        drm_statement_bind_blob(&insert, 1, bytes, sizeof(bytes));
        assert_false(drm_statement_step(&insert));
        drm_statement_reset(&insert);
    }
    assert_int_equal(drm_statement_finish(&insert), DRM_S_OK);
    assert_int_equal(drm_database_commit(database), DRM_S_OK);
}

/* Each of these rows is full of its byte. */
static void check_range(struct drm_database *database, const uint8_t *bytes, uint32_t first, uint32_t last)
{
    struct drm_statement select;
    uint8_t expected[ROW_SIZE];
    uint32_t row = first;

    drm_statement_prepare(&select, database, "SELECT bytes FROM piece WHERE id BETWEEN ?1 AND ?2 ORDER BY id");
    drm_statement_bind_int(&select, 1, first + 1);
    drm_statement_bind_int(&select, 2, last + 1);
    for (; drm_statement_step(&select); row++)
    {
        const struct drm_span content = drm_statement_blob(&select, 0);

        memset(expected, bytes[row], sizeof(expected));
        assert_int_equal(content.size, sizeof(expected));
        assert_memory_equal(content.data, expected, sizeof(expected));
    }
    assert_int_equal(drm_statement_finish(&select), DRM_S_OK);
    assert_int_equal(row, last + 1);
}

/* There are so many rows, and all are whole. */
static void check_all(struct drm_database *database, const uint8_t *bytes, uint32_t count)
{
    static const char *const tables[] = {"piece"};
    int64_t rows;

    assert_int_equal(drm_database_check(database, tables, COUNT(tables)), DRM_S_OK);
    assert_int_equal(drm_database_query_number(database, "SELECT count(*) FROM piece", &rows), DRM_S_OK);
    assert_int_equal(rows, count);
    check_range(database, bytes, 0, count - 1);
}

/* Those of each commit, in their order. */
static void check_rows(struct drm_database *database, unsigned int commits)
{
    uint8_t bytes[3 * ROWS];

    assert_in_range(commits, 1, 3);
    for (unsigned int i = 0; i < commits * ROWS; i++)
        bytes[i] = (uint8_t)(1 + i / ROWS);
    check_all(database, bytes, commits * ROWS);
}

static void many_rows__are_written_in_large_pieces(void **state)
{
    struct place *place = *state;
    struct drm_database *database = open_database(place);
    uint64_t begin = kill_vfs_calls();

    add_rows(database, 1);
    assert_in_range(kill_vfs_calls() - begin, 1, ROWS / 8);
    begin = kill_vfs_calls();
    drm_database_release_log(database);
    assert_in_range(kill_vfs_calls() - begin, 1, ROWS / 8);
    check_rows(database, 1);
    drm_database_close(database);
}

/* Written back, the log begins anew in the same file: what this connection read of it before is not what another one
 * has put there since. */
static void log__that_another_began_anew_is_read_anew(void **state)
{
    struct place *place = *state;
    struct drm_database *database = open_database(place), *other = open_database(place);

    for (uint8_t byte = 1; byte <= 3; byte++)
    {
        add_rows(other, byte);
        assert_int_equal(drm_database_execute(database, "PRAGMA wal_checkpoint(PASSIVE)"), DRM_S_OK);
    }
    drm_database_close(other);
    drm_database_close(database);
    database = open_database(place);
    check_rows(database, 3);
    drm_database_close(database);
}

/* A connection that only SQLite's own layer serves sees what a commit left in the log. */
static void rows__are_in_the_log_when_the_commit_returns(void **state)
{
    struct place *place = *state;
    struct drm_database *database = open_database(place);
    sqlite3 *other;
    sqlite3_stmt *count;

    add_rows(database, 1);
    assert_int_equal(sqlite3_open_v2(place->path, &other, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(other, "SELECT count(bytes) FROM piece", -1, &count, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(count), SQLITE_ROW);
    assert_int_equal(sqlite3_column_int(count, 0), ROWS);
    sqlite3_finalize(count);
    sqlite3_close(other);
    drm_database_close(database);
}

/* A transaction larger than the cache reads its own pages back from where they were gathered, and rolls them back. */
static void own_pages__are_seen_before_the_commit(void **state)
{
    struct place *place = *state;
    struct drm_database *database = open_database(place);

    assert_int_equal(drm_database_execute(database, "PRAGMA cache_size=10"), DRM_S_OK);
    add_rows(database, 1);
    assert_int_equal(drm_database_begin(database), DRM_S_OK);
    for (unsigned int i = 0; i < 3; i++)
        assert_int_equal(drm_database_execute(database, "UPDATE piece SET bytes = zeroblob(3000) WHERE id % 3 = 0;"
                                                        "INSERT INTO piece(bytes) SELECT bytes FROM piece"),
                         DRM_S_OK);
    drm_database_rollback(database);
    check_rows(database, 1);
    add_rows(database, 2);
    check_rows(database, 2);
    drm_database_close(database);
}

/* In one transaction, all rows, and then some here and there, again and again. What they are at last is in bytes. */
static void change_rows(struct drm_database *database, uint64_t seed, uint8_t bytes[ROWS])
{
    struct drm_statement update;
    uint64_t state = seed;
    uint8_t content[ROW_SIZE];

    drm_statement_prepare(&update, database, "UPDATE piece SET bytes = ?1 WHERE id = ?2");
    for (unsigned int i = 0; i < 6 * ROWS; i++)
    {
        const uint32_t row = (i < ROWS ? i : i / 64 * 37 + next_number(&state) % 48) % ROWS;

        bytes[row] = (uint8_t)next_number(&state);
        memset(content, bytes[row], sizeof(content));
        drm_statement_bind_blob(&update, 1, content, sizeof(content));
        drm_statement_bind_int(&update, 2, row + 1);
        assert_false(drm_statement_step(&update));
        drm_statement_reset(&update);
        if (i % 16 == 0) /* one that was changed a moment ago is among them */
            check_range(database, bytes, row < 30 ? 0 : row - 30, row);
    }
    assert_int_equal(drm_statement_finish(&update), DRM_S_OK);
}

/* Pages that left the cache and changed again are written anew in the log, and the commit makes the checksums of all
 * that came after them anew. Whoever finds the log without its index believes the checksums alone. */
static void pages__written_anew_in_a_log_are_whole(void **state)
{
    struct place *place = *state;
    struct drm_database *database = open_database(place);
    char *copy = store_folder_create();
    struct place other = *place;
    char *index;
    uint8_t bytes[ROWS];
    uint64_t begin;

    add_rows(database, 1);
    drm_database_release_log(database);
    memset(bytes, 1, sizeof(bytes));
    assert_int_equal(drm_database_execute(database, "PRAGMA cache_size=10"), DRM_S_OK);
    drm_database_hold_log(database);
    assert_int_equal(drm_database_begin(database), DRM_S_OK);
    change_rows(database, 1, bytes);
    begin = kill_vfs_calls();
    assert_int_equal(drm_database_commit(database), DRM_S_OK);
    assert_in_range(kill_vfs_calls() - begin, ROWS * ROW_SIZE / DRM_FILE_PIECE, ROWS / 4);

    store_folder_copy(place->folder, copy);
    other.path = drm_path_join(copy, "some.db");
    assert_non_null(other.path);
    check_all(database, bytes, ROWS);
    drm_database_release_log(database);
    check_all(database, bytes, ROWS);
    drm_database_close(database);

    index = drm_path_join(copy, "some.db-shm");
    assert_non_null(index);
    assert_int_equal(remove(index), 0);
    free(index);
    database = open_database(&other);
    check_all(database, bytes, ROWS);
    drm_database_close(database);
    free(other.path);
    store_folder_remove(copy);
}

/* What one of them read ahead in the log, the other writes over when the log begins anew. */
static void logs__are_read_anew_by_each_who_takes_a_turn(void **state)
{
    struct place *place = *state;
    struct drm_database *databases[2] = {open_database(place), open_database(place)};
    uint8_t bytes[ROWS] = {0};

    add_rows(databases[0], 0);
    drm_database_release_log(databases[0]);
    for (unsigned int i = 0; i < 2; i++)
        assert_int_equal(drm_database_execute(databases[i], "PRAGMA cache_size=10"), DRM_S_OK);
    for (unsigned int turn = 0; turn < 4; turn++)
    {
        struct drm_database *database = databases[turn % 2];

        drm_database_hold_log(database);
        assert_int_equal(drm_database_begin(database), DRM_S_OK);
        check_range(database, bytes, 0, ROWS - 1);
        change_rows(database, turn + 1, bytes);
        assert_int_equal(drm_database_commit(database), DRM_S_OK);
        if (turn % 2 == 0) /* the one whose turn is next */
            assert_int_equal(drm_database_execute(databases[1], "PRAGMA wal_checkpoint(PASSIVE)"), DRM_S_OK);
    }
    check_all(databases[0], bytes, ROWS);
    drm_database_close(databases[1]);
    drm_database_close(databases[0]);
}

/* A transaction that is larger than the cache writes to the log, and is rolled back: another one writes to the same
 * places. */
static void rolled_back_pages__are_in_nobodys_way(void **state)
{
    struct place *place = *state;

    for (unsigned int reads = 0; reads < 2; reads++)
    {
        struct drm_database *database, *other;

        store_folder_empty(place->folder);
        database = open_database(place);
        other = open_database(place);
        add_rows(other, 1);
        assert_int_equal(drm_database_execute(database, "PRAGMA cache_size=10"), DRM_S_OK);
        assert_int_equal(drm_database_begin(database), DRM_S_OK);
        assert_int_equal(drm_database_execute(database, "INSERT INTO piece(bytes)"
                                                        " SELECT zeroblob(3000) FROM piece LIMIT 25"),
                         DRM_S_OK);
        drm_database_rollback(database);
        add_rows(other, 2);
        if (reads)
            check_rows(database, 2);
        drm_database_close(database);
        check_rows(other, 2);
        database = open_database(place);
        check_rows(database, 2);
        drm_database_close(database);
        drm_database_close(other);
    }
}

static void set_row(struct drm_database *database, uint32_t row, uint8_t byte, uint8_t bytes[ROWS])
{
    struct drm_statement update;
    uint8_t content[ROW_SIZE];

    memset(content, byte, sizeof(content));
    drm_database_hold_log(database);
    assert_int_equal(drm_database_begin(database), DRM_S_OK);
    drm_statement_prepare(&update, database, "UPDATE piece SET bytes = ?1 WHERE id = ?2");
    drm_statement_bind_blob(&update, 1, content, sizeof(content));
    drm_statement_bind_int(&update, 2, row + 1);
    assert_false(drm_statement_step(&update));
    assert_int_equal(drm_statement_finish(&update), DRM_S_OK);
    assert_int_equal(drm_database_commit(database), DRM_S_OK);
    bytes[row] = byte;
}

/* What is read ahead of the database while a row lies in the log is an old row by the time that the reader, the last to
 * close, writes back the rows around it. */
static void pages__read_ahead_are_not_written_back(void **state)
{
    struct place *place = *state;
    struct drm_database *writer = open_database(place), *reader;
    uint8_t bytes[ROWS];

    add_rows(writer, 1);
    memset(bytes, 1, sizeof(bytes));
    drm_database_release_log(writer);
    set_row(writer, 10, 7, bytes);
    reader = open_database(place);
    assert_int_equal(drm_database_execute(reader, "PRAGMA cache_size=10; BEGIN; SELECT 1 FROM piece LIMIT 1"),
                     DRM_S_OK);
    drm_database_read_ahead(reader);
    check_range(reader, bytes, 0, 4);
    assert_int_equal(drm_database_execute(writer, "PRAGMA wal_checkpoint(PASSIVE)"), DRM_S_OK);
    set_row(writer, 8, 8, bytes);
    set_row(writer, 12, 9, bytes);
    assert_int_equal(drm_database_execute(reader, "COMMIT"), DRM_S_OK);
    drm_database_close(writer);
    drm_database_close(reader);
    writer = open_database(place);
    check_all(writer, bytes, ROWS);
    drm_database_close(writer);
}

/* One call fails for want of room in the second statement of a transaction. Whatever SQLite makes of the rest, a commit
 * that succeeds has all of the first. */
static bool fail_a_statement(const struct place *place, uint64_t call)
{
    const struct kill_vfs_plan plan = {.mode = KILL_VFS_FAIL_ONCE, .cause = KILL_VFS_DISK_FULL, .call = call};
    struct drm_database *database;
    int64_t wrong;
    bool failed;

    store_folder_empty(place->folder);
    database = open_database(place);
    assert_int_equal(drm_database_execute(database, "PRAGMA cache_size=10"), DRM_S_OK);
    add_rows(database, 1);
    drm_database_release_log(database);
    drm_database_hold_log(database);
    assert_int_equal(drm_database_begin(database), DRM_S_OK);
    assert_int_equal(drm_database_execute(database, "UPDATE piece SET bytes = zeroblob(3000) WHERE id < 30"), DRM_S_OK);
    assert_true(kill_vfs_install(&plan));
    failed = DRM_FAILED(drm_database_execute(database, "INSERT INTO piece(bytes)"
                                                       " SELECT bytes FROM piece WHERE id BETWEEN 1 AND 60"));
    assert_true(kill_vfs_install(&no_plan));
    if (failed && DRM_SUCCEEDED(drm_database_execute(database, "COMMIT")))
    {
        assert_int_equal(drm_database_query_number(database,
                                                   "SELECT sum(bytes <> zeroblob(3000)) FROM piece WHERE id < 30",
                                                   &wrong),
                         DRM_S_OK);
        assert_int_equal(wrong, 0);
    }
    drm_database_rollback(database);
    drm_database_close(database);
    return failed;
}

static void statement__that_fails_takes_nothing_of_the_one_before(void **state)
{
    unsigned int failures = 0;

    for (uint64_t call = 1; call < 60; call++)
        failures += fail_a_statement(*state, call);
    assert_in_range(failures, 10, 59);
}

/* One call of writing back fails. Where somebody reads an older state, only what is as old is written back. */
static bool fail_writing_back(const struct place *place, bool with_reader, enum kill_vfs_cause cause, uint64_t call)
{
    const struct kill_vfs_plan plan = {.mode = KILL_VFS_FAIL_ONCE, .cause = cause, .call = call};
    struct drm_database *database, *reader = NULL;
    bool failed;

    store_folder_empty(place->folder);
    database = open_database(place);
    add_rows(database, 1);
    if (with_reader)
    {
        reader = open_database(place);
        assert_int_equal(drm_database_execute(reader, "BEGIN; SELECT count(*) FROM piece"), DRM_S_OK);
    }
    add_rows(database, 2);

    assert_true(kill_vfs_install(&plan));
    drm_database_release_log(database);
    failed = kill_vfs_failures() > 0;
    assert_true(kill_vfs_install(&no_plan));

    if (reader)
    {
        check_rows(reader, 1);
        drm_database_close(reader);
    }
    reader = open_database(place); /* looks for itself at what is in place */
    check_rows(reader, 2);
    drm_database_close(reader);
    drm_database_release_log(database);
    check_rows(database, 2);
    drm_database_close(database);
    database = open_database(place);
    check_rows(database, 2);
    drm_database_close(database);
    return failed;
}

static void write_back__failing_anywhere_loses_nothing(void **state)
{
    struct place *place = *state;

    for (unsigned int with_reader = 0; with_reader < 2; with_reader++)
        for (unsigned int cause = KILL_VFS_DISK_FULL; cause <= KILL_VFS_BROKEN; cause++)
        {
            uint64_t call = 1;
            unsigned int failures = 0;

            /* Not every call needs room; the last of many are past the end. */
            for (unsigned int in_vain = 0; in_vain < 4; call++)
            {
                const bool failed = fail_writing_back(place, with_reader, (enum kill_vfs_cause)cause, call);

                failures += failed;
                in_vain = failed ? 0 : in_vain + 1;
                if (failures > 100)
                    call += 97; /* page by page: some stand for all */
            }
            assert_in_range(failures, 70, 140);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(many_rows__are_written_in_large_pieces, set_up, tear_down),
        cmocka_unit_test_setup_teardown(log__that_another_began_anew_is_read_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rows__are_in_the_log_when_the_commit_returns, set_up, tear_down),
        cmocka_unit_test_setup_teardown(own_pages__are_seen_before_the_commit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pages__written_anew_in_a_log_are_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(logs__are_read_anew_by_each_who_takes_a_turn, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rolled_back_pages__are_in_nobodys_way, set_up, tear_down),
        cmocka_unit_test_setup_teardown(pages__read_ahead_are_not_written_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(statement__that_fails_takes_nothing_of_the_one_before, set_up, tear_down),
        cmocka_unit_test_setup_teardown(write_back__failing_anywhere_loses_nothing, set_up, tear_down),
    };

    return cmocka_run_group_tests_name("database layer", tests, NULL, NULL);
}
