/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The authority's contents: key ids, content keys, rights; and the upgrade of a database that had none. */
#include <stdio.h>

#include "engine/asking.h"
#include "engine/authority_license_tests.h"
#include "engine/xml/base64.h"

static struct drm_content_item get(struct fixture *fixture, uint8_t value)
{
    const struct key_id id = key_id(value);
    struct drm_content_item item;

    assert_int_equal(drm_authority_get_content(fixture->authority, id.bytes, &item), DRM_S_OK);
    return item;
}

static drm_result get_key(struct fixture *fixture, uint8_t value, uint8_t out[DRM_CONTENT_KEY_SIZE])
{
    const struct key_id id = key_id(value);

    return drm_authority_get_content_key(fixture->authority, id.bytes, out);
}

static void content__is_kept_in_its_normal_form(void **state)
{
    struct fixture *fixture = *state;
    struct drm_content_item item = make_item(1, " Copy ;Play(count=3);priority=5"), back;
    uint8_t key[DRM_CONTENT_KEY_SIZE] = {1, 2, 3}, out[DRM_CONTENT_KEY_SIZE];

    item.interactive = true;
    item.per_machine = UINT32_MAX;
    item.issued = item.machines = 99; /* not the caller's to say */
    item.withdrawn = true;
    item.added = 5;
    strcpy(item.name, "Äpfel & \"Birnen\"");
    assert_int_equal(drm_authority_add_content(fixture->authority, &item, key), DRM_S_OK);
    authority_reopen(fixture);
    back = get(fixture, 1);
    assert_memory_equal(back.key_id, item.key_id, sizeof(item.key_id));
    assert_string_equal(back.name, item.name);
    assert_string_equal(back.rights, "Play(count=3); Copy; priority=5");
    assert_true(back.added == TEST_HOST_NOW);
    assert_true(back.interactive);
    assert_false(back.withdrawn);
    assert_true(back.per_machine == UINT32_MAX);
    assert_int_equal(back.issued, 0);
    assert_int_equal(back.machines, 0);
    assert_int_equal(get_key(fixture, 1, out), DRM_S_OK);
    assert_memory_equal(out, key, sizeof(key));
}

static void content__key_is_made_where_none_is_given_and_never_changes(void **state)
{
    struct fixture *fixture = *state;
    struct drm_content_item item = make_item(1, "Play"), other = make_item(2, "Play");
    uint8_t key[DRM_CONTENT_KEY_SIZE], again[DRM_CONTENT_KEY_SIZE], others[DRM_CONTENT_KEY_SIZE];

    assert_int_equal(drm_authority_add_content(fixture->authority, &item, NULL), DRM_S_OK);
    assert_int_equal(drm_authority_add_content(fixture->authority, &other, NULL), DRM_S_OK);
    assert_int_equal(get_key(fixture, 1, key), DRM_S_OK);
    assert_int_equal(get_key(fixture, 2, others), DRM_S_OK);
    assert_memory_not_equal(key, others, sizeof(key));
    strcpy(item.rights, "Play; Copy");
    strcpy(item.name, "new name");
    assert_int_equal(drm_authority_add_content(fixture->authority, &item, NULL), DRM_S_OK);
    assert_int_equal(drm_authority_add_content(fixture->authority, &item, key), DRM_S_OK);
    assert_int_equal(drm_authority_add_content(fixture->authority, &item, others), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(get_key(fixture, 1, again), DRM_S_OK);
    assert_memory_equal(key, again, sizeof(key));
    item = get(fixture, 1);
    assert_string_equal(item.name, "new name");
    assert_string_equal(item.rights, "Play; Copy; Backup");
    assert_int_equal(get_key(fixture, 3, key), DRM_E_NOT_FOUND);
}

static void content__what_fits_no_licence_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct drm_content_item item = make_item(1, "Play");
    struct drm_content_item missing;
    const struct key_id one = key_id(1);
    char *end;

    strcpy(item.rights, "Fly");
    assert_int_equal(drm_authority_add_content(fixture->authority, &item, NULL), DRM_E_INVALID_ARGUMENT);
    strcpy(item.rights, "");
    assert_int_equal(drm_authority_add_content(fixture->authority, &item, NULL), DRM_E_INVALID_ARGUMENT);
    memset(item.rights, 'P', sizeof(item.rights));
    assert_int_equal(drm_authority_add_content(fixture->authority, &item, NULL), DRM_E_INVALID_ARGUMENT);
    /* Short enough as it stands, too long in the normal form. */
    end = item.rights + sprintf(item.rights, "Play;include=");
    for (unsigned int i = 0; i < 64; i++)
        end += sprintf(end, "%s{00112233-4455-6677-8899-AABBCCDD%04X}", i ? "," : "", i);
    end += sprintf(end, ";url=http://e/");
    memset(end, 'x', (size_t)(item.rights + 4085 - end));
    item.rights[4085] = 0;
    assert_int_equal(drm_authority_add_content(fixture->authority, &item, NULL), DRM_E_INVALID_ARGUMENT);
    item = make_item(1, "Play");
    strcpy(item.name, "line\nend");
    assert_int_equal(drm_authority_add_content(fixture->authority, &item, NULL), DRM_E_INVALID_ARGUMENT);
    memset(item.name, 'n', sizeof(item.name));
    assert_int_equal(drm_authority_add_content(fixture->authority, &item, NULL), DRM_E_INVALID_ARGUMENT);
    item = make_item(0, "Play");
    assert_int_equal(drm_authority_add_content(fixture->authority, &item, NULL), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(drm_authority_get_content(fixture->authority, one.bytes, &missing), DRM_E_NOT_FOUND);
}

/* --- tables ------------------------------------------------------------------------------------------------- */

#define TABLE_KID(letter) letter "AAAAAAAAAAAAAAAAAAAAA=="
#define TABLE_KEY "00112233445566778899aAbBcCdDeEfF"

struct complaints
{
    size_t count, lines[DRM_TABLE_MAX_REPORTS + 1];
    char last[200];
};

static void write_down(void *context, size_t line, const char *why)
{
    struct complaints *complaints = context;

    assert_true(complaints->count < COUNT(complaints->lines));
    complaints->lines[complaints->count++] = line;
    snprintf(complaints->last, sizeof(complaints->last), "%s", why);
}

static drm_result add_table(struct fixture *fixture, const char *text, struct complaints *complaints, size_t *count)
{
    struct drm_content_item defaults = {.rights = "Copy", .name = "nameless", .per_machine = 7};

    memset(complaints, 0, sizeof(*complaints));
    *count = 12345;
    return drm_authority_add_contents(fixture->authority, drm_span(text, strlen(text)), &defaults, write_down,
                                      complaints, count);
}

static drm_result count_one(void *context, const struct drm_content_item *item)
{
    (void)item;
    ++*(size_t *)context;
    return DRM_S_OK;
}

static size_t count_contents(struct fixture *fixture)
{
    size_t count = 0;

    assert_int_equal(drm_authority_each_content(fixture->authority, count_one, &count), DRM_S_OK);
    return count;
}

static void assert_item(struct fixture *fixture, const char *kid, const char *rights, const char *name)
{
    struct drm_content_item item;
    uint8_t id[DRM_KEY_ID_SIZE];

    assert_int_equal(drm_key_id_parse(kid, id), DRM_S_OK);
    assert_int_equal(drm_authority_get_content(fixture->authority, id, &item), DRM_S_OK);
    assert_string_equal(item.rights, rights);
    assert_string_equal(item.name, name);
    assert_int_equal(item.per_machine, 7);
}

static void table__is_added_whole(void **state)
{
    static const char text[] = "\xef\xbb\xbf" "kid,key,rights,name\r\n"
                               "# a comment\n"
                               "\n"
                               TABLE_KID("B") "," TABLE_KEY ",\"Play(count=3, until=2027-01-01)\","
                               "\"He said \"\"no\"\"\"\r\n"
                               "  " TABLE_KID("C") " , , Play ,\n"
                               TABLE_KID("D") "\n"
                               TABLE_KID("E") ",,\"Play; uplink=" TABLE_KID("B") "\",leaf";
    static const uint8_t key[] = {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77,
                                  0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff};
    struct fixture *fixture = *state;
    struct complaints complaints;
    uint8_t id[DRM_KEY_ID_SIZE], out[DRM_CONTENT_KEY_SIZE];
    size_t count;

    for (int round = 0; round < 2; round++) /* the second one changes nothing */
    {
        assert_int_equal(add_table(fixture, text, &complaints, &count), DRM_S_OK);
        assert_int_equal(count, 4);
        assert_int_equal(complaints.count, 0);
        assert_int_equal(count_contents(fixture), 4);
    }
    assert_item(fixture, TABLE_KID("B"), "Play(count=3, until=2027-01-01)", "He said \"no\"");
    assert_item(fixture, TABLE_KID("C"), "Play; Backup", "nameless");
    assert_item(fixture, TABLE_KID("D"), "Copy; Backup", "nameless");
    assert_item(fixture, TABLE_KID("E"), "Play; Backup; uplink=" TABLE_KID("B"), "leaf");
    assert_int_equal(drm_key_id_parse(TABLE_KID("B"), id), DRM_S_OK);
    assert_int_equal(drm_authority_get_content_key(fixture->authority, id, out), DRM_S_OK);
    assert_memory_equal(out, key, sizeof(key));
}

/* Each is line 3 of a table whose other lines are good. */
static void table__with_a_wrong_line_adds_nothing(void **state)
{
    static const struct
    {
        const char *line, *why;
    } rows[] = {
        {"nonsense,,Play", "no key id"},
        {"AAAAAAAAAAAAAAAAAAAAAA==,,Play", "no key id"}, /* zeros */
        {",,Play", "no key id"},
        {TABLE_KID("F") ",0011,Play", "no content key"},
        {TABLE_KID("F") ",00112233445566778899aabbccddeefg,Play", "no content key"},
        {TABLE_KID("F") ",,Fly", "wrong at character 1, \"Fly\""},
        {TABLE_KID("F") ",,Play; Fly", "wrong at character 7"},
        {TABLE_KID("F") ",,Play(count=1, hours=2)", "stand in double quotes"},
        {TABLE_KID("F") ",,Play,a,b", "more fields"},
        {TABLE_KID("F") ",,\"Play", "not closed"},
        {TABLE_KID("F") ",,\"Play\" x,", "beside a quoted field"},
        {TABLE_KID("F") ",,Play \"x\",", "beside a quoted field"},
        {TABLE_KID("F") ",,Play,a\x01", "no UTF-8 text"},
        {TABLE_KID("F") ",,Play,a\xff", "no UTF-8 text"},
        {TABLE_KID("F") ",,Play; uplink=" TABLE_KID("F"), "its own key id"},
        {TABLE_KID("B") ",,Copy", "stands in line 1 too"},
        {TABLE_KID("K") ",ffffffffffffffffffffffffffffffff,Copy", "another content key"},
        {TABLE_KID("F") ",,Play; uplink=" TABLE_KID("G"), "a root stands before its leaves"},
        {TABLE_KID("F") ",,Play; uplink=" TABLE_KID("C"), "no leaf is one's root"},
    };
    struct fixture *fixture = *state;
    struct complaints complaints;
    size_t count;

    assert_int_equal(add_table(fixture, TABLE_KID("K") "," TABLE_KEY ",Copy", &complaints, &count), DRM_S_OK);
    for (size_t i = 0; i < COUNT(rows); i++)
    {
        char text[1024];

        snprintf(text, sizeof(text), "%s,,Play\n%s,,Play; uplink=%s\n%s\n%s,,Play\n", TABLE_KID("B"), TABLE_KID("C"),
                 TABLE_KID("B"), rows[i].line, TABLE_KID("H"));
        if (add_table(fixture, text, &complaints, &count) != DRM_E_INVALID_ARGUMENT || complaints.count != 1
            || complaints.lines[0] != 3 || !strstr(complaints.last, rows[i].why))
            fail_msg("%s: %zu complaints, line %zu, %s", rows[i].line, complaints.count, complaints.lines[0],
                     complaints.last);
        assert_int_equal(count, 12345);
        assert_int_equal(count_contents(fixture), 1);
        assert_item(fixture, TABLE_KID("K"), "Copy; Backup", "nameless");
    }
}

static void table__every_wrong_line_is_named(void **state)
{
    struct fixture *fixture = *state;
    struct complaints complaints;
    char *text = malloc(100000), *end = text;
    size_t count;

    assert_non_null(text);
    assert_int_equal(add_table(fixture, "x\n\n" TABLE_KID("B") "\ny\n", &complaints, &count), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(complaints.count, 2);
    assert_int_equal(complaints.lines[0], 1);
    assert_int_equal(complaints.lines[1], 4);
    for (int i = 0; i < 1000; i++)
        end += sprintf(end, "%s\n", "wrong");
    assert_int_equal(add_table(fixture, text, &complaints, &count), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(complaints.count, DRM_TABLE_MAX_REPORTS);
    /* Nothing at all is a slip too. */
    assert_int_equal(add_table(fixture, "", &complaints, &count), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(complaints.lines[0], 0);
    assert_int_equal(add_table(fixture, "KID,KEY\n# nothing\n", &complaints, &count), DRM_E_INVALID_ARGUMENT);
    assert_int_equal(complaints.count, 1);
    memset(text, 'A', 99999);
    text[99999] = 0;
    assert_int_equal(add_table(fixture, text, &complaints, &count), DRM_E_INVALID_ARGUMENT);
    assert_non_null(strstr(complaints.last, "longer than any may be"));
    assert_int_equal(count_contents(fixture), 0);
    free(text);
}

static void content__chains_are_two_long(void **state)
{
    struct fixture *fixture = *state;
    struct drm_content_item leaf = make_item(1, "Play; uplink=AgICAgICAgICAgICAgICAg==");
    struct drm_content_item root = make_item(2, "Play"), other = make_item(3, "Play; uplink=AQEBAQEBAQEBAQEBAQEBAQ==");
    struct drm_content_item self = make_item(2, "Play; uplink=AgICAgICAgICAgICAgICAg==");

    assert_int_equal(drm_authority_add_content(fixture->authority, &leaf, NULL), DRM_E_NO_UPLINK_LICENSE);
    assert_int_equal(drm_authority_add_content(fixture->authority, &root, NULL), DRM_S_OK);
    assert_int_equal(drm_authority_add_content(fixture->authority, &leaf, NULL), DRM_S_OK);
    assert_int_equal(drm_authority_add_content(fixture->authority, &leaf, NULL), DRM_S_OK);
    /* A leaf is no root, a root with leaves no leaf, and nothing its own root. */
    assert_int_equal(drm_authority_add_content(fixture->authority, &other, NULL), DRM_E_CHAIN_TOO_LONG);
    assert_int_equal(drm_authority_add_content(fixture->authority, &self, NULL), DRM_E_CHAIN_TOO_LONG);
    other = make_item(3, "Play");
    assert_int_equal(drm_authority_add_content(fixture->authority, &other, NULL), DRM_S_OK);
    strcpy(root.rights, "Play; uplink=AwMDAwMDAwMDAwMDAwMDAw==");
    assert_int_equal(drm_authority_add_content(fixture->authority, &root, NULL), DRM_E_CHAIN_TOO_LONG);
    strcpy(leaf.rights, "Play");
    assert_int_equal(drm_authority_add_content(fixture->authority, &leaf, NULL), DRM_S_OK);
    assert_int_equal(drm_authority_add_content(fixture->authority, &root, NULL), DRM_S_OK);
}

static void content__withdrawn_one_comes_back_when_it_is_added_again(void **state)
{
    struct fixture *fixture = *state;
    const struct key_id one = key_id(1), two = key_id(2);

    assert_int_equal(add_content(fixture->authority, 1, "Play"), DRM_S_OK);
    assert_int_equal(drm_authority_withdraw_content(fixture->authority, two.bytes), DRM_E_NOT_FOUND);
    assert_int_equal(drm_authority_withdraw_content(fixture->authority, one.bytes), DRM_S_OK);
    assert_int_equal(drm_authority_withdraw_content(fixture->authority, one.bytes), DRM_S_OK);
    assert_true(get(fixture, 1).withdrawn);
    assert_int_equal(add_content(fixture->authority, 1, "Play"), DRM_S_OK);
    assert_false(get(fixture, 1).withdrawn);
}

struct census
{
    size_t count;
    size_t stop; /* fails at this one */
};

static drm_result visit(void *context, const struct drm_content_item *item)
{
    struct census *census = context;

    if (census->count == census->stop)
        return DRM_E_OPERATION_CANCELED;
    census->count++;
    assert_int_equal(item->key_id[0], census->count); /* oldest first */
    return DRM_S_OK;
}

static void content__each_in_the_order_in_which_they_came(void **state)
{
    struct fixture *fixture = *state;
    struct census census = {.stop = SIZE_MAX}, stopped = {.stop = 33};

    assert_int_equal(drm_authority_each_content(fixture->authority, visit, &census), DRM_S_OK);
    assert_int_equal(census.count, 0);
    for (unsigned int i = 1; i <= 70; i++)
        assert_int_equal(add_content(fixture->authority, (uint8_t)i, "Play"), DRM_S_OK);
    assert_int_equal(add_content(fixture->authority, 1, "Play; Copy"), DRM_S_OK);
    assert_int_equal(drm_authority_each_content(fixture->authority, visit, &census), DRM_S_OK);
    assert_int_equal(census.count, 70);
    assert_int_equal(drm_authority_each_content(fixture->authority, visit, &stopped), DRM_E_OPERATION_CANCELED);
    assert_int_equal(stopped.count, 33);
}

/* A content key that was moved to another row by hand, or rights that nobody could have added. */
static void content__edited_rows_are_refused(void **state)
{
    struct fixture *fixture = *state;
    uint8_t key[DRM_CONTENT_KEY_SIZE];
    struct drm_buffer text = {0};
    struct machine machine;

    assert_int_equal(add_content(fixture->authority, 1, "Play"), DRM_S_OK);
    assert_int_equal(add_content(fixture->authority, 2, "Play"), DRM_S_OK);
    machine_begin(fixture->authority, &machine);
    drm_authority_close(fixture->authority);
    fixture->authority = NULL;
    test_database_execute(test_host_path(&fixture->host, "authority.db"),
                          "UPDATE offer SET sealed = (SELECT sealed FROM offer WHERE id = 2) WHERE id = 1;"
                          "UPDATE offer SET rights = 'Fly' WHERE id = 2");
    authority_reopen(fixture);
    assert_int_equal(get_key(fixture, 1, key), DRM_E_STORE_CORRUPT);
    assert_int_equal(get_key(fixture, 2, key), DRM_S_OK);
    assert_int_equal(ask(fixture->authority, &machine, 1, &text), DRM_E_STORE_CORRUPT);
    assert_int_equal(ask(fixture->authority, &machine, 2, &text), DRM_E_STORE_CORRUPT);
    machine_free(&machine);
}

/* What a first version left, a second one takes over: keys, machines, lists; and then it has contents. */
static void schema__first_version_is_upgraded(void **state)
{
    struct fixture *fixture = *state;
    uint8_t root[DRM_SIGN_PUBLIC_SIZE];
    struct drm_authority_status status;
    struct drm_buffer text = {0};
    struct response response;
    struct machine machine;

    memcpy(root, drm_authority_root(fixture->authority), sizeof(root));
    machine_begin(fixture->authority, &machine);
    drm_authority_close(fixture->authority);
    fixture->authority = NULL;
    test_database_execute(test_host_path(&fixture->host, "authority.db"),
                          "DROP TABLE offer; DROP TABLE issued; DROP TABLE removal; DROP TABLE removal_answer;"
                          "PRAGMA user_version=1");
    authority_reopen(fixture);
    assert_memory_equal(drm_authority_root(fixture->authority), root, sizeof(root));
    assert_int_equal(drm_authority_get_status(fixture->authority, &status), DRM_S_OK);
    assert_int_equal(status.machines, 1);
    assert_int_equal(add_content(fixture->authority, 1, "Play"), DRM_S_OK);
    assert_int_equal(ask(fixture->authority, &machine, 1, &text), DRM_S_OK);
    response_read(fixture->authority, &machine, drm_buffer_span(&text), NULL, &response);
    response_free(&response);
    drm_buffer_free(&text);
    machine_free(&machine);
}

static int run_authority_content_tests(void)
{
    const struct CMUnitTest tests[] = {
        AUTHORITY_TEST(content__is_kept_in_its_normal_form),
        AUTHORITY_TEST(content__key_is_made_where_none_is_given_and_never_changes),
        AUTHORITY_TEST(content__what_fits_no_licence_is_refused),
        AUTHORITY_TEST(content__chains_are_two_long),
        AUTHORITY_TEST(table__is_added_whole),
        AUTHORITY_TEST(table__with_a_wrong_line_adds_nothing),
        AUTHORITY_TEST(table__every_wrong_line_is_named),
        AUTHORITY_TEST(content__withdrawn_one_comes_back_when_it_is_added_again),
        AUTHORITY_TEST(content__each_in_the_order_in_which_they_came),
        AUTHORITY_TEST(content__edited_rows_are_refused),
        AUTHORITY_TEST(schema__first_version_is_upgraded),
    };

    return cmocka_run_group_tests_name("contents", tests, NULL, NULL);
}

int main(void)
{
    int failed = 0;

    failed += run_authority_content_tests();
    failed += run_authority_issuing_tests();
    failed += run_authority_refusing_tests();
    failed += run_authority_removal_tests();
    return failed > 0;
}
