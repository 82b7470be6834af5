/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Single parts of the service: the key file, the list of faults, small files, hexadecimal, JSON.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/check.h"
#include "service/faults.h"
#include "service/hex.h"
#include "service/json.h"
#include "service/key_file_protector.h"
#include "service/service_process.h"
#include "service/small_file.h"

static struct sandbox sandbox;

static int make_sandbox(void **state)
{
    (void)state;
    sandbox_create(&sandbox, false);
    return drm_crypto_init();
}

static int remove_sandbox(void **state)
{
    (void)state;
    sandbox_remove(&sandbox);
    return 0;
}

static struct drm_span text_span(const char *text)
{
    return drm_span(text, strlen(text));
}

/* --- key file --------------------------------------------------------------------------------------------- */

static void key_file__opens_what_it_made(void **state)
{
    static const struct drm_span passphrases[] = {{NULL, 0}, {(const uint8_t *)"correct horse", 13}};
    struct key_file_protector first, again;
    const char *path;
    struct stat status;
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(passphrases); ++i)
    {
        path = sandbox_path(&sandbox, i ? "sealed.key" : "plain.key");
        assert_int_equal(key_file_create(path, passphrases[i]), KEY_FILE_OK);
        assert_int_equal(stat(path, &status), 0);
        assert_int_equal(status.st_mode & 07777, 0600);
        assert_int_equal(key_file_open(path, passphrases[i], &first), KEY_FILE_OK);
        assert_int_equal(key_file_open(path, passphrases[i], &again), KEY_FILE_OK);
        assert_memory_equal(first.key, again.key, sizeof(first.key));
    }
}

static void key_file__each_is_another_key(void **state)
{
    struct key_file_protector a, b;

    (void)state;
    assert_int_equal(key_file_create(sandbox_path(&sandbox, "a.key"), drm_span(NULL, 0)), KEY_FILE_OK);
    assert_int_equal(key_file_create(sandbox_path(&sandbox, "b.key"), drm_span(NULL, 0)), KEY_FILE_OK);
    assert_int_equal(key_file_open(sandbox_path(&sandbox, "a.key"), drm_span(NULL, 0), &a), KEY_FILE_OK);
    assert_int_equal(key_file_open(sandbox_path(&sandbox, "b.key"), drm_span(NULL, 0), &b), KEY_FILE_OK);
    assert_memory_not_equal(a.key, b.key, sizeof(a.key));
}

static void key_file__is_never_replaced(void **state)
{
    const char *path = sandbox_path(&sandbox, "service.key");
    struct key_file_protector before, after;

    (void)state;
    assert_int_equal(key_file_create(path, drm_span(NULL, 0)), KEY_FILE_OK);
    assert_int_equal(key_file_open(path, drm_span(NULL, 0), &before), KEY_FILE_OK);
    assert_int_equal(key_file_create(path, drm_span(NULL, 0)), KEY_FILE_EXISTS);
    assert_int_equal(key_file_open(path, drm_span(NULL, 0), &after), KEY_FILE_OK);
    assert_memory_equal(before.key, after.key, sizeof(before.key));
}

static void key_file__says_what_is_wrong(void **state)
{
    struct key_file_protector protector;
    const char *plain = sandbox_path(&sandbox, "plain.key"), *sealed = sandbox_path(&sandbox, "sealed.key");
    struct drm_span passphrase = text_span("correct horse");

    (void)state;
    assert_int_equal(key_file_open(plain, passphrase, &protector), KEY_FILE_MISSING);
    assert_int_equal(key_file_create(plain, drm_span(NULL, 0)), KEY_FILE_OK);
    assert_int_equal(key_file_create(sealed, passphrase), KEY_FILE_OK);
    assert_int_equal(key_file_open(plain, passphrase, &protector), KEY_FILE_NOT_SEALED);
    assert_int_equal(key_file_open(sealed, drm_span(NULL, 0), &protector), KEY_FILE_NEEDS_PASSPHRASE);
    assert_int_equal(key_file_open(sealed, text_span("correct house"), &protector), KEY_FILE_WRONG_PASSPHRASE);
    assert_int_equal(chmod(plain, 0640), 0);
    assert_int_equal(key_file_open(plain, drm_span(NULL, 0), &protector), KEY_FILE_EXPOSED);
    assert_int_equal(chmod(plain, 0602), 0);
    assert_int_equal(key_file_open(plain, drm_span(NULL, 0), &protector), KEY_FILE_EXPOSED);
    assert_int_equal(key_file_create(sandbox_path(&sandbox, "no/such/folder.key"), passphrase), KEY_FILE_SYSTEM_ERROR);
    assert_int_equal(key_file_open(sandbox.folder, passphrase, &protector), KEY_FILE_SYSTEM_ERROR);
}

/* Every file that differs from a good one in a byte is refused, except where the byte is part of a plain key itself. */
static void key_file__damaged_one_is_refused(void **state)
{
    static const char *const texts[] = {
        "", "\n", "wmdrm-service key 1\n", "wmdrm-service key 1\nkey \n", "wmdrm-service key 1\nkey 00\n",
        "wmdrm-service key 2\nkey 0000000000000000000000000000000000000000000000000000000000000000\n",
        "wmdrm-service key 1\nkey 000000000000000000000000000000000000000000000000000000000000000g\n",
        "wmdrm-service key 1\nkey 0000000000000000000000000000000000000000000000000000000000000000",
        "wmdrm-service key 1\nkey 0000000000000000000000000000000000000000000000000000000000000000\nmore\n",
        "wmdrm-service key 1\nscrypt 0 1 00000000000000000000000000000000\nsealed 00\n",
    };
    struct key_file_protector protector;
    const char *path = sandbox_path(&sandbox, "damaged.key");
    struct drm_buffer content = {0};
    size_t i;

    (void)state;
    for (i = 0; i < COUNT(texts); ++i)
    {
        sandbox_write(&sandbox, "damaged.key", texts[i], strlen(texts[i]));
        assert_int_equal(chmod(path, 0600), 0);
        assert_int_equal(key_file_open(path, drm_span(NULL, 0), &protector), KEY_FILE_DAMAGED);
    }
    /* A scrypt that would take all memory (N), or all day (p), is refused before it is tried. */
    assert_int_equal(key_file_create(sandbox_path(&sandbox, "good.key"), text_span("x")), KEY_FILE_OK);
    assert_int_equal(small_file_read(sandbox_path(&sandbox, "good.key"), 4096, &content), 0);
    assert_int_equal(drm_buffer_append(&content, "", 1), DRM_S_OK);
    for (i = 0; i < 3; ++i)
    {
        static const char *const costs[] = {"4194304 1", "131073 1", "131072 99"};
        const char *rest = strstr((char *)content.data, " 131072 1 ");
        char text[1024];

        assert_non_null(rest);
        snprintf(text, sizeof(text), "wmdrm-service key 1\nscrypt %s %s", costs[i], rest + 10);
        sandbox_write(&sandbox, "damaged.key", text, strlen(text));
        assert_int_equal(key_file_open(path, text_span("x"), &protector), KEY_FILE_DAMAGED);
    }
    drm_buffer_free(&content);
}

static void protector__opens_only_what_it_sealed_as_that(void **state)
{
    struct key_file_protector key = {{1}}, other = {{2}};
    struct drm_protector protector = key_file_protector(&key), stranger = key_file_protector(&other);
    struct drm_buffer sealed = {0}, opened = {0};

    (void)state;
    assert_int_equal(protector.seal(protector.context, "label", (const uint8_t *)"secret", 6, &sealed), DRM_S_OK);
    assert_int_equal(protector.unseal(protector.context, "label", sealed.data, sealed.size, &opened), DRM_S_OK);
    assert_int_equal(opened.size, 6);
    assert_memory_equal(opened.data, "secret", 6);
    drm_buffer_free(&opened);
    assert_int_equal(protector.unseal(protector.context, "lapel", sealed.data, sealed.size, &opened),
                     DRM_E_SECURE_STORE_UNLOCK_ERROR);
    assert_int_equal(stranger.unseal(stranger.context, "label", sealed.data, sealed.size, &opened),
                     DRM_E_SECURE_STORE_UNLOCK_ERROR);
    assert_int_equal(protector.unseal(protector.context, "label", sealed.data, sealed.size - 1, &opened),
                     DRM_E_SECURE_STORE_UNLOCK_ERROR);
    assert_int_equal(protector.unseal(protector.context, "label", NULL, 0, &opened), DRM_E_SECURE_STORE_UNLOCK_ERROR);
    sealed.data[sealed.size / 2] ^= 1;
    assert_int_equal(protector.unseal(protector.context, "label", sealed.data, sealed.size, &opened),
                     DRM_E_SECURE_STORE_UNLOCK_ERROR);
    assert_int_equal(opened.size, 0);
    drm_buffer_free(&opened);
    drm_buffer_free(&sealed);
}

/* --- small things ----------------------------------------------------------------------------------------- */

static void small_file__replaces_or_refuses(void **state)
{
    const char *path = sandbox_path(&sandbox, "file");
    struct drm_buffer content = {0};
    struct stat status;

    (void)state;
    assert_int_equal(small_file_write(path, text_span("one"), 0644, false), 0);
    assert_int_equal(small_file_write(path, text_span("two"), 0644, false), EEXIST);
    assert_int_equal(small_file_read(path, 3, &content), 0);
    assert_memory_equal(content.data, "one", 3);
    assert_int_equal(small_file_write(path, text_span("three"), 0640, true), 0);
    assert_int_equal(small_file_read(path, 4, &content), EFBIG);
    assert_int_equal(content.size, 3);
    assert_int_equal(small_file_read(path, 5, &content), 0);
    assert_int_equal(content.size, 8);
    assert_memory_equal(content.data, "onethree", 8);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0640);
    assert_int_equal(small_file_read(sandbox_path(&sandbox, "none"), 5, &content), ENOENT);
    assert_int_equal(small_file_write(sandbox_path(&sandbox, "no/folder"), text_span("x"), 0644, true), ENOENT);
    drm_buffer_free(&content);
}

static void hex__reads_exactly_what_it_says(void **state)
{
    uint8_t data[2] = {0};
    char text[5];

    (void)state;
    assert_true(hex_read("aBc0", data, 2));
    assert_int_equal(data[0], 0xab);
    assert_int_equal(data[1], 0xc0);
    hex_write(data, 2, text);
    assert_string_equal(text, "abc0");
    assert_false(hex_read("abc", data, 2));
    assert_false(hex_read("abcde", data, 2));
    assert_false(hex_read("abcg", data, 2));
    assert_false(hex_read("ab c", data, 2));
    assert_false(hex_read("", data, 2));
}

static void json__escapes(void **state)
{
    char text[64];
    FILE *file = fmemopen(text, sizeof(text), "w");

    (void)state;
    assert_non_null(file);
    json_write_string(file, "a\"b\\c\n\x7f\xc3\xa9");
    fclose(file);
    assert_string_equal(text, "\"a\\\"b\\\\c\\u000a\\u007f\xc3\xa9\"");
}

/* --- faults ----------------------------------------------------------------------------------------------- */

static void faults__misspelled_ones_are_refused(void **state)
{
    static const char *const texts[] = {
        "", "=", "nonsense", "silenc", "silencee", "silence=1", "status", "status=", "status=99", "status=600",
        "status=2xx", "cut=", "cut=-1", "cut=1x", "cut=99999999999999999999", "drip=0", "redirect-to", "empty=1",
        "old-version=2", "other:cut", "license:", "individualize:", "individualize", " cut",
        "replay=1", "wrong-length=0",
    };
    struct faults *faults = faults_create(NULL);
    char why[256];
    size_t i;

    (void)state;
    assert_non_null(faults);
    for (i = 0; i < COUNT(texts); ++i)
    {
        why[0] = 0;
        if (faults_add(faults, texts[i], why, sizeof(why)))
            fail_msg("accepted: %s", texts[i]);
        assert_true(why[0]);
    }
    faults_free(faults);
}

static void faults__come_from_both_places_for_their_request(void **state)
{
    static const char file[] = "# comment\n\nrevocation:status=503\r\nalter=-5\nlicense:html\n";
    struct faults *faults = faults_create(sandbox_path(&sandbox, "faults"));
    struct fault_plan plan;
    char why[256];

    (void)state;
    assert_non_null(faults);
    assert_true(faults_add(faults, "individualize:cut=7", why, sizeof(why)));
    assert_true(faults_plan(faults, FAULT_INDIVIDUALIZE, &plan, why, sizeof(why))); /* no file yet */
    assert_int_equal(plan.count, 1);
    sandbox_write(&sandbox, "faults", file, strlen(file));
    assert_true(faults_plan(faults, FAULT_INDIVIDUALIZE, &plan, why, sizeof(why)));
    assert_int_equal(plan.count, 2);
    assert_int_equal(fault_plan_find(&plan, FAULT_CUT)->number, 7);
    assert_int_equal(fault_plan_find(&plan, FAULT_ALTER)->number, -5);
    assert_null(fault_plan_find(&plan, FAULT_STATUS));
    assert_true(faults_plan(faults, FAULT_REVOCATION, &plan, why, sizeof(why)));
    assert_int_equal(plan.count, 2);
    assert_int_equal(fault_plan_find(&plan, FAULT_STATUS)->number, 503);
    assert_null(fault_plan_find(&plan, FAULT_CUT));
    assert_null(fault_plan_find(&plan, FAULT_HTML));
    assert_true(faults_plan(faults, FAULT_LICENSE, &plan, why, sizeof(why)));
    assert_int_equal(plan.count, 2);
    assert_non_null(fault_plan_find(&plan, FAULT_HTML));
    sandbox_write(&sandbox, "faults", "cut\nnonsense\n", 13);
    assert_false(faults_plan(faults, FAULT_REVOCATION, &plan, why, sizeof(why)));
    assert_string_equal(why, "there is no fault \"nonsense\"");
    faults_free(faults);
}

static void faults__too_many_are_refused(void **state)
{
    struct faults *faults = faults_create(NULL);
    char why[256];
    size_t i;

    (void)state;
    assert_non_null(faults);
    for (i = 0; i < FAULT_PLAN_MAX; ++i)
        assert_true(faults_add(faults, "cut", why, sizeof(why)));
    assert_false(faults_add(faults, "cut", why, sizeof(why)));
    faults_free(faults);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(key_file__opens_what_it_made, make_sandbox, remove_sandbox),
        cmocka_unit_test_setup_teardown(key_file__each_is_another_key, make_sandbox, remove_sandbox),
        cmocka_unit_test_setup_teardown(key_file__is_never_replaced, make_sandbox, remove_sandbox),
        cmocka_unit_test_setup_teardown(key_file__says_what_is_wrong, make_sandbox, remove_sandbox),
        cmocka_unit_test_setup_teardown(key_file__damaged_one_is_refused, make_sandbox, remove_sandbox),
        cmocka_unit_test_setup_teardown(protector__opens_only_what_it_sealed_as_that, make_sandbox, remove_sandbox),
        cmocka_unit_test_setup_teardown(small_file__replaces_or_refuses, make_sandbox, remove_sandbox),
        cmocka_unit_test(hex__reads_exactly_what_it_says),
        cmocka_unit_test(json__escapes),
        cmocka_unit_test(faults__misspelled_ones_are_refused),
        cmocka_unit_test_setup_teardown(faults__come_from_both_places_for_their_request, make_sandbox, remove_sandbox),
        cmocka_unit_test(faults__too_many_are_refused),
    };

    return cmocka_run_group_tests_name("service parts", tests, NULL, NULL);
}
