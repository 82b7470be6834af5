/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The commands for contents and licences: what they do, what they say where they cannot.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>

#include "engine/check.h"
#include "service/command_fixture.h"
#include "service/hex.h"
#include "service/http_client.h"
#include "service/licensing.h"

#define CONTENT(command, ...) RUN(&outcome, "content", command, "--data", sandbox.data, __VA_ARGS__)
#define LICENSES(command, ...) RUN(&outcome, "licenses", command, "--data", sandbox.data, __VA_ARGS__)
#define KID "AAECAwQFBgcICQoLDA0ODw=="

static void groups__explain_themselves(void **state)
{
    static const char *const commands[][2] = {
        {"content", "add"}, {"content", "import"}, {"content", "set"}, {"content", "list"}, {"content", "withdraw"},
        {"content", "header"}, {"content", "key"}, {"licenses", "list"}, {"licenses", "revoke"},
    };
    char words[64];

    (void)state;
    for (size_t i = 0; i < COUNT(commands); i++)
    {
        RUN(&outcome, commands[i][0], "--help");
        assert_says(commands[i][1]);
        RUN(&outcome, commands[i][0], commands[i][1], "--help");
        snprintf(words, sizeof(words), "usage: wmdrm-service %s %s --data DIR", commands[i][0], commands[i][1]);
        assert_says(words);
        RUN(&outcome, commands[i][0], commands[i][1]);
        assert_fails(2, "--data DIR is missing");
        RUN(&outcome, commands[i][0], commands[i][1], "--data", sandbox.data, "--nonsense");
        assert_fails(2, "there is no option --nonsense");
        RUN(&outcome, commands[i][0], commands[i][1], "--data", sandbox.data, "surplus");
        assert_fails(2, "\"surplus\" is one argument too many");
    }
    RUN(&outcome, "content");
    assert_fails(2, "withdraw");
    RUN(&outcome, "licenses", "dance");
    assert_fails(2, "there is no command \"dance\"");
    /* An option of another command of the group is none of this one's. */
    CONTENT("withdraw", "--rights", "Play");
    assert_fails(2, "there is no option --rights");
}

static void content__add_and_list(void **state)
{
    struct key_id_text made;

    (void)state;
    CONTENT("list", "--json");
    assert_string_equal(outcome.out, "[]\n");
    CONTENT("add", "--key-id", KID, "--name", "A \"film\"", "--rights", " Copy;Play(count=3)", "--per-machine", "2",
            "--interactive", "yes");
    assert_string_equal(outcome.out, KID "\n");
    made = ADD_CONTENT(&sandbox, NULL);
    assert_string_not_equal(made.text, KID);
    CONTENT("list", NULL);
    assert_says(KID);
    assert_says("A \"film\"");
    assert_says("Play(count=3); Copy");
    assert_says("0 licences on 0 machines, interactive, at most 2 a machine");
    assert_says("Play; Backup"); /* where nothing is said */
    CONTENT("list", "--key-id", KID, "--json");
    assert_says("\"name\": \"A \\\"film\\\"\", \"rights\": \"Play(count=3); Copy\"");
    assert_says("\"offered\": true, \"interactive\": true, \"per_machine\": 2, \"licenses\": 0, \"machines\": 0}\n]");
    CONTENT("add", "--key-id", KID);
    assert_fails(1, "this key id is known (\"A \"film\"\"); change it with 'wmdrm-service content set'");
}

static void write_table(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void content__import_adds_a_table_or_nothing_of_it(void **state)
{
    char path[600];

    (void)state;
    snprintf(path, sizeof(path), "%s.csv", sandbox.data);
    write_table(path, "kid,key,rights,name\n" KID ",,\"Play(count=3, hours=48)\",\"A \"\"film\"\"\"\n"
                      "not a key id\nEAECAwQFBgcICQoLDA0ODw==,,Fly\n");
    CONTENT("import", "--table", path);
    assert_fails(1, "nothing was added: mend these lines, and import the table again");
    assert_non_null(strstr(outcome.err, ".csv, line 3: its first field is no key id"));
    assert_non_null(strstr(outcome.err, ".csv, line 4: its rights are wrong at character 1"));
    CONTENT("list", "--json");
    assert_string_equal(outcome.out, "[]\n");
    write_table(path, KID ",00112233445566778899aabbccddeeff,\"Play(count=3, hours=48)\",\"A \"\"film\"\"\"\n"
                      "EAECAwQFBgcICQoLDA0ODw==\n");
    CONTENT("import", "--table", path, "--rights", "Copy", "--per-machine", "2");
    assert_string_equal(outcome.out, "2\n");
    CONTENT("key", "--key-id", KID);
    assert_string_equal(outcome.out, "00112233445566778899aabbccddeeff\n");
    CONTENT("list", NULL);
    assert_says("A \"film\"\n    Play(count=3, hours=48)");
    assert_says("at most 2 a machine\n    (no name)\n    Copy; Backup");
    CONTENT("import", NULL);
    assert_fails(2, "--table is missing");
    CONTENT("import", "--table", "/nowhere/at/all");
    assert_fails(1, "/nowhere/at/all: No such file or directory");
    CONTENT("import", "--table", path, "--rights", "Fly");
    assert_fails(2, "the rights are wrong at the mark");
    assert_int_equal(remove(path), 0);
}

static void content__set_changes_what_is_given(void **state)
{
    (void)state;
    CONTENT("add", "--key-id", KID, "--name", "old", "--rights", "Copy", "--interactive", "yes", "--per-machine", "3");
    assert_says(KID);
    CONTENT("set", "--key-id", KID, "--rights", "Play; priority=5");
    assert_says("");
    CONTENT("list", "--json");
    assert_says("\"name\": \"old\", \"rights\": \"Play; Backup; priority=5\"");
    assert_says("\"interactive\": true, \"per_machine\": 3");
    CONTENT("set", "--key-id", KID, "--name", "new", "--interactive", "no", "--per-machine", "0");
    assert_says("");
    CONTENT("withdraw", "--key-id", KID);
    assert_says("");
    CONTENT("list", NULL);
    assert_says(", withdrawn\n    new\n    Play; Backup; priority=5\n");
    CONTENT("set", "--key-id", KID);
    assert_says("");
    CONTENT("list", "--json");
    assert_says("\"offered\": true, \"interactive\": false, \"per_machine\": 0");
}

static void content__keys_come_from_files_and_go_to_packagers(void **state)
{
    static const char key[] = "000102030405060708090A0b0c0d0e0f\nmore\n";

    (void)state;
    sandbox_write(&sandbox, "key", key, strlen(key));
    CONTENT("add", "--key-id", KID, "--content-key-file", sandbox_path(&sandbox, "key"));
    assert_says(KID);
    CONTENT("key", "--key-id", KID);
    assert_string_equal(outcome.out, "000102030405060708090a0b0c0d0e0f\n");
    run_service_command(&outcome, "ffffffffffffffffffffffffffffffff",
                        (const char *const[]){"content", "add", "--data", sandbox.data, "--content-key-file", "-",
                                              "--key-id", "AQEBAQEBAQEBAQEBAQEBAQ==", NULL});
    assert_says("AQEBAQEBAQEBAQEBAQEBAQ==");
    CONTENT("key", "--key-id", "AQEBAQEBAQEBAQEBAQEBAQ==");
    assert_string_equal(outcome.out, "ffffffffffffffffffffffffffffffff\n");
    sandbox_write(&sandbox, "key", "0001", 4);
    CONTENT("add", "--content-key-file", sandbox_path(&sandbox, "key"));
    assert_fails(2, "its first line is no content key, which has 32 hexadecimal digits");
    CONTENT("add", "--content-key-file", sandbox_path(&sandbox, "nothing"));
    assert_fails(1, "No such file or directory");
}

static void content__header_is_what_the_content_carries(void **state)
{
    (void)state;
    CONTENT("add", "--key-id", KID, "--rights", "Play; min-security=2.5");
    CONTENT("header", "--key-id", KID);
    assert_string_equal(outcome.out, "<WRMHEADER version=\"2.0.0.0\"><DATA><SECURITYVERSION>2.5</SECURITYVERSION><KID>"
                                     KID "</KID></DATA></WRMHEADER>\n");
    CONTENT("header", "--key-id", KID, "--url", "http://a.example/?b=1&c=2");
    assert_says("<LAINFO>http://a.example/?b=1&amp;c=2</LAINFO>");
    RUN_WELL("policy", "--data", sandbox.data, "--license-url", "http://policy.example/");
    CONTENT("header", "--key-id", KID);
    assert_says("<LAINFO>http://policy.example/</LAINFO>");
    CONTENT("set", "--key-id", KID, "--rights", "Play; url=http://own.example/");
    CONTENT("header", "--key-id", KID);
    assert_says("<LAINFO>http://own.example/</LAINFO>");
    CONTENT("header", "--key-id", KID, "--url", "");
    assert_null(strstr(outcome.out, "LAINFO"));
    CONTENT("header", "--key-id", KID, "--url", "ftp://a");
    assert_fails(2, "--url takes an http: or https: URL");
}

static void content__says_what_is_wrong(void **state)
{
    char path[] = "rights";
    (void)state;

    CONTENT("add", "--rights", "Play(count=0)");
    assert_fails(2, "  Play(count=0)\n             ^\n");
    sandbox_write(&sandbox, path, "Play\n  Copy(hours=x)\n", 21);
    CONTENT("add", "--rights-file", sandbox_path(&sandbox, path));
    assert_fails(2, "    Copy(hours=x)\n               ^\n");
    CONTENT("add", "--rights", "Play", "--rights-file", "-");
    assert_fails(2, "give one");
    CONTENT("add", "--rights-file", sandbox_path(&sandbox, "nothing"));
    assert_fails(1, "No such file or directory");
    CONTENT("add", "--key-id", "AAECAwQFBgcICQoLDA0O");
    assert_fails(2, "is no key id: 16 bytes in base64");
    CONTENT("add", "--key-id", "AAAAAAAAAAAAAAAAAAAAAA==");
    assert_fails(2, "not all zero");
    CONTENT("add", "--interactive", "perhaps");
    assert_fails(2, "--interactive takes yes or no");
    CONTENT("add", "--per-machine", "-1");
    assert_fails(2, "--per-machine takes a whole number");
    CONTENT("add", "--name", "two\nlines");
    assert_fails(2, "--name takes UTF-8 text");
    CONTENT("add", "--rights", "Play; uplink=" KID);
    assert_fails(1, "add the root first");
    CONTENT("add", "--key-id", KID, "--rights", "Play; uplink=" KID);
    assert_fails(1, "a chain is a leaf and its root");
    CONTENT("set", NULL);
    assert_fails(2, "--key-id is missing");
    CONTENT("set", "--key-id", KID);
    assert_fails(1, "there is no content with this key id");
    CONTENT("withdraw", "--key-id", KID);
    assert_fails(1, "there is no content with this key id");
    CONTENT("key", "--key-id", KID);
    assert_fails(1, "there is no content with this key id");
    CONTENT("header", "--key-id", KID);
    assert_fails(1, "there is no content with this key id");
    CONTENT("list", "--key-id", KID);
    assert_fails(1, "there is no content with this key id");
    run_service_into(&outcome, "/dev/full",
                     (const char *const[]){"content", "list", "--data", sandbox.data, "--json", NULL});
    assert_fails(1, "the standard output cannot be written");
}

static void licenses__say_what_is_wrong(void **state)
{
    (void)state;
    LICENSES("list", "--json");
    assert_string_equal(outcome.out, "[]\n");
    LICENSES("list", "--key-id", "x");
    assert_fails(2, "is no key id");
    LICENSES("list", "--machine", "00");
    assert_fails(2, "is no machine id: 32 hexadecimal digits");
    LICENSES("revoke", NULL);
    assert_fails(2, "which licences? --key-id, --machine or --user");
    LICENSES("revoke", "--user", "");
    assert_fails(2, "which licences?");
    LICENSES("revoke", "--key-id", KID);
    assert_fails(1, "there is no such licence");
    LICENSES("revoke", "--user", "a\x01");
    assert_fails(1, "the authority refuses the values");
}

static void licenses__are_listed_and_filtered(void **state)
{
    struct key_id_text first = ADD_CONTENT(&sandbox, "--rights", "Play; user=alice"), second;
    struct drm_buffer form = {0};
    struct running_service service;
    struct http_response response;
    struct licensing licensing;
    struct machine machine;
    uint8_t anchor[DRM_SIGN_PUBLIC_SIZE];
    char id[2 * DRM_ID_SIZE + 1];
    size_t lines = 0;

    (void)state;
    second = ADD_CONTENT(&sandbox, NULL);
    sandbox_anchor(&sandbox, anchor);
    START(&service, &sandbox, NULL);
    machine_init(&machine, anchor);
    assert_int_equal(machine_individualize(&machine, service.port), 200);
    licensing_form(&licensing, &machine, NULL, 0, false, &form);
    http_exchange(service.port, "POST", "/v1/license", form.data, form.size, &response);
    assert_int_equal(response.status, 200);
    hex_write(machine.id, sizeof(machine.id), id);
    LICENSES("list", NULL);
    assert_says(first.text);
    assert_says(second.text);
    assert_says(" user alice\n");
    LICENSES("list", "--key-id", first.text, "--machine", id);
    for (const char *text = outcome.out; *text; text++)
        lines += *text == '\n';
    assert_int_equal(lines, 1);
    LICENSES("list", "--json", "--key-id", second.text);
    assert_says("\"user\": \"\"");
    assert_says("\"removed\": null}\n]");
    LICENSES("list", "--machine", "00000000000000000000000000000000");
    assert_string_equal(outcome.out, "");
    LICENSES("revoke", "--user", "alice");
    assert_says("");
    http_response_free(&response);
    drm_buffer_free(&form);
    machine_free(&machine);
    assert_int_equal(service_end(&service, SIGTERM), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(groups__explain_themselves, make_service, remove_service),
        cmocka_unit_test_setup_teardown(content__add_and_list, make_service, remove_service),
        cmocka_unit_test_setup_teardown(content__import_adds_a_table_or_nothing_of_it, make_service, remove_service),
        cmocka_unit_test_setup_teardown(content__set_changes_what_is_given, make_service, remove_service),
        cmocka_unit_test_setup_teardown(content__keys_come_from_files_and_go_to_packagers, make_service, remove_service),
        cmocka_unit_test_setup_teardown(content__header_is_what_the_content_carries, make_service, remove_service),
        cmocka_unit_test_setup_teardown(content__says_what_is_wrong, make_service, remove_service),
        cmocka_unit_test_setup_teardown(licenses__say_what_is_wrong, make_service, remove_service),
        cmocka_unit_test_setup_teardown(licenses__are_listed_and_filtered, make_service, remove_service),
    };

    return drm_crypto_init() ? 1 : cmocka_run_group_tests_name("service contents", tests, NULL, NULL);
}
